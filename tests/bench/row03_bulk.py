"""Row 3: one set of terms against everybody, beside a loop of single checks; linear, and in flat memory."""

from __future__ import annotations

import resource
from collections.abc import Iterator

from consent.core.compiled import mask_terms
from consent.models import Performer
from consent.queries import checks
from tests import make
from tests.bench.board import Line, at_least, at_most, rate
from tests.bench.row02_read import fill_performers
from tests.bench.run import Run
from tests.bench.turns import once_each

NOTE = "No two performers have equal answers, so nothing is weighed only once. Memory is the rise of the process's largest size."
FIRST = 10_000_000


def run(run: Run) -> Iterator[Line]:
    count = run.size(100_000, quick=500)
    fill_performers(count, name="row3", start=FIRST)
    masked = mask_terms.__wrapped__(make.terms())
    ids = list(Performer.objects.filter(ref__gte=f"P-00{FIRST}", user=None).values_list("pk", flat=True))
    sample, tenth = ids[:: max(1, count // 1_000)], ids[: count // 10]
    list(checks.check_all(tenth, masked))
    before = _megabytes()

    def everybody() -> int:
        return sum(1 for _ in checks.check_all(ids, masked))

    def one_by_one() -> int:
        for pk in sample:
            checks.check(pk, masked)
        return len(sample)

    cases = {"all": everybody, "loop": one_by_one, "tenth": lambda: sum(1 for _ in checks.check_all(tenth, masked))}
    times = once_each(cases, rounds=2 if run.quick else 5)
    risen = _megabytes() - before
    ours = times["all"]
    yield Line(
        3, f"{count:,} performers", "a loop of single checks", rate(ours.per_second), rate(times["loop"].per_second),
        times["loop"].over(ours), at_least(15), NOTE,
    )  # fmt: skip
    yield Line(
        3, "time for each at ten times the number", f"itself with {count // 10:,}", rate(ours.per_second),
        rate(times["tenth"].per_second), ours.over(times["tenth"]), at_most(1.3),
    )  # fmt: skip
    yield Line(3, "memory taken, MB", "a budget", f"{risen:.0f} MB", "32 MB", (risen,), at_most(32))


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
