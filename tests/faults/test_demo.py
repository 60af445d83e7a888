"""The whole demo: a page, the three processes, and the end of all when one is killed or when it is told to stop."""

import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from consent.models import User
from tests.conftest import Spawn, free_port


def children_of(pid: int) -> dict[str, int]:
    listing = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
    names = {"granian": "web", "portal worker": "worker", "portal beat": "beat"}
    return {name: int(row[0]) for row in rows if int(row[1]) == pid for mark, name in names.items() if mark in row[2]}


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists() if Path("/proc").exists() else subprocess.call(["ps", "-p", str(pid)]) != 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_the_demo_lives_and_dies_as_one(spawn: Spawn, tmp_path: Path) -> None:
    User.objects.create(email="here@example.org")  # somebody is here, so the cast stays away
    port = free_port()

    def start(number: int) -> tuple[subprocess.Popen[bytes], dict[str, int]]:
        demo = spawn("manage.py", "demo", SAYSO_MODE="demo", SAYSO_VAR=str(tmp_path / "var"), PORT=str(port))
        said = tmp_path / f"{number}.log"
        deadline = time.monotonic() + 120
        while "Ctrl-C ends everything." not in said.read_text():
            assert demo.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as page:
            assert page.status == 200
        running = children_of(demo.pid)
        assert set(running) == {"web", "worker", "beat"}
        return demo, running

    demo, running = start(0)
    os.kill(running["worker"], signal.SIGKILL)
    assert demo.wait(timeout=30) == 1
    assert "The process worker was killed by signal 9" in (tmp_path / "0.log").read_text()
    assert all(gone(pid) for pid in running.values())

    demo, running = start(1)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=30) == 0
    assert "The data is kept" in (tmp_path / "1.log").read_text()
    assert all(gone(pid) for pid in running.values())
