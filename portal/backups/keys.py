"""The keys of backups: one file each, apart from what they open, dropped in time so that no copy of a backup outlives them.

A backup's name begins with its instant, so the age of a key is known even where a copy of its file has lost its dates.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

KEPT = timedelta(days=29, hours=12)
"""Half a day less than the thirty that are promised, for a job that comes late."""

_NAME = re.compile(r"B-(\d{8}T\d{6})Z-[0-9a-f]{8}")
_BYTES = 32


class KeyGone(Exception):
    """No usable key for this backup: it was dropped in time, or its file is somewhere else."""


def new_name(now: datetime) -> str:
    """What a backup is called: ``B-20260611T093000Z-1a2b3c4d``."""
    return f"B-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z-{secrets.token_hex(4)}"


def taken_at(name: str) -> datetime:
    """The instant in a backup's name. Raises ValueError for another name."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is not the name of a backup")
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def make(name: str) -> bytes:
    """A new key, safely on disk before anything is sealed under it."""
    folder = Path(settings.BACKUP_KEY_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(_BYTES)
    handle = os.open(place(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read(path: Path) -> bytes:
    """The key in a file. Raises KeyGone."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, binascii.Error, ValueError):
        raise KeyGone(str(path)) from None
    if len(key) != _BYTES:
        raise KeyGone(str(path))
    return key


def place(name: str) -> Path:
    """Where this site keeps the key of a backup."""
    return Path(settings.BACKUP_KEY_FOLDER) / f"{name}.key"


def drop(*, before: datetime) -> list[str]:
    """Remove the keys of every backup taken at ``before`` or earlier; returns the backups that nothing opens any more."""
    due = [path for path in kept(Path(settings.BACKUP_KEY_FOLDER)) if taken_at(path.stem) <= before]
    for path in due:
        path.unlink(missing_ok=True)
    return [path.stem for path in due]


def kept(folder: Path) -> list[Path]:
    """The files of our keys in a folder, oldest first."""
    return sorted(path for path in folder.glob("B-*.key") if _NAME.fullmatch(path.stem))
