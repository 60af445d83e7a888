"""What each person chose: how they hear of a group, and the hours in which they hear nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from consent.models import User
from notifications.catalogue import CHOOSABLE, Notice, Row
from notifications.models import Choice, Group, How, Settings, Urgency

DIGEST_AT = time(8, 0)
CIVIL_FROM, CIVIL_TO = time(9, 0), time(20, 0)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local hours in which nothing rings; they may run over midnight. Equal ends are no hours at all."""

    start: time
    end: time

    def covers(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def how_for(row: Row, notice: Notice, chosen: str | None) -> How:
    """At once, in the daily digest, or not by e-mail. What is mandatory asks nobody."""
    if row.mandatory:
        return How.AT_ONCE
    return How(chosen) if chosen else notice.how


def quiet_of(settings: Settings | None) -> Quiet | None:
    if settings is None or not settings.quiet or settings.quiet_from == settings.quiet_to:
        return None
    return Quiet(settings.quiet_from, settings.quiet_to)


def due_at(now: datetime, *, urgency: Urgency, zone: str, quiet: Quiet | None) -> datetime:
    """When a mail may go out: now, or at the end of the recipient's quiet hours. NOW waits for nobody's night."""
    if quiet is None or urgency is Urgency.NOW:
        return now
    local = now.astimezone(ZoneInfo(zone))
    if not quiet.covers(local.time()):
        return now
    day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    return _instant(day, quiet.end, zone, after=now)


def digest_due(now: datetime, *, zone: str, quiet: Quiet | None) -> date | None:
    """The local day whose digest may go out now: from 08:00 on, and not inside quiet hours that last longer."""
    local = now.astimezone(ZoneInfo(zone))
    if local.time() < DIGEST_AT or (quiet is not None and quiet.covers(local.time())):
        return None
    return local.date()


def civil_at(now: datetime, *, zone: str, before: datetime | None = None) -> datetime:
    """The next civil hour at the recipient's place: now, or 09:00. Where that would come too late, ``now`` after all."""
    local = now.astimezone(ZoneInfo(zone))
    if CIVIL_FROM <= local.time() < CIVIL_TO:
        return now
    day = local.date() if local.time() < CIVIL_FROM else local.date() + timedelta(days=1)
    at = _instant(day, CIVIL_FROM, zone, after=now)
    return at if before is None or at < before else now


@transaction.atomic
def choose(user: User, how: Mapping[Group, How | None]) -> None:
    """Keep a person's choices; None leaves a group to the catalogue again. ValueError for a group that is always on."""
    if set(how) - set(CHOOSABLE):
        raise ValueError("this group is always on")
    for group, chosen in how.items():
        if chosen is None:
            Choice.objects.filter(user=user, group=group.value).delete()
        else:
            Choice.objects.update_or_create(user=user, group=group.value, defaults={"how": chosen.value})


def turn_off(user: User, group: Group) -> None:
    """What one-click unsubscribe does. Twice is the same as once."""
    choose(user, {group: How.OFF})


def keep_settings(user: User, *, quiet: bool, quiet_from: time, quiet_to: time, neutral_subjects: bool) -> None:
    Settings.objects.update_or_create(
        user=user,
        defaults={
            "quiet": quiet,
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
            "neutral_subjects": neutral_subjects,
        },
    )


def _instant(day: date, at: time, zone: str, *, after: datetime) -> datetime:
    """A local time as an instant later than ``after``: where clocks fall back it exists twice, where they leap it moves on."""
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    first = local.astimezone(UTC)
    return first if first > after else local.replace(fold=1).astimezone(UTC)
