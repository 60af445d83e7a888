"""Who may do what: the capacity table, the representative's grid, studio roles."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest

from consent.core import roles
from consent.core.lifecycle import Action
from consent.core.roles import Authority, Capacity, OwnAct, Right, StudioAct, StudioRole
from consent.core.vocabulary import Level, Use

TODAY = date(2026, 6, 1)
FULL = Authority(rights=frozenset(Right), approve_level=Level.TRAIN)

PERFORMER_SIDE = {Capacity.PERFORMER, Capacity.REPRESENTATIVE, Capacity.GUARDIAN}
ENTITLED = {
    Action.SUBMIT: {Capacity.STUDIO},
    Action.AMEND: {Capacity.STUDIO},
    Action.ACCEPT_COUNTER: {Capacity.STUDIO},
    Action.WITHDRAW: {Capacity.STUDIO},
    Action.COUNTER: PERFORMER_SIDE,
    Action.APPROVE: PERFORMER_SIDE | {Capacity.CLOCK},
    Action.DECLINE: PERFORMER_SIDE | {Capacity.CLOCK},
    Action.TAKE_BACK: PERFORMER_SIDE,
    Action.REOPEN: {Capacity.PERFORMER, Capacity.GUARDIAN},
    Action.RELEASE: {Capacity.CLOCK},
    Action.LAPSE: {Capacity.CLOCK},
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("capacity", Capacity)
def test_entitled(capacity, action):
    assert roles.entitled(capacity, action) is (capacity in ENTITLED[action])


def test_staff_decide_nothing_for_anyone():
    assert not any(roles.entitled(Capacity.STAFF, action) for action in Action)


@pytest.mark.parametrize("act", OwnAct)
def test_what_is_never_delegable_stays_so_under_the_fullest_authority(act):
    assert act in roles.NEVER_DELEGABLE
    assert not roles.may(FULL, act, level=Level.PREPARE, fee=0, uses=(Use.LOOK_TEST,), on=TODAY)


@pytest.mark.parametrize("use", [Use.TRAIN_OWN_MODEL, Use.TRAIN_GENERAL_MODEL, Use.POSTHUMOUS])
@pytest.mark.parametrize("act", [Right.APPROVE, Action.APPROVE])
def test_no_authority_reaches_training_or_life_after_death(act, use):
    assert not roles.may(FULL, act, uses=(Use.LOOK_TEST, use), on=TODAY)
    assert not roles.may(FULL, act, level=Level.PREPARE, uses=(use,), on=TODAY)


def test_no_authority_reaches_the_training_level():
    assert not roles.may(FULL, Action.APPROVE, level=Level.TRAIN, on=TODAY)


@pytest.mark.parametrize("act", [*Right, *Action, *OwnAct])
def test_without_an_authority_nothing_is_open(act):
    assert not roles.may(None, act, level=Level.PREPARE, on=TODAY)
    assert not roles.may(Authority(), act, level=Level.PREPARE, on=TODAY)


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.APPROVE])
def test_each_right_opens_itself_and_no_other(right):
    only = Authority(rights=frozenset({right}))
    assert {act for act in Right if roles.may(only, act, level=Level.PREPARE, on=TODAY)} == {right}


@pytest.mark.parametrize(
    ("right", "moves"),
    [
        (Right.NEGOTIATE, {Action.COUNTER}),
        (Right.DECLINE, {Action.DECLINE, Action.TAKE_BACK}),
        (Right.APPROVE, {Action.APPROVE, Action.TAKE_BACK}),
        (Right.SEE, set()),
        (Right.COMMENT, set()),
        (Right.MANAGE_MEDIA, set()),
        (Right.SEE_MONEY, set()),
    ],
)
def test_moves_a_right_opens(right, moves):
    only = Authority(rights=frozenset({right}), approve_level=Level.STAND_IN)
    assert {action for action in Action if roles.may(only, action, level=Level.PREPARE, on=TODAY)} == moves


@pytest.mark.parametrize("limit", Level)
@pytest.mark.parametrize("level", Level)
def test_approval_reaches_up_to_the_level(limit, level):
    authority = Authority(rights=frozenset({Right.APPROVE}), approve_level=limit)
    expected = level is not Level.TRAIN and level.rank <= limit.rank
    assert roles.may(authority, Action.APPROVE, level=level, on=TODAY) is expected


def test_the_furthest_of_several_uses_counts():
    authority = Authority(rights=frozenset({Right.APPROVE}), approve_level=Level.FINISH)
    assert roles.may(authority, Action.APPROVE, uses=(Use.LOOK_TEST, Use.COSMETIC_FIX), on=TODAY)
    assert not roles.may(authority, Action.APPROVE, uses=(Use.LOOK_TEST, Use.CROWD_FILL), on=TODAY)


def test_approval_without_a_level_on_either_side_is_closed():
    no_level = Authority(rights=frozenset({Right.APPROVE}))
    assert not roles.may(no_level, Action.APPROVE, level=Level.PREPARE, on=TODAY)
    assert not roles.may(FULL, Action.APPROVE, on=TODAY)


@pytest.mark.parametrize(("limit", "expected"), [(Level.EXTEND, False), (Level.STAND_IN, True)])
def test_heightened_terms_count_as_stand_in(limit, expected):
    authority = Authority(rights=frozenset({Right.APPROVE}), approve_level=limit)
    assert roles.may(authority, Action.APPROVE, level=Level.PREPARE, on=TODAY)
    assert roles.may(authority, Action.APPROVE, level=Level.PREPARE, heightened=True, on=TODAY) is expected


@pytest.mark.parametrize(
    ("fee", "currency", "expected"),
    [
        (0, "GBP", True),
        (500_00, "GBP", True),
        (500_01, "GBP", False),
        (100, "JPY", False),
        (100, "", False),
        (None, "GBP", False),
        (None, "", False),
    ],
)
def test_fee_ceiling(fee, currency, expected):
    authority = Authority(
        rights=frozenset({Right.APPROVE}), approve_level=Level.EXTEND, approve_fee_ceiling=500_00, currency="GBP"
    )
    assert roles.may(authority, Action.APPROVE, level=Level.FINISH, fee=fee, currency=currency, on=TODAY) is expected


def test_no_ceiling_means_any_fee_and_a_ceiling_of_zero_means_none():
    open_ended = Authority(rights=frozenset({Right.APPROVE}), approve_level=Level.EXTEND)
    assert roles.may(open_ended, Action.APPROVE, level=Level.FINISH, fee=10**9, currency="USD", on=TODAY)
    unpaid = Authority(
        rights=frozenset({Right.APPROVE}), approve_level=Level.EXTEND, approve_fee_ceiling=0, currency="USD"
    )
    assert not roles.may(unpaid, Action.APPROVE, level=Level.FINISH, fee=1, currency="USD", on=TODAY)


def test_the_level_and_the_fee_limit_a_yes_and_nothing_else():
    authority = Authority(rights=frozenset(Right), approve_level=None, approve_fee_ceiling=0, currency="GBP")
    assert roles.may(authority, Action.DECLINE, level=Level.TRAIN, fee=10**9, heightened=True, on=TODAY)
    assert roles.may(authority, Action.COUNTER, level=Level.STAND_IN, on=TODAY)


def test_an_authority_holds_on_its_last_day_and_not_after():
    ending = Authority(rights=frozenset(Right), approve_level=Level.EXTEND, ends_on=TODAY)
    assert roles.may(ending, Right.SEE, on=TODAY)
    assert not roles.may(ending, Right.SEE, on=date(2026, 6, 2))
    assert not roles.may(ending, Action.APPROVE, level=Level.PREPARE, on=date(2026, 6, 2))


STUDIO = {
    StudioRole.OWNER: set(StudioAct),
    StudioRole.CLEARANCE: set(StudioAct) - {StudioAct.MANAGE_MEMBERS, StudioAct.MANAGE_SETTINGS},
    StudioRole.VIEWER: {StudioAct.SEE},
}


@pytest.mark.parametrize("act", StudioAct)
@pytest.mark.parametrize("role", StudioRole)
def test_studio_roles(role, act):
    assert roles.studio_may(role, act) is (act in STUDIO[role])


@pytest.mark.parametrize("act", StudioAct)
def test_no_role_no_right(act):
    assert not roles.studio_may(None, act)


EVERY = [frozenset(chosen) for count in range(len(Right) + 1) for chosen in combinations(Right, count)]


@pytest.mark.parametrize("rights", EVERY, ids=lambda rights: "-".join(sorted(rights)) or "none")
def test_what_of_money_each_combination_of_rights_reads(rights):
    """The minimum with SEE_MONEY alone; fees also with what cannot be done without reading them."""
    authority = Authority(rights=rights)
    assert authority.sees_floor is (Right.SEE_MONEY in rights)
    assert authority.sees_fees is bool(rights & {Right.SEE_MONEY, Right.NEGOTIATE, Right.APPROVE})
