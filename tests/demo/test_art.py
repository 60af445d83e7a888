"""The invented cast: the same seed gives the same bytes, sizes are kept, and sound and clips open as what they are."""

import wave
from array import array
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from consent.ingest import fingerprint, stills
from portal.demo.art import cast_pictures, clip
from portal.demo.art.bust import POSES, STYLES, bust
from portal.demo.art.look import CAST as LOOKS
from portal.demo.art.look import look_of
from portal.demo.art.model import model
from portal.demo.art.stage import Lamp, Pose, posed
from portal.demo.art.voice import CAST as THROATS
from portal.demo.art.voice import PEAK, RATE, throat_of, voice

SMALL = (80, 100)


def samples(path: Path) -> array:
    with wave.open(str(path), "rb") as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        return array("h", sound.readframes(sound.getnframes()))


@pytest.mark.parametrize("style", STYLES)
def test_a_seed_gives_the_same_picture_every_time(style: str) -> None:
    first = bust("imani-clarke", "three-quarter-left", SMALL, style=style)
    model.cache_clear()
    again = bust("imani-clarke", "three-quarter-left", SMALL, style=style)
    assert first.size == SMALL
    assert first.mode == "RGB"
    assert first.tobytes() == again.tobytes()


def test_people_poses_and_lights_look_different() -> None:
    plain = bust("imani-clarke", "front", SMALL)
    others = [
        bust("keiko-arata", "front", SMALL),
        bust("imani-clarke", "profile-left", SMALL),
        bust("imani-clarke", "front", SMALL, light="key-left"),
        bust("imani-clarke", "front", SMALL, style="wire"),
        bust("imani-clarke", "front", SMALL, style="silhouette"),
    ]
    assert len({picture.tobytes() for picture in [plain, *others]}) == 6


def test_a_bust_stands_darker_and_lighter_than_its_backdrop() -> None:
    grey = bust("tomasz-wrona", "front", SMALL).convert("L")
    corner, collar, forehead = grey.getpixel((3, 3)), grey.getpixel((40, 90)), grey.getpixel((38, 26))
    assert collar < corner < forehead


def test_a_key_lamp_lights_its_own_side() -> None:
    def side_of_face(light: str, x: int) -> float:
        patch = bust("lucia-ferran", "front", SMALL, light=light).convert("L").crop((x, 34, x + 5, 48))
        return sum(patch.tobytes()) / (5 * 14)

    assert side_of_face("key-left", 32) > side_of_face("key-left", 44) + 10
    assert side_of_face("key-right", 44) > side_of_face("key-right", 32) + 10


def test_a_scan_is_light_lines_on_black() -> None:
    picture = bust("imani-clarke", "front", SMALL, style="wire")
    assert max(picture.getpixel((2, 2))) < 40
    red, green, blue = (band[1] for band in picture.getextrema())
    assert green > 90
    assert blue < red


@pytest.mark.parametrize("pose", POSES)
def test_the_sitter_stays_inside_the_picture(pose: str) -> None:
    film = bust("ada-okonjo", pose, SMALL, style="silhouette").convert("L")
    assert min(film.crop((0, 0, 80, 3)).tobytes()) > 110
    assert max(film.crop((36, 97, 44, 100)).tobytes()) < 110


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        bust("imani-clarke", "upside-down", SMALL)
    with pytest.raises(KeyError):
        bust("imani-clarke", "front", SMALL, light="candle")
    with pytest.raises(ValueError, match="not as marble"):
        bust("imani-clarke", "front", SMALL, style="marble")


def test_any_seed_is_somebody_and_the_cast_is_drawn_by_hand() -> None:
    assert look_of(7) == look_of("7")
    assert look_of(7) != look_of(8)
    assert look_of("imani-clarke").hair == "cap"
    assert set(LOOKS) == set(THROATS) == set(cast_pictures.CAST)
    assert {look.hair for look in LOOKS.values()} == {"cap", "crop", "quiff", "curls", "bun", "bob", "long"}


def test_a_lamp_sees_the_near_side_and_not_the_far_one() -> None:
    scene = [posed(patch, Pose()) for patch in model("imani-clarke", 0.6).coarse]
    lamp = Lamp((0.0, 0.0, 1.0))
    lamp.look(scene)
    assert lamp.reaches(0.0, -0.3, 1.4) == 1.0
    assert lamp.reaches(0.0, -0.3, -1.2) == 0.0


def test_the_head_turns_fully_and_the_shoulders_as_told() -> None:
    head, cloth = model("imani-clarke", 0.6).coarse[0], model("imani-clarke", 0.6).coarse[3]
    turned, still = posed(head, Pose(turn=90)), posed(cloth, Pose(turn=90))
    face = [i for i, (_, y, _) in enumerate(head.points) if y > -0.8]
    assert [turned.x[i] for i in face] == pytest.approx([head.points[i][2] for i in face])
    assert [turned.z[i] for i in face] == pytest.approx([-head.points[i][0] for i in face])
    chest = [i for i, (_, y, _) in enumerate(cloth.points) if y < -1.9]
    assert [still.x[i] for i in chest] == pytest.approx([cloth.points[i][0] for i in chest])


