"""Lines are JSON objects where that is asked for, carry the id of their request or task, and quote nobody."""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client, RequestFactory

from consent.models import JobHeartbeat, User
from portal import logs
from portal.schedule import QUEUES
from portal.tasks import clear_sessions
from tests import make
from tests.conftest import Spawn, free_port


def record(message: str = "said %s", *arguments: object, **extra: object) -> logging.LogRecord:
    given = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], dict) else arguments
    return logging.makeLogRecord({"name": "portal.x", "msg": message, "args": given, "levelname": "ERROR", **extra})


@pytest.fixture(params=[logs.JsonLine(), logs.Plain()], ids=["json", "plain"])
def formatter(request: pytest.FixtureRequest) -> logging.Formatter:
    formatter: logging.Formatter = request.param
    return formatter


def broken(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except Exception:
        return record("it broke: %s", error, exc_info=sys.exc_info())


def test_a_line_is_one_object() -> None:
    line = logs.JsonLine().format(record("said %s\nand more", "“yes”", status_code=404))
    assert "\n" not in line
    assert json.loads(line) | {"at": ""} == {
        "at": "", "level": "ERROR", "logger": "portal.x", "message": "said “yes”\nand more", "status": 404,
    }  # fmt: skip


def test_links_keys_and_addresses_are_cut_out(formatter: logging.Formatter) -> None:
    line = formatter.format(
        record("%s %s %s", "sl1_abcDEF-123", "/account/confirm-email/MQ:1x/", "to imani.clarke+x@mail.example.org now")
    )
    assert not [word for word in ("abcDEF", "MQ:1x", "imani", "example.org") if word in line]


def test_an_error_says_its_kind_and_place_and_not_its_words(formatter: logging.Formatter) -> None:
    error = ValueError("Imani Clarke")
    error.__cause__ = KeyError("In her garden")
    line = formatter.format(broken(error))
    assert "Imani" not in line
    assert "garden" not in line
    assert "it broke: ValueError" in line
    assert "in broken" in line
    assert "KeyError" in line


@pytest.mark.django_db
def test_a_database_error_says_which_rule_and_not_which_row(formatter: logging.Formatter) -> None:
    make.user("imani@example.org", "Imani Clarke")
    with pytest.raises(IntegrityError) as caught:
        User.objects.create(email="imani@example.org", full_name="Imani Clarke")
    line = formatter.format(broken(caught.value))
    assert "IntegrityError" in line
    assert "UniqueViolation 23505" in line
    assert "Imani" not in line


def test_a_developer_is_told_everything() -> None:
    assert "a harmless detail" in logs.Plain(private=False).format(broken(ValueError("a harmless detail")))
    assert "a harmless detail" in logs.JsonLine(private=False).format(broken(ValueError("a harmless detail")))


def test_what_a_task_was_given_and_broke_on_is_left_out(formatter: logging.Formatter) -> None:
    given = {
        "name": "consent.tasks.x",
        "id": "7",
        "description": "raised",
        "exc": "ValueError('Imani')",
        "args": "Imani",
    }
    line = formatter.format(record("Task %(name)s[%(id)s] %(description)s: %(exc)s", given))
    assert "Task consent.tasks.x[7] raised: " in line
    assert "Imani" not in line


def test_an_address_is_its_route(formatter: logging.Formatter) -> None:
    asked = RequestFactory().get("/imani-clarke/é/?q=Imani")
    line = formatter.format(record("Not Found: %s", asked.path.encode("unicode_escape").decode(), request=asked))
    assert f"Not Found: {logs.UNKNOWN}" in line


@pytest.mark.django_db
def test_every_answer_has_an_id_and_its_lines_have_it_too(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": "0123-4567-89ab"})
    assert given.headers["X-Request-ID"] == "0123-4567-89ab"
    for bad in ("short", "x" * 65, "with blank and <script>"):
        own = client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert own != bad
    with caplog.at_level("WARNING"):
        answer = client.get("/staff/studios/nowhere/")
        missing = client.get("/no/such/Imani%20Clarke")
    assert answer.status_code in (302, 404)
    line = json.loads(logs.JsonLine().format(caplog.records[-1]))
    assert line["request_id"] == missing.headers["X-Request-ID"]
    assert line["message"] == f"Not Found: {logs.UNKNOWN}"
    assert line["status"] == 404
    assert not logs.request_id.get()


@pytest.mark.django_db(transaction=True)
def test_worker_and_web_write_one_object_per_line(spawn: Spawn, tmp_path: Path) -> None:
    """Real processes; Celery's own lines and Granian's too."""
    queues = ",".join(QUEUES)
    worker = ("-m", "celery", "--quiet", "-A", "portal", "worker", "-Q", queues, "-c", "1", "-l", "INFO")
    spawn(*worker, LOG_FORMAT="json", PYTHONWARNINGS="ignore")  # Celery warns of root, as which a test may run
    port = str(free_port())
    web = (
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        port,
        "--log-config",
        str(settings.BASE_DIR / "portal/granian.json"),
    )
    spawn(*web, "portal.wsgi:application", LOG_FORMAT="json")
    clear_sessions.apply_async(queue="default")
    deadline = time.monotonic() + 60
    while not JobHeartbeat.objects.exists() or not (tmp_path / "1.log").read_text():
        assert time.monotonic() < deadline, (tmp_path / "0.log").read_text()
        time.sleep(0.2)
    time.sleep(1)
    for name in ("0.log", "1.log"):
        lines = [json.loads(line) for line in (tmp_path / name).read_text().splitlines() if line.strip()]
        assert lines, name
    tasks = [json.loads(line) for line in (tmp_path / "0.log").read_text().splitlines() if "clear_sessions" in line]
    assert any(line["logger"] == "celery.app.trace" and line.get("task_id") for line in tasks)
