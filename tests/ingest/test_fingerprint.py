"""Copies of one picture, recording or film are near; different ones are not."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from consent.ingest import fingerprint
from consent.ingest.fingerprint import near, of_frames, of_peaks, of_still
from consent.ingest.sound import process_sound
from consent.ingest.stills import dhash
from tests.ingest import specimens
from tests.ingest.specimens import write


def _again(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


COPIES = {
    "saved again at low quality": lambda picture: _again(picture, 30),
    "half the size": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "twice the size": lambda picture: picture.resize((picture.width * 2, picture.height * 2)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.15),
    "in grey": lambda picture: picture.convert("L"),
}


@pytest.mark.parametrize("change", COPIES)
def test_a_copy_of_a_picture_is_near(change: str):
    for seed in range(10):
        picture = specimens.picture(seed=seed)
        assert near(of_still(dhash(picture)), of_still(dhash(COPIES[change](picture)))), seed


def test_different_pictures_are_not_near():
    marks = [of_still(dhash(specimens.picture(seed=seed))) for seed in range(40)]
    assert sum(near(a, b) for n, a in enumerate(marks) for b in marks[:n]) == 0


def test_one_recording_in_three_codings_is_near_and_another_is_not(tmp_path: Path):
    marks = {
        extension: process_sound(
            write(tmp_path, extension, getattr(specimens, extension)(seconds=8.0)), extension
        ).fingerprint
        for extension in ("wav", "flac", "mp3", "m4a")
    }
    assert all(near(marks["wav"], mark) for mark in marks.values()), marks
    other = process_sound(write(tmp_path, "other", specimens.wav(8.0, seed=9)), "wav").fingerprint
    assert not near(marks["wav"], other)


def test_films_compare_frame_by_frame():
    one, two = [0x0123456789ABCDEF, -5, 77], [0x0123456789ABCDEF ^ 0b111, -5, 77]
    assert near(of_frames(one), of_frames(two))
    assert not near(of_frames(one), of_frames([~one[0], -5, 77]))
    assert not near(of_frames(one), of_frames(one[:2]))


def test_kinds_never_mix_and_nothing_is_near_nothing():
    assert not near("s1:0123456789abcdef", "v1:0123456789abcdef")
    assert not near("", "")
    assert not near("s1:0123456789abcdef", "")
    assert of_still(None) == of_frames([None]) == of_peaks([]) == of_peaks([0] * 240) == of_peaks([200] * 240) == ""


def test_a_fingerprint_fits_its_column():
    assert max(len(of_still(-1)), len(of_frames([-1] * 4)), len(of_peaks(list(range(240))))) <= 200
    assert of_still(-1) == f"s1:{'f' * 16}"
    assert fingerprint.near("s1:ffffffffffffffff", "s1:fffffffffffffff0")
