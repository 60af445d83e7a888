"""Studios: founded, verified by the operator, their members by invitation, and the performers they come to know."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from consent.core import places
from consent.core.actor import Actor
from consent.core.roles import StudioAct, StudioRole
from consent.models import Introduction, Invitation, Membership, Performer, Studio, User, Visibility
from consent.services import addresses, entitled, ledger, slugs
from consent.services.addresses import INVITATION_LASTS
from consent.services.moves import NotEntitled, Refused

RESERVED_SLUGS = frozenset({"new", "choose", "found", "start", "join", "invitation", "invitations", "studio", "admin"})

_FIELDS = ("name", "legal_name", "country", "website", "about", "registration")
_CHECKED_BY_STAFF = ("name", "legal_name", "country", "registration")


@transaction.atomic
def found_studio(
    user: User,
    *,
    name: str,
    legal_name: str = "",
    country: str = "",
    website: str = "",
    about: str = "",
    registration: str = "",
    actor: Actor,
    now: datetime,
) -> Studio:
    """A new studio with its founder as OWNER. It can send nothing until the operator has verified it.

    Raises Refused NAME_MISSING, NAME_TOO_LONG, UNKNOWN_COUNTRY or WEBSITE_UNREADABLE.
    """
    if actor.user_id != user.pk:
        raise NotEntitled("NOT_ENTITLED")
    said = _checked(
        name=name, legal_name=legal_name, country=country, website=website, about=about, registration=registration
    )
    studio = _with_free_slug(said, now)
    Membership.objects.create(studio=studio, user=user, role=StudioRole.OWNER, joined_at=now)
    ledger.open_chain(studio=studio)
    _record("studio.founded", studio, actor=actor, now=now, slug=studio.slug)
    return studio


@transaction.atomic
def change_studio(studio: Studio, *, actor: Actor, now: datetime, **fields: str) -> Studio:
    """Fields as in ``found_studio``. What the operator checked stays as checked: Refused VERIFIED_NAME_FIXED."""
    entitled.studio(actor, studio.pk, StudioAct.MANAGE_SETTINGS)
    row = _locked(studio.pk)
    said = _checked(**fields)
    changed = {name: value for name, value in said.items() if getattr(row, name) != value}
    if row.verified and set(changed) & set(_CHECKED_BY_STAFF):
        raise Refused("VERIFIED_NAME_FIXED")
    if changed:
        Studio.objects.filter(pk=row.pk).update(**changed)
        row.refresh_from_db()
        _record("studio.changed", row, actor=actor, now=now, fields=sorted(changed))
    return row


@transaction.atomic
def verify_studio(studio: Studio, *, actor: Actor, now: datetime) -> Studio:
    """The operator has checked who this is. A second time changes nothing."""
    entitled.staff(actor)
    row = _locked(studio.pk)
    if row.verified_at is None:
        Studio.objects.filter(pk=row.pk).update(verified_at=now, refused_at=None, refused_reason="")
        row.refresh_from_db()
        _record("studio.verified", row, actor=actor, now=now)
    return row


@transaction.atomic
def refuse_studio(studio: Studio, reason: str, *, actor: Actor, now: datetime) -> Studio:
    """Not verified, or no longer: it can send nothing new. The reason is told to its owners. Raises Refused REASON_MISSING."""
    entitled.staff(actor)
    reason = reason.strip()[:500]
    if not reason:
        raise Refused("REASON_MISSING")
    row = _locked(studio.pk)
    if row.refused_at is None or row.refused_reason != reason:
        Studio.objects.filter(pk=row.pk).update(verified_at=None, refused_at=now, refused_reason=reason)
        row.refresh_from_db()
        _record("studio.refused", row, actor=actor, now=now, reason=reason)
    return row


@transaction.atomic
def invite_member(studio: Studio, email: str, role: StudioRole, *, actor: Actor, now: datetime) -> Invitation:
    """OWNER only. Raises Refused EMAIL_UNREADABLE, ALREADY_A_MEMBER or ALREADY_INVITED."""
    entitled.studio(actor, studio.pk, StudioAct.MANAGE_MEMBERS)
    row = _locked(studio.pk)
    address = addresses.readable(email)
    if Membership.objects.filter(studio=row, user__email__iexact=address).exists():
        raise Refused("ALREADY_A_MEMBER", email=address)
    waiting = Invitation.objects.filter(studio=row, email__iexact=address, accepted_at=None, withdrawn_at=None)
    if waiting.filter(expires_at__gt=now).exists():
        raise Refused("ALREADY_INVITED", email=address)
    waiting.update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        studio=row,
        email=address,
        role=StudioRole(role).value,
        invited_by=entitled.account(actor),
        invited_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    _record(
        "studio.member_invited",
        row,
        actor=actor,
        now=now,
        subject_ref=invitation.ref,
        email=address,
        role=invitation.role,
        invitation=invitation.ref,
        expires_at=invitation.expires_at.isoformat(),
    )
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, user: User, *, actor: Actor, now: datetime) -> Membership:
    """Join, signed in as the invited address. The link alone opens nothing; accepting twice is the same membership.

    Raises Refused INVITATION_OTHER_ADDRESS, INVITATION_EXPIRED or INVITATION_WITHDRAWN.
    """
    if actor.user_id != user.pk:
        raise NotEntitled("NOT_ENTITLED")
    studio = _locked(invitation.studio_id)
    row = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if not addresses.holds(user, row.email):
        raise Refused("INVITATION_OTHER_ADDRESS", email=addresses.masked(row.email))
    standing = Membership.objects.filter(studio=studio, user=user).first()
    if row.accepted_at is not None and standing is not None:
        return standing
    if row.accepted_at is not None or row.withdrawn_at is not None:
        raise Refused("INVITATION_WITHDRAWN")
    if row.expires_at <= now:
        raise Refused("INVITATION_EXPIRED", at=row.expires_at.isoformat())
    Invitation.objects.filter(pk=row.pk).update(accepted_at=now)
    if standing is not None:
        return standing
    membership = Membership.objects.create(studio=studio, user=user, role=row.role, joined_at=now)
    _record(
        "studio.member_joined", studio, actor=actor, now=now, member=user.display_name, user=user.ref, role=row.role
    )
    return membership


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, actor: Actor, now: datetime) -> Invitation:
    """OWNER only. Raises Refused INVITATION_ACCEPTED once it is too late."""
    entitled.studio(actor, invitation.studio_id, StudioAct.MANAGE_MEMBERS)
    studio = _locked(invitation.studio_id)
    row = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if row.accepted_at is not None:
        raise Refused("INVITATION_ACCEPTED")
    if row.withdrawn_at is None:
        Invitation.objects.filter(pk=row.pk).update(withdrawn_at=now)
        row.withdrawn_at = now
        _record("studio.invitation_withdrawn", studio, actor=actor, now=now, subject_ref=row.ref, email=row.email)
    return row


@transaction.atomic
def change_role(membership: Membership, role: StudioRole, *, actor: Actor, now: datetime) -> Membership:
    """OWNER only. Raises Refused LAST_OWNER: a studio without an owner could never be put right."""
    entitled.studio(actor, membership.studio_id, StudioAct.MANAGE_MEMBERS)
    studio = _locked(membership.studio_id)
    row = _member(membership)
    before = row.role
    if before == role:
        return row
    if before == StudioRole.OWNER:
        _keep_an_owner(studio)
    Membership.objects.filter(pk=row.pk).update(role=StudioRole(role).value)
    row.role = StudioRole(role).value
    _record(
        "studio.role_changed",
        studio,
        actor=actor,
        now=now,
        member=row.user.display_name,
        user=row.user.ref,
        role=row.role,
        before=before,
    )
    return row


@transaction.atomic
def remove_member(membership: Membership, *, actor: Actor, now: datetime) -> None:
    """By an OWNER, or by the member who leaves. Raises Refused LAST_OWNER."""
    leaving = actor.studio_id == membership.studio_id and actor.user_id == membership.user_id
    if not leaving:
        entitled.studio(actor, membership.studio_id, StudioAct.MANAGE_MEMBERS)
    studio = _locked(membership.studio_id)
    row = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if row is None:
        return
    if row.role == StudioRole.OWNER:
        _keep_an_owner(studio)
    row.delete()
    _record(
        "studio.member_removed",
        studio,
        actor=actor,
        now=now,
        member=row.user.display_name,
        user=row.user.ref,
        role=row.role,
        left=leaving,
    )


@transaction.atomic
def introduce(studio: Studio, performer_ref: str, *, actor: Actor, now: datetime) -> Introduction:
    """The studio has a performer's reference, and may ask from now on. The performer is told.

    Raises Refused STUDIO_NOT_VERIFIED, or UNKNOWN_PERFORMER for unknown, hidden and not yet ready alike.
    """
    entitled.studio(actor, studio.pk, StudioAct.ASK)
    if not Studio.objects.filter(pk=studio.pk, verified_at__isnull=False).exists():
        raise Refused("STUDIO_NOT_VERIFIED")
    known = Performer.objects.exclude(visibility=Visibility.HIDDEN).filter(onboarded_at__isnull=False)
    performer = known.filter(ref=performer_ref.strip().upper()).first()
    if performer is None:
        raise Refused("UNKNOWN_PERFORMER")
    row, made = Introduction.objects.get_or_create(
        studio=studio, performer=performer, defaults={"by_id": actor.user_id, "at": now}
    )
    if made:
        ledger.record(
            "studio.introduced",
            performer=performer,
            studio=studio,
            actor=actor,
            now=now,
            subject_ref=studio.ref,
            payload={"studio": studio.name, "performer": performer.professional_name},
        )
    return row


def _locked(studio_id: int) -> Studio:
    """The studio's row orders everything about its members."""
    return Studio.objects.select_for_update(no_key=True).get(pk=studio_id)


