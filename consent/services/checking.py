"""The check of what arrived: claim an item, look at it in a sandbox, encrypt what is kept, and clear away what is not.

Rows are the queue. A worker that dies leaves its claim behind; the claim lapses and the next worker begins anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from consent.core.actor import Actor
from consent.ingest import fingerprint, sandbox
from consent.ingest.outcome import Processed
from consent.ingest.refusal import Code
from consent.ingest.refusal import Refused as FileRefused
from consent.models import MediaItem, MediaState, Performer, Upload, UploadState
from consent.services import files, ledger, moves
from consent.services.files import Stored

log = logging.getLogger(__name__)

MOST_DEATHS = 3
"""So many workers may die over one file before the file is to blame."""

_LEASE = timedelta(minutes=15)
_LEASE_PER_GB = timedelta(minutes=15)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_CANDIDATES = 2_000


class Purged(NamedTuple):
    """How many uploads, files without a row, and folders of dead workers went."""

    uploads: int
    files: int
    folders: int


def due(*, now: datetime, limit: int = 50) -> list[int]:
    """Ids of items that wait for their check, or whose worker died, oldest first."""
    waiting = MediaItem.objects.filter(state__in=[MediaState.WAITING, MediaState.CHECKING]).order_by("created_at")
    return [row.pk for row in waiting if _is_due(row, now)][:limit]


def process(media_id: int, *, now: datetime) -> MediaItem | None:
    """Check one item. None if somebody else has it, it is not due, or it was deleted meanwhile.

    Bytes are looked at and encrypted outside any transaction; the outcome is written only if the claim still holds.
    """
    item = _claim(media_id, now)
    if item is None:
        return None
    raw = files.part_path(item.raw_path.removesuffix(".part"))
    try:
        with files.workbench() as bench:
            found = sandbox.process_upload(raw, bench)
            kept = files.store(item.ref, raw, found, bench)
    except FileRefused as refused:
        return _refuse(item, refused, now=now)
    except OSError as problem:
        log.error("media %s could not be stored: %s", item.ref, problem)
        return _refuse(item, FileRefused(Code.UNAVAILABLE, detail=str(problem)), now=now)
    return _settle(item, found, kept, raw, now=now)


def purge(*, now: datetime) -> Purged:
    """Remove uploads whose seven days are over, files whose item is gone, and what killed workers left."""
    over = Upload.objects.filter(state=UploadState.SENDING, expires_at__lte=now)
    ended = [upload.ref for upload in over if _end_upload(upload, now)]
    wanted = set(Upload.objects.filter(state=UploadState.SENDING).values_list("ref", flat=True))
    wanted |= {Path(name).stem for name in MediaItem.objects.exclude(raw_path="").values_list("raw_path", flat=True)}
    removed = 0
    for part in files.parts():
        if part.stem not in wanted and _older(part, now):
            part.unlink(missing_ok=True)
            removed += 1
    for ref in _without_row(files.left_behind()):
        files.unlink(ref)
        removed += 1
    return Purged(len(ended), removed, files.clear_workbench(older_than=(now - timedelta(days=1)).timestamp()))


def rewrap(*, limit: int = 1_000) -> int:
    """Put the keys of sealed files under the ring's first key, after it was rotated: rows change, files never do. Returns how
    many did; a row that changes meanwhile is left for the next call."""
    done = 0
    rows = MediaItem.objects.exclude(wrapped_key="").exclude(wrapped_key__startswith=f"{files.newest_key()}.")
    for row in rows.order_by("pk")[:limit]:
        fresh = files.rewrapped(row)
        if fresh is not None:
            done += MediaItem.objects.filter(pk=row.pk, wrapped_key=row.wrapped_key).update(wrapped_key=fresh)
    return done


@transaction.atomic
def _claim(media_id: int, now: datetime) -> MediaItem | None:
    row = MediaItem.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=media_id).first()
    if row is None or not _is_due(row, now):
        return None
    died = row.state == MediaState.CHECKING
    deaths = row.stored.get("deaths", 0) + died
    if deaths >= MOST_DEATHS:
        _write_refusal(row, FileRefused(Code.TIMEOUT), now=now)
        return None
    columns = {"state": MediaState.CHECKING, "claimed_at": now, "attempts": min(row.attempts + 1, 30_000)}
    MediaItem.objects.filter(pk=row.pk).update(**columns, stored={"deaths": deaths})
    for name, value in columns.items():
        setattr(row, name, value)
    return row


def _is_due(row: MediaItem, now: datetime) -> bool:
    """A fresh item at once; one that failed for our own reasons after a growing wait; one whose worker died after its lease."""
    if row.state == MediaState.WAITING:
        if row.claimed_at is None:
            return True
        wait: timedelta = min(_FIRST_WAIT * 2 ** min(row.attempts, 10), _LONGEST_WAIT)
        return now - row.claimed_at >= wait
    lease = _LEASE + _LEASE_PER_GB * (row.size / 10**9)
    return row.state == MediaState.CHECKING.value and (row.claimed_at is None or now - row.claimed_at >= lease)


@transaction.atomic
def _settle(item: MediaItem, found: Processed, kept: Stored, raw: Path, *, now: datetime) -> MediaItem | None:
    performer = moves.lock_performer(item.performer_id)
    twin = _twin(item, found)
    columns: dict[str, Any] = {
        "state": MediaState.READY,
        "ready_at": now,
        "kind": found.kind,
        "mime": found.mime,
        "size": sum(each["size"] for each in kept.names.values()),
        "sha256": found.sha256,
        "fingerprint": found.fingerprint,
        "duplicate_of": twin,
        "width": found.width,
        "height": found.height,
        "duration_ms": found.duration_ms,
        "waveform": found.peaks,
        "previewed": found.previewed,
        "stored": kept.names,
        "wrapped_key": kept.wrapped_key,
        "raw_path": "",
    }
    if item.captured_on is None and found.captured_on:
        columns["captured_on"] = date.fromisoformat(found.captured_on)
    claimed = MediaItem.objects.filter(pk=item.pk, state=MediaState.CHECKING, claimed_at=item.claimed_at)
    if claimed.update(**columns) != 1:
        if not MediaItem.objects.filter(pk=item.pk, state=MediaState.READY).exists():
            files.unlink(item.ref)
        return None
    item.refresh_from_db()
    _record("media.ready", item, performer, now=now, shelf=item.kind, duplicate_of=twin.ref if twin else "")
    transaction.on_commit(lambda: raw.unlink(missing_ok=True))
    return item


def _twin(item: MediaItem, found: Processed) -> MediaItem | None:
    """The oldest item of the same vault with the same bytes, or so alike that its owner should look."""
    others = MediaItem.objects.filter(performer_id=item.performer_id, state=MediaState.READY).exclude(pk=item.pk)
    same = others.filter(sha256=found.sha256).order_by("number").first()
    if same is not None or not found.fingerprint:
        return same
    alike = others.filter(kind=found.kind).exclude(fingerprint="").order_by("number")[:_CANDIDATES]
    return next((other for other in alike if fingerprint.near(other.fingerprint, found.fingerprint)), None)


def _refuse(item: MediaItem, refused: FileRefused, *, now: datetime) -> MediaItem | None:
    """A fault of the file ends its way; a fault of ours puts it back, to be tried again."""
    log.info("media %s: %s", item.ref, refused)
    if refused.transient:
        back = MediaItem.objects.filter(pk=item.pk, state=MediaState.CHECKING, claimed_at=item.claimed_at)
        back.update(state=MediaState.WAITING)
        return None
    with transaction.atomic():
        moves.lock_performer(item.performer_id)
        rows = MediaItem.objects.select_for_update(no_key=True, of=("self",)).select_related("performer")
        row = rows.filter(pk=item.pk, state=MediaState.CHECKING, claimed_at=item.claimed_at).first()
        if row is None:
            return None
        _write_refusal(row, refused, now=now)
    item.refresh_from_db()
    return item


def _write_refusal(row: MediaItem, refused: FileRefused, *, now: datetime) -> None:
    raw = files.part_path(row.raw_path.removesuffix(".part"))
    MediaItem.objects.filter(pk=row.pk).update(
        state=MediaState.REFUSED,
        refused_code=refused.code.value,
        refused_values=refused.values,
        raw_path="",
        stored={},
        wrapped_key="",
    )
    _record("media.refused", row, row.performer, now=now, code=refused.code.value, values=dict(refused.values))
    transaction.on_commit(lambda: _clear(row.ref, raw))


def _clear(ref: str, raw: Path) -> None:
    raw.unlink(missing_ok=True)
    files.unlink(ref)


def _end_upload(upload: Upload, now: datetime) -> bool:
    ended = Upload.objects.filter(pk=upload.pk, state=UploadState.SENDING, expires_at__lte=now)
    return ended.update(state=UploadState.CANCELLED) == 1


def _older(part: Path, now: datetime) -> bool:
    """A part file younger than a day may belong to a row that is about to be committed."""
    return part.stat().st_mtime < (now - timedelta(days=1)).timestamp()


def _without_row(refs: Iterable[str]) -> list[str]:
    """Items that must not have files: deleted, refused, or never heard of."""
    found = list(refs)
    living = MediaItem.objects.filter(ref__in=found).exclude(state__in=[MediaState.DELETED, MediaState.REFUSED])
    kept = set(living.values_list("ref", flat=True))
    return [ref for ref in found if ref not in kept]


def _record(kind: str, item: MediaItem, performer: Performer, *, now: datetime, **more: Any) -> None:
    ledger.record(
        kind,
        performer=performer,
        actor=Actor.clock(),
        now=now,
        subject_ref=item.ref,
        payload={
            "performer": performer.professional_name,
            "media": [item.ref],
            "number": item.number,
            "caption": item.caption or item.filename,
            **more,
        },
    )
