"""The sweep: records what the clocks have already made true. Late, twice or side by side, it says each thing once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction

from consent.core import clocks
from consent.core.actor import Actor
from consent.core.clocks import Clock
from consent.core.lifecycle import State
from consent.models import Announcement, Grant, Invitation, UseRequest
from consent.services import decisions, grants, ledger, moves, use_requests
from consent.services.moves import Overtaken

BATCH = 500
Row = TypeVar("Row")
log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> dict[str, int]:
    """Release held yeses, lapse requests, announce the clocks of grants. Returns how many of each.

    Safe with 0, 1 or 5 beats: every row is moved by compare-and-set in its own transaction. A row that fails stops no
    other; the first such error is raised at the end, so that the job's heartbeat misses.
    """
    broken: list[Exception] = []
    told: list[int] = []
    done = {
        "released": _each(_due_holds(now), lambda row: decisions.release(row, actor=Actor.clock(), now=now), broken),
        "lapsed": _each(_due_deadlines(now), lambda row: use_requests.lapse(row, actor=Actor.clock(), now=now), broken),
    }
    _each(_due_grants(now), lambda pk: told.append(_announce(pk, now)), broken)
    done |= {"announced": sum(told), "invitations": _close_invitations(now)}
    if broken:
        raise broken[0]
    return done


def _each(rows: Iterable[Row], act: Callable[[Row], object], broken: list[Exception]) -> int:
    """Act on every row; one that fails is logged and kept in ``broken``."""
    done = 0
    for row in rows:
        try:
            act(row)
            done += 1
        except Overtaken:
            continue  # somebody else moved it first: that is what stands
        except Exception as error:
            log.exception("the sweep failed on %s", row)
            broken.append(error)
    return done


def _due_holds(now: datetime) -> list[UseRequest]:
    return list(UseRequest.objects.filter(state=State.HELD, held_until__lte=now).order_by("held_until")[:BATCH])


def _due_deadlines(now: datetime) -> list[UseRequest]:
    waiting = UseRequest.objects.filter(state__in=[State.PENDING, State.COUNTERED], deadline_at__lte=now)
    return list(waiting.order_by("deadline_at")[:BATCH])


def _due_grants(now: datetime) -> list[int]:
    return list(Grant.objects.filter(announce_at__lte=now).order_by("announce_at").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _announce(pk: int, now: datetime) -> int:
    """Say what is due of one grant: the latest notice of each clock, and every ended clock."""
    performer_id = Grant.objects.values_list("performer_id", flat=True).get(pk=pk)
    moves.lock_performer(performer_id)
    grant = (
        Grant.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .select_related("performer", "studio", "production", "use_request")
        .filter(pk=pk, announce_at__lte=now)
        .first()
    )
    if grant is None:
        return 0
    done = set(Announcement.objects.filter(grant=grant).values_list("code", flat=True))
    noted = clocks.announcements(grant.clocks, since=grant.withdrawn_at)
    due = [(code, at) for code, at in noted if at <= now and code.value not in done]
    Announcement.objects.bulk_create(
        [Announcement(grant=grant, code=code.value, effective_at=at, at=now) for code, at in due], ignore_conflicts=True
    )
    told = _worth_telling(due, grant)
    for code, at in told:
        _record_announcement(grant, code, at, now)
    everything_done = done | {code.value for code, _ in due}
    Grant.objects.filter(pk=pk).update(
        announce_at=grants.next_announcement(grant.clocks, done=everything_done, since=grant.withdrawn_at)
    )
    return len(told)


def _worth_telling(
    due: list[tuple[clocks.Announcement, datetime]], grant: Grant
) -> list[tuple[clocks.Announcement, datetime]]:
    """After a long silence, one notice per clock is enough, and none once the clock has ended; an end is always told."""
    latest = {code.clock: (code, at) for code, at in due}
    if grant.destroyed_at is not None:
        latest.pop(Clock.DESTROY, None)
    return list(latest.values())


def _record_announcement(grant: Grant, code: clocks.Announcement, at: datetime, now: datetime) -> None:
    ends = {Clock.GENERATE: grant.generate_until, Clock.EXPLOIT: grant.exploit_until, Clock.DESTROY: grant.destroy_by}
    ledger.record(
        "grant.ending" if code.days else "grant.clock_ended",
        performer=grant.performer,
        studio=grant.studio,
        use_request=grant.use_request,
        subject_ref=grant.ref,
        actor=Actor.clock(),
        now=now,
        effective_at=at,
        payload={
            **grants.facts_of(grant),
            "clock": code.clock.value,
            "days": code.days,
            "ends_at": ends[code.clock].isoformat(),
        },
    )


def _close_invitations(now: datetime) -> int:
    """Invitations are dead at their expiry by reading; a week later the row is closed so that a new one can be sent."""
    old = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__lte=now - timedelta(days=7))
    return old.update(withdrawn_at=now)
