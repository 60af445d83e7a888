"""MP3 by its frames: a strict walk from the first frame to the last, and a copy of the frames alone.

Source: ISO/IEC 11172-3 and 13818-3 (frame header), id3.org (ID3v2.3, ID3v2.4, ID3v1), APEv2 and Lyrics3 tag notes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from consent.ingest import limits, polyglot
from consent.ingest.refusal import Code, Refused

_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)
_STEP = 1024 * 1024
_LARGEST_TAG = 32 * 1024 * 1024
_FRAMES_TO_BELIEVE = 3
# A cut-off last frame is at most one frame long; more than this is not the ragged end of a recording.
_LONGEST_RAGGED_END = 4096


@dataclass(frozen=True, slots=True)
class Mpeg:
    """Sound frames in [start, end); what lies outside is tags and padding. `ranges` are the runs of frames in order."""

    ranges: tuple[tuple[int, int], ...]
    frames: int
    sample_rate: int
    channels: int
    samples_per_frame: int

    @property
    def duration_ms(self) -> int:
        return self.frames * self.samples_per_frame * 1000 // self.sample_rate


def _frame_table() -> dict[int, tuple[int, int]]:
    """Header bits (version, layer, bit rate, sample rate, padding) to (frame length, sample rate), for Layer III only.

    Frames are walked by the million, so a header costs one look-up.
    """
    table = {}
    for version, divisor, family in ((3, 1, 1), (2, 2, 2), (0, 4, 2)):
        for bitrate in range(1, 15):
            for rate in range(3):
                for padding in (0, 1):
                    hertz = _RATES[rate] // divisor
                    length = (144 if family == 1 else 72) * _KBITS[family][bitrate] * 1000 // hertz + padding
                    table[version << 11 | 1 << 9 | bitrate << 4 | rate << 2 | padding << 1] = (length, hertz)
    return table


_TABLE = _frame_table()


def _frame(header: int) -> tuple[int, int] | None:
    """(length, sample rate) of a frame with this 32-bit header; None when it is no Layer III frame."""
    if header >> 21 != 0x7FF:
        return None
    return _TABLE.get(header >> 8 & 0x1EFE)


def skip_id3v2(file: BinaryIO, at: int) -> int:
    """Where the sound may start behind an ID3v2 tag at `at` (and zero padding); `at` itself when there is none."""
    file.seek(at)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10 or any(byte & 0x80 for byte in head[6:]):
        return at
    length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    if length > _LARGEST_TAG:
        raise Refused(Code.BROKEN, detail="tag too large")
    polyglot.refuse_hidden_anywhere(file.read(length))
    return at + 10 + length + (10 if head[5] & 0x10 else 0)


def looks_like(file: BinaryIO, size: int) -> bool:
    """Whether a run of frames starts right behind the tag: an MP3 has no other mark."""
    at = _skip_zeros(file, skip_id3v2(file, 0))
    found = 0
    while found < _FRAMES_TO_BELIEVE and at + 4 <= size:
        file.seek(at)
        frame = _frame(struct.unpack(">I", file.read(4))[0])
        if frame is None:
            return False
        found += 1
        at += frame[0]
    return found == _FRAMES_TO_BELIEVE


def walk(file: BinaryIO, size: int) -> Mpeg:
    """All frames of the file. Tags between and behind them are stepped over; other bytes are refused."""
    at = _skip_zeros(file, skip_id3v2(file, 0))
    window = _Window(file)
    first = window.header(at)
    frame = _frame(first)
    if frame is None:
        raise Refused(Code.BROKEN, detail="no frame")
    rate, version = frame[1], first >> 19 & 3
    samples = 1152 if version == 3 else 576
    limit = limits.SECONDS * rate // samples
    ranges: list[tuple[int, int]] = []
    start, frames = at, 0
    while at + 4 <= size:
        frame = _frame(window.header(at))
        if frame is not None and frame[1] == rate and at + frame[0] <= size:
            at += frame[0]
            frames += 1
            if frames > limit:
                raise Refused(Code.TOO_LONG, hours=limits.SECONDS // 3600)
            continue
        if at > start:
            ranges.append((start, at))
        after = _skip_tag(file, at, size)
        if after == at:
            _refuse_ragged(file, at, size)
            start = at
            break
        at = start = after
    if at > start:
        ranges.append((start, at))
    if frames < _FRAMES_TO_BELIEVE:
        raise Refused(Code.BROKEN, detail="no sound")
    return Mpeg(tuple(ranges), frames, rate, 1 if first >> 6 & 3 == 3 else 2, samples)


def _refuse_ragged(file: BinaryIO, at: int, size: int) -> None:
    file.seek(at)
    rest = file.read(_LONGEST_RAGGED_END + 1)
    polyglot.refuse_hidden_behind(rest)
    if len(rest) > _LONGEST_RAGGED_END and rest.strip(b"\0"):
        raise Refused(Code.BROKEN, detail=f"no frame at {at} of {size}")


def _skip_tag(file: BinaryIO, at: int, size: int) -> int:
    """Behind an ID3v1, APEv2, Lyrics3 or second ID3v2 tag at `at`; `at` when there is none."""
    file.seek(at)
    head = file.read(32)
    if head[:3] == b"TAG" and size - at == 128:
        return size
    if head[:8] == b"APETAGEX" and len(head) == 32:
        length: int = struct.unpack_from("<I", head, 12)[0]
        after = at + 32 + length
    elif head[:11] == b"LYRICSBEGIN":
        file.seek(at)
        text = file.read(_STEP)
        close = max(text.find(b"LYRICS200"), text.find(b"LYRICSEND"))
        after = at + close + 9 if close > 0 else at
    else:
        after = skip_id3v2(file, at)
    if after > size or after - at > _LARGEST_TAG:
        return at
    file.seek(at)
    polyglot.refuse_hidden_behind(file.read(after - at))
    return after


def _skip_zeros(file: BinaryIO, at: int) -> int:
    file.seek(at)
    padding = file.read(_STEP)
    blank: int = len(padding) - len(padding.lstrip(b"\0"))
    return at + blank


def scrubbed(file: BinaryIO, mpeg: Mpeg, note: str = "") -> Iterator[bytes]:
    """The frames alone, bit for bit. A note goes into one ID3v2.3 comment."""
    if note:
        body = b"\x01eng\xff\xfe\x00\x00\xff\xfe" + note.encode("utf-16-le")
        frame = b"COMM" + struct.pack(">IH", len(body), 0) + body
        length = len(frame)
        yield b"ID3\x03\x00\x00" + bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0)) + frame
    for start, end in mpeg.ranges:
        file.seek(start)
        while start < end:
            block = file.read(min(end - start, _STEP))
            if not block:
                raise Refused(Code.BROKEN, detail="cut short")
            start += len(block)
            yield block


class _Window:
    """Reads 32-bit headers at rising offsets out of 1 MiB reads."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at, self.bytes = file, 0, b""

    def header(self, at: int) -> int:
        place = at - self.at
        if not 0 <= place <= len(self.bytes) - 4:
            self.file.seek(at)
            self.at, self.bytes, place = at, self.file.read(_STEP), 0
        return int.from_bytes(self.bytes[place : place + 4], "big")
