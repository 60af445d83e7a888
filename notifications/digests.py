"""The daily mail: one per recipient and local day, at 08:00 at their place, carrying what they chose to hear daily."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from consent.models import User
from notifications import preferences, recipients
from notifications.models import Channel, Delivery, Settings, State, Urgency

KIND = "digest.daily"


def send_due(*, now: datetime) -> int:
    """Queue the digests that are due. Returns how many; twice, late, or side by side, each is queued once."""
    waiting = Delivery.objects.filter(state=State.DIGEST, carried_by=None, created_at__lte=now, recipient__isnull=False)
    ids = list(waiting.order_by("recipient_id").values_list("recipient_id", flat=True).distinct())
    users = User.objects.select_related("performer").in_bulk(ids)
    chosen = Settings.objects.in_bulk(ids)
    made = 0
    for pk, user in users.items():
        day = preferences.digest_due(now, zone=recipients.zone_of(user), quiet=preferences.quiet_of(chosen.get(pk)))
        if day is not None:
            made += _queue(user, day, now)
    return made


@transaction.atomic
def _queue(user: User, day: date, now: datetime) -> int:
    """The row is unique per recipient and local day: whoever makes it fills it, and the next notices wait for tomorrow."""
    row, made = Delivery.objects.get_or_create(
        recipient=user,
        channel=Channel.EMAIL.value,
        digest_on=day,
        defaults={
            "kind": KIND,
            "audience": "DIGEST",
            "urgency": Urgency.LOW.value,
            "created_at": now,
            "next_try_at": now,
        },
    )
    if not made:
        return 0
    waiting = Delivery.objects.filter(recipient=user, state=State.DIGEST, carried_by=None, channel=Channel.EMAIL)
    if waiting.update(carried_by=row) == 0:
        row.delete()
        return 0
    return 1
