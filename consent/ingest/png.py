"""PNG by its chunks: strict walk to IEND, and a copy with nothing but pixels and colour.

Source: PNG (third edition), clauses 5 (chunks), 7.2 (interlacing), 11 (chunk specifications).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from consent.ingest import icc, jpeg, limits
from consent.ingest.refusal import Code, Refused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR = {b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT"}
_KEPT = {b"IHDR", b"PLTE", b"tRNS", *_COLOUR}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_MOST_CHUNKS = 200_000
# x start, y start, x step, y step of the seven Adam7 passes.
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass(frozen=True, slots=True)
class Chunk:
    kind: bytes
    body: int
    end: int

    @property
    def after(self) -> int:
        """Where the next chunk starts, behind the checksum."""
        return self.end + 4


def walk(data: bytes | mmap) -> Iterator[Chunk]:
    """Every chunk from IHDR to IEND with its checksum verified; raises Refused where the structure is unsound."""
    if bytes(data[:8]) != SIGNATURE:
        raise Refused(Code.BROKEN, detail="no PNG signature")
    at, size, closed_pixels, seen_pixels = 8, len(data), False, False
    for number in range(_MOST_CHUNKS):
        if at + 12 > size:
            raise Refused(Code.BROKEN, detail="cut short")
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = Chunk(kind, at + 8, at + 8 + length)
        if chunk.after > size or not kind.isalpha():
            raise Refused(Code.BROKEN, detail=f"chunk at {at} overruns")
        if (number == 0) != (kind == b"IHDR"):
            raise Refused(Code.BROKEN, detail="IHDR is not first, or not alone")
        with memoryview(data) as view, view[at + 4 : chunk.end] as covered:
            checksum = zlib.crc32(covered)
        if checksum != struct.unpack_from(">I", data, chunk.end)[0]:
            raise Refused(Code.BROKEN, detail=f"checksum at {at}")
        if kind == b"IDAT":
            if closed_pixels:
                raise Refused(Code.BROKEN, detail="pixels in two places")
            seen_pixels = True
        elif seen_pixels:
            closed_pixels = True
        yield chunk
        at = chunk.after
        if kind == b"IEND":
            if not seen_pixels:
                raise Refused(Code.BROKEN, detail="no pixels")
            return
    raise Refused(Code.BROKEN, detail="too many chunks")


def check(data: bytes | mmap) -> int:
    """Where the picture ends. Refuses animation, and a size over the cap."""
    end = 0
    for chunk in walk(data):
        if chunk.kind == b"IHDR":
            raw_size(bytes(data[chunk.body : chunk.end]))
        if chunk.kind == b"acTL":
            raise Refused(Code.ANIMATED)
        end = chunk.after
    return end


def raw_size(header: bytes) -> int:
    """Bytes that the pixels unpack to, filter bytes included, as IHDR says. Refuses nonsense and a size over the cap."""
    if len(header) != 13:
        raise Refused(Code.BROKEN, detail="IHDR length")
    width, height, depth, colour, compression, method, interlace = struct.unpack(">IIBBBBB", header)
    if not (width and height) or depth not in _DEPTHS.get(colour, ()) or compression or method or interlace > 1:
        raise Refused(Code.BROKEN, detail="IHDR values")
    limits.refuse_large_picture(width, height)
    bits = depth * _CHANNELS[colour]
    if not interlace:
        return int(height * (1 + (width * bits + 7) // 8))
    total = 0
    for left, top, across, down in _ADAM7:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def scrubbed(data: bytes | mmap, note: str = "") -> Iterator[bytes]:
    """The same picture without metadata: critical chunks, transparency, colour, and the pixel stream cut at its own end.

    Unpacks the pixels once in 1 MiB steps to find that end, so a stream that says more than its header is refused here.
    """
    yield SIGNATURE
    chunks = list(walk(data))
    header = bytes(data[chunks[0].body : chunks[0].end])
    budget = raw_size(header)
    wrote_ahead = False
    unpacker = zlib.decompressobj()
    for chunk in chunks:
        body = bytes(data[chunk.body : chunk.end])
        if chunk.kind == b"IDAT":
            if not wrote_ahead:
                wrote_ahead = True
                yield from _ahead(data, chunks, note)
            if unpacker.eof:
                continue
            pending = body
            while pending and not unpacker.eof:
                got = unpacker.decompress(pending, 1024 * 1024)
                budget -= len(got)
                if budget < 0:
                    raise Refused(Code.BROKEN, detail="more pixels than the header says")
                pending = unpacker.unconsumed_tail
            yield _chunk(b"IDAT", body[: len(body) - len(unpacker.unused_data)])
        elif chunk.kind in _KEPT:
            yield _chunk(chunk.kind, body)
        elif chunk.kind == b"iCCP":
            kept = icc.scrubbed(profile(body))
            if kept:
                yield _chunk(b"iCCP", b"icc\x00\x00" + zlib.compress(kept))
    if budget or not unpacker.eof:
        raise Refused(Code.BROKEN, detail="fewer pixels than the header says")
    yield _chunk(b"IEND", b"")


def _ahead(data: bytes | mmap, chunks: list[Chunk], note: str) -> Iterator[bytes]:
    """What goes before the pixels: the orientation, if it turns the picture, and the note."""
    for chunk in chunks:
        if chunk.kind == b"eXIf":
            turn = jpeg.exif_orientation(bytes(data[chunk.body : chunk.end]))
            if turn != 1:
                yield _chunk(b"eXIf", jpeg.minimal_exif(turn))
            break
    if note:
        yield _chunk(b"iTXt", b"Comment\x00\x00\x00\x00\x00" + note.encode())


def profile(body: bytes) -> bytes | None:
    """The ICC profile of an iCCP chunk, at most icc.LARGEST bytes; None when it does not unpack."""
    _name, mark, packed = body.partition(b"\x00")
    if not mark or packed[:1] != b"\x00":
        return None
    try:
        return zlib.decompressobj().decompress(packed[1:], icc.LARGEST + 1)
    except zlib.error:
        return None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
