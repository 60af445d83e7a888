"""The e-mail door: a link bound to one person, one request and one revision. It opens no session and shows nothing else.

The token is ``sl1_`` + base64url(16-byte id + 16-byte HMAC over everything it is bound to), under its own key ring. It is
recomputed whenever the mail is rendered; neither it nor a hash of it is stored (promises.md, "E-mail links").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from consent.access import NotFound
from consent.core.actor import Actor, Door
from consent.core.lifecycle import State
from consent.core.roles import Capacity, Right
from consent.models import (
    ActionLink,
    LinkEnd,
    LinkPurpose,
    LinkTry,
    Representation,
    User,
    UseRequest,
)

PREFIX = "sl1_"
LONGEST = timedelta(days=14)
TYPED_TRIES = 5
NEW_LINKS = 3
WINDOW = timedelta(hours=1)
_MAC_BYTES = 16
_TOKEN_LENGTH = len(PREFIX) + 43


def mint(use_request: UseRequest, recipient: User, *, now: datetime) -> ActionLink:
    """The live link of this person to the request as it stands; the same row again for a mail that is sent again.

    Expires with the request's deadline or after 14 days, whichever is first.
    """
    return mint_all([(use_request, recipient)], now=now)[use_request.pk, recipient.pk]


def mint_all(wanted: Collection[tuple[UseRequest, User]], *, now: datetime) -> dict[tuple[int, int], ActionLink]:
    """``mint`` for many at once, in as many queries as for one; keyed by request and recipient.

    A request whose terms change in the very moment is left out: its link would be dead.
    """
    asked = {(row.pk, person.pk): (row, person) for row, person in wanted}
    live = _live(asked)
    good = {key: link for key, link in live.items() if _serves(link, asked[key][1], now)}
    missing = [key for key in asked if key not in good]
    if not missing:
        return good
    with transaction.atomic():
        outdated = ActionLink.objects.filter(pk__in=[live[key].pk for key in missing if key in live], ended_at=None)
        outdated.update(ended_at=now, ended_because=LinkEnd.REPLACED)
        fresh = [_fresh(*asked[key], now=now) for key in missing]
        ActionLink.objects.bulk_create(fresh, ignore_conflicts=True)  # somebody else's mail may mint it first
    return good | _live({key: asked[key] for key in missing})


def _live(asked: Mapping[tuple[int, int], tuple[UseRequest, User]]) -> dict[tuple[int, int], ActionLink]:
    rows = ActionLink.objects.filter(
        use_request__in={request_id for request_id, _ in asked},
        recipient__in={user_id for _, user_id in asked},
        ended_at=None,
    )
    found = {}
    for row in rows:
        key = (row.use_request_id, row.recipient_id)
        if key in asked and asked[key][0].revision == row.revision:
            found[key] = row
    return found


def _serves(link: ActionLink, recipient: User, now: datetime) -> bool:
    return link.address_hash == address_hash(recipient.email) and link.expires_at > now


def _fresh(use_request: UseRequest, recipient: User, *, now: datetime) -> ActionLink:
    return ActionLink(
        use_request=use_request,
        revision=use_request.revision,
        recipient=recipient,
        kid=_newest_key(),
        digest=use_request.digest,
        address_hash=address_hash(recipient.email),
        purpose=LinkPurpose.ANSWER,
        created_at=now,
        expires_at=min(use_request.deadline_at or now + LONGEST, now + LONGEST),
    )


def token(link: ActionLink) -> str:
    """The secret that the mail carries. Never log it, store it or pass it to a task."""
    raw = link.id.bytes + _mac(link, _ring()[link.kid])
    return PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def open_(presented: str) -> ActionLink:
    """The link that a token stands for, whatever its state. Raises NotFound for unknown and garbled alike."""
    link_id, mac = _parts(presented)
    link = _links().filter(id=link_id).first()
    key = _ring().get(link.kid) if link is not None else None
    # An unknown id is checked against a key all the same, so that the answer takes as long.
    expected = (
        _mac(link, key)
        if link is not None and key is not None
        else hashlib.sha256(presented.encode()).digest()[:_MAC_BYTES]
    )
    if not hmac.compare_digest(mac, expected) or link is None or key is None:
        raise NotFound
    return link


def by_id(link_id: uuid.UUID) -> ActionLink:
    """The link behind a cookie that ``open_`` earned; the cookie is signed by the caller. Raises NotFound."""
    link = _links().filter(id=link_id).first()
    if link is None:
        raise NotFound
    return link


def trouble(link: ActionLink, *, now: datetime) -> str:
    """Why the link no longer leads to an answer, as a code, or "" while it does.

    AMENDED: the terms changed. REPLACED, NOT_ME, AUTHORITY: it was killed. MOVED: the address is another one now.
    EXPIRED: the link's own time is over, the request may still be open.
    """
    if address_hash(link.recipient.email) != link.address_hash or not link.recipient.is_active:
        return "MOVED"  # first of all: a mailbox that is no longer theirs learns nothing more
    if link.ended_at is not None:
        return link.ended_because
    row = link.use_request
    if row.revision != link.revision or row.digest != link.digest:
        return LinkEnd.AMENDED.value
    if capacity(link, now=now) is None:
        return LinkEnd.AUTHORITY.value
    return "EXPIRED" if link.expires_at <= now and row.state_at(now) is State.PENDING else ""


def capacity(link: ActionLink, *, now: datetime) -> Capacity | None:
    """In which capacity the recipient may still see this request; re-read from the rows at every use."""
    performer = link.use_request.performer
    if performer is None:
        return None
    if performer.user_id == link.recipient_id:
        return Capacity.PERFORMER
    found = _representation(link, now)
    return Capacity.REPRESENTATIVE if found is not None else None


def actor(link: ActionLink, *, now: datetime, typed_address: bool = False) -> Actor:
    """The recipient, acting through the link. Raises NotFound where no authority is left."""
    role = capacity(link, now=now)
    performer = link.use_request.performer
    if role is None or performer is None:
        raise NotFound
    found = _representation(link, now) if role is Capacity.REPRESENTATIVE else None
    own = role is Capacity.PERFORMER
    return Actor(
        capacity=role,
        door=Door.EMAIL_LINK,
        user_id=link.recipient_id,
        user_ref=link.recipient.ref,
        name=performer.professional_name if own else link.recipient.display_name,
        performer_id=performer.pk,
        authority=found.authority() if found else None,
        for_name="" if own else performer.professional_name,
        for_ref="" if own else performer.ref,
        link_id=str(link.id),
        typed_address=typed_address,
    )


def typed_matches(link: ActionLink, typed: str) -> bool:
    """Is this the address that the mail was sent to?"""
    return hmac.compare_digest(address_hash(typed), link.address_hash)


def tries_left(link: ActionLink, kind: str, *, most: int, now: datetime) -> int:
    """How many tries of this kind are left within the hour; counted in the database."""
    used = LinkTry.objects.filter(link=link, kind=kind, at__gt=now - WINDOW).count()
    return max(0, most - used)


def count_try(link: ActionLink, kind: str, *, now: datetime) -> None:
    LinkTry.objects.create(link=link, kind=kind, at=now)


def address_hash(address: str) -> str:
    """SHA-256 of the address in lower case: the link knows whom it was sent to without keeping the address."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def _links() -> QuerySet[ActionLink]:
    return ActionLink.objects.select_related(
        "recipient", "use_request__performer__user", "use_request__studio", "use_request__production"
    )


