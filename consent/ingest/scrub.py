"""The master: the file as a licensee may get it, with the content kept and every word about it gone.

What is kept and how, by format:
- JPEG, PNG, WebP: copied by segments or chunks, every pixel bit for bit; orientation and a rebuilt colour profile stay.
- HEIC: decoded and written as JPEG (quality 95, full colour resolution). Not bit for bit, on purpose: the container can
  hide items anywhere, few programs open it, and handing a hostile HEVC stream on would hand on the risk.
- WAV, FLAC, MP3: copied by chunks, blocks or frames, every sample bit for bit; works without PyAV.
- M4A, MP4, MOV, WebM: remuxed with PyAV as stream copy; sound and picture tracks only, no tags, chapters, covers, dates,
  data tracks (where cameras put positions) or SEI messages (where they put the rest). Without PyAV there is no master,
  and nothing is handed out: Refused NEEDS_VIDEO_EXTRA.

A note (the licensee's name) can be written into the copy. It is a label, easy to remove for whoever wants to: the log of
downloads is the proof. Marks inside coded pixels or samples (steganography) are beyond any scrubbing that keeps them exact.
"""

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from consent.ingest import decoder, film, flac, icc, jpeg, limits, mpegaudio, png, riff, stills
from consent.ingest.outcome import Master, Sniffed
from consent.ingest.refusal import Code, Refused, decoding
from consent.ingest.sniff import FLAC, HEIC, JPEG, MP3, PNG, WAV, WEBP

_MUXERS = {"m4a": "ipod", "mp4": "mp4", "mov": "mov", "webm": "webm"}
# The index goes to the front by a second pass over the file; above this size that costs more than it saves.
_INDEX_FIRST_BYTES = 2 * 1024**3
_SEI = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}
_HEIC_QUALITY = 95


def scrub(path: str | Path, sniffed: Sniffed, out_dir: str | Path, *, note: str = "", name: str = "master") -> Master:
    """Write `<name>.<extension>` into `out_dir`. Raises Refused."""
    kind = JPEG if sniffed == HEIC else sniffed
    target = Path(out_dir) / f"{name}.{kind.extension}"
    with decoding():
        if sniffed in (JPEG, PNG, WEBP):
            _scrub_still(path, sniffed, target, note)
        elif sniffed == HEIC:
            _heic_to_jpeg(path, target, note)
        elif sniffed in (WAV, FLAC, MP3):
            _scrub_sound(path, sniffed, target, note)
        else:
            _remux(path, sniffed, target, note)
        return Master(target.name, kind.mime, kind.extension, target.stat().st_size, lossless=sniffed != HEIC)


def _scrub_still(path: str | Path, sniffed: Sniffed, target: Path, note: str) -> None:
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if sniffed == JPEG:
            _write(target, jpeg.scrubbed(data, note))
        elif sniffed == PNG:
            _write(target, png.scrubbed(data, note))
        else:
            _write(target, riff.scrubbed_webp(data, riff.walk(file, len(data)), note))


def _scrub_sound(path: str | Path, sniffed: Sniffed, target: Path, note: str) -> None:
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        if sniffed == WAV:
            _write(target, riff.scrubbed_wave(file, riff.check_wave(file, riff.walk(file, size)), note))
        elif sniffed == FLAC:
            _write(target, flac.scrubbed(file, flac.walk(file, size), note))
        else:
            _write(target, mpegaudio.scrubbed(file, mpegaudio.walk(file, size), note))


def _write(target: Path, blocks: Iterable[bytes]) -> None:
    with target.open("wb") as out:
        _pour(out, blocks)


def _pour(out: BinaryIO, blocks: Iterable[bytes]) -> None:
    for block in blocks:
        out.write(block)


def _heic_to_jpeg(path: str | Path, target: Path, note: str) -> None:
    with stills.open_still(path) as picture:
        profile = icc.scrubbed(picture.info.get("icc_profile"))
        picture.load()
        plain = stills.bare(stills.flat(picture).convert("RGB"))
    colour = profile if icc.space(profile) == "RGB" else None
    plain.save(target, "JPEG", quality=_HEIC_QUALITY, subsampling=0, icc_profile=colour, comment=note)


def _remux(path: str | Path, sniffed: Sniffed, target: Path, note: str) -> None:
    options = {"fflags": "+bitexact"}
    if sniffed.extension != "webm" and Path(path).stat().st_size <= _INDEX_FIRST_BYTES:
        options["movflags"] = "+faststart"
    with decoder.opened(path, sniffed.extension) as source:
        kept = [stream for stream in [*source.streams.video, *source.streams.audio] if not film.is_cover(stream)]
        if not kept or len(kept) > limits.TRACKS:
            raise Refused(Code.NO_PICTURE)
        with decoder.av.open(str(target), "w", format=_MUXERS[sniffed.extension], options=options) as copy:
            if note:
                copy.metadata.update({"comment": note, "copyright": note})
            routes = {}
            for stream in kept:
                out = copy.add_stream_from_template(stream)
                rule = _SEI.get(decoder.codec_name(stream))
                routes[stream.index] = (out, decoder.av.BitStreamFilterContext(rule, stream, out) if rule else None)
            empty = True
            for packet in source.demux(kept):
                out, clean = routes[packet.stream.index]
                if packet.dts is None:
                    continue
                empty = False
                for piece in clean.filter(packet) if clean else (packet,):
                    piece.stream = out
                    copy.mux(piece)
            if empty:
                raise Refused(Code.BROKEN, detail="no packet")
            for out, clean in routes.values():
                for piece in clean.filter(None) if clean else ():
                    piece.stream = out
                    copy.mux(piece)
