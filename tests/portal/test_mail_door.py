"""The e-mail door through HTTP: opening changes nothing, pressing needs a choice, and every ending has its page."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent.access import by_link
from consent.core.lifecycle import State
from consent.core.roles import Right
from consent.models import ActionLink, Decision, Fact, Performer, PreferenceSet, Representation, User, UseRequest
from consent.services import decisions, use_requests
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make.cast()


@pytest.fixture
def row(cast: Cast) -> UseRequest:
    now = timezone.now()
    days = {name: (now + timedelta(days=n)).date().isoformat() for name, n in DAYS.items()}
    return make.pending(cast.northlight, cast.imani, make.terms(dates=days), now=now)


MEANT = {"sure": "on"}
"""The tick that every press behind a link needs, beside the answer itself."""

DAYS = {"starts_on": 20, "generate_until": 200, "exploit_until": 900, "destroy_by": 230}


class Reader:
    """A browser that followed the link in a mail, and nothing else."""

    def __init__(self, row: UseRequest, account: Any) -> None:
        self.client = Client()
        self.link = by_link.mint(row, account, now=timezone.now())
        self.token = by_link.token(self.link)
        self.base = f"/l/r/{self.link.id}/"

    def enter(self) -> Any:
        return self.client.get(f"/l/{self.token}/")

    def read(self) -> Any:
        self.enter()
        return self.client.get(self.base)

    def form(self) -> dict[str, str]:
        page = self.read().content.decode()
        return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("revision", "digest", "nonce")}  # type: ignore[index]

    def press(self, choice: str = "", **more: str) -> Any:
        data = {**self.form(), **more}
        if choice:
            data["choice"] = choice
        return self.client.post(f"{self.base}answer/", data)


def snapshot() -> dict[str, int]:
    """Rows that stand for consent, counted: what a machine must not change."""
    counted = {model.__name__: model.objects.count() for model in (Decision, Fact, PreferenceSet, ActionLink)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        counted["sessions"] = cursor.fetchone()[0]
    return counted


def test_the_token_is_traded_for_a_cookie_and_a_clean_address(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    response = reader.enter()
    assert response.status_code == 303
    assert response.headers["Location"] == reader.base
    cookie = response.cookies["sayso_link"]
    assert (cookie["path"], cookie["samesite"], bool(cookie["httponly"])) == (reader.base, "Lax", True)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"
    page = reader.client.get(reader.base)
    assert page.status_code == 200
    assert reader.token not in page.content.decode()


def test_twenty_scans_change_nothing(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    before = snapshot()
    for _ in range(20):
        scanner = Client(headers={"Sec-Purpose": "prefetch"})
        scanner.head(f"/l/{reader.token}/")
        scanner.get(f"/l/{reader.token}/", follow=True)
        scanner.get(f"/l/{reader.token}")
        scanner.options(reader.base)
    assert snapshot() == before
    assert UseRequest.objects.get(pk=row.pk).state == State.PENDING
    assert reader.press("decline").status_code == 303


def test_a_scanner_that_submits_every_form_decides_nothing(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    response = reader.press()
    assert response.status_code == 422
    assert "Choose decline, change or approve" in response.content.decode()
    assert not Decision.objects.exists()


def test_unknown_and_garbled_tokens_are_the_same_404(cast: Cast, row: UseRequest) -> None:
    good = Reader(row, cast.imani.user).token
    flipped = good[:-1] + ("A" if good[-1] != "A" else "B")
    answers = {
        Client().get(f"/l/{token}/").status_code for token in ("x", "sl1_" + "A" * 43, flipped, good[:-3], good + "A")
    }
    assert answers == {404}


def test_without_the_cookie_the_page_shows_nothing(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    page = Client().get(reader.base)
    assert page.status_code == 403
    assert "Northlight" not in page.content.decode()


def test_a_no_needs_only_the_link(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    assert reader.press("decline", reason="Not this time").status_code == 303
    assert UseRequest.objects.get(pk=row.pk).state == State.DECLINED
    after = reader.client.get(reader.base)
    assert "You declined" in after.content.decode()
    reader.client.post(f"{reader.base}reopen/", MEANT)
    assert UseRequest.objects.get(pk=row.pk).state == State.PENDING


def test_a_yes_needs_the_address_typed(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    assert reader.press("approve", as_exception="on").status_code == 422
    wrong = reader.press("approve", as_exception="on", address="somebody@example.org")
    assert "not the address" in wrong.content.decode()
    assert reader.press("approve", as_exception="on", address=" IMANI@example.org ").status_code == 303
    assert UseRequest.objects.get(pk=row.pk).state == State.HELD
    reader.client.post(f"{reader.base}take-back/", MEANT)
    assert UseRequest.objects.get(pk=row.pk).state == State.PENDING


def test_five_wrong_addresses_close_the_yes_for_an_hour_but_never_the_no(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    for _ in range(5):
        reader.press("approve", address="guess@example.org")
    right = reader.press("approve", as_exception="on", address="imani@example.org")
    assert right.status_code == 422
    assert "too often" in right.content.decode()
    assert reader.press("decline").status_code == 303


def test_what_was_typed_is_kept_when_something_is_wrong(cast: Cast, row: UseRequest) -> None:
    page = Reader(row, cast.imani.user).press("approve", reason="Because of the weather", address="no")
    assert "Because of the weather" in page.content.decode()


def test_heightened_terms_send_to_sign_in(cast: Cast) -> None:
    now = timezone.now()
    days = {name: (now + timedelta(days=n)).date().isoformat() for name, n in DAYS.items()}
    row = make.pending(cast.northlight, cast.imani, make.Terms.from_data({**make.VOICE_CLONE, "dates": days}), now=now)
    response = Reader(row, cast.imani.user).press("approve", as_exception="on", address="imani@example.org")
    assert response.status_code == 403
    assert "passkey" in response.content.decode()
    assert not Decision.objects.exists()


def test_changed_terms_are_a_409_with_the_difference(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    reader.read()
    use_requests.amend(
        row,
        make.terms(dates=make.json_dates(row), channels=["STREAMING"]),
        revision=1,
        actor=cast.northlight.actor(),
        now=timezone.now(),
    )
    page = reader.client.get(reader.base)
    assert page.status_code == 409
    assert "The terms have changed" in page.content.decode()
    assert "<del" in page.content.decode()


def test_answering_twice_with_another_answer_is_a_409(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    data = reader.form()
    make.decline(row, cast.imani, now=timezone.now())
    late = reader.client.post(f"{reader.base}answer/", {**data, "choice": "approve", "address": "imani@example.org"})
    assert late.status_code == 409


def test_withdrawn_is_a_410(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    use_requests.withdraw(row, revision=1, actor=cast.northlight.actor(), now=timezone.now())
    assert reader.read().status_code == 410


def test_not_me_kills_every_link(cast: Cast, row: UseRequest) -> None:
    agent = Reader(row, cast.rosalind)
    reader = Reader(row, cast.imani.user)
    reader.read()
    reader.client.post(f"{reader.base}not-me/", MEANT)
    assert reader.read().status_code == 410
    assert agent.read().status_code == 410
    assert Fact.objects.filter(kind="link.disowned").count() == 1


def test_not_me_leaves_a_way_back_to_the_registered_address_only(cast: Cast, row: UseRequest) -> None:
    """A machine may have ticked it; a fresh link goes to the mailbox that we know, never to whoever asks."""
    reader = Reader(row, cast.imani.user)
    reader.read()
    reader.client.post(f"{reader.base}not-me/", MEANT)
    assert "Send me a new link" in reader.read().content.decode()
    assert reader.client.post(f"{reader.base}new-link/", MEANT).status_code == 200
    assert Reader(row, cast.imani.user).read().status_code == 200
    assert reader.read().status_code == 410


PRESSES = ("not-now", "not-me", "take-back", "reopen", "new-link")


@pytest.mark.parametrize("press", PRESSES)
@pytest.mark.parametrize("stands", ["waiting", "held", "declined", "replaced"])
def test_a_press_without_its_tick_changes_nothing(cast: Cast, row: UseRequest, stands: str, press: str) -> None:
    """A mail scanner that submits every form it finds, at any time of the request's life."""
    reader = Reader(row, cast.imani.user)
    if stands == "held":
        reader.press("approve", address=cast.imani.user.email)
    if stands == "declined":
        reader.press("decline")
    if stands == "replaced":
        ActionLink.objects.update(ended_at=timezone.now(), ended_because="REPLACED")
    reader.read()
    before, state = snapshot(), UseRequest.objects.get(pk=row.pk).state
    answer = reader.client.post(f"{reader.base}{press}/")
    assert answer.status_code == (410 if stands == "replaced" else 422)
    assert "Tick the box beside the button first" in answer.content.decode()
    assert (snapshot(), UseRequest.objects.get(pk=row.pk).state) == (before, state)
    assert Performer.objects.get(pk=cast.imani.performer.pk).muted_until is None
    assert not ActionLink.objects.filter(ended_because="NOT_ME").exists()


