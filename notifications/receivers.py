"""Fact -> wake-up: the dispatcher hears of a fact at once instead of at the next sweep."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.dispatch import receiver

from consent.services.ledger import fact_recorded
from notifications import tasks
from notifications.catalogue import CATALOGUE

TOGETHER_SECONDS = 0.001
_woken = threading.local()


@receiver(fact_recorded, dispatch_uid="notifications.wake_dispatcher")
def wake_dispatcher(kind: str, **_: Any) -> None:
    """Publish one wake-up per commit. A broker that is away costs a log line (``portal.celery``): the sweep does the rest.

    All facts of a transaction are announced back to back once it has committed, so within a millisecond of the last one
    there is nothing that the first wake-up will not find.
    """
    row = CATALOGUE.get(kind)
    if row is None or not row.notices:
        return
    last = getattr(_woken, "at", 0.0)
    if time.monotonic() - last > TOGETHER_SECONDS:
        tasks.dispatch_pending.delay()
    _woken.at = time.monotonic()
