"""The life of a grant: issued by a yes, withdrawn or stopped by the performer, its media opened and logged."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from consent.core import clocks, lifecycle
from consent.core.actor import Actor
from consent.core.clocks import Clocks
from consent.core.lifecycle import Action, State
from consent.core.roles import StudioAct, studio_may
from consent.core.terms import Terms
from consent.models import (
    Announcement,
    Answer,
    Decision,
    Download,
    Grant,
    MediaItem,
    MediaState,
    Performer,
    UseRequest,
)
from consent.services import entitled, ledger, moves
from consent.services.moves import NotEntitled, Refused

_GENERATION_CODES = tuple(code.value for code in clocks.Announcement if code.value.startswith("GENERATE_"))
_UNTOLD = frozenset({"STOP", "PREFERENCES", "DATES"})
"""Reasons that undo a held yes even after its window, as long as nobody has been told."""


def clocks_of(terms: Terms, *, zone: str, now: datetime) -> Clocks:
    """The three clocks as instants in the performer's zone, starting now at the earliest. Raises Refused DATES_PASSED."""
    if terms.dates is None:
        raise Refused("TERMS_UNFINISHED")
    dates = terms.dates
    starts_at = max(clocks.start_of_day(dates.starts_on, zone), now)
    ends = [clocks.end_of_day(day, zone) for day in (dates.generate_until, dates.exploit_until, dates.destroy_by)]
    try:
        return Clocks(starts_at, *ends)
    except clocks.InvalidClocks:
        raise Refused("DATES_PASSED", until=dates.generate_until.isoformat()) from None


@transaction.atomic
def issue(use_request: UseRequest, *, actor: Actor, now: datetime) -> Grant:
    """Create the grant of an approved request, once. The caller holds the request's lock (decisions.release)."""
    performer, production = use_request.performer, use_request.production
    if performer is None or production is None or State(use_request.state) is not State.APPROVED:
        raise moves.Overtaken(State(use_request.state))
    terms = use_request.terms
    running = clocks_of(terms, zone=performer.time_zone, now=now)
    grant = Grant.objects.create(
        use_request=use_request,
        performer=performer,
        studio=use_request.studio,
        production=production,
        terms_text=use_request.terms_text,
        digest=use_request.digest,
        time_zone=performer.time_zone,
        issued_at=now,
        starts_at=running.starts_at,
        generate_until=running.generate_until,
        exploit_until=running.exploit_until,
        destroy_by=running.destroy_by,
        announce_at=next_announcement(running),
    )
    released = MediaItem.objects.filter(
        performer=performer, ref__in=terms.description.source_media, state=MediaState.READY
    )
    grant.media.set(released)
    _record("grant.issued", grant, actor=actor, now=now, media=[item.ref for item in released])
    return grant


@transaction.atomic
def withdraw(grant: Grant, *, reason: str = "", actor: Actor, now: datetime) -> Grant:
    """Take one grant back: generation and media access end at once, finished work is left to the terms.

    A second press, or a grant that has no generation left to end, changes nothing and says so (Refused).
    """
    entitled.performer(actor, grant.performer_id)
    moves.lock_performer(grant.performer_id)
    row = (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("performer", "studio", "production")
        .get(pk=grant.pk)
    )
    if row.withdrawn_at is not None:
        raise Refused("ALREADY_TAKEN_BACK", at=row.withdrawn_at.isoformat())
    if row.exploit_until <= now:
        raise Refused("GRANT_ENDED", at=row.exploit_until.isoformat())
    left = after_withdrawal(row, now=now)
    Grant.objects.filter(pk=row.pk, withdrawn_at=None).update(
        withdrawn_at=now,
        withdrawn_reason=reason,
        generate_until=left.generate_until,
        destroy_by=left.destroy_by,
        announce_at=next_announcement(left, done=_GENERATION_CODES, since=now) if row.starts_at < now else None,
    )
    Announcement.objects.bulk_create(
        [Announcement(grant=row, code=code, effective_at=now, at=now) for code in _GENERATION_CODES],
        ignore_conflicts=True,
    )
    row.refresh_from_db()
    _record("grant.withdrawn", row, actor=actor, now=now, reason=reason)
    return row


def after_withdrawal(grant: Grant, *, now: datetime) -> Clocks:
    """The clocks as they would run if the grant were taken back now: for the page that asks first."""
    kept = grant.terms.dates.retention_days if grant.terms.dates else 0
    return clocks.withdraw(grant.clocks, at=now, retention_days=kept)


@transaction.atomic
def stop_everything(performer: Performer, *, actor: Actor, now: datetime) -> Performer:
    """One action, performer only: nothing new may be made or fetched under any grant, and every held yes is undone.

    Reading obeys ``Performer.stopped_at`` at once; the facts only tell people. Pressing twice changes nothing.
    """
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    if row.stopped_at is not None:
        return row
    Performer.objects.filter(pk=row.pk).update(stopped_at=now)
    row.stopped_at = now
    undone = _undo_held(row, actor=actor, now=now)
    touched = _running_grants(row, now)
    ledger.record(
        "performer.stopped",
        performer=row,
        actor=actor,
        now=now,
        subject_ref=row.ref,
        payload={"performer": row.professional_name, "grants": len(touched), "undone": undone},
    )
    for grant in touched:
        _record("grant.suspended", grant, actor=actor, now=now, reason="STOP")
    return row


