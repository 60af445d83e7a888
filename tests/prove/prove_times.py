"""Twelve zones at their changes of clocks, with the sweep on, off, late and twice: nothing is valid at or after its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consent.core.clocks import end_of_day
from consent.models import Fact, Grant
from consent.services import expirations
from tests import make
from tests.make import Cast
from tests.prove.conftest import Tell

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]

ZONES = (
    "Europe/London", "America/New_York", "America/Los_Angeles", "America/Santiago", "America/Sao_Paulo", "Africa/Cairo",
    "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Atlantic/Azores",
)  # fmt: skip
TICK = timedelta(microseconds=1)
Sweep = Callable[[datetime], None]


def edges(zone: str) -> list[date]:
    """The four next days on which this zone's offset changes; where it has none any more, four ordinary month's ends."""
    where, day, found = ZoneInfo(zone), date(2026, 9, 1), []
    while len(found) < 4 and day < date(2029, 1, 1):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=where)
        before = noon - timedelta(days=1)
        if noon.utcoffset() != before.utcoffset():
            found.append(day)
        day += timedelta(days=1)
    return found or [date(2026, 9, 30), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29)]


def on_time(end: datetime) -> None:
    expirations.sweep(now=end)


def twice(end: datetime) -> None:
    expirations.sweep(now=end)
    expirations.sweep(now=end)


def late(end: datetime) -> None:
    expirations.sweep(now=end + timedelta(days=3))


def off(_end: datetime) -> None:
    pass


SWEEPS: tuple[Sweep, ...] = (on_time, twice, late, off)


def grant_until(cast: Cast, day: date) -> Grant:
    asked = make.terms(
        dates={
            "starts_on": "2026-07-01",
            "generate_until": day.isoformat(),
            "exploit_until": day.isoformat(),
            "destroy_by": day.isoformat(),
        }
    )
    found: Grant = make.granted(cast.northlight, cast.imani, asked)
    return found


def local_day_is_over(at: datetime, day: date, zone: str) -> bool:
    """By the wall clock of the zone alone, instant for instant, without the code that is proven."""
    return at.astimezone(ZoneInfo(zone)).date() > day


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_is_valid_at_or_after_its_end(tell: Tell, zone: str) -> None:
    cast = make.cast()
    type(cast.imani.performer).objects.filter(pk=cast.imani.performer.pk).update(time_zone=zone)
    cast.imani.performer.refresh_from_db()
    reads = wrong = told_wrong = 0
    days = edges(zone)
    for day in days:
        end = end_of_day(day, zone)
        assert local_day_is_over(end, day, zone)
        assert not local_day_is_over(end - TICK, day, zone)
        for sweep in SWEEPS:
            grant = grant_until(cast, day)
            sweep(end)
            grant.refresh_from_db()
            for offset in (-3600, -1, 0, 1, 1800, 3600, 7200, 86_400):
                at = end + timedelta(seconds=offset)
                reads += 1
                valid = Grant.objects.generating(at).filter(pk=grant.pk).exists()
                wrong += valid and at >= end
                assert valid or at >= end or sweep is late, (zone, day, sweep.__name__, offset)
            ended = Fact.objects.filter(kind="grant.generate_ended", subject_ref=grant.ref)
            told_wrong += ended.exclude(effective_at=end).count() + max(0, ended.count() - 1)
    assert end.tzinfo is UTC
    assert (wrong, told_wrong) == (0, 0)
    tell(
        "time",
        f"{zone}, {len(days)} edges x {len(SWEEPS)} sweeps",
        reads=reads,
        valid_at_or_after_the_end=wrong,
        told_twice_or_with_another_instant=told_wrong,
    )
