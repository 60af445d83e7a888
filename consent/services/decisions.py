"""Answers: yes, no, changed terms, and everything that undoes them. Every door ends here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from consent.core import actor as proofs
from consent.core import compensation, lifecycle, roles
from consent.core.actor import Actor, Tier
from consent.core.compare import Finding, Standing
from consent.core.lifecycle import Action, State
from consent.core.policy import Outcome, Verdict
from consent.core.roles import Capacity
from consent.core.terms import Terms
from consent.core.vocabulary import Stance
from consent.models import (
    Answer,
    Decision,
    LinkEnd,
    Offer,
    OfferSide,
    Performer,
    Representation,
    Resolution,
    UseRequest,
)
from consent.services import grants, judging, ledger, moves, preferences
from consent.services.moves import (
    NotEntitled,
    Overtaken,
    Refused,
    StepUpNeeded,
    TooLate,
)

MUTE = timedelta(hours=24)


def approval_needs(row: UseRequest, actor: Actor) -> Tier:
    """What a yes to these terms asks of this actor; pages prove it before they show the confirm form."""
    terms = row.terms
    verdict = row.verdict
    return proofs.tier_needed(
        Action.APPROVE,
        heightened=terms.heightened or (verdict is not None and verdict.heightened),
        exclusive=terms.exclusive,
        capacity=actor.capacity,
        level=terms.level,
    )


def reached(row: UseRequest, *, actor: Actor, now: datetime) -> Tier:
    """What this actor has proven, the performer's own switch for answers by mail included."""
    by_mail = row.performer is not None and row.performer.approve_by_mail
    return proofs.tier_reached(
        actor, now=now, second_factor_enrolled=actor.second_factor_at is not None, typed_address_counts=by_mail
    )


@transaction.atomic
def approve(
    use_request: UseRequest,
    *,
    revision: int,
    digest: str,
    nonce: UUID,
    as_exception: bool = False,
    actor: Actor,
    now: datetime,
) -> Decision:
    """Say yes; it waits in HELD before anyone is told. The same nonce or the same answer again is the same decision.

    Raises NotEntitled, StepUpNeeded, Stale, Overtaken, TooLate, or Refused: STOPPED, BLOCKED, NEVER_NOW, GOES_FURTHER (not
    ticked as an exception), MINOR, DATES_PASSED.
    """
    row = moves.lock(use_request)
    earlier = _standing(row, nonce, Answer.APPROVE)
    if earlier is not None:
        return earlier
    performer = _performer(row)
    _entitle(row, Action.APPROVE, actor, now)
    moves.check_version(row, revision, digest)
    if reached(row, actor=actor, now=now) < approval_needs(row, actor):
        raise StepUpNeeded(approval_needs(row, actor))
    _check_terms_allow(row, performer, as_exception=as_exception, now=now)
    held_until = row.hold_ends_at(now)
    grants.clocks_of(row.terms, zone=performer.time_zone, now=held_until)
    moves.move(row, Action.APPROVE, now=now, held_until=held_until, decided_at=now, resolution=Resolution.PERSON)
    decision = _decide(row, Answer.APPROVE, nonce=nonce, as_exception=as_exception, actor=actor, now=now)
    _record("use_request.approved", row, actor=actor, now=now, exception=as_exception)
    if held_until <= now:
        release(row, actor=Actor.clock(), now=now)
    return decision


@transaction.atomic
def release(use_request: UseRequest, *, actor: Actor, now: datetime) -> UseRequest:
    """End of the undo window: the studio is told and the grant comes to life. The clock's move.

    A stop, a Never or a block that came meanwhile beats the yes: the request goes back to the table instead.
    """
    row = moves.lock(use_request)
    performer = _performer(row)
    obstacle = _obstacle(row, performer, now)
    if obstacle:
        return grants.undo_yes(row, because=obstacle, actor=actor, now=now)
    moves.move(row, Action.RELEASE, now=now)
    grants.issue(row, actor=actor, now=now)
    return row


