"""The studio's side of a use request: drafts, pre-flight, sending, amending, withdrawing, and the thread beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from consent.core import lifecycle, policy, specificity
from consent.core.actor import Actor
from consent.core.clocks import end_of_day
from consent.core.lifecycle import Action, State
from consent.core.policy import Outcome, Verdict
from consent.core.roles import Capacity, Right, StudioAct
from consent.core.terms import Terms
from consent.models import (
    OfferSide,
    Performer,
    PreferenceSet,
    Production,
    RateCount,
    Resolution,
    Studio,
    ThreadEntry,
    ThreadKind,
    UseRequest,
    Visibility,
)
from consent.services import decisions, entitled, grants, judging, ledger, moves
from consent.services.moves import NotEntitled, Overtaken, Refused

PREFLIGHTS = 60
PREFLIGHT_WINDOW = timedelta(hours=1)


class PreflightLimit(Refused):
    """Too many pre-flights for one performer; ``again_at`` in the values says when the window ends."""


@transaction.atomic
def create_draft(
    studio: Studio,
    *,
    performer: Performer | None = None,
    production: Production | None = None,
    data: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> UseRequest:
    """Begin a request. A draft is the studio's own working paper: no fact, nobody is told."""
    entitled.studio(actor, studio.pk, StudioAct.ASK)
    return UseRequest.objects.create(
        studio=studio,
        performer=performer,
        production=production,
        created_by=entitled.account(actor),
        draft=dict(data or {}),
        created_at=now,
        changed_at=now,
    )


def save_draft(
    row: UseRequest,
    data: Mapping[str, Any],
    *,
    performer: Performer | None = None,
    production: Production | None = None,
    actor: Actor,
    now: datetime,
) -> UseRequest:
    """Keep what was typed, complete or not. Two tabs: the later save wins field by field (``data`` is merged)."""
    entitled.studio(actor, row.studio_id, StudioAct.ASK)
    with transaction.atomic():
        kept = UseRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
        if State(kept.state) is not State.DRAFT:
            raise Overtaken(kept.state_at(now))
        columns: dict[str, Any] = {"draft": {**kept.draft, **data}, "changed_at": now}
        if performer is not None:
            columns["performer"] = performer
        if production is not None:
            columns["production"] = production
        UseRequest.objects.filter(pk=row.pk, state=State.DRAFT).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)
    return row


@transaction.atomic
def keep_amendment(row: UseRequest, data: Mapping[str, Any], *, actor: Actor, now: datetime) -> UseRequest:
    """Keep the studio's working paper for new terms of a request that was sent; nobody is told and nothing moves.

    The same for a held yes as for a waiting request: working on a paper gives away nothing.
    """
    entitled.studio(actor, row.studio_id, StudioAct.AMEND)
    kept = UseRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    if State(kept.state) is State.DRAFT or not kept.open:
        raise Overtaken(kept.state_at(now))
    row.draft = {**kept.draft, **data}
    UseRequest.objects.filter(pk=row.pk).update(draft=row.draft)
    return row


@transaction.atomic
def delete_draft(row: UseRequest, *, actor: Actor, now: datetime) -> None:
    """Throw a draft away; a request that was sent can only be withdrawn."""
    entitled.studio(actor, row.studio_id, StudioAct.ASK)
    deleted, _ = UseRequest.objects.filter(pk=row.pk, state=State.DRAFT).delete()
    if not deleted:
        raise Overtaken(UseRequest.objects.get(pk=row.pk).state_at(now))


@transaction.atomic
def duplicate(row: UseRequest, *, data: Mapping[str, Any] | None = None, actor: Actor, now: datetime) -> UseRequest:
    """A new draft for the same performer and production, with ``data`` or what the row's own draft holds."""
    entitled.studio(actor, row.studio_id, StudioAct.ASK)
    return create_draft(
        row.studio,
        performer=row.performer,
        production=row.production,
        data=row.draft if data is None else data,
        actor=actor,
        now=now,
    )


@transaction.atomic
def submit(use_request: UseRequest, terms: Terms, *, deadline_at: datetime, actor: Actor, now: datetime) -> UseRequest:
    """Send a draft. The standing answer may decline it at once or, where everything fits, hold a yes for 24 hours.

    Raises NotEntitled, Overtaken, or Refused: STUDIO_NOT_VERIFIED, DRAFT_UNFINISHED, NOT_TAKING_REQUESTS, DEADLINE_TOO_SOON,
    DEADLINE_TOO_FAR, TERMS_UNFINISHED, NOT_SPECIFIC, BLOCKED.
    """
    entitled.studio(actor, use_request.studio_id, StudioAct.ASK)
    row = moves.lock(use_request)
    if State(row.state) is not State.DRAFT:
        raise Overtaken(row.state_at(now))
    performer = row.performer
    if performer is None or row.production is None:
        raise Refused("DRAFT_UNFINISHED")
    if performer.visibility == Visibility.HIDDEN:  # a draft may be older than the wish not to be found
        raise Refused("NOT_TAKING_REQUESTS")
    return _put(row, performer, terms, Action.SUBMIT, deadline_at=deadline_at, actor=actor, now=now)


