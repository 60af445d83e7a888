"""Finds a second file hiding in a first one: markup, scripts, archives and programs inside or behind media.

Not a virus scanner: it knows the shapes that browsers, unzippers and interpreters act on when a file is handed to them
under another name. Scrubbing and rebuilding from pixels are the other two walls.
"""

import re
import struct
from mmap import mmap
from typing import BinaryIO

from consent.ingest.refusal import Code, Refused

# Five or more characters, so that compressed pixels do not match by chance: at 300 MB the shortest has odds of 1 in 500.
# One pattern with a literal first byte runs at memory speed over lowered bytes; a case-blind one takes ten times that.
_MARKUP = re.compile(rb"<(?:(script|iframe|html>|!doctype html)|\?php)")
_ANYWHERE = ((b"__halt_compiler", "PHP"), (b"this program cannot be run in dos mode", "EXE"))
# Self-extracting archives and PDF readers look no further than this for their mark.
_EARLY = ((b"%pdf-1.", "PDF"), (b"rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"))
_EARLY_WINDOW = 1024 * 1024
# What browsers and viewers look for only at the start, so shorter marks may count there.
_AT_START = (
    (
        re.compile(rb"<(?:html|head|body|title|svg|img|meta|link|style|form|embed|object|!--|!doctype)[\s>/]", re.I),
        "HTML",
    ),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"%!PS-Adobe"), "PostScript"),
    (re.compile(rb"<\?php\b", re.I), "PHP"),
)
_AT_OFFSET = ((257, b"ustar", "TAR"), (128, b"DICM", "DICOM"), (32769, b"CD001", "ISO"))
# What a second file begins with, where it follows the media. Only its first bytes count: three or four characters turn up
# by chance in any megabyte of a camera's own trailer.
_BEHIND = (
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90\x00", "EXE"),
    (b"#!/", "script"),
    (b"GIF8", "GIF"),
    (b"<svg", "SVG"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"BZh9", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
)
_START_WINDOW = 4096
_WINDOW = 1024 * 1024
_OVERLAP = 40
_EOCD = struct.Struct("<4sHHHHIIH")
_ARCHIVE_TAIL = _EOCD.size + 0xFFFF


def refuse_hidden_start(head: bytes) -> None:
    """Look at the first bytes of a file (64 KiB are enough) for what another program would open it as."""
    for pattern, found in _AT_START:
        if pattern.search(head, 0, _START_WINDOW):
            raise Refused(Code.POLYGLOT, found=found)
    for offset, mark, found in _AT_OFFSET:
        if head[offset : offset + len(mark)] == mark:
            raise Refused(Code.POLYGLOT, found=found)


def refuse_hidden_anywhere(buffer: bytes | mmap, start: int = 0, end: int | None = None) -> None:
    """Look through bytes, case-insensitively, in windows of 1 MiB; archive marks count in the first window only."""
    end = len(buffer) if end is None else end
    for at in range(start, end, _WINDOW):
        window = bytes(buffer[at : min(at + _WINDOW + _OVERLAP, end)]).lower()
        markup = _MARKUP.search(window)
        if markup:
            raise Refused(Code.POLYGLOT, found="HTML" if markup[1] else "PHP")
        for mark, found in _ANYWHERE + (_EARLY if at - start < _EARLY_WINDOW else ()):
            if mark in window:
                raise Refused(Code.POLYGLOT, found=found)


def refuse_hidden_behind(trailer: bytes) -> None:
    """Look at what follows the end of the media. Padding and a camera's second picture pass: they are dropped later."""
    start = trailer.lstrip(b"\0 \t\r\n")
    for mark, found in _BEHIND:
        if start.startswith(mark):
            raise Refused(Code.POLYGLOT, found=found)
    for pattern, found in _AT_START:
        if pattern.search(trailer):
            raise Refused(Code.POLYGLOT, found=found)
    refuse_hidden_anywhere(trailer)


def refuse_archive(file: BinaryIO, size: int) -> None:
    """Refuse a file that an unzipper would open: a true end-of-central-directory record near its end.

    The record is checked against the central directory it points back to, so that four chance bytes do not count.
    """
    tail_at = max(0, size - _ARCHIVE_TAIL)
    file.seek(tail_at)
    tail = file.read(size - tail_at)
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= _EOCD.size:
            *_, directory_size, _directory_at, comment = _EOCD.unpack_from(tail, at)
            fits = at + _EOCD.size + comment <= len(tail)
            if fits and _is_directory(file, tail_at + at, directory_size):
                raise Refused(Code.POLYGLOT, found="ZIP")
        at = tail.rfind(b"PK\x05\x06", 0, at)


def _is_directory(file: BinaryIO, end: int, length: int) -> bool:
    if length in (0, 0xFFFFFFFF):
        return True
    if length > end:
        return False
    file.seek(end - length)
    return file.read(4) == b"PK\x01\x02"
