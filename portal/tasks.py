"""Celery entries of the portal itself."""

from typing import Any

from celery import shared_task
from django.core.management import call_command


@shared_task(name="portal.tasks.clear_sessions")
def clear_sessions(**_: Any) -> None:
    call_command("clearsessions")
