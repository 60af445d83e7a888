"""The beat table names real tasks, every queue has a worker, and a finished job leaves its mark."""

import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from consent.models import JobHeartbeat
from portal.celery import app
from portal.schedule import EVERY_SECONDS, QUEUES, ROUTES, beat_schedule
from portal.supervisor import read_procfile
from portal.tasks import clear_sessions
from tests.conftest import Spawn


@pytest.fixture(scope="module", autouse=True)
def tasks_are_loaded() -> None:
    app.loader.import_default_modules()


@pytest.mark.parametrize("name", EVERY_SECONDS)
def test_every_entry_is_a_task(name: str) -> None:
    assert name in app.tasks


def test_messages_nobody_took_expire_before_the_next() -> None:
    for entry in beat_schedule().values():
        assert entry["options"]["expires"] == entry["schedule"]


def test_every_queue_is_consumed() -> None:
    worker = read_procfile(settings.BASE_DIR / "portal" / "Procfile")["worker"]
    consumed = re.search(r"--queues (\S+)", worker)
    assert consumed
    assert set(consumed[1].split(",")) == set(QUEUES)
    assert {route["queue"] for route in ROUTES.values()} <= set(QUEUES)


def test_every_task_goes_to_a_known_queue_by_itself() -> None:
    for name in app.tasks:
        if not name.startswith("celery."):
            queue = app.amqp.router.route({}, name)["queue"]
            assert queue.name in QUEUES
            assert queue.routing_key == queue.name


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_from_all_queues_and_leaves_a_heartbeat(spawn: Spawn, tmp_path: Path) -> None:
    spawn("-m", "celery", "-A", "portal", "worker", "-Q", ",".join(QUEUES), "-c", "1", "-l", "INFO")
    for queue in QUEUES:
        JobHeartbeat.objects.all().delete()
        deadline = time.monotonic() + 40
        assert clear_sessions.apply_async(queue=queue) is not None
        while not JobHeartbeat.objects.filter(name="portal.tasks.clear_sessions").exists():
            assert time.monotonic() < deadline, (tmp_path / "0.log").read_text()
            time.sleep(0.1)
        assert JobHeartbeat.objects.filter(name="portal.tasks.clear_sessions").count() == 1