@transaction.atomic
def start_again(performer: Performer, *, actor: Actor, now: datetime) -> Performer:
    """End the performer's stop. What a stop undid stays undone; grants that still run are live again."""
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    if row.stopped_at is None:
        return row
    Performer.objects.filter(pk=row.pk).update(stopped_at=None)
    row.stopped_at = None
    ledger.record(
        "performer.restarted",
        performer=row,
        actor=actor,
        now=now,
        subject_ref=row.ref,
        payload={"performer": row.professional_name},
    )
    for grant in _running_grants(row, now):
        _record("grant.resumed", grant, actor=actor, now=now, reason="STOP")
    return row


@transaction.atomic
def record_download(grant: Grant, media: MediaItem, *, watermark: str = "", actor: Actor, now: datetime) -> Download:
    """Log one copy before its first byte leaves. Raises Refused where the grant does not open this media now."""
    if (
        actor.studio_id != grant.studio_id
        or not studio_may(actor.studio_role, StudioAct.DOWNLOAD)
        or actor.user_id is None
    ):
        raise NotEntitled("NOT_ENTITLED")
    moves.lock_performer(grant.performer_id)
    open_now = Grant.objects.generating(now).filter(pk=grant.pk, media=media, media__state=MediaState.READY)
    if not open_now.exists():
        raise Refused("MEDIA_CLOSED")
    row = Download.objects.create(
        grant=grant, media=media, user_id=actor.user_id, user_name=actor.name, at=now, watermark=watermark
    )
    _record("media.downloaded", grant, actor=actor, now=now, media=[media.ref], caption=media.caption or media.filename)
    return row


def next_announcement(running: Clocks, *, done: Collection[str] = (), since: datetime | None = None) -> datetime | None:
    """When the sweep must look at these clocks next; ``since`` leaves out notices that an earlier end made pointless."""
    due = [at for code, at in clocks.announcements(running, since=since) if code.value not in done]
    return min(due) if due else None


def _record(kind: str, grant: Grant, *, actor: Actor, now: datetime, **more: object) -> None:
    ledger.record(
        kind,
        performer=grant.performer,
        studio=grant.studio,
        use_request=grant.use_request,
        subject_ref=grant.ref,
        actor=actor,
        now=now,
        payload={
            **facts_of(grant),
            **more,
        },
    )


def facts_of(grant: Grant) -> dict[str, object]:
    """What every fact about a grant says of it."""
    return {
        "grant": grant.ref,
        "request": grant.use_request.ref,
        "performer": grant.performer.professional_name,
        "studio": grant.studio.name,
        "production": grant.production.title,
        "uses": grant.use_codes,
        "digest": grant.digest,
        "starts_at": grant.starts_at.isoformat(),
        "generate_until": grant.generate_until.isoformat(),
        "exploit_until": grant.exploit_until.isoformat(),
        "destroy_by": grant.destroy_by.isoformat(),
    }


def _running_grants(performer: Performer, now: datetime) -> list[Grant]:
    live = Grant.objects.filter(performer=performer, generate_until__gt=now, withdrawn_at=None, voided_at=None)
    return list(live.select_related("performer", "studio", "production", "use_request").order_by("pk"))


def _undo_held(performer: Performer, *, actor: Actor, now: datetime) -> int:
    held = UseRequest.objects.filter(performer=performer, state=State.HELD).order_by("pk")
    for found in held:
        undo_yes(moves.lock(found), because="STOP", actor=actor, now=now)
    return len(held)


def undo_yes(row: UseRequest, *, because: str, actor: Actor, now: datetime) -> UseRequest:
    """Bring a held yes back to the table. The caller holds the lock. Raises Overtaken or, for a person, TooLate."""
    moves.move(
        row,
        Action.TAKE_BACK,
        now=now,
        despite_clock=because in _UNTOLD,
        held_until=None,
        decided_at=None,
        resolution="",
        deadline_at=lifecycle.undone_deadline(row.deadline_at or now, now),
    )
    yes_undone(row, because=because, actor=actor, now=now)
    return row


def yes_undone(row: UseRequest, *, because: str, actor: Actor, now: datetime, **more: object) -> None:
    """Mark a held yes as undone and write it down. The move itself is the caller's, who holds the lock."""
    Decision.objects.filter(use_request=row, answer=Answer.APPROVE, undone_at=None).update(undone_at=now)
    ledger.record(
        "use_request.taken_back",
        performer=row.performer,
        studio=row.studio,
        use_request=row,
        actor=actor,
        now=now,
        payload=moves.facts_of(row) | {"because": because} | more,
    )
