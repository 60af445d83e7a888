"""``manage.py demo``: the whole site on this machine, from nothing to a running page, and away again on Ctrl-C."""

import contextlib
import fcntl
import hashlib
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from portal import embedded, env, supervisor
from portal.demo.signin import PASSWORD, PEOPLE

SHOWN = 5  # of the people one can sign in as
KEPT_BETWEEN_RESETS = {"run"}  # holds the lock that tells whether a demo is running


class Command(BaseCommand):
    help = "Run the demo: servers, web, worker and beat. Ctrl-C ends everything it started; data stays in var/."
    requires_system_checks = ()
    stealth_options = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="forget all demo data and end")

    def handle(self, *_: Any, reset: bool, **__: Any) -> None:
        if settings.MODE != "demo":
            raise CommandError("The demo runs with SAYSO_MODE=demo only; this is a production set-up.")
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, told_to_stop)
        try:
            with alone(settings.VAR):
                if reset:
                    self.reset()
                else:
                    self.run()
        except embedded.Told:
            self.stdout.write("\nStopped. The data is kept; `make demo` brings it back, `make demo-reset` starts over.")
        except OperationalError as problem:
            self.stderr.write(f"The database does not answer: {str(problem).strip().splitlines()[0]}")
            raise SystemExit(1) from None
        except (CommandError, embedded.NotStarted, supervisor.ProcessEndedError) as problem:
            self.stderr.write(str(problem))
            raise SystemExit(1) from None

    def reset(self) -> None:
        if env.text("DATABASE_URL"):
            raise CommandError("DATABASE_URL points at a server of yours: empty that database by your own hand.")
        for path in settings.VAR.iterdir():
            if path.name in KEPT_BETWEEN_RESETS:
                continue
            if path.is_symlink():  # PostgreSQL's data, sheltered elsewhere (see portal.embedded.Runner)
                shutil.rmtree(path.resolve(), ignore_errors=True)
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        self.stdout.write("The demo data is gone. `make demo` starts over.")

    def run(self) -> None:
        host = env.text("HOST", "127.0.0.1")
        port = env.number("PORT", 8000, least=1)
        refuse_taken_port(host, port)
        own_servers = not (env.text("DATABASE_URL") and env.text("REDIS_URL"))
        with contextlib.ExitStack() as stack:
            guard = None
            if own_servers:
                self.say("Starting PostgreSQL and Valkey")
                guard = stack.enter_context(embedded.in_use(settings.VAR))
                stack.callback(stop_at_once, guard)
            self.prepare()
            processes = supervisor.Supervisor(
                folder=settings.BASE_DIR,
                logs=settings.VAR / "log",
                environment={"SAYSO_MODE": "demo", "HOST": host, "PORT": str(port), "SITE_URL": settings.SITE_URL},
            )
            stack.callback(processes.stop)
            self.say("Starting web, worker and beat")
            commands = supervisor.read_procfile(settings.BASE_DIR / "portal" / "Procfile")
            processes.start("web", commands.pop("web"))
            wait_for_page(
                processes, host, port
            )  # the others start afterwards: they would only slow the first page down
            for name, command in commands.items():
                processes.start(name, command)
            self.welcome()
            while True:
                processes.check()
                if guard and guard.process.poll() is not None:
                    raise embedded.NotStarted(f"An embedded server has ended; see {settings.VAR / 'log'}.")
                time.sleep(0.25)

    def prepare(self) -> None:
        """Bring the tables, the cast and the static files up to date; each only when there is something to do."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database")
            call_command("migrate", verbosity=0)
        if not get_user_model().objects.exists():
            self.say("Loading the demo cast (once)")
            call_command("load_demo")
        connections.close_all()
        stamp = settings.VAR / "static.stamp"
        mark = static_mark()
        if not stamp.exists() or stamp.read_text() != mark or not settings.STATIC_ROOT.exists():
            self.say("Collecting the static files")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(mark)

    def say(self, step: str) -> None:
        self.stdout.write(f"  {step} ...")
        self.stdout.flush()

    def welcome(self) -> None:
        mail = f"{settings.SITE_URL}/mailbox/"
        if env.text("EMAIL_URL"):
            mail = "goes to the server that EMAIL_URL names"
        self.stdout.write(
            f"\nSayso runs at {self.style.SUCCESS(settings.SITE_URL + '/')}\n\n"
            f"{people()}\n\n"
            f"  Mail         {mail}\n"
            f"  Logs         {settings.VAR / 'log'}\n\n"
            "Ctrl-C ends everything.\n"
        )
        self.stdout.flush()


def people() -> str:
    first = PEOPLE[:SHOWN]
    wide = max(len(email) for email, _, _ in first)
    lines = [f"  {email:<{wide}}  {name}, {part}" for email, name, part in first]
    return "\n".join(
        [
            f"Sign in as one of these with the password  {PASSWORD}",
            *lines,
            f"  and {len(PEOPLE) - SHOWN} more, listed in portal/demo/signin.py",
            f"Second factor:  .venv/bin/python manage.py demo_code {PEOPLE[0][0]}",
        ]
    )


def told_to_stop(_number: int, _frame: object) -> None:
    raise embedded.Told


def stop_at_once(guard: embedded.Guard | None) -> None:
    """End the servers this demo started even while others use them: Ctrl-C leaves nothing behind."""
    if guard:
        guard.stop()


@contextlib.contextmanager
def alone(var: Path) -> Iterator[None]:
    """Only one demo, or one reset, per data folder."""
    path = var / "run" / "demo.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as problem:
        raise CommandError(f"The folder {var} cannot be written: {problem.strerror}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CommandError(f"A demo of this checkout is already running at {file.read().strip()}.") from None
        file.truncate(0)
        file.write(settings.SITE_URL)
        file.flush()
        yield


def refuse_taken_port(host: str, port: int) -> None:
    if port > 65535:
        raise CommandError(f"PORT is {port}; a port is a number from 1 to 65535.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CommandError(f"Port {port} needs root; choose another: make demo PORT=8001.") from None
        except OSError as problem:
            raise CommandError(
                f"Port {port} is taken ({problem.strerror}); choose another: make demo PORT={port + 1}."
            ) from None


def wait_for_page(processes: supervisor.Supervisor, host: str, port: int) -> None:
    """Return once the web server answers. Raises supervisor.ProcessEndedError or CommandError."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 (compared, not bound)
    while True:
        processes.check()
        try:
            with urllib.request.urlopen(f"http://{reached}:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError as problem:
            raise CommandError(
                f"The web server answers {problem.code}; see {settings.VAR / 'log' / 'web.log'}."
            ) from None
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)


def static_mark() -> str:
    """Changes whenever a static file of the project or an installed package does."""
    mark = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    folders = [settings.BASE_DIR / "static", *(Path(app.path) / "static" for app in apps.get_app_configs())]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            mark.update(f"{path}{status.st_size}{status.st_mtime_ns}".encode())
    return mark.hexdigest()