@transaction.atomic
def decline(
    use_request: UseRequest,
    *,
    revision: int,
    digest: str,
    nonce: UUID,
    reason: str = "",
    never_again: bool = False,
    actor: Actor,
    now: datetime,
) -> Decision:
    """Say no; it takes effect at once and beats a yes that is still held. No reason is needed.

    ``never_again`` also sets the uses asked for to Never, and needs the performer's own session.
    """
    row = moves.lock(use_request)
    earlier = _standing(row, nonce, Answer.DECLINE)
    if earlier is not None:
        return earlier
    _entitle(row, Action.DECLINE, actor, now)
    moves.check_version(row, revision, digest)
    if never_again and (actor.capacity is not Capacity.PERFORMER or reached(row, actor=actor, now=now) < Tier.T2):
        raise StepUpNeeded(Tier.T2)
    moves.move(row, Action.DECLINE, now=now, decided_at=now, held_until=None, resolution=Resolution.PERSON)
    Decision.objects.filter(use_request=row, undone_at=None).update(undone_at=now)
    decision = _decide(row, Answer.DECLINE, nonce=nonce, reason=reason, actor=actor, now=now)
    _record("use_request.declined", row, actor=actor, now=now, reason=reason)
    if never_again:
        _never_again(row, actor=actor, now=now)
    return decision


@transaction.atomic
def decline_for(use_request: UseRequest, *, code: str, now: datetime) -> UseRequest:
    """The standing answer says no: declined for the performer, who can read it later. Called while submitting."""
    row = moves.move(use_request, Action.DECLINE, now=now, decided_at=now, resolution=Resolution.PREFERENCE)
    _decide(row, Answer.DECLINE, nonce=None, actor=Actor.clock(), now=now)
    _record("use_request.declined_for_you", row, actor=Actor.clock(), now=now, because=code)
    return row


@transaction.atomic
def hold_for(use_request: UseRequest, *, now: datetime) -> UseRequest:
    """The standing answer says yes: held for 24 hours, visible and stoppable. Called while submitting."""
    held_until = now + lifecycle.AUTO_HOLD
    row = moves.move(
        use_request, Action.APPROVE, now=now, held_until=held_until, decided_at=now, resolution=Resolution.PREFERENCE
    )
    _decide(row, Answer.APPROVE, nonce=None, actor=Actor.clock(), now=now)
    _record("use_request.held_for_you", row, actor=Actor.clock(), now=now)
    return row


@transaction.atomic
def take_back(use_request: UseRequest, *, actor: Actor, now: datetime) -> UseRequest:
    """Undo a yes inside its window; nobody was told. Raises TooLate once the window has ended."""
    row = moves.lock(use_request)
    _entitle(row, Action.TAKE_BACK, actor, now)
    return grants.undo_yes(row, because="PERSON", actor=actor, now=now)


@transaction.atomic
def reopen(use_request: UseRequest, *, actor: Actor, now: datetime) -> UseRequest:
    """Undo a no within 24 hours; the request waits again for at least 48 hours. Raises TooLate after that.

    A no that was said while the performer's own terms lay with the studio leaves them there: COUNTERED again.
    """
    row = moves.lock(use_request)
    _entitle(row, Action.REOPEN, actor, now)
    if row.decided_at is None or not lifecycle.may_reopen(row.decided_at, now):
        raise TooLate(State(row.state))
    moves.move(
        row,
        Action.REOPEN,
        now=now,
        state=_reopened(row).value,
        decided_at=None,
        resolution="",
        deadline_at=moves.fresh_deadline(row, now),
    )
    Decision.objects.filter(use_request=row, undone_at=None).update(undone_at=now)
    _record("use_request.reopened", row, actor=actor, now=now)
    return row


@transaction.atomic
def counter(
    use_request: UseRequest,
    terms: Terms,
    *,
    note: str = "",
    revision: int,
    digest: str,
    nonce: UUID,
    actor: Actor,
    now: datetime,
) -> UseRequest:
    """Send the performer's version of the page: a new revision that the studio may take whole or answer.

    The same nonce again changes nothing. Raises Refused NOTHING_CHANGED or TERMS_UNFINISHED besides the usual.
    """
    row = moves.lock(use_request)
    if Offer.objects.filter(use_request=row, nonce=nonce).exists():
        return row
    _entitle(row, Action.COUNTER, actor, now)
    moves.check_version(row, revision, digest)
    needed = proofs.tier_needed(
        Action.COUNTER,
        heightened=terms.heightened,
        exclusive=terms.exclusive,
        capacity=actor.capacity,
        level=terms.level,
    )
    if reached(row, actor=actor, now=now) < needed:
        raise StepUpNeeded(needed)
    if terms.gaps():
        raise Refused("TERMS_UNFINISHED", missing=[gap.value for gap in terms.gaps()])
    if terms.digest() == row.digest:
        raise Refused("NOTHING_CHANGED")
    judgement = _judge(row, terms, now)
    refuse_blocked(judgement.verdict)
    put_terms(
        row,
        Action.COUNTER,
        terms,
        side=OfferSide.PERFORMER,
        judgement=judgement,
        note=note,
        nonce=nonce,
        actor=actor,
        now=now,
    )
    _record("use_request.countered", row, actor=actor, now=now)
    return row


