"""The in-app inbox: the row itself is the notice, so it has arrived once it exists."""

from __future__ import annotations

from datetime import datetime

from notifications.models import Channel, Delivery, State


def arrived(delivery: Delivery, *, at: datetime) -> Delivery:
    """Make an unsaved delivery an in-app notice; there is nothing to claim, to send or to settle."""
    delivery.channel = Channel.INAPP.value
    delivery.state = State.SENT.value
    delivery.sent_at = delivery.settled_at = delivery.next_try_at = at
    return delivery
