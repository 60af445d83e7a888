"""Leaves a row behind whenever a job of the beat table has finished, so that a silent job can be seen."""

import time
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.utils import timezone

from consent.models import JobHeartbeat
from portal.schedule import EVERY_SECONDS

_started: dict[str, float] = {}


def started(task_id: str, task: Any, **_: Any) -> None:
    if task.name in EVERY_SECONDS:
        _started[task_id] = time.monotonic()


def finished(task_id: str, task: Any, state: str, **_: Any) -> None:
    """Only success counts as a beat: a job that fails each time must look as silent as one that never runs."""
    began = _started.pop(task_id, None)
    if began is None or state != "SUCCESS":
        return
    took_ms = round((time.monotonic() - began) * 1000)
    JobHeartbeat.objects.update_or_create(name=task.name, defaults={"ran_at": timezone.now(), "took_ms": took_ms})


task_prerun.connect(started, dispatch_uid="portal.heartbeats.started")
task_postrun.connect(finished, dispatch_uid="portal.heartbeats.finished")
