"""Length, shape, envelope and posters; posters come from key frames, envelopes from one streaming decode."""

import io
import struct
from array import array
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image

from consent.ingest import decoder, film, limits
from consent.ingest.film import process_film
from consent.ingest.outcome import Processed
from consent.ingest.process import process
from consent.ingest.refusal import Code, Refused
from consent.ingest.sniff import sniff
from consent.ingest.sound import Envelope, process_sound
from tests.ingest import specimens
from tests.ingest.specimens import write

Run = Callable[[str], tuple[Processed, Path]]


@pytest.mark.parametrize("extension", specimens.VOICES)
def test_a_voice_is_measured(extension: str, processed: Run):
    result, _folder = processed(extension)
    assert result.kind == "VOICE"
    assert 980 <= result.duration_ms <= 1100
    assert result.sample_rate == 48_000
    assert result.channels in (1, 2)
    assert result.codec == {"wav": "pcm", "m4a": "aac"}.get(extension, extension)
    assert len(result.peaks) == limits.PEAKS
    assert all(0 <= peak <= 255 for peak in result.peaks)
    assert max(result.peaks) > 60
    assert result.previewed


@pytest.mark.parametrize("extension", specimens.FILMS)
def test_a_film_is_measured_and_shown(extension: str, processed: Run):
    result, folder = processed(extension)
    assert (result.kind, result.width, result.height) == ("VIDEO", 320, 240)
    assert 980 <= result.duration_ms <= 1100
    assert result.codec == {"webm": "vp8"}.get(extension, "h264")
    assert set(result.thumbs) == {960, 320}
    for name in result.thumbs.values():
        with Image.open(folder / name) as poster:
            assert poster.size == (320, 240)
            assert "exif" not in poster.info
    assert result.fingerprint.startswith("f1:")
    assert result.captured_on == specimens.DAY if extension != "webm" else True


def test_the_envelope_follows_the_loudness(tmp_path: Path):
    loud, quiet = [25_000, -25_000] * 12_000, [2_500, -2_500] * 12_000
    pcm = struct.pack("<96000h", *quiet, *loud, *quiet, *loud)
    content = specimens.wav()
    at = content.index(b"data")
    content = content[:at] + b"data" + struct.pack("<I", len(pcm)) + pcm
    content = content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    path = write(tmp_path, "x", _slower(content))
    peaks = process_sound(path, "wav").peaks
    quarter = limits.PEAKS // 4
    inner = [peaks[quarter * n + 5 : quarter * (n + 1) - 5] for n in range(4)]
    assert max(inner[0] + inner[2]) < 40
    assert min(inner[1] + inner[3]) > 150


def _slower(content: bytes) -> bytes:
    """The same samples at 8 kHz, the envelope's own grid: a square wave at half its rate would be filtered away."""
    at = content.index(b"fmt ") + 12
    return content[:at] + struct.pack("<II", 8_000, 16_000) + content[at + 8 :]


def test_the_envelope_is_constant_in_memory_and_blind_to_block_sizes():
    samples = array("h", [((n * 7919) % 60_000) - 30_000 if (n // 5000) % 2 else n % 50 for n in range(200_000)])
    whole, pieces = Envelope(10), Envelope(10)
    whole.add(samples)
    for start in range(0, len(samples), 777):
        pieces.add(samples[start : start + 777])
    assert whole.peaks() == pieces.peaks()
    assert len(whole.spans) < Envelope._MOST
    assert len(Envelope(10).peaks()) == 0
    short = Envelope(10)
    short.add(array("h", [100, -32768, 5]))
    assert short.peaks() == [255] * limits.PEAKS


def test_a_recording_without_a_length_in_its_header_is_timed(tmp_path: Path):
    """Browsers record WebM without a duration: the last time stamp tells, without decoding."""
    out = io.BytesIO()
    with (
        av.open(io.BytesIO(specimens.webm())) as source,
        av.open(out, "w", format="webm", options={"live": "1"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    path = write(tmp_path, "x", out.getvalue())
    with av.open(str(path)) as live:
        assert live.duration is None
    assert sniff(path).extension == "webm"
    assert 900 <= process_film(path, "webm", tmp_path).duration_ms <= 1100


def test_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Path):
    for extension in ("wav", "flac", "mp3"):
        with monkeypatch.context() as patch:
            patch.setattr(limits, "SECONDS", 0.5)
            with pytest.raises(Refused) as refusal:
                sniff(shelf / f"specimen.{extension}")
            assert refusal.value.code is Code.TOO_LONG
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    for extension in ("m4a", "flac"):
        with pytest.raises(Refused) as refusal:
            process_sound(shelf / f"specimen.{extension}", extension)
        assert refusal.value.code is Code.TOO_LONG
    with pytest.raises(Refused) as refusal:
        process_film(shelf / "specimen.mp4", "mp4", tmp_path)
    assert refusal.value.code is Code.TOO_LONG


def test_frames_over_the_cap_are_refused_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Path):
    monkeypatch.setattr(limits, "FRAME_SIDE", 300)
    monkeypatch.setattr(film, "_looks", lambda *_: pytest.fail("decoded"))
    with pytest.raises(Refused) as refusal:
        process_film(shelf / "specimen.mp4", "mp4", tmp_path)
    assert refusal.value.code is Code.TOO_MANY_PIXELS


def test_a_scratched_recording_is_kept_and_a_ruined_one_is_not(tmp_path: Path):
    """One damaged packet is a scratch. A recording of noise where sound should be is refused."""
    plain = specimens.m4a()
    start = plain.index(b"mdat") + 8
    scratched = bytearray(plain)
    scratched[start + 4000 : start + 4040] = bytes(40)
    assert process_sound(write(tmp_path, "a", bytes(scratched)), "m4a").duration_ms > 900
    ruined = bytearray(plain)
    ruined[start:] = b"\xa5" * (len(plain) - start)
    moov = plain.index(b"moov") - 4
    if moov > start:
        ruined[moov:] = plain[moov:]
    with pytest.raises(Refused) as refusal:
        process_sound(write(tmp_path, "b", bytes(ruined)), "m4a")
    assert refusal.value.code is Code.BROKEN


def test_a_film_without_sound_and_a_voice_with_a_cover(tmp_path: Path):
    out = io.BytesIO()
    with av.open(io.BytesIO(specimens.mp4())) as source, av.open(out, "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    folder = tmp_path / "silent"
    folder.mkdir()
    result = process(write(tmp_path, "silent.mp4", out.getvalue()), folder)
    assert (result.kind, result.previewed) == ("VIDEO", True)


def test_nothing_but_the_file_is_opened(tmp_path: Path):
    """A demuxer is named and the file protocol alone is allowed: a playlist inside a file opens nothing."""
    path = write(tmp_path, "x.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    with pytest.raises(av.FFmpegError):
        decoder.opened(path, "mp4")
    with pytest.raises(Refused):
        process_film(path, "mp4", tmp_path)
