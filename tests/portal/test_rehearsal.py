"""A rotation of keys is rehearsed on what is there, finds what would break, and leaves nothing behind."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.signing import BadSignature
from django.db import connection
from django.utils import timezone

from consent.access import NotFound, by_link
from consent.models import ActionLink, MediaItem
from consent.services import checking, files
from portal import rehearsal
from tests import make
from tests.make import PerformerCast
from tests.portal.test_backups import added

pytestmark = pytest.mark.django_db


@pytest.fixture
def imani() -> PerformerCast:
    """With a file in her vault and a live mail link."""
    cast = make.cast()
    added(cast.imani, "In her garden")
    now = timezone.now()
    by_link.mint(make.pending(cast.northlight, cast.imani, now=now), cast.imani.user, now=now)
    return cast.imani


def said() -> str:
    out = io.StringIO()
    call_command("rehearse_keys", stdout=out)
    return out.getvalue()


def stored() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, kid FROM consent_actionlink UNION ALL SELECT ref, wrapped_key FROM consent_mediaitem"
        )
        return sorted(cursor.fetchall())


def test_every_ring_is_tried_and_nothing_is_kept(imani: PerformerCast, settings: Any) -> None:
    before, rings = stored(), (settings.LINK_KEYS, settings.MEDIA_KEYS, settings.SECRET_KEY)
    told = said()
    assert "LINK_KEYS: 1 mail links tried" in told
    assert "MEDIA_KEYS: 1 files tried" in told
    assert "SECRET_KEY: 1 signatures tried" in told
    assert stored() == before
    assert rings == (settings.LINK_KEYS, settings.MEDIA_KEYS, settings.SECRET_KEY)


def test_an_empty_site_rehearses_too() -> None:
    assert "LINK_KEYS: 0 mail links tried" in said()


def test_a_file_that_would_be_lost_is_found(imani: PerformerCast, settings: Any) -> None:
    settings.MEDIA_KEYS = {"k1": os.urandom(32)}
    with pytest.raises(CommandError, match="A rotation would do harm: A file under the old key"):
        said()


def test_links_that_outlive_their_key_are_found(imani: PerformerCast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal.by_link, "open_", lambda token: token)
    with pytest.raises(CommandError, match="A mail link outlives the key"):
        said()


def test_an_old_session_that_would_end_is_found(imani: PerformerCast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        raise BadSignature

    monkeypatch.setattr(rehearsal.signing, "loads", refuses)
    with pytest.raises(CommandError, match="not valid behind a new one"):
        said()


def test_the_real_rotation(imani: PerformerCast, settings: Any) -> None:
    """What the rehearsal rehearses, done: new key first, re-wrapped, old one dropped."""
    link, now = ActionLink.objects.get(), timezone.now()
    old = by_link.token(link)
    for name in ("LINK_KEYS", "MEDIA_KEYS"):
        setattr(settings, name, {"k2": os.urandom(32), **getattr(settings, name)})
    assert by_link.open_(old) == link
    assert checking.rewrap() == 1
    for name in ("LINK_KEYS", "MEDIA_KEYS"):
        setattr(settings, name, {"k2": getattr(settings, name)["k2"]})
    item = MediaItem.objects.get()
    for name in item.stored:
        files.prove(item, name)
    with pytest.raises(NotFound):
        by_link.open_(old)
    fresh = by_link.mint(link.use_request, link.recipient, now=now)
    assert (fresh.kid, fresh == link) == ("k2", False)
    assert by_link.open_(by_link.token(fresh)) == fresh
