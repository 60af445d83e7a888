"""Reads for a studio's board: every request by production, told only as far as a studio may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from consent.core.lifecycle import State
from consent.models import Grant, Offer, Studio, UseRequest

MOST = 400
SOON = timedelta(days=60)

_LAST_OFFER = Offer.objects.filter(use_request=OuterRef("pk")).order_by("-number").values("created_at")[:1]
_TOLD_AT = Case(
    When(state__in=[State.PENDING, State.HELD], then=Coalesce(Subquery(_LAST_OFFER), F("changed_at"))),
    default=F("changed_at"),
)


class Shelf(StrEnum):
    OPEN = "open"
    YOUR_MOVE = "your-move"
    WITH_PERFORMERS = "with-performers"
    IN_FORCE = "in-force"
    ENDING = "ending"
    CLOSED = "closed"
    DRAFTS = "drafts"


@dataclass(frozen=True, slots=True)
class Card:
    """One request with its grant, if there is one. ``told`` is the state that the studio may know."""

    row: UseRequest
    told: State
    grant: Grant | None


def cards(studio: Studio, shelf: Shelf, *, now: datetime, production: int | None = None) -> list[Card]:
    """Requests of one shelf, newest change first; at most MOST.

    While a request lies with the performer its last change is the last offer: a yes that is held, or taken back, moves no row.
    """
    rows = _on_shelf(_rows(studio), shelf, now)
    if production is not None:
        rows = rows.filter(production_id=production)
    found = list(rows.annotate(told_at=_TOLD_AT).order_by("-told_at", "-pk")[:MOST])
    granted = Grant.objects.filter(use_request__in=found).select_related("performer").prefetch_related("suspensions")
    grants = {grant.use_request_id: grant for grant in granted}
    return [Card(row, row.told_to_studio(now), grants.get(row.pk)) for row in found]


def counts(studio: Studio, *, now: datetime) -> dict[Shelf, int]:
    return {shelf: _on_shelf(_rows(studio), shelf, now).count() for shelf in Shelf}


def by_production(found: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """Cards under the title of their production, in order of appearance; drafts without one come last."""
    groups: dict[str, list[Card]] = {}
    for card in found:
        groups.setdefault(card.row.production.title if card.row.production else "", []).append(card)
    return sorted(groups.items(), key=lambda group: group[0] == "")


def _rows(studio: Studio) -> QuerySet[UseRequest]:
    return UseRequest.objects.filter(studio=studio).select_related("performer", "production", "studio")


def _on_shelf(rows: QuerySet[UseRequest], shelf: Shelf, now: datetime) -> QuerySet[UseRequest]:
    """Deadlines count by themselves; a held yes lies with the performer like any request that waits."""
    waiting = Q(state=State.PENDING, deadline_at__gt=now) | Q(state=State.HELD)
    countered = Q(state=State.COUNTERED, deadline_at__gt=now)
    live = Q(state=State.APPROVED, grant__exploit_until__gt=now, grant__withdrawn_at=None, grant__voided_at=None)
    on_shelf = {
        Shelf.OPEN: waiting | countered,
        Shelf.YOUR_MOVE: countered,
        Shelf.WITH_PERFORMERS: waiting,
        Shelf.IN_FORCE: live,
        Shelf.ENDING: live & Q(grant__exploit_until__lte=now + SOON),
        Shelf.DRAFTS: Q(state=State.DRAFT),
    }
    if shelf is Shelf.CLOSED:
        return rows.exclude(waiting | countered | live | Q(state=State.DRAFT))
    return rows.filter(on_shelf[shelf])
