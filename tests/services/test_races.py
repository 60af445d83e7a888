"""Two doors at once: real concurrent connections, one outcome, no double grant, no second fact."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from consent.access import by_link
from consent.core.lifecycle import State
from consent.models import Decision, Fact, Grant, UseRequest
from consent.services import decisions, expirations, grants, ledger, use_requests
from consent.services.moves import Refused
from tests import make
from tests.make import NOW, Cast, at

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], object]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make.cast()


def at_once(*acts: Act) -> list[object]:
    """Run every act on a connection of its own, released by one barrier; a refusal is an outcome, any other error fails."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(number: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            outcomes[number] = act()
        except Refused as refusal:
            outcomes[number] = refusal
        except Exception as crash:
            outcomes[number] = crash
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    crashes = [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, Refused)]
    assert not crashes, crashes
    return outcomes


def settled(row: UseRequest, cast: Cast) -> UseRequest:
    """What stands, after checking that the chain is whole and no yes was counted twice."""
    assert ledger.verify(cast.imani.performer.chain) is None
    assert Decision.objects.filter(use_request=row, undone_at=None).count() <= 1
    assert Grant.objects.filter(use_request=row).count() <= 1
    return UseRequest.objects.get(pk=row.pk)


def facts(kind: str) -> int:
    return Fact.objects.filter(kind=kind).count()


def yes(row: UseRequest, cast: Cast, now: datetime = NOW) -> Act:
    actor = cast.imani.actor(now=now)
    return lambda: decisions.approve(
        row, revision=row.revision, digest=row.digest, nonce=uuid.uuid4(), as_exception=True, actor=actor, now=now
    )


def no(row: UseRequest, cast: Cast, now: datetime = NOW) -> Act:
    actor = by_link.actor(by_link.mint(row, cast.imani.user, now=now), now=now)
    return lambda: decisions.decline(
        row, revision=row.revision, digest=row.digest, nonce=uuid.uuid4(), actor=actor, now=now
    )


@pytest.mark.parametrize("round_", range(3))
def test_twelve_yeses_are_one_yes(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    answers = at_once(*[yes(row, cast) for _ in range(12)])
    assert len({getattr(answer, "pk", None) for answer in answers}) == 1
    assert settled(row, cast).state == State.HELD
    assert facts("use_request.approved") == 1


@pytest.mark.parametrize("round_", range(3))
def test_browser_yes_against_mail_no(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    at_once(yes(row, cast), no(row, cast), yes(row, cast), no(row, cast))
    # A no beats a held yes and nothing answers after a no: whoever came first, the no stands.
    assert settled(row, cast).state == State.DECLINED
    assert facts("use_request.declined") == 1


@pytest.mark.parametrize("round_", range(3))
def test_deadline_against_yes(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani, days=2)
    just_before = at(days=2) - timedelta(microseconds=1)
    at_once(yes(row, cast, just_before), *[lambda: expirations.sweep(now=at(days=2))] * 3)
    state = settled(row, cast).state
    assert (state, facts("use_request.lapsed"), facts("use_request.approved")) in [("LAPSED", 1, 0), ("HELD", 0, 1)]


@pytest.mark.parametrize("round_", range(3))
def test_amend_against_yes(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    studio = cast.northlight.actor()
    at_once(
        yes(row, cast),
        lambda: use_requests.amend(row, make.terms(channels=["STREAMING"]), revision=1, actor=studio, now=NOW),
    )
    stands = settled(row, cast)
    # Terms that changed need a new answer: a yes that came first is undone, one that came second is refused.
    assert (stands.state, stands.revision) == (State.PENDING, 2)
    assert facts("use_request.approved") == facts("use_request.taken_back")
    assert not Decision.objects.filter(use_request=row, undone_at=None).exists()


@pytest.mark.parametrize("round_", range(3))
def test_stop_against_yes(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    stop = cast.imani.actor()
    at_once(yes(row, cast), lambda: grants.stop_everything(cast.imani.performer, actor=stop, now=NOW))
    assert settled(row, cast).state == State.PENDING
    expirations.sweep(now=at(hours=1))
    assert not Grant.objects.exists()


@pytest.mark.parametrize("round_", range(3))
def test_five_sweeps_make_one_grant(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    at_once(*[lambda: expirations.sweep(now=at(minutes=10))] * 5)
    assert settled(row, cast).state == State.APPROVED
    assert Grant.objects.count() == 1
    assert facts("grant.issued") == 1


@pytest.mark.parametrize("round_", range(3))
def test_release_against_taking_back(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    actor = cast.imani.actor()
    at_once(
        lambda: expirations.sweep(now=at(minutes=10)),
        lambda: decisions.take_back(row, actor=actor, now=at(minutes=10) - timedelta(microseconds=1)),
    )
    stands = settled(row, cast)
    assert (stands.state, Grant.objects.count()) in [(State.APPROVED, 1), (State.PENDING, 0)]


@pytest.mark.parametrize("round_", range(5))
def test_withdrawal_by_the_studio_against_release(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    studio = cast.northlight.actor()
    outcomes = at_once(
        lambda: expirations.sweep(now=at(minutes=10)),
        lambda: use_requests.withdraw(row, revision=1, actor=studio, now=at(minutes=10)),
    )
    stands = settled(row, cast)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    told = (stands.state, Grant.objects.count(), facts("use_request.withdrawn"), facts("grant.issued"), len(refused))
    assert told in [(State.WITHDRAWN, 0, 1, 0, 0), (State.APPROVED, 1, 0, 1, 1)]


@pytest.mark.parametrize("round_", range(5))
def test_new_terms_against_release(cast: Cast, round_: int) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    studio, other = cast.northlight.actor(), make.terms(channels=["STREAMING"])
    outcomes = at_once(
        lambda: expirations.sweep(now=at(minutes=10)),
        lambda: use_requests.amend(row, other, revision=1, actor=studio, now=at(minutes=10)),
        lambda: expirations.sweep(now=at(minutes=10)),
    )
    stands = settled(row, cast)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    told = (stands.state, stands.revision, Grant.objects.count(), facts("use_request.amended"), len(refused))
    assert told in [(State.PENDING, 2, 0, 1, 0), (State.APPROVED, 1, 1, 0, 1)]
    assert all(grant.digest == row.digest for grant in Grant.objects.all())


def test_many_facts_on_one_chain_keep_their_order(cast: Cast) -> None:
    rows = [make.pending(cast.northlight, cast.imani) for _ in range(8)]
    at_once(*[yes(row, cast) for row in rows], *[lambda: expirations.sweep(now=NOW)] * 2)
    assert ledger.verify(cast.imani.performer.chain) is None
    assert facts("use_request.approved") == 8


def test_two_withdrawals_are_one(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    actor = cast.imani.actor()
    at_once(*[lambda: grants.withdraw(grant, actor=actor, now=at(days=30))] * 4)
    assert facts("grant.withdrawn") == 1
