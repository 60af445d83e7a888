"""FLAC by its blocks: header checks, proof that the last frame ends the file, and a copy without tags or pictures.

Source: RFC 9639 (sections 8 metadata blocks, 9.1 frame header, 9.3 frame footer).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from consent.ingest import limits, mpegaudio, polyglot
from consent.ingest.refusal import Code, Refused

_STREAMINFO, _SEEKTABLE = 0, 3
_STEP = 1024 * 1024
_MOST_BLOCKS = 128
_SCANNED = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Flac:
    """`stream_info` and `seek_table` bodies, and where the frames lie."""

    stream_info: bytes
    seek_table: bytes
    frames: int
    end: int
    sample_rate: int
    channels: int
    samples: int

    @property
    def duration_ms(self) -> int | None:
        """None where the encoder did not know the number of samples."""
        return self.samples * 1000 // self.sample_rate if self.samples else None


def walk(file: BinaryIO, size: int) -> Flac:
    """The layout; raises Refused for a broken header, for hidden files in tags and for bytes behind the last frame."""
    start = mpegaudio.skip_id3v2(file, 0)
    file.seek(start)
    if file.read(4) != b"fLaC":
        raise Refused(Code.BROKEN, detail="no fLaC")
    at, info, seeks = start + 4, b"", b""
    for number in range(_MOST_BLOCKS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4:
            raise Refused(Code.BROKEN, detail="cut short")
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if (number == 0) != (kind == _STREAMINFO) or at + 4 + length > size:
            raise Refused(Code.BROKEN, detail="metadata blocks")
        body = file.read(length)
        if kind == _STREAMINFO:
            info = body
        elif kind == _SEEKTABLE:
            seeks = body[: length - length % 18]
        else:
            polyglot.refuse_hidden_anywhere(body[:_SCANNED])
        at += 4 + length
        if head[0] & 0x80:
            break
    else:
        raise Refused(Code.BROKEN, detail="too many blocks")
    if len(info) != 34:
        raise Refused(Code.BROKEN, detail="stream info")
    packed = int.from_bytes(info[10:18], "big")
    rate, channels, samples = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
    if not 1 <= rate <= 768_000:
        raise Refused(Code.BROKEN, detail="sample rate")
    if samples > limits.SECONDS * rate:
        raise Refused(Code.TOO_LONG, hours=limits.SECONDS // 3600)
    longest = int.from_bytes(info[7:10], "big")
    end = _without_id3v1(file, at, size)
    _refuse_loose_end(file, at, end, longest)
    return Flac(info, seeks, at, end, rate, channels, samples)


def _without_id3v1(file: BinaryIO, at: int, size: int) -> int:
    if size - at > 128:
        file.seek(size - 128)
        tag = file.read(128)
        if tag[:3] == b"TAG":
            polyglot.refuse_hidden_behind(tag)
            return size - 128
    return size


def _refuse_loose_end(file: BinaryIO, start: int, end: int, longest: int) -> None:
    """The last frame must reach exactly to the end: its footer is a CRC-16 over the whole frame, so this cannot be faked idly."""
    reach = min(end - start, longest or 2 * _STEP)
    if reach < 10:
        raise Refused(Code.NO_SOUND)
    file.seek(end - reach)
    tail = file.read(reach)
    at = len(tail)
    while (at := tail.rfind(b"\xff", 0, at)) >= 0:
        if tail[at + 1 : at + 2] in (b"\xf8", b"\xf9") and _header_holds(tail, at) and _crc16(tail[at:]) == 0:
            return
    polyglot.refuse_hidden_behind(tail[-65_536:])
    raise Refused(Code.BROKEN, detail="cut short, or bytes behind the last frame")


def _header_holds(tail: bytes, at: int) -> bool:
    """Whether a frame header with a true CRC-8 lies at `at`."""
    if at + 16 > len(tail):
        return False
    blocks, rates = tail[at + 2] >> 4, tail[at + 2] & 15
    lead = tail[at + 4]
    coded = 1 if lead < 0x80 else 8 - (lead ^ 0xFF).bit_length()
    length = 4 + coded + {6: 1, 7: 2}.get(blocks, 0) + {12: 1, 13: 2, 14: 2}.get(rates, 0)
    return _crc8(tail[at : at + length]) == tail[at + length]


def _table(polynomial: int, bits: int) -> list[int]:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for value in range(256):
        value <<= bits - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return table


_CRC8, _CRC16 = _table(0x07, 8), _table(0x8005, 16)


def _crc8(block: bytes) -> int:
    crc = 0
    for byte in block:
        crc = _CRC8[crc ^ byte]
    return crc


def _crc16(block: bytes) -> int:
    crc = 0
    for byte in block:
        crc = (crc << 8 & 0xFF00) ^ _CRC16[crc >> 8 ^ byte]
    return crc


def scrubbed(file: BinaryIO, flac: Flac, note: str = "") -> Iterator[bytes]:
    """Stream info, seek table and the frames, bit for bit. A note goes into one Vorbis comment."""
    blocks = [(_STREAMINFO, flac.stream_info)]
    if flac.seek_table:
        blocks.append((_SEEKTABLE, flac.seek_table))
    if note:
        comment = b"COMMENT=" + note.encode()
        blocks.append((4, struct.pack("<III", 0, 1, len(comment)) + comment))
    head = b"fLaC"
    for number, (kind, body) in enumerate(blocks, 1):
        head += bytes([kind | (0x80 if number == len(blocks) else 0)]) + len(body).to_bytes(3, "big") + body
    yield head
    at = flac.frames
    file.seek(at)
    while at < flac.end:
        block = file.read(min(flac.end - at, _STEP))
        if not block:
            raise Refused(Code.BROKEN, detail="cut short")
        at += len(block)
        yield block
