"""Every licensee's copy carries the name of its holder, in the picture and as a label."""

from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops

from consent.ingest import watermark
from consent.ingest.watermark import watermark_media, watermark_still
from consent.services import files
from tests.ingest import specimens
from tests.ingest.specimens import MARKS, write

NAME = "Northlight Pictures, grant G-7Q4M2K9D0X, 14 June 2026"


@pytest.mark.parametrize("extension", specimens.STILLS)
def test_a_still_carries_the_name_over_itself_and_below(extension: str, shelf: Path, tmp_path: Path):
    out = tmp_path / "copy.jpg"
    watermark_still(shelf / f"specimen.{extension}", NAME, out)
    turned = extension in ("png", "webp")
    with Image.open(out) as copy:
        assert copy.width == (240 if turned else 320)
        assert copy.height > (320 if turned else 240)
        assert copy.info["comment"].decode() == NAME
        assert not copy.getexif()
        strip = copy.convert("L").crop((0, 320 if turned else 240, copy.width, copy.height))
        assert max(strip.tobytes()) > 150, "no letters in the strip"
    assert not [mark for mark in MARKS if mark in out.read_bytes()]


def test_the_name_is_faint_over_the_picture_and_reaches_every_part(tmp_path: Path):
    out = tmp_path / "copy.jpg"
    plain = Image.new("RGB", (1600, 1200), (120, 120, 120))
    plain.save(tmp_path / "x.png")
    watermark_still(tmp_path / "x.png", NAME, out)
    with Image.open(out) as copy:
        difference = ImageChops.difference(copy.convert("RGB").crop((0, 0, 1600, 1200)), plain).convert("L")
    assert max(difference.tobytes()) < 60
    for left in range(0, 1600, 800):
        for top in range(0, 1200, 600):
            tile = difference.crop((left, top, left + 800, top + 600))
            assert sum(tone > 5 for tone in tile.tobytes()) > 500, (left, top)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_small_and_narrow_pictures_get_it_too(size: tuple[int, int], tmp_path: Path):
    Image.new("RGB", size, "teal").save(tmp_path / "x.png")
    watermark_still(tmp_path / "x.png", NAME, tmp_path / "copy.jpg")
    with Image.open(tmp_path / "copy.jpg") as copy:
        assert copy.width == size[0]
        assert copy.height > size[1]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Łódź\u202eevil\nline\x00 Studio", "Łódźevil line Studio"),
        ("  many   blanks ", "many blanks"),
        ("x" * 500, "x" * 160),
    ],
)
def test_a_name_cannot_break_the_line_or_turn_it(text: str, drawn: str):
    assert watermark._one_line(text).replace(" ", "") == drawn.replace(" ", "")


def test_letters_no_font_has_are_written_plainly():
    face = watermark.ImageFont.load_default(20)
    assert watermark._face_for("é", [face])[1] == "e"
    assert watermark._face_for("中", [face])[1] == "?"
    assert watermark._label("", (), 20).width >= 1


def test_the_houses_own_faces_know_the_accents():
    fonts = files.label_fonts()
    faces = [*(watermark.ImageFont.truetype(str(path), 20) for path in fonts), watermark.ImageFont.load_default(20)]
    for char in "éłŻőđßớŸ–":
        assert watermark._face_for(char, faces)[1] == char
    label = watermark._label("Łódź Żar, Tiếng Việt", fonts, 40)
    assert label.width > label.height * 5


@pytest.mark.parametrize("extension", [*specimens.VOICES, *specimens.FILMS])
def test_sound_and_film_carry_the_name_as_a_label(extension: str, shelf: Path, tmp_path: Path):
    master = watermark_media(shelf / f"specimen.{extension}", NAME, tmp_path)
    assert master.name == f"copy.{extension}"
    with av.open(str(tmp_path / master.name)) as container:
        assert NAME in {**container.metadata, **container.streams[0].metadata}.values()
    assert not [mark for mark in MARKS if mark in (tmp_path / master.name).read_bytes()]


def test_a_watermarked_copy_is_as_clean_as_the_master(tmp_path: Path):
    path = write(tmp_path, "x", specimens.jpg(6))
    watermark_still(path, NAME, tmp_path / "copy.jpg")
    content = (tmp_path / "copy.jpg").read_bytes()
    assert b"Exif" not in content
    assert b"ICC_PROFILE" not in content
