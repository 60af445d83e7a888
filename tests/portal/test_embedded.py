"""The embedded servers start, are shared, and never outlive their use, however that ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from portal import embedded


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def processes(folder: Path) -> list[str]:
    listing = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return [line for line in listing.stdout.splitlines() if str(folder) in line]


def until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def pid_of(folder: Path, word: str) -> int:
    return int(next(line for line in processes(folder) if word in line).split()[0])


def write_a_row(var: Path) -> None:
    with psycopg.connect(embedded.addresses(var).database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO kept DEFAULT VALUES")


def rows(var: Path) -> int:
    with psycopg.connect(embedded.addresses(var).database_url) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    return found[0] if found else 0


def test_data_outlives_the_servers(var: Path) -> None:
    with embedded.in_use(var):
        write_a_row(var)
        assert redis.Redis.from_url(embedded.addresses(var).redis_url).ping()
    assert not embedded.running(var)
    assert not processes(var)
    with embedded.in_use(var):
        assert rows(var) == 1


def test_the_last_user_turns_off_the_light(var: Path) -> None:
    with embedded.in_use(var) as first:
        with embedded.in_use(var) as second:
            assert first is not None
            assert second is None
        assert embedded.running(var)
    assert not embedded.running(var)


def test_the_first_user_leaves_while_another_still_works(var: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from portal import embedded\n"
        "with embedded.in_use(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", program, str(var), str(settings.BASE_DIR)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout
    assert first.stdin
    assert first.stdout.readline() == "in\n"
    with embedded.in_use(var):
        first.kill()
        first.wait()
        time.sleep(1)
        write_a_row(var)
        assert rows(var) == 1
    until(lambda: not processes(var))


@pytest.mark.parametrize("victim", ["bin/postgres", "valkey-server", "embedded.py"])
def test_kill_of_one_ends_all_and_loses_nothing(var: Path, victim: str) -> None:
    guard = embedded.Guard(var)
    guard.wait()
    write_a_row(var)
    os.kill(pid_of(var, victim), signal.SIGKILL)
    assert guard.process.wait(timeout=20) != 0
    until(lambda: not processes(var))
    with embedded.in_use(var):
        assert rows(var) == 1


def test_throwaway_leaves_nothing_when_its_owner_is_killed() -> None:
    program = (
        "import sys, tempfile, time; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from portal import embedded\n"
        "folder = Path(tempfile.mkdtemp(prefix='sayso-test-')); folder.chmod(0o755)\n"
        "embedded.Guard(folder, throwaway=True).wait(); print(folder, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", program, str(settings.BASE_DIR)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    folder = Path(owner.stdout.readline().strip())
    assert processes(folder)
    owner.kill()
    owner.wait()
    until(lambda: not processes(folder) and not folder.exists())


def test_a_folder_that_cannot_be_written_is_one_sentence(var: Path) -> None:
    (var / "blocked").write_text("a file where a folder should be")
    guard = embedded.Guard(var / "blocked")
    with pytest.raises(embedded.NotStarted, match="cannot be written") as refusal:
        guard.wait()
    assert "\n" not in str(refusal.value)


def test_long_paths_get_a_short_place_for_their_sockets(var: Path) -> None:
    deep = var / ("a-long-folder-name/" * 6)
    assert len(str(embedded.addresses(deep).sockets)) < embedded.LONGEST_SOCKET_PATH
    with embedded.in_use(deep):
        write_a_row(deep)
    assert not embedded.addresses(deep).sockets.exists()
