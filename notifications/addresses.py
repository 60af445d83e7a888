"""Absolute addresses for mail: the page of a notice, the recipient's own link, and the one-click unsubscribe address."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse

from consent.access import NotFound
from consent.models import User
from notifications.catalogue import Audience
from notifications.models import Group

_MAC_BYTES = 16
_PREFIX = "su1"
_OWN_PAGES = {"studio.member_removed": "studio:choose", "representative.revoked": "desk:inbox"}
_STUDIO_PAGES = {"studio.verified": "studio:board", "studio.refused": "studio:settings"}


def path(name: str, *args: str) -> str:
    """``reverse`` without its price: the shape of each address is worked out once per process."""
    return _shape(name, len(args)).format(*(quote(arg, safe="-_.~") for arg in args))


@cache
def _shape(name: str, count: int) -> str:
    marks = [f"mark{number}" for number in range(count)]
    shape = reverse(name, args=marks).replace("{", "{{").replace("}", "}}")
    for number, mark in enumerate(marks):
        shape = shape.replace(mark, f"{{{number}}}")
    return shape


def site(local: str) -> str:
    return f"{settings.SITE_URL}{local}"


def domain() -> str:
    """The host of this site: the right side of every Message-ID."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def answer_page(token: str) -> str:
    """The one link of a request's mail."""
    return site(path("links:enter", token))


def page(audience: str, kind: str, *, slug: str, subject_ref: str, performer_ref: str, use_request_ref: str) -> str:
    """The path of the page that a notice is about, as this audience reaches it."""
    family = kind.partition(".")[0]
    if audience == Audience.NAMED and kind in _OWN_PAGES:
        return path(_OWN_PAGES[kind])
    if kind == "studio.role_changed":
        return path("studio:board", slug)
    if audience == Audience.STAFF:
        return path("staff:studio", subject_ref)
    if audience in (Audience.CLEARANCE, Audience.OWNERS):
        return _studio_page(family, kind, slug, subject_ref, use_request_ref)
    if audience == Audience.REPRESENTATIVES:
        return _desk_page(family, performer_ref, use_request_ref)
    if audience == Audience.PERFORMER:
        return _performer_page(family, kind, subject_ref, use_request_ref)
    if audience == Audience.NAMED:
        return _desk_page(family, performer_ref, use_request_ref)
    return path("desk:invitation" if family == "representative" else "studio:invitation", subject_ref)


def _desk_page(family: str, performer_ref: str, use_request_ref: str) -> str:
    if use_request_ref and family != "grant":
        return path("desk:request", use_request_ref)
    return path("desk:client", performer_ref)


def _studio_page(family: str, kind: str, slug: str, subject_ref: str, use_request_ref: str) -> str:
    if family == "grant":
        return path("studio:grant", slug, subject_ref)
    if use_request_ref:
        return path("studio:request", slug, use_request_ref)
    return path(_STUDIO_PAGES.get(kind, "studio:members"), slug)


def _performer_page(family: str, kind: str, subject_ref: str, use_request_ref: str) -> str:
    if kind == "media.downloaded":
        return path("performer:grant", subject_ref)
    if family == "media":
        return path("performer:vault")
    if family == "grant":
        return path("performer:grant", subject_ref)
    if use_request_ref:
        return path("performer:request", use_request_ref)
    if family == "preferences":
        return path(
            "performer:preferences_confirm" if kind == "preferences.proposed" else "performer:preferences_versions"
        )
    if family == "representative":
        return path("performer:representatives")
    return path("performer:grants" if kind in ("performer.stopped", "performer.restarted") else "performer:history")


def unsubscribe_token(user: User, group: Group) -> str:
    """``su1.<user ref>.<group>.<kid>.<mac>``: turns one group off for one person, for ever, and can do nothing else."""
    kid, key = next(iter(_ring().items()))
    said = f"{_PREFIX}.{user.ref}.{group.value}.{kid}"
    return f"{said}.{_mac(said, key)}"


def open_unsubscribe(token: str) -> tuple[User, Group]:
    """Whose notices of which group the token turns off. Raises NotFound for everything that was not made here."""
    said, _, mac = token.rpartition(".")
    parts = said.split(".")
    key = _ring().get(parts[3]) if len(parts) == 4 and parts[0] == _PREFIX else None
    if key is None or not hmac.compare_digest(mac.encode(), _mac(said, key).encode()):
        raise NotFound
    user = User.objects.filter(ref=parts[1]).first()
    if user is None or parts[2] not in Group.__members__:
        raise NotFound
    return user, Group(parts[2])


def _mac(said: str, key: bytes) -> str:
    digest = hmac.new(key, b"sayso/unsubscribe/1\x1f" + said.encode(), hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _ring() -> Mapping[str, bytes]:
    ring: Mapping[str, bytes] = settings.LINK_KEYS
    return ring
