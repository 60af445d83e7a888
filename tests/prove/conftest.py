"""The proof run (`make prove`): each part prints what it did, and the whole run writes docs/PROOF.md.

The parts are pytest tests in ``prove_*.py``, which the everyday suite does not collect. They stand on the same servers,
and differ in size: ``size(reduced, full)`` picks the second number where the run was started with ``--full``.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.prove import paper

Tell = Callable[..., None]
Size = Callable[[int, int], int]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the full size of every proof, hours instead of minutes")
    parser.addoption("--paper", default="", help="write what was proven to this file, once everything has run")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """``tell("race", "60 requests x 12 actors", double_grants=0)``: a line of the paper; every figure is kept."""

    def said(row: str, size: str, **figures: int | float | str) -> None:
        record_property(paper.PROPERTY, [row, size, figures])

    return said


@pytest.fixture
def size(pytestconfig: pytest.Config) -> Size:
    return lambda reduced, full: full if pytestconfig.getoption("--full") else reduced


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    lines = paper.lines(report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ()))
    failed = [report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, ())]
    terminalreporter.section("proof")
    for line in lines:
        terminalreporter.write_line(f"{line.row:<14} {line.size:<44} {line.said}")
    target = config.getoption("--paper")
    if target and not failed:
        run = paper.Run(_commit(), datetime.now(UTC), full=config.getoption("--full"))
        Path(target).write_text(paper.written(lines, run))


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()
