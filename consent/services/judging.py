"""Puts the question to the resolver: gathers the context of one performer, studio and production, and evaluates."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from consent.core import policy
from consent.core.policy import Context, Verdict
from consent.core.terms import Terms
from consent.core.vocabulary import Agreement
from consent.models import Grant, Performer, PreferenceSet, Production, Strike, Studio


class Judgement(NamedTuple):
    verdict: Verdict
    by: PreferenceSet


def judge(
    terms: Terms,
    *,
    performer: Performer,
    studio: Studio,
    production: Production | None,
    now: datetime,
    for_request: int | None = None,
) -> Judgement:
    """Evaluate terms against the performer's current answers. ``for_request`` leaves that request's own grant out."""
    current = PreferenceSet.objects.get(performer=performer, current=True)
    asked = context(performer, studio=studio, production=production, now=now, leave_out=for_request)
    return Judgement(policy.evaluate(current.value, terms, asked), current)


def context(
    performer: Performer, *, studio: Studio, production: Production | None, now: datetime, leave_out: int | None = None
) -> Context:
    """What the resolver must know besides preferences and terms, read now."""
    today = now.astimezone(ZoneInfo(performer.time_zone)).date()
    agreement = Agreement(production.agreement) if production else None
    return Context(
        now=now,
        is_minor=performer.is_minor_on(today),
        is_estate=performer.died_on is not None,
        stopped=performer.stopped_at is not None,
        paused=performer.is_paused(now),
        represented_by_counsel=performer.has_counsel,
        union_members=frozenset(performer.unions),
        union_covers=_union_covers(performer, agreement),
        agreement=agreement,
        photography_on=production.photography_on if production else None,
        struck=_struck(now),
        exclusives=_exclusives(performer, now, leave_out),
        studio_verified=studio.verified,
        performer_territory=performer.country or None,
    )


_UNION_OF = {
    Agreement.SAGAFTRA_TVT_2026: "SAG_AFTRA",
    Agreement.SAGAFTRA_IMA_2025: "SAG_AFTRA",
    Agreement.SAGAFTRA_COMM_2025: "SAG_AFTRA",
    Agreement.EQUITY_UK: "EQUITY_UK",
}


def _union_covers(performer: Performer, agreement: Agreement | None) -> bool:
    """A collective agreement that addresses replicas covers the work when the performer is a member of its union."""
    return agreement is not None and _UNION_OF.get(agreement) in performer.unions


def _struck(now: datetime) -> frozenset[Agreement]:
    live = Strike.objects.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return frozenset(Agreement(code) for code in live.values_list("agreement", flat=True))


def _exclusives(performer: Performer, now: datetime, leave_out: int | None) -> tuple[tuple[str, frozenset[str]], ...]:
    live = Grant.objects.filter(performer=performer, exploit_until__gt=now, voided_at=None, withdrawn_at=None)
    terms = [grant.terms for grant in live.exclude(use_request_id=leave_out)]
    return tuple((t.exclusivity.category, frozenset(t.exclusivity.territories)) for t in terms if t.exclusive)
