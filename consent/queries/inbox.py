"""Reads for lists of requests on the performer's side: what waits, what is with studios, what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from consent.core.lifecycle import State
from consent.models import Grant, Performer, Resolution, UseRequest

PAGE = 25


class View(StrEnum):
    WAITING = "waiting"
    WITH_STUDIOS = "with-studios"
    ANSWERED = "answered"
    DECLINED_FOR_YOU = "declined-for-you"


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows; ``more`` says that there are further ones."""

    rows: tuple[UseRequest, ...]
    page: int
    more: bool


def requests(performers: Sequence[Performer], view: View, *, now: datetime, page: int = 1) -> Listing:
    """Requests to any of these performers; those to answer by reply-by. One row more is read instead of a count."""
    rows = _in_view(_sent(performers), view, now)
    start = (page - 1) * PAGE
    found = _with_performers(rows[start : start + PAGE + 1], performers)
    return Listing(tuple(found[:PAGE]), page, len(found) > PAGE)


def counts(performers: Sequence[Performer], *, now: datetime) -> dict[View, int]:
    """How many there are in each view."""
    rows = UseRequest.objects.filter(performer__in=performers).exclude(state=State.DRAFT)
    numbers = rows.aggregate(**{view.name: Count("pk", filter=_of_view(view, now)) for view in View})
    return {view: numbers[view.name] for view in View}


def waiting(performer: Performer, *, now: datetime, limit: int = 5) -> list[UseRequest]:
    return _with_performers(_in_view(_sent([performer]), View.WAITING, now)[:limit], [performer])


def held(performer: Performer, *, now: datetime) -> list[UseRequest]:
    """Answers inside their undo window."""
    return _with_performers(_sent([performer]).filter(state=State.HELD).order_by("held_until"), [performer])


def declined_for_you(performer: Performer, *, now: datetime) -> int:
    """How many were declined by the standing answers in the last 30 days."""
    recent = now - timedelta(days=30)
    return UseRequest.objects.filter(
        performer=performer, state=State.DECLINED, resolution=Resolution.PREFERENCE, decided_at__gte=recent
    ).count()


def in_force(performer: Performer, *, now: datetime, limit: int = 5) -> list[Grant]:
    """Grants that still run, the next to end first."""
    rows = Grant.objects.filter(performer=performer, exploit_until__gt=now, withdrawn_at=None, voided_at=None)
    return list(
        rows.select_related("studio", "production", "performer")
        .prefetch_related("suspensions")
        .order_by("exploit_until")[:limit]
    )


def _sent(performers: Sequence[Performer]) -> QuerySet[UseRequest]:
    rows = UseRequest.objects.filter(performer__in=performers).exclude(state=State.DRAFT)
    return rows.select_related("studio", "production").defer("draft", "production__synopsis")


def _with_performers(rows: QuerySet[UseRequest], performers: Sequence[Performer]) -> list[UseRequest]:
    """The rows, each with its performer out of those asked for: they are known already."""
    known = {performer.pk: performer for performer in performers}
    found = list(rows)
    for row in found:
        row.performer = known[row.performer_id] if row.performer_id is not None else None
    return found


def _in_view(rows: QuerySet[UseRequest], view: View, now: datetime) -> QuerySet[UseRequest]:
    """Deadlines count by themselves: a request whose time has passed is answered, swept or not."""
    return rows.filter(_of_view(view, now)).order_by(*_ORDER[view])


_ORDER = {
    View.WAITING: ("deadline_at", "pk"),
    View.WITH_STUDIOS: ("-changed_at",),
    View.ANSWERED: ("-changed_at",),
    View.DECLINED_FOR_YOU: ("-decided_at",),
}


def _of_view(view: View, now: datetime) -> Q:
    if view is View.WAITING:
        return Q(state=State.PENDING, deadline_at__gt=now)
    if view is View.WITH_STUDIOS:
        return Q(state=State.COUNTERED, deadline_at__gt=now) | Q(state=State.HELD)
    by_preference = Q(state=State.DECLINED, resolution=Resolution.PREFERENCE)
    if view is View.DECLINED_FOR_YOU:
        return by_preference
    lapsed = Q(state__in=[State.PENDING, State.COUNTERED], deadline_at__lte=now)
    closed = Q(state__in=[State.APPROVED, State.DECLINED, State.WITHDRAWN, State.LAPSED]) | lapsed
    return closed & ~by_preference
