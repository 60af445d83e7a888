"""The whole way with real processes: a decision in one, the mail from another, with a broker and without."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from celery import Celery
from django.utils import timezone

from consent.services import ledger
from notifications import tasks
from notifications.models import Delivery, State
from portal.celery import breaker
from tests import make
from tests.conftest import Sink, Spawn, free_port
from tests.notifications import office

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(done: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_a_decision_reaches_the_mail_server_without_a_sweep(spawn: Spawn, smtp: Sink) -> None:
    cast = make.cast()
    row = make.pending(cast.northlight, cast.imani, now=timezone.now())
    office.forget()
    spawn("-m", "celery", "-A", "portal", "worker", "-Q", "mail", "-c", "1", "-P", "solo")
    make.decline(row, cast.imani, now=timezone.now())
    wait_for(lambda: len(smtp.messages) == 4)
    subjects = {message["Subject"] for message in smtp.messages}
    assert subjects == {"You declined The Salt Road", "Imani Clarke declined The Salt Road"}
    wait_for(lambda: not Delivery.objects.exclude(state=State.SENT).exists())


@contextmanager
def no_broker(app: Celery) -> Iterator[None]:
    """A broker that refuses every connection; the real one is back afterwards."""

    def forget_pools() -> None:
        app._pool = None
        app.amqp._producer_pool = None
        breaker.worked()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{free_port()}/0")
        forget_pools()
        yield
    forget_pools()


def test_without_a_broker_the_decision_stands_and_the_sweep_sends(smtp: Sink) -> None:
    cast = make.cast()
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    with no_broker(tasks.dispatch_pending.app):
        make.decline(row, cast.imani)
        assert ledger.verify(cast.imani.performer.chain) is None
        assert office.run().sent == 4
    assert tasks.dispatch_pending.apply_async() is not None
