"""The state table, walked cell by cell, and the windows of a use request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.core import lifecycle
from consent.core.lifecycle import Action, DeadlineProblem, IllegalMove, State

SENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Written out a second time, as a picture of product.md section 5: rows are states, columns actions.
PICTURE = """
           SUBMIT  AMEND   COUNTER   ACCEPT_COUNTER APPROVE TAKE_BACK RELEASE  DECLINE  REOPEN  WITHDRAW  LAPSE
DRAFT      PENDING .       .         .              .       .         .        .        .       .         .
PENDING    .       PENDING COUNTERED .              HELD    .         .        DECLINED .       WITHDRAWN LAPSED
COUNTERED  .       PENDING .         PENDING        .       .         .        DECLINED .       WITHDRAWN LAPSED
HELD       .       PENDING .         .              .       PENDING   APPROVED DECLINED .       WITHDRAWN .
APPROVED   .       .       .         .              .       .         .        .        .       .         .
DECLINED   .       .       .         .              .       .         .        .        PENDING .         .
WITHDRAWN  .       .       .         .              .       .         .        .        .       .         .
LAPSED     .       .       .         .              .       .         .        .        .       .         .
"""
_head, *_rows = (line.split() for line in PICTURE.strip().splitlines())
CELLS = [(State(row[0]), Action(action), cell) for row in _rows for action, cell in zip(_head, row[1:], strict=True)]


def test_the_picture_has_every_cell():
    assert {(state, action) for state, action, _ in CELLS} == {(s, a) for s in State for a in Action}


@pytest.mark.parametrize(("state", "action", "cell"), CELLS)
def test_walk(state, action, cell):
    if cell == ".":
        with pytest.raises(IllegalMove) as refused:
            lifecycle.after(state, action)
        assert (refused.value.state, refused.value.action) == (state, action)
        assert action not in lifecycle.allowed(state)
    else:
        assert lifecycle.after(state, action) is State(cell)
        assert action in lifecycle.allowed(state)


def test_terminal_states_are_those_without_a_way_out():
    assert {state for state in State if not lifecycle.allowed(state)} == lifecycle.TERMINAL


def test_open_and_ended_states_share_nothing_and_leave_only_the_draft_and_a_no():
    assert not lifecycle.OPEN & lifecycle.TERMINAL
    assert set(State) - lifecycle.OPEN - lifecycle.TERMINAL == {State.DRAFT, State.DECLINED}


def test_every_state_can_be_reached_from_a_draft():
    reached = {State.DRAFT}
    while True:
        further = {lifecycle.after(state, action) for state in reached for action in lifecycle.allowed(state)}
        if further <= reached:
            break
        reached |= further
    assert reached == set(State)


def test_approved_has_one_way_in_and_it_goes_through_the_undo_window():
    assert [pair for pair, to in lifecycle.TRANSITIONS.items() if to is State.APPROVED] == [
        (State.HELD, Action.RELEASE)
    ]
    assert [pair for pair, to in lifecycle.TRANSITIONS.items() if to is State.HELD] == [(State.PENDING, Action.APPROVE)]


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        lifecycle.TRANSITIONS[State.LAPSED, Action.APPROVE] = State.HELD


def test_new_terms_make_a_new_revision_and_nothing_else_does():
    bumping = {action for action in Action if lifecycle.needs_revision_bump(action)}
    assert bumping == {Action.AMEND, Action.COUNTER, Action.ACCEPT_COUNTER}


def test_a_held_yes_meets_the_moves_of_the_studio_as_a_waiting_request_does():
    for action in (Action.AMEND, Action.WITHDRAW):
        assert lifecycle.after(State.HELD, action) is lifecycle.after(State.PENDING, action)


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        (timedelta(0), DeadlineProblem.TOO_SOON),
        (-DAY, DeadlineProblem.TOO_SOON),
        (48 * HOUR - timedelta(microseconds=1), DeadlineProblem.TOO_SOON),
        (48 * HOUR, None),
        (10 * DAY, None),
        (90 * DAY, None),
        (90 * DAY + timedelta(microseconds=1), DeadlineProblem.TOO_FAR),
    ],
)
def test_deadline_problem(window, problem):
    assert lifecycle.deadline_problem(SENT, SENT + window) is problem


def test_the_windows_that_people_are_promised():
    assert (lifecycle.DEFAULT_WINDOW, lifecycle.MIN_WINDOW, lifecycle.MAX_WINDOW) == (10 * DAY, 48 * HOUR, 90 * DAY)
    assert {lifecycle.HOLD_MAX, lifecycle.AUTO_HOLD} == {DAY}
    assert (lifecycle.REOPEN_WINDOW, lifecycle.COUNTER_RESTART) == (DAY, 48 * HOUR)


@pytest.mark.parametrize(
    ("window", "before"),
    [
        (90 * DAY, 3 * DAY),
        (10 * DAY, 3 * DAY),
        (4 * DAY, 3 * DAY),
        (4 * DAY - HOUR, DAY),
        (3 * DAY, DAY),
        (2 * DAY, DAY),
        (2 * DAY - HOUR, None),
        (timedelta(0), None),
    ],
)
def test_one_reminder_as_the_window_allows(window, before):
    expected = None if before is None else SENT + window - before
    assert lifecycle.reminder_at(SENT, SENT + window) == expected


@given(st.timedeltas(lifecycle.MIN_WINDOW, lifecycle.MAX_WINDOW))
def test_every_window_that_can_be_sent_has_a_reminder_inside_it(window):
    reminder = lifecycle.reminder_at(SENT, SENT + window)
    assert reminder is not None
    assert SENT + DAY <= reminder <= SENT + window - DAY


def test_halfway():
    assert lifecycle.halfway_at(SENT, SENT + 10 * DAY) == SENT + 5 * DAY


@pytest.mark.parametrize(("left", "expected"), [(10 * DAY, 10 * DAY), (HOUR, 48 * HOUR), (-DAY, 48 * HOUR)])
def test_restarted_never_shortens_and_gives_48_hours(left, expected):
    assert lifecycle.restarted(SENT + left, SENT) == SENT + expected


def test_a_hold_ends_after_ten_minutes_unless_chosen_otherwise():
    assert lifecycle.hold_ends_at(SENT) == SENT + timedelta(minutes=10)
    assert lifecycle.hold_ends_at(SENT, timedelta(0)) == SENT
    assert lifecycle.hold_ends_at(SENT, lifecycle.AUTO_HOLD) == SENT + DAY


@pytest.mark.parametrize(("left", "expected"), [(HOUR, 10), (10 * HOUR / 60, 10), (5 * HOUR / 60, 5)])
def test_a_hold_ends_with_the_deadline_at_the_latest(left, expected):
    assert lifecycle.hold_ends_at(SENT, deadline=SENT + left) == SENT + timedelta(minutes=expected)


def test_the_day_of_a_standing_answer_always_fits_before_the_deadline():
    assert lifecycle.AUTO_HOLD <= lifecycle.MIN_WINDOW


@pytest.mark.parametrize(
    ("left", "expected"), [(10 * DAY, 10 * DAY), (HOUR, HOUR), (0 * HOUR, 2 * DAY), (-DAY, 2 * DAY)]
)
def test_a_yes_that_is_undone_moves_no_deadline_that_is_still_ahead(left, expected):
    assert lifecycle.undone_deadline(SENT + left, SENT) == SENT + expected


@pytest.mark.parametrize("hold", [timedelta(microseconds=-1), DAY + timedelta(microseconds=1)])
def test_a_hold_outside_its_limits_is_refused(hold):
    with pytest.raises(ValueError, match="between 0 and 24 hours"):
        lifecycle.hold_ends_at(SENT, hold)


def test_a_no_stands_after_exactly_24_hours():
    assert lifecycle.may_reopen(SENT, SENT + DAY - timedelta(microseconds=1))
    assert not lifecycle.may_reopen(SENT, SENT + DAY)
