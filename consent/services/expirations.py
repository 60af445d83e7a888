"""The sweep: records what the clocks have already made true. Late, twice or side by side, it says each thing once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db import connection, transaction

from consent.core import clocks
from consent.core.actor import Actor
from consent.core.clocks import Clock
from consent.core.lifecycle import State
from consent.models import Announcement, Grant, Invitation, Performer, UseRequest
from consent.services import decisions, grants, ledger, use_requests
from consent.services.ledger import Saying
from consent.services.moves import Overtaken

BATCH = 500
RUN_SECONDS = 240.0
"""A run ends by then, well inside the task's time limit; the next beat goes on."""
Row = TypeVar("Row")
log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> dict[str, int]:
    """Release held yeses, lapse requests, announce the clocks of grants. Returns how many of each.

    Safe with 0, 1 or 5 beats: every row is moved by compare-and-set. A row that fails stops no other;
    the first such error is raised at the end, so that the job's heartbeat misses.
    """
    broken: list[Exception] = []
    done = {
        "released": _each(_due_holds(now), lambda row: decisions.release(row, actor=Actor.clock(), now=now), broken),
        "lapsed": _each(_due_deadlines(now), lambda row: use_requests.lapse(row, actor=Actor.clock(), now=now), broken),
        "announced": _announce_all(now, broken),
        "invitations": _close_invitations(now),
    }
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


def _announce_all(now: datetime, broken: list[Exception]) -> int:
    """Batch by batch until nothing is due, or the run has lasted long enough for one beat.

    A batch that fails is taken apart: one grant that cannot be announced holds up no other.
    """
    told, began = 0, time.monotonic()
    while time.monotonic() - began < RUN_SECONDS and (due := _due_grants(now)):
        failed = len(broken)
        done = _announce_or_take_apart(due, now, broken)
        told += sum(each.told for each in done)
        if len(broken) > failed or not any(each.looked_at for each in done):
            break  # what fails, or is held by somebody else, stays due: the next beat takes it up
    return told


class _Done(NamedTuple):
    looked_at: int
    told: int


def _announce_or_take_apart(due: list[int], now: datetime, broken: list[Exception]) -> list[_Done]:
    try:
        return [_announce(due, now)]
    except Exception:
        log.exception("a batch of the sweep failed; its grants are taken one by one")
    done: list[_Done] = []
    _each(due, lambda pk: done.append(_announce([pk], now)), broken)
    return done


_UNREAD = tuple(f"use_request__{name}" for name in ("terms_text", "verdict_data", "draft"))


@transaction.atomic
def _announce(pks: Sequence[int], now: datetime) -> _Done:
    """Say what is due of these grants: the latest notice of each clock, and every ended clock.

    Performers come before grants, as everywhere; whatever somebody else holds is left to the next beat.
    """
    owners = Performer.objects.filter(grants__in=pks).order_by("pk").distinct()
    free = Performer.objects.filter(pk__in=list(owners.values_list("pk", flat=True))).order_by("pk")
    held = {row.pk: row for row in free.select_for_update(no_key=True, skip_locked=True)}
    found = list(
        Grant.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .select_related("studio", "production", "use_request")
        .defer(*_UNREAD)
        .filter(pk__in=pks, performer__in=list(held), announce_at__lte=now)
        .order_by("announce_at", "pk")
    )
    for grant in found:
        grant.performer = held[grant.performer_id]
    done = _announced(found)
    due = [(grant, *_due_of(grant, done[grant.pk], now)) for grant in found]
    Announcement.objects.bulk_create(
        [
            Announcement(grant=grant, code=code.value, effective_at=at, at=now)
            for grant, codes, _next in due
            for code, at in codes
        ],
        ignore_conflicts=True,
    )
    told = [(grant, code, at) for grant, codes, _next in due for code, at in _worth_telling(codes, grant)]
    if told:
        ledger.record_all([_saying(*one) for one in told], actor=Actor.clock(), now=now)
    _look_again_at({grant.pk: later for grant, _codes, later in due})
    return _Done(len(found), len(told))


def _announced(found: Sequence[Grant]) -> dict[int, set[str]]:
    done: dict[int, set[str]] = {grant.pk: set() for grant in found}
    for grant_id, code in Announcement.objects.filter(grant__in=found).values_list("grant_id", "code"):
        done[grant_id].add(code)
    return done


def _due_of(
    grant: Grant, done: set[str], now: datetime
) -> tuple[list[tuple[clocks.Announcement, datetime]], datetime | None]:
    """(what is due and was not announced, when to look again)."""
    noted = clocks.announcements(grant.clocks, since=grant.withdrawn_at)
    open_ = [(code, at) for code, at in noted if code.value not in done]
    return [one for one in open_ if one[1] <= now], min((at for _code, at in open_ if at > now), default=None)


_LOOK_AGAIN = """
    UPDATE consent_grant SET announce_at = later.at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS later (id, at) WHERE consent_grant.id = later.id
    AND consent_grant.id = ANY(%s)
"""


def _look_again_at(later: Mapping[int, datetime | None]) -> None:
    ids = list(later)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_AGAIN, [ids, list(later.values()), ids])


def _worth_telling(
    due: list[tuple[clocks.Announcement, datetime]], grant: Grant
) -> list[tuple[clocks.Announcement, datetime]]:
    """After a long silence, one notice per clock is enough, and none once the clock has ended; an end is always told."""
    latest = {code.clock: (code, at) for code, at in due}
    if grant.destroyed_at is not None:
        latest.pop(Clock.DESTROY, None)
    return list(latest.values())


def _saying(grant: Grant, code: clocks.Announcement, at: datetime) -> Saying:
    ends = {Clock.GENERATE: grant.generate_until, Clock.EXPLOIT: grant.exploit_until, Clock.DESTROY: grant.destroy_by}
    return Saying(
        kind="grant.ending" if code.days else "grant.clock_ended",
        performer=grant.performer,
        studio=grant.studio,
        use_request=grant.use_request,
        subject_ref=grant.ref,
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
