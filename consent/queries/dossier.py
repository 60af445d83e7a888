"""Everything that the page of one use request shows to the performer's side, read at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.core import compare, specificity
from consent.core.findings import Finding, Standing
from consent.core.lifecycle import REOPEN_WINDOW, State
from consent.core.policy import Reason
from consent.core.specificity import Specificity
from consent.core.terms import Terms
from consent.models import (
    Answer,
    Decision,
    Fact,
    Grant,
    MediaItem,
    MediaState,
    Offer,
    PreferenceSet,
    ThreadEntry,
    ThreadKind,
    UseRequest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """``state`` is what is true now, swept or not; ``findings`` compare with the answers in force now (``judged_by``).

    ``yes_undone``: the studio's last move, new terms or its withdrawal, undid a yes that was still held.
    """

    row: UseRequest
    state: State
    terms: Terms
    findings: tuple[Finding, ...]
    judged_by: PreferenceSet
    specificity: Specificity
    reasons: tuple[Reason, ...]
    media: tuple[MediaItem, ...]
    offers: tuple[Offer, ...]
    thread: tuple[ThreadEntry, ...]
    notes: tuple[ThreadEntry, ...]
    facts: tuple[Fact, ...]
    decision: Decision | None
    grant: Grant | None
    may_reopen: bool
    yes_undone: bool

    @property
    def beyond(self) -> tuple[Finding, ...]:
        """What a yes would have to tick as an exception."""
        return tuple(f for f in self.findings if f.standing in (Standing.GOES_FURTHER, Standing.NEVER))


def dossier(row: UseRequest, *, now: datetime) -> Dossier:
    """Read the whole story of a sent request. The caller came through a door."""
    terms = row.terms
    judged_by = PreferenceSet.objects.get(performer__use_requests=row, current=True)
    thread = tuple(ThreadEntry.objects.filter(use_request=row))
    decision = Decision.objects.filter(use_request=row, undone_at=None).first()
    state = row.state_at(now)
    offers = tuple(Offer.objects.filter(use_request=row).order_by("number"))
    return Dossier(
        row=row,
        state=state,
        terms=terms,
        findings=compare.compare_all(terms, judged_by.value),
        judged_by=judged_by,
        specificity=specificity.score(terms),
        reasons=_rule_reasons(row),
        media=tuple(wanted_media(row)),
        offers=offers,
        thread=tuple(entry for entry in thread if entry.kind == ThreadKind.MESSAGE),
        notes=tuple(entry for entry in thread if entry.kind == ThreadKind.NOTE),
        facts=tuple(Fact.objects.filter(use_request=row).select_related("payload").order_by("seq")),
        decision=decision,
        grant=Grant.objects.filter(use_request=row).first(),
        may_reopen=state is State.DECLINED and row.decided_at is not None and now < row.decided_at + REOPEN_WINDOW,
        yes_undone=_yes_undone(row, state, offers[-1]),
    )


def wanted_media(row: UseRequest) -> Sequence[MediaItem]:
    """The performer's media that the studio would receive, in the order named."""
    refs = row.terms.description.source_media
    found = MediaItem.objects.filter(performer__use_requests=row, ref__in=refs, state=MediaState.READY)
    by_ref = {item.ref: item for item in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def _yes_undone(row: UseRequest, state: State, last: Offer) -> bool:
    """The studio's move and the end of the yes are one transaction, and bear one instant."""
    moved_at = row.decided_at if state is State.WITHDRAWN else None
    if state is State.PENDING and last.number > 1:
        moved_at = last.created_at
    undone = Decision.objects.filter(use_request=row, answer=Answer.APPROVE, undone_at=moved_at)
    return moved_at is not None and undone.exists()


def _rule_reasons(row: UseRequest) -> tuple[Reason, ...]:
    """What law, agreement or platform rules say of these terms (warnings and notes of the stored verdict)."""
    verdict = row.verdict
    return tuple(r for r in verdict.reasons if r.severity is not None) if verdict else ()
