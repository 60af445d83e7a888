"""The pages about notices: what was told, what to be told, the way out, and the operator's dead letters."""

from __future__ import annotations

import re
from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from consent.models import User
from notifications import addresses, delivery, preferences, queries
from notifications.models import Channel, Choice, Delivery, Group, How, Settings, State
from tests import make
from tests.make import NOW, Cast
from tests.notifications import office


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def unread(user: User) -> int:
    return Delivery.objects.filter(recipient=user, channel=Channel.INAPP, read_at=None).count()


@pytest.fixture
def told(cast: Cast) -> Cast:
    office.forget()
    make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    return cast


SETTINGS = {
    "quiet_from": "22:00",
    "quiet_to": "07:30",
    **dict.fromkeys(("REQUESTS", "ANSWERS", "ENDINGS", "MEDIA", "PEOPLE"), "USUAL"),
}


def test_the_inbox_lists_links_and_counts(told: Cast) -> None:
    page = signed_in(told.imani.user).get(reverse("notices:inbox")).content.decode()
    assert "You declined The Salt Road" in page
    assert "Northlight Pictures asks about The Salt Road" in page
    row = Delivery.objects.filter(kind="use_request.declined").first().use_request
    assert reverse("performer:request", args=[row.ref]) in page
    assert unread(told.imani.user) == 2


@pytest.mark.parametrize("who", ["imani", "rosalind", "owner", "staff", "stranger"])
def test_every_side_has_its_page(told: Cast, who: str) -> None:
    make.staff()
    users = {
        "imani": told.imani.user,
        "rosalind": told.rosalind,
        "owner": told.northlight.owner,
        "staff": User.objects.get(email="staff@example.org"),
        "stranger": told.stranger.user,
    }
    for name in ("notices:inbox", "notices:settings"):
        assert signed_in(users[who]).get(reverse(name)).status_code == 200


def test_reading_marks_once_and_only_ones_own(told: Cast) -> None:
    mine = Delivery.objects.filter(recipient=told.imani.user, channel=Channel.INAPP).order_by("pk")
    first = mine[0]
    url = reverse("notices:read", args=[first.message_id])
    assert signed_in(told.imani.user).get(url).status_code == 405
    assert signed_in(told.stranger.user).post(url).status_code == 404
    assert unread(told.imani.user) == 2
    assert signed_in(told.imani.user).post(url).status_code == 302
    at = Delivery.objects.get(pk=first.pk).read_at
    assert signed_in(told.imani.user).post(url).status_code == 302
    assert Delivery.objects.get(pk=first.pk).read_at == at is not None
    assert signed_in(told.imani.user).post(reverse("notices:read", args=["f" * 32])).status_code == 404
    assert signed_in(told.imani.user).post(reverse("notices:read_all")).status_code == 302
    assert unread(told.imani.user) == 0
    assert unread(told.rosalind) == 2


def test_looking_marks_nothing(told: Cast) -> None:
    signed_in(told.imani.user).get(reverse("notices:inbox"))
    assert unread(told.imani.user) == 2


def test_the_inbox_costs_the_same_however_full(told: Cast, django_assert_max_num_queries: object) -> None:
    for _ in range(5):
        make.decline(make.pending(told.northlight, told.imani), told.imani)
    office.dispatch()
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        _page, items = queries.inbox(told.imani.user, page=1, now=NOW)
        assert len(items) == 12


def test_nobody_who_is_not_signed_in_sees_notices(db: None) -> None:
    for name in ("notices:inbox", "notices:settings"):
        assert Client().get(reverse(name)).status_code == 302


def test_choices_are_kept_and_taken_back(cast: Cast) -> None:
    client = signed_in(cast.imani.user)
    url = reverse("notices:settings")
    answer = client.post(
        url, SETTINGS | {"REQUESTS": "DAILY", "ANSWERS": "OFF", "quiet": "on", "neutral_subjects": "on"}
    )
    assert answer.status_code == 302
    assert dict(Choice.objects.filter(user=cast.imani.user).values_list("group", "how")) == {
        "REQUESTS": "DAILY",
        "ANSWERS": "OFF",
    }
    kept = Settings.objects.get(user=cast.imani.user)
    assert (kept.quiet, kept.quiet_from, kept.quiet_to, kept.neutral_subjects) == (True, time(22), time(7, 30), True)
    page = client.get(url).content.decode()
    assert re.search(r'<option value="DAILY" selected>', page)
    assert "Europe/London" in page
    assert client.post(url, SETTINGS | {"ANSWERS": "AT_ONCE"}).status_code == 302
    assert dict(Choice.objects.filter(user=cast.imani.user).values_list("group", "how")) == {"ANSWERS": "AT_ONCE"}
    assert Settings.objects.get(user=cast.imani.user).quiet is False


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"REQUESTS": ""}, "Choose one of the four answers in the list."),
        ({"REQUESTS": "LOUDLY"}, "Choose one of the four answers in the list."),
        ({"quiet": "on", "quiet_to": "22:00"}, "Quiet hours that end when they begin are no hours."),
        ({"quiet_from": "noon"}, "Enter a valid time."),
    ],
)
def test_nonsense_is_answered_with_a_sentence(cast: Cast, bad: dict[str, str], sentence: str) -> None:
    answer = signed_in(cast.imani.user).post(reverse("notices:settings"), SETTINGS | bad)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Choice.objects.exists()


