#!/usr/bin/env python3
"""Compiles the lock files from pyproject.toml, and tells whether one is older than what pyproject.toml now asks for.

``lock.py <uv> [--upgrade]`` writes all; ``lock.py --fresh <file>`` checks one. A lock holds versions and hashes and no
address. Its first line carries the digest of the requirements it was made from.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": ("video", "demo"),
    "requirements-dev.lock": ("video", "demo", "dev"),
    "requirements-bench.lock": ("video", "demo", "bench"),
}


def mark() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {key: project.get(key) for key in ("requires-python", "dependencies", "optional-dependencies")}
    return f"# pyproject.toml: {hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()}"


def fresh(name: str) -> int:
    path = ROOT / name
    if not path.exists():
        print(f"{name} is missing: run `make lock`.", file=sys.stderr)
        return 1
    if path.read_text().partition("\n")[0] != mark():
        print(f"{name} is older than the dependencies in pyproject.toml: run `make lock`.", file=sys.stderr)
        return 1
    return 0


def write(uv: str, upgrade: bool) -> int:
    """The other locks are compiled within the first one's versions, so that all agree on what they share."""
    for name, extras in LOCKS.items():
        path = ROOT / name
        command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url"]
        command += ["--no-emit-find-links", "--no-annotate", "--no-header", "pyproject.toml", "-o", name]
        command += [part for extra in extras for part in ("--extra", extra)]
        command += ["--upgrade"] if upgrade else []
        command += ["--constraint", "requirements.lock"] if name != "requirements.lock" else []
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            print(f"{name} could not be compiled; uv says why above.", file=sys.stderr)
            return 1
        path.write_text(f"{mark()}\n{path.read_text()}")
        print(f"  {name} is compiled.")
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--fresh":
        sys.exit(fresh(sys.argv[2]))
    sys.exit(write(sys.argv[1], "--upgrade" in sys.argv))
