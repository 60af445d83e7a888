"""A licensee's copy holds the content to the last bit and not one word about it."""

import hashlib
import io
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image, ImageCms, ImageOps

from consent.ingest import decoder, icc, riff
from consent.ingest.outcome import Processed
from consent.ingest.process import process
from consent.ingest.refusal import Code, Refused
from consent.ingest.scrub import scrub
from consent.ingest.sniff import sniff
from tests.ingest import specimens
from tests.ingest.specimens import MARK, MARKS, write

Run = Callable[[str], tuple[Processed, Path]]


@pytest.mark.parametrize("extension", specimens.ALL)
def test_no_word_survives_in_anything_we_make(extension: str, processed: Run):
    assert any(mark in specimens.bytes_of(extension) for mark in MARKS), "the specimen carries nothing to lose"
    _result, folder = processed(extension)
    made = list(folder.iterdir())
    assert made
    for path in made:
        content = path.read_bytes()
        assert not [mark for mark in MARKS if mark in content], path.name
        for word in (
            b"GPS",
            b"xmpmeta",
            b"Photoshop",
            b"Exif\x00\x00II",
            b"bext",
            b"iXML",
            b"ID3",
            b"\xa9xyz",
            b"x264",
        ):
            assert word not in content, (path.name, word)


@pytest.mark.parametrize("extension", specimens.ALL)
def test_the_copy_is_what_it_says(extension: str, processed: Run):
    result, folder = processed(extension)
    assert result.master is not None
    master = folder / result.master.name
    assert result.master.size == master.stat().st_size
    assert result.master.extension == ("jpg" if extension == "heic" else extension)
    assert result.master.lossless is (extension != "heic")
    assert sniff(master).mime == result.master.mime


def _pixels(content: bytes | Path) -> tuple[str, tuple[int, int], bytes]:
    with Image.open(io.BytesIO(content) if isinstance(content, bytes) else content) as image:
        image.load()
        return image.mode, image.size, image.tobytes()


@pytest.mark.parametrize(
    "content",
    [
        *(pytest.param(specimens.jpg(turn), id=f"jpeg turned {turn}") for turn in range(1, 9)),
        pytest.param(specimens.jpg(mode="L"), id="grey jpeg"),
        pytest.param(specimens.jpg(mode="CMYK"), id="cmyk jpeg"),
        pytest.param(specimens.jpg(progressive=True), id="progressive jpeg"),
        *(pytest.param(specimens.png(mode), id=f"png {mode}") for mode in ("RGB", "RGBA", "L", "LA", "P", "1")),
        pytest.param(specimens.webp(), id="webp"),
        pytest.param(specimens.webp(lossless=True), id="lossless webp"),
    ],
)
def test_stills_keep_every_pixel_and_their_way_up(content: bytes, tmp_path: Path):
    path = write(tmp_path, "x", content)
    master = tmp_path / scrub(path, sniff(path), tmp_path).name
    assert _pixels(master) == _pixels(content)
    with Image.open(master) as after, Image.open(path) as before:
        assert ImageOps.exif_transpose(after).size == ImageOps.exif_transpose(before).size
        assert dict(after.getexif()).keys() <= {0x0112}
        assert after.getexif().get(0x0112, 1) == before.getexif().get(0x0112, 1)
        assert set(after.info) <= {
            "jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform", "progressive", "progression",
            "icc_profile", "exif", "transparency", "gamma", "srgb", "loop", "background", "timestamp", "duration",
        }  # fmt: skip
        assert "comment" not in after.info


def test_colour_profiles_lose_their_words_and_keep_their_colour():
    kept = icc.scrubbed(specimens.profile())
    assert kept is not None
    assert MARK.encode() not in kept
    patches = Image.new("RGB", (3, 1))
    patches.putdata([(200, 30, 60), (12, 200, 90), (128, 128, 128)])
    lab = ImageCms.createProfile("LAB")
    before, after = (
        ImageCms.profileToProfile(patches, io.BytesIO(which), lab, outputMode="LAB").tobytes()
        for which in (specimens.profile(), kept)
    )
    assert before == after


