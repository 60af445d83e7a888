"""Row 8: a change with its chained fact beside a plain save and two history libraries; batches, verifying and proofs."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.db import transaction

from consent.core import chain as links
from consent.core.actor import Actor
from consent.models import Performer
from consent.services import ledger
from consent.services.ledger import Saying
from tests.bench.board import Line, at_least, at_most, figure, rate, span
from tests.bench.peers.models import Audited, Historic, Plain
from tests.bench.run import Run
from tests.bench.turns import Times, in_turns

NOW = datetime(2026, 6, 11, 9, 30, tzinfo=UTC)
BATCH = 200
NOTE = (
    "A change is one row saved in a transaction of its own; ours adds the fact, its payload, its place in the outbox and the new"
    " head of the chain. Everything waits for the disk."
)
FLOOR = (
    "The floor of verifying hashes the same bytes once more from memory: one SHA-256 and one HMAC a fact, no database."
)


def run(run: Run) -> Iterator[Line]:
    yield from _appends(run)
    yield from _batches(run)
    yield from _verifies(run)
    yield from _proves(run)


def performer(name: str) -> Performer:
    row = Performer.objects.create(professional_name=name)
    ledger.open_chain(performer=row)
    return row


def saying(owner: Performer, number: int) -> Saying:
    """A fact of the usual size (some 300 bytes), of a kind that nobody is told of."""
    said = {
        "request": "R-7Q4M2K9D0X",
        "revision": number % 9,
        "performer": "Imani Clarke",
        "studio": "Northlight Pictures",
    }
    said |= {"production": "The Salt Road", "uses": ["AGE_CHANGE"], "digest": "9f" * 32, "deadline_at": NOW.isoformat()}
    return Saying(kind="bench.saved", performer=owner, subject_ref="G-7Q4M2K9D0X", payload=said)


def _appends(run: Run) -> Iterator[Line]:
    owner = performer("Append")
    rows = {model: model.objects.create(ref="X-1") for model in (Plain, Historic, Audited)}
    counter = itertools.count()

    def save(model: type[Plain | Historic | Audited]) -> None:
        row = rows[model]
        row.text = f"change {next(counter)}"
        row.save()

    @transaction.atomic
    def plainly() -> None:
        save(Plain)

    @transaction.atomic
    def with_fact() -> None:
        save(Plain)
        ledger.record_all([saying(owner, 1)], actor=Actor.clock(), now=NOW)

    cases: dict[str, Callable[[], object]] = {"ours": with_fact, "plain": plainly}
    for name, title, model in (
        ("simple_history", "django-simple-history", Historic),
        ("auditlog", "django-auditlog", Audited),
    ):
        if run.peer(name):
            cases[title] = transaction.atomic(lambda model=model: save(model))
    times = in_turns(cases, rounds=run.rounds * 2, seconds=run.seconds * 2)
    ours = times.pop("ours")
    for peer, theirs in times.items():
        goal = at_most(1.7) if peer == "plain" else at_most(1)
        title = "a plain save" if peer == "plain" else peer
        yield Line(
            8,
            "a change with its chained fact",
            title,
            span(ours.median),
            span(theirs.median),
            ours.over(theirs),
            goal,
            NOTE,
        )


def _batches(run: Run) -> Iterator[Line]:
    owner = performer("Batch")
    one, many = [saying(owner, 1)], [saying(owner, number) for number in range(BATCH)]

    def record(sayings: list[Saying]) -> Callable[[], object]:
        return transaction.atomic(lambda: ledger.record_all(sayings, actor=Actor.clock(), now=NOW))

    times = in_turns(
        {"single": record(one), "batch": record(many)},
        rounds=run.rounds, seconds=run.seconds * 2, items={"single": 1, "batch": BATCH},
    )  # fmt: skip
    yield _faster(8, f"facts appended {BATCH} at once", "one by one", times["batch"], times["single"], at_least(5))


def _faster(row: int, case: str, peer: str, ours: Times, theirs: Times, goal: object, note: str = "") -> Line:
    return Line(row, case, peer, rate(ours.per_second), rate(theirs.per_second), theirs.over(ours), goal, note)  # type: ignore[arg-type]


def _verifies(run: Run) -> Iterator[Line]:
    owner, count = performer("Verify"), run.size(20_000, quick=400)
    for start in range(0, count, BATCH):
        with transaction.atomic():
            batch = [saying(owner, number) for number in range(start, start + BATCH)]
            ledger.record_all(batch, actor=Actor.clock(), now=NOW)
    chain = owner.chain
    held = [(b"\x00" * 80 + entry.header, entry.salt, entry.payload) for entry in ledger._entries(chain)]

    def hashes() -> None:
        for linked, salt, payload in held:
            hashlib.sha256(linked).hexdigest()
            hmac.digest(salt, payload, "sha256").hex()

    def verify() -> None:
        if ledger.verify(chain) is not None:
            raise AssertionError("the chain does not hold")

    times = in_turns({"ours": verify, "floor": hashes}, rounds=run.rounds, seconds=run.seconds, items=count)
    yield _faster(
        8,
        f"{count:,} stored facts verified",
        "hashing alone (floor)",
        times["ours"],
        times["floor"],
        at_least(0.15),
        FLOOR,
    )


def _proves(run: Run) -> Iterator[Line]:
    size = run.size(1_000_000, quick=1_000)
    leaves = [number.to_bytes(32, "big") for number in range(size)]
    tree, dice = links.Tree(leaves), random.Random(4)
    place = dice.randrange(size)
    if not links.verify_inclusion(leaves[place], place, size, tree.proof(place), tree.root):
        raise AssertionError("the proof does not hold")
    times = in_turns({"ours": lambda: tree.proof(dice.randrange(size))}, rounds=run.rounds, seconds=run.seconds)
    ratios = tuple(each / 1e-3 for each in times["ours"].rounds)
    yield Line(
        8,
        f"a proof out of {figure(size)} facts",
        "a millisecond",
        span(times["ours"].median),
        "1 ms",
        ratios,
        at_most(1),
    )