def _representation(link: ActionLink, now: datetime) -> Representation | None:
    performer = link.use_request.performer
    if performer is None:
        return None
    found = Representation.objects.filter(performer=performer, user=link.recipient, revoked_at=None).first()
    today = now.astimezone(ZoneInfo(performer.time_zone)).date()
    if found is None or not found.in_force(today) or Right.SEE not in found.authority().rights:
        return None
    return found


def _parts(presented: str) -> tuple[uuid.UUID, bytes]:
    if len(presented) != _TOKEN_LENGTH or not presented.startswith(PREFIX):
        raise NotFound
    try:
        raw = base64.b64decode(presented[len(PREFIX) :] + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None
    canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(raw) != 32 or canonical != presented[len(PREFIX) :]:
        raise NotFound
    return uuid.UUID(bytes=raw[:16]), raw[16:]


def _mac(link: ActionLink, key: bytes) -> bytes:
    bound = (
        "sayso/link/1",
        link.id.hex,
        link.purpose,
        str(link.use_request_id),
        str(link.revision),
        link.digest,
        str(link.recipient_id),
        link.address_hash,
        str(int(link.expires_at.timestamp())),
    )
    return hmac.new(key, "\x1f".join(bound).encode(), hashlib.sha256).digest()[:_MAC_BYTES]


def _ring() -> Mapping[str, bytes]:
    ring: Mapping[str, bytes] = settings.LINK_KEYS
    return ring


def _newest_key() -> str:
    return next(iter(_ring()))
