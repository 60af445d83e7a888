"""The bench's own proof: goals weigh as they say, the page and the data agree, and the smallest run ends. Nothing is timed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import board, row01_decide
from tests.bench.board import Line, at_least, at_most
from tests.bench.run import Run
from tests.bench.turns import Times


@pytest.mark.parametrize(
    ("goal", "ratio", "met"),
    [(at_least(20), 20.0, True), (at_least(20), 19.9, False), (at_most(1.2), 1.2, True), (at_most(1.2), 1.3, False)],
)
def test_a_goal_is_met_from_its_bound_on(goal: board.Goal, ratio: float, met: bool) -> None:
    assert goal.met(ratio) is met


def test_the_median_of_the_rounds_counts() -> None:
    line = Line(1, "case", "peer", "1/s", "2/s", (9.0, 30.0, 21.0), at_least(20))
    assert (line.ratio, line.met) == (21.0, True)
    assert Times((2.0, 4.0)).over(Times((1.0, 1.0))) == (2.0, 4.0)


def test_page_and_data_say_the_same(tmp_path: Path) -> None:
    lines = [
        Line(1, "quick case", "Cedar", "100/s", "5/s", (19.0, 21.0, 20.0), at_least(20), "A note."),
        Line(9, "slow case", "pyvips", "3 s", "2 s", (1.5,), at_most(1.2)),
        Line(9, "to be read", "floor", "3 s", "1 s", (3.0,)),
    ]
    page, data = tmp_path / "docs" / "BENCH.md", tmp_path / "var" / "bench.json"
    board.write(lines, {"date": "2026-06-11"}, ["Row 4 waits."], page_to=page, data_to=data)
    told = page.read_text()
    assert "| quick case | 100/s | Cedar | 5/s | 20 | ≥ 20 | yes | 19 to 21 |" in told
    assert "| slow case | 3 s | pyvips | 2 s | 1.5 | ≤ 1.2 | **no** |  |" in told
    assert "goals met: 1 of 2" in told
    assert "A note." in told
    assert "Row 4 waits." in told
    kept = json.loads(data.read_text())
    assert [(each["row"], each["goal"], each["met"]) for each in kept] == [
        (1, "≥ 20", True),
        (9, "≤ 1.2", False),
        (9, None, None),
    ]
    assert {"row", "case", "peer", "ratio", "goal", "met"} <= set(kept[0])


def test_the_quick_run_of_the_first_row_ends() -> None:
    """Peers that are not installed here are left out, and said to be."""
    run = Run(quick=True)
    lines = list(row01_decide.run(run))
    assert {line.row for line in lines} == {1}
    assert all(line.ratio > 0 for line in lines)
    assert lines[-1].goal == at_most(5)
