"""Fact -> follow-up task inside the domain: what arrived in the vault is checked at once instead of at the next sweep."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from consent import tasks
from consent.services.ledger import fact_recorded


@receiver(fact_recorded, dispatch_uid="consent.wake_media_check")
def wake_media_check(kind: str, **_: Any) -> None:
    """Publish a wake-up. A broker that is away costs a log line: the sweep finds the row within a minute."""
    if kind == "media.added":
        tasks.process_pending_media.delay()
