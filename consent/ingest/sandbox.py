"""Runs the work on hostile bytes in a child process that can be killed, with caps, without the site's settings or keys."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from consent.ingest import limits
from consent.ingest.outcome import Master, Processed
from consent.ingest.refusal import Code, Refused

_ROOT = Path(__file__).resolve().parent.parent.parent
_LARGEST_ANSWER = 1024 * 1024
MEGABYTES = 1_536
_COMMAND = (sys.executable, "-s", "-m", "consent.ingest.worker")
# A child inherits none of the parent's environment: no database address, no key.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"}


def process_upload(path: str | Path, out_dir: str | Path) -> Processed:
    """process.process in a child with caps that fit the file. Raises Refused and nothing else."""
    size = _size(path)
    kwargs = {"path": str(path), "out_dir": str(out_dir)}
    answer = run_isolated("process", kwargs, seconds=_seconds(size), megabytes=MEGABYTES, file_megabytes=_written(size))
    return Processed.from_json(answer)


def watermark_copy(
    path: str | Path, text: str, out_dir: str | Path, *, fonts: Sequence[str | Path] = (), name: str = "copy"
) -> Master:
    """watermark.watermark in a child: the licensee's copy in `out_dir`. Raises Refused and nothing else."""
    size = _size(path)
    answer = run_isolated(
        "watermark",
        {"path": str(path), "text": text, "out_dir": str(out_dir), "fonts": list(map(str, fonts)), "name": name},
        seconds=_seconds(size),
        megabytes=MEGABYTES,
        file_megabytes=_written(size),
    )
    return Master(**answer)


def run_isolated(
    function_name: str,
    kwargs: dict[str, Any],
    *,
    seconds: int,
    megabytes: int,
    file_megabytes: int = 1024,
    wall_seconds: int | None = None,
) -> dict[str, Any]:
    """Call one of worker.FUNCTIONS in a fresh process and return its result as JSON has it.

    `seconds` are of processor time; the wall clock allows three times as many unless told, for a busy machine. A decoder's
    error, crash, endless loop or hunger for memory comes back as Refused, as does a machine that cannot start a process.
    """
    job = {
        "function": function_name,
        "kwargs": kwargs,
        "limits": {"seconds": seconds, "megabytes": megabytes, "file_megabytes": file_megabytes},
    }
    deadline = time.monotonic() + (wall_seconds if wall_seconds is not None else 3 * seconds + 5)
    try:
        child = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd=_ROOT,
            start_new_session=True,
        )
    except OSError as error:
        raise Refused(Code.UNAVAILABLE, detail=str(error)) from error
    try:
        said = _converse(child, json.dumps(job).encode(), deadline)
        code = None if said is None else _ended(child, deadline)
    finally:
        _kill(child)
    return _understood(said, code)


def _converse(child: subprocess.Popen[bytes], words: bytes, deadline: float) -> bytes | None:
    """What the child says until it closes its pipe; None when its time is up."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(words)
        child.stdin.close()
    except BrokenPipeError:
        # It died before listening; its exit code says how.
        return b""
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                return None
            block = os.read(child.stdout.fileno(), 65_536)
            if not block:
                return said
            said += block
            if len(said) > _LARGEST_ANSWER:
                raise Refused(Code.BROKEN, detail="the decoder talks too much")


def _ended(child: subprocess.Popen[bytes], deadline: float) -> int | None:
    try:
        return child.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return None


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started: it leads a process group of its own."""
    # Gone already, or (macOS) a zombie not yet waited for.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in filter(None, (child.stdin, child.stdout)):
        with suppress(BrokenPipeError):
            pipe.close()


def _understood(said: bytes | None, code: int | None) -> dict[str, Any]:
    if said is None or code is None or code == -signal.SIGXCPU:
        raise Refused(Code.TIMEOUT)
    if code == -signal.SIGKILL:
        # Not by us, who are still waiting: the kernel took it, short of memory or past the hard processor cap.
        raise Refused(Code.OUT_OF_MEMORY, detail="killed")
    if code:
        raise Refused(Code.BROKEN, detail=f"the decoder ended with {code}")
    try:
        answer: dict[str, Any] = json.loads(said)
        if "result" in answer:
            return dict(answer["result"])
        refused = Refused.from_json(answer["refused"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(Code.BROKEN, detail="the decoder gave no answer") from error
    raise refused


def _size(path: str | Path) -> int:
    try:
        return Path(path).stat().st_size
    except OSError as error:
        raise Refused(Code.UNAVAILABLE, detail=str(error)) from error


def _seconds(size: int) -> int:
    """Processor time: a minute and a half for anything, three minutes more per gigabyte."""
    return 90 + 180 * size // 1024**3


def _written(size: int) -> int:
    """A copy of a file is little larger than the file; a HEIC becomes a larger JPEG."""
    return 256 + max(size * 2, min(limits.STILL_BYTES, size * 10)) // 1024**2
