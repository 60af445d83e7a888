"""The child process of sandbox.py: limits itself, runs one function on hostile bytes, answers in JSON on its own pipe."""

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

from consent.ingest.process import process
from consent.ingest.refusal import refusal_of
from consent.ingest.sniff import sniff
from consent.ingest.stills import process_still
from consent.ingest.watermark import watermark

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sniff": sniff,
    "process": process,
    "process_still": process_still,
    "watermark": watermark,
}
_NICE = 5
_FILES = 64


def limit(*, seconds: int, megabytes: int, file_megabytes: int) -> None:
    """Caps on processor time, memory, written file size and open files of this process; no core dump of anybody's face."""
    memory, written = megabytes * 1024**2, file_megabytes * 1024**2
    for name, soft, hard in (
        ("RLIMIT_CPU", seconds, seconds + 2),
        ("RLIMIT_AS", memory, memory),
        ("RLIMIT_FSIZE", written, written),
        ("RLIMIT_NOFILE", _FILES, _FILES),
        ("RLIMIT_CORE", 0, 0),
    ):
        most = resource.getrlimit(getattr(resource, name))[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        try:
            resource.setrlimit(getattr(resource, name), (soft, hard))
        except (ValueError, OSError):
            # macOS refuses a memory cap; the wall clock and the other caps still hold there.
            if sys.platform.startswith("linux"):
                raise


def answer(function: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """{"result": ...} or {"refused": ...}; whatever a decoder raises is a refusal."""
    try:
        result = FUNCTIONS[function](**kwargs)
    except Exception as error:
        return {"refused": refusal_of(error).to_json()}
    return {"result": result.to_json()}


def main() -> None:
    # The answer goes out on a copy of standard output; what C libraries print there goes where errors go.
    pipe = os.dup(1)
    os.dup2(2, 1)
    job = json.load(sys.stdin)
    limit(**job["limits"])
    os.nice(_NICE)
    with os.fdopen(pipe, "w") as out:
        json.dump(answer(job["function"], job["kwargs"]), out)
        out.flush()
    # Decoders' clean-up code has nothing to give us and has crashed before.
    os._exit(0)


if __name__ == "__main__":
    main()
