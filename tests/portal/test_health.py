"""The probes tell the truth, and ask for no session."""

from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from consent.models import JobHeartbeat
from portal.health import late_jobs
from portal.schedule import EVERY_SECONDS


def test_alive_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.content == b"ok\n"
    assert not answer.cookies


@pytest.mark.django_db
def test_a_site_without_any_beat_is_degraded_in_the_end(client: Client) -> None:
    MigrationRecorder.Migration.objects.update(applied=timezone.now() - timedelta(days=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["redis"] == "ok"
    assert answer.json()["late_jobs"] == dict.fromkeys(EVERY_SECONDS)


@pytest.mark.django_db
def test_a_new_site_gives_its_jobs_time() -> None:
    now = timezone.now()
    MigrationRecorder.Migration.objects.update(applied=now - timedelta(minutes=5))
    late = late_jobs(now=now)
    assert "consent.tasks.sweep_expirations" in late
    assert "portal.tasks.clear_sessions" not in late


@pytest.mark.django_db
def test_ready_when_every_job_has_run(client: Client) -> None:
    JobHeartbeat.objects.bulk_create(JobHeartbeat(name=name, ran_at=timezone.now()) for name in EVERY_SECONDS)
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "redis": "ok", "late_jobs": {}}


@pytest.mark.django_db
def test_a_job_is_late_after_three_periods() -> None:
    now = timezone.now()
    JobHeartbeat.objects.bulk_create(JobHeartbeat(name=name, ran_at=now - timedelta(hours=1)) for name in EVERY_SECONDS)
    late = late_jobs(now=now)
    assert late["consent.tasks.sweep_expirations"] == 3600
    assert "portal.tasks.clear_sessions" not in late


@pytest.mark.django_db
def test_redis_gone_is_degraded_not_failing(client: Client, settings: object) -> None:
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["redis"] == "unreachable"
