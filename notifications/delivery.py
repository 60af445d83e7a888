"""Claim, send, settle: a mail is claimed in one short transaction, sent outside any, and settled only by who claimed it."""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F, Q

from notifications import claims, preferences, recipients
from notifications.bag import WITH, Bag
from notifications.channels.base import Away, Permanent, Post, Temporary
from notifications.models import Channel, Delivery, State, Urgency

log = logging.getLogger(__name__)

BATCH = 100
SETTLE_EVERY = 25
LEASE = timedelta(seconds=120)
WORK_SECONDS = 60.0
"""A worker begins no mail later than this after its claim, so that the slowest one still ends inside the lease."""
RUN_SECONDS = 300.0
"""A run ends by then, well inside the task's time limit; the next sweep goes on."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 12
LONGEST_TRY = timedelta(hours=72)
"""From the first try that failed. A mail that was given back untried, for the night or behind a silent server, has not begun."""


@dataclass(slots=True)
class Tally:
    sent: int = 0
    skipped: int = 0
    later: int = 0
    dead: int = 0


@dataclass(slots=True)
class Claimed:
    """A batch under one claim token; ``now`` is the instant of the claim."""

    token: uuid.UUID
    now: datetime
    rows: list[Delivery]
    sent: list[Delivery] = field(default_factory=list)


def deliver_all(post: Post, *, clock: Callable[[], datetime]) -> Tally:
    """Send everything that is due, over one kept connection, and stop early where the server is away."""
    free_stuck(now=clock())
    tally = Tally()
    began = time.monotonic()
    while time.monotonic() - began < RUN_SECONDS:
        batch = claim(now=clock())
        if not batch.rows or not _work_through(batch, post, tally, clock):
            break
    return tally


def claim(*, now: datetime, size: int = BATCH) -> Claimed:
    """Take the mails that are due longest. The try is counted before the work, so a worker that dies has used one.

    The claim is also held as an advisory lock of this connection: it ends with the worker, however that ends.
    """
    token = uuid.uuid4()
    claims.hold(token)
    with transaction.atomic():
        due = Delivery.objects.select_for_update(skip_locked=True).filter(state=State.QUEUED, next_try_at__lte=now)
        ids = list(due.order_by("next_try_at").values_list("pk", flat=True)[:size])
        Delivery.objects.filter(pk__in=ids).update(
            state=State.SENDING,
            attempts=F("attempts") + 1,
            claim=token,
            claimed_at=now,
        )
    if not ids:
        claims.let_go(token)
        return Claimed(token, now, [])
    rows = Delivery.objects.filter(pk__in=ids).select_related(*WITH).order_by("next_try_at", "pk")
    return Claimed(token, now, list(rows))


def free_stuck(*, now: datetime) -> int:
    """Give back what a dead worker left SENDING, at once, and what a hanging one holds, after its lease.

    After the last try it is a dead letter instead. Whoever still hangs on finds the claim changed when settling.
    """
    sending = Delivery.objects.filter(state=State.SENDING)
    abandoned = claims.abandoned(set(sending.values_list("claim", flat=True).distinct()))
    stuck = sending.filter(Q(claim__in=abandoned) | Q(claimed_at__lt=now - LEASE))
    lost = stuck.filter(attempts__gte=MOST_TRIES)
    dead = lost.update(state=State.DEAD, settled_at=now, claim=None, last_error_code="LOST", last_error="")
    freed = stuck.update(state=State.QUEUED, next_try_at=now, claim=None, last_error_code="LOST", last_error="")
    if dead:
        log.error("%d mails are dead letters: every worker that took them was lost", dead)
    return freed + dead


def retry(message_id: str, *, now: datetime) -> bool:
    """Send a dead letter again, under the same Message-ID. False where it is none, or no longer."""
    dead = Delivery.objects.filter(message_id=message_id, state=State.DEAD, channel=Channel.EMAIL)
    again = dead.update(state=State.QUEUED, attempts=0, first_tried_at=None, next_try_at=now, settled_at=None)
    return again == 1


def pause(attempts: int) -> timedelta:
    """How long to wait after this many tries: 30 s doubling up to an hour, a fifth more or less so that none march in step."""
    plain = min(FIRST_PAUSE * (1 << max(0, attempts - 1)), LONGEST_PAUSE)
    return plain * random.uniform(0.8, 1.2)  # noqa: S311  (spreads load, guards nothing)


def _work_through(batch: Claimed, post: Post, tally: Tally, clock: Callable[[], datetime]) -> bool:
    """Send a batch. False where the server is away and the rest was given back."""
    began = time.monotonic()
    bag = Bag.pack(batch.rows, now=batch.now)
    try:
        for number, row in enumerate(batch.rows):
            if time.monotonic() - began > WORK_SECONDS:
                _give_back(batch, batch.rows[number:])
                break
            try:
                _one(row, batch, bag, post, tally, clock)
            except Away as problem:
                _failed(row, batch, problem, tally, clock())
                _give_back(batch, batch.rows[number + 1 :])
                return False
            if len(batch.sent) >= SETTLE_EVERY:
                _settle_sent(batch, tally, clock())
    finally:
        _settle_sent(batch, tally, clock())
        claims.let_go(batch.token)
    return True


def _one(row: Delivery, batch: Claimed, bag: Bag, post: Post, tally: Tally, clock: Callable[[], datetime]) -> None:
    reason = _empty(row, bag) if row.digest_on is not None else bag.trouble(row)
    if reason:
        tally.skipped += _settle(batch, [row], state=State.SKIPPED, settled_at=clock(), last_error_code=reason)
        return
    due = _still_due(row, bag, batch.now)
    if due > batch.now:
        tally.later += _settle(batch, [row], state=State.QUEUED, next_try_at=due, attempts=F("attempts") - 1)
        return
    try:
        post.send(row, bag)
    except Away:
        raise
    except Temporary as problem:
        _failed(row, batch, problem, tally, clock())
    except Permanent as problem:
        _bury(row, batch, problem.code, str(problem), tally, clock())
    except DatabaseError:
        raise
    except (
        Exception
    ) as problem:  # one mail that cannot be written must not hold up the others: it is kept, and tried again
        log.exception("delivery %s could not be written", row.message_id)
        _failed(row, batch, Temporary("NOT_WRITTEN", type(problem).__name__), tally, clock())
    else:
        batch.sent.append(row)


def _still_due(row: Delivery, bag: Bag, now: datetime) -> datetime:
    """Quiet hours may have begun, or been chosen, while the mail waited."""
    user = row.recipient
    if user is None:
        return now
    quiet = preferences.quiet_of(bag.settings.get(user.pk))
    return preferences.due_at(now, urgency=Urgency(row.urgency), zone=recipients.zone_of(user), quiet=quiet)


def _empty(row: Delivery, bag: Bag) -> str:
    """A digest is skipped where nothing in it is worth saying any more."""
    return "" if any(not bag.trouble(carried) for carried in bag.carried.get(row.pk, [])) else "EMPTY"


def _failed(row: Delivery, batch: Claimed, problem: Temporary, tally: Tally, now: datetime) -> None:
    first = row.first_tried_at or batch.now
    if row.attempts >= MOST_TRIES or now - first >= LONGEST_TRY:
        _bury(row, batch, problem.code, str(problem), tally, now)
        return
    tally.later += _settle(
        batch,
        [row],
        state=State.QUEUED,
        next_try_at=now + pause(row.attempts),
        first_tried_at=first,
        last_error_code=problem.code,
        last_error=str(problem)[:300],
    )


def _bury(row: Delivery, batch: Claimed, code: str, text: str, tally: Tally, now: datetime) -> None:
    log.error("delivery %s is a dead letter after %d tries: %s", row.message_id, row.attempts, code)
    tally.dead += _settle(batch, [row], state=State.DEAD, settled_at=now, last_error_code=code, last_error=text[:300])


def _give_back(batch: Claimed, rows: list[Delivery]) -> None:
    """Not tried, so not counted."""
    _settle(batch, rows, state=State.QUEUED, attempts=F("attempts") - 1)


def _settle_sent(batch: Claimed, tally: Tally, now: datetime) -> None:
    if not batch.sent:
        return
    rows, batch.sent = batch.sent, []
    tally.sent += _settle(batch, rows, state=State.SENT, sent_at=now, settled_at=now, last_error_code="", last_error="")
    digests = [row.pk for row in rows if row.digest_on is not None]
    if digests:
        carried = Delivery.objects.filter(carried_by__in=digests, state=State.DIGEST)
        carried.update(state=State.SENT, sent_at=now, settled_at=now)


def _settle(batch: Claimed, rows: list[Delivery], **columns: object) -> int:
    """Write the outcome where the claim is still ours. Whoever took the mail over writes its own."""
    ours = Delivery.objects.filter(pk__in=[row.pk for row in rows], state=State.SENDING, claim=batch.token)
    settled = ours.update(claim=None, **columns)
    if settled != len(rows):
        log.warning("%d mails were taken over while they were being sent", len(rows) - settled)
    return settled
