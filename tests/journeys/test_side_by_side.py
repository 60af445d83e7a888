"""Two clocks, three workers and two web processes at once: nothing is done twice, and one can always be restarted."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from consent.models import JobHeartbeat, Outgoing
from notifications.models import Channel, Delivery, State
from portal.schedule import QUEUES
from tests import make
from tests.conftest import Spawn
from tests.sink import Sink, free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

WORKER = ("-m", "celery", "-A", "portal", "worker", "-Q", ",".join(QUEUES), "-c", "1", "-l", "INFO")
BEAT = ("-m", "celery", "-A", "portal", "beat", "-l", "INFO", "--pidfile=")
REQUESTS = 6


def until(true: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=10) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def test_many_of_each(spawn: Spawn, smtp_server: tuple[Sink, int], tmp_path: Path) -> None:
    sink = smtp_server[0]
    sink.messages.clear()
    ports = [free_port(), free_port()]

    def web(port: int) -> subprocess.Popen[bytes]:
        return spawn("-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws", "portal.wsgi:application")

    beats = [spawn(*BEAT, "--schedule", str(tmp_path / name)) for name in ("one", "other")]
    for number in range(3):
        spawn(*WORKER, "-n", f"w{number}@side")
    webs = [web(port) for port in ports]
    cast = make.cast()
    for _ in range(REQUESTS):
        make.pending(cast.northlight, cast.imani, now=timezone.now())

    mails = Delivery.objects.filter(channel=Channel.EMAIL)
    until(lambda: not Outgoing.objects.exists() and not mails.filter(state__in=[State.QUEUED, State.SENDING]).exists())
    ids = Counter(message["Message-ID"] for message in sink.messages)
    assert len(ids) == mails.filter(state=State.SENT).count() >= REQUESTS
    assert set(ids.values()) == {1}, "each mail once, whoever sent it"

    until(lambda: all(answers(port) for port in ports))
    for place, port in enumerate(ports):
        webs[place].terminate()
        assert answers(ports[1 - place]), "the other one is there meanwhile"
        webs[place].wait(timeout=30)
        webs[place] = web(port)
        until(lambda port=port: answers(port))

    swept = JobHeartbeat.objects.filter(name="consent.tasks.sweep_expirations")
    until(swept.exists)
    assert [beat.poll() for beat in beats] == [None, None], (tmp_path / "0.log").read_text() + (
        tmp_path / "1.log"
    ).read_text()
    sent = [(tmp_path / f"{number}.log").read_text().count("Sending due task") for number in (0, 1)]
    assert all(sent), "both clocks tick"
    assert set(Counter(message["Message-ID"] for message in sink.messages).values()) == {1}
