"""Quiet hours and the daily mail, by the clock on the recipient's wall, through every change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st

from consent.models import Performer
from notifications import digests, preferences
from notifications.models import Delivery, Group, How, Settings, State, Urgency
from notifications.preferences import Quiet
from tests import make
from tests.conftest import Sink
from tests.make import NOW, Cast, at
from tests.notifications import office

NIGHT = Quiet(time(21), time(8))
LONDON, NEW_YORK, LORD_HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "due"),
    [
        (LONDON, NIGHT, "2026-06-11T12:00", "2026-06-11T12:00"),  # by day
        (LONDON, NIGHT, "2026-06-11T19:59:59", "2026-06-11T19:59:59"),  # a second before 21:00
        (LONDON, NIGHT, "2026-06-11T20:00", "2026-06-12T07:00"),  # 21:00 sharp
        (LONDON, NIGHT, "2026-06-12T06:59", "2026-06-12T07:00"),  # after midnight
        (LONDON, NIGHT, "2026-06-12T07:00", "2026-06-12T07:00"),  # 08:00 sharp: over
        (LONDON, Quiet(time(12), time(14)), "2026-06-11T11:30", "2026-06-11T13:00"),  # within one day
        # Clocks go forward on 29 March 2026 at 01:00 UTC, and back on 25 October 2026 at 01:00 UTC.
        (LONDON, NIGHT, "2026-03-28T22:00", "2026-03-29T07:00"),  # eight hours of night, not nine
        (LONDON, NIGHT, "2026-10-24T21:00", "2026-10-25T08:00"),  # and one more
        (LONDON, Quiet(time(22), time(1, 30)), "2026-03-28T23:00", "2026-03-29T01:30"),  # 01:30 does not exist: 02:30
        (LONDON, Quiet(time(22), time(1, 30)), "2026-10-24T23:00", "2026-10-25T00:30"),  # the first of two 01:30
        (LONDON, Quiet(time(22), time(1, 30)), "2026-10-25T01:10", "2026-10-25T01:30"),  # the second time round
        (NEW_YORK, NIGHT, "2026-03-08T03:00", "2026-03-08T12:00"),  # spring forward on 8 March
        (NEW_YORK, NIGHT, "2026-11-01T04:00", "2026-11-01T13:00"),  # back on 1 November
        (LORD_HOWE, NIGHT, "2026-10-03T12:00", "2026-10-03T21:00"),  # half an hour forward on 4 October
    ],
)  # fmt: skip
def test_the_end_of_the_night(zone: str, quiet: Quiet, now: str, due: str) -> None:
    assert preferences.due_at(utc(now), urgency=Urgency.NORMAL, zone=zone, quiet=quiet) == utc(due)
    assert preferences.due_at(utc(now), urgency=Urgency.NOW, zone=zone, quiet=quiet) == utc(now)
    assert preferences.due_at(utc(now), urgency=Urgency.LOW, zone=zone, quiet=None) == utc(now)


@given(
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from([LONDON, NEW_YORK, LORD_HOWE, "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo"]),
)
def test_held_mail_is_due_within_a_day_and_outside_the_night(minutes: int, start: time, end: time, zone: str) -> None:
    quiet = Quiet(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    now = utc("2026-01-01T00:00") + timedelta(minutes=minutes)
    due = preferences.due_at(now, urgency=Urgency.NORMAL, zone=zone, quiet=quiet)
    assert now <= due <= now + timedelta(hours=25)
    assert preferences.due_at(due, urgency=Urgency.NORMAL, zone=zone, quiet=quiet) == due


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        (LONDON, "2026-06-11T06:59:59", None),
        (LONDON, "2026-06-11T07:00", "2026-06-11"),
        (LONDON, "2026-06-11T22:30", "2026-06-11"),
        (LONDON, "2026-06-11T23:30", None),  # past midnight over there
        (LONDON, "2026-03-29T06:59", None),
        (LONDON, "2026-03-29T07:00", "2026-03-29"),  # the morning the clocks went forward
        (LONDON, "2026-10-25T07:59", None),
        (LONDON, "2026-10-25T08:00", "2026-10-25"),  # and back
        (NEW_YORK, "2026-06-11T11:59", None),
        (NEW_YORK, "2026-06-11T12:00", "2026-06-11"),
        (LORD_HOWE, "2026-10-03T21:00", "2026-10-04"),
        ("Pacific/Kiritimati", "2026-06-11T18:00", "2026-06-12"),
    ],
)
def test_the_digest_is_due_at_eight_on_the_wall(zone: str, now: str, day: str | None) -> None:
    found = preferences.digest_due(utc(now), zone=zone, quiet=None)
    assert (found.isoformat() if found else None) == day


def test_the_digest_waits_for_longer_quiet_hours() -> None:
    late = Quiet(time(22), time(10))
    assert preferences.digest_due(utc("2026-06-11T08:30"), zone=LONDON, quiet=late) is None
    assert preferences.digest_due(utc("2026-06-11T09:00"), zone=LONDON, quiet=late) is not None


@pytest.mark.parametrize(
    ("now", "before", "due"),
    [
        ("2026-06-11T08:00", None, "2026-06-11T08:00"),
        ("2026-06-11T07:59", None, "2026-06-11T08:00"),
        ("2026-06-11T19:00", None, "2026-06-12T08:00"),  # 20:00 is too late for today
        ("2026-06-11T19:00", "2026-06-12T07:00", "2026-06-11T19:00"),  # tomorrow would be too late
        ("2026-03-29T02:00", None, "2026-03-29T08:00"),
    ],
)
def test_a_civil_hour_where_the_deadline_allows(now: str, before: str | None, due: str) -> None:
    assert preferences.civil_at(utc(now), zone=LONDON, before=utc(before) if before else None) == utc(due)


def daily(cast: Cast, count: int = 2) -> None:
    """That many declined requests for Imani's daily mail."""
    preferences.choose(cast.imani.user, {Group.REQUESTS: How.DAILY})
    office.forget()
    for _ in range(count):
        make.pending(cast.northlight, cast.imani, days=30)
    office.dispatch()


