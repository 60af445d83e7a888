"""Turns domain values into the flat shapes that templates read: statements, comparison rows, histories."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from consent.core.findings import Finding, Standing
from consent.core.preferences import Preferences
from consent.core.vocabulary import USES_AT, Dimension
from consent.models import UseRequest
from consent.render import times, words
from consent.render.findings import Row
from consent.render.sentence import Part, Statement
from portal import statuswords

MARK_OF = {Standing.GOES_FURTHER: "over", Standing.NEVER: "over", Standing.YOURS_TO_DECIDE: "mine"}
THEIR_MARK_OF = {Standing.GOES_FURTHER: "beyond", Standing.NEVER: "beyond", Standing.YOURS_TO_DECIDE: "theirs"}

Marked = list[tuple[str, str]]


def parts(said: Statement, findings: Iterable[Finding] = (), *, you: bool = True) -> Marked:
    """A statement as (text, mark) pairs; where a finding does not fit, its words are marked instead of emphasised."""
    marks = MARK_OF if you else THEIR_MARK_OF
    standing = {found.dimension: found for found in findings}
    marked: Marked = []
    term_said = False
    for part in said.parts:
        found = standing.get(part.dimension) if part.dimension else None
        mark = marks.get(found.standing, "") if found and _concerns(part, found, term_said=term_said) else ""
        term_said = term_said or part.dimension is Dimension.TERM
        if part.was is not None and part.was != part.text:
            marked.append((part.was, "del"))
            if part.was and part.text:
                marked.append((" ", ""))
            mark = "ins"
        elif part.step is not None:
            mark = "blank"
        elif not mark:
            mark = "title" if part.title else "own" if part.mine else "strong" if part.strong else ""
        marked.append((part.text, mark))
    return marked


def compare_row(row: Row) -> dict[str, Any]:
    """One row of ``components/compare.html``."""
    drawn: dict[str, Any] = {
        name: row.figures[name] for name in ("years", "fee", "they_bits", "you_bits") if row.figures.get(name)
    }
    return {
        "term": row.label,
        "they": row.asked,
        "you": row.said,
        "standing": row.standing.value,
        "word": row.tag,
        "under": row.dimension is Dimension.FEE,
        "why": row.sentence,
        "dimension": row.dimension.value,
        **drawn,
    }


def _concerns(part: Part, found: Finding, *, term_said: bool) -> bool:
    """Is it these words that do not fit? One of several channels may be the whole trouble, and of a term its length is,
    not the days on which it begins and ends."""
    if part.dimension is Dimension.TERM:
        return not term_said
    codes = found.values.get("codes")
    return not part.code or not codes or part.code in codes


def short_day(at: datetime, zone: str, *, now: datetime) -> str:
    """ "Today", "Yesterday", else the weekday and date; with the year once it is another one."""
    where = ZoneInfo(zone)
    day, today = at.astimezone(where).date(), now.astimezone(where).date()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return times.weekday(day) if day.year == today.year else times.day(day)


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def hold(row: UseRequest, zone: str, *, now: datetime) -> dict[str, Any]:
    """How long a yes said now can be taken back: the performer's own minutes, or the instant of a deadline that is sooner."""
    minutes = row.performer.hold_minutes if row.performer else 0
    ends = row.hold_ends_at(now)
    cut_short = ends < now + timedelta(minutes=minutes)
    return {"hold_minutes": minutes, "hold_until": times.moment(ends, zone) if cut_short else ""}


def bands(preferences: Preferences) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The line for ``{% line %}``: (band label, [(use code, stance code, use label), ...]) from left to right."""
    return [
        (str(statuswords.LEVELS[level]), [(use.value, preferences.stance(use).value, words.label(use)) for use in uses])
        for level, uses in USES_AT.items()
    ]


def noon(day: date) -> datetime:
    """A date as an instant for drawings, where the hour does not matter."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
