"""The three clocks of a grant: what is alive is computed from them at every read (product.md section 6).

Every window is half-open: it starts at its first instant and is over at its last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Phase(StrEnum):
    """WINDING_DOWN: nothing new may be made, work or material is still there. CLOSED: all is over and gone."""

    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    WINDING_DOWN = "WINDING_DOWN"
    DESTRUCTION_DUE = "DESTRUCTION_DUE"
    CLOSED = "CLOSED"
    VOID = "VOID"


class ClockProblem(StrEnum):
    NAIVE = "NAIVE"
    EMPTY = "EMPTY"
    EXPLOIT_BEFORE_GENERATE = "EXPLOIT_BEFORE_GENERATE"
    DESTROY_BEFORE_GENERATE = "DESTROY_BEFORE_GENERATE"
    DAY_OUT_OF_RANGE = "DAY_OUT_OF_RANGE"


class InvalidClocks(ValueError):
    """The clocks cannot run; ``code`` says why."""

    def __init__(self, code: ClockProblem) -> None:
        super().__init__(code.value)
        self.code = code


class UnknownZone(ValueError):
    """Not the name of a time zone, such as ``Europe/London``."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Aware instants. InvalidClocks unless generate_until is after the start and not after the other two."""

    starts_at: datetime
    generate_until: datetime
    exploit_until: datetime
    destroy_by: datetime

    def __post_init__(self) -> None:
        instants = (self.starts_at, self.generate_until, self.exploit_until, self.destroy_by)
        if any(instant.utcoffset() is None for instant in instants):
            raise InvalidClocks(ClockProblem.NAIVE)
        if not self.starts_at < self.generate_until:
            raise InvalidClocks(ClockProblem.EMPTY)
        if self.exploit_until < self.generate_until:
            raise InvalidClocks(ClockProblem.EXPLOIT_BEFORE_GENERATE)
        if self.destroy_by < self.generate_until:
            raise InvalidClocks(ClockProblem.DESTROY_BEFORE_GENERATE)


class Clock(StrEnum):
    GENERATE = "GENERATE"
    EXPLOIT = "EXPLOIT"
    DESTROY = "DESTROY"


class Announcement(StrEnum):
    """What is announced of a grant's end; the number is the days before. The codes are stored, once per grant."""

    GENERATE_ENDS_90 = "GENERATE_ENDS_90"
    GENERATE_ENDS_30 = "GENERATE_ENDS_30"
    GENERATE_ENDS_7 = "GENERATE_ENDS_7"
    GENERATE_ENDS_1 = "GENERATE_ENDS_1"
    GENERATE_ENDED = "GENERATE_ENDED"
    EXPLOIT_ENDS_90 = "EXPLOIT_ENDS_90"
    EXPLOIT_ENDS_30 = "EXPLOIT_ENDS_30"
    EXPLOIT_ENDS_7 = "EXPLOIT_ENDS_7"
    EXPLOIT_ENDS_1 = "EXPLOIT_ENDS_1"
    EXPLOIT_ENDED = "EXPLOIT_ENDED"
    DESTROY_DUE_90 = "DESTROY_DUE_90"
    DESTROY_DUE_30 = "DESTROY_DUE_30"
    DESTROY_DUE_7 = "DESTROY_DUE_7"
    DESTROY_DUE_1 = "DESTROY_DUE_1"
    DESTROY_DUE = "DESTROY_DUE"

    @property
    def clock(self) -> Clock:
        return Clock(self.value.split("_")[0])

    @property
    def days(self) -> int:
        """Days before the end; 0 for the end itself."""
        last = self.value.split("_")[-1]
        return int(last) if last.isdecimal() else 0


_NOTICES = tuple((notice, notice.clock, timedelta(days=notice.days)) for notice in Announcement)
_ENDS = frozenset(notice for notice in Announcement if notice.days == 0)
_EARLIEST, _LATEST = date(1900, 1, 1), date(9998, 12, 31)
_TICK = timedelta(microseconds=1)


def phase(
    clocks: Clocks, *, now: datetime, suspended: bool, withdrawn_at: datetime | None, voided: bool, destroyed: bool
) -> Phase:
    """Where the grant stands at ``now``; for unchanged flags it only ever moves forward.

    ``destroyed``: every holder has attested. A withdrawal counts as soon as it is recorded, whatever the reader's
    clock says, and ``clocks`` are those that ``withdraw`` returned. Withdrawn before it began, nothing was ever opened:
    CLOSED. A suspension shows while there is generation to suspend.
    """
    if voided:
        return Phase.VOID
    if _never_began(clocks, withdrawn_at):
        return Phase.CLOSED
    if withdrawn_at is None and now < clocks.generate_until:
        if suspended:
            return Phase.SUSPENDED
        return Phase.SCHEDULED if now < clocks.starts_at else Phase.ACTIVE
    if not destroyed and now >= clocks.destroy_by:
        return Phase.DESTRUCTION_DUE
    if destroyed and now >= clocks.exploit_until:
        return Phase.CLOSED
    return Phase.WINDING_DOWN


