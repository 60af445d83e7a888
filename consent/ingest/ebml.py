"""WebM by its elements: document type, that the segment reaches the end, codecs and encryption from the track list.

Source: RFC 8794 (EBML), RFC 9559 (Matroska), the WebM container guidelines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from consent.ingest import limits, polyglot
from consent.ingest.refusal import Code, Refused

_EBML, _DOC_TYPE, _SEGMENT, _CLUSTER, _TRACKS = 0x1A45DFA3, 0x4282, 0x18538067, 0x1F43B675, 0x1654AE6B
_TRACK_ENTRY, _TRACK_TYPE, _CODEC_ID, _ENCODINGS, _ENCRYPTION = 0xAE, 0x83, 0x86, 0x6D80, 0x5035
_ENCODING = 0x6240
_SCANNED = 1024 * 1024
_MOST_ELEMENTS = 100_000
_CODECS = {"V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "A_OPUS": "opus", "A_VORBIS": "vorbis"}


@dataclass(frozen=True, slots=True)
class Element:
    """`end` is None for an element of unknown size, as live recorders write."""

    id: int
    body: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Track:
    kind: str
    codec: str


def _number(block: bytes, at: int, *, keep_mark: bool) -> tuple[int, int]:
    """A variable-length number at `at`: (value, bytes used); -1 for the reserved all-ones size."""
    if at >= len(block) or not block[at]:
        raise Refused(Code.BROKEN, detail="element header")
    length = 9 - block[at].bit_length()
    raw = block[at : at + length]
    if len(raw) < length:
        raise Refused(Code.BROKEN, detail="cut short")
    value = int.from_bytes(raw, "big")
    if keep_mark:
        return value, length
    value &= (1 << 7 * length) - 1
    return (-1 if value == (1 << 7 * length) - 1 else value), length


def _element(file: BinaryIO, at: int, end: int) -> Element:
    file.seek(at)
    head = file.read(min(12, end - at))
    name, used = _number(head, 0, keep_mark=True)
    size, more = _number(head, used, keep_mark=False)
    body = at + used + more
    if size >= 0 and body + size > end:
        raise Refused(Code.BROKEN, detail=f"element at {at} overruns")
    return Element(name, body, None if size < 0 else body + size)


def _children(file: BinaryIO, start: int, end: int) -> Iterator[Element]:
    at = start
    for _ in range(_MOST_ELEMENTS):
        if at >= end:
            return
        element = _element(file, at, end)
        yield element
        if element.end is None:
            return
        at = element.end
    raise Refused(Code.BROKEN, detail="too many elements")


def doc_type(file: BinaryIO, size: int) -> str:
    """webm, matroska or whatever the header says; empty when there is none."""
    header = _element(file, 0, size)
    if header.id != _EBML or header.end is None:
        return ""
    for element in _children(file, header.body, header.end):
        if element.id == _DOC_TYPE and element.end is not None and element.end - element.body <= 32:
            file.seek(element.body)
            return file.read(element.end - element.body).rstrip(b"\0").decode("latin-1")
    return ""


def tracks(file: BinaryIO, size: int) -> list[Track]:
    """The tracks, after a walk over the whole segment. Refuses encryption, and anything behind the segment that is a file."""
    header = _element(file, 0, size)
    segment = _element(file, header.end or size, size)
    if segment.id != _SEGMENT:
        raise Refused(Code.BROKEN, detail="no segment")
    end = size if segment.end is None else segment.end
    file.seek(end)
    polyglot.refuse_hidden_behind(file.read(_SCANNED))
    found: list[Track] = []
    for element in _children(file, segment.body, end):
        if element.id == _CLUSTER:
            continue
        stop = end if element.end is None else element.end
        file.seek(element.body)
        polyglot.refuse_hidden_anywhere(file.read(min(stop - element.body, _SCANNED)))
        if element.id == _TRACKS and element.end is not None:
            found += [
                _track(file, entry) for entry in _children(file, element.body, element.end) if entry.id == _TRACK_ENTRY
            ]
    if len(found) > limits.TRACKS:
        raise Refused(Code.BROKEN, detail="too many tracks")
    return found


def _track(file: BinaryIO, entry: Element) -> Track:
    kind, codec = "", ""
    for element in _children(file, entry.body, entry.end or entry.body):
        stop = element.end or element.body
        file.seek(element.body)
        if element.id == _TRACK_TYPE:
            kind = {1: "video", 2: "audio"}.get(int.from_bytes(file.read(min(8, stop - element.body)), "big"), "other")
        elif element.id == _CODEC_ID:
            name = file.read(min(64, stop - element.body)).rstrip(b"\0").decode("latin-1")
            codec = _CODECS.get(name, f"? {name}")
        elif element.id == _ENCODINGS:
            for encoding in _children(file, element.body, stop):
                inside = _children(file, encoding.body, encoding.end or encoding.body)
                if encoding.id == _ENCODING and any(inner.id == _ENCRYPTION for inner in inside):
                    raise Refused(Code.ENCRYPTED)
    return Track(kind, codec)
