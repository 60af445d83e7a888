"""Dates, durations and deadlines in words, in the reader's language and time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from django.utils.translation import get_language, gettext, ngettext

_A_MOMENT = timedelta(minutes=2)
_YEAR = re.compile(r"[,\s]*(?:'de'\s*)?y+")


class Deadline(NamedTuple):
    """One instant in all its forms: ``day`` and ``time`` in the reader's zone, the zone's short name, and UTC.

    ``time`` is empty where the instant is the end of the day: "Friday 19 June" then means all of Friday.
    """

    day: str
    time: str
    zone: str
    utc: str

    def __str__(self) -> str:
        if not self.time:
            return self.day
        return gettext("%(day)s, %(time)s") % {"day": self.day, "time": self.time}


def locale_of(code: str | None = None) -> Locale:
    """The reader's locale; ``None`` is the active language. English is British English here."""
    return _locale(code or get_language() or "en")


@lru_cache(maxsize=64)
def _locale(code: str) -> Locale:
    wanted = code.replace("-", "_")
    if wanted in ("en", "en_us"):
        return Locale("en", "GB")
    try:
        return Locale.parse(wanted)
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def day(value: date, locale: str | None = None) -> str:
    """ "19 June 2026" """
    return format_date(value, format="long", locale=locale_of(locale))


def short_day(value: date, locale: str | None = None) -> str:
    """ "2 Apr 2026", for drawings and tables; an aware datetime counts in the zone that it carries."""
    return format_date(value, format="medium", locale=locale_of(locale))


def weekday(value: date, locale: str | None = None) -> str:
    """ "Friday 19 June" """
    found = locale_of(locale)
    pattern = _YEAR.sub("", found.date_formats["full"].pattern)
    written = format_date(value, format=pattern, locale=found)
    # CLDR writes "Friday, 19 June"; British English, which stands for all English here, has no comma there.
    return written.replace(",", "") if found.language == "en" else written


def month(value: date, locale: str | None = None) -> str:
    """ "June 2026" """
    return format_skeleton("yMMMM", datetime.combine(value, time(12), UTC), tzinfo=UTC, locale=locale_of(locale))


def clock(at: datetime, zone: str, locale: str | None = None) -> str:
    """ "14:02" in ``zone``."""
    return format_time(at.astimezone(ZoneInfo(zone)), format="short", locale=locale_of(locale))


def moment(at: datetime, zone: str, locale: str | None = None) -> str:
    """ "19 June 2026, 14:02" in ``zone``."""
    return gettext("%(day)s, %(time)s") % {
        "day": day(at.astimezone(ZoneInfo(zone)).date(), locale),
        "time": clock(at, zone, locale),
    }


def deadline(at: datetime, zone: str, locale: str | None = None) -> Deadline:
    """Midnight reads as the end of the day before: "Friday 19 June"."""
    return _deadline(at, zone, str(locale_of(locale)))


@lru_cache(maxsize=4096)
def _deadline(at: datetime, zone: str, locale: str) -> Deadline:
    """Lists show many rows and few deadlines, and putting one into words is dear."""
    local = at.astimezone(ZoneInfo(zone))
    whole_day = local.time() == time.min
    shown = local.date() - timedelta(days=1) if whole_day else local.date()
    return Deadline(
        day=weekday(shown, locale),
        time="" if whole_day else clock(at, zone, locale),
        zone=get_timezone_name(local, width="short", locale=locale_of(locale)),
        utc=at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def last_day(at: datetime, zone: str) -> date:
    """The last local day on which something that ends at ``at`` still holds."""
    return (at.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()


def months(count: int) -> str:
    """ "5 years", "18 months", "3 years and 6 months"."""
    years, rest = divmod(count, 12)
    if not rest and years:
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    if years < 2:
        return ngettext("%(count)d month", "%(count)d months", count) % {"count": count}
    return gettext("%(years)s and %(months)s") % {"years": months(years * 12), "months": months(rest)}


def days(count: int) -> str:
    """ "30 days"; "the same day" for 0."""
    if count == 0:
        return gettext("the same day")
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def until(at: datetime, *, now: datetime) -> str:
    """How long is left, rounded down: "19 days", "3 hours", "10 minutes", "a moment"."""
    left = max(at - now, timedelta(0))
    if left >= timedelta(days=2):
        return days(left.days)
    hours = int(left.total_seconds() // 3600)
    if hours >= 1:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    if left < _A_MOMENT:
        return gettext("a moment")
    minutes = int(left.total_seconds() // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def seconds(milliseconds: int) -> str:
    """A running time as people write it: "12:40", "1:02:05"."""
    whole = max(0, round(milliseconds / 1000))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
