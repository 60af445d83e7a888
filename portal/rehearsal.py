"""The rotation of every ring of keys, tried on what is really there, and nothing of it kept.

In memory a new key is put first, what stands under the old one is tried with both, and then the old one is dropped. What has to
write does so in a transaction that is rolled back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction

from consent.access import NotFound, by_link
from consent.ingest import vault
from consent.models import ActionLink, MediaItem
from consent.services import checking, files
from notifications import addresses
from notifications.models import Group

SAMPLE = 50
_NEW = "rehearsal"


class Fault(Exception):
    """The rotation would break something; the message is a sentence."""


@dataclass(frozen=True)
class Tried:
    """One ring, and how much of what stands under it was tried."""

    ring: str
    what: str
    count: int


def rehearse(*, now: datetime) -> list[Tried]:
    """Try every ring. Raises Fault at the first thing that would not work."""
    return [_links(now), _unsubscribing(), _media(), _signing()]


def _links(now: datetime) -> Tried:
    """Mail links live on under the old key, new ones come under the new, and after the drop a new mail brings a new link."""
    live = ActionLink.objects.filter(ended_at=None, expires_at__gt=now).select_related("use_request", "recipient")
    sample = [link for link in live.order_by("-created_at")[:SAMPLE] if link.kid in settings.LINK_KEYS]
    old = {link.pk: by_link.token(link) for link in sample}
    ring = _with_new(settings.LINK_KEYS)
    with _nothing_kept():
        with _setting(LINK_KEYS=ring):
            for token in old.values():
                _must(partial(by_link.open_, token), "A mail link under the old key does not open any more.")
        with _setting(LINK_KEYS=_only_new(ring)):
            for link in sample:
                _must_not(partial(by_link.open_, old[link.pk]), "A mail link outlives the key that made it.")
                fresh = by_link.mint(link.use_request, link.recipient, now=now)
                _must(partial(_written_and_opened, fresh), "A new mail link does not open.")
    return Tried("LINK_KEYS", "mail links", len(sample))


def _written_and_opened(link: ActionLink) -> None:
    by_link.open_(by_link.token(link))


def _unsubscribing() -> Tried:
    people = list(get_user_model().objects.order_by("-pk")[:SAMPLE])
    group = Group.REQUESTS
    old = [addresses.unsubscribe_token(person, group) for person in people]
    ring = _with_new(settings.LINK_KEYS)
    for person, token in zip(people, old, strict=True):
        with _setting(LINK_KEYS=ring):
            _must(partial(addresses.open_unsubscribe, token), "An old link to unsubscribe does not work.")
            fresh = addresses.unsubscribe_token(person, group)
        with _setting(LINK_KEYS=_only_new(ring)):
            _must_not(partial(addresses.open_unsubscribe, token), "A link to unsubscribe outlives its key.")
            _must(partial(addresses.open_unsubscribe, fresh), "A new link to unsubscribe does not work.")
    return Tried("LINK_KEYS", "links to unsubscribe", len(people))


def _media() -> Tried:
    """Files open under both, are re-wrapped as ``rewrap_media_keys`` does it, and then open without the old key."""
    ring = _with_new(settings.MEDIA_KEYS)
    with _nothing_kept(), _setting(MEDIA_KEYS=ring):
        rows = list(MediaItem.objects.exclude(wrapped_key="").order_by("pk")[:SAMPLE])
        for row in rows:
            _opens(row, "A file under the old key does not open any more.")
        try:
            checking.rewrap(limit=SAMPLE)
        except (vault.Tampered, vault.KeyUnavailable) as problem:
            raise Fault(f"The key of a file could not be put under a new one ({problem}).") from problem
        with _setting(MEDIA_KEYS=_only_new(ring)):
            for row in MediaItem.objects.filter(pk__in=[row.pk for row in rows]):
                _opens(row, "A file whose key was put under the new one does not open without the old one.")
    return Tried("MEDIA_KEYS", "files", len(rows))


def _signing() -> Tried:
    """Sessions and cookies are signed with SECRET_KEY: valid behind a new one, and not after that."""
    person = get_user_model().objects.order_by("-pk").first()
    token, old = signing.dumps("rehearsal"), settings.SECRET_KEY
    fresh = secrets.token_urlsafe(64)
    with _setting(SECRET_KEY=fresh, SECRET_KEY_FALLBACKS=[old]):
        _must(partial(signing.loads, token), "What SECRET_KEY signed is not valid behind a new one.")
        known = set(person.get_session_auth_fallback_hash()) if person else set()
    with _setting(SECRET_KEY=fresh, SECRET_KEY_FALLBACKS=[]):
        _must_not(partial(signing.loads, token), "What SECRET_KEY signed outlives it.")
    if person and person.get_session_auth_hash() not in known:
        raise Fault("A session from before a new SECRET_KEY would end.")
    return Tried("SECRET_KEY", "signatures", 1)


def _opens(row: MediaItem, otherwise: str) -> None:
    try:
        for name in row.stored:
            files.prove(row, name)
    except (vault.Tampered, vault.KeyUnavailable, FileNotFoundError) as problem:
        raise Fault(f"{otherwise} ({row.ref}: {type(problem).__name__})") from problem


def _must(act: Callable[[], object], otherwise: str) -> None:
    try:
        act()
    except (NotFound, signing.BadSignature, KeyError) as problem:
        raise Fault(otherwise) from problem


def _must_not(act: Callable[[], object], otherwise: str) -> None:
    try:
        act()
    except (NotFound, signing.BadSignature):
        return
    raise Fault(otherwise)


def _with_new(ring: Mapping[str, bytes]) -> dict[str, bytes]:
    return {_NEW: secrets.token_bytes(32), **ring}


def _only_new(ring: Mapping[str, bytes]) -> dict[str, bytes]:
    return {_NEW: ring[_NEW]}


@contextmanager
def _setting(**changed: Any) -> Iterator[None]:
    """Other settings for the length of the block, in this process alone: a command's, never a server's."""
    before = {name: getattr(settings, name) for name in changed}
    for name, value in changed.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


@contextmanager
def _nothing_kept() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
