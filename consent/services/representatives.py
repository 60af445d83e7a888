"""A performer's representatives: invited, given a written authority, changed and revoked by the performer alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from consent.core.actor import Actor
from consent.core.currencies import CURRENCIES
from consent.core.roles import Capacity, Right
from consent.core.vocabulary import Level
from consent.models import ActionLink, LinkEnd, Performer, Representation, User
from consent.services import addresses, entitled, ledger, moves
from consent.services.addresses import INVITATION_LASTS
from consent.services.moves import NotEntitled, Refused


@transaction.atomic
def invite_representative(
    performer: Performer,
    email: str,
    *,
    agency: str = "",
    rights: Collection[Right],
    approve_level: Level | None = None,
    approve_fee_ceiling: int | None = None,
    currency: str = "",
    ends_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> Representation:
    """Offer an authority; it holds once accepted. The ceiling is in minor units of ``currency``.

    Raises Refused EMAIL_UNREADABLE, OWN_ADDRESS, ALREADY_REPRESENTS, ALREADY_INVITED, and what ``change_representation``
    raises about the grid.
    """
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    address = addresses.readable(email)
    if row.user is not None and addresses.holds(row.user, address):
        raise Refused("OWN_ADDRESS")
    known = Representation.objects.filter(performer=row, invited_email__iexact=address, revoked_at=None)
    if known.filter(accepted_at__isnull=False).exists():
        raise Refused("ALREADY_REPRESENTS", email=address)
    if known.filter(invited_at__gt=now - INVITATION_LASTS).exists():
        raise Refused("ALREADY_INVITED", email=address)
    known.update(revoked_at=now)
    grid = _grid(row, rights, approve_level, approve_fee_ceiling, currency, ends_on, now)
    representation = Representation.objects.create(
        performer=row, invited_email=address, agency=" ".join(agency.split())[:120], invited_at=now, **grid
    )
    _record("representative.invited", representation, actor=actor, now=now, email=address)
    return representation


@transaction.atomic
def change_representation(
    representation: Representation,
    *,
    rights: Collection[Right],
    approve_level: Level | None = None,
    approve_fee_ceiling: int | None = None,
    currency: str = "",
    ends_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> Representation:
    """Write the grid anew; it counts at the next thing the representative does.

    Raises Refused REPRESENTATION_OVER, APPROVE_NEEDS_LEVEL, TRAIN_NEVER_DELEGATED, CEILING_NEEDS_CURRENCY or ENDS_IN_PAST.
    """
    entitled.performer(actor, representation.performer_id)
    performer = moves.lock_performer(representation.performer_id)
    row = _live(representation)
    grid = _grid(performer, rights, approve_level, approve_fee_ceiling, currency, ends_on, now)
    if any(getattr(row, name) != value for name, value in grid.items()):
        Representation.objects.filter(pk=row.pk).update(**grid)
        row.refresh_from_db()
        _record("representative.changed", row, actor=actor, now=now)
    return row


@transaction.atomic
def accept_representation(representation: Representation, user: User, *, actor: Actor, now: datetime) -> Representation:
    """Take the authority, signed in as the invited address. Accepting twice changes nothing.

    Raises Refused INVITATION_OTHER_ADDRESS, INVITATION_EXPIRED, REPRESENTATION_OVER, ALREADY_REPRESENTS or OWN_ADDRESS.
    """
    if actor.user_id != user.pk:
        raise NotEntitled("NOT_ENTITLED")
    performer = moves.lock_performer(representation.performer_id)
    row = _live(representation)
    if not addresses.holds(user, row.invited_email):
        raise Refused("INVITATION_OTHER_ADDRESS", email=addresses.masked(row.invited_email))
    if row.accepted_at is not None:
        return row
    if performer.user_id == user.pk:
        raise Refused("OWN_ADDRESS")
    if row.invited_at <= now - INVITATION_LASTS:
        raise Refused("INVITATION_EXPIRED", at=(row.invited_at + INVITATION_LASTS).isoformat())
    if Representation.objects.filter(performer=performer, user=user, revoked_at=None).exclude(pk=row.pk).exists():
        raise Refused("ALREADY_REPRESENTS", email=row.invited_email)
    Representation.objects.filter(pk=row.pk, accepted_at=None).update(user=user, accepted_at=now)
    row.refresh_from_db()
    _record("representative.accepted", row, actor=actor, now=now)
    return row


@transaction.atomic
def revoke_representation(representation: Representation, *, actor: Actor, now: datetime) -> Representation:
    """By the performer; by the representative who steps down; by the invited person who says no. Counts at once:
    every mail link of the representative for this performer dies with it. A second time changes nothing."""
    performer = moves.lock_performer(representation.performer_id)
    row = (
        Representation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .get(pk=representation.pk)
    )
    if not _may_end(row, performer, actor):
        raise NotEntitled("NOT_ENTITLED")
    if row.revoked_at is not None:
        return row
    Representation.objects.filter(pk=row.pk).update(revoked_at=now)
    row.revoked_at = now
    if row.user_id is not None:
        links = ActionLink.objects.filter(recipient_id=row.user_id, use_request__performer=performer, ended_at=None)
        links.update(ended_at=now, ended_because=LinkEnd.AUTHORITY)
    _record("representative.revoked", row, actor=actor, now=now, stepped_down=actor.capacity is not Capacity.PERFORMER)
    return row


def _may_end(row: Representation, performer: Performer, actor: Actor) -> bool:
    if actor.capacity is Capacity.PERFORMER and actor.performer_id == performer.pk:
        return True
    if actor.user_id is None:
        return False
    if row.user_id is not None:
        return row.user_id == actor.user_id
    return addresses.holds(User.objects.get(pk=actor.user_id), row.invited_email)


def _live(representation: Representation) -> Representation:
    row = (
        Representation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "performer")
        .get(pk=representation.pk)
    )
    if row.revoked_at is not None:
        raise Refused("REPRESENTATION_OVER")
    return row


def _grid(
    performer: Performer,
    rights: Collection[Right],
    approve_level: Level | None,
    ceiling: int | None,
    currency: str,
    ends_on: date | None,
    now: datetime,
) -> dict[str, Any]:
    """The columns of an authority that can hold: whoever may do anything may see."""
    given = {Right(right) for right in rights} | {Right.SEE}
    approves = Right.APPROVE in given
    if approves and approve_level is None:
        raise Refused("APPROVE_NEEDS_LEVEL")
    if approve_level is Level.TRAIN:
        raise Refused("TRAIN_NEVER_DELEGATED")
    if ceiling is not None and (ceiling < 0 or currency not in CURRENCIES):
        raise Refused("CEILING_NEEDS_CURRENCY")
    if ends_on is not None and ends_on < now.astimezone(ZoneInfo(performer.time_zone)).date():
        raise Refused("ENDS_IN_PAST")
    limited = approves and ceiling is not None
    return {
        "rights": [right.value for right in Right if right in given],
        "approve_level": approve_level.value if approves and approve_level else "",
        "approve_fee_ceiling": ceiling if limited else None,
        "currency": currency if limited else "",
        "ends_on": ends_on,
    }


def _record(kind: str, row: Representation, *, actor: Actor, now: datetime, **more: Any) -> None:
    ledger.record(
        kind,
        performer=row.performer,
        actor=actor,
        now=now,
        subject_ref=row.ref,
        payload={
            "performer": row.performer.professional_name,
            "representative": row.user.display_name if row.user else row.invited_email,
            "user": row.user.ref if row.user else "",
            "agency": row.agency,
            "rights": list(row.rights),
            "approve_level": row.approve_level,
            "ends_on": row.ends_on.isoformat() if row.ends_on else "",
            "representation": row.ref,
            **more,
        },
    )
