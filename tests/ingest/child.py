"""Runs process() over a folder of hostile files in one capped process and prints one JSON line per file.

One child for many files keeps the tests quick; the product starts one child per file.
"""

import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path

from consent.ingest import sandbox, worker


def main(folder: str, made: str) -> None:
    worker.limit(seconds=100, megabytes=sandbox.MEGABYTES, file_megabytes=1024)
    for path in sorted(Path(folder).iterdir()):
        out = Path(made) / path.name
        out.mkdir()
        start = time.process_time()
        answer = worker.answer("process", {"path": str(path), "out_dir": str(out)})
        said = {
            "name": path.name,
            "code": answer["refused"]["code"] if "refused" in answer else "KEPT",
            "detail": answer["refused"]["detail"] if "refused" in answer else "",
            "seconds": round(time.process_time() - start, 3),
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        shutil.rmtree(out)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
