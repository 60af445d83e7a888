"""Row 7: due grants swept with a chained fact and a delivery each, beside one transaction per grant."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from consent.core.clocks import Announcement, Clock
from consent.models import Chain, Grant, Performer
from consent.services import expirations
from notifications import outbox
from notifications.models import Delivery
from tests import make
from tests.bench import seed
from tests.bench.board import Line, at_least, at_most, rate
from tests.bench.run import Run
from tests.bench.turns import Times

NOTE = (
    "Row by row is the same work in one transaction per grant, as a sweep is usually written. Facts are chained per performer,"
    " and the deliveries are those that the facts cause (performer in the app, studio by mail)."
)
QUIET = "With nothing to tell, the clocks of each grant are looked at and its next instant is written."
TOLD = """
    INSERT INTO consent_announcement (grant_id, code, effective_at, at)
    SELECT g.id, c.code, %s, %s FROM consent_grant g, unnest(%s) AS c (code) WHERE g.announce_at <= %s ON CONFLICT DO NOTHING
"""
DUE = timedelta(days=200)


def run(run: Run) -> Iterator[Line]:
    total = 1_000_000 if run.full else run.size(30_000, quick=300)
    due = 100_000 if run.full else run.size(6_000, quick=120)
    cast, now = make.cast(), make.NOW
    _fill(cast, total, due)
    single = run.size(100, quick=10)
    yield from _with_facts(run, now + DUE, due, single)
    yield from _without_facts(run, now + DUE, due, single)
    yield _plans(now + DUE)


def _fill(cast: make.Cast, total: int, due: int) -> None:
    """One grant for each performer; ``due`` of them end by ``NOW + DUE``, the others stay as they are."""
    grant = make.granted(cast.northlight, cast.imani)
    seed.copies(cast.imani.performer, total, user_id="NULL", professional_name="'Performer ' || n")
    owner = "JOIN consent_performer p ON p.ref = 'P-' || lpad(n::text, 10, '0')"
    seed.copies(grant.use_request, total, source=owner, performer_id="p.id")
    asked = f"{owner} JOIN consent_userequest r ON r.ref = 'R-' || lpad(n::text, 10, '0')"
    end = f"own.issued_at + interval '{DUE.days - 20} days' + n * interval '1 second'"
    seed.copies(
        grant, total, source=asked, performer_id="p.id", use_request_id="r.id",
        announce_at=f"CASE WHEN n <= {due} THEN {end} ELSE own.issued_at + interval '900 days' END",
    )  # fmt: skip
    chain = Chain.objects.get(performer=cast.imani.performer)
    seed.copies(chain, total, source=owner, performer_id="p.id", head_seq="0")
    Grant.objects.filter(pk=grant.pk).update(announce_at=None)
    seed.analyze()


def _with_facts(run: Run, now: datetime, due: int, single: int) -> Iterator[Line]:
    rounds = 2 if run.quick else 4
    share, ours, theirs, swept = due // (rounds + 1), [], [], 0
    outbox.dispatch_all(clock=lambda: now)
    for _round in range(rounds):
        began = time.perf_counter()
        for _ in range(single):
            _row_by_row(now)
        theirs.append((time.perf_counter() - began) / single)
        began, swept = time.perf_counter(), 0
        while swept < share - single:
            swept += expirations._announce(expirations._due_grants(now), now).looked_at
        outbox.dispatch_all(clock=lambda: now)
        ours.append((time.perf_counter() - began) / swept)
    told = Delivery.objects.count()
    mine, peer = Times(tuple(ours)), Times(tuple(theirs))
    yield Line(
        7, f"{swept * rounds:,} due grants, chained facts and {told:,} deliveries", "row by row, the same", rate(mine.per_second),
        rate(peer.per_second), peer.over(mine), at_least(10), NOTE,
    )  # fmt: skip


def _row_by_row(now: datetime) -> None:
    """One grant and what is told of it, as where each row is a job of its own."""
    expirations._announce(expirations._due_grants(now)[:1], now)
    outbox.dispatch(now=now, size=10)


def _without_facts(run: Run, now: datetime, due: int, single: int) -> Iterator[Line]:
    """What is due but not worth telling: the sweep's own share, no ledger and no deliveries."""
    rounds = 2 if run.quick else 4
    _make_due_again(now, due)
    ours, theirs, share = [], [], due // (rounds + 1)
    for _round in range(rounds):
        began = time.perf_counter()
        for pk in expirations._due_grants(now)[:single]:
            _saved(pk, now)
        theirs.append((time.perf_counter() - began) / single)
        began, swept = time.perf_counter(), 0
        while swept < share - single:
            swept += expirations._announce(expirations._due_grants(now), now).looked_at
        ours.append((time.perf_counter() - began) / swept)
    mine, peer = Times(tuple(ours)), Times(tuple(theirs))
    yield Line(
        7, f"{due:,} due grants with nothing to tell", "row by row, looked at and saved", rate(mine.per_second),
        rate(peer.per_second), peer.over(mine), at_least(50), QUIET,
    )  # fmt: skip


def _make_due_again(now: datetime, due: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE consent_grant SET announce_at = issued_at + interval '1 day' WHERE id IN"
            " (SELECT id FROM consent_grant WHERE announce_at > %s ORDER BY id LIMIT %s)",
            [now, due],
        )
        told = [
            code.value
            for code in Announcement
            if code.clock is not Clock.EXPLOIT and code is not Announcement.DESTROY_DUE
        ]
        cursor.execute(TOLD, [now, now, told, now])
    seed.analyze()


@transaction.atomic
def _saved(pk: int, now: datetime) -> None:
    """A row locked, looked at and saved whole, as a sweep is usually written."""
    Performer.objects.select_for_update().get(grants=pk)
    grant = (
        Grant.objects.select_for_update(of=("self",))
        .select_related("performer", "studio", "production", "use_request")
        .get(pk=pk)
    )
    done = set(grant.announcements.values_list("code", flat=True))
    _due, later = expirations._due_of(grant, done, now)
    grant.announce_at = later
    grant.save()


def _plans(now: datetime) -> Line:
    """Sequential scans of the large tables in the statements of one batch."""
    _make_due_again(now, 500)
    with CaptureQueriesContext(connection) as said:
        expirations._announce(expirations._due_grants(now), now)
    scans = 0
    with connection.cursor() as cursor:
        for query in said.captured_queries:
            if re.match(r"(SELECT|UPDATE|INSERT|WITH)\b", query["sql"].strip()):
                cursor.execute(f"EXPLAIN {query['sql']}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                scans += len(
                    re.findall(r"Seq Scan on consent_(?:grant|announcement|performer|chain|fact|userequest)\b", plan)
                )
    return Line(
        7, "sequential scans in the statements of one batch", "none", str(scans), "0", (float(scans),), at_most(0)
    )
