"""Filling a vault in tests: an upload that starts, arrives, and is checked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from consent.models import Fact, MediaItem, Upload
from consent.services import checking, media
from consent.services.moves import Refused
from tests.ingest import specimens
from tests.make import NOW, PerformerCast


def start(who: PerformerCast, body: bytes, name: str = "front.jpg", **details: Any) -> Upload:
    return media.start_upload(who.performer, filename=name, size=len(body), details=details, actor=who.actor(), now=NOW)


def arrive(who: PerformerCast, body: bytes, name: str = "front.jpg", **details: Any) -> MediaItem:
    upload = start(who, body, name, **details)
    media.receive(upload, 0, io.BytesIO(body), actor=who.actor(), now=NOW)
    return media.arrived(upload, actor=who.actor(), now=NOW)


def ready(who: PerformerCast, body: bytes | None = None, name: str = "front.jpg", **details: Any) -> MediaItem:
    item = arrive(who, body or specimens.jpg(), name, **details)
    checked = checking.process(item.pk, now=NOW)
    assert checked is not None
    return checked


def kinds() -> list[str]:
    return [kind for kind in Fact.objects.order_by("pk").values_list("kind", flat=True) if kind.startswith("media.")]


def on_disk(settings: Any) -> list[Path]:
    """Every file under both roots."""
    roots = [Path(settings.MEDIA_ROOT_ENCRYPTED), Path(settings.UPLOAD_ROOT)]
    return [path for root in roots if root.is_dir() for path in root.rglob("*") if path.is_file()]


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")
