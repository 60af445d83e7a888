"""Damages files and puts each through the ingest room, in one capped process: run by ``prove_uploads.py`` as a program.

``python -m tests.prove.mutants <folder> --seed 7 --count 1000`` prints one line of JSON: how each file ended, and the most
memory that this process ever held. A file under work is kept as ``current``, so that whoever finds this process dead knows
what it died of. Nothing random but by the seed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import struct
import sys
import time
import zlib
from collections import Counter
from pathlib import Path
from random import Random

from PIL import Image

from consent.ingest import sandbox, worker
from consent.ingest.refusal import Refused
from consent.ingest.sniff import sniff
from tests.ingest.specimens import MARKS
from tests.ingest.test_mutations import mutated, seeds

PNG = b"\x89PNG\r\n\x1a\n"
SIDES = 20_000


def mended(content: bytes) -> bytes:
    """A PNG whose checksums are right again, so that the damage reaches the decoder and not only the first check."""
    if not content.startswith(PNG):
        return content
    out, at = bytearray(PNG), len(PNG)
    while at + 12 <= len(content):
        length = struct.unpack_from(">I", content, at)[0]
        body = content[at + 4 : at + 8 + length]
        if len(body) < 4 + length:
            break
        out += struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out) + content[at:]


def faults(result: dict[str, object], folder: Path) -> list[str]:
    """What must not be true of a file that was kept."""
    found = []
    master = result["master"]
    assert isinstance(master, dict)
    try:
        if sniff(folder / master["name"]).mime != master["mime"]:
            found.append("copy_of_another_kind")
    except Refused:
        found.append("copy_that_would_be_refused")
    thumbs = result["thumbs"]
    assert isinstance(thumbs, dict)
    for name in thumbs.values():
        content = (folder / name).read_bytes()
        if any(mark in content for mark in MARKS):
            found.append("words_in_a_preview")
        with Image.open(folder / name) as preview:
            preview.load()
            if max(preview.size) > SIDES or preview.getexif():
                found.append("odd_preview")
    return found


def main() -> None:
    wish = argparse.ArgumentParser()
    wish.add_argument("folder", type=Path)
    wish.add_argument("--seed", type=int, required=True)
    wish.add_argument("--count", type=int, required=True)
    given = wish.parse_args()
    dice, kinds = Random(given.seed), seeds()
    worker.limit(seconds=1_000, megabytes=sandbox.MEGABYTES, file_megabytes=1_024)
    ended, wrong, slowest = Counter[str](), Counter[str](), 0.0
    for number in range(given.count):
        content = mutated(kinds[number % len(kinds)], dice)
        if number % 3:
            content = mended(content)
        current, made = given.folder / "current", given.folder / "made"
        current.write_bytes(content)
        made.mkdir()
        began = time.process_time()
        answer = worker.answer("process", {"path": str(current), "out_dir": str(made)})
        slowest = max(slowest, time.process_time() - began)
        ended[answer["refused"]["code"] if "refused" in answer else "KEPT"] += 1
        if "result" in answer:
            wrong.update(faults(answer["result"], made))
        shutil.rmtree(made)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    said = {"ended": ended, "wrong": wrong, "slowest": round(slowest, 4), "peak_megabytes": peak}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