@pytest.mark.parametrize("manner", ["read", "scripted", "efforts"])
def test_a_voice_is_the_same_sound_every_time(tmp_path: Path, manner: str) -> None:
    first = voice("tomasz-wrona", 0.9, tmp_path / "a.wav", manner)
    again = voice("tomasz-wrona", 0.9, tmp_path / "b.wav", manner)
    assert first.read_bytes() == again.read_bytes()
    heard = samples(first)
    assert len(heard) == round(0.9 * RATE)
    assert PEAK * 0.7 < max(map(abs, heard)) <= PEAK + 20
    assert max(map(abs, heard[: RATE // 8])) < 800  # it starts in a quiet room


def test_voices_differ_by_person_and_manner(tmp_path: Path) -> None:
    takes = [
        voice(*take).read_bytes()
        for take in (
            ("imani-clarke", 0.6, tmp_path / "a.wav", "read"),
            ("dev-raman", 0.6, tmp_path / "b.wav", "read"),
            ("imani-clarke", 0.6, tmp_path / "c.wav", "efforts"),
        )
    ]
    assert len(set(takes)) == 3
    assert throat_of(3) == throat_of("3")
    assert 80 < throat_of(3).pitch < 240
    with pytest.raises(ValueError, match="not sung"):
        voice("imani-clarke", 0.1, tmp_path / "d.wav", "sung")


def test_a_clip_plays_where_pyav_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = clip.clip("imani-clarke", tmp_path / "turn.mp4", seconds=0.4, size=SMALL)
    assert path is not None
    with clip.av.open(str(path)) as container:
        shown = [frame.to_image() for frame in container.decode(video=0)]
    assert len(shown) == 6
    assert {picture.size for picture in shown} == {SMALL}
    with pytest.raises(ValueError, match="not fly"):
        clip.clip("imani-clarke", tmp_path / "fly.mp4", move="fly")


@pytest.mark.parametrize("suffix", [".flac", ".mp3"])
def test_sound_is_packed_where_pyav_is_installed(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("av")
    packed = clip.packed(voice("imani-clarke", 0.5, tmp_path / "a.wav"), tmp_path / f"a{suffix}")
    assert packed is not None
    with clip.av.open(str(packed)) as container:
        assert container.duration == pytest.approx(500_000, abs=60_000)


def test_without_pyav_there_are_no_clips_but_everything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "av", None)
    monkeypatch.setattr(clip, "AVAILABLE", False)
    monkeypatch.setattr(cast_pictures, "PICTURE_SIZE", SMALL)
    assets = cast_pictures.make_cast_media(tmp_path, ["lucia-ferran", "keiko-arata"])
    assert {asset.kind for asset in assets} == {"still", "voice"}
    assert {asset.path.suffix for asset in assets if asset.kind == "voice"} == {".wav"}
    assert not list(tmp_path.rglob("unfinished-*"))


def test_media_are_made_once_and_listed_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast_pictures, "PICTURE_SIZE", SMALL)
    assets = cast_pictures.make_cast_media(tmp_path, ["dev-raman"])
    assert [asset.caption for asset in assets] == ["Front, neutral", "Three-quarter left", "Chin up", "Scan, front"]
    assert [asset.purpose for asset in assets] == ["PORTRAIT", "PORTRAIT", "PORTRAIT", "SCAN"]
    with Image.open(assets[0].path) as picture:
        assert picture.size == SMALL
        assert picture.getexif().get_ifd(cast_pictures.EXIF_BLOCK)[cast_pictures.EXIF_DATE].startswith("2026:02:27")
    assets[0].path.write_bytes(b"kept as it is")
    assert cast_pictures.make_cast_media(tmp_path, ["dev-raman"]) == assets
    assert assets[0].path.read_bytes() == b"kept as it is"
    with pytest.raises(KeyError):
        cast_pictures.make_cast_media(tmp_path, ["nobody"])


def test_no_portrait_passes_for_a_copy_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast_pictures, "PICTURE_SIZE", (160, 200))
    prints = {}
    for wish in cast_pictures.CAST["imani-clarke"]("imani-clarke"):
        if wish.kind == "still":
            wish.make(tmp_path / wish.name)
            with Image.open(tmp_path / wish.name) as picture:
                prints[wish.caption] = fingerprint.of_still(stills.dhash(picture))
    assert all(prints.values())
    assert not [pair for pair in combinations(prints, 2) if fingerprint.near(prints[pair[0]], prints[pair[1]])]


def test_imanis_vault_is_the_one_the_pages_speak_of() -> None:
    wishes = cast_pictures.CAST["imani-clarke"]("imani-clarke")
    kinds = [wish.kind for wish in wishes]
    assert (kinds.count("still"), kinds.count("voice"), kinds.count("video")) == (12, 3, 2)
    scans = [wish for wish in wishes if wish.purpose == "SCAN"]
    assert len(scans) == 3
    assert {wish.captured_on.year for wish in scans} == {2019}
    stills = [wish for slug, wants in cast_pictures.CAST.items() for wish in wants(slug) if wish.kind == "still"]
    assert len(stills) == 40
    names = [(slug, wish.name) for slug, wants in cast_pictures.CAST.items() for wish in wants(slug)]
    assert len(names) == len(set(names))
