"""Small files that would become large, long or endless: refused or kept, quickly, within the child's memory."""

import io
import struct
from collections.abc import Callable

from consent.ingest import sandbox
from tests.ingest import specimens
from tests.ingest.specimens import _box, _full, packed_zeros, png_bomb, png_chunk

MB = 1024**2


def _png(*chunks: bytes) -> bytes:
    plain = png_bomb(10, 10)
    return plain[:33] + b"".join(chunks) + plain[33:]


def _jpeg_sized(width: int, height: int) -> bytes:
    plain = specimens.jpg()
    at = plain.index(b"\xff\xc0") + 5
    return plain[:at] + struct.pack(">HH", height, width) + plain[at + 4 :]


def _jpeg_of_many_scans(count: int) -> bytes:
    plain = specimens.jpg(progressive=True)
    last = plain.index(b"\xff\xd9")
    first = plain.rindex(b"\xff\xda", 0, last)
    return plain[:last] + plain[first:last] * count + plain[last:]


def _exif_of(entries: int) -> bytes:
    tiff = b"MM\x00*" + struct.pack(">IH", 8, entries) + struct.pack(">HHII", 0x010E, 2, 2**31 - 1, 8) * 50
    plain = specimens.jpg()
    body = b"Exif\x00\x00" + tiff
    return plain[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body + plain[2:]


def _webp_canvas(side: int) -> bytes:
    plain = bytearray(specimens.webp())
    at = plain.index(b"VP8X") + 12
    plain[at : at + 6] = struct.pack("<I", side - 1)[:3] * 2
    return bytes(plain)


def _webp_large() -> bytes:
    """Without an extended header, so that the bitstream alone says how large it is."""
    out = io.BytesIO()
    specimens.picture().save(out, "WEBP", lossless=True)
    plain = bytearray(out.getvalue())
    at = plain.index(b"VP8L") + 9
    bits = struct.unpack_from("<I", plain, at)[0] & ~0x0FFF_FFFF
    struct.pack_into("<I", plain, at, bits | 8_999 | 8_999 << 14)
    return bytes(plain)


def _heic_sized(side: int) -> bytes:
    true, said = (_full(b"ispe", 0, struct.pack(">II", *size)) for size in ((320, 240), (side, side)))
    return specimens.heic().replace(true, said)


def _wav_of_hours() -> bytes:
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 4_000, 4_000, 1, 8)
    length = 4_000 * 3600 * 12 + 8_000
    return (
        b"RIFF" + struct.pack("<I", length + 36) + b"WAVE" + fmt + b"data" + struct.pack("<I", length) + bytes(length)
    )


def _flac_of(samples: int) -> bytes:
    plain = bytearray(specimens.flac())
    packed = int.from_bytes(plain[18:26], "big") & ~((1 << 36) - 1) | samples
    plain[18:26] = packed.to_bytes(8, "big")
    return bytes(plain)


def _mp4_patched(kind: bytes, at: int, value: bytes, content: bytes | None = None) -> bytes:
    plain = bytearray(content or specimens.mp4())
    place = plain.index(kind) + 4 + at
    plain[place : place + len(value)] = value
    return bytes(plain)


def _nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = _box(b"trak", inner)
    return _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2") + _box(b"moov", inner)


def _many_boxes(count: int) -> bytes:
    return _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2") + _box(b"moov", _box(b"free", b"") * count)


def _webm_nested() -> bytes:
    inner = b""
    for _ in range(2000):
        inner = b"\xae" + (0x0800_0000_0000_0000 | len(inner) | 1 << 56).to_bytes(8, "big") + inner
    return (
        bytes.fromhex("1a45dfa3") + b"\x87\x42\x82\x84webm" + bytes.fromhex("18538067") + b"\x01" + b"\xff" * 7 + inner
    )


