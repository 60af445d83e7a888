"""All processes of the Procfile or none, and nothing left behind, whatever they do with their signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from portal import supervisor
from portal.management.commands import demo


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[supervisor.Supervisor]:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 1.0)
    running = supervisor.Supervisor(folder=tmp_path, logs=tmp_path / "log", environment={"WORD": "hello"})
    yield running
    running.stop()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def gone(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.strip() or state.startswith("Z")


def ended(processes: supervisor.Supervisor) -> str:
    with pytest.raises(supervisor.ProcessEndedError) as end:  # noqa: PT012 (it ends in its own time)
        while True:
            processes.check()
            time.sleep(0.02)
    return str(end.value)


def test_the_procfile_has_the_three(tmp_path: Path) -> None:
    commands = supervisor.read_procfile(settings.BASE_DIR / "portal" / "Procfile")
    assert list(commands) == ["web", "worker", "beat"]
    assert all(command.startswith("exec ") for command in commands.values())


def test_one_killed_is_named_with_its_signal(processes: supervisor.Supervisor) -> None:
    processes.start("web", "exec sleep 60")
    processes.start("worker", "exec sleep 60")
    processes.check()
    os.kill(processes.running[1].process.pid, signal.SIGKILL)
    assert "The process worker was killed by signal 9" in ended(processes)
    web = processes.running[0].process.pid
    processes.stop()
    assert gone(web)


def test_one_that_ends_by_itself_has_its_last_words_repeated(processes: supervisor.Supervisor) -> None:
    processes.start("web", "echo $WORD; exit 3")
    said = ended(processes)
    assert "The process web ended with code 3" in said
    assert said.endswith("hello")


def test_grandchildren_and_the_stubborn_are_ended_too(processes: supervisor.Supervisor, tmp_path: Path) -> None:
    processes.start("worker", "trap '' TERM; sleep 60 & echo $! > child; while true; do sleep 1; done")
    until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text().strip())
    child = int((tmp_path / "child").read_text())
    parent = processes.running[0].process.pid
    processes.stop()
    assert gone(parent)
    assert gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_children_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from portal import supervisor\n"
        "one = supervisor.Supervisor(folder=Path('.'), logs=Path('log'), environment={})\n"
        "one.start('web', 'exec sleep 60'); print(one.running[0].process.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(settings.BASE_DIR)], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout
    child = int(owner.stdout.readline())
    assert not gone(child)
    owner.kill()
    owner.wait()
    until(lambda: gone(child))


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken"):
            demo.refuse_taken_port("127.0.0.1", port)
    demo.refuse_taken_port("127.0.0.1", port)
    with pytest.raises(CommandError, match="from 1 to 65535"):
        demo.refuse_taken_port("127.0.0.1", 70000)


def test_a_second_demo_of_a_checkout_is_refused(tmp_path: Path) -> None:
    with demo.alone(tmp_path), pytest.raises(CommandError, match="already running at"), demo.alone(tmp_path):
        raise AssertionError("two demos at once")
    with demo.alone(tmp_path):
        assert (tmp_path / "run" / "demo.lock").read_text() == settings.SITE_URL
