"""docs/PROOF.md: what the last whole proof run did, row by row. Written by the run, never by hand."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PROPERTY = "proof"

ROWS = {
    "race": "Two doors at once: one outcome, no error, no second grant",
    "crash": "A failure at every statement of every move: all or nothing",
    "forged": "Forged and mangled mail links: none opens",
    "leak": "Tokens in tables, Redis, logs and tasks: none",
    "scanners": "Mail scanners, prefetchers, browsers that press everything: nothing is decided",
    "kill": "kill -9 over web, worker, beat, Valkey and PostgreSQL: nothing acknowledged is lost",
    "no redis": "Without Redis: every mail still goes out",
    "time": "Twelve zones, four changes of clocks, every way a sweep can run: nothing valid at or after its end",
    "machine": "Random walks over the real services, and bugs planted to be found",
    "tamper": "Attacks on the chain: all found, at the right place",
    "matrix": "Every role on every route: nothing foreign, nothing broken",
    "uploads": "Hostile files: none kept, none that crashes, no metadata left",
    "restore": "Backup and restore: the chains are whole and as they were",
}
"""In the order of the paper."""


@dataclass(frozen=True)
class Line:
    row: str
    size: str
    said: str


@dataclass(frozen=True)
class Run:
    commit: str
    at: datetime
    full: bool


def lines(reports: Iterable[Any]) -> list[Line]:
    """What the parts told, in the order of ``ROWS``. Raises KeyError for a row that the paper does not know."""
    order = {name: place for place, name in enumerate(ROWS)}
    told = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    found = [Line(row, size, figures(given)) for row, size, given in told]
    return sorted(found, key=lambda line: (order[line.row], line.size))


def figures(given: dict[str, int | float | str]) -> str:
    """ "double grants 0, errors 0" """
    return ", ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in given.items())


def _figure(value: int | float | str) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else value


def written(told: list[Line], run: Run) -> str:
    command = f"make prove{' FULL=1' if run.full else ''}"
    where = f"commit {run.commit}, Python {platform.python_version()}, {platform.machine()}"
    head = [
        "# Proof",
        "",
        f"Written by `{command}` on {run.at:%Y-%m-%d %H:%M} UTC ({where}). A run with a failure writes nothing.",
    ]
    for row, title in ROWS.items():
        mine = [line for line in told if line.row == row]
        if mine:
            head += ["", f"## {title}", "", "| what was done | what was seen |", "|---|---|"]
            head += [f"| {line.size} | {line.said} |" for line in mine]
    return "\n".join(head) + "\n"
