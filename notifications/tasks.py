"""Celery entries: they carry no work and no data, only the wake-up; the rows say what there is to do."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from notifications import delivery, digests, outbox, reminders
from notifications.channels.email import MailPost


@shared_task(name="notifications.tasks.dispatch_pending")
def dispatch_pending(**_: Any) -> None:
    if outbox.dispatch_all(clock=timezone.now):
        deliver_pending.delay()


@shared_task(name="notifications.tasks.deliver_pending")
def deliver_pending(**_: Any) -> None:
    with MailPost() as post:
        delivery.deliver_all(post, clock=timezone.now)


@shared_task(name="notifications.tasks.free_stuck")
def free_stuck(**_: Any) -> None:
    if delivery.free_stuck(now=timezone.now()):
        deliver_pending.delay()


@shared_task(name="notifications.tasks.send_digests")
def send_digests(**_: Any) -> None:
    if digests.send_due(now=timezone.now()):
        deliver_pending.delay()


@shared_task(name="notifications.tasks.send_reminders")
def send_reminders(**_: Any) -> None:
    reminders.send_due(now=timezone.now())
