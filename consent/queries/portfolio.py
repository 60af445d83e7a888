"""Reads for the grant pages: everything in force, asked for and over; one grant with its story; what ends when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from consent.core import clocks, places
from consent.core.clocks import Phase
from consent.core.lifecycle import State
from consent.models import Download, Fact, Grant, MediaItem, Performer, Studio, UseRequest

OVER = frozenset({Phase.CLOSED, Phase.VOID})
REGIONS = ("UKI", "EEA", "USCA")


@dataclass(frozen=True, slots=True)
class Portfolio:
    in_force: tuple[Grant, ...]
    asked: tuple[UseRequest, ...]
    over: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A region code ("" for everywhere else) with the running grants that reach into it."""

    region: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One grant with who fetched what, and its facts in order."""

    grant: Grant
    phase: Phase
    media: tuple[MediaItem, ...]
    downloads: tuple[Download, ...]
    facts: tuple[Fact, ...]


def of_performer(performer: Performer, *, now: datetime) -> Portfolio:
    """Every grant of a performer by what is true now, and the requests that are still open."""
    asked = UseRequest.objects.filter(
        performer=performer, state__in=[State.PENDING, State.COUNTERED], deadline_at__gt=now
    ).select_related("studio", "production")
    return _portfolio(grants().filter(performer=performer), tuple(asked.order_by("deadline_at")), now)


def of_studio(studio: Studio, *, now: datetime) -> Portfolio:
    return _portfolio(grants().filter(studio=studio), (), now)


def grants() -> QuerySet[Grant]:
    rows = Grant.objects.select_related("performer", "studio", "production", "use_request")
    return rows.prefetch_related("suspensions")


def story(grant: Grant, *, now: datetime) -> Story:
    """Read one grant whole. The caller came through a door."""
    return Story(
        grant=grant,
        phase=grant.phase(now),
        media=tuple(grant.media.order_by("number")),
        downloads=tuple(Download.objects.filter(grant=grant).select_related("media").order_by("-at")[:200]),
        facts=tuple(
            Fact.objects.filter(use_request_id=grant.use_request_id, subject_ref=grant.ref)
            .select_related("payload")
            .order_by("seq")
        ),
    )


def is_over(grant: Grant, now: datetime) -> bool:
    """Nothing may be made or shown under it any more."""
    return grant.withdrawn_at is not None or grant.phase(now) in OVER or grant.exploit_until <= now


def by_place(found: Sequence[Grant]) -> list[Place]:
    """Running grants by region, and one row for the rest of the world."""
    named = frozenset().union(*(places.REGIONS[code] for code in REGIONS))
    rows = [(code, places.REGIONS[code]) for code in REGIONS] + [("", places.REGIONS[places.WORLD] - named)]
    return [Place(code, tuple(g for g in found if countries & set(g.terms.territories))) for code, countries in rows]


def coming_up(found: Sequence[Grant], *, now: datetime, limit: int = 6) -> list[tuple[datetime, Grant, str]]:
    """The next ends of clocks: (instant, grant, GENERATE | EXPLOIT | DESTROY)."""
    ends = [
        (at, grant, code.clock.value)
        for grant in found
        for code, at in clocks.announcements(grant.clocks)
        if code.days == 0 and at > now
    ]
    return sorted(ends, key=lambda end: end[0])[:limit]


def _portfolio(rows: QuerySet[Grant], asked: tuple[UseRequest, ...], now: datetime) -> Portfolio:
    found = list(rows.order_by("exploit_until"))
    return Portfolio(
        in_force=tuple(grant for grant in found if not is_over(grant, now)),
        asked=asked,
        over=tuple(grant for grant in reversed(found) if is_over(grant, now)),
    )
