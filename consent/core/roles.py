"""Who may do what: capacities on moves, a representative's grid, a studio's roles (product.md section 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from consent.core.lifecycle import Action
from consent.core.vocabulary import Level, Use


class Capacity(StrEnum):
    """In what capacity somebody acts. STAFF are the operator's people: they decide for no one."""

    PERFORMER = "PERFORMER"
    REPRESENTATIVE = "REPRESENTATIVE"
    GUARDIAN = "GUARDIAN"
    STUDIO = "STUDIO"
    STAFF = "STAFF"
    CLOCK = "CLOCK"


class StudioRole(StrEnum):
    OWNER = "OWNER"
    CLEARANCE = "CLEARANCE"
    VIEWER = "VIEWER"


class StudioAct(StrEnum):
    SEE = "SEE"
    ASK = "ASK"
    AMEND = "AMEND"
    WITHDRAW = "WITHDRAW"
    QUESTION = "QUESTION"
    DOWNLOAD = "DOWNLOAD"
    MANAGE_MEMBERS = "MANAGE_MEMBERS"
    MANAGE_SETTINGS = "MANAGE_SETTINGS"
    MANAGE_PRODUCTIONS = "MANAGE_PRODUCTIONS"


class Right(StrEnum):
    """What a performer can hand to a representative."""

    SEE = "SEE"
    COMMENT = "COMMENT"
    NEGOTIATE = "NEGOTIATE"
    DECLINE = "DECLINE"
    APPROVE = "APPROVE"
    MANAGE_MEDIA = "MANAGE_MEDIA"
    SEE_MONEY = "SEE_MONEY"


class OwnAct(StrEnum):
    """What a performer does that no right of the grid covers: nobody else may ever do it for them."""

    STOP = "STOP"
    APPROVE_TRAIN = "APPROVE_TRAIN"
    APPROVE_POSTHUMOUS = "APPROVE_POSTHUMOUS"
    DELETE_VAULT = "DELETE_VAULT"
    CHANGE_REPRESENTATIVES = "CHANGE_REPRESENTATIVES"
    SET_PREFERENCES = "SET_PREFERENCES"
    WITHDRAW_GRANT = "WITHDRAW_GRANT"
    REOPEN = "REOPEN"


NEVER_DELEGABLE = frozenset(OwnAct)

RIGHTS_FOR: Mapping[Action, frozenset[Right]] = MappingProxyType(
    {
        Action.COUNTER: frozenset({Right.NEGOTIATE}),
        Action.APPROVE: frozenset({Right.APPROVE}),
        Action.DECLINE: frozenset({Right.DECLINE}),
        # Taking a yes back never needs more than giving it.
        Action.TAKE_BACK: frozenset({Right.APPROVE, Right.DECLINE}),
    }
)
"""Any one of these rights lets a representative take the move; no entry, no such move."""

READS_FEES = frozenset({Right.SEE_MONEY, Right.NEGOTIATE, Right.APPROVE})
"""Any one of these rights shows a representative the fees of requests, offers and grants."""

ENTITLED: Mapping[Action, frozenset[Capacity]] = MappingProxyType(
    {
        Action.SUBMIT: frozenset({Capacity.STUDIO}),
        Action.AMEND: frozenset({Capacity.STUDIO}),
        Action.ACCEPT_COUNTER: frozenset({Capacity.STUDIO}),
        Action.WITHDRAW: frozenset({Capacity.STUDIO}),
        Action.COUNTER: frozenset({Capacity.PERFORMER, Capacity.REPRESENTATIVE, Capacity.GUARDIAN}),
        # The clock says yes or no only where the performer's own standing answer does (product.md section 4).
        Action.APPROVE: frozenset({Capacity.PERFORMER, Capacity.REPRESENTATIVE, Capacity.GUARDIAN, Capacity.CLOCK}),
        Action.DECLINE: frozenset({Capacity.PERFORMER, Capacity.REPRESENTATIVE, Capacity.GUARDIAN, Capacity.CLOCK}),
        Action.TAKE_BACK: frozenset({Capacity.PERFORMER, Capacity.REPRESENTATIVE, Capacity.GUARDIAN}),
        Action.REOPEN: frozenset({Capacity.PERFORMER, Capacity.GUARDIAN}),
        Action.RELEASE: frozenset({Capacity.CLOCK}),
        Action.LAPSE: frozenset({Capacity.CLOCK}),
    }
)
"""Which capacities may ever take a move; a representative additionally needs the right, a studio member the role."""

