"""Marks in-app notices as read, each only once and only by the person they were for."""

from __future__ import annotations

from datetime import datetime

from consent.access import NotFound
from consent.models import User
from notifications.models import Channel, Delivery


def mark_read(user: User, name: str, *, now: datetime) -> None:
    """Raises NotFound for a notice that is not this person's. Twice is the same as once."""
    mine = Delivery.objects.filter(recipient=user, channel=Channel.INAPP, message_id=name)
    if not mine.filter(read_at=None).update(read_at=now) and not mine.exists():
        raise NotFound


def mark_all_read(user: User, *, now: datetime) -> int:
    """Everything that had arrived by ``now``; what comes while the button is pressed stays unread."""
    arrived = Delivery.objects.filter(recipient=user, channel=Channel.INAPP, read_at=None, created_at__lte=now)
    return arrived.update(read_at=now)
