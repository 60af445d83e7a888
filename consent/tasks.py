"""Celery entries of the domain: three lines each. Rows are the queue; a message only wakes a worker."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from consent.services import checking, expirations

HOUR = 3600


@shared_task(name="consent.tasks.sweep_expirations")
def sweep_expirations(**_: object) -> None:
    expirations.sweep(now=timezone.now())


@shared_task(name="consent.tasks.process_media", soft_time_limit=4 * HOUR - 60, time_limit=4 * HOUR)
def process_media(media_id: int, **_: object) -> None:
    checking.process(media_id, now=timezone.now())


@shared_task(name="consent.tasks.process_pending_media")
def process_pending_media(**_: object) -> None:
    for media_id in checking.due(now=timezone.now()):
        process_media.delay(media_id=media_id)


@shared_task(name="consent.tasks.purge_uploads")
def purge_uploads(**_: object) -> None:
    checking.purge(now=timezone.now())