def put_terms(
    row: UseRequest,
    action: Action,
    terms: Terms,
    *,
    side: OfferSide,
    judgement: judging.Judgement,
    note: str = "",
    nonce: UUID | None = None,
    actor: Actor,
    now: datetime,
    sent_at: datetime | None = None,
    deadline_at: datetime | None = None,
) -> Offer:
    """Move with new terms on the table, which no earlier answer fits, and keep the round. The caller records the fact.

    Without ``deadline_at`` the deadline starts anew (``moves.fresh_deadline``).
    """
    moves.move(
        row,
        action,
        now=now,
        terms_text=terms.canonical().decode(),
        digest=terms.digest(),
        verdict_data=judgement.verdict.to_data(),
        judged_by=judgement.by,
        held_until=None,
        decided_at=None,
        resolution="",
        reminded_at=None,
        halfway_at=None,
        sent_at=sent_at or row.sent_at,
        deadline_at=deadline_at or moves.fresh_deadline(row, now),
    )
    return Offer.objects.create(
        use_request=row,
        number=row.revision,
        side=side,
        terms_text=row.terms_text,
        digest=row.digest,
        note=note,
        nonce=nonce,
        actor=actor.header(),
        author_name=actor.name,
        created_at=now,
    )


@transaction.atomic
def not_now(use_request: UseRequest, *, actor: Actor, now: datetime) -> UseRequest:
    """ "Not now, I am on set": the representatives are asked to look, and reminders are mute for 24 hours."""
    row = moves.lock(use_request)
    performer = _performer(row)
    if actor.capacity is not Capacity.PERFORMER or actor.performer_id != performer.pk:
        raise NotEntitled("NOT_ENTITLED")
    if row.state_at(now) is not State.PENDING:
        raise Overtaken(row.state_at(now))
    muted_until = now + MUTE
    if performer.muted_until is not None and performer.muted_until > now + MUTE - timedelta(minutes=1):
        return row
    Performer.objects.filter(pk=performer.pk).update(muted_until=muted_until)
    performer.muted_until = muted_until
    _record("use_request.forwarded", row, actor=actor, now=now, muted_until=muted_until.isoformat())
    return row


@transaction.atomic
def disown(use_request: UseRequest, *, actor: Actor, now: datetime) -> None:
    """ "This was not me": kill every live link of the request."""
    row = moves.lock(use_request)
    killed = moves.end_links(row, LinkEnd.NOT_ME, now=now)
    if killed:
        _record("link.disowned", row, actor=actor, now=now, links=killed)


def _reopened(row: UseRequest) -> State:
    """Nobody may say yes to their own offer: terms that the studio has not accepted go back to the studio."""
    last = Offer.objects.filter(use_request=row).order_by("number").last()
    return State.COUNTERED if last is not None and last.side == OfferSide.PERFORMER else State.PENDING


def _performer(row: UseRequest) -> Performer:
    if row.performer is None:
        raise Overtaken(State.DRAFT)
    return row.performer


def _standing(row: UseRequest, nonce: UUID, answer: Answer) -> Decision | None:
    """The decision this press already made, or the same answer that already stands.

    Raises Overtaken where the page was pressed before with the other answer: a receipt for a yes is none for a no.
    """
    pressed = Decision.objects.filter(use_request=row, nonce=nonce).first()
    if pressed is not None:
        if pressed.answer != answer:
            raise Overtaken(State(row.state))
        return pressed
    agreeing = {Answer.APPROVE: (State.HELD, State.APPROVED), Answer.DECLINE: (State.DECLINED,)}[answer]
    if State(row.state) not in agreeing:
        return None
    return Decision.objects.filter(use_request=row, answer=answer, undone_at=None).first()


