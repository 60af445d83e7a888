"""Words planted in every place where a format has room for them, one file per place, for ``prove_uploads.py``.

Each file begins as the specimen of its format, which carries the mark in the usual places, and gets it in one more.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from PIL import Image

from tests.ingest import specimens
from tests.ingest.specimens import MARK, XMP, _box, _full, png_chunk

WORD = MARK.encode()
TEXT = b"note\0" + WORD
Plant = Callable[[], bytes]


def plain_jpeg(**options: object) -> bytes:
    out = io.BytesIO()
    specimens.picture().save(out, "JPEG", **options)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_with(*segments: bytes, behind: bytes = b"") -> bytes:
    whole = plain_jpeg()
    return whole[:2] + b"".join(segments) + whole[2:] + behind


def jpeg_exif(ifd: int, tags: dict[int, object]) -> bytes:
    said = Image.Exif()
    (said.get_ifd(ifd) if ifd else said).update(tags)
    return plain_jpeg(exif=said)


def exif_thumbnail() -> bytes:
    """A second picture inside the Exif segment, with words of its own."""
    small = jpeg_with(segment(0xFE, WORD))[:30_000]
    first = struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 1, 0, 26)
    second = struct.pack(">HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(small), 0)
    tiff = b"MM\0*" + struct.pack(">I", 8) + first + second
    return jpeg_with(segment(0xE1, b"Exif\0\0" + tiff.ljust(56, b"\0") + small))


GPS = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 0x1B: WORD, 0x1D: MARK}
JPEGS: dict[str, Plant] = {
    "Exif description, artist, copyright": lambda: jpeg_exif(0, {0x010E: MARK, 0x013B: MARK, 0x8298: MARK}),
    "Exif comment, maker note, owner, serial, lens": lambda: jpeg_exif(
        0x8769, {0x9286: b"ASCII\0\0\0" + WORD, 0x927C: WORD, 0xA430: MARK, 0xA431: MARK, 0xA434: MARK}
    ),
    "Exif GPS": lambda: jpeg_exif(0x8825, dict(GPS)),
    "Exif title of Windows": lambda: jpeg_exif(0, {0x9C9B: MARK.encode("utf-16-le"), 0x9C9F: MARK.encode("utf-16-le")}),
    "Exif thumbnail": exif_thumbnail,
    "XMP": lambda: jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "extended XMP": lambda: jpeg_with(
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", len(XMP), 0) + XMP)
    ),
    "IPTC": lambda: jpeg_with(
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", 18) + b"\x1c\x02\x78\0\x0d" + WORD)
    ),
    "comment": lambda: jpeg_with(segment(0xFE, WORD)),
    "colour profile": lambda: plain_jpeg(icc_profile=specimens.profile()),
    "JFXX thumbnail": lambda: jpeg_with(segment(0xE0, b"JFXX\0\x10" + jpeg_with(segment(0xFE, WORD))[:20_000])),
    "Adobe segment that is too long": lambda: jpeg_with(segment(0xEE, b"Adobe\0d\0\0\0\0\x01" + WORD)),
    "C2PA": lambda: jpeg_with(segment(0xEB, b"JP\0\x01\0\0\0\x01" + WORD)),
    "application segments 2 to 15": lambda: jpeg_with(*(segment(0xE0 + n, TEXT) for n in range(2, 16) if n != 14)),
    "second picture behind": lambda: jpeg_with(behind=jpeg_with(segment(0xFE, WORD))),
    "trailer of a phone": lambda: jpeg_with(behind=b"SEFH" + TEXT + b"SEFT"),
}


def png_with(kind: bytes, body: bytes, *, last: bool = False) -> bytes:
    whole = specimens.png()
    at = whole.index(b"IEND") - 4 if last else 33
    return whole[:at] + png_chunk(kind, body) + whole[at:]


def png_behind_its_pixels() -> bytes:
    whole = specimens.png()
    at = whole.index(b"IDAT")
    length = struct.unpack_from(">I", whole, at - 4)[0]
    body = whole[at + 4 : at + 4 + length]
    return whole[: at - 4] + png_chunk(b"IDAT", body + WORD) + whole[at + 8 + length :]


PNGS: dict[str, Plant] = {
    "tEXt": lambda: png_with(b"tEXt", b"Author\0" + WORD),
    "zTXt": lambda: png_with(b"zTXt", b"Author\0\0" + zlib.compress(WORD, 0)),
    "iTXt": lambda: png_with(b"iTXt", b"Author\0\0\0en\0\0" + WORD),
    "iTXt with XMP": lambda: png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    "raw Exif in text": lambda: png_with(b"tEXt", b"Raw profile type exif\0\nexif\n 13\n" + WORD.hex().encode() + WORD),
    "eXIf": lambda: specimens.png("L"),
    "colour profile, name and words": lambda: specimens.png("RGB"),
    "palette name": lambda: png_with(b"sPLT", WORD + b"\0\x08" + bytes(6)),
    "calibration": lambda: png_with(b"pCAL", WORD + b"\0" + bytes(10) + b"\0"),
    "C2PA": lambda: png_with(b"caBX", TEXT),
    "private chunk": lambda: png_with(b"prVt", TEXT),
    "private chunk behind the pixels": lambda: png_with(b"prVt", TEXT, last=True),
    "tIME and words behind": lambda: png_with(b"tEXt", TEXT, last=True),
    "behind the pixels in their own stream": png_behind_its_pixels,
    "behind the end": lambda: specimens.png() + WORD,
}


def riff_with(whole: bytes, kind: bytes, body: bytes, *, first: bool = False) -> bytes:
    chunk = kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    at = 12 if first else len(whole)
    grown = whole[:at] + chunk + whole[at:]
    return grown[:4] + struct.pack("<I", len(grown) - 8) + grown[8:]


def info(kind: bytes) -> bytes:
    return kind + struct.pack("<I", len(WORD) + 1) + WORD + b"\0"


WEBPS: dict[str, Plant] = {
    "Exif, XMP and colour profile": specimens.webp,
    "Exif, XMP and colour profile, lossless": lambda: specimens.webp(True),
    "unknown chunk": lambda: riff_with(specimens.webp(), b"XTRA", TEXT),
    "behind the end": lambda: specimens.webp() + WORD,
}
HEICS: dict[str, Plant] = {
    "Exif item and free box": specimens.heic,
    "uuid box with XMP": lambda: (
        specimens.heic() + _box(b"uuid", bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC") + XMP)
    ),
    "pixels nobody refers to": lambda: specimens.heic() + _box(b"mdat", TEXT),
    "user data": lambda: specimens.heic() + _box(b"udta", _box(b"\xa9xyz", b"\0\x0f\0\0+52.5200+013.4050")),
}
WAVS: dict[str, Plant] = {
    "LIST INFO": lambda: riff_with(
        specimens.wav(), b"LIST", b"INFO" + b"".join(map(info, (b"INAM", b"IART", b"ICMT", b"ICOP", b"ISFT")))
    ),
    "LIST adtl": lambda: riff_with(
        specimens.wav(), b"LIST", b"adtl" + b"labl" + struct.pack("<II", 18, 1) + WORD + b"\0"
    ),
    "bext, iXML and ID3": specimens.wav,
    **{
        f"{kind.decode().strip()} chunk": partial(lambda kind: riff_with(specimens.wav(), kind, TEXT * 9), kind)
        for kind in (b"axml", b"cart", b"_PMX", b"id3 ", b"PAD ", b"junk", b"c2pa")
    },
    "unknown chunk in front": lambda: riff_with(specimens.wav(), b"xtra", TEXT, first=True),
    "behind the end": lambda: specimens.wav() + WORD,
}


def flac_with(kind: int, body: bytes) -> bytes:
    whole = specimens.flac()
    return whole[:42] + bytes([kind]) + len(body).to_bytes(3, "big") + body + whole[42:]


def vorbis() -> bytes:
    said = b"LOCATION=" + WORD
    return struct.pack("<I", len(WORD)) + WORD + struct.pack("<II", 1, len(said)) + said


FLACS: dict[str, Plant] = {
    "comments and cover": specimens.flac,
    "second comments": lambda: flac_with(4, vorbis()),
    "application": lambda: flac_with(2, b"TEST" + WORD),
    "padding": lambda: flac_with(1, WORD * 4),
    "cue sheet": lambda: flac_with(5, WORD.ljust(128, b"\0") + bytes(268)),
    "ID3 in front": lambda: id3(b"TIT2") + specimens.flac(),
    "ID3 behind": lambda: specimens.flac() + b"TAG" + WORD.ljust(125, b"\0"),
}


def id3(kind: bytes, version: int = 3) -> bytes:
    body = b"\0" + WORD if kind[:1] == b"T" else WORD + b"\0" + WORD
    frame = kind + struct.pack(">I", len(body)) + b"\0\0" + body
    return b"ID3" + bytes([version, 0, 0]) + bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0)) + frame


def frames() -> bytes:
    """The specimen without its own tag in front."""
    whole = specimens.mp3()
    length = sum(byte << shift for byte, shift in zip(whole[6:10], (21, 14, 7, 0), strict=True))
    return whole[10 + length :]


def tagged(kind: bytes, version: int) -> bytes:
    return id3(kind, version) + frames()


def ape() -> bytes:
    item = struct.pack("<II", len(WORD), 0) + b"Artist\0" + WORD
    return item + b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0) + bytes(8)


MP3S: dict[str, Plant] = {
    "ID3 of the encoder, and version 1": specimens.mp3,
    **{
        f"ID3 {kind.decode()}, version 2.{version}": partial(tagged, kind, version)
        for kind in (b"TIT2", b"TPE1", b"COMM", b"PRIV", b"GEOB", b"APIC", b"TXXX")
        for version in (3, 4)
    },
    "APE tag": lambda: specimens.mp3()[:-128] + ape(),
    "lyrics": lambda: specimens.mp3()[:-128] + b"LYRICSBEGIN" + WORD + b"000024LYRICS200TAG" + bytes(125),
}  # fmt: skip


def grown(content: bytes, path: tuple[bytes, ...], extra: bytes) -> bytes:
    """Put a box at the end of the box at ``path``. The index is the last box of our specimens, so no offset moves."""
    for kind, at, end in boxes(content):
        if kind == path[0]:
            inner = content[at + 8 : end]
            inner = grown(inner, path[1:], extra) if len(path) > 1 else inner + extra
            return content[:at] + _box(kind, inner) + content[end:]
    return content + _box(path[0], extra if len(path) == 1 else grown(b"", path[1:], extra))


def boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, at, at + length
        at += max(8, length)


def told(kind: bytes) -> bytes:
    """A QuickTime text: length, language, words."""
    return _box(kind, struct.pack(">HH", len(WORD), 0x15C7) + WORD)


def compressor(content: bytes) -> bytes:
    at = content.index(b"avc1\0\0\0\0") + 46
    return content[:at] + bytes([len(WORD)]) + WORD.ljust(31, b"\0") + content[at + 32 :]


def handlers(content: bytes) -> bytes:
    """In place of the writer's own names, which are as long."""
    return content.replace(b"SoundHandler\0", WORD).replace(b"VideoHandler\0", WORD)


