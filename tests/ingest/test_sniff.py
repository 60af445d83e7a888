"""The allow list goes by content, and a file that is two things is refused."""

import io
import struct
import zipfile
from functools import partial
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from consent.ingest.outcome import Kind
from consent.ingest.refusal import Code, Refused
from consent.ingest.sniff import ALLOWED, sniff
from tests.ingest import specimens
from tests.ingest.specimens import _box, write

MIMES = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heic": "image/heic", "wav": "audio/wav", "flac": "audio/flac",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
}  # fmt: skip


@pytest.mark.parametrize("extension", specimens.ALL)
def test_each_allowed_format_is_known_whatever_it_is_called(extension: str, tmp_path: Path):
    path = write(tmp_path, "holiday.exe", specimens.bytes_of(extension))
    sniffed = sniff(path)
    kind = Kind.STILL if extension in specimens.STILLS else Kind.VOICE if extension in specimens.VOICES else Kind.VIDEO
    assert (sniffed.kind, sniffed.mime, sniffed.extension) == (kind, MIMES[extension], extension)


def test_the_allow_list_is_exactly_these():
    assert {sniffed.extension: sniffed.mime for sniffed in ALLOWED} == MIMES


def _saved(form: str, **options) -> bytes:
    out = io.BytesIO()
    specimens.picture().convert("RGB").save(out, form, **options)
    return out.getvalue()


def _moving(form: str) -> bytes:
    out = io.BytesIO()
    frames = [specimens.picture(seed=seed) for seed in (1, 2, 3)]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