def tomorrow(hour: int, minute: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute) + timedelta(days=1)


def test_one_mail_a_day_carries_them_all(cast: Cast, smtp: Sink) -> None:
    daily(cast)
    assert digests.send_due(now=tomorrow(6, 59)) == 0
    assert digests.send_due(now=tomorrow(7)) == 1
    assert digests.send_due(now=tomorrow(7)) == 0
    office.send(tomorrow(7))
    [message] = [found for found in smtp.messages if "imani" in found["To"]]
    assert message["Subject"] == "2 notices from Sayso"
    assert office.part(message, "plain").count("Northlight Pictures asks about The Salt Road") == 2
    assert "you chose to hear of these things once a day" in office.part(message, "html")
    assert {row.state for row in office.mails(cast.imani.user)} == {State.SENT}


def test_what_comes_after_waits_for_the_next_day(cast: Cast, smtp: Sink) -> None:
    daily(cast, 1)
    assert digests.send_due(now=tomorrow(7)) == 1
    make.pending(cast.northlight, cast.imani, now=tomorrow(7, 30))
    office.run(tomorrow(7, 30))
    assert digests.send_due(now=tomorrow(15)) == 0
    assert digests.send_due(now=tomorrow(7) + timedelta(days=1)) == 1


def test_a_digest_is_made_once_whoever_makes_it(cast: Cast, smtp: Sink) -> None:
    daily(cast)
    digests.send_due(now=tomorrow(7))
    Performer.objects.filter(pk=cast.imani.performer.pk).update(time_zone=NEW_YORK)  # flies west: the same day again
    assert digests.send_due(now=tomorrow(13)) == 0
    assert Delivery.objects.filter(digest_on__isnull=False).count() == 1


def test_a_digest_of_which_nothing_is_true_any_more_is_not_sent(cast: Cast, smtp: Sink) -> None:
    daily(cast, 1)
    row = Delivery.objects.filter(kind="use_request.submitted").first().use_request
    make.decline(row, cast.imani)
    office.run()
    smtp.messages.clear()
    digests.send_due(now=tomorrow(7))
    tally = office.send(tomorrow(7))
    assert (tally.sent, tally.skipped) == (0, 1)
    assert smtp.messages == []
    assert Delivery.objects.get(digest_on__isnull=False).last_error_code == "EMPTY"


def test_a_digest_that_fails_goes_out_later_as_the_same_message(cast: Cast, smtp: Sink) -> None:
    daily(cast)
    digests.send_due(now=tomorrow(7))
    smtp.answer = "451 later"
    office.send(tomorrow(7))
    mine = Delivery.objects.get(digest_on__isnull=False)
    assert Delivery.objects.filter(carried_by=mine, state=State.DIGEST).count() == 2
    smtp.answer = ""
    office.send(tomorrow(8))
    message = next(found for found in smtp.messages if "imani" in found["To"])
    assert message["Message-ID"] == f"<{mine.message_id}@localhost>"
    assert Delivery.objects.filter(carried_by=mine, state=State.SENT).count() == 2


def test_quiet_hours_chosen_while_the_mail_waited_hold_it_too(cast: Cast, smtp: Sink) -> None:
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    Settings.objects.create(user=cast.imani.user, quiet=True, quiet_from=time(9), quiet_to=time(18))
    tally = office.send()
    assert (tally.sent, tally.later) == (1, 1)
    [held] = office.mails(cast.imani.user)
    assert (held.state, held.attempts, held.next_try_at) == (State.QUEUED, 0, NOW.replace(hour=17, minute=0))
    assert office.send(at(hours=8)).sent == 1


def test_the_settings_language_list_is_what_the_mails_speak() -> None:
    assert [code for code, _name in django_settings.LANGUAGES] == ["en", "es", "fr"]
