"""Celery entries of the portal itself."""

from typing import Any

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from portal.backups import keys


@shared_task(name="portal.tasks.clear_sessions")
def clear_sessions(**_: Any) -> None:
    call_command("clearsessions")


@shared_task(name="portal.tasks.drop_backup_keys")
def drop_backup_keys(**_: Any) -> None:
    keys.drop(before=timezone.now() - keys.KEPT)