_CLEARANCE = frozenset(
    {
        StudioAct.SEE,
        StudioAct.ASK,
        StudioAct.AMEND,
        StudioAct.WITHDRAW,
        StudioAct.QUESTION,
        StudioAct.DOWNLOAD,
        StudioAct.MANAGE_PRODUCTIONS,
    }
)
STUDIO_MAY: Mapping[StudioRole, frozenset[StudioAct]] = MappingProxyType(
    {
        StudioRole.OWNER: frozenset(StudioAct),
        StudioRole.CLEARANCE: _CLEARANCE,
        StudioRole.VIEWER: frozenset({StudioAct.SEE}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A representative's written authority. Everything is closed until it is given.

    ``approve_level`` None: no approval at any level. ``approve_fee_ceiling``: highest total fee in minor units of
    ``currency``; None: no ceiling. ``ends_on``: last day on which it holds; None: until it is revoked.
    """

    rights: frozenset[Right] = frozenset()
    approve_level: Level | None = None
    approve_fee_ceiling: int | None = None
    currency: str = ""
    ends_on: date | None = None

    @property
    def sees_floor(self) -> bool:
        """The performer's own minimum is read by this right alone (docs/decisions/0007)."""
        return Right.SEE_MONEY in self.rights

    @property
    def sees_fees(self) -> bool:
        """Nobody can bargain over or agree to what they cannot read: those rights bring the fees with them."""
        return bool(self.rights & READS_FEES)


def may(
    authority: Authority | None,
    act: Right | Action | OwnAct,
    *,
    level: Level | None = None,
    fee: int | None = None,
    currency: str = "",
    uses: Collection[Use] = (),
    heightened: bool = False,
    on: date,
) -> bool:
    """May the representative do ``act`` on the day ``on`` (local to the performer)?

    To approve, ``level`` (or ``uses``) must be given; with a fee ceiling, ``fee`` in minor units and its ``currency``
    too: what cannot be measured is not covered. Heightened terms count as STAND_IN at least, whatever their level.
    """
    if authority is None or not authority.rights & _rights_for(act):
        return False
    if authority.ends_on is not None and on > authority.ends_on:
        return False
    if act in (Right.APPROVE, Action.APPROVE):
        return _covers_level(authority, level, uses, heightened) and _covers_fee(authority, fee, currency)
    return True


def studio_may(role: StudioRole | None, act: StudioAct) -> bool:
    """No role, no right."""
    return role is not None and act in STUDIO_MAY[role]


def entitled(capacity: Capacity, action: Action) -> bool:
    """May anyone in this capacity ever take this move?"""
    return capacity in ENTITLED[action]


def _rights_for(act: Right | Action | OwnAct) -> frozenset[Right]:
    if isinstance(act, Right):
        return frozenset({act})
    return RIGHTS_FOR.get(act, frozenset()) if isinstance(act, Action) else frozenset()


def _covers_level(authority: Authority, level: Level | None, uses: Collection[Use], heightened: bool) -> bool:
    levels = {use.level for use in uses} | ({level} if level is not None else set())
    if authority.approve_level is None or not levels:
        return False
    if Level.TRAIN in levels or Use.POSTHUMOUS in uses:
        return False
    if heightened:
        levels.add(Level.STAND_IN)
    return max(found.rank for found in levels) <= authority.approve_level.rank


def _covers_fee(authority: Authority, fee: int | None, currency: str) -> bool:
    ceiling = authority.approve_fee_ceiling
    if ceiling is None:
        return True
    return fee is not None and currency == authority.currency and fee <= ceiling