def test_security_cannot_be_chosen(cast: Cast) -> None:
    signed_in(cast.imani.user).post(reverse("notices:settings"), SETTINGS | {"SECURITY": "OFF", "GRANTS": "OFF"})
    assert not Choice.objects.exists()


@pytest.fixture
def way_out(cast: Cast) -> str:
    return reverse("notices:unsubscribe", args=[addresses.unsubscribe_token(cast.imani.user, Group.REQUESTS)])


def test_opening_the_way_out_changes_nothing(cast: Cast, way_out: str) -> None:
    for act in (Client().get, Client().head):
        assert act(way_out).status_code == 200
    assert not Choice.objects.exists()
    assert "Requests, questions and reminders" in Client().get(way_out).content.decode()


def test_one_click_needs_no_cookie_and_says_yes_twice(cast: Cast, way_out: str) -> None:
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert client.post(way_out, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Choice.objects.get().how == How.OFF
    assert "sessionid" not in client.cookies
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    assert office.mails(cast.imani.user) == []
    assert len(office.mails(cast.rosalind)) == 1
    assert client.post(way_out, {"again": "1"}).status_code == 200
    assert not Choice.objects.exists()


def test_a_machine_that_submits_the_form_as_it_stands_turns_nothing_off(way_out: str) -> None:
    answer = Client().post(way_out)
    assert answer.status_code == 422
    assert "Tick the box beside the button first" in answer.content.decode()
    assert not Choice.objects.exists()
    assert Client().post(way_out, {"sure": "on"}).status_code == 200
    assert Choice.objects.get().how == How.OFF


def test_only_what_we_made_is_a_way_out(cast: Cast, way_out: str) -> None:
    token = addresses.unsubscribe_token(cast.imani.user, Group.REQUESTS)
    said, _, mac = token.rpartition(".")
    other = said.replace("REQUESTS", "SECURITY")
    stranger = said.replace(cast.imani.user.ref, cast.stranger.user.ref)
    for forged in (
        f"{other}.{mac}",
        f"{stranger}.{mac}",
        said,
        f"{said}.",
        "su1",
        "x",
        f"{token}x",
        token.replace("k1", "k9"),
    ):
        for act in (Client().get, Client().post):
            assert act(reverse("notices:unsubscribe", args=[forged])).status_code == 404, forged
    assert not Choice.objects.exists()


@pytest.fixture
def dead(told: Cast) -> Delivery:
    row = office.mails(told.northlight.owner, "use_request.declined")[0]
    Delivery.objects.filter(pk=row.pk).update(
        state=State.DEAD, attempts=12, settled_at=NOW, last_error_code="SMTP_550", last_error="no such mailbox"
    )
    return Delivery.objects.get(pk=row.pk)


def operator() -> Client:
    make.staff()
    return signed_in(User.objects.get(email="staff@example.org"))


def test_dead_letters_show_why_and_can_be_tried_again(dead: Delivery) -> None:
    client = operator()
    page = client.get(reverse("staff:mail")).content.decode()
    for said in ("owner@northlight.example", "use_request.declined", "SMTP_550", "no such mailbox", "12"):
        assert said in page
    assert "Imani" not in page  # what a mail says is not the operator's business
    url = reverse("staff:mail_retry", args=[dead.message_id])
    assert client.get(url).status_code == 405
    assert client.post(url, follow=True).status_code == 200
    again = Delivery.objects.get(pk=dead.pk)
    assert (again.state, again.attempts, again.message_id) == (State.QUEUED, 0, dead.message_id)
    assert "no longer a dead letter" in client.post(url, follow=True).content.decode()


@pytest.mark.parametrize("who", ["imani", "rosalind", "northlight"])
def test_only_the_operator_sees_dead_letters(dead: Delivery, told: Cast, who: str) -> None:
    user = {"imani": told.imani.user, "rosalind": told.rosalind, "northlight": told.northlight.owner}[who]
    client = signed_in(user)
    assert client.get(reverse("staff:mail")).status_code == 404
    assert client.post(reverse("staff:mail_retry", args=[dead.message_id])).status_code == 404
    assert Delivery.objects.get(pk=dead.pk).state == State.DEAD


def test_the_post_office_says_how_it_stands(dead: Delivery) -> None:
    standing = queries.standing()
    assert (standing.dead, standing.sending) == (1, 0)
    assert standing.waiting == Delivery.objects.filter(state=State.QUEUED).count() > 0
    assert standing.oldest == NOW
    delivery.claim(now=NOW, size=1)
    assert queries.standing().sending == 1


def test_sides_choose_only_what_they_hear_of(cast: Cast) -> None:
    assert Group.MEDIA in queries.groups(cast.imani.user)
    assert Group.MEDIA not in queries.groups(cast.northlight.owner)
    preferences.choose(cast.northlight.owner, {Group.ENDINGS: How.OFF})
    assert queries.choices(cast.northlight.owner)[Group.ENDINGS] is How.OFF
