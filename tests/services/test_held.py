"""A held yes: its window ends with the time to answer, and nothing that a studio does tells it of the yes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent.core.lifecycle import State
from consent.core.vocabulary import Stance, Use
from consent.models import Decision, Fact, Grant, Performer, UseRequest
from consent.queries import asked, board, dossier
from consent.services import decisions, expirations, ledger, use_requests
from consent.services.moves import Overtaken
from tests import make
from tests.make import NOW, Cast, at
from tests.services.test_decisions import again, allow_everything_asked, kinds

SHORTER = {"channels": ["STREAMING"]}


def held(cast: Cast, *, now: datetime = NOW) -> UseRequest:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani, now=now)
    return again(row)


def amend(row: UseRequest, cast: Cast, now: datetime) -> UseRequest:
    actor = cast.northlight.actor()
    return use_requests.amend(row, make.terms(**SHORTER), revision=row.revision, actor=actor, now=now)


def withdraw(row: UseRequest, cast: Cast, now: datetime) -> UseRequest:
    return use_requests.withdraw(row, revision=row.revision, actor=cast.northlight.actor(), now=now)


# --- The window ends with the time to answer -------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes_left", "held_for"), [(60, 10), (10, 10), (4, 4)])
def test_a_yes_is_held_until_the_deadline_at_the_latest(cast: Cast, minutes_left: int, held_for: int) -> None:
    said_at = at(days=10) - timedelta(minutes=minutes_left)
    row = held(cast, now=said_at)
    assert row.held_until == said_at + timedelta(minutes=held_for)
    expirations.sweep(now=row.held_until)
    assert again(row).state == State.APPROVED


def test_a_hold_of_a_day_never_outlives_the_time_to_answer(cast: Cast) -> None:
    Performer.objects.filter(pk=cast.imani.performer.pk).update(hold_minutes=1440)
    row = held(cast, now=at(days=9, hours=12))
    assert row.held_until == row.deadline_at == at(days=10)
    assert row.told_to_studio(at(days=10) - timedelta(seconds=1)) is State.PENDING
    expirations.sweep(now=at(days=10))
    assert again(row).told_to_studio(at(days=10)) is State.APPROVED


def test_taking_back_moves_no_date_that_the_studio_reads(cast: Cast) -> None:
    row = held(cast, now=at(days=9))
    decisions.take_back(row, actor=cast.imani.actor(), now=at(days=9, minutes=5))
    assert again(row).deadline_at == at(days=10)


def test_a_yes_that_a_never_undoes_after_the_deadline_can_still_be_answered(cast: Cast) -> None:
    row = held(cast, now=at(days=10) - timedelta(minutes=2))
    cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER, now=at(days=10) - timedelta(minutes=1))
    expirations.sweep(now=at(days=10))
    assert (again(row).state, again(row).deadline_at) == (State.PENDING, at(days=12))


# --- The studio's moves ----------------------------------------------------------------------------------------------


def test_withdrawing_takes_the_held_yes_with_it(cast: Cast) -> None:
    row = held(cast)
    withdraw(row, cast, at(minutes=3))
    stands = again(row)
    assert (stands.state, stands.held_until, stands.resolution) == (State.WITHDRAWN, None, "STUDIO")
    assert Decision.objects.get().undone_at == at(minutes=3)
    assert kinds(row)[-2:] == ["use_request.taken_back", "use_request.withdrawn"]
    assert expirations.sweep(now=at(hours=1))["released"] == 0
    assert not Grant.objects.exists()
    assert ledger.verify(cast.imani.performer.chain) is None


def test_new_terms_undo_the_held_yes_and_ask_anew(cast: Cast) -> None:
    row = held(cast)
    amend(row, cast, at(minutes=3))
    stands = again(row)
    assert (stands.state, stands.revision, stands.held_until, stands.decided_at, stands.resolution) == (
        State.PENDING,
        2,
        None,
        None,
        "",
    )
    assert Decision.objects.get().undone_at == at(minutes=3)
    assert kinds(row)[-2:] == ["use_request.taken_back", "use_request.amended"]
    assert expirations.sweep(now=at(hours=1))["released"] == 0
    make.approve(stands, cast.imani, now=at(hours=1))
    expirations.sweep(now=at(hours=2))
    assert Grant.objects.get().terms == make.terms(**SHORTER)


def test_a_yes_whose_window_is_over_but_untold_gives_way_as_well(cast: Cast) -> None:
    row = held(cast)
    withdraw(row, cast, at(hours=1))
    assert again(row).state == State.WITHDRAWN
    other = held(cast)
    amend(other, cast, at(hours=1))
    assert (again(other).state, again(other).revision) == (State.PENDING, 2)


def test_after_the_time_to_answer_no_new_terms_undo_a_yes(cast: Cast) -> None:
    row = held(cast, now=at(days=10) - timedelta(minutes=2))
    with pytest.raises(Overtaken):
        amend(row, cast, at(days=10))
    expirations.sweep(now=at(days=10))
    assert Grant.objects.get().digest == row.digest


def test_new_terms_that_the_preferences_allow_are_held_for_a_day_of_their_own(cast: Cast) -> None:
    row = held(cast)
    cast.imani.prefer(auto_approve=True)
    allow_everything_asked(cast)
    amend(row, cast, at(minutes=3))
    stands = again(row)
    assert (stands.state, stands.held_until) == (State.HELD, at(days=1, minutes=3))
    assert Decision.objects.get(undone_at=None).digest == stands.digest


def test_new_terms_that_a_never_meets_are_declined_and_the_yes_is_gone(cast: Cast) -> None:
    row = held(cast)
    cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER, now=at(minutes=1))
    amend(row, cast, at(minutes=3))
    assert again(row).state == State.DECLINED
    assert Decision.objects.get(undone_at=None).answer == "DECLINE"


@pytest.mark.parametrize("move", [withdraw, amend])
def test_neither_facts_nor_reads_of_the_studio_tell_of_the_yes(cast: Cast, move: object) -> None:
    waiting = make.pending(cast.northlight, cast.imani)
    yes = held(cast)
    for row in (waiting, yes):
        move(again(row), cast, at(minutes=3))  # type: ignore[operator]
    fact = Fact.objects.get(use_request=yes, kind="use_request.taken_back")
    assert '"capacity":"CLOCK"' in fact.header.replace(" ", "")
    seen = [asked.asked(again(row), now=at(minutes=4)) for row in (waiting, yes)]
    assert seen[0].state == seen[1].state
    assert seen[0].row.deadline_at == seen[1].row.deadline_at
    cards = board.cards(yes.studio, board.Shelf.OPEN, now=at(minutes=4))
    assert len({(card.told, card.row.deadline_at, card.row.changed_at) for card in cards}) <= 1


@pytest.mark.parametrize("move", [withdraw, amend])
def test_the_performers_page_says_that_the_yes_is_undone(cast: Cast, move: object) -> None:
    yes, waiting = held(cast), make.pending(cast.northlight, cast.imani)
    for row in (yes, waiting):
        move(again(row), cast, at(minutes=3))  # type: ignore[operator]
    assert dossier.dossier(again(yes), now=at(minutes=4)).yes_undone
    assert not dossier.dossier(again(waiting), now=at(minutes=4)).yes_undone
