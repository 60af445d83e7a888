"""One reminder, at the promised moment and at a civil hour, and half time for representatives: each exactly once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.core import lifecycle
from consent.models import Fact, Performer, UseRequest
from consent.services import decisions, representatives, use_requests
from notifications import reminders
from notifications.models import Channel, Delivery
from tests import make
from tests.conftest import Sink
from tests.make import NOW, Cast, at
from tests.notifications import office


def due(kind_to: str = "") -> list[Fact]:
    facts = Fact.objects.filter(kind=reminders.KIND).select_related("payload").order_by("pk")
    return [fact for fact in facts if f'"to":"{kind_to}' in fact.payload.text]


@given(
    window=st.timedeltas(lifecycle.MIN_WINDOW, lifecycle.MAX_WINDOW),
)
def test_no_reminder_is_earlier_than_the_index_looks(window: timedelta) -> None:
    sent = datetime(2026, 1, 1, tzinfo=UTC)
    found = lifecycle.reminder_at(sent, sent + window)
    assert found is None or found >= sent + window - reminders._SOONEST


def test_three_days_before_once(cast: Cast) -> None:
    make.pending(cast.northlight, cast.imani, days=10)
    assert reminders.send_due(now=at(days=4)) == 0
    reminders.send_due(now=at(days=5))  # half time
    assert due("EVERYBODY") == []
    assert reminders.send_due(now=at(days=7) - timedelta(seconds=1)) == 0
    assert reminders.send_due(now=at(days=7)) == 1
    assert reminders.send_due(now=at(days=7)) == 0
    assert reminders.send_due(now=at(days=8)) == 0
    assert len(due("EVERYBODY")) == 1


def test_a_short_window_is_reminded_a_day_before_and_without_half_time(cast: Cast) -> None:
    make.pending(cast.northlight, cast.imani, days=3)
    assert reminders.send_due(now=at(days=2) - timedelta(minutes=1)) == 0
    assert reminders.send_due(now=at(days=2)) == 1
    assert len(due("EVERYBODY")) == 1
    assert due("REPRESENTATIVES") == []


def test_half_time_is_for_representatives_alone(cast: Cast) -> None:
    make.pending(cast.northlight, cast.imani, days=10)
    office.forget()
    assert reminders.send_due(now=at(days=5)) == 1
    office.dispatch(at(days=5))
    assert {row.recipient_id for row in office.mails()} == {cast.rosalind.pk}
    assert reminders.send_due(now=at(days=6)) == 0


def test_nobody_represents_so_nobody_hears_at_half_time(cast: Cast) -> None:
    representatives.revoke_representation(cast.authority, actor=cast.imani.actor(second_factor=True), now=NOW)
    make.pending(cast.northlight, cast.imani, days=10)
    assert reminders.send_due(now=at(days=5)) == 0


def test_not_at_night(cast: Cast) -> None:
    asked = NOW.replace(hour=2)  # 03:00 in London: three days before ends at night, too
    make.pending(cast.northlight, cast.imani, now=asked, days=10)
    moment = asked + timedelta(days=7)
    reminders.send_due(now=asked + timedelta(days=5))
    assert reminders.send_due(now=moment) == 0
    assert reminders.send_due(now=moment.replace(hour=7, minute=59)) == 0
    assert reminders.send_due(now=moment.replace(hour=8)) == 1


def test_each_reader_has_their_own_morning(cast: Cast) -> None:
    cast.rosalind.time_zone = "America/Los_Angeles"
    cast.rosalind.save(update_fields=["time_zone"])
    make.pending(cast.northlight, cast.imani, days=10)
    office.forget()
    reminders.send_due(now=at(days=5))
    reminders.send_due(now=at(days=7))
    office.dispatch(at(days=7))
    [mine] = office.mails(cast.imani.user)
    assert mine.next_try_at == at(days=7)
    hers = office.mails(cast.rosalind)
    assert {row.next_try_at for row in hers} == {at(days=7).replace(hour=16, minute=0)}  # 09:00 in Los Angeles


def test_a_night_before_the_deadline_is_better_than_no_reminder(cast: Cast) -> None:
    """The sweep was dead until the last night: the reminder comes at once, because the morning would be too late."""
    asked = NOW.replace(hour=2)
    make.pending(cast.northlight, cast.imani, now=asked, days=10)
    late = asked + timedelta(days=10) - timedelta(hours=2)
    assert reminders.send_due(now=late) == 2
    assert reminders.send_due(now=asked + timedelta(days=10)) == 0


def test_not_now_holds_the_reminder_back(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, days=10)
    reminders.send_due(now=at(days=5))
    decisions.not_now(row, actor=cast.imani.actor(now=at(days=6, hours=23)), now=at(days=6, hours=23))
    assert Performer.objects.get(pk=cast.imani.performer.pk).muted_until == at(days=7, hours=23)
    assert reminders.send_due(now=at(days=7)) == 0
    assert reminders.send_due(now=at(days=8)) == 1


@pytest.mark.parametrize("how", ["answered", "withdrawn", "lapsed"])
def test_what_no_longer_waits_is_not_reminded(cast: Cast, how: str) -> None:
    row = make.pending(cast.northlight, cast.imani, days=10)
    reminders.send_due(now=at(days=5))
    if how == "answered":
        make.decline(row, cast.imani)
    elif how == "withdrawn":
        use_requests.withdraw(row, revision=1, actor=cast.northlight.actor(), now=NOW)
    else:
        use_requests.lapse(row, actor=make.Actor.clock(), now=at(days=10))
    assert reminders.send_due(now=at(days=7)) == 0


def test_changed_terms_are_reminded_anew(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, days=10)
    reminders.send_due(now=at(days=5))
    reminders.send_due(now=at(days=7))
    use_requests.amend(
        row,
        make.terms(channels=["STREAMING"]),
        revision=1,
        deadline_at=at(days=20),
        actor=cast.northlight.actor(),
        now=at(days=8),
    )
    assert reminders.send_due(now=at(days=10)) == 0
    assert reminders.send_due(now=at(days=17)) == 2
    assert len(due("EVERYBODY")) == 2


def test_a_reminder_that_was_overtaken_is_not_recorded(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, days=10)
    stale = UseRequest.objects.select_related("performer", "studio", "production").get(pk=row.pk)
    make.decline(row, cast.imani)
    assert reminders._remind(stale, at(days=7)) == 0
    assert due("EVERYBODY") == []


def test_the_mail_says_that_it_is_the_one_reminder(cast: Cast, smtp: Sink) -> None:
    make.pending(cast.northlight, cast.imani, days=10)
    reminders.send_due(now=at(days=5))
    office.forget()
    reminders.send_due(now=at(days=7))
    office.run(at(days=7))
    mine = next(message for message in smtp.messages if "imani" in message["To"])
    assert mine["Subject"] == "Northlight Pictures is waiting to hear about The Salt Road"
    assert "This is the one reminder." in office.part(mine, "plain")
    assert Delivery.objects.filter(channel=Channel.INAPP, kind=reminders.KIND).count() == 2
