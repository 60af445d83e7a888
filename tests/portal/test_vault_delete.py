"""Deleting the whole vault: said first, proven again, ticked and pressed; opening the page changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from consent.models import Download, Fact, Grant, MediaItem, MediaKind, MediaState, User
from consent.services import media
from notifications.models import Delivery
from tests import make
from tests.make import Cast
from tests.notifications import office

pytestmark = pytest.mark.django_db
HERE = "/vault/delete/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def cast(db: None) -> Cast:
    return make.cast()


@pytest.fixture
def items(cast: Cast) -> list[MediaItem]:
    found = [
        MediaItem.objects.create(
            performer=cast.imani.performer, number=number, kind=kind, state=MediaState.READY, filename=f"{number}.bin"
        )
        for number, kind in enumerate((MediaKind.STILL, MediaKind.STILL, MediaKind.VOICE), start=1)
    ]
    media.start_upload(cast.imani.performer, filename="late.mov", size=9, actor=cast.imani.actor(), now=timezone.now())
    return found


@pytest.fixture
def signed_in(cast: Cast) -> Client:
    """With the password, just now."""
    client = Client()
    assert (
        client.post("/account/login/", {"login": cast.imani.user.email, "password": make.PASSWORD}).status_code == 302
    )
    return client


def left() -> int:
    return MediaItem.objects.exclude(state=MediaState.DELETED).count()


def later(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The same session, an hour after its proofs."""
    session = client.session
    session["account_authentication_methods"] = [
        {**record, "at": record["at"] - 3600} for record in session["account_authentication_methods"]
    ]
    session.save()
    return client


def test_looking_deletes_nothing_and_says_what_goes_and_what_stays(
    signed_in: Client, cast: Cast, items: list[MediaItem]
) -> None:
    assert f'href="{HERE}"' in signed_in.get("/vault/").content.decode()
    page = signed_in.get(HERE).content.decode()
    for line in ("2 stills", "1 recording", "1 upload on its way", "Your history", "thirty days"):
        assert line in page
    assert "checked" not in page
    assert left() == 3


def test_the_page_names_who_can_fetch_nothing_any_more(signed_in: Client, cast: Cast, items: list[MediaItem]) -> None:
    now = timezone.now()
    days = {"starts_on": -2, "generate_until": 90, "exploit_until": 600, "destroy_by": 120}
    dates = {name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()}
    description = {**make.AGE_CHANGE["description"], "source_media": [items[0].ref]}
    terms = make.terms(dates=dates, description=description)
    grant = make.granted(cast.northlight, cast.imani, terms, now=now - timedelta(hours=1))
    Download.objects.create(
        grant=grant, media=items[0], user=cast.northlight.owner, user_name="N", at=now, watermark="Northlight"
    )
    page = signed_in.get(HERE).content.decode()
    assert "Northlight Pictures, The Salt Road" in page
    assert "1 copy that was fetched before" in page
    signed_in.post(HERE, {"sure": "on"})
    assert left() == 0
    assert Grant.objects.get(pk=grant.pk).terms == terms


def test_a_press_without_the_tick_deletes_nothing(signed_in: Client, items: list[MediaItem]) -> None:
    answer = signed_in.post(HERE, {})
    assert answer.status_code == 422
    assert "Nothing was deleted" in answer.content.decode()
    assert left() == 3


def test_ticked_and_pressed_everything_goes_and_a_mail_says_so(
    signed_in: Client, cast: Cast, items: list[MediaItem], smtp: Any
) -> None:
    office.dispatch(timezone.now())
    Delivery.objects.all().delete()
    answer = signed_in.post(HERE, {"sure": "on"}, follow=True)
    assert "Your vault is empty" in answer.content.decode()
    assert HERE not in answer.content.decode()
    assert left() == 0
    assert "nothing to delete" in signed_in.get(HERE).content.decode()
    assert Fact.objects.filter(kind="media.vault_deleted").count() == 1
    office.run(timezone.now())
    told = {message["To"]: office.part(message, "plain") for message in smtp.messages}
    assert "change your password" in told["Imani Clarke <imani@example.org>"]
    assert "change your password" not in told["Rosalind Pike <rosalind@pikelarkin.example>"]
    assert "You deleted your whole vault. Files destroyed: 3." in signed_in.get("/history/").content.decode()


def test_after_an_hour_it_asks_for_the_password_and_comes_back(
    signed_in: Client, cast: Cast, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = later(signed_in, monkeypatch)
    page = client.get(HERE).content.decode()
    assert "Check that it is me" in page
    assert 'name="sure"' not in page
    sent = client.post(HERE, {"sure": "on"})
    assert (sent.status_code, sent.headers["Location"]) == (
        302,
        f"/account/reauthenticate/?next={HERE.replace('/', '%2F')}",
    )
    back = client.post("/account/reauthenticate/", {"password": make.PASSWORD, "next": HERE}, follow=True)
    assert back.redirect_chain[-1][0] == HERE
    assert left() == 3
    client.post(HERE, {"sure": "on"})
    assert left() == 0


def test_whoever_has_a_second_factor_uses_it(
    signed_in: Client, cast: Cast, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    TOTP.activate(cast.imani.user, generate_totp_secret())
    assert "Check that it is me" in signed_in.get(HERE).content.decode()
    sent = signed_in.post(HERE, {"sure": "on"})
    assert sent.headers["Location"].startswith("/account/2fa/reauthenticate/")
    assert left() == 3


def test_whoever_has_neither_sets_up_a_second_factor_first(cast: Cast, items: list[MediaItem]) -> None:
    User.objects.filter(pk=cast.imani.user.pk).update(password="!")
    cast.imani.user.refresh_from_db()
    client = Client()
    client.force_login(cast.imani.user, backend=BACKEND)
    assert "/account/2fa/" in client.post(HERE, {"sure": "on"}).headers["Location"]
    assert left() == 3


def test_nobody_else_finds_the_page_of_a_performer(cast: Cast, items: list[MediaItem]) -> None:
    for account in (cast.rosalind, cast.northlight.owner):
        client = Client()
        client.force_login(account, backend=BACKEND)
        assert client.get(HERE).status_code == 404
        assert client.post(HERE, {"sure": "on"}).status_code == 404
    assert left() == 3
