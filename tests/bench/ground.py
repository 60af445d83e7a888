"""The ground of a run: servers of its own that write to disk as a real site's do, tables, and a way to time one request."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from portal import embedded, env

POINTED_ELSEWHERE = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "EMAIL_URL", "SITE_URL", "ALLOWED_HOSTS")


@contextmanager
def stand() -> Iterator[embedded.Addresses]:
    """PostgreSQL and Valkey in a folder that goes away with the run. Unlike those of the tests they wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="sayso-bench-"))
    folder.chmod(0o755)
    env.impose("SAYSO_MODE", "demo")
    env.impose("SAYSO_VAR", str(folder))
    env.impose("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
    for name in POINTED_ELSEWHERE:
        env.withdraw(name)
    guard = embedded.Guard(folder)
    try:
        guard.wait()
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        with connection.schema_editor() as editor:
            for model in apps.get_app_config("peers").get_models():
                editor.create_model(model)
        yield embedded.addresses(folder)
    finally:
        guard.stop()
        shutil.rmtree(folder, ignore_errors=True)
