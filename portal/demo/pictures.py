"""Puts the drawn pictures and synthesised voices into the vaults of the demo cast, the way an upload would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from consent.models import MediaItem, MediaPurpose, MediaState
from consent.services import checking, media
from portal.demo import signin
from portal.demo.art.cast_pictures import Asset, make_cast_media
from portal.demo.people import PERFORMERS, Part
from portal.demo.play import Play

SESSIONS = -84
"""The day on which Imani Clarke recorded her game efforts; everything else was there soon after its owner had joined."""

_LATE = {(signin.IMANI, "Game efforts and shouts"): SESSIONS + 1}
_LISTED = ("Front, neutral", "Three-quarter left", "Scan, front", "Natural read", "Game efforts and shouts")
_FRESH = timedelta(days=200)


class NotKept(RuntimeError):
    """The vault refused one of the project's own files: a fault of the drawing or of the check."""


def draw(folder: Path) -> list[Asset]:
    """Make what is missing under ``folder``; needs no database, and what was made once stays."""
    return make_cast_media(folder, [part.slug for part in PERFORMERS], workers=2)


def hang(play: Play, assets: Iterable[Asset]) -> None:
    """Put each file's arrival onto the calendar."""
    found: dict[str, list[Asset]] = defaultdict(list)
    for asset in assets:
        found[asset.person_slug].append(asset)
    for part in PERFORMERS:
        play.media[part.email] = {}
        arrivals: dict[int, list[Asset]] = defaultdict(list)
        for asset in found[part.slug]:
            arrivals[_LATE.get((part.email, asset.caption), part.joined + 1)].append(asset)
        for days, arriving in arrivals.items():
            _bring(play, part, days, arriving)


def _bring(play: Play, part: Part, days: int, assets: list[Asset]) -> None:
    def act(now: datetime) -> None:
        for number, asset in enumerate(assets):
            _keep(play, part, asset, now + timedelta(seconds=40 * number))

    play.scene(play.at(days, "11:00", part.zone), act)


def _keep(play: Play, part: Part, asset: Asset, now: datetime) -> None:
    performer, actor = play.performers[part.email], play.performer(part.email, now)
    upload = media.start_upload(
        performer,
        filename=asset.path.name,
        size=asset.path.stat().st_size,
        details={
            "caption": asset.caption,
            "captured_on": _captured(asset, now.date()).isoformat(),
            "tags": list(asset.tags),
            "purpose": asset.purpose,
        },
        actor=actor,
        now=now,
    )
    with asset.path.open("rb") as stream:
        media.receive(upload, 0, stream, actor=actor, now=now)
    item = media.arrived(upload, actor=actor, now=now)
    checking.process(item.pk, now=now + timedelta(seconds=15))
    item.refresh_from_db()
    if item.state != MediaState.READY:
        raise NotKept(f"{asset.path.name}: {item.state} {item.refused_code}")
    play.media[part.email][asset.caption] = item
    if asset.caption.startswith("Front"):
        media.set_portrait(item, actor=actor, now=now + timedelta(seconds=20))
    if part.email == signin.IMANI and asset.caption in _LISTED:
        _list(item, play, part, now + timedelta(seconds=25))


def _list(item: MediaItem, play: Play, part: Part, now: datetime) -> None:
    """Let studios know that it exists."""
    media.describe(
        item,
        caption=item.caption,
        captured_on=item.captured_on,
        tags=item.tags,
        purpose=MediaPurpose(item.purpose),
        listed=True,
        actor=play.performer(part.email, now),
        now=now,
    )


def _captured(asset: Asset, arrived: date) -> date:
    """Scans and old recordings keep the day that they were drawn for; the others are as fresh as their upload."""
    old = arrived - asset.captured_on > _FRESH
    return asset.captured_on if old else arrived - timedelta(days=10)
