"""Answers from an old page, a second window or a reopened no: none of them is a yes that somebody did not give."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from consent.core.lifecycle import State
from consent.models import Decision, Offer, OfferSide, Performer, UseRequest, Visibility
from consent.queries import board
from consent.services import decisions, moves, use_requests
from consent.services.moves import Overtaken, Refused
from tests import make
from tests.make import NOW, Cast, at


def again(row: UseRequest) -> UseRequest:
    return UseRequest.objects.get(pk=row.pk)


def bound(row: UseRequest) -> dict[str, object]:
    fresh = again(row)
    return {"revision": fresh.revision, "digest": fresh.digest, "nonce": uuid.uuid4()}


def countered(cast: Cast) -> UseRequest:
    row = make.pending(cast.northlight, cast.imani)
    asked = row.terms
    mine = replace(asked, description=replace(asked.description, extent="One shot, and no more"))
    decisions.counter(row, mine, actor=cast.imani.actor(), now=at(hours=1), **bound(row))  # type: ignore[arg-type]
    return again(row)


def test_a_no_to_ones_own_counter_reopens_as_a_counter_that_only_the_studio_can_take(cast: Cast) -> None:
    row = countered(cast)
    decisions.decline(row, actor=cast.imani.actor(), now=at(hours=2), **bound(row))  # type: ignore[arg-type]
    decisions.reopen(row, actor=cast.imani.actor(), now=at(hours=3))
    assert again(row).state == State.COUNTERED
    assert Offer.objects.filter(use_request=row).latest("number").side == OfferSide.PERFORMER
    with pytest.raises(Overtaken):
        decisions.approve(row, as_exception=True, actor=cast.imani.actor(), now=at(hours=4), **bound(row))  # type: ignore[arg-type]
    use_requests.accept_counter(again(row), revision=2, actor=cast.northlight.actor(), now=at(hours=5))
    assert again(row).state == State.PENDING


def test_one_page_gives_one_answer(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    nonce = uuid.uuid4()
    make.approve(row, cast.imani, nonce=nonce)
    with pytest.raises(Overtaken):
        decisions.decline(
            row,
            revision=row.revision,
            digest=row.digest,
            nonce=nonce,
            actor=cast.imani.actor(),
            now=at(minutes=1),
        )
    assert Decision.objects.get().answer == "APPROVE"


def test_a_draft_that_changes_hands_while_it_is_sent_is_not_judged_by_the_first(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make.pending(cast.northlight, cast.imani)
    first = moves.lock_performer

    def meanwhile(performer_id: int) -> object:
        UseRequest.objects.filter(pk=row.pk).update(performer=None, state=State.DRAFT)
        return first(performer_id)

    monkeypatch.setattr(moves, "lock_performer", meanwhile)
    with pytest.raises(Overtaken):
        moves.lock(row)


def test_a_held_yes_moves_no_row_on_the_studios_board(cast: Cast) -> None:
    older = make.pending(cast.northlight, cast.imani)
    newer = make.pending(cast.northlight, cast.imani, now=at(hours=1))
    make.approve(older, cast.imani, now=at(hours=2))
    assert again(older).state == State.HELD

    def order() -> list[int]:
        cards = board.cards(older.studio, board.Shelf.WITH_PERFORMERS, now=at(hours=2))
        return [card.row.pk for card in cards]

    assert order() == [newer.pk, older.pk]
    decisions.take_back(again(older), actor=cast.imani.actor(), now=at(hours=2, minutes=1))
    assert order() == [newer.pk, older.pk]


def test_an_old_draft_does_not_reach_somebody_who_hid_since(cast: Cast) -> None:
    row = make.draft(cast.northlight, cast.imani)
    Performer.objects.filter(pk=cast.imani.performer.pk).update(visibility=Visibility.HIDDEN)
    with pytest.raises(Refused, match="NOT_TAKING_REQUESTS"):
        use_requests.submit(row, make.terms(), deadline_at=at(days=10), actor=cast.northlight.actor(), now=NOW)
    assert again(row).state == State.DRAFT


def test_terms_whose_time_is_over_are_not_sent(cast: Cast) -> None:
    row = make.draft(cast.northlight, cast.imani)
    past = make.terms(
        dates={
            "starts_on": "2020-01-01",
            "generate_until": "2020-06-30",
            "exploit_until": "2021-12-31",
            "destroy_by": "2020-07-30",
        }
    )
    with pytest.raises(Refused, match="DATES_OVER"):
        use_requests.submit(row, past, deadline_at=make.at(days=5), actor=cast.northlight.actor(), now=make.NOW)
