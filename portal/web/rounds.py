"""Rounds of terms on one request: their papers in a row, and any two of them side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from consent.access import NotFound
from consent.core import compare
from consent.models import Offer, OfferSide, UseRequest
from consent.render import times
from portal.web import showing
from portal.web.readers import Reader

Address = Callable[[int, int], str]


def papers(
    offers: Sequence[Offer],
    address: Address,
    *,
    reader: OfferSide,
    next_: bool = False,
    whose: Mapping[OfferSide, str] | None = None,
) -> list[dict[str, Any]]:
    """What ``components/rounds.html`` shows: each round with whose it is, linked to what it changed. ``whose`` names the
    sides; without it the side of ``reader`` is "yours"."""
    names = whose or {side: _("yours") if side is reader else _("theirs") for side in OfferSide}
    found: list[dict[str, Any]] = [
        {
            "number": offer.number,
            "whose": names[OfferSide(offer.side)],
            "url": address(offers[place - 1].number, offer.number) if place else "",
            "current": place == len(offers) - 1 and not next_,
        }
        for place, offer in enumerate(offers)
    ]
    if next_:
        number = offers[-1].number + 1 if offers else 1
        found.append({"number": number, "whose": names[reader], "url": "", "current": True})
        found.append({"number": number + 1, "whose": "", "url": "", "current": False, "next": True})
    return found


def two(row: UseRequest, offers: Sequence[Offer], first: int, second: int, *, reader: Reader) -> dict[str, Any]:
    """Two rounds compared, the older one first whichever way round they were named. Raises NotFound."""
    by_number = {offer.number: offer for offer in offers}
    older, newer = sorted((first, second))
    if older not in by_number or newer not in by_number:
        raise NotFound
    before, after = by_number[older], by_number[newer]
    zone = row.performer.time_zone if row.performer else "UTC"
    said = reader.statement(
        after.terms,
        studio=row.studio.name,
        project=row.production.title if row.production else "",
        was=before.terms,
    )
    changes = compare.compare_terms(after.terms, before.terms)
    rows = reader.compared(changes, studio=row.studio.name)
    changed = {change.dimension.value for change in changes if not change.code.endswith("_SAME")}
    return {
        "before": before,
        "after": after,
        "after_on": times.day(showing.local_day(after.created_at, zone)),
        "parts": reader.parts(said),
        "changed": [line for line in rows if line["dimension"] in changed],
        "same": [line for line in rows if line["dimension"] not in changed],
    }
