"""kill -9 over every process and server while people answer; and a site that has never had a broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.prove.conftest import Size, Tell

pytestmark = pytest.mark.timeout(7200)
NEVER = (
    "lost",
    "answered_otherwise",
    "double_grants",
    "missing_grants",
    "missing_mails",
    "mails_under_a_second_id",
    "chains_broken",
)


def chaos(folder: Path, *wishes: str) -> dict[str, Any]:
    folder.chmod(0o755)
    apart = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "SITE_URL")}
    own = {"SAYSO_MODE": "test", "SAYSO_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.prove.chaos", str(folder), *wishes],
        cwd=settings.BASE_DIR,
        env=apart | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4_000:]
    said: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return said


def test_nothing_acknowledged_is_lost(tmp_path: Path, tell: Tell, size: Size) -> None:
    decisions, clients = size(400, 10_000), size(8, 200)
    figures = chaos(tmp_path, "--decisions", str(decisions), "--clients", str(clients))
    tell("kill", f"{decisions:,} answers by {clients} people", **figures)
    assert figures["acknowledged"] == decisions // clients * clients
    assert {name: figures[name] for name in NEVER} == dict.fromkeys(NEVER, 0)
    assert figures["told_after"] < 60


def test_without_a_broker_every_mail_goes_out(tmp_path: Path, tell: Tell, size: Size) -> None:
    decisions = size(160, 1_000)
    figures = chaos(tmp_path, "--decisions", str(decisions), "--clients", "8", "--no-broker")
    tell("no redis", f"{decisions:,} answers, no broker at all", **figures)
    assert {name: figures[name] for name in NEVER} == dict.fromkeys(NEVER, 0)
    assert figures["told_after"] < 90
