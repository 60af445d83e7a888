"""JPEG by its segments: strict walk to the end of the picture, and a copy without metadata that keeps every pixel bit.

Source: ITU-T T.81 annex B (markers), JFIF 1.02, Exif 2.32 (orientation), ICC.1 annex B.4 (profile in APP2).
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from mmap import mmap

from consent.ingest import icc, limits
from consent.ingest.refusal import Code, Refused

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_FRAMES = {0xC0, 0xC1, 0xC2}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_TABLES = {0xC4, 0xDB, 0xDD}
_METADATA = {*range(0xE0, 0xF0), _COM}
# In entropy-coded data FF is followed by a stuffed zero, a restart marker or another FF; anything else is a marker.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.S)
_ICC = b"ICC_PROFILE\x00"
_EXIF = b"Exif\x00\x00"


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker with its bytes: `start` at the FF, `body` after marker and length, `end` behind it (scan data included)."""

    marker: int
    start: int
    body: int
    end: int


def walk(data: bytes | mmap) -> Iterator[Segment]:
    """Every segment from the first marker to EOI; raises Refused where the structure is not a sound JPEG.

    The end of the last segment is the end of the picture: whatever follows is not part of it.
    """
    if bytes(data[:2]) != b"\xff\xd8":
        raise Refused(Code.BROKEN, detail="no SOI")
    at, size, frames, scans = 2, len(data), 0, 0
    while True:
        start = at
        if at + 2 > size or data[at] != 0xFF:
            raise Refused(Code.BROKEN, detail=f"no marker at {at}")
        while at < size and data[at] == 0xFF:
            at += 1
        if at >= size:
            raise Refused(Code.BROKEN, detail="cut short")
        marker = data[at]
        at += 1
        if marker == _EOI:
            if not (frames and scans):
                raise Refused(Code.BROKEN, detail="no picture before EOI")
            yield Segment(marker, start, at, at)
            return
        if marker in _OTHER_FRAMES:
            raise Refused(Code.CODEC, codec="lossless or arithmetic JPEG")
        if marker not in _METADATA | _TABLES | _FRAMES | {_SOS}:
            raise Refused(Code.BROKEN, detail=f"marker {marker:02x}")
        if at + 2 > size:
            raise Refused(Code.BROKEN, detail="cut short")
        length = struct.unpack_from(">H", data, at)[0]
        body, end = at + 2, at + length
        if length < 2 or end > size:
            raise Refused(Code.BROKEN, detail=f"segment {marker:02x} overruns")
        frames += marker in _FRAMES
        if frames > 1:
            raise Refused(Code.BROKEN, detail="two frames")
        if marker in _FRAMES:
            if length < 8:
                raise Refused(Code.BROKEN, detail="frame header")
            limits.refuse_large_picture(*struct.unpack_from(">HH", data, body + 1))
        if marker == _SOS:
            scans += 1
            if scans > limits.JPEG_SCANS:
                raise Refused(Code.BROKEN, detail="too many scans")
            found = _NEXT_MARKER.search(data, end)
            if found is None:
                raise Refused(Code.BROKEN, detail="cut short")
            end = found.start()
        yield Segment(marker, start, body, end)
        at = end


def check(data: bytes | mmap) -> int:
    """Where the picture ends. Refuses scripts that use an odd APP0 length as a comment opener (JPEG read as JavaScript)."""
    end = 0
    for position, segment in enumerate(walk(data)):
        end = segment.end
        if segment.marker == _APP0 and position == 0 and bytes(data[segment.body : segment.body + 5]) == b"JFIF\x00":
            length = segment.end - segment.body
            if length < 14 or length != 14 + 3 * data[segment.body + 12] * data[segment.body + 13]:
                raise Refused(Code.POLYGLOT, found="script")
    return end


def orientation(data: bytes | mmap, segments: Iterable[Segment]) -> int:
    """Exif orientation, 1 to 8; 1 when absent or nonsense."""
    for segment in segments:
        if segment.marker == _APP1 and bytes(data[segment.body : segment.body + 6]) == _EXIF:
            return exif_orientation(bytes(data[segment.body + 6 : segment.end]))
    return 1


def exif_orientation(tiff: bytes) -> int:
    """Orientation out of a TIFF block as Exif carries it; 1 when absent or nonsense."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return 1
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    if first + 2 > len(tiff):
        return 1
    for number in range(struct.unpack_from(order + "H", tiff, first)[0]):
        entry = first + 2 + 12 * number
        if entry + 12 > len(tiff):
            return 1
        tag, kind, count, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == 0x0112:
            return value if kind == 3 and count == 1 and 1 <= value <= 8 else 1
    return 1


def minimal_exif(turn: int) -> bytes:
    """A TIFF block that says nothing but the orientation."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0)


def profile(data: bytes | mmap, segments: Iterable[Segment]) -> bytes | None:
    """The embedded ICC profile, joined from its APP2 parts; None when absent or incomplete."""
    parts: dict[int, bytes] = {}
    total = 0
    for segment in segments:
        if (
            segment.marker == _APP2
            and bytes(data[segment.body : segment.body + 12]) == _ICC
            and segment.end - segment.body > 14
        ):
            number, total = data[segment.body + 12], data[segment.body + 13]
            parts[number] = bytes(data[segment.body + 14 : segment.end])
    if not parts or sorted(parts) != list(range(1, total + 1)):
        return None
    return b"".join(parts[number] for number in sorted(parts))


def scrubbed(data: bytes | mmap, note: str = "") -> Iterator[bytes]:
    """The same picture without metadata: tables and scans byte for byte, JFIF header rebuilt, orientation and colour kept.

    `note` becomes the only comment. Trailing data, thumbnails, Exif, XMP, IPTC, maker notes and second pictures are gone.
    """
    segments = list(walk(data))
    yield b"\xff\xd8"
    for segment in segments[:1]:
        if segment.marker == _APP0 and bytes(data[segment.body : segment.body + 5]) == b"JFIF\x00":
            density = bytes(data[segment.body + 7 : segment.body + 12])
            yield _segment(_APP0, b"JFIF\x00\x01\x01" + density + b"\x00\x00")
    turn = orientation(data, segments)
    if turn != 1:
        yield _segment(_APP1, _EXIF + minimal_exif(turn))
    kept = icc.scrubbed(profile(data, segments))
    if kept:
        parts = [kept[at : at + 65_000] for at in range(0, len(kept), 65_000)]
        for number, part in enumerate(parts, 1):
            yield _segment(_APP2, _ICC + bytes([number, len(parts)]) + part)
    if note:
        yield _segment(_COM, note.encode()[:65_000])
    for segment in segments:
        if segment.marker == _APP14 and bytes(data[segment.body : segment.body + 5]) == b"Adobe":
            # Version, two flag words and the colour transform; anything behind them is not Adobe's.
            yield _segment(_APP14, bytes(data[segment.body : segment.body + 12]))
        elif segment.marker not in _METADATA:
            # Fill bytes before the marker are not carried: they are room to hide in.
            yield bytes([0xFF, segment.marker])
            if segment.marker != _EOI:
                yield data[segment.body - 2 : segment.end]


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
