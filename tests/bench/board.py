"""The table of a run: one line per case with its ratio, its goal and whether it was met; written as a page and as JSON."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

JOBS: Mapping[int, str] = {
    1: "decide: one request against standing answers, with every reason",
    2: "decide with the database, nothing cached",
    3: "bulk: one set of terms against a whole roster",
    5: "pages: the inbox of 25 rows, the page of one request",
    6: "notifications: facts to delivered mail",
    7: "expiry: due grants with fact and delivery each",
    8: "ledger: append, verify, prove",
    9: "stills: a 24-megapixel JPEG to thumbnails, digest, fingerprint, scrubbed copy",
    10: "upload of a large file",
    12: "growth: the same at 10 and 100 times the rows",
}


INTRODUCTION = (
    "Written by `make bench`; not edited by hand. Every figure is a ratio to a named peer or floor of the same run, taken in"
    " turns (ours, theirs, ours, theirs ...): machines drift, ratios hold within a fifth. Medians; the spread is the"
    " smallest and the largest ratio of a round.\n"
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for a ratio. ``least`` says that more is better."""

    bound: float
    least: bool

    def met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {figure(self.bound)}"


def at_least(bound: float) -> Goal:
    return Goal(bound, least=True)


def at_most(bound: float) -> Goal:
    return Goal(bound, least=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison. ``ratios`` holds one figure a round; without a goal the line is there to be read, not to be met."""

    row: int
    case: str
    peer: str
    ours: str
    theirs: str
    ratios: tuple[float, ...]
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def met(self) -> bool | None:
        return self.goal.met(self.ratio) if self.goal else None


def figure(number: float) -> str:
    """Three digits that count, thousands apart."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number else "0"


def rate(per_second: float) -> str:
    return f"{figure(per_second)}/s"


def span(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{figure(seconds / size)} {unit}"
    return f"{figure(seconds * 1e9)} ns"


def about_this_machine() -> dict[str, str]:
    """When, what and where: without it no figure means anything."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "machine": _machine(),
        "python": platform.python_version(),
    }


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no", "--", "consent", "notifications", "portal", "templates"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (found.stdout.strip() or "unknown") + (" with changes" if changed.stdout.strip() else "")


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    names = (
        [row.partition(":")[2].strip() for row in info.read_text().splitlines() if "model name" in row]
        if info.exists()
        else []
    )
    memory = Path("/proc/meminfo")
    size = int(memory.read_text().split()[1]) / 2**20 if memory.exists() else 0
    cores = f"{len(names) or '?'} x {names[0] if names else platform.processor() or platform.machine()}"
    return f"{cores}, {size:.0f} GiB, {platform.system()} {platform.release().partition('-')[0]}"


def page(lines: Sequence[Line], about: Mapping[str, str], remarks: Iterable[str] = ()) -> str:
    """The Markdown that people read."""
    missed = [line for line in lines if line.met is False]
    held = [line for line in lines if line.met]
    parts = [
        "# Speed\n",
        INTRODUCTION,
        "".join(f"- {name}: {value}\n" for name, value in about.items()),
        f"- goals met: {len(held)} of {len(held) + len(missed)}\n",
    ]
    for row in sorted({line.row for line in lines}):
        parts.append(f"\n## {row}. {JOBS[row].capitalize()}\n\n")
        parts.append(
            "| case | ours | peer | theirs | ratio | goal | met | spread |\n|---|---|---|---|---|---|---|---|\n"
        )
        mine = [line for line in lines if line.row == row]
        parts += [_table_row(line) for line in mine]
        notes = list(dict.fromkeys(line.note for line in mine if line.note))
        parts += ["\n", *(f"{note}\n\n" for note in notes)] if notes else []
    said = list(remarks)
    if said:
        parts += ["\n## Not in this run\n\n", *(f"- {remark}\n" for remark in said)]
    return "\n".join([parts[0], parts[1], "".join(parts[2:])]).rstrip() + "\n"


def _table_row(line: Line) -> str:
    met = {None: "", True: "yes", False: "**no**"}[line.met]
    spread = f"{figure(min(line.ratios))} to {figure(max(line.ratios))}" if len(line.ratios) > 1 else ""
    cells = (line.case, line.ours, line.peer, line.theirs, figure(line.ratio), str(line.goal or ""), met, spread)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def data(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """What ``var/bench.json`` holds."""
    return [
        {
            "row": line.row,
            "case": line.case,
            "peer": line.peer,
            "ratio": round(line.ratio, 6),
            "goal": str(line.goal) if line.goal else None,
            "met": line.met,
            **{name: asdict(line)[name] for name in ("ours", "theirs")},
            "spread": [round(min(line.ratios), 6), round(max(line.ratios), 6)],
        }
        for line in lines
    ]


def write(
    lines: Sequence[Line], about: Mapping[str, str], remarks: Iterable[str], *, page_to: Path, data_to: Path
) -> None:
    data_to.parent.mkdir(parents=True, exist_ok=True)
    data_to.write_text(json.dumps(data(lines), indent=1, ensure_ascii=False) + "\n")
    page_to.parent.mkdir(parents=True, exist_ok=True)
    page_to.write_text(page(lines, about, remarks))