BOMBS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "png of 169 megapixels in 20 KB": (lambda: png_bomb(13_000, 13_000), {"TOO_MANY_PIXELS"}),
    "png that says 100,000 by 100,000": (lambda: png_bomb(10, 10, said=(100_000, 100_000)), {"TOO_MANY_PIXELS"}),
    "png that says 2 billion by 2 billion": (lambda: png_bomb(10, 10, said=(2**31 - 1, 2**31 - 1)), {"TOO_MANY_PIXELS"}),
    "png of 64 megapixels with alpha, exactly the cap": (lambda: png_bomb(8_000, 8_000, colour=6), {"KEPT"}),
    "png of 16 megapixels in 16 bits": (lambda: png_bomb(4_000, 4_000, depth=16), {"KEPT"}),
    "png whose pixels unpack to a thousand times its header": (lambda: png_bomb(4_000, 4_000, said=(10, 10)), {"BROKEN"}),
    "png whose pixels end early": (lambda: png_bomb(10, 10, said=(4_000, 4_000)), {"BROKEN"}),
    "png with a colour profile of 300 MB": (lambda: _png(png_chunk(b"iCCP", b"x\x00\x00" + packed_zeros(300 * MB))), {"KEPT"}),
    "png with a packed text of 300 MB": (lambda: _png(png_chunk(b"zTXt", b"x\x00\x00" + packed_zeros(300 * MB))), {"KEPT"}),
    "png with an international text of 300 MB": (
        lambda: _png(png_chunk(b"iTXt", b"x\x00\x01\x00\x00\x00" + packed_zeros(300 * MB))),
        {"KEPT"},
    ),
    "png of 300,000 chunks": (lambda: _png(png_chunk(b"prVt", b"") * 300_000), {"BROKEN"}),
    "png with a thousand frames": (lambda: _png(png_chunk(b"acTL", struct.pack(">II", 1000, 0))), {"ANIMATED"}),
    "jpeg that says 65,000 by 65,000": (lambda: _jpeg_sized(65_000, 65_000), {"TOO_MANY_PIXELS"}),
    "jpeg that says 8,000 by 8,000": (lambda: _jpeg_sized(8_000, 8_000), {"KEPT", "BROKEN"}),
    "jpeg of no height": (lambda: _jpeg_sized(320, 0), {"BROKEN"}),
    "jpeg of 5,000 scans": (lambda: _jpeg_of_many_scans(5_000), {"BROKEN"}),
    "jpeg with 65,535 exif entries of 2 GB": (lambda: _exif_of(65_535), {"KEPT"}),
    "webp with a canvas of 268 megapixels": (lambda: _webp_canvas(16_383), {"TOO_MANY_PIXELS", "BROKEN"}),
    "webp of 81 megapixels in 8 KB": (_webp_large, {"TOO_MANY_PIXELS"}),
    "heic that says 30,000 by 30,000": (lambda: _heic_sized(30_000), {"TOO_MANY_PIXELS"}),
    "wav of twelve hours and a bit": (_wav_of_hours, {"TOO_LONG"}),
    "wav that says 4 GB": (lambda: specimens.wav()[:4] + b"\xf0\xff\xff\xff" + specimens.wav()[8:], {"BROKEN"}),
    "flac that says 68 billion samples": (lambda: _flac_of(2**36 - 1), {"TOO_LONG"}),
    "mp3 with a tag of 256 MB": (lambda: b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + specimens.mp3(), {"BROKEN"}),
    "mp4 of a billion frames": (lambda: _mp4_patched(b"stts", 8, struct.pack(">I", 10**9)), {"KEPT", "BROKEN", "TOO_LONG"}),
    "mp4 of four billion samples": (lambda: _mp4_patched(b"stsz", 8, struct.pack(">I", 2**32 - 1)), {"KEPT", "BROKEN"}),
    "mp4 with a sample of 2 GB": (lambda: _mp4_patched(b"stsz", 12, struct.pack(">I", 2**31 - 1)), {"NO_PICTURE", "BROKEN"}),
    "mp4 that says 60,000 by 60,000": (
        lambda: _mp4_patched(b"avc1\x00\x00\x00\x00", 20, struct.pack(">HH", 60_000, 60_000)),
        {"KEPT", "BROKEN", "TOO_MANY_PIXELS"},
    ),
    "mp4 nested 5,000 deep": (lambda: _nested(5_000), {"NO_PICTURE", "BROKEN"}),
    "mp4 of 200,000 boxes": (lambda: _many_boxes(200_000), {"BROKEN"}),
    "webm nested 2,000 deep": (_webm_nested, {"BROKEN", "NOT_AN_ALLOWED_TYPE"}),
}  # fmt: skip


def test_bombs_go_off_in_a_small_room(through_the_child):
    """All in one capped child: each has its answer, in seconds, and the child's memory never passes its cap."""
    answers = through_the_child({name: make() for name, (make, _codes) in BOMBS.items()})
    assert answers.keys() == BOMBS.keys()
    wrong = {
        name: (answers[name]["code"], answers[name]["detail"])
        for name, (_make, codes) in BOMBS.items()
        if answers[name]["code"] not in codes
    }
    assert not wrong
    assert max(answer["peak_megabytes"] for answer in answers.values()) <= sandbox.MEGABYTES
    slowest = max(answers.values(), key=lambda answer: answer["seconds"])
    assert slowest["seconds"] < 20, slowest