def _member(membership: Membership) -> Membership:
    row = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if row is None:
        raise Refused("NO_LONGER_A_MEMBER")
    return row


def _keep_an_owner(studio: Studio) -> None:
    if Membership.objects.filter(studio=studio, role=StudioRole.OWNER).count() < 2:
        raise Refused("LAST_OWNER")


def _checked(**said: str) -> dict[str, str]:
    unknown = set(said) - set(_FIELDS)
    if unknown:
        raise TypeError(f"no part of a studio: {', '.join(sorted(unknown))}")
    clean = {name: value.strip() for name, value in said.items()}
    if "name" in clean:
        clean["name"] = " ".join(clean["name"].split())
        if not clean["name"]:
            raise Refused("NAME_MISSING")
    for name, most in (("name", 120), ("legal_name", 200), ("registration", 120), ("about", 1000), ("website", 200)):
        if len(clean.get(name, "")) > most:
            raise Refused("NAME_TOO_LONG" if name == "name" else "TEXT_TOO_LONG", most=most)
    country = clean.get("country", "").upper()
    if country and country not in places.COUNTRIES:
        raise Refused("UNKNOWN_COUNTRY", country=country[:8])
    if "country" in clean:
        clean["country"] = country
    if clean.get("website") and urlsplit(clean["website"]).scheme not in ("http", "https"):
        raise Refused("WEBSITE_UNREADABLE")
    return clean


def _with_free_slug(said: dict[str, str], now: datetime) -> Studio:
    studio = slugs.first_free(
        said["name"],
        stem="studio",
        most=60,
        reserved=RESERVED_SLUGS,
        create=lambda slug: Studio.objects.create(slug=slug, created_at=now, **said),
    )
    if studio is None:
        raise Refused("NAME_TAKEN")
    return studio


def _record(kind: str, studio: Studio, *, actor: Actor, now: datetime, subject_ref: str = "", **more: Any) -> None:
    ledger.record(
        kind,
        studio=studio,
        actor=actor,
        now=now,
        subject_ref=subject_ref or studio.ref,
        payload={"studio": studio.name, **more},
    )
