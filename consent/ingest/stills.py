"""Stills: caps before decoding, one scaled decode, thumbnails rebuilt from raw pixels, colour brought to sRGB.

Fast because the JPEG decoder itself scales (draft with a box of the exact aspect), each size is made from the next larger
one, and the small picture is turned instead of the large.
"""

import hashlib
import io
import math
import warnings
from contextlib import suppress
from pathlib import Path

import pi_heif
from PIL import Image, ImageCms

from consent.ingest import icc, limits
from consent.ingest.fingerprint import BITS, LEAST_CONTRAST
from consent.ingest.outcome import Still
from consent.ingest.refusal import Code, Refused, decoding

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
THUMB_MIME = "image/jpeg"
_QUALITY = 82
_PAPER = (255, 255, 255)
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A picture with hardly a slope in it hashes to nearly all zeros or ones, as does every other such picture.
_LEAST_SLOPES = 4
_SRGB = ImageCms.createProfile("sRGB")

# Pillow's own guard, at our figure: it only warns up to twice of it, so open_still takes the warning for an error.
Image.MAX_IMAGE_PIXELS = limits.PIXELS
pi_heif.register_heif_opener(thumbnails=False)


def open_still(path: str | Path) -> Image.Image:
    """The picture with its header read and its size within the caps; pixels are not decoded yet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Code.TOO_MANY_PIXELS, megapixels=limits.PIXELS // 10**6, side=limits.SIDE) from error
    limits.refuse_large_picture(*picture.size)
    if picture.format in ("PNG", "WEBP", "HEIF") and getattr(picture, "is_animated", False):
        raise Refused(Code.ANIMATED)
    return picture


def process_still(path: str | Path, out_dir: str | Path) -> Still:
    """Write the thumbnails into `out_dir` and say what the picture is. Raises Refused."""
    with decoding():
        with Path(path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with open_still(path) as picture:
            turn = orientation(picture)
            width, height = picture.size
            largest = _fitted(picture, max(limits.THUMB_SIDES))
        largest = bare(turned(to_srgb(largest), turn))
        thumbs: dict[int, str] = {}
        for side in sorted(limits.THUMB_SIDES, reverse=True):
            largest = _within(largest, side)
            name = f"thumb-{side}.jpg"
            largest.save(Path(out_dir) / name, "JPEG", quality=_QUALITY)
            thumbs[side] = name
        if turn >= 5:
            width, height = height, width
        return Still(width, height, thumbs, dhash(largest), sha256)


def dhash(picture: Image.Image) -> int | None:
    """Difference hash as a signed 64-bit number (a bigint column holds it); None for a picture too plain to know again."""
    small = picture.convert("L").resize((9, 8), Image.Resampling.BILINEAR)
    tones = small.tobytes()
    if max(tones) - min(tones) < LEAST_CONTRAST:
        return None
    bits = 0
    for row in range(0, 72, 9):
        for column in range(row, row + 8):
            bits = bits << 1 | (tones[column] < tones[column + 1])
    if not _LEAST_SLOPES <= bits.bit_count() <= BITS - _LEAST_SLOPES:
        return None
    return bits - (1 << BITS) if bits >> BITS - 1 else bits


def orientation(picture: Image.Image) -> int:
    """Exif orientation, 1 to 8. HEIC decoders have already turned the picture."""
    if picture.format == "HEIF":
        return 1
    turn = picture.getexif().get(_ORIENTATION, 1)
    return turn if turn in _TURNS else 1


def turned(picture: Image.Image, turn: int) -> Image.Image:
    return picture.transpose(_TURNS[turn]) if turn in _TURNS else picture


def to_srgb(picture: Image.Image) -> Image.Image:
    """RGB (or L without a profile) in sRGB, transparency laid on white, 16-bit tones brought to 8."""
    profile = picture.info.get("icc_profile")
    plain = flat(picture)
    matches = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}.get(plain.mode)
    if profile and icc.space(profile) == matches:
        # An unusable profile is no reason to lose the picture: it then counts as untagged.
        with suppress(ImageCms.PyCMSError):
            plain = ImageCms.profileToProfile(plain, io.BytesIO(profile), _SRGB, outputMode="RGB") or plain
    return plain.convert("RGB") if plain.mode == "CMYK" else plain


def bare(picture: Image.Image) -> Image.Image:
    """The same pixels in a new picture that knows nothing else."""
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    return fresh


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    """Decode at the smallest scale that still covers `side`, then fit into it."""
    width, height = picture.size
    if max(width, height) > side:
        scale = side / max(width, height)
        picture.draft("RGB", (math.ceil(width * scale), math.ceil(height * scale)))
    picture.load()
    return _within(_resizable(picture), side)


def _within(picture: Image.Image, side: int) -> Image.Image:
    """Fit into a square. Hamming: the sharpness of bicubic when shrinking, at 60 % of its time."""
    width, height = picture.size
    if max(width, height) <= side:
        return picture
    scale = side / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return picture.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _resizable(picture: Image.Image) -> Image.Image:
    """A mode that scaling understands: palettes unfolded, 16-bit and bilevel tones as 8-bit grey."""
    if picture.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        return picture
    info = picture.info
    if picture.mode.startswith("I"):
        plain = picture.convert("I").point(lambda tone: tone * (1 / 256)).convert("L")
    elif picture.mode == "1":
        plain = picture.convert("L")
    else:
        plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.info = info
    return plain


def flat(picture: Image.Image) -> Image.Image:
    plain = _resizable(picture)
    if plain.mode in ("L", "RGB") and "transparency" in plain.info:
        plain = plain.convert("RGBA")
    if plain.mode not in ("LA", "RGBA"):
        return plain
    paper = Image.new("RGB", plain.size, _PAPER)
    paper.paste(plain.convert("RGB"), mask=plain.getchannel("A"))
    return paper
