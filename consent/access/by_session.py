"""The door of signed-in people: the performer's room, the representative's desk, the studio's and the staff's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.access import NotFound
from consent.core import roles
from consent.core.actor import Actor, Door
from consent.core.lifecycle import State
from consent.core.roles import Capacity, Right, StudioAct, StudioRole
from consent.models import (
    Grant,
    MediaItem,
    MediaState,
    Membership,
    Performer,
    Production,
    Representation,
    Studio,
    Upload,
    UploadState,
    User,
    UseRequest,
    Visibility,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in person and how well the session knows them; ``None`` where it never did.

    ``second_factor_at`` is the latest passkey, code or recovery code used in this session.
    """

    user: User
    reauthenticated_at: datetime | None = None
    second_factor_at: datetime | None = None
    second_factor_enrolled: bool = False


class _Proof(TypedDict):
    """What every actor of a session has in common."""

    user_id: int
    user_ref: str
    name: str
    reauthenticated_at: datetime | None
    second_factor_at: datetime | None
    second_factor_enrolled: bool


def performer(visitor: Visitor) -> tuple[Performer, Actor]:
    """The visitor's own room. Raises NotFound for everybody who is no performer."""
    row = Performer.objects.select_related("user").filter(user=visitor.user).first()
    if row is None:
        raise NotFound
    return row, _performer_actor(visitor, row)


def use_request(visitor: Visitor, ref: str) -> tuple[UseRequest, Actor]:
    """The performer's side of a request: the performer, or a representative who may see. Drafts exist for no one here."""
    row = _sent_requests().filter(ref=ref).first()
    if row is None or row.performer is None:
        raise NotFound
    return row, _performer_side(visitor, row.performer)


def grant(visitor: Visitor, ref: str) -> tuple[Grant, Actor]:
    row = _grants().filter(ref=ref).first()
    if row is None:
        raise NotFound
    return row, _performer_side(visitor, row.performer)


def media(visitor: Visitor, ref: str) -> tuple[MediaItem, Actor]:
    """An item of a vault: the performer's own, or a client's where media is theirs to manage."""
    row = MediaItem.objects.select_related("performer__user").exclude(state=MediaState.DELETED).filter(ref=ref).first()
    if row is None:
        raise NotFound
    return row, _performer_side(visitor, row.performer, Right.MANAGE_MEDIA)


def upload(visitor: Visitor, ref: str) -> tuple[Upload, Actor]:
    row = Upload.objects.select_related("performer__user").exclude(state=UploadState.CANCELLED).filter(ref=ref).first()
    if row is None:
        raise NotFound
    return row, _performer_side(visitor, row.performer, Right.MANAGE_MEDIA)


def desk(visitor: Visitor) -> list[Representation]:
    """The representations in force of a representative. Raises NotFound where there are none."""
    found = [row for row in _representations(visitor.user) if _in_force(row)]
    if not found and visitor.user.side != "REPRESENTATIVE":
        raise NotFound
    return found


def client(visitor: Visitor, performer_ref: str) -> tuple[Performer, Actor]:
    row = Performer.objects.select_related("user").filter(ref=performer_ref).first()
    if row is None or row.user_id == visitor.user.pk:
        raise NotFound
    return row, _performer_side(visitor, row)


def studios(visitor: Visitor) -> Sequence[Studio]:
    """Every studio the visitor belongs to, by name."""
    return list(Studio.objects.filter(memberships__user=visitor.user).order_by("name"))


def studio(visitor: Visitor, slug: str, act: StudioAct = StudioAct.SEE) -> tuple[Studio, Actor]:
    """A studio in which the visitor's role covers ``act``."""
    membership = Membership.objects.select_related("studio").filter(studio__slug=slug, user=visitor.user).first()
    if membership is None or not roles.studio_may(StudioRole(membership.role), act):
        raise NotFound
    return membership.studio, _studio_actor(visitor, membership)


def studio_use_request(
    visitor: Visitor, slug: str, ref: str, act: StudioAct = StudioAct.SEE
) -> tuple[UseRequest, Actor]:
    """A request or a draft of the studio's own."""
    owner, actor = studio(visitor, slug, act)
    row = UseRequest.objects.select_related("performer", "production", "studio").filter(studio=owner, ref=ref).first()
    if row is None:
        raise NotFound
    return row, actor


def studio_grant(visitor: Visitor, slug: str, ref: str, act: StudioAct = StudioAct.SEE) -> tuple[Grant, Actor]:
    owner, actor = studio(visitor, slug, act)
    row = _grants().filter(studio=owner, ref=ref).first()
    if row is None:
        raise NotFound
    return row, actor