@transaction.atomic
def amend(
    use_request: UseRequest,
    terms: Terms,
    *,
    note: str = "",
    deadline_at: datetime | None = None,
    revision: int,
    actor: Actor,
    now: datetime,
) -> UseRequest:
    """Put new terms on the table: a new revision that kills every link to the old one. Raises as ``submit`` does, and Stale.

    A yes that is still held was to the old terms: it is undone, and the studio never learns of it (docs/decisions/0008).
    """
    entitled.studio(actor, use_request.studio_id, StudioAct.AMEND)
    row = moves.lock(use_request)
    performer = row.performer
    if performer is None or State(row.state) is State.DRAFT:
        raise Overtaken(State(row.state))
    if row.revision != revision:
        raise moves.Stale(row.revision)
    if terms.digest() == row.digest:
        raise Refused("NOTHING_CHANGED")
    until = max(deadline_at or moves.fresh_deadline(row, now), moves.fresh_deadline(row, now))
    return _put(row, performer, terms, Action.AMEND, note=note, deadline_at=until, actor=actor, now=now)


@transaction.atomic
def accept_counter(use_request: UseRequest, *, revision: int, actor: Actor, now: datetime) -> UseRequest:
    """Take the performer's version whole. It comes back to the performer for the final yes through the usual doors."""
    entitled.studio(actor, use_request.studio_id, StudioAct.AMEND)
    row = moves.lock(use_request)
    if row.revision != revision:
        raise moves.Stale(row.revision)
    judgement = decisions.judged(row, row.terms, now)
    decisions.put_terms(
        row, Action.ACCEPT_COUNTER, row.terms, side=OfferSide.STUDIO, judgement=judgement, actor=actor, now=now
    )
    moves.record("use_request.counter_accepted", row, actor=actor, now=now)
    return row


@transaction.atomic
def withdraw(use_request: UseRequest, *, revision: int, actor: Actor, now: datetime) -> UseRequest:
    """Take the question back. A yes that is still held goes with it, and the studio never learns of it."""
    entitled.studio(actor, use_request.studio_id, StudioAct.WITHDRAW)
    row = moves.lock(use_request)
    if row.revision != revision:
        raise moves.Stale(row.revision)
    undone = _undo_held(row, "WITHDRAWN", now=now)
    moves.move(row, Action.WITHDRAW, now=now, decided_at=now, held_until=None, resolution=Resolution.STUDIO)
    moves.record("use_request.withdrawn", row, actor=actor, now=now, **undone)
    return row


@transaction.atomic
def lapse(use_request: UseRequest, *, actor: Actor, now: datetime) -> UseRequest:
    """Silence is a no. The clock's move, effective at the deadline however late it is swept."""
    row = moves.lock(use_request)
    moves.move(row, Action.LAPSE, now=now, decided_at=row.deadline_at, resolution=Resolution.DEADLINE)
    moves.record("use_request.lapsed", row, actor=actor, now=now, effective_at=row.deadline_at)
    return row


@transaction.atomic
def say(
    use_request: UseRequest, body: str, *, kind: ThreadKind = ThreadKind.MESSAGE, actor: Actor, now: datetime
) -> ThreadEntry:
    """Ask or answer beside the request, or leave a note between performer and representative. Never an answer to it."""
    body = body.strip()
    if not body:
        raise Refused("EMPTY_MESSAGE")
    row = moves.lock(use_request)
    if not row.open:
        raise Overtaken(row.state_at(now))
    side = _speaks_for(row, kind, actor)
    entry = ThreadEntry.objects.create(
        use_request=row, kind=kind, side=side, author_id=actor.user_id, author_name=actor.name, body=body[:4000], at=now
    )
    fact = "use_request.note_left" if kind is ThreadKind.NOTE else "use_request.question_asked"
    if kind is ThreadKind.MESSAGE and _answers_other_side(row, side, entry):
        fact = "use_request.question_answered"
    moves.record(fact, row, actor=actor, now=now, side=side.value, entry=entry.pk)
    return entry


