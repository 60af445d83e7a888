"""Row 2: one check that reads what it decides on, beside the rows of a site without compiled answers and one bare read."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from django.db import connection

from consent.core.compiled import mask_terms
from consent.models import Performer, PreferenceSet
from consent.queries import checks
from tests import make
from tests.bench import answers, seed
from tests.bench.board import Line, at_least, at_most, span
from tests.bench.engines import Rules
from tests.bench.peers.models import Rule
from tests.bench.run import Run
from tests.bench.turns import in_turns

NOTE = (
    "The ORM's way loads the performer's 40 rows and walks over them until the answer is known; the bare read fetches one row by"
    " its key through the driver, and does nothing with it."
)


def run(run: Run) -> Iterator[Line]:
    count = run.size(500, quick=20)
    ids = _fill(count)
    dice, asked = random.Random(2), itertools.cycle([mask_terms.__wrapped__(terms) for terms in answers.requests(50)])
    plain = itertools.cycle(answers.requests(50))
    connection.ensure_connection()
    driver = connection.connection

    def bare() -> object:
        with driver.cursor() as cursor:
            return cursor.execute("SELECT ref FROM consent_performer WHERE id = %s", [dice.choice(ids)]).fetchone()

    times = in_turns(
        {
            "ours": lambda: checks.check(dice.choice(ids), next(asked)),
            "orm": lambda: _by_rows(dice.choice(ids), next(plain)),
            "bare": bare,
        },
        rounds=run.rounds * 2, seconds=run.seconds,
    )  # fmt: skip
    ours = times["ours"]
    yield Line(
        2, "one check, 40 rules", "the ORM loading 40 rows", span(ours.median), span(times["orm"].median),
        times["orm"].over(ours), at_least(4), NOTE,
    )  # fmt: skip
    yield Line(
        2, "one check, 40 rules", "a read by key through the driver", span(ours.median), span(times["bare"].median),
        ours.over(times["bare"]), at_most(2),
    )  # fmt: skip


def fill_performers(count: int, *, name: str, start: int = 1) -> None:
    """Performers with 40 rules each, no two alike."""
    first = make.a_performer(f"{name}@example.org", "Imani Clarke")
    said = PreferenceSet.columns_of(answers.forty())
    PreferenceSet.objects.filter(performer=first.performer).update(**said)
    row = PreferenceSet.objects.get(performer=first.performer)
    seed.copies(first.performer, count, start, user_id="NULL", professional_name="'Performer ' || n")
    seed.copies(
        row, count, start,
        source="JOIN consent_performer p ON p.ref = 'P-' || lpad(n::text, 10, '0')",
        performer_id="p.id",
        compiled="jsonb_set(own.compiled, '{sets,0,8}', to_jsonb(n + 12))",
    )  # fmt: skip
    seed.analyze()


def _fill(count: int) -> list[int]:
    fill_performers(count, name="row2")
    ids = list(Performer.objects.filter(user=None).values_list("pk", flat=True))
    rules = Rules.of(answers.forty())
    stance = {True: "NEVER", False: "ASK"}
    each = [(field, code, stance[never]) for field, code, never in rules.closed]
    limits = [("months", rules.months), ("retention", rules.retention), ("exclusive", 0), ("countries", 0)]
    rows = [Rule(performer_id=pk, field=field, code=code, stance=said) for pk in ids for field, code, said in each]
    rows += [
        Rule(performer_id=pk, field=field, code="-", stance="ASK", limit=limit) for pk in ids for field, limit in limits
    ]
    Rule.objects.bulk_create(rows, batch_size=5_000)
    seed.analyze()
    return ids


def _by_rows(performer_id: int, terms: object) -> str:
    """DECLINE, ASK or ALLOW out of rows, the first NEVER on a use winning."""
    asked = {
        name: {code.value for code in getattr(terms, name)}
        for name in ("uses", "channels", "modalities", "sensitivities")
    }
    dates, ask = terms.dates, False  # type: ignore[attr-defined]
    for rule in Rule.objects.filter(performer_id=performer_id):
        if rule.field in asked:
            hit = rule.code in asked[rule.field]
        elif rule.field == "months":
            hit = dates.months > rule.limit
        elif rule.field == "retention":
            hit = dates.retention_days > rule.limit
        else:
            hit = rule.field == "exclusive" and terms.exclusive  # type: ignore[attr-defined]
        if hit and rule.field == "uses" and rule.stance == "NEVER":
            return "DECLINE"
        ask = ask or hit
    return "ASK" if ask else "ALLOW"