@pytest.mark.parametrize(
    "damage",
    [
        lambda profile: profile[:100],
        lambda profile: profile[:36] + b"none" + profile[40:],
        lambda profile: profile[:128] + struct.pack(">I", 2**31) + profile[132:],
        lambda profile: profile[:136] + struct.pack(">I", 2**31) + profile[140:],
        lambda profile: profile[:16] + b"HSV " + profile[20:],
        lambda profile: b"",
    ],
)
def test_an_unsound_profile_is_dropped(damage: Callable[[bytes], bytes]):
    profile = damage(specimens.profile())
    kept = icc.scrubbed(profile)
    assert kept is None or ImageCms.ImageCmsProfile(io.BytesIO(kept))


def test_pixels_hidden_behind_the_pixels_are_cut_off(tmp_path: Path):
    """The aCropalypse: editors that overwrote a PNG in place left the old picture behind the end of the new pixel stream."""
    plain = specimens.png()
    at = plain.index(b"IDAT")
    length = struct.unpack_from(">I", plain, at - 4)[0]
    body = plain[at + 4 : at + 4 + length]
    end = plain.index(b"IEND") - 4
    content = (
        plain[: at - 4]
        + specimens.png_chunk(b"IDAT", body + MARK.encode() * 10)
        + plain[at + 8 + length : end]
        + plain[end:]
    )
    path = write(tmp_path, "x.png", content)
    master = tmp_path / scrub(path, sniff(path), tmp_path).name
    assert MARK.encode() not in master.read_bytes()
    assert _pixels(master) == _pixels(plain)


def _decoded(path: Path) -> dict[str, str]:
    """A digest of everything that plays, per kind of stream."""
    with av.open(str(path)) as container:
        digests = {
            stream.index: (stream.type, hashlib.sha256())
            for stream in container.streams
            if stream.type in ("audio", "video")
        }
        for packet in container.demux():
            for frame in packet.decode() if packet.stream.index in digests else ():
                array = b"".join(bytes(plane) for plane in frame.planes)
                digests[packet.stream.index][1].update(array)
        return {kind: digest.hexdigest() for kind, digest in digests.values()}


@pytest.mark.parametrize("extension", [*specimens.VOICES, *specimens.FILMS])
def test_sound_and_film_play_the_same(extension: str, shelf: Path, processed: Run):
    result, folder = processed(extension)
    assert _decoded(folder / result.master.name) == _decoded(shelf / f"specimen.{extension}")


@pytest.mark.parametrize("extension", [*specimens.VOICES, *specimens.FILMS])
def test_no_tag_is_left_for_a_player_to_show(extension: str, processed: Run):
    result, folder = processed(extension)
    with av.open(str(folder / result.master.name)) as container:
        told = dict(container.metadata)
        for stream in container.streams:
            assert stream.type in ("audio", "video")
            told |= stream.metadata
    allowed = {
        "major_brand",
        "minor_version",
        "compatible_brands",
        "encoder",
        "handler_name",
        "vendor_id",
        "language",
        "DURATION",
    }
    assert set(told) <= allowed
    assert told.get("encoder", "Lavf").startswith(("Lavf", "Lavc", "LAME"))


def test_position_tracks_do_not_come_along(tmp_path: Path):
    """Action cameras write where they were into a data track; only sound and picture are copied."""
    film = io.BytesIO(specimens.mp4())
    path = tmp_path / "x.mp4"
    with av.open(film) as source, av.open(str(path), "w") as target:
        picture = target.add_stream_from_template(source.streams.video[0])
        words = target.add_stream("mov_text")
        words.codec_context.subtitle_header = b"[Script Info]\n[V4+ Styles]\n[Events]\n"
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = picture
                target.mux(packet)
        note = av.Packet(struct.pack(">H", len(MARK)) + MARK.encode())
        note.stream, note.pts, note.dts, note.duration, note.time_base = (
            words,
            0,
            0,
            1000,
            words.time_base or picture.time_base,
        )
        target.mux(note)
    assert MARK.encode() in path.read_bytes()
    master = tmp_path / scrub(path, sniff(path), tmp_path).name
    assert MARK.encode() not in master.read_bytes()


