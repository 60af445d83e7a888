"""Tiers: what an act needs and what a door has proven, exactly as promises.md says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest

from consent.core.actor import Actor, Door, Step, Tier, tier_needed, tier_reached
from consent.core.lifecycle import Action
from consent.core.roles import Authority, Capacity, Right
from consent.core.vocabulary import Level

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACTS = [*Action, *Step]
REFUSING = [
    Step.READ,
    Step.QUESTION,
    Step.FORWARD,
    Step.NOT_NOW,
    Step.WITHDRAW_GRANT,
    Step.STOP,
    Action.DECLINE,
    Action.TAKE_BACK,
    Action.REOPEN,
    Action.WITHDRAW,
]


def needed(act, *, heightened=False, exclusive=False, capacity=Capacity.PERFORMER, level=Level.FINISH):
    return tier_needed(act, heightened=heightened, exclusive=exclusive, capacity=capacity, level=level)


def person(door=Door.BROWSER, *, reauthenticated=None, second_factor=None, **fields):
    def ago(minutes):
        return None if minutes is None else NOW - timedelta(minutes=minutes)

    return Actor(
        capacity=Capacity.PERFORMER,
        door=door,
        user_id=7,
        reauthenticated_at=ago(reauthenticated),
        second_factor_at=ago(second_factor),
        **fields,
    )


def reached(actor, *, enrolled=True, **more):
    return tier_reached(actor, now=NOW, second_factor_enrolled=enrolled, **more)


@pytest.mark.parametrize(
    ("act", "tier"),
    [
        (Step.READ, Tier.T0),
        (Step.QUESTION, Tier.T1),
        (Step.FORWARD, Tier.T1),
        (Step.NOT_NOW, Tier.T1),
        (Step.WITHDRAW_GRANT, Tier.T1),
        (Step.STOP, Tier.T1),
        (Action.DECLINE, Tier.T1),
        (Action.TAKE_BACK, Tier.T1),
        (Action.REOPEN, Tier.T1),
        (Action.WITHDRAW, Tier.T1),
        (Action.RELEASE, Tier.T1),
        (Action.LAPSE, Tier.T1),
        (Action.SUBMIT, Tier.T2),
        (Action.AMEND, Tier.T2),
        (Action.ACCEPT_COUNTER, Tier.T2),
        (Action.COUNTER, Tier.T2),
        (Action.APPROVE, Tier.T2),
    ],
)
def test_plain_terms(act, tier):
    assert needed(act) is tier


def test_tiers_are_stored_as_their_numbers():
    assert [int(tier) for tier in (Tier.T0, Tier.T1, Tier.T2, Tier.T3)] == [0, 1, 2, 3]


def test_every_act_has_a_tier():
    assert all(isinstance(needed(act), Tier) for act in ACTS)


@pytest.mark.parametrize("level", Level)
def test_a_yes_by_level(level):
    assert needed(Action.APPROVE, level=level) is (Tier.T3 if level in (Level.STAND_IN, Level.TRAIN) else Tier.T2)


@pytest.mark.parametrize(
    "why",
    [
        {"heightened": True},
        {"exclusive": True},
        {"capacity": Capacity.REPRESENTATIVE},
        {"capacity": Capacity.GUARDIAN},
        {"level": None},
    ],
)
def test_a_yes_that_needs_the_full_proof(why):
    assert needed(Action.APPROVE, **why) is Tier.T3


@pytest.mark.parametrize("act", REFUSING)
@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("heightened", [False, True])
@pytest.mark.parametrize("level", [*Level, None])
def test_refusing_and_ending_never_need_more_than_the_link(act, capacity, heightened, level):
    tier = needed(act, heightened=heightened, exclusive=heightened, capacity=capacity, level=level)
    assert tier <= Tier.T1
    assert tier <= needed(Action.APPROVE, heightened=heightened, exclusive=heightened, capacity=capacity, level=level)


def test_a_representative_offers_terms_in_anothers_name_only_with_the_full_proof():
    assert needed(Action.COUNTER, capacity=Capacity.REPRESENTATIVE) is Tier.T3
    assert needed(Action.COUNTER, heightened=True) is Tier.T2


def test_the_mail_door():
    assert reached(person(Door.EMAIL_LINK)) is Tier.T1
    assert reached(person(Door.EMAIL_LINK, typed_address=True)) is Tier.T2
    assert reached(person(Door.EMAIL_LINK, typed_address=True), typed_address_counts=False) is Tier.T1


def test_a_link_never_reaches_the_full_proof():
    assert reached(person(Door.EMAIL_LINK, typed_address=True, reauthenticated=0, second_factor=0)) is Tier.T2


@pytest.mark.parametrize(
    ("reauthenticated", "second_factor", "enrolled", "tier"),
    [
        (None, None, True, Tier.T2),
        (0, None, True, Tier.T2),
        (None, 0, True, Tier.T2),
        (0, 0, False, Tier.T2),
        (0, 0, True, Tier.T3),
        (5, 5, True, Tier.T3),
        (5.01, 0, True, Tier.T2),
        (0, 5.01, True, Tier.T2),
        (-0.01, 0, True, Tier.T2),
        (0, -1, True, Tier.T2),
    ],
)
def test_a_session(reauthenticated, second_factor, enrolled, tier):
    actor = person(reauthenticated=reauthenticated, second_factor=second_factor)
    assert reached(actor, enrolled=enrolled) is tier


def test_typing_an_address_adds_nothing_to_a_session():
    assert reached(person(typed_address=True)) is Tier.T2


def test_a_browser_without_an_account_has_proven_nothing():
    assert reached(Actor(capacity=Capacity.PERFORMER, door=Door.BROWSER)) is Tier.T0


def test_no_machine_gives_a_heightened_yes():
    for actor in (Actor.clock(), person(Door.API, reauthenticated=0, second_factor=0)):
        assert reached(actor) is Tier.T2
        assert reached(actor) < needed(Action.APPROVE, heightened=True, capacity=actor.capacity)


def test_the_console_decides_nothing():
    actor = person(Door.CONSOLE, reauthenticated=0, second_factor=0)
    assert reached(actor) < needed(Action.DECLINE)


def test_the_clock():
    clock = Actor.clock()
    assert (clock.capacity, clock.door, clock.user_id) == (Capacity.CLOCK, Door.CLOCK, None)


def test_the_header_holds_codes_and_public_ids_only():
    actor = person(user_ref="U-1", name="Rosalind Pike", for_name="Imani Clarke", for_ref="P-1", link_id="secret")
    header = actor.header()
    assert header == {"capacity": "PERFORMER", "door": "BROWSER", "user_ref": "U-1", "for": "P-1"}
    assert all(type(value) is str for value in header.values())


def test_an_actor_cannot_be_promoted():
    with pytest.raises(FrozenInstanceError):
        Actor.clock().capacity = Capacity.PERFORMER


@pytest.mark.parametrize(
    ("capacity", "fees", "floor"),
    [
        (Capacity.PERFORMER, True, True),
        (Capacity.GUARDIAN, True, True),
        (Capacity.STUDIO, True, False),
        (Capacity.REPRESENTATIVE, False, False),
        (Capacity.STAFF, False, False),
        (Capacity.CLOCK, False, False),
    ],
)
def test_what_of_money_each_capacity_reads(capacity, fees, floor):
    actor = Actor(capacity=capacity, door=Door.BROWSER)
    assert (actor.sees_fees, actor.sees_floor) == (fees, floor)


@pytest.mark.parametrize(
    ("right", "fees", "floor"),
    [
        (Right.SEE, False, False),
        (Right.NEGOTIATE, True, False),
        (Right.APPROVE, True, False),
        (Right.SEE_MONEY, True, True),
    ],
)
def test_a_representative_reads_of_money_what_the_authority_opens(right, fees, floor):
    authority = Authority(rights=frozenset({right}))
    actor = Actor(capacity=Capacity.REPRESENTATIVE, door=Door.EMAIL_LINK, authority=authority)
    assert (actor.sees_fees, actor.sees_floor) == (fees, floor)