def studio_production(
    visitor: Visitor, slug: str, production_slug: str, act: StudioAct = StudioAct.SEE
) -> tuple[Production, Actor]:
    owner, actor = studio(visitor, slug, act)
    row = Production.objects.select_related("studio").filter(studio=owner, slug=production_slug).first()
    if row is None:
        raise NotFound
    return row, actor


def studio_performer(
    visitor: Visitor, slug: str, performer_ref: str, act: StudioAct = StudioAct.SEE
) -> tuple[Performer, Actor]:
    """A performer whom the studio may see: introduced to it, or visible to verified studios."""
    owner, actor = studio(visitor, slug, act)
    row = visible_performers(owner).filter(ref=performer_ref).first()
    if row is None:
        raise NotFound
    return row, actor


def visible_performers(owner: Studio) -> QuerySet[Performer]:
    """Performers whom this studio may see (product.md section 7). Hidden performers are seen by nobody."""
    known = Q(introductions__studio=owner)
    if owner.verified:
        known |= Q(visibility=Visibility.VERIFIED_STUDIOS)
    onboarded = Performer.objects.exclude(visibility=Visibility.HIDDEN).filter(onboarded_at__isnull=False)
    return onboarded.filter(known).distinct()


def studio_media(visitor: Visitor, slug: str, media_ref: str, *, now: datetime) -> tuple[MediaItem, Grant, Actor]:
    """A licensed piece of media, while a grant of this studio opens it at ``now``."""
    owner, actor = studio(visitor, slug, StudioAct.DOWNLOAD)
    opening = Grant.objects.generating(now).filter(studio=owner, media__ref=media_ref, media__state=MediaState.READY)
    found = opening.select_related("performer", "production", "studio").order_by("-generate_until").first()
    if found is None:
        raise NotFound
    return found.media.get(ref=media_ref), found, actor


def staff(visitor: Visitor) -> Actor:
    """The operator's people."""
    if not (visitor.user.is_staff and visitor.user.is_active):
        raise NotFound
    return Actor(capacity=Capacity.STAFF, door=Door.BROWSER, **_proof(visitor))


def person(visitor: Visitor) -> Actor:
    """Somebody signed in, in no capacity over any row yet: signing up, founding a studio, accepting an invitation.

    The capacity follows the side they signed up for; services check the rows.
    """
    side = Capacity.STUDIO if visitor.user.side == "STUDIO" else Capacity.PERFORMER
    if visitor.user.side == "REPRESENTATIVE":
        side = Capacity.REPRESENTATIVE
    return Actor(capacity=side, door=Door.BROWSER, **_proof(visitor))


def _sent_requests() -> QuerySet[UseRequest]:
    return UseRequest.objects.exclude(state=State.DRAFT).select_related("performer__user", "studio", "production")


def _grants() -> QuerySet[Grant]:
    rows = Grant.objects.select_related("performer__user", "studio", "production", "use_request")
    return rows.prefetch_related("suspensions")


def _representations(user: User) -> QuerySet[Representation]:
    return Representation.objects.select_related("performer__user").filter(user=user, revoked_at=None)


def _in_force(row: Representation) -> bool:
    today = timezone.now().astimezone(ZoneInfo(row.performer.time_zone)).date()
    return row.in_force(today)


def _performer_side(visitor: Visitor, row: Performer, right: Right = Right.SEE) -> Actor:
    if row.user_id == visitor.user.pk:
        return _performer_actor(visitor, row)
    found = _representations(visitor.user).filter(performer=row).first()
    if found is None or not _in_force(found) or right not in found.authority().rights:
        raise NotFound
    return Actor(
        capacity=Capacity.REPRESENTATIVE,
        door=Door.BROWSER,
        performer_id=row.pk,
        authority=found.authority(),
        for_name=row.professional_name,
        for_ref=row.ref,
        **_proof(visitor),
    )


def _performer_actor(visitor: Visitor, row: Performer) -> Actor:
    proof = _proof(visitor, name=row.professional_name)
    return Actor(capacity=Capacity.PERFORMER, door=Door.BROWSER, performer_id=row.pk, **proof)


def _studio_actor(visitor: Visitor, membership: Membership) -> Actor:
    return Actor(
        capacity=Capacity.STUDIO,
        door=Door.BROWSER,
        studio_id=membership.studio.pk,
        studio_role=StudioRole(membership.role),
        for_name=membership.studio.name,
        for_ref=membership.studio.ref,
        **_proof(visitor),
    )


def _proof(visitor: Visitor, *, name: str = "") -> _Proof:
    return {
        "user_id": visitor.user.pk,
        "user_ref": visitor.user.ref,
        "name": name or visitor.user.display_name,
        "reauthenticated_at": visitor.reauthenticated_at,
        "second_factor_at": visitor.second_factor_at if visitor.second_factor_enrolled else None,
        "second_factor_enrolled": visitor.second_factor_enrolled,
    }