def test_a_film_held_upright_stays_upright(tmp_path: Path):
    """Phones store the turn in the track header; the copy and the poster honour it."""
    raw = bytearray(specimens.mov())
    at = raw.index(b"tkhd") + 4
    # Version 0: the matrix lies 40 bytes behind the flags. A quarter turn clockwise, moved back into view.
    struct.pack_into(">9i", raw, at + 40, 0, 1 << 16, 0, -(1 << 16), 0, 0, 240 << 16, 0, 1 << 30)
    path = write(tmp_path, "x.mov", bytes(raw))
    out = tmp_path / "out"
    out.mkdir()
    result = process(path, out)
    assert (result.width, result.height) == (240, 320)
    with Image.open(out / result.thumbs[960]) as poster:
        assert poster.size == (240, 320)
    with av.open(str(out / result.master.name)) as container:
        assert next(container.decode(video=0)).rotation in (90, -90)


@pytest.mark.parametrize("extension", [*specimens.STILLS, *specimens.VOICES, *specimens.FILMS])
def test_a_note_goes_into_the_copy_and_can_be_read_back(extension: str, shelf: Path, tmp_path: Path):
    path = shelf / f"specimen.{extension}"
    note = "Northlight Züri, G-7Q4M2"
    master = tmp_path / scrub(path, sniff(path), tmp_path, note=note).name
    content = master.read_bytes()
    assert note.encode() in content or note.encode("utf-16-le") in content
    assert not [mark for mark in MARKS if mark in content]
    assert sniff(master)
    if extension in specimens.STILLS:
        assert _pixels(master)[1] == _pixels(path)[1]
    else:
        with av.open(str(master)) as container:
            words = {**container.metadata, **container.streams[0].metadata}
        assert note in words.values()


def test_long_recordings_are_written_with_wide_sizes(tmp_path: Path):
    """RF64 in, RF64 out, without holding four gigabytes: the header is made for a sparse file and looked at."""
    path = tmp_path / "long.wav"
    length = 5 * 1024**3
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 8, 192_000, 192_000 * 32, 32, 32)
    wide = b"ds64" + struct.pack("<IQQQI", 28, length + 72, length, length // 32, 0)
    head = b"RF64\xff\xff\xff\xffWAVE" + wide + fmt + b"data\xff\xff\xff\xff"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + length)
    assert sniff(path).extension == "wav"
    with path.open("rb") as file:
        layout = riff.check_wave(file, riff.walk(file, path.stat().st_size))
        assert layout.duration_ms == length * 1000 // (192_000 * 32)
        blocks = riff.scrubbed_wave(file, layout)
        header, first = next(blocks), next(blocks)
    assert header[:4] == b"RF64"
    assert struct.unpack_from("<QQ", header, 20) == (len(header) + length - 8, length)
    assert len(first) == 1024**2


def test_a_plain_wav_stays_one_that_the_simplest_reader_opens(processed: Run):
    result, folder = processed("wav")
    with wave.open(str(folder / result.master.name)) as file:
        assert file.readframes(file.getnframes()) == specimens.samples()


def test_without_the_video_extra_nothing_is_handed_out(monkeypatch: pytest.MonkeyPatch, shelf: Path, tmp_path: Path):
    monkeypatch.setattr(decoder, "AVAILABLE", False)
    monkeypatch.setattr(decoder, "av", None)
    film = process(shelf / "specimen.mp4", tmp_path)
    assert (film.master, film.previewed, film.thumbs) == (None, False, {})
    with pytest.raises(Refused) as refusal:
        scrub(shelf / "specimen.mp4", sniff(shelf / "specimen.mp4"), tmp_path)
    assert refusal.value.code is Code.NEEDS_VIDEO_EXTRA
    for extension in ("wav", "flac", "mp3"):
        voice = process(shelf / f"specimen.{extension}", tmp_path)
        assert voice.master is not None
        assert not voice.previewed
        assert 950 <= voice.duration_ms <= 1100
        assert voice.sample_rate == 48_000
