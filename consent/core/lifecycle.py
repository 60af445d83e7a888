"""The state table of a use request and the windows it lives in (product.md section 5).

What is not in ``TRANSITIONS`` cannot happen. Who may take an action is said in ``roles``; how well they must have
proven themselves in ``actor``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    DRAFT = "DRAFT"
    PENDING = "PENDING"
    COUNTERED = "COUNTERED"
    HELD = "HELD"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


class Action(StrEnum):
    """SUBMIT, AMEND, ACCEPT_COUNTER and WITHDRAW are the studio's; RELEASE and LAPSE the clock's; the rest answer."""

    SUBMIT = "SUBMIT"
    AMEND = "AMEND"
    COUNTER = "COUNTER"
    ACCEPT_COUNTER = "ACCEPT_COUNTER"
    APPROVE = "APPROVE"
    TAKE_BACK = "TAKE_BACK"
    RELEASE = "RELEASE"
    DECLINE = "DECLINE"
    REOPEN = "REOPEN"
    WITHDRAW = "WITHDRAW"
    LAPSE = "LAPSE"


TRANSITIONS: Mapping[tuple[State, Action], State] = MappingProxyType(
    {
        (State.DRAFT, Action.SUBMIT): State.PENDING,
        (State.PENDING, Action.AMEND): State.PENDING,
        (State.PENDING, Action.COUNTER): State.COUNTERED,
        (State.PENDING, Action.APPROVE): State.HELD,
        (State.PENDING, Action.DECLINE): State.DECLINED,
        (State.PENDING, Action.WITHDRAW): State.WITHDRAWN,
        (State.PENDING, Action.LAPSE): State.LAPSED,
        (State.COUNTERED, Action.AMEND): State.PENDING,
        # The studio takes the performer's terms whole; the performer still says the final yes through APPROVE.
        (State.COUNTERED, Action.ACCEPT_COUNTER): State.PENDING,
        # A no is always open, also while the performer's own terms lie with the studio.
        (State.COUNTERED, Action.DECLINE): State.DECLINED,
        (State.COUNTERED, Action.WITHDRAW): State.WITHDRAWN,
        (State.COUNTERED, Action.LAPSE): State.LAPSED,
        (State.HELD, Action.TAKE_BACK): State.PENDING,
        (State.HELD, Action.RELEASE): State.APPROVED,
        # A no beats a yes that is still in its undo window.
        (State.HELD, Action.DECLINE): State.DECLINED,
        # For the studio a held yes is a request that waits: both moves do what they do there (docs/decisions/0008).
        (State.HELD, Action.AMEND): State.PENDING,
        (State.HELD, Action.WITHDRAW): State.WITHDRAWN,
        (State.DECLINED, Action.REOPEN): State.PENDING,
    }
)

OPEN = frozenset({State.PENDING, State.COUNTERED, State.HELD})
"""Sent and not yet answered for good."""

TERMINAL = frozenset({State.APPROVED, State.WITHDRAWN, State.LAPSED})
"""No action leads out. DECLINED is not among them: it can be reopened for REOPEN_WINDOW."""

_NEW_TERMS = frozenset({Action.AMEND, Action.COUNTER, Action.ACCEPT_COUNTER})

MIN_WINDOW = timedelta(hours=48)
DEFAULT_WINDOW = timedelta(days=10)
MAX_WINDOW = timedelta(days=90)
HOLD_DEFAULT = timedelta(minutes=10)
HOLD_MAX = timedelta(hours=24)
AUTO_HOLD = timedelta(hours=24)
REOPEN_WINDOW = timedelta(hours=24)
COUNTER_RESTART = timedelta(hours=48)

_LONG_NOTICE = timedelta(days=3)
_SHORT_NOTICE = timedelta(hours=24)
_QUIET_AFTER_SENDING = timedelta(hours=24)


class IllegalMove(Exception):
    """The table has no such move."""

    def __init__(self, state: State, action: Action) -> None:
        super().__init__(f"{action} is not possible from {state}")
        self.state = state
        self.action = action


class DeadlineProblem(StrEnum):
    TOO_SOON = "TOO_SOON"
    TOO_FAR = "TOO_FAR"


def after(state: State, action: Action) -> State:
    """The state that ``action`` leads to. Raises IllegalMove."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise IllegalMove(state, action) from None


def allowed(state: State) -> tuple[Action, ...]:
    """The actions that lead out of ``state``, in the order of ``Action``; who may take them is another question."""
    return tuple(action for action in Action if (state, action) in TRANSITIONS)


def needs_revision_bump(action: Action) -> bool:
    """True where the terms on the table change, so every link to the old revision must die."""
    return action in _NEW_TERMS


def deadline_problem(sent_at: datetime, deadline: datetime) -> DeadlineProblem | None:
    """Why an answer cannot be asked for by ``deadline``, or None. Both limits are inclusive."""
    window = deadline - sent_at
    if window < MIN_WINDOW:
        return DeadlineProblem.TOO_SOON
    if window > MAX_WINDOW:
        return DeadlineProblem.TOO_FAR
    return None


def reminder_at(sent_at: datetime, deadline: datetime) -> datetime | None:
    """When the performer gets the one reminder: 3 days before the deadline, or 24 hours, whichever the window allows.

    A window allows a reminder that comes at least 24 hours after the request itself; None if neither does.
    """
    for notice in (_LONG_NOTICE, _SHORT_NOTICE):
        if deadline - notice - sent_at >= _QUIET_AFTER_SENDING:
            return deadline - notice
    return None


def halfway_at(sent_at: datetime, deadline: datetime) -> datetime:
    """When representatives get their additional reminder."""
    return sent_at + (deadline - sent_at) / 2


def restarted(deadline: datetime, now: datetime) -> datetime:
    """The deadline after a counter-offer: never earlier than before, and at least COUNTER_RESTART away."""
    return max(deadline, now + COUNTER_RESTART)


def undone_deadline(deadline: datetime, now: datetime) -> datetime:
    """The deadline once a yes is undone: the old one, for a date that moved would tell the studio of the yes.

    Only where it has passed meanwhile, with no worker to release the yes, does it start anew.
    """
    return deadline if deadline > now else restarted(deadline, now)


def hold_ends_at(
    approved_at: datetime, hold: timedelta = HOLD_DEFAULT, *, deadline: datetime | None = None
) -> datetime:
    """When a yes is told to the studio: with the ``deadline`` at the latest, so that no answer is told after its time.

    Raises ValueError for a hold below zero or above HOLD_MAX.
    """
    if not timedelta(0) <= hold <= HOLD_MAX:
        raise ValueError(f"a hold lasts between 0 and 24 hours, not {hold}")
    ends = approved_at + hold
    return ends if deadline is None else min(ends, deadline)


def may_reopen(declined_at: datetime, now: datetime) -> bool:
    """Half-open: at exactly REOPEN_WINDOW after the no it stands."""
    return now < declined_at + REOPEN_WINDOW