def _entitle(row: UseRequest, action: Action, actor: Actor, now: datetime) -> None:
    """Re-read who may do this, from the rows of this moment. Raises NotEntitled."""
    performer = _performer(row)
    if actor.performer_id != performer.pk or not roles.entitled(actor.capacity, action):
        raise NotEntitled("NOT_ENTITLED")
    if actor.capacity is Capacity.PERFORMER:
        return
    if actor.user_id is None:
        raise NotEntitled("NOT_ENTITLED")
    today = now.astimezone(ZoneInfo(performer.time_zone)).date()
    found = Representation.objects.filter(performer=performer, user_id=actor.user_id, revoked_at=None).first()
    if found is None or not found.in_force(today):
        raise NotEntitled("AUTHORITY_ENDED")
    terms = row.terms
    fee = compensation.total(terms)
    heightened = terms.heightened or (row.verdict is not None and row.verdict.heightened)
    amount, currency = fee if fee is not None else (None, "")
    if not roles.may(
        found.authority(),
        action,
        level=terms.level,
        fee=amount,
        currency=currency,
        uses=terms.uses,
        heightened=heightened,
        on=today,
    ):
        raise NotEntitled("BEYOND_AUTHORITY")


def _judge(row: UseRequest, terms: Terms, now: datetime) -> judging.Judgement:
    return judging.judge(
        terms, performer=_performer(row), studio=row.studio, production=row.production, now=now, for_request=row.pk
    )


def _check_terms_allow(row: UseRequest, performer: Performer, *, as_exception: bool, now: datetime) -> None:
    """A yes may go beyond preferences as a ticked exception, never past a stop, a block or a Never."""
    if performer.stopped_at is not None:
        raise Refused("STOPPED")
    if performer.is_minor_on(now.astimezone(ZoneInfo(performer.time_zone)).date()):
        raise Refused("MINOR")
    verdict = _judge(row, row.terms, now).verdict
    refuse_blocked(verdict)
    if verdict.outcome is Outcome.DECLINE:
        raise Refused("NEVER_NOW")
    if not as_exception and beyond(verdict.findings):
        raise Refused("GOES_FURTHER", dimensions=[f.dimension.value for f in beyond(verdict.findings)])


def refuse_blocked(verdict: Verdict) -> None:
    """Raises Refused BLOCKED with the ids of the rules that block."""
    if verdict.outcome is Outcome.BLOCKED:
        raise Refused("BLOCKED", rules=[reason.rule for reason in verdict.reasons if reason.outcome is Outcome.BLOCKED])


def beyond(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a yes must tick as an exception."""
    return [finding for finding in findings if finding.standing in (Standing.GOES_FURTHER, Standing.NEVER)]


def _obstacle(row: UseRequest, performer: Performer, now: datetime) -> str:
    if performer.stopped_at is not None:
        return "STOP"
    verdict = _judge(row, row.terms, now).verdict
    by_preference = row.resolution == Resolution.PREFERENCE
    if verdict.outcome in (Outcome.BLOCKED, Outcome.DECLINE) or (
        by_preference and verdict.outcome is not Outcome.ALLOW
    ):
        return "PREFERENCES"
    try:
        grants.clocks_of(row.terms, zone=performer.time_zone, now=now)
    except Refused:
        return "DATES"
    return ""


def _decide(
    row: UseRequest,
    answer: Answer,
    *,
    nonce: UUID | None,
    reason: str = "",
    as_exception: bool = False,
    actor: Actor,
    now: datetime,
) -> Decision:
    own_nonce = {} if nonce is None else {"nonce": nonce}
    return Decision.objects.create(
        use_request=row,
        answer=answer,
        revision=row.revision,
        digest=row.digest,
        user_id=actor.user_id,
        actor=actor.header(),
        author_name=actor.name,
        reason=reason,
        as_exception=as_exception,
        at=now,
        **own_nonce,
    )


def _never_again(row: UseRequest, *, actor: Actor, now: datetime) -> None:
    """Set the uses that were asked for to Never; tighter, so in force at once."""
    performer = _performer(row)
    standing = preferences.shown(performer)
    never = {use: replace(standing.uses[use], stance=Stance.NEVER) for use in row.terms.uses if use in standing.uses}
    preferences.save(performer, replace(standing, uses={**standing.uses, **never}), actor=actor, now=now)


def _record(kind: str, row: UseRequest, *, actor: Actor, now: datetime, **more: object) -> None:
    ledger.record(
        kind,
        performer=row.performer,
        studio=row.studio,
        use_request=row,
        actor=actor,
        now=now,
        payload=moves.facts_of(row) | more,
    )