def may_generate(
    clocks: Clocks, *, now: datetime, suspended: bool, withdrawn_at: datetime | None, voided: bool
) -> bool:
    """May new material be made at this instant?"""
    live = not suspended and not voided and withdrawn_at is None
    return live and clocks.starts_at <= now < clocks.generate_until


def may_exploit(clocks: Clocks, *, now: datetime, suspended: bool, withdrawn_at: datetime | None, voided: bool) -> bool:
    """May finished work be shown at this instant?

    Neither a suspension nor a withdrawal reaches finished work: that is left to the terms (product.md section 6).
    """
    if voided or _never_began(clocks, withdrawn_at):
        return False
    return clocks.starts_at <= now < clocks.exploit_until


def withdraw(clocks: Clocks, *, at: datetime, retention_days: int) -> Clocks:
    """The clocks after a withdrawal: generation ends at once, material must be gone ``retention_days`` later at most.

    Never lengthens a clock; ``exploit_until`` stays. A grant withdrawn before it began keeps its clocks: see ``phase``.
    """
    if retention_days < 0:
        raise ValueError("retention_days must not be negative")
    if at <= clocks.starts_at:
        return clocks
    return replace(
        clocks,
        generate_until=min(clocks.generate_until, at),
        destroy_by=min(clocks.destroy_by, at + timedelta(days=retention_days)),
    )


def announcements(clocks: Clocks, *, since: datetime | None = None) -> list[tuple[Announcement, datetime]]:
    """Every announcement with its instant, earliest first.

    Notices of an end that is still to come are left out where they fall at or before ``since`` (the start, unless
    said otherwise): a grant issued or shortened late gives no notice of 90 days when 20 are left. Ended clocks are
    never left out.
    """
    known_from = clocks.starts_at if since is None else since
    ends = {
        Clock.GENERATE: clocks.generate_until,
        Clock.EXPLOIT: clocks.exploit_until,
        Clock.DESTROY: clocks.destroy_by,
    }
    found = [(notice, ends[clock] - before) for notice, clock, before in _NOTICES]
    return sorted(
        ((notice, at) for notice, at in found if notice in _ENDS or at > known_from), key=lambda item: item[1]
    )


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of the local day, in UTC. Raises UnknownZone, InvalidClocks."""
    where = _zone(zone)
    first, second = _midnights(_in_range(day), where)
    return _gap(second, first, where) if second < first else first


def end_of_day(day: date, zone: str) -> datetime:
    """The instant at which the local day is over, in UTC: after every instant of that day.

    Where midnight does not exist this is the jump; where clocks fall back across midnight, the second midnight.
    Raises UnknownZone, InvalidClocks.
    """
    where = _zone(zone)
    first, second = _midnights(_in_range(day) + timedelta(days=1), where)
    if second < first:
        return _gap(second, first, where)
    return second if (second - _TICK).astimezone(where).date() == day else first


def _never_began(clocks: Clocks, withdrawn_at: datetime | None) -> bool:
    return withdrawn_at is not None and withdrawn_at <= clocks.starts_at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


def _in_range(day: date) -> date:
    if not _EARLIEST <= day <= _LATEST:
        raise InvalidClocks(ClockProblem.DAY_OUT_OF_RANGE)
    return day


def _midnights(day: date, where: ZoneInfo) -> tuple[datetime, datetime]:
    """Local midnight by the offset before and after a change of clocks; in a gap the second is the earlier."""
    midnight = datetime.combine(day, time(), tzinfo=where)
    return midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC)


def _gap(low: datetime, high: datetime, where: ZoneInfo) -> datetime:
    """The instant between ``low`` and ``high`` at which the zone's offset changes; changes fall on whole seconds."""
    before = low.astimezone(where).utcoffset()
    reach = int((high - low).total_seconds())
    unchanged, changed = 0, reach
    while changed - unchanged > 1:
        middle = (unchanged + changed) // 2
        if (low + timedelta(seconds=middle)).astimezone(where).utcoffset() == before:
            unchanged = middle
        else:
            changed = middle
    return low + timedelta(seconds=changed)
