"""Who may do it: the checks that several use cases begin with, on what the door said of the actor."""

from __future__ import annotations

from consent.core.actor import Actor
from consent.core.roles import Capacity, StudioAct, studio_may
from consent.models import User
from consent.services.moves import NotEntitled


def performer(actor: Actor, performer_id: int) -> None:
    """Only the performer in person, no representative. Raises NotEntitled."""
    if actor.capacity is not Capacity.PERFORMER or actor.performer_id != performer_id:
        raise NotEntitled("NOT_ENTITLED")


def studio(actor: Actor, studio_id: int, act: StudioAct) -> None:
    """A member of this studio whose role covers the act. Raises NotEntitled."""
    if actor.capacity is not Capacity.STUDIO or actor.studio_id != studio_id or not studio_may(actor.studio_role, act):
        raise NotEntitled("NOT_ENTITLED")


def staff(actor: Actor) -> None:
    """The operator's people. Raises NotEntitled."""
    if actor.capacity is not Capacity.STAFF:
        raise NotEntitled("NOT_ENTITLED")


def account(actor: Actor) -> User:
    """The account that acts. Raises NotEntitled for the clock, which has none."""
    if actor.user_id is None:
        raise NotEntitled("NOT_ENTITLED")
    return User.objects.get(pk=actor.user_id)
