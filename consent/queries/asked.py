"""The studio's side of one request, read at one instant: what it may know, in a state that gives nothing away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Lower

from consent.core.lifecycle import State
from consent.core.terms import Terms
from consent.models import (
    Decision,
    Fact,
    Grant,
    MediaItem,
    MediaState,
    Offer,
    OfferSide,
    Performer,
    Production,
    Resolution,
    Studio,
    ThreadEntry,
    ThreadKind,
    UseRequest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``state`` is as a studio may know it: a held yes is PENDING. ``terms`` is None for a draft. ``facts`` are the request's
    own; which of them a studio reads is for the words (``history.line`` with the reader "studio").

    ``reason`` is what a person wrote with a no; ``media`` are captions of what was asked for.
    """

    row: UseRequest
    state: State
    terms: Terms | None
    offers: tuple[Offer, ...]
    thread: tuple[ThreadEntry, ...]
    facts: tuple[Fact, ...]
    grant: Grant | None
    reason: str
    media: tuple[MediaItem, ...]

    @property
    def counter(self) -> Offer | None:
        """The performer's version, while it lies with the studio."""
        last = self.offers[-1] if self.offers else None
        return last if self.state is State.COUNTERED and last and last.side == OfferSide.PERFORMER else None


def asked(row: UseRequest, *, now: datetime) -> Asked:
    """Read a request of the studio's own. The caller came through a door."""
    sent = bool(row.digest)
    state = row.told_to_studio(now)
    terms = row.terms if sent else None
    return Asked(
        row=row,
        state=state,
        terms=terms,
        offers=tuple(Offer.objects.filter(use_request=row).order_by("number")),
        thread=tuple(ThreadEntry.objects.filter(use_request=row, kind=ThreadKind.MESSAGE)),
        facts=tuple(Fact.objects.filter(use_request=row).select_related("payload").order_by("seq")),
        grant=Grant.objects.filter(use_request=row).first() if state is State.APPROVED else None,
        reason=_reason(row) if state is State.DECLINED else "",
        media=tuple(_named(row, terms)) if terms else (),
    )


def listed_media(performer: Performer) -> list[MediaItem]:
    """What a performer lets studios know exists: caption and kind, never the file."""
    return list(MediaItem.objects.filter(performer=performer, listed=True, state=MediaState.READY).order_by("number"))


def productions(studio: Studio) -> list[Production]:
    return list(Production.objects.filter(studio=studio).order_by(Lower("title")))


def _named(row: UseRequest, terms: Terms) -> list[MediaItem]:
    named = MediaItem.objects.filter(performer=row.performer, ref__in=terms.description.source_media)
    return list(named.exclude(state=MediaState.DELETED).order_by("number"))


def _reason(row: UseRequest) -> str:
    if row.resolution != Resolution.PERSON:
        return ""
    decision = Decision.objects.filter(use_request=row, undone_at=None).first()
    return decision.reason if decision else ""