def test_another_account_is_told_whose_link_it_is(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    reader.client.force_login(cast.stranger.user)
    page = reader.read()
    assert page.status_code == 403
    assert "i•••@e•••.org" in page.content.decode()
    assert "Northlight" not in page.content.decode()


def test_a_representative_loses_the_link_with_the_authority(cast: Cast, row: UseRequest) -> None:
    agent = Reader(row, cast.rosalind)
    assert agent.read().status_code == 200
    Representation.objects.filter(pk=cast.authority.pk).update(revoked_at=timezone.now())
    assert agent.read().status_code == 410


def test_a_new_link_goes_to_the_registered_address_three_times_an_hour(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    ActionLink.objects.filter(pk=reader.link.pk).update(ended_at=timezone.now(), ended_because="REPLACED")
    reader.read()
    for _ in range(3):
        assert reader.client.post(f"{reader.base}new-link/", MEANT).status_code == 200
    assert reader.client.post(f"{reader.base}new-link/", MEANT).status_code == 422
    assert Fact.objects.filter(kind="link.replaced").count() == 3


def test_a_question_and_not_now_answer_nothing(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    reader.read()
    reader.client.post(f"{reader.base}ask/", {"body": "Which scenes, exactly?"})
    reader.client.post(f"{reader.base}not-now/", MEANT)
    assert UseRequest.objects.get(pk=row.pk).state == State.PENDING
    assert Performer.objects.get(pk=cast.imani.performer.pk).muted_until is not None
    assert "Which scenes, exactly?" in reader.read().content.decode()


def test_no_get_of_the_door_acts(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    reader.read()
    for path in ("answer/", "ask/", "not-now/", "take-back/", "reopen/", "not-me/", "new-link/"):
        assert reader.client.get(f"{reader.base}{path}").status_code == 405
    assert decisions.approval_needs(row, cast.imani.actor()) == 2


def test_a_link_answers_the_terms_of_its_own_mail_and_no_others(cast: Cast, row: UseRequest) -> None:
    reader = Reader(row, cast.imani.user)
    reader.enter()
    asked = row.terms
    later = replace(asked, description=replace(asked.description, extent="Two scenes"))
    use_requests.amend(row, later, revision=1, actor=cast.northlight.actor(), now=timezone.now())
    changed = UseRequest.objects.get(pk=row.pk)
    data = {"revision": 2, "digest": changed.digest, "nonce": str(uuid.uuid4()), "choice": "approve"}
    address = cast.imani.user.email
    assert reader.client.post(f"{reader.base}answer/", data | {"address": address}).status_code == 409
    assert reader.client.post(f"{reader.base}answer/", data | {"choice": "decline"}).status_code == 409
    assert not Decision.objects.exists()


def test_a_null_character_in_an_address_is_refused_not_crashed_on(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.imani.user)
    for address in ("/requests/R-%00/", "/vault/%00/", "/vault/?tag=%00", "/grants/G%00/"):
        assert client.get(address).status_code == 400, address


def test_who_may_only_read_is_offered_no_answer_and_no_question(cast: Cast, row: UseRequest) -> None:
    Representation.objects.filter(pk=cast.authority.pk).update(rights=[Right.SEE.value])
    page = Reader(row, cast.rosalind).read().content.decode()
    assert 'name="choice"' not in page
    assert 'name="body"' not in page
    signed_in = Client()
    signed_in.force_login(cast.rosalind)
    answer = signed_in.get(f"/requests/{row.ref}/answer/?a=approve")
    assert answer["Location"] == f"/requests/{row.ref}/"


def test_a_mailbox_that_is_no_longer_theirs_learns_nothing_of_changed_terms(cast: Cast, row: UseRequest) -> None:
    mail = Reader(row, cast.imani.user)
    now = timezone.now()
    use_requests.amend(row, make.terms(channels=["STREAMING"]), revision=1, actor=cast.northlight.actor(), now=now)
    assert by_link.trouble(by_link.by_id(mail.link.id), now=now) == "AMENDED"
    User.objects.filter(pk=cast.imani.user.pk).update(email="new@example.org")
    assert by_link.trouble(by_link.by_id(mail.link.id), now=now) == "MOVED"
