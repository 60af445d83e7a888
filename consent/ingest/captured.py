"""The day a file says it was made, read before that is scrubbed away: a proposal the performer may change."""

import re
from datetime import date
from pathlib import Path

from consent.ingest import decoder, stills
from consent.ingest.outcome import Kind, Sniffed
from consent.ingest.refusal import Refused, decoding

_EXIF_BLOCK, _TAKEN, _CHANGED = 0x8769, 0x9003, 0x0132
_DAY = re.compile(r"^(\d{4})[-:](\d{2})[-:](\d{2})")
# Containers count from 1904 or 1970; a camera without a clock starts there.
_FIRST_BELIEVED = date(1971, 1, 1)


def on(path: str | Path, sniffed: Sniffed) -> str:
    """An ISO date, or empty. Nothing in a file's tags may stop the file, so unreadable tags count as silent."""
    try:
        with decoding():
            return _day(_told(path, sniffed))
    except Refused:
        return ""


def _told(path: str | Path, sniffed: Sniffed) -> str:
    if sniffed.kind is Kind.STILL:
        with stills.open_still(path) as picture:
            exif = picture.getexif()
            return str(exif.get_ifd(_EXIF_BLOCK).get(_TAKEN) or exif.get(_CHANGED) or "")
    if not decoder.AVAILABLE or sniffed.kind is Kind.VOICE:
        return ""
    with decoder.opened(path, sniffed.extension) as container:
        return str(container.metadata.get("creation_time", ""))


def _day(told: str) -> str:
    found = _DAY.match(told)
    if not found:
        return ""
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return ""
    return day.isoformat() if day >= _FIRST_BELIEVED else ""
