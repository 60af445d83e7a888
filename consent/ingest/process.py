"""The way of one file through this room: sniff, scrub, decode what was scrubbed, measure, preview, fingerprint."""

import hashlib
from pathlib import Path
from typing import Any

from consent.ingest import captured, decoder, fingerprint, flac, mpegaudio, riff
from consent.ingest.film import process_film
from consent.ingest.outcome import Film, Kind, Master, Processed, Sniffed, Sound, Still
from consent.ingest.refusal import Code, Refused, decoding
from consent.ingest.scrub import scrub
from consent.ingest.sniff import FLAC, MP3, WAV, sniff
from consent.ingest.sound import process_sound
from consent.ingest.stills import THUMB_MIME, process_still


def process(path: str | Path, out_dir: str | Path) -> Processed:
    """Everything about the file at `path`; the master and the thumbnails are in `out_dir`. Raises Refused and nothing else."""
    with decoding():
        sniffed = sniff(path)
        with Path(path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        needs_extra = sniffed.extension in ("m4a", "mp4", "mov", "webm")
        master = None if needs_extra and not decoder.AVAILABLE else scrub(path, sniffed, out_dir)
        found = _measured(path, sniffed, master, Path(out_dir))
        return Processed(
            kind=str(sniffed.kind),
            mime=sniffed.mime,
            extension=sniffed.extension,
            size=Path(path).stat().st_size,
            sha256=sha256,
            master=master,
            captured_on=captured.on(path, sniffed),
            **found,
        )


def _measured(path: str | Path, sniffed: Sniffed, master: Master | None, out_dir: Path) -> dict[str, Any]:
    """Decoders see the scrubbed copy, never the file as it came: its tags and odd chunks have no parser to reach."""
    if not decoder.AVAILABLE and sniffed.kind is not Kind.STILL:
        header = _from_header(path, sniffed)
        return _kept(header, "duration_ms channels sample_rate") | {"previewed": False}
    if master is None:
        raise Refused(Code.NEEDS_VIDEO_EXTRA)
    clean = out_dir / master.name
    if sniffed.kind is Kind.STILL:
        still = process_still(clean, out_dir)
        return _kept(still, "width height thumbs") | {
            "previewed": True,
            "thumb_mime": THUMB_MIME,
            "fingerprint": fingerprint.of_still(still.dhash),
        }
    if sniffed.kind is Kind.VOICE:
        sound = process_sound(clean, master.extension)
        return _kept(sound, "duration_ms channels sample_rate codec peaks fingerprint") | {"previewed": True}
    film = process_film(clean, master.extension, out_dir)
    return _kept(film, "width height duration_ms codec thumbs fingerprint") | {
        "previewed": True,
        "thumb_mime": THUMB_MIME,
    }


def _kept(found: Still | Sound | Film, names: str) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names.split()}


def _from_header(path: str | Path, sniffed: Sniffed) -> Sound:
    """Length and shape without a decoder, where the format's own headers tell them."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        if sniffed == WAV:
            layout: riff.Wave | flac.Flac | mpegaudio.Mpeg = riff.check_wave(file, riff.walk(file, size))
        elif sniffed == FLAC:
            layout = flac.walk(file, size)
        elif sniffed == MP3:
            layout = mpegaudio.walk(file, size)
        else:
            return Sound()
        return Sound(layout.duration_ms, layout.channels, layout.sample_rate)
