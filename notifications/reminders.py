"""The one reminder of an open request, and the representatives' additional one at half time: each a fact, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from consent.core import lifecycle
from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import Right
from consent.models import Performer, Representation, UseRequest
from consent.services import moves
from notifications import preferences

KIND = "use_request.reminder_due"
EVERYBODY, REPRESENTATIVES = "EVERYBODY", "REPRESENTATIVES"
_SOONEST = timedelta(days=3)
"""No reminder comes earlier before the deadline than this (``lifecycle.reminder_at``): what lets the index do the work."""
_APART = timedelta(hours=24)


def send_due(*, now: datetime) -> int:
    """Record every reminder that is due. Returns how many; safe with none, one or five beats."""
    return sum(_remind(row, now) for row in _to_remind(now)) + sum(_halfway(row, now) for row in _halfway_rows(now))


def _open(now: datetime) -> QuerySet[UseRequest]:
    rows = UseRequest.objects.filter(state=State.PENDING, deadline_at__gt=now)
    return rows.select_related("performer", "studio", "production").order_by("deadline_at")


def _to_remind(now: datetime) -> Iterator[UseRequest]:
    soon = now + _SOONEST
    for row in _open(now).filter(reminded_at=None, deadline_at__lte=soon).iterator(chunk_size=500):
        due = lifecycle.reminder_at(row.changed_at, row.deadline_at or now)
        if due is not None and due <= now and not _muted(row, now) and _civil(row, now):
            yield row


def _halfway_rows(now: datetime) -> Iterator[UseRequest]:
    seeing = Representation.objects.filter(
        performer=OuterRef("performer"), accepted_at__isnull=False, revoked_at=None, rights__contains=[Right.SEE.value]
    )
    for row in _open(now).filter(Exists(seeing), halfway_at=None).iterator(chunk_size=500):
        deadline = row.deadline_at or now
        due = lifecycle.halfway_at(row.changed_at, deadline)
        reminder = lifecycle.reminder_at(row.changed_at, deadline)
        # Where both would fall into one day, the reminder alone is enough.
        if due <= now and (reminder is None or reminder - due >= _APART):
            yield row


def _muted(row: UseRequest, now: datetime) -> bool:
    """Whoever said "not now" is not reminded meanwhile; the reminder comes afterwards if there is still time."""
    performer = row.performer
    return performer is not None and performer.muted_until is not None and performer.muted_until > now


def _civil(row: UseRequest, now: datetime) -> bool:
    performer = row.performer
    if performer is None:
        return False
    return preferences.civil_at(now, zone=performer.time_zone, before=row.deadline_at) <= now


def _remind(row: UseRequest, now: datetime) -> int:
    return _record(row, "reminded_at", EVERYBODY, now)


def _halfway(row: UseRequest, now: datetime) -> int:
    return _record(row, "halfway_at", REPRESENTATIVES, now)


@transaction.atomic
def _record(row: UseRequest, mark: str, to: str, now: datetime) -> int:
    """Mark and record in one transaction, in the house's lock order; 0 where somebody was first or the request moved on."""
    Performer.objects.select_for_update(no_key=True).get(pk=row.performer_id or 0)
    unmarked = UseRequest.objects.filter(
        pk=row.pk, state=State.PENDING, revision=row.revision, deadline_at=row.deadline_at, **{mark: None}
    )
    if unmarked.filter(deadline_at__gt=now).update(**{mark: now}) != 1:
        return 0
    moves.record(KIND, row, actor=Actor.clock(), now=now, to=to)
    return 1
