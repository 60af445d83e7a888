"""Which servers a test run stands on: those of Sayso's own packages, or, with SAYSO_TEST_SERVERS=debian, this machine's.

Nothing that is already running is touched: the run starts the programs itself, on Unix sockets in its own folder.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from portal import embedded, env

DEBIAN = Path("/usr/lib/postgresql")


@cache
def machines() -> embedded.Machines | None:
    """The oldest PostgreSQL there is from 15 on, which is the oldest that Sayso runs on, and a Redis."""
    if env.choice("SAYSO_TEST_SERVERS", ("own", "debian"), default="own") == "own":
        return None
    versions = [path for path in DEBIAN.glob("*") if path.name.isdigit() and int(path.name) >= 15]
    found = [path for path in versions if (path / "bin" / "postgres").exists()]
    redis = shutil.which("redis-server") or shutil.which("valkey-server")
    if not found or redis is None:
        raise SystemExit("This machine has no servers to test against: apt-get install postgresql-15 redis-server")
    return embedded.Machines(min(found, key=lambda path: int(path.name)), redis)


def runner(var: Path) -> embedded.Runner:
    """PostgreSQL's programs, of the version that this run's server has."""
    chosen = machines()
    return embedded.Runner(var, chosen.postgres if chosen else None)
