"""The figures are true, well formed, say nothing about anybody, and open to the token alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from consent.models import JobHeartbeat, Outgoing, User, UseRequest
from notifications.models import Delivery, State
from portal import env, metrics
from portal.backups import keys
from portal.schedule import EVERY_SECONDS
from tests import make
from tests.architecture.source import ROOT
from tests.make import NOW, at
from tests.notifications import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def pending(cast: make.Cast) -> UseRequest:
    return make.pending(cast.northlight, cast.imani)


TOKEN = "a-token-that-nobody-guesses-0123456789"
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)')


def figures(body: str) -> dict[str, float]:
    """``name{labels}`` -> value; fails on a line that is not Prometheus' format, and on a sample before its type."""
    found: dict[str, float] = {}
    typed = set()
    for line in body.splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] in typed
            name = f"{match[1]}{{{match[2]}}}" if match[2] else match[1]
            assert name not in found
            found[name] = float(match[3])
    return found


def collected(**later: float) -> dict[str, float]:
    return figures(metrics.text(metrics.collect(now=at(**later))))


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_the_token_there_is_no_such_page(client: Client, settings: Any, shown: str | None) -> None:
    headers = {} if shown is None else {"Authorization": shown}
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=headers).status_code == 404
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers=headers).status_code == 404


def test_with_the_token_there_is(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, metrics.CONTENT_TYPE)
    assert "no-store" in answer.headers["Cache-Control"]
    assert figures(answer.content.decode())["sayso_outgoing_facts"] == 0
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_a_guessable_token_is_refused_at_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    for weak in ("hunter2", "a" * 64):
        monkeypatch.setenv("METRICS_TOKEN", weak)
        with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN is too short or too plain"):
            env.bearer("METRICS_TOKEN")


def test_queues_and_their_ages(cast: make.Cast) -> None:
    Outgoing.objects.update(created_at=NOW)
    found = collected(seconds=90)
    assert found["sayso_outgoing_facts"] == Outgoing.objects.count() > 0
    assert found["sayso_outgoing_facts_oldest_seconds"] == 90
    office.forget()
    pending(cast)
    office.dispatch()
    Delivery.objects.update(next_try_at=NOW)
    count = Delivery.objects.filter(channel="EMAIL").count()
    found = collected(minutes=10)
    assert found["sayso_outgoing_facts"] == found["sayso_outgoing_facts_oldest_seconds"] == 0
    assert found['sayso_deliveries{channel="EMAIL",state="QUEUED"}'] == count > 0
    assert found["sayso_deliveries_due_oldest_seconds"] == 600
    assert found['sayso_use_requests{state="PENDING"}'] == 1
    Delivery.objects.filter(channel="EMAIL").update(
        state=State.DEAD, attempts=12, last_error_code="REFUSED", settled_at=NOW
    )
    found = collected()
    assert found['sayso_deliveries{channel="EMAIL",state="DEAD"}'] == count
    assert found['sayso_mail_tries{state="DEAD"}'] == 12 * count
    assert found['sayso_mails_failing{code="REFUSED"}'] == count


def test_jobs_and_backups() -> None:
    assert "sayso_backup_age_seconds" not in collected()
    JobHeartbeat.objects.create(name="portal.tasks.clear_sessions", ran_at=NOW - timedelta(hours=1), took_ms=1500)
    keys.make(keys.new_name(NOW - timedelta(days=2)))
    found = collected()
    assert found['sayso_job_age_seconds{job="portal.tasks.clear_sessions"}'] == 3600
    assert found['sayso_job_took_seconds{job="portal.tasks.clear_sessions"}'] == 1.5
    assert sum(name.startswith("sayso_job_age_seconds") for name in found) == 1
    assert sum(name.startswith("sayso_job_period_seconds") for name in found) == len(EVERY_SECONDS)
    assert (found["sayso_backup_age_seconds"], found["sayso_backup_keys"]) == (2 * 86400, 1)


def test_nobody_is_in_them(cast: make.Cast) -> None:
    row = pending(cast)
    office.run()
    body = metrics.text(metrics.collect(now=NOW))
    said = {value for user in User.objects.all() for value in (user.email, user.full_name) if value}
    said |= {row.ref, cast.imani.performer.ref, cast.northlight.studio.ref, "Northlight"}
    assert not [value for value in said if value in body]


def test_every_figure_is_documented(cast: make.Cast) -> None:
    docs = (ROOT / "docs" / "OPERATIONS.md").read_text()
    assert not [gauge.name for gauge in metrics.collect(now=NOW) if f"`{gauge.name}" not in docs]


def test_scrapes_cost_a_fixed_number_of_statements(cast: make.Cast, django_assert_max_num_queries: Any) -> None:
    pending(cast)
    with django_assert_max_num_queries(9):
        list(metrics.collect(now=NOW))
