"""Facts in, deliveries out: each fact becomes rows once, in the transaction that takes it from the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from consent.models import Fact, Outgoing
from notifications import preferences, recipients
from notifications.catalogue import CATALOGUE, Happening, row_of
from notifications.channels import inapp
from notifications.models import Channel, Delivery, How, State, Urgency
from notifications.recipients import Circles, Recipient

BATCH = 500


def dispatch_all(*, clock: Callable[[], datetime]) -> int:
    """Empty the outbox, batch by batch. Returns how many facts were dispatched; safe beside any number of others."""
    done = 0
    while facts := dispatch(now=clock()):
        done += facts
    return done


@transaction.atomic
def dispatch(*, now: datetime, size: int = BATCH) -> int:
    """Turn the oldest waiting facts into deliveries. Returns how many facts.

    Facts that somebody else is dispatching are skipped, not waited for. Kinds that this release does not know stay where
    they are: during a rolling deploy the newer worker takes them.
    """
    waiting = Outgoing.objects.select_for_update(skip_locked=True, of=("self",)).filter(fact__kind__in=list(CATALOGUE))
    ids = list(waiting.order_by("created_at", "pk").values_list("pk", flat=True)[:size])
    if not ids:
        return 0
    facts = Fact.objects.filter(pk__in=ids).select_related("chain", "payload").order_by("pk")
    happenings = recipients.read(fact for fact in facts if row_of(fact.kind).notices)
    if happenings:
        circles = Circles.around(happenings, now=now)
        rows = [row for happening in happenings for row in _rows(happening, circles, now)]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    Outgoing.objects.filter(pk__in=ids).delete()
    return len(ids)


def _rows(happening: Happening, circles: Circles, now: datetime) -> Iterator[Delivery]:
    for recipient in circles.told(happening):
        if recipient.notice.email:
            how = _how(happening, recipient, circles)
            if how is not How.OFF:
                yield _email(happening, recipient, circles, how, now)
        if recipient.user is not None:
            yield inapp.arrived(_row(happening, recipient, State.SENT, due=now, now=now), at=now)


def _how(happening: Happening, recipient: Recipient, circles: Circles) -> How:
    row = row_of(happening.kind)
    user = recipient.user
    chosen = circles.choices.get((user.pk, row.group.value)) if user is not None else None
    return preferences.how_for(row, recipient.notice, chosen)


def _email(happening: Happening, recipient: Recipient, circles: Circles, how: How, now: datetime) -> Delivery:
    user = recipient.user
    if how is How.DAILY:
        return _row(happening, recipient, State.DIGEST, due=now, now=now)
    due = now
    if user is not None:
        quiet = preferences.quiet_of(circles.settings.get(user.pk))
        zone = recipients.zone_of(user)
        due = preferences.due_at(now, urgency=recipient.notice.urgency, zone=zone, quiet=quiet)
        if recipient.notice.civil:
            due = preferences.civil_at(due, zone=zone, before=_deadline(happening))
    return _row(happening, recipient, State.QUEUED, due=due, now=now)


def _row(happening: Happening, recipient: Recipient, state: State, *, due: datetime, now: datetime) -> Delivery:
    """An unsaved mail; ``inapp.arrived`` makes a notice of it."""
    return Delivery(
        fact_id=happening.fact_id,
        recipient=recipient.user,
        address=recipient.address,
        channel=Channel.EMAIL.value,
        kind=happening.kind,
        audience=recipient.notice.to.value,
        urgency=Urgency(recipient.notice.urgency).value,
        use_request_id=happening.use_request_id,
        revision=happening.payload.get("revision"),
        subject_ref=happening.subject_ref,
        state=state.value,
        created_at=now,
        next_try_at=due,
    )


def _deadline(happening: Happening) -> datetime | None:
    text = happening.payload.get("deadline_at")
    return datetime.fromisoformat(text) if text else None
