"""ISO base media (MP4, MOV, M4A, HEIC) by its boxes: what the file is, that its boxes add up, and that nothing hides in them.

Source: ISO/IEC 14496-12 (boxes, brands, handlers), 23008-12 (HEIF brands), QuickTime File Format (qt brand, wide, cmov).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from consent.ingest import limits, polyglot
from consent.ingest.refusal import Code, Refused


def _codes(names: str) -> frozenset[bytes]:
    """Four-character codes; shorter names are padded with blanks, as the format does."""
    return frozenset(name.ljust(4).encode() for name in names.split())


_MOVIE_BRANDS = _codes(
    "isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 avc1 hvc1 mp41 mp42 mp71 dash M4V M4VH M4VP MSNV XAVC f4v"
)
_SOUND_BRANDS = _codes("M4A M4B")
_STILL_BRANDS = _codes("heic heix heim heis")
_HEIF_FAMILY = _codes("mif1 mif2 miaf MiHE MiHB MiPr")
_MOVING_STILLS = _codes("hevc hevx hevm hevs msf1")
_TOP = _codes(
    "ftyp moov mdat free skip wide uuid meta moof mfra sidx ssix styp prft emsg pdin pnot udta junk idat mpvd"
)
_CONTAINERS = _codes("moov trak mdia minf stbl")
_ENCRYPTED = _codes("encv enca encs drms drmi sinf")
_PADDING = _codes("free skip junk wide uuid")
_CODED_AS = {
    "h264": _codes("avc1 avc2 avc3 avc4"),
    "hevc": _codes("hvc1 hev1 dvh1 dvhe"),
    "av1": _codes("av01"),
    "vp8": _codes("vp08"),
    "vp9": _codes("vp09"),
    "mpeg4": _codes("mp4v"),
    "mjpeg": _codes("mjpa jpeg"),
    "prores": _codes("apch apcn apcs apco ap4h ap4x"),
    "dnxhd": _codes("AVdn AVdh"),
    "aac": _codes("mp4a"),
    "alac": _codes("alac"),
    "opus": _codes("Opus"),
    "flac": _codes("fLaC"),
    "mp3": _codes(".mp3"),
    "ac3": _codes("ac-3"),
    "eac3": _codes("ec-3"),
    "pcm": _codes("sowt twos lpcm in24 in32 fl32 fl64 ipcm fpcm ulaw alaw raw NONE"),
}
_CODEC_OF = {code: codec for codec, codes in _CODED_AS.items() for code in codes}
_MOST_BOXES = 100_000
_SCANNED = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Track:
    """One track as its headers tell it: handler ('vide', 'soun', other) and the codes of its sample entries."""

    handler: bytes
    entries: tuple[bytes, ...]

    @property
    def codecs(self) -> tuple[str, ...]:
        """Names by PyAV's spelling; a code outside the table stands as itself behind a question mark, on no allow list."""
        return tuple(_CODEC_OF.get(entry, f"? {entry.decode('latin-1')}") for entry in self.entries)


