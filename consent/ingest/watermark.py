"""The licensee's name on every copy: drawn into stills, written as a label into sound and film.

What it can do: name the holder of a copy that turns up as it was handed out. What it cannot: survive someone who crops,
repaints or strips on purpose. The drawing is faint over the picture, because reference media is there to be worked from,
and plain in a strip below it. Sound and film carry the label as a tag only. The log of downloads is the proof.
"""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from consent.ingest import scrub, stills
from consent.ingest.outcome import Kind, Master
from consent.ingest.refusal import decoding
from consent.ingest.sniff import JPEG, sniff

_FAINT = 34
_STRIP = (18, 16, 14)
_INK = (244, 239, 232)
_QUALITY = 95
_LONGEST = 160
_Face = ImageFont.FreeTypeFont | ImageFont.ImageFont
_MISSING = "\uffff"


def watermark_still(path: str | Path, text: str, out: str | Path, *, fonts: Sequence[str | Path] = ()) -> None:
    """Write `path` as a JPEG to `out` with the text on it, without the file's metadata, upright and in sRGB.

    `fonts` are font files tried per character, first match first (TTF, OTF or WOFF2); behind them stands a built-in
    Latin face, and a character that none of them has is written by its nearest plain letter.
    """
    with decoding():
        with stills.open_still(path) as picture:
            turn = stills.orientation(picture)
            picture.load()
            base = stills.to_srgb(picture)
        marked = _drawn(stills.turned(base, turn), _one_line(text), fonts)
        marked.save(out, "JPEG", quality=_QUALITY, subsampling=0, comment=_one_line(text))


def watermark_media(path: str | Path, text: str, out_dir: str | Path, *, name: str = "copy") -> Master:
    """A scrubbed copy of a sound or film file that carries the text as its comment tag."""
    return scrub.scrub(path, sniff(path), out_dir, note=_one_line(text), name=name)


def watermark(
    path: str | Path, text: str, out_dir: str | Path, *, fonts: Sequence[str] = (), name: str = "copy"
) -> Master:
    """The copy for a licensee, whatever kind of file it is: `<name>.<extension>` in `out_dir`."""
    sniffed = sniff(path)
    if sniffed.kind is not Kind.STILL:
        return watermark_media(path, text, out_dir, name=name)
    out = Path(out_dir) / f"{name}.{JPEG.extension}"
    watermark_still(path, text, out, fonts=fonts)
    return Master(out.name, JPEG.mime, JPEG.extension, out.stat().st_size, lossless=False)


def _one_line(text: str) -> str:
    """Printable and on one line, whatever name a studio gave itself; direction marks would let it rewrite the line."""
    clean = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(clean.split())[:_LONGEST]


def _drawn(base: Image.Image, text: str, fonts: Sequence[str | Path]) -> Image.Image:
    width, height = base.size
    size = max(14, round(max(width, height) / 70))
    label = _label(text, fonts, size)
    if label.width > width - size:
        factor = (width - size) / label.width if width > size else 0.5
        label = label.resize((max(1, round(label.width * factor)), max(1, round(label.height * factor))))
    strip = label.height + size
    whole = Image.new("RGB", (width, height + strip), _STRIP)
    whole.paste(base, (0, 0))
    tile = _tile(text, fonts, size)
    light, dark = (Image.new("RGB", tile.size, tone) for tone in ("white", "black"))
    for row, top in enumerate(range(0, height, tile.height)):
        # Cut at the picture's edge: the strip below stays clean.
        mask = tile.crop((0, 0, tile.width, min(tile.height, height - top)))
        for left in range(-(tile.width // 2) * (row % 2), width, tile.width):
            # A dark letter beside a light one reads on any ground.
            whole.paste(dark.crop((0, 0, *mask.size)), (left + 1, top), mask)
            whole.paste(light.crop((0, 0, *mask.size)), (left, top), mask)
    whole.paste(Image.new("RGB", label.size, _INK), ((width - label.width) // 2, height + size // 2), label)
    return whole


def _tile(text: str, fonts: Sequence[str | Path], size: int) -> Image.Image:
    label = _label(text, fonts, size)
    turned = label.rotate(24, expand=True, resample=Image.Resampling.BICUBIC)
    tile = Image.new("L", (turned.width + 3 * size, turned.height + 3 * size))
    tile.paste(turned, (size, size))
    return tile.point(lambda tone: tone * _FAINT // 255)


def _label(text: str, fonts: Sequence[str | Path], size: int) -> Image.Image:
    """The text as a mask, cut to its ink, drawn in runs of characters that share a font."""
    faces: list[_Face] = [*(ImageFont.truetype(str(path), size) for path in fonts), ImageFont.load_default(size)]
    runs: list[tuple[_Face, str]] = []
    for char in text or " ":
        face, glyph = _face_for(char, faces)
        if runs and runs[-1][0] is face:
            runs[-1] = (face, runs[-1][1] + glyph)
        else:
            runs.append((face, glyph))
    length = sum(face.getlength(part) for face, part in runs)
    mask = Image.new("L", (max(1, round(length) + size), 2 * size))
    pen = ImageDraw.Draw(mask)
    at = 0.0
    for face, part in runs:
        pen.text((at, 1.5 * size), part, fill=255, font=face, anchor="ls")
        at += face.getlength(part)
    return mask.crop(mask.getbbox() or (0, 0, 1, 1))


def _face_for(char: str, faces: Sequence[_Face]) -> tuple[_Face, str]:
    for candidate in (char, unicodedata.normalize("NFKD", char)[0], "?"):
        for face in faces:
            if candidate.isspace() or bytes(face.getmask(candidate)) != bytes(face.getmask(_MISSING)):
                return face, candidate
    return faces[-1], "?"
