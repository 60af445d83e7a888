"""Performers whom a studio may see, by name, craft and language; always by name, never by how much they permit."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

from consent.access.by_session import visible_performers
from consent.core import policy
from consent.core.preferences import Preferences
from consent.models import Introduction, Performer, PreferenceSet, Studio

PAGE = 24
_REFERENCE = re.compile(r"P-[0-9A-Z]{10}")


@dataclass(frozen=True, slots=True)
class Entry:
    """``published`` is what the studio may know; None where the performer does not show the line."""

    performer: Performer
    published: Preferences | None
    introduced: bool


@dataclass(frozen=True, slots=True)
class Found:
    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: int


def search(studio: Studio, *, text: str = "", craft: str = "", language: str = "", page: int = 1) -> Found:
    """``text`` is part of a name, also of an earlier one, or a reference; a page beyond the last is the last."""
    found = _visible(studio)
    words = " ".join(text.split())[:120]
    if _REFERENCE.fullmatch(words.upper()):
        found = found.filter(ref=words.upper())  # no name looks like that, and one row is found by its key
    elif words:
        found = found.annotate(other_names=_NAMES)
        found = found.filter(Q(professional_name__icontains=words) | Q(other_names__icontains=words))
    if craft:
        found = found.filter(crafts__contains=[craft])
    if language:
        found = found.filter(languages__contains=[language])
    total = found.count()
    pages = max(1, -(-total // PAGE))
    here = min(max(1, page), pages)
    ordered = found.order_by(Lower("professional_name"), "pk")
    rows = list(ordered[(here - 1) * PAGE : here * PAGE])
    return Found(tuple(_entries(studio, rows)), total, here, pages)


def entry(studio: Studio, performer: Performer) -> Entry:
    """One performer, whom the caller's door has already let the studio see."""
    return _entries(studio, [performer])[0]


def choices(studio: Studio, *, limit: int = 300) -> list[Performer]:
    """Whom the studio may ask, by name, for a form field."""
    return list(_visible(studio).order_by(Lower("professional_name"), "pk")[:limit])


def facets(studio: Studio) -> tuple[list[str], list[str]]:
    """(crafts, languages) that occur among the performers this studio may see."""
    found = _visible(studio).order_by()
    crafts = found.annotate(one=Func("crafts", function="unnest")).values_list("one", flat=True)
    languages = found.annotate(one=Func("languages", function="unnest")).values_list("one", flat=True)
    return sorted(set(crafts)), sorted(set(languages))


def open_to(performer: Performer, *, now: datetime) -> str:
    """ "OPEN", or "PAUSED" whatever the reason is."""
    closed = performer.stopped_at is not None or performer.is_paused(now) or performer.onboarded_at is None
    return "PAUSED" if closed else "OPEN"


_NAMES = Func(F("also_known_as"), Value(" / "), function="array_to_string", output_field=TextField())


def _visible(studio: Studio) -> QuerySet[Performer]:
    return Performer.objects.filter(pk__in=visible_performers(studio).values("pk"))


def _entries(studio: Studio, rows: Collection[Performer]) -> list[Entry]:
    sets = PreferenceSet.objects.filter(performer__in=rows, current=True)
    values = {each.performer_id: each.value for each in sets}
    known = set(Introduction.objects.filter(studio=studio, performer__in=rows).values_list("performer_id", flat=True))
    return [Entry(row, _published(values[row.pk]), row.pk in known) for row in rows]


def _published(preferences: Preferences) -> Preferences | None:
    return policy.published_view(preferences) if preferences.publication.line else None
