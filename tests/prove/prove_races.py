"""Twelve people and clocks at one request in the same moment, on connections of their own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from consent.core.lifecycle import State
from consent.models import Decision, Fact, Grant, UseRequest
from consent.services import decisions, expirations, grants, ledger, use_requests
from consent.services.moves import Refused
from tests import make
from tests.make import NOW, Cast, at
from tests.prove.conftest import Size, Tell
from tests.services.test_races import Act, at_once, no, yes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]
ACTORS = 12


def acts(row: UseRequest, cast: Cast) -> dict[str, Callable[[], Act]]:
    studio, imani = cast.northlight.actor(), cast.imani.actor()
    other = make.terms(channels=["STREAMING"])
    return {
        "yes": lambda: yes(row, cast),
        "no": lambda: no(row, cast),
        "amend": lambda: lambda: use_requests.amend(row, other, revision=1, actor=studio, now=NOW),
        "withdraw": lambda: lambda: use_requests.withdraw(row, revision=1, actor=studio, now=NOW),
        "take back": lambda: lambda: decisions.take_back(row, actor=imani, now=NOW),
        "late withdrawal": lambda: lambda: use_requests.withdraw(row, revision=1, actor=studio, now=at(minutes=10)),
        "late amend": lambda: lambda: use_requests.amend(row, other, revision=1, actor=studio, now=at(minutes=10)),
        "release": lambda: lambda: expirations.sweep(now=at(minutes=10)),
        "sweep": lambda: lambda: expirations.sweep(now=NOW + timedelta(seconds=1)),
        "late sweep": lambda: lambda: expirations.sweep(now=at(days=30)),
        "stop": lambda: lambda: grants.stop_everything(cast.imani.performer, actor=imani, now=NOW),
        "start": lambda: lambda: grants.start_again(cast.imani.performer, actor=imani, now=NOW),
    }


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_twelve_at_once(tell: Tell, size: Size) -> None:
    rounds = size(60, 2_000)
    dice = random.Random(927)
    cast = make.cast()
    ends: Counter[str] = Counter()
    refused = 0
    before = deadlocks()
    for _ in range(rounds):
        grants.start_again(cast.imani.performer, actor=cast.imani.actor(), now=NOW)
        row = make.pending(cast.northlight, cast.imani)
        choices = acts(row, cast)
        chosen = [choices[dice.choice(list(choices))]() for _ in range(ACTORS)]
        refused += sum(isinstance(outcome, Refused) for outcome in at_once(*chosen))
        stands = UseRequest.objects.get(pk=row.pk)
        assert Decision.objects.filter(use_request=row, undone_at=None).count() <= 1
        assert Grant.objects.filter(use_request=row).count() == (stands.state == State.APPROVED)
        assert Fact.objects.filter(use_request=row, kind="grant.issued").count() <= 1
        ends[stands.state] += 1
    assert ledger.verify(cast.imani.performer.chain) is None
    tell(
        "race",
        f"{rounds:,} requests x {ACTORS} actors at once",
        double_grants=0,
        errors=0,
        deadlocks=deadlocks() - before,
        refused_with_a_sentence=refused,
        ended_as=", ".join(f"{state} {count}" for state, count in sorted(ends.items())),
    )
    assert deadlocks() == before