def walk(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes side by side in [start, end); raises Refused where they do not fill it exactly."""
    at = start
    for _ in range(_MOST_BOXES):
        if at == end:
            return
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or at + 8 > end:
            raise Refused(Code.BROKEN, detail=f"box at {at}")
        size, kind = struct.unpack_from(">I4s", head)
        body = at + 8
        if size == 1:
            if len(head) < 16:
                raise Refused(Code.BROKEN, detail="cut short")
            size, body = struct.unpack_from(">Q", head, 8)[0], at + 16
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise Refused(Code.BROKEN, detail=f"box at {at} overruns")
        yield Box(kind, at, body, at + size)
        at += size
    raise Refused(Code.BROKEN, detail="too many boxes")


def brand(head: bytes) -> str:
    """What the ftyp box says: VIDEO, MOV, VOICE, HEIC, MOVING (an image sequence) or the empty string."""
    size = struct.unpack_from(">I", head)[0]
    major = head[8:12]
    names = {head[at : at + 4] for at in range(16, min(size, len(head)), 4)} | {major}
    if major == b"qt  ":
        return "MOV"
    if major in _STILL_BRANDS or (major in _HEIF_FAMILY and names & _STILL_BRANDS):
        return "HEIC"
    if major in _MOVING_STILLS and names & (_STILL_BRANDS | _MOVING_STILLS):
        return "MOVING"
    if major in _SOUND_BRANDS:
        return "VOICE"
    return "VIDEO" if major in _MOVIE_BRANDS else ""


def check(file: BinaryIO, size: int) -> None:
    """The top level adds up and holds only boxes that belong there; text in boxes that no decoder reads is looked through."""
    reached = 0
    try:
        for box in walk(file, 0, size):
            if box.kind not in _TOP:
                raise Refused(Code.BROKEN, detail=f"box {box.kind!r} at {box.start}")
            reached = box.end
            if box.kind not in (b"mdat", b"moov", b"moof", b"sidx"):
                _refuse_hidden(file, box)
    except Refused as refused:
        if refused.code is Code.BROKEN:
            file.seek(reached)
            polyglot.refuse_hidden_behind(file.read(_SCANNED))
        raise


def check_items(file: BinaryIO, size: int) -> None:
    """The items of a picture carry codes and names that are text: the decoder's binding ends the process over others."""
    for meta in (box for box in walk(file, 0, size) if box.kind == b"meta"):
        for table in (box for box in walk(file, meta.body + 4, meta.end) if box.kind == b"iinf"):
            file.seek(table.body)
            counted = 8 if file.read(1) != b"\0" else 6
            for item in walk(file, table.body + counted, table.end):
                _check_item(file, item)


def _check_item(file: BinaryIO, item: Box) -> None:
    file.seek(item.body)
    said = file.read(item.end - item.body)
    wide = said[:1] == b"\x03"
    kind, words = (said[10:14], said[14:]) if wide else (said[8:12], said[12:])
    try:
        sound = kind.decode("ascii").isprintable() and bool(words.decode() or True)
    except UnicodeDecodeError:
        sound = False
    if not sound:
        raise Refused(Code.BROKEN, detail=f"item at {item.start}")


def tracks(file: BinaryIO, size: int) -> list[Track]:
    """The tracks of the movie box. Refuses encryption, compressed headers and more tracks than any camera writes."""
    found: list[Track] = []
    for movie in (box for box in walk(file, 0, size) if box.kind == b"moov"):
        for box in walk(file, movie.body, movie.end):
            if box.kind == b"cmov":
                raise Refused(Code.CODEC, codec="compressed headers")
            if box.kind == b"pssh":
                raise Refused(Code.ENCRYPTED)
            if box.kind == b"trak":
                found.append(_track(file, box))
            elif box.kind in (b"udta", b"meta", b"uuid", b"free"):
                _refuse_hidden(file, box)
            if len(found) > limits.TRACKS:
                raise Refused(Code.BROKEN, detail="too many tracks")
    return found


def _track(file: BinaryIO, track: Box) -> Track:
    handler, entries, pending = b"", [], [track]
    while pending:
        inside = pending.pop()
        for box in walk(file, inside.body, inside.end):
            if box.kind in _CONTAINERS:
                pending.append(box)
            elif box.kind == b"hdlr" and inside.kind == b"mdia":
                file.seek(box.body + 8)
                handler = file.read(4)
            elif box.kind == b"stsd":
                for entry in walk(file, box.body + 8, box.end):
                    if entry.kind in _ENCRYPTED:
                        raise Refused(Code.ENCRYPTED)
                    entries.append(entry.kind)
    return Track(handler, tuple(entries))


def _refuse_hidden(file: BinaryIO, box: Box) -> None:
    file.seek(box.body)
    text = file.read(min(box.end - box.body, _SCANNED))
    polyglot.refuse_hidden_anywhere(text)
    if box.kind in _PADDING:
        polyglot.refuse_hidden_start(text)
        if text[:4] in (b"PK\x03\x04", b"\x7fELF", b"MZ\x90\x00"):
            raise Refused(Code.POLYGLOT, found="ZIP" if text[:2] == b"PK" else "EXE")
