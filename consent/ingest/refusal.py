"""Refused: the one answer this room gives about a file it will not keep; a code here, the sentence in sentences.py."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Why a file is refused. Stored with the upload, so a code is never renamed."""

    EMPTY = "EMPTY"
    NOT_AN_ALLOWED_TYPE = "NOT_AN_ALLOWED_TYPE"
    POLYGLOT = "POLYGLOT"
    ANIMATED = "ANIMATED"
    BROKEN = "BROKEN"
    ENCRYPTED = "ENCRYPTED"
    NO_SOUND = "NO_SOUND"
    NO_PICTURE = "NO_PICTURE"
    CODEC = "CODEC"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_LONG = "TOO_LONG"
    TIMEOUT = "TIMEOUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    NEEDS_VIDEO_EXTRA = "NEEDS_VIDEO_EXTRA"
    UNAVAILABLE = "UNAVAILABLE"


class Refused(Exception):
    """A file that is not kept, with the code and the values its sentence needs.

    `transient` says that the fault is ours (disk full, no process to be had): try again, tell nobody off.
    `detail` names the inner error for the log; it is never shown, a decoder may quote the file in it.
    """

    def __init__(self, code: Code | str, *, detail: str = "", **values: str | int):
        self.code = Code(code)
        self.values = values
        self.detail = detail
        super().__init__(self.code, values)

    @property
    def transient(self) -> bool:
        return self.code is Code.UNAVAILABLE

    def to_json(self) -> dict[str, Any]:
        return {"code": str(self.code), "values": self.values, "detail": self.detail}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Refused":
        return cls(value["code"], detail=value["detail"], **value["values"])

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value}" for name, value in self.values.items()), self.detail]).strip()


# The disk, the folder or the process table failed, not the file.
_OURS = {
    getattr(errno, name)
    for name in ["ENOSPC", "EDQUOT", "EIO", "EROFS", "ENOENT", "ENOTDIR", "EACCES", "EPERM", "EMFILE", "ENFILE"]
    if hasattr(errno, name)
}


def refusal_of(error: Exception) -> Refused:
    """The refusal that an error from a decoder, muxer or file call amounts to."""
    if isinstance(error, Refused):
        return error
    detail = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, MemoryError):
        return Refused(Code.OUT_OF_MEMORY, detail=detail)
    if isinstance(error, OSError) and error.errno in _OURS:
        return Refused(Code.UNAVAILABLE, detail=detail)
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return Refused(Code.TOO_LARGE, detail=detail)
    return Refused(Code.BROKEN, detail=detail)


@contextmanager
def decoding() -> Iterator[None]:
    """Turn whatever a decoder raises into Refused.

    Catches Exception on purpose: mutated files made Pillow raise eleven classes in 60,000 tries, and each release of a
    decoder may add one; an escaped class would be a failed job without a sentence for the person who uploaded.
    """
    try:
        yield
    except Exception as error:
        raise refusal_of(error) from error
