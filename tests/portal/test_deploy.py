"""What docs/deploy asks an operator to run exists: commands and their options, settings, queues, ports, and the hardening."""

from __future__ import annotations

import base64
import configparser
import os
import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from celery.bin.beat import beat
from celery.bin.worker import worker
from django.conf import settings
from django.core.management import get_commands, load_command_class
from granian.cli import cli as granian

from portal.celery import app
from portal.schedule import QUEUES
from tests.architecture import test_docs
from tests.portal.test_production import boot, ring

DEPLOY = settings.BASE_DIR / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE = (DEPLOY / "compose.yaml").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
ENVIRONMENT = (DEPLOY / "sayso.env").read_text()
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "HOST", "PORT"}
"""Set by manage.py, or only for the demo."""
SHOWN = {"WEB_WORKERS": "1", "WEB_THREADS": "16", "WORKER_PROCESSES": "2", "PORT": "8001", "h": "here"}


class Unit(configparser.RawConfigParser):
    """A unit file; a name that stands several times keeps all its values."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text())


def commands() -> list[tuple[str, list[str]]]:
    """Every command line of units and Compose, with where it stands."""
    found = [(path.name, Unit(path)["Service"]["ExecStart"].replace("$$", "$").replace("%%", "%")) for path in UNITS]
    found += [("compose.yaml", line) for line in re.findall(r"^    command: (.+)$", COMPOSE, re.MULTILINE)]
    ours = []
    for where, line in found:
        for part in _without_shell(line):
            words = shlex.split(re.sub(r"\$\{(\w+)\}|%(\w)", lambda m: SHOWN.get(m[1] or m[2], "8001"), part))
            words[0] = words[0].removeprefix("/opt/sayso/.venv/bin/")
            if words[0] not in ("postgres", "valkey-server"):
                ours.append((where, words))
    return ours


def _without_shell(line: str) -> list[str]:
    words = shlex.split(line)
    if words[0].rpartition("/")[2] != "sh":
        return [line]
    return [part.strip().removeprefix("exec ") for part in words[2].replace("$(", "").replace(")", "").split("&&")]


@pytest.mark.parametrize(("where", "words"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_command_is_one_that_we_have(where: str, words: list[str]) -> None:
    """Each program takes its own command line apart, so a wrong option fails here and not on the server."""
    program, rest = words[0], words[1:]
    if program == "granian":
        given = granian.make_context("granian", rest).params
        assert given["app"] == "portal.wsgi:application"
        assert (settings.BASE_DIR / given["log_config"]).is_file()
        assert not given["log_access_enabled"]
    elif program == "celery":
        assert rest[:3] == ["--quiet", "--app", "portal"]
        {"worker": worker, "beat": beat}[rest[3]].make_context(rest[3], rest[4:], obj=SimpleNamespace(app=app))
    else:
        assert (program, rest[0]) == ("python", "manage.py")
        command = load_command_class(get_commands()[rest[1]], rest[1])
        command.create_parser("manage.py", rest[1]).parse_args(rest[2:3])


@pytest.mark.parametrize("where", ["units", "compose.yaml"])
def test_every_queue_has_a_worker(where: str) -> None:
    lines = [words for name, words in commands() if (name == "compose.yaml") is (where == "compose.yaml")]
    consumed = [words[words.index("--queues") + 1].split(",") for words in lines if "--queues" in words]
    assert sorted(queue for queues in consumed for queue in queues) == sorted(QUEUES)
    assert ["media"] in consumed, "hostile files are looked at apart"
    assert sum("beat" in words for words in lines) == 1


def test_every_setting_is_shown_and_none_is_invented() -> None:
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", ENVIRONMENT, re.MULTILINE))
    elsewhere = {"SAYSO_VAR", "WEB_WORKERS", "WEB_THREADS", "WORKER_PROCESSES"}  # read by env itself and by the units
    assert named - elsewhere == set(test_docs.settings()) - NOT_OURS
    used = {name for path in UNITS for name in re.findall(r"\$\{(\w+)\}", path.read_text())}
    assert used <= named
    overridden = set(re.findall(r"^    ([A-Z][A-Z_]+): ", COMPOSE, re.MULTILINE))
    assert overridden <= named


@pytest.mark.parametrize("text", [ENVIRONMENT, COMPOSE.partition("services:")[0]], ids=["sayso.env", "compose.yaml"])
def test_every_setting_is_explained(text: str) -> None:
    """By a comment above it, or above the group that it stands in."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if re.match(r"\s*#?[A-Z][A-Z_]+[=:]", line):
            block.append(line)
        elif line.lstrip().startswith("# ") or not line.strip():
            block = [line]
        if len(block) > 1:
            assert block[0].lstrip().startswith("# "), line


def test_a_site_boots_with_that_environment_once_its_keys_are_filled_in() -> None:
    given = dict(line.split("=", 1) for line in ENVIRONMENT.splitlines() if re.match(r"[A-Z]", line))
    empty = {name for name, value in given.items() if not value}
    assert empty == {"SECRET_KEY", "LINK_KEYS", "LEDGER_KEYS", "MEDIA_KEYS", "METRICS_TOKEN"}
    refused = boot(given)
    assert "SECRET_KEY is not set" in refused.stderr
    keys = {name: ring() for name in ("LINK_KEYS", "LEDGER_KEYS", "MEDIA_KEYS")}
    booted = boot(given | keys | {"SECRET_KEY": base64.b64encode(os.urandom(48)).decode()})
    assert booted.returncode == 0, booted.stderr


HARDENED = {
    "User": "sayso", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes", "ProtectKernelLogs": "yes", "ProtectControlGroups": "yes", "ProtectClock": "yes",
    "RestrictNamespaces": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SystemCallArchitectures": "native",
    "SystemCallFilter": "~@privileged", "UMask": "0077",
}  # fmt: skip


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_may_do_no_more_than_it_must(path: Path) -> None:
    service = dict(Unit(path)["Service"])
    assert service | HARDENED == service
    assert "SystemCallFilter=@system-service" in path.read_text()
    assert service["WorkingDirectory"] == "/opt/sayso"


def test_containers_may_do_no_more_than_they_must() -> None:
    shared = COMPOSE.partition("services:")[0]
    for line in ("read_only: true", "- ALL", "no-new-privileges:true"):
        assert line in shared
    assert COMPOSE.count("<<: *sayso") == COMPOSE.count("command: ") - 2, "all but the two servers share it"
    assert "\nUSER sayso\n" in (DEPLOY / "Dockerfile").read_text()


def test_the_proxy_knows_the_processes_and_keeps_no_file() -> None:
    readme = (DEPLOY / "README.md").read_text()
    ports = set(re.findall(r"server 127\.0\.0\.1:(\d+);", NGINX))
    assert ports == set(re.findall(r"sayso-web@(\d+)", readme))
    assert "proxy_max_temp_file_size 0;" in NGINX
    assert "proxy_request_buffering off;" in NGINX
    assert int(re.findall(r"client_max_body_size (\d+)g;", NGINX)[0]) * 2**30 >= settings.MAX_UPLOAD_BYTES
    assert "X-Accel" not in NGINX


def test_the_timer_starts_the_backup() -> None:
    assert (DEPLOY / "sayso-backup.timer").exists()
    assert (DEPLOY / "sayso-backup.service").exists()
    for name in re.findall(
        r"\((sayso[^)]+|nginx\.conf|compose\.yaml|Dockerfile)\)", (DEPLOY / "README.md").read_text()
    ):
        assert (DEPLOY / name).exists()
