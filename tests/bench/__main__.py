"""``python -m tests.bench [--rows 1,8] [--quick]``: run the rows, print the table, write docs/BENCH.md and var/bench.json."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

from tests.bench import board, ground
from tests.bench.run import Run

ROWS = {
    1: "row01_decide",
    2: "row02_read",
    3: "row03_bulk",
    5: "row05_pages",
    6: "row06_mail",
    7: "row07_expiry",
    8: "row08_ledger",
    9: "row09_stills",
    10: "row10_upload",
    12: "row12_growth",
}
REMARKS = (
    "healthchecks' list and pretix' order list (row 5) stand apart: other sites, to be installed and filled by hand.",
    "Rows 4, 11 and 13 of the speed design are measured where their parts are: no door with a key, no papers, one machine here.",
)


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", default=",".join(map(str, ROWS)), help="such as 1,8")
    parser.add_argument("--quick", action="store_true", help="prove that it runs; writes nothing but var/bench-quick.*")
    wanted = parser.parse_args(given)
    numbers = [int(part) for part in wanted.rows.split(",")]
    if unknown := set(numbers) - set(ROWS):
        parser.error(f"no such row: {', '.join(map(str, sorted(unknown)))}; there are {', '.join(map(str, ROWS))}")
    run = Run(quick=wanted.quick, full=os.environ.get("FULL", "") not in ("", "0"))
    lines = []
    with ground.stand():
        for number in numbers:
            began = time.monotonic()
            found = list(importlib.import_module(f"tests.bench.{ROWS[number]}").run(run))
            lines += found
            _say(f"row {number} ({time.monotonic() - began:.0f} s)", *map(_told, found))
    var = board.ROOT / "var"
    whole = not run.quick and set(numbers) == set(ROWS)
    page_to = board.ROOT / "docs" / "BENCH.md" if whole else var / ("bench-quick.md" if run.quick else "bench-part.md")
    data_to = var / ("bench.json" if whole else f"{page_to.stem}.json")
    board.write(
        lines, board.about_this_machine(), [*REMARKS, *dict.fromkeys(run.remarks)], page_to=page_to, data_to=data_to
    )
    _say(f"{page_to.relative_to(board.ROOT)} and {data_to.relative_to(board.ROOT)} are written.")
    return 0


def _told(line: board.Line) -> str:
    met = {None: " ", True: "+", False: "-"}[line.met]
    against = f"{line.ours} against {line.theirs}, ratio {board.figure(line.ratio)} {line.goal or ''}"
    return f" {met} {line.case} / {line.peer}: {against}"


def _say(*sentences: str) -> None:
    sys.stdout.write("".join(f"{sentence.rstrip()}\n" for sentence in sentences))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main(sys.argv[1:]))
