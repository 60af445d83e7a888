"""The vault: uploads on their way in, media checked and encrypted, described, opened, and deleted for good."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from consent.core import actor as proofs
from consent.core.actor import Actor, Tier
from consent.core.roles import Capacity, Right
from consent.ingest import chunks, sandbox, vault
from consent.ingest import refusal as refusals
from consent.models import MediaItem, MediaKind, MediaPurpose, MediaState, Performer, Upload, UploadState
from consent.services import entitled, files, ledger, moves
from consent.services.files import Opened, Variant
from consent.services.moves import NotEntitled, Refused, StepUpNeeded

__all__ = ["Opened", "Usage", "Variant"]

log = logging.getLogger(__name__)

UPLOAD_KEPT = timedelta(days=7)
MOST_UPLOADS = 20
MOST_TAGS = 20
_BLOCK = 256 * 1024


class Usage(NamedTuple):
    """Bytes in the vault and on their way, and the most there may be."""

    used: int
    quota: int

    @property
    def left(self) -> int:
        return max(0, self.quota - self.used)


# --- On their way in -----------------------------------------------------------------------------------------------


@transaction.atomic
def start_upload(
    performer: Performer,
    *,
    filename: str,
    size: int,
    details: Mapping[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> Upload:
    """``size`` in bytes. ``details`` may hold caption, captured_on (ISO), tags and purpose.

    Raises Refused EMPTY_FILE, FILE_TOO_LARGE, FILE_NAME_MISSING, VAULT_FULL, TOO_MANY_UPLOADS, or what ``describe`` raises.
    """
    _may(actor, performer.pk)
    name = _file_name(filename)
    if size <= 0:
        raise Refused("EMPTY_FILE")
    if size > settings.MAX_UPLOAD_BYTES:
        raise Refused("FILE_TOO_LARGE", most_bytes=settings.MAX_UPLOAD_BYTES)
    said = _details(details or {})
    moves.lock_performer(performer.pk)
    if _on_their_way(performer).count() >= MOST_UPLOADS:
        raise Refused("TOO_MANY_UPLOADS", most=MOST_UPLOADS)
    room = usage(performer)
    if size > room.left:
        raise Refused("VAULT_FULL", left=room.left, size=size)
    return Upload.objects.create(
        performer=performer, filename=name, size=size, details=said, created_at=now, expires_at=now + UPLOAD_KEPT
    )


def part_path(upload: Upload) -> Path:
    """Where the bytes of an upload wait."""
    return files.part_path(upload.ref)


def reached(upload: Upload) -> int:
    """How many bytes are on disk: the part file knows, the row only remembers."""
    return upload.size if upload.state == UploadState.ARRIVED else min(chunks.size(part_path(upload)), upload.size)


def receive(upload: Upload, offset: int, stream: BinaryIO, *, actor: Actor, now: datetime) -> Upload:
    """Append what the stream yields at ``offset``; a line that drops keeps what came. ``upload.offset`` then says where to go on.

    Raises Refused UPLOAD_OFFSET (value: offset), UPLOAD_TOO_LONG, UPLOAD_BUSY, DISK_FULL or UPLOAD_OVER.
    """
    _may(actor, upload.performer_id)
    row = _sending(upload, now)
    try:
        reached = chunks.append(part_path(row), offset, stream, limit=row.size)
    except chunks.OffsetMismatch as mismatch:
        raise Refused("UPLOAD_OFFSET", offset=mismatch.actual) from None
    except chunks.OverLength:
        raise Refused("UPLOAD_TOO_LONG") from None
    except chunks.Busy:
        raise Refused("UPLOAD_BUSY") from None
    except chunks.DiskFull:
        log.error("no room left for uploads")
        raise Refused("DISK_FULL") from None
    return record_progress(upload, reached, actor=actor, now=now)


def record_progress(upload: Upload, offset: int, *, actor: Actor, now: datetime) -> Upload:
    """``offset`` bytes are in the part file, and the seven days begin again. Never goes back; raises Refused UPLOAD_OVER."""
    _may(actor, upload.performer_id)
    row = _sending(upload, now)
    reached = min(max(offset, row.offset), row.size)
    moved = Upload.objects.filter(pk=row.pk, state=UploadState.SENDING, offset__lte=reached)
    moved.update(offset=reached, expires_at=now + UPLOAD_KEPT)
    upload.refresh_from_db()
    return upload


@transaction.atomic
def arrived(upload: Upload, *, actor: Actor, now: datetime) -> MediaItem:
    """All bytes are here: the media row exists and waits for its check. A second time it is the same row.

    Raises Refused UPLOAD_UNFINISHED (value: missing_bytes) or UPLOAD_OVER.
    """
    _may(actor, upload.performer_id)
    performer = moves.lock_performer(upload.performer_id)
    row = Upload.objects.select_for_update(no_key=True, of=("self",)).select_related("media").get(pk=upload.pk)
    if row.media is not None:
        return row.media
    _check_sending(row, now)
    missing = row.size - chunks.size(part_path(row))
    if missing > 0:
        raise Refused("UPLOAD_UNFINISHED", missing_bytes=missing)
    number = MediaItem.objects.filter(performer=performer).aggregate(last=Max("number"))["last"] or 0
    captured = row.details.get("captured_on") or None
    item = MediaItem.objects.create(
        performer=performer,
        number=number + 1,
        filename=row.filename,
        size=row.size,
        raw_path=part_path(row).name,
        caption=row.details.get("caption", ""),
        captured_on=date.fromisoformat(captured) if captured else None,
        tags=row.details.get("tags", []),
        purpose=row.details.get("purpose") or MediaPurpose.OTHER.value,
        created_at=now,
    )
    Upload.objects.filter(pk=row.pk).update(state=UploadState.ARRIVED, offset=row.size, media=item)
    _record("media.added", item, actor=actor, now=now, size=item.size)
    return item


@transaction.atomic
def cancel_upload(upload: Upload, *, actor: Actor, now: datetime) -> None:
    """Stop an upload and remove what came of it. One that has arrived is deleted as media instead (Refused UPLOAD_OVER)."""
    _may(actor, upload.performer_id)
    row = Upload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if row.state == UploadState.ARRIVED:
        raise Refused("UPLOAD_OVER")
    Upload.objects.filter(pk=row.pk).update(state=UploadState.CANCELLED)
    transaction.on_commit(lambda: part_path(row).unlink(missing_ok=True))


def usage(performer: Performer) -> Usage:
    """What the vault holds and expects, in bytes."""
    kept = MediaItem.objects.filter(performer=performer).exclude(state__in=[MediaState.DELETED, MediaState.REFUSED])
    held = kept.aggregate(all=Sum("size"))["all"] or 0
    expected = _on_their_way(performer).aggregate(all=Sum("size"))["all"] or 0
    return Usage(held + expected, settings.VAULT_QUOTA_BYTES)


# --- Described and deleted -----------------------------------------------------------------------------------------


@transaction.atomic
def describe(
    item: MediaItem,
    *,
    caption: str,
    captured_on: date | None,
    tags: Collection[str],
    purpose: MediaPurpose,
    listed: bool | None = None,
    actor: Actor,
    now: datetime,
) -> MediaItem:
    """Say what an item is. ``listed`` lets studios know that it exists (caption and kind, never the file); None leaves that.

    Raises Refused TEXT_TOO_LONG, TOO_MANY_TAGS, CAPTURED_IN_FUTURE or MEDIA_GONE.
    """
    _may(actor, item.performer_id)
    moves.lock_performer(item.performer_id)
    row = _present(item)
    said = _details({"caption": caption, "tags": list(tags), "purpose": MediaPurpose(purpose).value})
    if captured_on is not None and captured_on > now.date() + timedelta(days=1):
        raise Refused("CAPTURED_IN_FUTURE")
    wanted = {**said, "captured_on": captured_on} | ({} if listed is None else {"listed": listed})
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changed:
        MediaItem.objects.filter(pk=row.pk).update(**changed)
        row.refresh_from_db()
        _record("media.described", row, actor=actor, now=now, fields=sorted(changed))
    item.refresh_from_db()
    return item


@transaction.atomic
def set_portrait(item: MediaItem, *, actor: Actor, now: datetime) -> MediaItem:
    """The still that stands for the performer in their own room. Raises Refused NOT_A_PORTRAIT."""
    _may(actor, item.performer_id)
    performer = moves.lock_performer(item.performer_id)
    row = _present(item)
    if row.state != MediaState.READY or row.kind != MediaKind.STILL:
        raise Refused("NOT_A_PORTRAIT")
    if not row.is_portrait:
        MediaItem.objects.filter(performer=performer, is_portrait=True).update(is_portrait=False)
        MediaItem.objects.filter(pk=row.pk).update(is_portrait=True)
        row.refresh_from_db()
        _record("media.described", row, actor=actor, now=now, fields=["is_portrait"])
    item.refresh_from_db()
    return item


@transaction.atomic
def delete(item: MediaItem, *, actor: Actor, now: datetime) -> None:
    """The key, the file and everything made from it are gone at once; a numbered tombstone stays. Access under live grants
    closes with it. Deleting twice changes nothing."""
    _may(actor, item.performer_id)
    moves.lock_performer(item.performer_id)
    _delete(item.pk, actor=actor, now=now)
    item.refresh_from_db()


@transaction.atomic
def delete_vault(performer: Performer, *, actor: Actor, now: datetime) -> int:
    """Every item and every upload on its way; the performer only, never a representative. Returns how many items went.

    Raises StepUpNeeded where the performer has not proven themselves again just now.
    """
    entitled.performer(actor, performer.pk)
    if not proofs.proven_lately(actor, now=now):
        raise StepUpNeeded(Tier.T3)
    moves.lock_performer(performer.pk)
    for upload in Upload.objects.filter(performer=performer, state=UploadState.SENDING):
        cancel_upload(upload, actor=actor, now=now)
    ids = MediaItem.objects.filter(performer=performer).exclude(state=MediaState.DELETED).values_list("pk", flat=True)
    gone = sum(_delete(pk, actor=actor, now=now) for pk in list(ids))
    if gone:
        ledger.record(
            "media.vault_deleted",
            performer=performer,
            actor=actor,
            now=now,
            subject_ref=performer.ref,
            payload={"performer": performer.professional_name, "count": gone},
        )
    return gone


# --- Opened ----------------------------------------------------------------------------------------------------------


def open_variant(item: MediaItem, variant: Variant, start: int = 0, end: int | None = None) -> Opened:
    """Decrypt a piece of an item. The caller has passed a door and logged the access.

    Raises Refused MEDIA_GONE, NOT_READY, NO_SUCH_VARIANT, RANGE_OUTSIDE or MEDIA_UNREADABLE.
    """
    row = MediaItem.objects.get(pk=item.pk)
    if row.state == MediaState.DELETED:
        raise Refused("MEDIA_GONE")
    if row.state != MediaState.READY:
        raise Refused("NOT_READY")
    try:
        opened = files.open_(row, variant, start, end)
    except (vault.Tampered, vault.KeyUnavailable, FileNotFoundError) as problem:
        log.error("media %s cannot be read: %s", row.ref, type(problem).__name__)
        raise Refused("MEDIA_UNREADABLE") from problem
    except ValueError:
        raise Refused("RANGE_OUTSIDE") from None
    if opened is None:
        raise Refused("NO_SUCH_VARIANT")
    return opened


def licensed_copy(item: MediaItem, mark: str) -> Opened:
    """A clean copy that carries ``mark`` (the licensee's name), made in a child process and gone once it is read.

    Raises as ``open_variant`` does, and COPY_UNAVAILABLE where this machine cannot mark this kind of file.
    """
    plain = open_variant(item, Variant.MASTER)
    with ExitStack() as stack:
        folder = stack.enter_context(files.workbench())
        source = folder / "source"
        with source.open("wb") as out:
            out.writelines(plain.chunks)
        try:
            made = sandbox.watermark_copy(source, mark, folder, fonts=files.label_fonts())
        except refusals.Refused as refused:
            log.error("media %s cannot be marked: %s", item.ref, refused)
            raise Refused("COPY_UNAVAILABLE") from refused
        source.unlink()
        copy = stack.enter_context((folder / made.name).open("rb"))
        return Opened(_poured(copy, stack.pop_all()), made.size, made.mime)


def _poured(copy: BinaryIO, bench: ExitStack) -> Iterator[bytes]:
    with bench:
        while block := copy.read(_BLOCK):
            yield block


# --- Parts -----------------------------------------------------------------------------------------------------------


def _may(actor: Actor, performer_id: int) -> None:
    """The performer, or a representative to whom the vault was handed."""
    if actor.performer_id != performer_id:
        raise NotEntitled("NOT_ENTITLED")
    if actor.capacity is Capacity.PERFORMER:
        return
    handed = actor.authority is not None and Right.MANAGE_MEDIA in actor.authority.rights
    if actor.capacity is not Capacity.REPRESENTATIVE or not handed:
        raise NotEntitled("BEYOND_AUTHORITY")


def _file_name(filename: str) -> str:
    """The last part of a path, without what a page or a log could trip over."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    clean = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in last)
    name = " ".join(clean.split())
    if not name.strip("."):
        raise Refused("FILE_NAME_MISSING")
    return name[-255:]


def _details(said: Mapping[str, object]) -> dict[str, Any]:
    """Checked columns of a description. Unknown names are left out: forms send more than they mean."""
    kept: dict[str, Any] = {}
    if "caption" in said:
        kept["caption"] = " ".join(str(said["caption"] or "").split())
        if len(kept["caption"]) > 200:
            raise Refused("TEXT_TOO_LONG", most=200)
    if "tags" in said:
        tags = said["tags"] if isinstance(said["tags"], (list, tuple)) else [said["tags"]]
        words = (" ".join(str(tag or "").split())[:40] for tag in tags)
        kept["tags"] = list(dict.fromkeys(word for word in words if word))
        if len(kept["tags"]) > MOST_TAGS:
            raise Refused("TOO_MANY_TAGS", most=MOST_TAGS)
    try:
        if said.get("purpose"):
            kept["purpose"] = MediaPurpose(str(said["purpose"])).value
        if said.get("captured_on"):
            kept["captured_on"] = date.fromisoformat(str(said["captured_on"])).isoformat()
    except ValueError:
        raise Refused("DETAILS_UNREADABLE") from None
    return kept


def _sending(upload: Upload, now: datetime) -> Upload:
    row = Upload.objects.get(pk=upload.pk)
    _check_sending(row, now)
    return row


def _check_sending(row: Upload, now: datetime) -> None:
    if row.state != UploadState.SENDING or row.expires_at <= now:
        raise Refused("UPLOAD_OVER")


def _on_their_way(performer: Performer) -> QuerySet[Upload]:
    return Upload.objects.filter(performer=performer, state=UploadState.SENDING)


def _present(item: MediaItem) -> MediaItem:
    row = MediaItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    if row.state == MediaState.DELETED:
        raise Refused("MEDIA_GONE")
    return row


def _delete(pk: int, *, actor: Actor, now: datetime) -> bool:
    row = MediaItem.objects.select_for_update(no_key=True, of=("self",)).select_related("performer").get(pk=pk)
    if row.state == MediaState.DELETED:
        return False
    held_by = row.grants.generating(now).count()
    _record("media.deleted", row, actor=actor, now=now, held_by=held_by)
    ref = row.ref
    raws = {row.raw_path.removesuffix(".part"), *Upload.objects.filter(media=row).values_list("ref", flat=True)} - {""}
    MediaItem.objects.filter(pk=pk).update(
        state=MediaState.DELETED,
        deleted_at=now,
        wrapped_key="",
        stored={},
        raw_path="",
        filename="",
        caption="",
        captured_on=None,
        tags=[],
        sha256="",
        fingerprint="",
        waveform=[],
        size=0,
        is_portrait=False,
        listed=False,
        previewed=False,
    )
    transaction.on_commit(lambda: _unlink(ref, raws))
    return True


def _unlink(ref: str, raws: Collection[str]) -> None:
    """Sealed files and what a worker may have left of the upload. Without its key what is left is noise; the sweep
    (``checking.purge``) repeats this should it be cut short."""
    files.unlink(ref)
    for raw in raws:
        files.part_path(raw).unlink(missing_ok=True)


def _record(kind: str, item: MediaItem, *, actor: Actor, now: datetime, **more: Any) -> None:
    ledger.record(
        kind,
        performer=item.performer,
        actor=actor,
        now=now,
        subject_ref=item.ref,
        payload={
            "performer": item.performer.professional_name,
            "media": [item.ref],
            "number": item.number,
            "caption": item.caption or item.filename,
            **more,
        },
    )
