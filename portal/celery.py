"""The Celery application: the database is the queue, messages only wake the workers.

Publishing a message must never hang or fail the request that does it. A message that cannot be sent is logged and
forgotten: the row it speaks of is already committed, and the next sweep of ``portal.schedule`` finds it.
"""

import logging
from typing import Any

from celery import Celery, Task
from celery.result import AsyncResult
from celery.signals import setup_logging
from kombu.exceptions import OperationalError

from portal import env
from portal.breaker import Breaker

log = logging.getLogger(__name__)
breaker = Breaker(rest=5.0)


class Wake(Task):
    """A task whose publication may fail without harm."""

    abstract = True

    def apply_async(self, *args: Any, **kwargs: Any) -> AsyncResult | None:
        """As Celery's, except that it answers None when the broker is away."""
        if breaker.resting:
            return None
        try:
            result = super().apply_async(*args, **kwargs)
        except OperationalError as problem:
            breaker.failed()
            log.warning("the broker does not answer, %s waits for the next sweep: %s", self.name, problem)
            return None
        breaker.worked()
        return result


env.provide("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("sayso", task_cls=Wake)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["consent", "notifications", "portal"])


def keep_our_logs(**_: Any) -> None:
    """The settings say how lines look and what is logged; with somebody listening here, Celery does not."""


setup_logging.connect(keep_our_logs, dispatch_uid="portal.celery.keep_our_logs")
