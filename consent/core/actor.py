"""Who acted, in which capacity and through which door, and how well they have proven it (promises.md, E-mail links)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Self

from consent.core.lifecycle import Action
from consent.core.roles import Authority, Capacity, StudioRole
from consent.core.vocabulary import HEIGHTENED_LEVELS, Level

FRESH_FOR = timedelta(minutes=5)
"""How long a re-authentication and a second factor count for T3."""


class Door(StrEnum):
    BROWSER = "BROWSER"
    EMAIL_LINK = "EMAIL_LINK"
    API = "API"
    CLOCK = "CLOCK"
    CONSOLE = "CONSOLE"


class Tier(IntEnum):
    """T0: holds the link. T1: acts on it. T2: own session, or the address typed. T3: proven again just now."""

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3


class Step(StrEnum):
    """What is done around a request or a grant without moving the request's state."""

    READ = "READ"
    QUESTION = "QUESTION"
    FORWARD = "FORWARD"
    NOT_NOW = "NOT_NOW"
    WITHDRAW_GRANT = "WITHDRAW_GRANT"
    STOP = "STOP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Proof that a door was passed: only ``consent.access`` and ``Actor.clock`` make one.

    ``user_ref`` is a public id; ``name`` is for pages and never enters a chain header; ``for_name`` and ``for_ref``
    are the performer or studio acted for, in words and as a public id. ``reauthenticated_at`` and
    ``second_factor_at`` are the session's latest proofs; ``link_id`` and ``typed_address`` belong to the mail door.
    """

    capacity: Capacity
    door: Door
    user_id: int | None = None
    user_ref: str = ""
    name: str = ""
    performer_id: int | None = None
    studio_id: int | None = None
    studio_role: StudioRole | None = None
    authority: Authority | None = None
    for_name: str = ""
    for_ref: str = ""
    reauthenticated_at: datetime | None = None
    second_factor_at: datetime | None = None
    second_factor_enrolled: bool = False
    link_id: str = ""
    typed_address: bool = False

    @classmethod
    def clock(cls) -> Self:
        """The sweep, or a standing answer that takes effect by itself."""
        return cls(capacity=Capacity.CLOCK, door=Door.CLOCK)

    @property
    def sees_fees(self) -> bool:
        """May the fees of requests, offers and grants be shown? Closed to whoever is not named here."""
        if self.capacity is Capacity.REPRESENTATIVE:
            return self.authority is not None and self.authority.sees_fees
        return self.capacity in _OWN_SIDE or self.capacity is Capacity.STUDIO

    @property
    def sees_floor(self) -> bool:
        """May the performer's own minimum be shown? Never to a studio."""
        if self.capacity is Capacity.REPRESENTATIVE:
            return self.authority is not None and self.authority.sees_floor
        return self.capacity in _OWN_SIDE

    def header(self) -> dict[str, str]:
        """What the ledger's open header says about the actor: codes and public ids, nothing ever to be erased."""
        return {
            "capacity": self.capacity.value,
            "door": self.door.value,
            "user_ref": self.user_ref,
            "for": self.for_ref,
        }


_TIERS: Mapping[Action | Step, Tier] = MappingProxyType(
    {
        Step.READ: Tier.T0,
        Step.QUESTION: Tier.T1,
        Step.FORWARD: Tier.T1,
        Step.NOT_NOW: Tier.T1,
        Step.WITHDRAW_GRANT: Tier.T1,
        Step.STOP: Tier.T1,
        Action.DECLINE: Tier.T1,
        Action.TAKE_BACK: Tier.T1,
        Action.REOPEN: Tier.T1,
        Action.RELEASE: Tier.T1,
        Action.LAPSE: Tier.T1,
        Action.WITHDRAW: Tier.T1,
        Action.SUBMIT: Tier.T2,
        Action.AMEND: Tier.T2,
        Action.COUNTER: Tier.T2,
        Action.ACCEPT_COUNTER: Tier.T2,
        Action.APPROVE: Tier.T2,
    }
)
"""The least proof for each act; ``tier_needed`` raises it, and never for an act that ends or refuses."""

_GIVES = frozenset({Action.APPROVE, Action.COUNTER})
_OWN_SIDE = frozenset({Capacity.PERFORMER, Capacity.GUARDIAN})
_ACTS_FOR_ANOTHER = frozenset({Capacity.REPRESENTATIVE, Capacity.GUARDIAN})


def tier_needed(
    action: Action | Step, *, heightened: bool, exclusive: bool, capacity: Capacity, level: Level | None
) -> Tier:
    """How well the actor must have proven themselves.

    A yes needs T3 where the terms are heightened or exclusive; whoever acts for another needs T3 for a yes and for
    an offer in the other's name. An unknown ``level`` counts as heightened for a yes.
    """
    if action is Action.APPROVE:
        at_the_top = heightened or exclusive or level is None or level in HEIGHTENED_LEVELS
        return Tier.T3 if at_the_top or capacity in _ACTS_FOR_ANOTHER else Tier.T2
    if action in _GIVES and capacity in _ACTS_FOR_ANOTHER:
        return Tier.T3
    return _TIERS[action]


def tier_reached(
    actor: Actor, *, now: datetime, second_factor_enrolled: bool, typed_address_counts: bool = True
) -> Tier:
    """What the actor has proven at ``now``.

    ``typed_address_counts`` is False for a performer who has turned T2 by mail off. A machine never reaches T3, so no
    heightened yes can come from a link, an API key or the clock; the console decides nothing.
    """
    if actor.door is Door.EMAIL_LINK:
        return Tier.T2 if actor.typed_address and typed_address_counts else Tier.T1
    if actor.door in (Door.API, Door.CLOCK):
        return Tier.T2
    if actor.door is Door.CONSOLE or actor.user_id is None:
        return Tier.T0
    proven = second_factor_enrolled and _fresh(actor.reauthenticated_at, now) and _fresh(actor.second_factor_at, now)
    return Tier.T3 if proven else Tier.T2


def proven_lately(actor: Actor, *, now: datetime) -> bool:
    """Is it surely them, just now? Asked before what cannot be undone: by the second factor of whoever has one."""
    factor = not actor.second_factor_enrolled or _fresh(actor.second_factor_at, now)
    return factor and _fresh(actor.reauthenticated_at, now)


def _fresh(proven_at: datetime | None, now: datetime) -> bool:
    return proven_at is not None and timedelta(0) <= now - proven_at <= FRESH_FOR
