"""Tells what a file is by its content, against an allow list; names and the browser's word for the type count for nothing.

Allowed: stills JPEG, PNG, WebP, HEIC; voice WAV, FLAC, MP3, M4A; video MP4, MOV, WebM. Everything else, and every file
that is two things at once, raises Refused. Header checks only: the real decode in process.py is the second half.
"""

import mmap
from pathlib import Path
from typing import BinaryIO

import filetype

from consent.ingest import boxes, ebml, flac, jpeg, limits, mpegaudio, png, polyglot, riff
from consent.ingest.outcome import Kind, Sniffed
from consent.ingest.refusal import Code, Refused, decoding

JPEG = Sniffed(Kind.STILL, "image/jpeg", "jpg")
PNG = Sniffed(Kind.STILL, "image/png", "png")
WEBP = Sniffed(Kind.STILL, "image/webp", "webp")
HEIC = Sniffed(Kind.STILL, "image/heic", "heic")
WAV = Sniffed(Kind.VOICE, "audio/wav", "wav")
FLAC = Sniffed(Kind.VOICE, "audio/flac", "flac")
MP3 = Sniffed(Kind.VOICE, "audio/mpeg", "mp3")
M4A = Sniffed(Kind.VOICE, "audio/mp4", "m4a")
MP4 = Sniffed(Kind.VIDEO, "video/mp4", "mp4")
MOV = Sniffed(Kind.VIDEO, "video/quicktime", "mov")
WEBM = Sniffed(Kind.VIDEO, "video/webm", "webm")

ALLOWED = (JPEG, PNG, WEBP, HEIC, WAV, FLAC, MP3, M4A, MP4, MOV, WEBM)

PICTURE_CODECS = frozenset({"h264", "hevc", "av1", "vp8", "vp9", "prores", "dnxhd", "mjpeg", "mpeg4"})
SOUND_CODECS = frozenset({"aac", "alac", "mp3", "opus", "vorbis", "flac", "pcm", "ac3", "eac3"})

_HEAD = 64 * 1024


def sniff(path: str | Path) -> Sniffed:
    """What the file is, after its whole structure was walked. Raises Refused, never a decoder's error."""
    with decoding(), Path(path).open("rb") as file:
        size = file.seek(0, 2)
        if size == 0:
            raise Refused(Code.EMPTY)
        file.seek(0)
        head = file.read(_HEAD)
        sniffed = _by_mark(file, head, size)
        if size > (limits.STILL_BYTES if sniffed.kind is Kind.STILL else limits.MEDIA_BYTES):
            most = limits.STILL_BYTES if sniffed.kind is Kind.STILL else limits.MEDIA_BYTES
            raise Refused(Code.TOO_LARGE, megabytes=most // 1024**2)
        polyglot.refuse_hidden_start(head)
        polyglot.refuse_archive(file, size)
        if sniffed.kind is Kind.STILL:
            _check_still(file, size, sniffed)
        else:
            _check_media(file, size, sniffed)
        return sniffed


def _by_mark(file: BinaryIO, head: bytes, size: int) -> Sniffed:
    if head[:3] == b"\xff\xd8\xff":
        return JPEG
    if head[:8] == png.SIGNATURE:
        return PNG
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] in (b"WEBP", b"WAVE"):
        return WEBP if head[8:12] == b"WEBP" else WAV
    if head[4:8] == b"ftyp" and len(head) >= 16:
        return _by_brand(file, head, size)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        if ebml.doc_type(file, size) == "webm":
            return WEBM
        raise Refused(Code.NOT_AN_ALLOWED_TYPE, found="MKV")
    if head[:4] == b"fLaC":
        return FLAC
    if head[:3] == b"ID3" or head[0] == 0xFF:
        file.seek(mpegaudio.skip_id3v2(file, 0))
        if file.read(4) == b"fLaC":
            return FLAC
        if mpegaudio.looks_like(file, size):
            return MP3
    raise _not_allowed(head)


def _by_brand(file: BinaryIO, head: bytes, size: int) -> Sniffed:
    brand = boxes.brand(head)
    if brand == "HEIC":
        return HEIC
    if brand == "MOVING":
        raise Refused(Code.ANIMATED)
    if not brand:
        raise _not_allowed(head)
    boxes.check(file, size)
    handlers = {track.handler for track in boxes.tracks(file, size)}
    if b"vide" in handlers:
        # An M4A may carry its cover as a picture track; M4A is what it says it is.
        return {"MOV": MOV, "VOICE": M4A}.get(brand, MP4)
    if b"soun" in handlers:
        return M4A
    raise Refused(Code.NO_PICTURE)


def _not_allowed(head: bytes) -> Refused:
    """Names what was found where it can be named, so that the sentence helps."""
    guess = filetype.guess(head)
    if guess is not None:
        return Refused(Code.NOT_AN_ALLOWED_TYPE, found=guess.extension.upper())
    start = head.lstrip()[:512].lower()
    if b"<svg" in start:
        return Refused(Code.NOT_AN_ALLOWED_TYPE, found="SVG")
    if start.startswith(b"<"):
        return Refused(
            Code.NOT_AN_ALLOWED_TYPE, found="HTML" if b"<html" in start or b"<!doctype html" in start else "XML"
        )
    return Refused(Code.NOT_AN_ALLOWED_TYPE)


def _check_still(file: BinaryIO, size: int, sniffed: Sniffed) -> None:
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
        if sniffed is JPEG:
            end = jpeg.check(data)
        elif sniffed is PNG:
            end = png.check(data)
        elif sniffed is WEBP:
            layout = riff.walk(file, size)
            riff.check_webp(data, layout)
            end = layout.end
        else:
            boxes.check(file, size)
            boxes.check_items(file, size)
            end = size
        if end < size:
            polyglot.refuse_hidden_behind(data[end:])
        polyglot.refuse_hidden_anywhere(data, 0, end)


def _check_media(file: BinaryIO, size: int, sniffed: Sniffed) -> None:
    if sniffed is WAV:
        layout = riff.walk(file, size)
        riff.check_wave(file, layout)
        for chunk in riff.metadata(layout):
            file.seek(chunk.body)
            polyglot.refuse_hidden_anywhere(file.read(min(chunk.size, 1024**2)))
        file.seek(layout.end)
        polyglot.refuse_hidden_behind(file.read(1024**2))
    elif sniffed is FLAC:
        flac.walk(file, size)
    elif sniffed is MP3:
        mpegaudio.walk(file, size)
    elif sniffed is WEBM:
        films = ebml.tracks(file, size)
        pictures = [track.codec for track in films if track.kind == "video"]
        _allow_codecs(pictures, [track.codec for track in films if track.kind == "audio"])
        if not pictures:
            raise Refused(Code.NOT_AN_ALLOWED_TYPE, found="WebM audio")
    else:
        found = boxes.tracks(file, size)
        sounds = [codec for track in found if track.handler == b"soun" for codec in track.codecs]
        pictures = [codec for track in found if track.handler == b"vide" for codec in track.codecs]
        _allow_codecs(pictures, sounds)
        if sniffed is M4A and not sounds:
            raise Refused(Code.NO_SOUND)


def _allow_codecs(pictures: list[str], sounds: list[str]) -> None:
    for codec in [*(set(pictures) - PICTURE_CODECS), *(set(sounds) - SOUND_CODECS)]:
        raise Refused(Code.CODEC, codec=codec.removeprefix("? ").strip())
