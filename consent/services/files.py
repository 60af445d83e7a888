"""The vault's files on disk: encrypted under a key of their own, opened in pieces, unlinked for good.

The database row says which files there are (``MediaItem.stored``) and holds the wrapped key; nothing here decides who may.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from django.conf import settings

from consent.ingest import vault
from consent.ingest.outcome import Processed
from consent.models import MediaItem


class Variant(StrEnum):
    """What can be opened of an item.

    ORIGINAL is the whole file for its owner: as it arrived where cleaning changed it, else the clean copy. MASTER is the
    copy without metadata that licensees get. The rest are pictures: THUMB 320, PREVIEW and POSTER 960, LARGE 2048 pixels.
    """

    ORIGINAL = "ORIGINAL"
    MASTER = "MASTER"
    THUMB = "THUMB"
    PREVIEW = "PREVIEW"
    LARGE = "LARGE"
    POSTER = "POSTER"


class Opened(NamedTuple):
    """Decrypted bytes ``start`` to ``end`` (exclusive) of ``length`` in all."""

    chunks: Iterator[bytes]
    length: int
    mime: str


class Stored(NamedTuple):
    """What ``store`` wrote: the wrapped key, and per name in the row's JSON its type, size and extension."""

    wrapped_key: str
    names: dict[str, dict[str, Any]]


_SIDES = {Variant.THUMB: 320, Variant.PREVIEW: 960, Variant.POSTER: 960, Variant.LARGE: 2048}


def part_path(ref: str) -> Path:
    """Where the bytes of an upload wait, unencrypted, until they are checked."""
    folder = Path(settings.UPLOAD_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{ref}.part"


@contextmanager
def workbench() -> Iterator[Path]:
    """A folder of one's own for plain bytes in the making; it is gone afterwards, whatever happened."""
    parent = Path(settings.UPLOAD_ROOT) / "work"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def store(ref: str, raw: Path, found: Processed, made_in: Path) -> Stored:
    """Encrypt the clean copy and the pictures, and the file as it came where cleaning was not lossless."""
    key = vault.new_file_key()
    folder = _folder(ref)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    names: dict[str, dict[str, Any]] = {}
    master = found.master
    if master is None or not master.lossless:
        names["ORIGINAL"] = _sealed(ref, "ORIGINAL", raw, key, found.mime, found.extension)
    if master is not None:
        names["MASTER"] = _sealed(ref, "MASTER", made_in / master.name, key, master.mime, master.extension)
    for side, name in found.thumbs.items():
        names[f"PICTURE_{side}"] = _sealed(ref, f"PICTURE_{side}", made_in / name, key, found.thumb_mime, "")
    return Stored(vault.wrap_key(key, settings.MEDIA_KEYS, aad=ref), names)


def open_(item: MediaItem, variant: Variant, start: int, end: int | None) -> Opened | None:
    """Decrypt a piece of a ready item; ``None`` where it has no such variant. Raises vault.Tampered, vault.KeyUnavailable,
    FileNotFoundError, and ValueError for a range outside the file."""
    name = stored_name(item.stored, variant)
    if name is None:
        return None
    kept = item.stored[name]
    key = vault.unwrap_key(item.wrapped_key, settings.MEDIA_KEYS, aad=item.ref)
    stop = kept["size"] if end is None else min(end, kept["size"])
    chunks = vault.decrypt_stream(_path(item.ref, name), key, start, stop, file_id=_file_id(item.ref, name))
    return Opened(chunks, kept["size"], kept["mime"])


def sealed_path(ref: str, name: str) -> Path:
    """Where a stored file lies, encrypted; its last three parts are the same in every vault and backup."""
    return _path(ref, name)


def prove(item: MediaItem, name: str) -> None:
    """Open the beginning of one stored file. Raises vault.Tampered, vault.KeyUnavailable or FileNotFoundError."""
    key = vault.unwrap_key(item.wrapped_key, settings.MEDIA_KEYS, aad=item.ref)
    end = min(1, item.stored[name]["size"])
    for _block in vault.decrypt_stream(_path(item.ref, name), key, 0, end, file_id=_file_id(item.ref, name)):
        break


def newest_key() -> str:
    """The id of the ring's first key: what new files are sealed under."""
    return next(iter(settings.MEDIA_KEYS))


def rewrapped(item: MediaItem) -> str | None:
    """The item's key under the ring's first key; None where it is already. Raises vault.Tampered or vault.KeyUnavailable."""
    return vault.rewrapped_key(item.wrapped_key, settings.MEDIA_KEYS, aad=item.ref)


def stored_name(stored: Mapping[str, Any], variant: Variant) -> str | None:
    """Which file serves a variant: the nearest picture there is, and either whole file for the other."""
    if variant is Variant.ORIGINAL:
        return next((name for name in ("ORIGINAL", "MASTER") if name in stored), None)
    if variant is Variant.MASTER:
        return next((name for name in ("MASTER", "ORIGINAL") if name in stored), None)
    sides = [int(name.removeprefix("PICTURE_")) for name in stored if name.startswith("PICTURE_")]
    if not sides:
        return None
    return f"PICTURE_{min(sides, key=lambda side: abs(side - _SIDES[variant]))}"


def label_fonts() -> list[Path]:
    """The house's own faces for the name drawn into a copy: Latin with its accents, and Vietnamese."""
    return sorted((Path(settings.BASE_DIR) / "static" / "fonts").glob("hanken-grotesk-*-wght-normal.woff2"))


def unlink(ref: str) -> None:
    """Remove every stored file of an item. Nothing there is no error: the wish is that nothing is there."""
    shutil.rmtree(_folder(ref), ignore_errors=True)


def left_behind() -> Iterator[str]:
    """References of the items that have files, for the sweep that compares them with the rows."""
    root = Path(settings.MEDIA_ROOT_ENCRYPTED)
    if root.is_dir():
        yield from (folder.name for folder in root.glob("*/M-*") if folder.is_dir())


def parts() -> Iterator[Path]:
    """Every part file there is."""
    root = Path(settings.UPLOAD_ROOT)
    if root.is_dir():
        yield from root.glob("T-*.part")


def clear_workbench(*, older_than: float) -> int:
    """Remove what killed workers left of their work before the POSIX time ``older_than``. Returns how many folders."""
    gone = 0
    parent = Path(settings.UPLOAD_ROOT) / "work"
    for folder in parent.iterdir() if parent.is_dir() else ():
        if folder.stat().st_mtime < older_than:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def _sealed(ref: str, name: str, source: Path, key: bytes, mime: str, extension: str) -> dict[str, Any]:
    written = vault.encrypt_file(source, _path(ref, name), key, file_id=_file_id(ref, name))
    return {"mime": mime, "size": written.size, "extension": extension}


def _file_id(ref: str, name: str) -> str:
    return f"{ref}/{name}"


def _folder(ref: str) -> Path:
    return Path(settings.MEDIA_ROOT_ENCRYPTED) / ref[-2:] / ref


def _path(ref: str, name: str) -> Path:
    return _folder(ref) / f"{name}.sealed"
