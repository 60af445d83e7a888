"""Runs the three processes of the Procfile side by side: all of them or none."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from portal import embedded, env

GRACE_SECONDS = 8.0  # to finish the request or task at hand
LAST_LINES = 15


class ProcessEndedError(Exception):
    """One of the processes ended by itself; the message says which, how, and what it said last."""


@dataclass
class Running:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


def read_procfile(path: Path) -> dict[str, str]:
    """``name: command`` per line."""
    pairs = (line.partition(":") for line in path.read_text().splitlines() if line.strip())
    return {name.strip(): command.strip() for name, _, command in pairs}


class Supervisor:
    """Processes with a session each, so that a signal from the keyboard reaches only us and we end them in order."""

    def __init__(self, *, folder: Path, logs: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.logs = logs
        programs = str(Path(sys.executable).parent)
        self.environment = env.everything() | environment
        self.environment["PATH"] = f"{programs}:{self.environment.get('PATH', '')}"
        self.environment["PYTHONUNBUFFERED"] = "1"
        self.running: list[Running] = []

    def start(self, name: str, command: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as file:
            process = subprocess.Popen(
                ["sh", "-c", command],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=embedded.die_with_parent,
            )
        self.running.append(Running(name, process, log))

    def check(self) -> None:
        """Raises ProcessEndedError."""
        for one in self.running:
            code = one.process.poll()
            if code is not None:
                said = one.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                raise ProcessEndedError(
                    "\n".join([f"The process {one.name} {how}. Its last words ({one.log}):", *said])
                )

    def stop(self) -> None:
        """Ask all of them to end, wait a little, then end what is left, grandchildren included."""
        for one in self.running:
            if one.process.poll() is None:
                one.process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(one.process.poll() is None for one in self.running):
            time.sleep(0.05)
        for one in self.running:
            embedded.kill_group(one.process)
        self.running.clear()