def _mkv() -> bytes:
    return specimens.webm().replace(b"\x42\x82\x84webm", b"\x42\x82\x84matr", 1)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "nothing": (lambda: b"", Code.EMPTY),
    "one byte": (lambda: b"\xff", Code.NOT_AN_ALLOWED_TYPE),
    "text": (lambda: b"My reference photos are in the other folder.", Code.NOT_AN_ALLOWED_TYPE),
    "svg": (lambda: SVG, Code.NOT_AN_ALLOWED_TYPE),
    "html": (lambda: b"<!DOCTYPE html><html><body>hello</body></html>", Code.NOT_AN_ALLOWED_TYPE),
    "eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", Code.NOT_AN_ALLOWED_TYPE),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Code.NOT_AN_ALLOWED_TYPE),
    "gif": (lambda: _saved("GIF"), Code.NOT_AN_ALLOWED_TYPE),
    "tiff": (lambda: _saved("TIFF"), Code.NOT_AN_ALLOWED_TYPE),
    "bmp": (lambda: _saved("BMP"), Code.NOT_AN_ALLOWED_TYPE),
    "ico": (lambda: _saved("ICO", sizes=[(32, 32)]), Code.NOT_AN_ALLOWED_TYPE),
    "jpeg 2000": (lambda: _saved("JPEG2000"), Code.NOT_AN_ALLOWED_TYPE),
    "avif": (lambda: _saved("AVIF"), Code.NOT_AN_ALLOWED_TYPE),
    "zip": (lambda: archive(), Code.NOT_AN_ALLOWED_TYPE),
    "exe": (lambda: b"MZ\x90\x00" + bytes(200), Code.NOT_AN_ALLOWED_TYPE),
    "script": (lambda: b"#!/bin/sh\nrm -rf ~\n", Code.NOT_AN_ALLOWED_TYPE),
    "ogg": (lambda: b"OggS\x00\x02" + bytes(200), Code.NOT_AN_ALLOWED_TYPE),
    "aiff": (lambda: b"FORM\x00\x00\x01\x00AIFF" + bytes(200), Code.NOT_AN_ALLOWED_TYPE),
    "avi": (lambda: b"RIFF\x00\x01\x00\x00AVI " + bytes(248), Code.NOT_AN_ALLOWED_TYPE),
    "mkv": (_mkv, Code.NOT_AN_ALLOWED_TYPE),
    "playlist": (lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", Code.NOT_AN_ALLOWED_TYPE),
    "concat script": (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", Code.NOT_AN_ALLOWED_TYPE),
    "moving png": (lambda: _moving("PNG"), Code.ANIMATED),
    "moving webp": (lambda: _moving("WEBP"), Code.ANIMATED),
    "moving heic": (lambda: specimens.heic().replace(b"ftypheic", b"ftyphevc", 1), Code.ANIMATED),
    "locked mp4": (lambda: specimens.mp4().replace(b"avc1\x00\x00\x00\x00", b"encv\x00\x00\x00\x00"), Code.ENCRYPTED),
    "half a jpeg": (lambda: specimens.jpg()[:9000], Code.BROKEN),
    "half a png": (lambda: specimens.png()[:5000], Code.BROKEN),
    "half a webp": (lambda: specimens.webp()[:5000], Code.BROKEN),
    "half a heic": (lambda: specimens.heic()[:5000], Code.BROKEN),
    "heic whose item has a code that is no text": (
        lambda: specimens.heic().replace(b"Exif", b"Ex\x80f", 1),
        Code.BROKEN,
    ),
    "heic whose item has a name that is no text": (
        lambda: specimens.heic().replace(b"\0\0hvc1\0", b"\0\0hvc1\xff", 1),
        Code.BROKEN,
    ),
    "half a wav": (lambda: specimens.wav()[:5000], Code.BROKEN),
    "half a flac": (lambda: specimens.flac()[:50_000], Code.BROKEN),
    "half an mp4": (lambda: specimens.mp4()[:5000], Code.BROKEN),
    "half a webm": (lambda: specimens.webm()[: len(specimens.webm()) // 2], Code.BROKEN),
    "jpeg without a picture": (lambda: b"\xff\xd8\xff\xd9", Code.BROKEN),
    "jpeg in lossless coding": (lambda: specimens.jpg().replace(b"\xff\xc0\x00\x11", b"\xff\xc3\x00\x11"), Code.CODEC),
    "wav in adpcm": (
        lambda: specimens.wav().replace(b"fmt \x10\x00\x00\x00\x01\x00", b"fmt \x10\x00\x00\x00\x02\x00"),
        Code.CODEC,
    ),
    "mp4 in a strange codec": (
        lambda: specimens.mp4().replace(b"avc1\x00\x00\x00\x00", b"rv40\x00\x00\x00\x00"),
        Code.CODEC,
    ),
    "mp4 without tracks": (
        lambda: _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2") + _box(b"moov", b""),
        Code.NO_PICTURE,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_everything_else_is_refused_with_a_reason(name: str, tmp_path: Path):
    make, code = REFUSED[name]
    path = write(tmp_path, "portrait.jpg", make())
    with pytest.raises(Refused) as refusal:
        sniff(path)
    assert refusal.value.code is code, refusal.value.detail


@pytest.mark.parametrize(
    ("name", "found"),
    [("gif", "GIF"), ("avif", "AVIF"), ("svg", "SVG"), ("html", "HTML"), ("mkv", "MKV"), ("zip", "ZIP")],
)
def test_a_refusal_names_what_it_found(name: str, found: str, tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        sniff(write(tmp_path, "x", REFUSED[name][0]()))
    assert refusal.value.values == {"found": found}


# --- two files in one ------------------------------------------------------------------------------------------------


def archive(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as whole:
        whole.writestr("payload.js", "alert(1)")
        whole.comment = comment
    return out.getvalue()


HTML = b"<html><body><script>alert(document.domain)</script></body></html>"
PHP = b"<?php system($_GET['c']); ?>"


def jpeg_with(marker: int, body: bytes) -> bytes:
    plain = specimens.jpg()
    return plain[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + plain[2:]


def jpeg_as_javascript() -> bytes:
    """The classic: an APP0 length of 2F2A opens a comment that a JPEG comment closes."""
    out = io.BytesIO()
    specimens.picture().save(out, "JPEG")
    plain = out.getvalue()
    body = plain[6:20].ljust(0x2F2A - 2, b"\0")
    return b"\xff\xd8\xff\xe0\x2f\x2a" + body + b"\xff\xfe\x00\x1c*/=1;alert(1)/*              " + plain[20:]


def webp_as_javascript() -> bytes:
    """A RIFF size of 2F 2A xx xx opens a comment that a chunk closes."""
    plain = specimens.webp()
    size = 0x00012A2F
    text = b"*/=1;alert(1)/*"
    filler = size + 8 - len(plain) - 8
    body = plain[8:] + b"xtra" + struct.pack("<I", filler) + text.ljust(filler, b"\0")
    return b"RIFF" + struct.pack("<I", size) + body


def png_with(kind: bytes, body: bytes) -> bytes:
    plain = specimens.png()
    return plain[:33] + specimens.png_chunk(kind, body) + plain[33:]


def wav_with(kind: bytes, body: bytes) -> bytes:
    plain = specimens.wav()
    chunk = kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(plain) - 8 + len(chunk)) + plain[8:12] + chunk + plain[12:]


def id3_with(body: bytes) -> bytes:
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body + specimens.mp3()


def flac_with(body: bytes) -> bytes:
    plain = specimens.flac()
    return plain[:42] + b"\x02" + len(body).to_bytes(3, "big") + body + plain[42:]


def webm_with(body: bytes) -> bytes:
    """A Void element at the head of a segment of unknown size."""
    plain = specimens.webm()
    at = plain.index(bytes.fromhex("18538067")) + 4
    return (
        plain[:at]
        + b"\x01\xff\xff\xff\xff\xff\xff\xff"
        + b"\xec"
        + struct.pack(">Q", len(body) | 1 << 56)
        + body
        + plain[at + 8 :]
    )


def bare_jpeg() -> bytes:
    return _saved("JPEG")


def with_archive(extension: str) -> bytes:
    return specimens.bytes_of(extension) + archive()


POLYGLOTS = {
    **{f"{extension} + zip": partial(with_archive, extension) for extension in specimens.ALL},
    "jpeg + zip with a comment": lambda: bare_jpeg() + archive(b"a long comment " * 90),
    "jpeg + empty zip": lambda: bare_jpeg() + b"PK\x05\x06" + bytes(18),
    "jpeg + html": lambda: bare_jpeg() + HTML,
    "jpeg + svg": lambda: bare_jpeg() + SVG,
    "jpeg + gif": lambda: bare_jpeg() + _saved("GIF"),
    "jpeg + pdf": lambda: bare_jpeg() + b"%PDF-1.4\n1 0 obj\n",
    "jpeg + rar": lambda: bare_jpeg() + b"Rar!\x1a\x07\x01\x00" + bytes(50),
    "jpeg + 7-zip": lambda: bare_jpeg() + b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(50),
    "jpeg + elf": lambda: bare_jpeg() + b"\x7fELF\x02\x01\x01" + bytes(50),
    "jpeg + shell script": lambda: bare_jpeg() + b"\n#!/bin/sh\nid\n",
    "jpeg + gzip": lambda: bare_jpeg() + b"\x1f\x8b\x08\x00" + bytes(50),
    "jpeg with script in its comment": lambda: jpeg_with(0xFE, b"<SCRIPT src=//example.com></SCRIPT>"),
    "jpeg with php in its exif": lambda: jpeg_with(0xE1, b"Exif\x00\x00" + PHP),
    "jpeg with a phar stub": lambda: jpeg_with(0xFE, b"__HALT_COMPILER(); ?>\r\n" + bytes(60)),
    "jpeg with pdf in its comment": lambda: jpeg_with(0xFE, b"\n%PDF-1.5\n1 0 obj<<>>endobj\n"),
    "jpeg with 7-zip in its comment": lambda: jpeg_with(0xFE, b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(50)),
    "jpeg that is a tar": lambda: jpeg_with(0xFE, b"x" * (257 - 6) + b"ustar\x0000" + bytes(200)),
    "jpeg that is dicom": lambda: jpeg_with(0xFE, b"x" * (128 - 6) + b"DICM" + bytes(200)),
    "jpeg that is javascript": jpeg_as_javascript,
    "jpeg with a small html head": lambda: jpeg_with(0xFE, b"<img src=x onerror=alert(1)>"),
    "webp that is javascript": webp_as_javascript,
    "png with script in its text": lambda: png_with(b"tEXt", b"Comment\x00" + HTML),
    "png with an unknown chunk of php": lambda: png_with(b"phPx", PHP),
    "png + php": lambda: specimens.png() + PHP,
    "png + exe": lambda: specimens.png() + b"MZ\x90\x00" + bytes(60) + b"This program cannot be run in DOS mode.\r\n",
    "webp + html": lambda: specimens.webp() + HTML,
    "heic with html in a free box": lambda: specimens.heic() + _box(b"free", HTML),
    "wav with html in its notes": lambda: wav_with(b"iXML", HTML),
    "wav that is an iso image": lambda: wav_with(b"junk", b"\0" * (32769 - 20) + b"CD001\x01" + bytes(100)),
    "wav + html": lambda: specimens.wav() + HTML,
    "mp3 with html in its tag": lambda: id3_with(b"COMM" + HTML),
    "mp3 + html": lambda: specimens.mp3() + HTML,
    "flac with script in a block": lambda: flac_with(b"TEST" + HTML),
    "flac + html": lambda: specimens.flac() + HTML,
    "mp4 with html in a free box": lambda: specimens.mp4() + _box(b"free", HTML),
    "mp4 with a zip in a free box": lambda: specimens.mp4() + _box(b"free", archive() + bytes(70_000)),
    "mp4 with script in a uuid box": lambda: specimens.mp4() + _box(b"uuid", bytes(16) + HTML),
    "mp4 + html": lambda: specimens.mp4() + HTML,
    "webm with script in a void": lambda: webm_with(HTML),
    "webm + zip in a void": lambda: webm_with(archive()) + archive(),
}  # fmt: skip


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_second_file_inside_is_refused(name: str, tmp_path: Path):
    path = write(tmp_path, "portrait.jpg", POLYGLOTS[name]())
    with pytest.raises(Refused) as refusal:
        sniff(path)
    assert refusal.value.code is Code.POLYGLOT, refusal.value.detail
    assert refusal.value.values["found"]


def test_what_cameras_append_is_not_a_second_file(tmp_path: Path):
    """Samsung writes a trailer, Android a motion clip, phones a second picture with the gain map: all are dropped later."""
    clip = Random(7).randbytes(4_000_000)
    for trailer in (b"SEFH" + bytes(80) + b"SEFT", specimens.mp4(), specimens.jpg(), bytes(5000), clip):
        assert sniff(write(tmp_path, "x", specimens.jpg() + trailer)).extension == "jpg"


def test_four_chance_bytes_do_not_make_an_archive(tmp_path: Path):
    for chance in (b"PK\x05\x06" + b"\xa7" * 30, b"\x12PK\x01\x02PK\x05\x06\x00\x00" + b"\x33" * 30):
        assert sniff(write(tmp_path, "x", jpeg_with(0xEA, chance))).extension == "jpg"


def test_a_recorder_that_never_closed_its_file_is_forgiven(tmp_path: Path):
    """Sizes of FFFFFFFF or 0, as pipes and crashed recorders leave them, mean "to the end of the file"."""
    plain = specimens.wav()
    at = plain.index(b"data") + 4
    for unknown in (b"\xff\xff\xff\xff", bytes(4)):
        content = b"RIFF" + unknown + plain[8:at] + unknown + plain[at + 4 :]
        assert sniff(write(tmp_path, "x", content)).extension == "wav"


def test_the_size_cap_comes_before_any_decoding(tmp_path: Path):
    path = write(tmp_path, "x", specimens.jpg())
    with path.open("r+b") as file:
        file.truncate(301 * 1024**2)
    with pytest.raises(Refused) as refusal:
        sniff(path)
    assert refusal.value.code is Code.TOO_LARGE
    assert refusal.value.values == {"megabytes": 300}


def test_a_missing_file_is_our_fault_and_not_the_senders(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        sniff(tmp_path / "gone")
    assert refusal.value.code is Code.UNAVAILABLE
    assert refusal.value.transient


def test_pictures_of_every_mode_pass(tmp_path: Path):
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16"):
        out = io.BytesIO()
        Image.new(mode, (40, 30)).save(out, "PNG")
        assert sniff(write(tmp_path, "x", out.getvalue())).extension == "png"
