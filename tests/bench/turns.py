"""Cases timed in turns (A B A B ...), so that a slow minute of the machine falls on all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]
LEAST_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds per item, one figure a round; the same place in two of them was measured side by side."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def per_second(self) -> float:
        return 1 / self.median

    def over(self, other: Times) -> tuple[float, ...]:
        """How many times as long as the other, round by round."""
        return tuple(own / theirs for own, theirs in zip(self.rounds, other.rounds, strict=True))


def in_turns(
    cases: Mapping[str, Work],
    *,
    rounds: int,
    seconds: float = 0.15,
    items: Mapping[str, int] | int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Times]:
    """Call every case again and again for about ``seconds`` a turn. ``items``: how many things one call does."""
    repeats = {name: _repeats(work, seconds, clock) for name, work in cases.items()}
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _round in range(rounds):
        for name, work in cases.items():
            found[name].append(_turn(work, repeats[name], clock))
    count = items if isinstance(items, Mapping) else dict.fromkeys(cases, items)
    return {name: Times(tuple(each / count[name] for each in all_)) for name, all_ in found.items()}


def once_each(
    cases: Mapping[str, Callable[[], int]], *, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, Times]:
    """For work that is long, and prepared anew each time: a case returns how many items it did, and is called once a round.

    A case that has to prepare something returns ``(items, seconds)`` instead and is taken at its word.
    """
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _round in range(rounds):
        for name, work in cases.items():
            gc.collect()
            began = clock()
            done = work()
            took = clock() - began
            items, took = done if isinstance(done, tuple) else (done, took)
            found[name].append(took / items)
    return {name: Times(tuple(each)) for name, each in found.items()}


def _turn(work: Work, repeats: int, clock: Callable[[], float]) -> float:
    gc.collect()
    began = clock()
    for _ in range(repeats):
        work()
    return (clock() - began) / repeats


def _repeats(work: Work, seconds: float, clock: Callable[[], float]) -> int:
    """How many calls fill a turn; finding out also warms the case up."""
    work()
    repeats = 1
    while (took := _turn(work, repeats, clock) * repeats) < min(LEAST_SECONDS, seconds):
        repeats *= 4
    return max(1, round(seconds * repeats / took))
