"""The whole site as real processes, and somebody who kills them: run by ``prove_kill.py`` as a program of its own.

``python -m tests.prove.chaos <folder> --decisions 200 --clients 8 --every 2`` plays the service manager: whatever dies is
started again. Clients answer requests over HTTP and repeat an answer, with its nonce, until it is acknowledged. After the
last kill everything must be told within 60 seconds. Prints one line of JSON. With ``--no-broker`` Valkey never runs.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from portal import embedded, env

if TYPE_CHECKING:
    from tests.make import Cast

ROOT = Path(__file__).resolve().parents[2]
QUIET_SECONDS = 60
CSRF = "s" * 32
COMMANDS = {
    "web": ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "2",
            "--blocking-threads", "8", "--no-ws", "portal.wsgi:application"),
    "worker": ("celery", "--app", "portal", "worker", "--queues", "default,mail,media", "--concurrency", "2",
               "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    "beat": ("celery", "--app", "portal", "beat", "--loglevel", "WARNING", "--pidfile="),
}  # fmt: skip


@dataclass
class House:
    """The servers and processes, started again whenever one of them is found dead."""

    folder: Path
    port: int
    broker: bool = True
    stopping: bool = False
    restarts: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.servers = embedded.Servers(self.folder, throwaway=False)
        self.runner = embedded.Runner(self.folder)
        self.logs = self.folder / "log"

    def open_servers(self) -> None:
        for path in (self.folder, self.logs, self.servers.sockets):
            path.mkdir(parents=True, exist_ok=True)
        self.runner.own(self.servers.sockets)
        self.start("postgres")
        if self.broker:
            self.start("valkey")

    def start(self, name: str) -> None:
        if name in COMMANDS:
            command = [part.format(port=self.port) for part in COMMANDS[name]]
            with (self.logs / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [str(Path(sys.executable).parent / command[0]), *command[1:]],
                    cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
            return
        if name == "postgres":
            self.servers._start_postgres(self.runner, self.logs / "postgres.log")
        else:
            self.servers._start_valkey(self.logs / "valkey.log")
        self.processes[name] = self.servers.children[-1]

    def keep(self) -> None:
        """What a service manager does, ten times a second."""
        while not self.stopping:
            for name, process in list(self.processes.items()):
                if process.poll() is not None and not self.stopping:
                    self.restarts += 1
                    with contextlib.suppress(embedded.NotStarted):  # PostgreSQL's old children may need a moment
                        self.start(name)
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            if name in COMMANDS:
                os.killpg(self.processes[name].pid, signal.SIGKILL)
            else:
                os.kill(self.processes[name].pid, signal.SIGKILL)

    def close(self) -> None:
        self.stopping = True
        for name in ("beat", "worker", "web", "valkey", "postgres"):
            if name in self.processes:
                self.kill(name)
                self.processes[name].wait()


@dataclass
class Client(threading.Thread):
    """One performer at the keyboard, answering all that waits."""

    port: int
    cookies: str
    asked: list[tuple[str, int, str]]
    acknowledged: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for number, (ref, revision, digest) in enumerate(self.asked):
            choice = "approve" if number % 3 else "decline"
            given = {"choice": choice, "revision": revision, "digest": digest, "nonce": str(uuid.uuid4())}
            body = urlencode(given | {"as_exception": "on", "csrfmiddlewaretoken": CSRF})
            while not self.answered(ref, choice, body):
                self.repeated += 1
                time.sleep(0.3)

    def answered(self, ref: str, choice: str, body: str) -> bool:
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
            line.request("POST", f"/requests/{ref}/answer/", body, headers)
            answer = line.getresponse()
            answer.read()
            line.close()
        except (OSError, http.client.HTTPException):
            return False
        if answer.status == 303:
            self.acknowledged[ref] = choice
            return True
        if answer.status in (500, 502, 503):
            return False
        self.wrong.append(f"{choice} {ref}: {answer.status} {answer.getheader('Location', '')}")
        return True


def people(clients: int) -> tuple[Cast, list[Any]]:
    from consent.services import people as services
    from tests import make

    cast = make.cast()
    found = [make.a_performer(f"p{number}@chaos.example", f"Performer {number}") for number in range(clients)]
    for person in found:
        actor = person.actor()
        services.change_profile(person.performer, hold_minutes=0, actor=actor, now=make.NOW)
        person.performer.refresh_from_db()
        services.introduce(cast.northlight.studio, person.performer.ref, actor=cast.northlight.actor(), now=make.NOW)
    return cast, found


def clients_of(cast: Cast, found: list[Any], each: int, port: int) -> list[Client]:
    from django.conf import settings
    from django.test import Client as Browser
    from django.utils import timezone

    from tests import make

    asked = make.terms(dates=_from_tomorrow())
    made = []
    for person in found:
        rows = [make.pending(cast.northlight, person, asked, now=timezone.now()) for _ in range(each)]
        browser = Browser()
        browser.force_login(person.user)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        made.append(Client(port, cookies, [(row.ref, row.revision, row.digest) for row in rows]))
    return made


def _from_tomorrow() -> dict[str, str]:
    from datetime import timedelta

    from django.utils import timezone

    today = timezone.now().date()
    days = {"starts_on": 1, "generate_until": 200, "exploit_until": 900, "destroy_by": 230}
    return {name: (today + timedelta(days=ahead)).isoformat() for name, ahead in days.items()}


def untold() -> int:
    from consent.models import Outgoing
    from notifications.models import Channel, Delivery, State

    settled = (State.SENT, State.SKIPPED)  # skipped: it asked for an answer that had been given by then
    waiting = Delivery.objects.filter(channel=Channel.EMAIL).exclude(state__in=settled)
    return Outgoing.objects.count() + waiting.count()


def quiet_after(seconds: float) -> float:
    """How long it took until everything was told; the limit where it never was."""
    from django.db import OperationalError, connection

    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if not untold():
                break
        except OperationalError:
            connection.close()
        time.sleep(0.5)
    return time.monotonic() - began


def seen(clients: list[Client], found: list[Any], arrived: list[str]) -> dict[str, int]:
    """What stands in the database, held against what was acknowledged."""
    from consent.models import Fact, Grant, UseRequest
    from consent.services import ledger
    from notifications.models import Channel, Delivery, State

    stands = dict(UseRequest.objects.values_list("ref", "state"))
    wanted = {"approve": "APPROVED", "decline": "DECLINED"}
    answers = {ref: choice for client in clients for ref, choice in client.acknowledged.items()}
    approved = sum(choice == "approve" for choice in answers.values())
    mails = Delivery.objects.filter(channel=Channel.EMAIL)
    known = set(mails.values_list("message_id", flat=True))
    sent = set(mails.filter(state=State.SENT).values_list("message_id", flat=True))
    received = {one.strip("<> ").partition("@")[0] for one in arrived}
    return {
        "acknowledged": len(answers),
        "lost": sum(stands[ref] != wanted[choice] for ref, choice in answers.items()),
        "answered_otherwise": sum(len(client.wrong) for client in clients),
        "repeated": sum(client.repeated for client in clients),
        "double_grants": Fact.objects.filter(kind="grant.issued").count() - Grant.objects.count(),
        "missing_grants": approved - Grant.objects.count(),
        "mails": len(sent),
        "missing_mails": len(sent - received) + untold(),
        "mails_under_a_second_id": len(received - known),
        "chains_broken": sum(ledger.verify(person.performer.chain) is not None for person in found),
    }


def rampage(house: House, clients: list[Client], every: float) -> int:
    """Kill something every so often for as long as somebody works; at least once each."""
    dice, kills = random.Random(4), 0
    victims = [name for name in ("web", "worker", "beat", "valkey", "postgres") if name in house.processes]
    while any(client.is_alive() for client in clients) or kills < len(victims):
        time.sleep(every)
        house.kill(victims[kills] if kills < len(victims) else dice.choice(victims))
        kills += 1
    return kills


def main() -> int:
    wish = argparse.ArgumentParser()
    wish.add_argument("folder", type=Path)
    wish.add_argument("--decisions", type=int, default=200)
    wish.add_argument("--clients", type=int, default=8)
    wish.add_argument("--every", type=float, default=2.0)
    wish.add_argument("--no-broker", action="store_true")
    given = wish.parse_args()
    from aiosmtpd.controller import Controller

    from tests.sink import Sink, free_port

    house = House(given.folder, free_port(), broker=not given.no_broker)
    sink, smtp_port = Sink(), free_port()
    post = Controller(sink, hostname="127.0.0.1", port=smtp_port)
    post.start()
    env.impose("EMAIL_URL", f"smtp://127.0.0.1:{smtp_port}")
    house.open_servers()
    try:
        sys.stdout.write(json.dumps(_play(given, house, sink)) + "\n")
    finally:
        house.close()
        post.stop()
        shutil.rmtree(house.servers.sockets, ignore_errors=True)
    return 0


def _play(given: argparse.Namespace, house: House, sink: Any) -> dict[str, int | float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    cast, found = people(given.clients)
    clients = clients_of(cast, found, given.decisions // given.clients, house.port)
    connection.close()
    for name in COMMANDS:
        house.start(name)
    keeper = threading.Thread(target=house.keep, daemon=True)
    keeper.start()
    began = time.monotonic()
    for client in clients:
        client.start()
    kills = 0 if given.no_broker else rampage(house, clients, given.every)
    for client in clients:
        client.join()
    took = time.monotonic() - began
    quiet = quiet_after(90 if given.no_broker else QUIET_SECONDS)
    figures = seen(clients, found, [str(message["Message-ID"]) for message in sink.messages])
    return {
        "kills": kills,
        "restarts": house.restarts,
        "seconds": round(took, 1),
        "told_after": round(quiet, 1),
        **figures,
    }


if __name__ == "__main__":
    sys.exit(main())
