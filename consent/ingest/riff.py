"""RIFF by its chunks: WebP and WAV, strict walks and copies without metadata.

Source: RFC 9649 (WebP), EBU Tech 3306 (RF64, ds64), RFC 2361 (wave codecs).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO

from consent.ingest import icc, jpeg, limits
from consent.ingest.refusal import Code, Refused

_UNKNOWN = 0xFFFFFFFF
_STEP = 1024 * 1024
_MOST_CHUNKS = 10_000
_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_CODECS = {_PCM: "pcm", _FLOAT: "pcm float", _ALAW: "a-law", _MULAW: "mu-law"}
_XMP_FLAG, _EXIF_FLAG, _ANIMATION_FLAG, _ICC_FLAG = 0x04, 0x08, 0x02, 0x20


@dataclass(frozen=True, slots=True)
class Chunk:
    kind: bytes
    body: int
    size: int


@dataclass(frozen=True, slots=True)
class Riff:
    """The chunks of a file and where its form ends; `kind` is RIFF or RF64, `form` WEBP or WAVE."""

    kind: bytes
    form: bytes
    chunks: tuple[Chunk, ...]
    end: int

    def first(self, kind: bytes) -> Chunk | None:
        return next((chunk for chunk in self.chunks if chunk.kind == kind), None)


def walk(file: BinaryIO, size: int) -> Riff:
    """The chunk table; raises Refused where sizes do not add up.

    A recorder's unfinished sizes (0 or FFFFFFFF) mean "to the end".
    """
    file.seek(0)
    head = file.read(12)
    if len(head) < 12:
        raise Refused(Code.BROKEN, detail="cut short")
    kind, told, form = struct.unpack("<4sI4s", head)
    sizes: dict[bytes, int] = {}
    if kind in (b"RF64", b"BW64"):
        told, sizes = _wide_sizes(file)
    open_ended = form == b"WAVE" and told in (0, _UNKNOWN)
    end = size if open_ended else told + 8
    if end > size:
        raise Refused(Code.BROKEN, detail="cut short")
    chunks: list[Chunk] = []
    at = 12
    while at + 8 <= end:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if length == _UNKNOWN:
            length = sizes.get(name, _UNKNOWN)
        if name == b"data" and open_ended and (length in (0, _UNKNOWN) or at + 8 + length > end):
            length = end - at - 8
        if at + 8 + length > end or not name.isascii() or len(chunks) >= _MOST_CHUNKS:
            raise Refused(Code.BROKEN, detail=f"chunk at {at} overruns")
        chunks.append(Chunk(name, at + 8, length))
        at += 8 + length + length % 2
    riff = Riff(kind, form, tuple(chunks), min(max(at, 12), end))
    # A size field that reads as the opening of a comment, closed again inside a chunk, is a script wearing a RIFF header.
    if b"/*" in head[4:8] and any(b"*/" in text for text in _texts(file, riff)):
        raise Refused(Code.POLYGLOT, found="script")
    return riff


def _wide_sizes(file: BinaryIO) -> tuple[int, dict[bytes, int]]:
    name, length = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
    body = file.read(min(length, 4096))
    if name != b"ds64" or len(body) < 24:
        raise Refused(Code.BROKEN, detail="RF64 without sizes")
    total, data, _samples = struct.unpack_from("<QQQ", body)
    return total, {b"data": data}


def _texts(file: BinaryIO, riff: Riff) -> Iterator[bytes]:
    for chunk in riff.chunks:
        if chunk.kind not in (b"data", b"VP8 ", b"VP8L", b"ALPH"):
            file.seek(chunk.body)
            yield file.read(min(chunk.size, _STEP))


def metadata(riff: Riff) -> Iterator[Chunk]:
    """The chunks a copy will not carry: where text may hide."""
    carried = {b"data", b"fmt ", b"fact", b"ds64", b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
    return (chunk for chunk in riff.chunks if chunk.kind not in carried)


# WebP


def check_webp(data: bytes | mmap, riff: Riff) -> None:
    """One still picture within the size cap, or Refused."""
    kinds = [chunk.kind for chunk in riff.chunks]
    if b"ANIM" in kinds or b"ANMF" in kinds:
        raise Refused(Code.ANIMATED)
    if sum(kind in (b"VP8 ", b"VP8L") for kind in kinds) != 1 or kinds[0] not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise Refused(Code.BROKEN, detail="not one picture")
    heads = {
        chunk.kind: bytes(data[chunk.body : chunk.body + min(chunk.size, 16)]).ljust(16, b"\0") for chunk in riff.chunks
    }
    for place in (_canvas(heads), heads.get(b"VP8X", bytes(10))[4:10]):
        limits.refuse_large_picture(*(1 + int.from_bytes(side, "little") for side in (place[:3], place[3:])))


def scrubbed_webp(data: bytes | mmap, riff: Riff, note: str = "") -> Iterator[bytes]:
    """The same picture without Exif, XMP and unknown chunks; orientation and colour kept.

    A note travels as the description in an Exif block that holds nothing else but the orientation.
    """
    bodies = {chunk.kind: bytes(data[chunk.body : chunk.body + chunk.size]) for chunk in riff.chunks}
    profile = icc.scrubbed(bodies.get(b"ICCP"))
    exif = bodies.get(b"EXIF", b"")
    turn = jpeg.exif_orientation(exif.removeprefix(b"Exif\x00\x00"))
    kept: list[tuple[bytes, bytes]] = []
    if profile:
        kept.append((b"ICCP", profile))
    kept += [(kind, bodies[kind]) for kind in (b"ALPH", b"VP8 ", b"VP8L") if kind in bodies]
    tags = b""
    if turn != 1 or note:
        tags = exif_with_note(turn, note)
        kept.append((b"EXIF", tags))
    extended = bodies.get(b"VP8X")
    if extended is not None and len(extended) >= 10:
        flags = extended[0] & ~(_XMP_FLAG | _EXIF_FLAG | _ANIMATION_FLAG | _ICC_FLAG)
        flags |= (_ICC_FLAG if profile else 0) | (_EXIF_FLAG if tags else 0)
        kept.insert(0, (b"VP8X", bytes([flags]) + extended[1:10]))
    elif tags:
        kept.insert(0, (b"VP8X", bytes([_EXIF_FLAG | _alpha_flag(bodies), 0, 0, 0]) + _canvas(bodies)))
    whole = b"WEBP" + b"".join(_chunk(kind, body) for kind, body in kept)
    yield b"RIFF" + struct.pack("<I", len(whole)) + whole


def exif_with_note(turn: int, note: str) -> bytes:
    """A TIFF block with the orientation and, as ImageDescription, a note."""
    text = note.encode() + b"\x00" if note else b""
    if len(text) <= 4:
        return jpeg.minimal_exif(turn)
    entries = struct.pack(">HHII", 0x010E, 2, len(text), 38) + struct.pack(">HHIHH", 0x0112, 3, 1, turn, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 2) + entries + bytes(4) + text


def _canvas(bodies: dict[bytes, bytes]) -> bytes:
    """Width and height less one, 24 bits each, out of the bitstream."""
    if b"VP8L" in bodies:
        bits = struct.unpack_from("<I", bodies[b"VP8L"], 1)[0]
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", bodies[b"VP8 "], 6))
        width, height = width - 1, height - 1
    return struct.pack("<I", width)[:3] + struct.pack("<I", height)[:3]


def _alpha_flag(bodies: dict[bytes, bytes]) -> int:
    return 0x10 if b"VP8L" in bodies and struct.unpack_from("<I", bodies[b"VP8L"], 1)[0] >> 28 & 1 else 0


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


# WAV


@dataclass(frozen=True, slots=True)
class Wave:
    """What the header of a WAV says, checked against the bytes that are there."""

    codec: str
    channels: int
    sample_rate: int
    bytes_per_second: int
    fmt: Chunk
    data: Chunk

    @property
    def duration_ms(self) -> int:
        return self.data.size * 1000 // self.bytes_per_second


def check_wave(file: BinaryIO, riff: Riff) -> Wave:
    """Uncompressed sound of a sane shape, or Refused."""
    fmt, data = riff.first(b"fmt "), riff.first(b"data")
    if fmt is None or data is None or not 16 <= fmt.size <= 4096:
        raise Refused(Code.BROKEN, detail="no format or no data")
    file.seek(fmt.body)
    body = file.read(fmt.size)
    tag, channels, rate, per_second, block, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        tag = struct.unpack_from("<H", body, 24)[0]
    if tag not in _CODECS:
        raise Refused(Code.CODEC, codec=f"WAV {tag:#06x}")
    sound = 1 <= channels <= limits.CHANNELS and 4_000 <= rate <= 768_000 and bits in (8, 16, 24, 32, 64)
    if not sound or block != channels * bits // 8 or per_second != rate * block:
        raise Refused(Code.BROKEN, detail="format values")
    if data.size < block:
        raise Refused(Code.NO_SOUND)
    if data.size > limits.SECONDS * per_second:
        raise Refused(Code.TOO_LONG, hours=limits.SECONDS // 3600)
    return Wave(_CODECS[tag], channels, rate, per_second, fmt, data)


def scrubbed_wave(file: BinaryIO, wave: Wave, note: str = "") -> Iterator[bytes]:
    """Format and samples alone, sample for sample; RF64 where they exceed 4 GiB. A note goes into LIST INFO ICMT."""
    file.seek(wave.fmt.body)
    fmt = _chunk(b"fmt ", file.read(wave.fmt.size))
    text = note.encode() + b"\x00" if note else b""
    info = _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", text)) if text else b""
    length = wave.data.size
    padding = length % 2
    total = 4 + len(fmt) + len(info) + 8 + length + padding
    if total < _UNKNOWN:
        yield b"RIFF" + struct.pack("<I", total) + b"WAVE" + fmt + info + b"data" + struct.pack("<I", length)
    else:
        samples = length // max(1, wave.bytes_per_second // wave.sample_rate)
        wide = _chunk(b"ds64", struct.pack("<QQQI", total + 36, length, samples, 0))
        yield (
            b"RF64" + struct.pack("<I", _UNKNOWN) + b"WAVE" + wide + fmt + info + b"data" + struct.pack("<I", _UNKNOWN)
        )
    file.seek(wave.data.body)
    left = length
    while left:
        block = file.read(min(left, _STEP))
        if not block:
            raise Refused(Code.BROKEN, detail="cut short")
        left -= len(block)
        yield block
    yield bytes(padding)
