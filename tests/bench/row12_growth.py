"""Row 12: the hot reads and writes again at 10 and 100 times the rows; the plan of every hot statement is kept in docs/."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.core.actor import Actor
from consent.core.compiled import mask_terms
from consent.models import Chain, Fact, Performer, PreferenceSet, Studio
from consent.queries import checks, inbox, roster
from consent.queries.inbox import View
from consent.services import expirations, ledger
from notifications import delivery, outbox
from notifications.models import Delivery
from tests import make
from tests.bench import board, seed
from tests.bench.board import Line, at_most, span
from tests.bench.row08_ledger import saying
from tests.bench.run import Run
from tests.bench.turns import Times, in_turns

STEPS = (1, 10, 100)
PLANS = board.ROOT / "docs" / "EXPLAIN.md"
LARGE = (
    "performer",
    "preferenceset",
    "userequest",
    "grant",
    "fact",
    "factpayload",
    "chain",
    "outgoing",
    "announcement",
)
SCAN = re.compile(rf"Seq Scan on (?:consent_(?:{'|'.join(LARGE)})|notifications_delivery)\b")
NOTE = (
    "One database grows while it is used: each step adds performers, their answers, requests, grants, chains and ten facts each, and"
    " the same operations are timed again on rows picked at random. FULL=1 goes to 1,000,000 performers and 10,000,000 facts."
)
INTRODUCTION = (
    "Written by `make bench`; not edited by hand. The plan of every statement behind a hot operation, on {performers:,} performers"
    " and {facts:,} facts. A scan of a whole large table is marked.\n"
)
Works = dict[str, Callable[[], object]]


def run(run: Run) -> Iterator[Line]:
    base = 10_000 if run.full else run.size(1_000, quick=30)
    steps = STEPS[:2] if run.quick else STEPS
    town = _Town()
    found: dict[int, dict[str, Times]] = {}
    for step in steps:
        town.grow(base * step)
        found[step] = in_turns(town.works(), rounds=run.rounds, seconds=run.seconds)
    for name in found[1]:
        for step in steps[1:]:
            ours, before = found[step][name], found[1][name]
            yield Line(
                12, f"{name}, {base * step:,} performers", f"itself with {base:,}", span(ours.median), span(before.median),
                (ours.median / before.median,), at_most(1.3), NOTE,
            )  # fmt: skip
    scans, page = _plans(town)
    if not run.quick:
        PLANS.write_text(page)
    yield Line(
        12,
        f"sequential scans in hot statements at {town.size:,} performers",
        "none",
        str(scans),
        "0",
        (float(scans),),
        at_most(0),
    )


class _Town:
    """A site that grows. Everybody has one request that waits, one grant, and ten facts; the studio knows them all."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.cast = make.cast()
        self.grant = make.granted(self.cast.northlight, self.cast.imani, now=make.NOW)
        self.waits = make.pending(self.cast.northlight, self.cast.imani, now=self.now, days=10)
        Performer.objects.filter(pk=self.cast.imani.performer.pk).update(visibility="VERIFIED_STUDIOS")
        self.masked = mask_terms(make.terms())
        self.dice = random.Random(12)
        self.size = 0
        outbox.dispatch_all(clock=timezone.now)

    def grow(self, size: int) -> None:
        """Up to ``size`` performers in all."""
        start, count = self.size + 1, size - self.size
        more = {"start": start, "count": count}
        imani = self.cast.imani.performer
        imani.refresh_from_db()
        self._copies(imani, more, user_id="NULL", professional_name="'Performer ' || md5(n::text)")
        owner = "JOIN consent_performer p ON p.ref = 'P-' || lpad(n::text, 10, '0')"
        self._copies(PreferenceSet.objects.get(performer=imani, current=True), more, owner, performer_id="p.id")
        self._copies(
            Chain.objects.get(performer=imani),
            more,
            owner,
            performer_id="p.id",
            head_seq="10",
            head_hash="repeat('0', 64)",
        )
        wait = "own.deadline_at + (n %% 1000) * interval '1 minute'"
        self._copies(self.waits, more, owner, performer_id="p.id", deadline_at=wait)
        asked = f"{owner} JOIN consent_userequest r ON r.ref = 'R-' || lpad(n::text, 10, '0')"
        later = "own.issued_at + interval '900 days' + n * interval '1 second'"
        self._copies(self.grant, more, asked, performer_id="p.id", use_request_id="r.id", announce_at=later)
        owner_of_ten = "JOIN consent_performer p ON p.ref = 'P-' || lpad(((n - 1) / 10 + 1)::text, 10, '0')"
        chained = f"{owner_of_ten} JOIN consent_chain c ON c.performer_id = p.id"
        fact = Fact.objects.filter(chain__performer=imani).order_by("pk")[0]
        tenfold = {"start": (start - 1) * 10 + 1, "count": count * 10}
        self._copies(
            fact, tenfold, chained, chain_id="c.id", seq="(n - 1) %% 10 + 1", use_request_id="NULL", studio_id="NULL"
        )
        told = Delivery.objects.filter(channel="INAPP").order_by("pk")[0]
        self._copies(
            told, more, "JOIN consent_fact f ON f.ref = 'L-' || lpad(n::text, 10, '0')",
            fact_id="f.id", message_id="md5(n::text)", state="'SENT'", use_request_id="NULL",
        )  # fmt: skip
        self.size = size
        seed.analyze()
        self.ids = list(Performer.objects.filter(user=None).values_list("pk", flat=True))

    @staticmethod
    def _copies(row: object, more: dict[str, int], source: str = "", **columns: str) -> None:
        seed.copies(row, more["count"], more["start"], source=source, **columns)  # type: ignore[arg-type]

    def somebody(self) -> Performer:
        return Performer.objects.get(pk=self.dice.choice(self.ids))

    def works(self) -> Works:
        """Every hot operation, on somebody picked at random."""
        studio = Studio.objects.get(pk=self.cast.northlight.studio.pk)
        actor, numbers, now = Actor.clock(), itertools.count(), timezone.now()

        def append() -> None:
            with transaction.atomic():
                ledger.record_all([saying(self.somebody(), next(numbers))], actor=actor, now=now)

        def wait() -> object:
            return inbox.requests([self.somebody()], View.WAITING, now=now)

        return {
            "check": lambda: checks.check(self.dice.choice(self.ids), self.masked),
            "inbox": wait,
            "inbox counts": lambda: inbox.counts([self.somebody()], now=now),
            "append a fact": append,
            "find by reference": lambda: roster.search(studio, text=f"P-{self.dice.randrange(1, self.size):010}"),
            "list of performers": lambda: roster.search(studio, page=1),
            "due grants": lambda: expirations._due_grants(now + timedelta(days=1)),
            "due mails": lambda: delivery.claim(now=now - timedelta(days=900)),
            "facts to dispatch": lambda: outbox.dispatch(now=now),
        }


def _plans(town: _Town) -> tuple[int, str]:
    """How many sequential scans of large tables there are, and the page that shows every plan."""
    parts = [
        "# How the database answers\n",
        INTRODUCTION.format(performers=town.size, facts=town.size * 10),
    ]
    scans = 0
    for name, work in town.works().items():
        with CaptureQueriesContext(connection) as said:
            work()
        parts.append(f"\n## {name.capitalize()}\n")
        for query in dict.fromkeys(each["sql"] for each in said.captured_queries):
            if not re.match(r"(SELECT|UPDATE|INSERT|DELETE|WITH)\b", query.strip()):
                continue
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
            found = len(SCAN.findall(plan))
            scans += found
            shown = re.sub(r"\s+", " ", query)
            parts.append(f"```sql\n{shown[:400]}{' ...' if len(shown) > 400 else ''}\n```\n\n```\n{plan[:3000]}\n```\n")
            parts += ["**A whole large table is read.**\n"] if found else []
    return scans, "\n".join(parts)