@transaction.atomic
def preflight(
    studio: Studio, performer: Performer, production: Production | None, terms: Terms, *, actor: Actor, now: datetime
) -> Verdict:
    """The likely outcome before sending, from published preferences only. Counted per studio and performer.

    Written once per studio and day in the performer's history. Raises PreflightLimit.
    """
    entitled.studio(actor, studio.pk, StudioAct.ASK)
    window = now.replace(minute=0, second=0, microsecond=0)
    count = _count(f"preflight:{studio.pk}:{performer.pk}", window)
    if count > PREFLIGHTS:
        raise PreflightLimit("PREFLIGHT_LIMIT", again_at=(window + PREFLIGHT_WINDOW).isoformat())
    if _count(f"previewed:{studio.pk}:{performer.pk}", now.replace(hour=0, minute=0, second=0, microsecond=0)) == 1:
        ledger.record(
            "use_request.previewed",
            performer=performer,
            studio=studio,
            actor=actor,
            now=now,
            payload={"studio": studio.name, "uses": [use.value for use in terms.uses]},
        )
    current = PreferenceSet.objects.get(performer=performer, current=True)
    asked = judging.context(performer, studio=studio, production=production, now=now)
    return policy.preflight(current.value, terms, asked)


def _count(key: str, window: datetime) -> int:
    row, made = RateCount.objects.get_or_create(key=key, window_start=window, defaults={"count": 1})
    if made:
        return 1
    RateCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return RateCount.objects.values_list("count", flat=True).get(pk=row.pk)


def _check_sendable(row: UseRequest, performer: Performer, terms: Terms, deadline_at: datetime, now: datetime) -> None:
    if not row.studio.verified:
        raise Refused("STUDIO_NOT_VERIFIED")
    if performer.stopped_at is not None or performer.is_paused(now) or performer.onboarded_at is None:
        raise Refused("NOT_TAKING_REQUESTS")
    problem = lifecycle.deadline_problem(now, deadline_at)
    if problem is not None:
        raise Refused(f"DEADLINE_{problem.value}")
    if terms.gaps():
        raise Refused("TERMS_UNFINISHED", missing=[gap.value for gap in terms.gaps()])
    lacking = specificity.sendable(terms)
    if lacking:
        raise Refused("NOT_SPECIFIC", missing=list(lacking))


def _put(
    row: UseRequest,
    performer: Performer,
    terms: Terms,
    action: Action,
    *,
    note: str = "",
    deadline_at: datetime,
    actor: Actor,
    now: datetime,
) -> UseRequest:
    """The studio's terms on the table, the first or new ones: checked, judged, and answered where the standing answer can."""
    _check_sendable(row, performer, terms, deadline_at, now)
    if terms.dates is not None and end_of_day(terms.dates.generate_until, performer.time_zone) <= now:
        raise Refused("DATES_OVER")
    judgement = decisions.judged(row, terms, now)
    outcome = judgement.verdict.outcome.value
    undone = _undo_held(row, "AMENDED", now=now, outcome=outcome)
    decisions.put_terms(
        row,
        action,
        terms,
        side=OfferSide.STUDIO,
        judgement=judgement,
        note=note,
        actor=actor,
        now=now,
        sent_at=row.sent_at or now,
        deadline_at=deadline_at,
    )
    kind = "use_request.submitted" if action is Action.SUBMIT else "use_request.amended"
    moves.record(kind, row, actor=actor, now=now, outcome=outcome, **undone)
    return _answer_by_preference(row, judgement.verdict, now=now)


def _undo_held(row: UseRequest, because: str, *, now: datetime, **more: object) -> dict[str, Any]:
    """Undo a held yes before the studio's own move, in Sayso's name: the studio knows nothing of it.

    Returns what the fact of that move adds for the letter to the performer's side.
    """
    if State(row.state) is not State.HELD:
        return {}
    grants.yes_undone(row, because=because, actor=Actor.clock(), now=now, **more)
    return {"undone": True}


def _answer_by_preference(row: UseRequest, verdict: Verdict, *, now: datetime) -> UseRequest:
    if verdict.outcome is Outcome.DECLINE:
        return decisions.decline_for(row, code=verdict.reasons[0].code if verdict.reasons else "", now=now)
    if verdict.outcome is Outcome.ALLOW:
        return decisions.hold_for(row, now=now)
    return row


def _speaks_for(row: UseRequest, kind: ThreadKind, actor: Actor) -> OfferSide:
    if actor.capacity is Capacity.STUDIO and kind is ThreadKind.MESSAGE:
        entitled.studio(actor, row.studio_id, StudioAct.QUESTION)
        return OfferSide.STUDIO
    if actor.performer_id != row.performer_id or actor.performer_id is None:
        raise NotEntitled("NOT_ENTITLED")
    authority = actor.authority
    if actor.capacity is Capacity.REPRESENTATIVE and (authority is None or Right.COMMENT not in authority.rights):
        raise NotEntitled("BEYOND_AUTHORITY")
    return OfferSide.PERFORMER


def _answers_other_side(row: UseRequest, side: OfferSide, entry: ThreadEntry) -> bool:
    before = ThreadEntry.objects.filter(use_request=row, kind=ThreadKind.MESSAGE).exclude(pk=entry.pk)
    last = before.order_by("at", "pk").last()
    return last is not None and last.side != side
