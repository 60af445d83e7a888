"""One task per mail, as most sites send: a Celery application of the bench, worked by a worker of its own."""

from __future__ import annotations

from typing import Any

from celery import Celery
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

import tests.bench.worker  # noqa: F401  (sets Django up before anything of it is used)
from notifications import letters
from notifications.bag import WITH, Bag
from notifications.models import Delivery, State

app = Celery("bench")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {}
app.conf.task_create_missing_queues = True
app.conf.task_queues = ()
app.conf.task_default_queue = "bench"


@app.task(name="bench.send_one")
def send_one(pk: int, **_: Any) -> None:
    """The same letter, written and sent by itself."""
    row = Delivery.objects.select_related(*WITH).get(pk=pk)
    letter = letters.write(row, Bag.pack([row], now=timezone.now()))
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to])
    mail.attach_alternative(letter.html, "text/html")
    mail.send()
    Delivery.objects.filter(pk=pk).update(state=State.SENT, sent_at=timezone.now())
