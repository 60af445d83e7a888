"""PostgreSQL's own pg_dump and pg_restore: found in the version that fits the server, and run on the site's database."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal import embedded, env

_DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_OURS = {"options", "connect_timeout", "pool", "isolation_level", "server_side_binding", "assume_role"}
"""Options of a connection that are Django's, or meant for short statements only."""


class NoProgram(Exception):
    """The program is missing or failed; the message is a sentence."""


def run(name: str, *arguments: str) -> None:
    """Run ``pg_dump`` or ``pg_restore`` on the site's database. The password goes by the environment. Raises NoProgram."""
    program = find(name, connection.get_database_version()[0])
    given = connection.settings_dict
    address = {"dbname": given["NAME"], "user": given["USER"], "host": given["HOST"], "port": given["PORT"]}
    address |= {key: value for key, value in given["OPTIONS"].items() if key not in _OURS}
    conninfo = make_conninfo(**{key: value for key, value in address.items() if value})
    secret = {"PGPASSWORD": str(given["PASSWORD"])} if given["PASSWORD"] else {}
    ended = subprocess.run(
        [program, *arguments, "--dbname", conninfo],
        env=env.everything() | secret,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or ["it said nothing"]
        raise NoProgram(f"{program} failed: {lines[0]}")


def find(name: str, server: int) -> str:
    """The program of the server's own major version, or of the nearest newer one: an older one is refused by the server."""
    found: dict[int, str] = {}
    for program in _candidates(name):
        major = _major(program)
        if major >= server:
            found.setdefault(major, program)
        if major == server:
            break
    if not found:
        raise NoProgram(
            f"There is no {name} of PostgreSQL {server} or newer on this machine; on Debian: apt-get install "
            f"postgresql-client-{server}."
        )
    return found[min(found)]


def _candidates(name: str) -> Iterator[str]:
    on_path = shutil.which(name)
    if on_path:
        yield on_path
    for folder in sorted(_DEBIAN.glob("*/bin")):
        if (folder / name).exists():
            yield str(folder / name)
    try:
        yield embedded.Runner(settings.VAR).tool(name)
    except embedded.NotStarted:
        return


def _major(program: str) -> int:
    """0 where the program does not say."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = _VERSION.search(said)
    return int(found[1]) if found else 0
