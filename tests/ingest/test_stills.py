"""Thumbnails: capped before decoding, the right way up, in sRGB, rebuilt from pixels."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageOps

from consent.ingest import limits, stills
from consent.ingest.refusal import Code, Refused
from consent.ingest.stills import dhash, process_still
from tests.ingest import specimens
from tests.ingest.specimens import write


def _still(content: bytes, folder: Path):
    return process_still(write(folder, "x", content), folder)


def _mean(path: Path) -> tuple[float, ...]:
    with Image.open(path) as image:
        return tuple(image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))


@pytest.mark.parametrize("turn", range(1, 9))
def test_all_eight_ways_up(turn: int, tmp_path: Path):
    still = _still(specimens.jpg(turn), tmp_path)
    with Image.open(io.BytesIO(specimens.jpg(turn))) as image:
        upright = ImageOps.exif_transpose(image)
    assert (still.width, still.height) == upright.size
    with Image.open(tmp_path / still.thumbs[320]) as thumb:
        assert thumb.size == upright.size
        ours = thumb.convert("L").resize((16, 16)).tobytes()
    theirs = upright.convert("L").resize((16, 16)).tobytes()
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) < 12


def test_three_sizes_none_enlarged(tmp_path: Path):
    out = io.BytesIO()
    specimens.picture(1500, 1000).save(out, "JPEG")
    still = _still(out.getvalue(), tmp_path)
    sizes = {}
    for side, name in still.thumbs.items():
        with Image.open(tmp_path / name) as thumb:
            sizes[side] = thumb.size
            assert thumb.format == "JPEG"
            assert set(thumb.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert sizes == {2048: (1500, 1000), 960: (960, 640), 320: (320, 213)}
    assert (still.width, still.height) == (1500, 1000)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_a_png_knows(mode: str, tmp_path: Path):
    out = io.BytesIO()
    source = Image.linear_gradient("L").resize((64, 64))
    if mode == "I;16":
        source = Image.frombytes(
            "I;16", (64, 64), b"".join(value.to_bytes(1, "little") * 2 for value in source.tobytes())
        )
    else:
        source = source.convert(mode)
    source.save(out, "PNG")
    still = _still(out.getvalue(), tmp_path)
    # A gradient from black to white stays one: nothing clipped, nothing inverted.
    with Image.open(tmp_path / still.thumbs[320]) as thumb:
        top, bottom = (thumb.convert("L").getpixel((32, row)) for row in (3, 60))
    assert top < 60
    assert bottom > 190


def test_transparency_is_laid_on_white(tmp_path: Path):
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (200, 0, 0, 0)).save(out, "PNG")
    still = _still(out.getvalue(), tmp_path)
    assert _mean(tmp_path / still.thumbs[320]) == (255, 255, 255)


def test_transparent_colour_key_is_laid_on_white(tmp_path: Path):
    out = io.BytesIO()
    Image.new("RGB", (40, 40), (1, 2, 3)).save(out, "PNG", transparency=(1, 2, 3))
    still = _still(out.getvalue(), tmp_path)
    assert _mean(tmp_path / still.thumbs[320]) == (255, 255, 255)


def test_print_colours_come_back_as_they_look(tmp_path: Path):
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (250, 20, 30)).convert("CMYK").save(out, "JPEG", quality=95)
    still = _still(out.getvalue(), tmp_path)
    red, green, blue = _mean(tmp_path / still.thumbs[320])
    assert red > 220
    assert green < 60
    assert blue < 60


def test_a_wide_profile_is_brought_to_srgb(tmp_path: Path):
    """A profile with red and green swapped stands for any other than sRGB: converted, the colours come out swapped."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (255, 0, 0)).save(out, "JPEG", quality=95, icc_profile=bytes(profile))
    still = _still(out.getvalue(), tmp_path)
    tone = _mean(tmp_path / still.thumbs[320])
    assert tone[1] > 240
    assert tone[0] < 20


def test_a_broken_profile_loses_the_colour_and_not_the_picture(tmp_path: Path):
    out = io.BytesIO()
    profile = bytearray(specimens.profile())
    profile[400:] = bytes(len(profile) - 400)
    specimens.picture().save(out, "JPEG", icc_profile=bytes(profile))
    assert _still(out.getvalue(), tmp_path).width == 320


@pytest.mark.parametrize("size", [(limits.SIDE + 1, 1), (1, limits.SIDE + 1), (8001, 8001)])
def test_size_is_refused_from_the_header(size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    content = specimens.png_bomb(1, 1, said=size)
    with pytest.raises(Refused) as refusal:
        _still(content, tmp_path)
    assert refusal.value.code is Code.TOO_MANY_PIXELS
    assert refusal.value.values == {"megapixels": 64, "side": limits.SIDE}


def test_a_large_jpeg_is_never_decoded_at_full_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """draft() with the exact aspect: a 24 MP picture is decoded at half its sides. A square box would not scale at all."""
    out = io.BytesIO()
    Image.new("RGB", (6000, 4000), "teal").save(out, "JPEG")
    decoded = []
    load = stills._resizable
    monkeypatch.setattr(stills, "_resizable", lambda picture: decoded.append(picture.size) or load(picture))
    still = _still(out.getvalue(), tmp_path)
    assert (still.width, still.height) == (6000, 4000)
    assert decoded[0] == (3000, 2000)


def test_the_digest_is_of_the_file(tmp_path: Path):
    content = specimens.jpg()
    assert _still(content, tmp_path).sha256 == hashlib.sha256(content).hexdigest()


def test_the_hash_fits_a_bigint_and_plain_pictures_have_none():
    for seed in range(20):
        value = dhash(specimens.picture(seed=seed))
        assert value is not None
        assert -(2**63) <= value < 2**63
    assert dhash(Image.new("RGB", (50, 50), "white")) is None
    assert dhash(Image.linear_gradient("L")) is None
