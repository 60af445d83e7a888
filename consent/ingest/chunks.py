"""Resumable uploads on disk: append what arrives at the offset both sides agree on, keep what a dropped line delivered.

The part file is the truth about how much has arrived; the row only remembers. One writer at a time holds a lock on it.
"""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_BLOCK = 256 * 1024
_SYNC_EVERY = 64 * 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT}


class OffsetMismatch(Exception):
    """The sender is elsewhere than the file: `actual` is where to go on from."""

    def __init__(self, actual: int):
        self.actual = actual
        super().__init__(actual)


class OverLength(Exception):
    """More bytes came than the upload announced; nothing of this request was kept."""


class Busy(Exception):
    """Another request is writing this upload."""


class DiskFull(Exception):
    """No room; `actual` bytes are safe."""

    def __init__(self, actual: int):
        self.actual = actual
        super().__init__(actual)


def append(
    path: str | Path, offset: int, stream: BinaryIO, *, limit: int, on_progress: Callable[[int], None] | None = None
) -> int:
    """Append the stream's bytes at `offset` and return the new offset, synced to disk.

    `limit` is the announced length of the whole upload, counted here: no setting of the web server or of Django bounds
    what a stream yields. A stream that breaks (OSError from read) ends the append; what came before is kept. `on_progress`
    gets the synced offset every 64 MiB. Raises OffsetMismatch, OverLength, Busy, DiskFull.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        actual = os.fstat(handle).st_size
        if actual != offset:
            raise OffsetMismatch(actual)
        return _pour(handle, offset, stream, limit, on_progress)
    finally:
        os.close(handle)


def size(path: str | Path) -> int:
    """How much has arrived; 0 before the first byte."""
    try:
        return Path(path).stat().st_size
    except FileNotFoundError:
        return 0


def _pour(handle: int, offset: int, stream: BinaryIO, limit: int, on_progress: Callable[[int], None] | None) -> int:
    at = synced = offset
    os.lseek(handle, at, os.SEEK_SET)
    while True:
        try:
            # One byte more than is allowed is enough to see that there is too much.
            block = stream.read(min(_BLOCK, limit - at + 1))
        except OSError:
            break
        if not block:
            break
        if at + len(block) > limit:
            os.ftruncate(handle, offset)
            os.fsync(handle)
            raise OverLength
        try:
            at += _write(handle, block)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            os.fsync(handle)
            raise DiskFull(os.fstat(handle).st_size) from error
        if at - synced >= _SYNC_EVERY:
            os.fsync(handle)
            synced = at
            if on_progress:
                on_progress(at)
    os.fsync(handle)
    return at


def _write(handle: int, block: bytes) -> int:
    view = memoryview(block)
    while view:
        view = view[os.write(handle, view) :]
    return len(block)