def mdta() -> bytes:
    """Apple's own keys, where iPhones put the place."""
    name = b"com.apple.quicktime.location.ISO6709"
    keys = _full(b"keys", 0, struct.pack(">II4s", 1, len(name) + 8, b"mdta") + name)
    data = _box(b"data", struct.pack(">II", 1, 0) + b"+52.5200+013.4050/" + WORD)
    handler = _full(b"hdlr", 0, bytes(4) + b"mdta" + bytes(13))
    return _box(b"meta", handler + keys + _box(b"ilst", _box(struct.pack(">I", 1), data)))


def place() -> bytes:
    """3GPP's place: name, role, longitude, latitude, altitude, body, notes."""
    return _full(b"loci", 0, struct.pack(">H", 0x15C7) + WORD + b"\0\0" + bytes(12) + b"earth\0" + WORD + b"\0")


def in_boxes(make: Plant) -> dict[str, Plant]:
    track = (b"moov", b"trak", b"udta")
    return {
        "tags of the writer": make,
        "user data: place": lambda: grown(make(), (b"moov", b"udta"), told(b"\xa9xyz")),
        "user data: title, name, maker": lambda: grown(
            make(), (b"moov", b"udta"), told(b"\xa9nam") + told(b"\xa9mak") + _box(b"name", WORD)
        ),
        "user data: 3GPP place": lambda: grown(make(), (b"moov", b"udta"), place()),
        "user data of a track": lambda: grown(make(), track, told(b"\xa9xyz") + _box(b"name", WORD)),
        "keys of an iPhone": lambda: grown(make(), (b"moov",), mdta()),
        "uuid box inside": lambda: grown(make(), (b"moov",), _box(b"uuid", bytes(16) + WORD)),
        "uuid box": lambda: make() + _box(b"uuid", bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC") + XMP),
        "free box inside": lambda: grown(make(), (b"moov",), _box(b"free", TEXT)),
        "skip box": lambda: make() + _box(b"skip", TEXT),
        "samples nobody refers to": lambda: make() + _box(b"mdat", TEXT),
    }


def webm_void() -> bytes:
    """Words in a gap at the head of a segment of unknown size."""
    whole = specimens.webm()
    at = whole.index(bytes.fromhex("18538067")) + 4
    void = b"\xec" + struct.pack(">Q", len(WORD) | 1 << 56) + WORD
    return whole[:at] + b"\x01" + b"\xff" * 7 + void + whole[at + 8 :]


WEBMS: dict[str, Plant] = {"title, tags and date": specimens.webm, "void": webm_void}
EVERY: dict[str, dict[str, Plant]] = {
    "jpg": JPEGS,
    "png": PNGS,
    "webp": WEBPS,
    "heic": HEICS,
    "wav": WAVS,
    "flac": FLACS,
    "mp3": MP3S,
    "m4a": in_boxes(specimens.m4a) | {"names of the handlers": lambda: handlers(specimens.m4a())},
    "mp4": in_boxes(specimens.mp4)
    | {
        "name of the compressor": lambda: compressor(specimens.mp4()),
        "names of the handlers": lambda: handlers(specimens.mp4()),
    },
    "mov": in_boxes(specimens.mov) | {"name of the compressor": lambda: compressor(specimens.mov())},
    "webm": WEBMS,
}
