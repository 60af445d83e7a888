"""docs/ASVS.md judges every requirement of the two levels once, adds up, and names tests and files that exist."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "ASVS.md").read_text()
ROWS = re.findall(
    r"^\| (V\d+\.\d+\.\d+) \| (.+?) \| ([12]) \| (met|partly|not met|n/a) \| (.+) \|$", TEXT, re.MULTILINE
)
REQUIREMENTS = {"1": 70, "2": 183}
"""How many ASVS 5.0.0 has at each level."""


def test_every_requirement_is_judged_once() -> None:
    assert not [name for name, count in Counter(row[0] for row in ROWS).items() if count > 1]
    assert Counter(row[2] for row in ROWS) == REQUIREMENTS
    assert TEXT.count("\n| V") == len(ROWS), "a row has an unknown judgement"


@pytest.mark.parametrize("level", ["1", "2"])
def test_the_sums_are_right(level: str) -> None:
    counted = Counter(row[3] for row in ROWS if row[2] == level)
    said = re.findall(rf"^\| L{level} \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", TEXT, re.MULTILINE)
    assert [tuple(str(counted[each]) for each in ("met", "partly", "not met", "n/a"))] == said


def test_what_is_named_exists() -> None:
    named = set(re.findall(r"`((?:consent|portal|notifications|docs|tests|templates|static|\.ci)/[^` ]+)`", TEXT))
    assert len(named) > 40
    assert not sorted(name for name in named if not (ROOT / name).exists())
