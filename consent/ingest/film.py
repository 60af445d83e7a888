"""Video: size, length and codecs of a film, a poster and thumbnails out of a few key frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from consent.ingest import decoder, fingerprint, limits, stills
from consent.ingest.outcome import Film
from consent.ingest.refusal import Code, Refused, decoding
from consent.ingest.sniff import PICTURE_CODECS, SOUND_CODECS

AVAILABLE = decoder.AVAILABLE
# Where in the film to look; the first of these frames that is not one flat tone becomes the poster.
_LOOKS = (0.1, 0.35, 0.6, 0.85)
_POSTER_SIDES = (960, 320)
_PACKETS_PER_LOOK = 2_000


def process_film(path: str | Path, extension: str, out_dir: str | Path) -> Film:
    """Measure the film and write its poster thumbnails into `out_dir`. Raises Refused, also when PyAV is not installed."""
    with decoding(), decoder.opened(path, extension) as container:
        streams = [stream for stream in container.streams.video if not is_cover(stream)]
        if not streams:
            raise Refused(Code.NO_PICTURE)
        stream = streams[0]
        codec = decoder.codec_name(stream)
        sounds = [decoder.codec_name(sound) for sound in container.streams.audio]
        if codec not in PICTURE_CODECS or not set(sounds) <= SOUND_CODECS:
            raise Refused(Code.CODEC, codec=", ".join([codec, *sounds]))
        width, height = stream.codec_context.width, stream.codec_context.height
        if not (width and height):
            raise Refused(Code.BROKEN, detail="no frame size")
        limits.refuse_large_frame(width, height)
        seconds = (container.duration or 0) / 1_000_000 or _measured_seconds(container, stream)
        if seconds > limits.SECONDS:
            raise Refused(Code.TOO_LONG, hours=limits.SECONDS // 3600)
        pictures = list(_looks(container, stream, seconds))
        if not pictures:
            raise Refused(Code.BROKEN, detail="no key frame decodes")
        hashes = [stills.dhash(picture) for picture in pictures]
        poster = next(
            (picture for picture, hash_ in zip(pictures, hashes, strict=True) if hash_ is not None), pictures[0]
        )
        width, height = seen_size(width, height, stream.sample_aspect_ratio, poster.size)
        return Film(
            width=width,
            height=height,
            duration_ms=round(seconds * 1000),
            codec=codec,
            thumbs=_save(poster, Path(out_dir)),
            fingerprint=fingerprint.of_frames(hashes),
        )


def is_cover(stream: Any) -> bool:
    """Whether a picture stream is album art and not film."""
    return bool(stream.disposition & decoder.av.stream.Disposition.attached_pic)


def seen_size(width: int, height: int, aspect: Any, poster: tuple[int, int]) -> tuple[int, int]:
    """Width and height with square pixels, sides swapped where the poster shows that the film is turned."""
    if aspect:
        width = round(width * aspect)
    return (height, width) if (width > height) != (poster[0] > poster[1]) and width != height else (width, height)


def _measured_seconds(container: Any, stream: Any) -> float:
    """The length of a film whose header does not say it (live recorders): the last time stamp, found without decoding."""
    end = 0.0
    for packet in container.demux(stream):
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if end > limits.SECONDS:
                break
    return end


def _looks(container: Any, stream: Any, seconds: float) -> Iterator[Image.Image]:
    """The key frame at or before each look, at most 960 on the longer side, upright."""
    stream.codec_context.thread_count = 1
    stream.codec_context.skip_frame = "NONKEY"
    for share in _LOOKS:
        try:
            container.seek(int(seconds * share * 1_000_000), backward=True)
        except decoder.av.FFmpegError:
            # No index: read on from where we are, or from the start on the first look.
            if share == _LOOKS[0]:
                container.seek(0)
        frame = _next_frame(container, stream)
        if frame is not None:
            yield _picture(frame, stream)


def _next_frame(container: Any, stream: Any) -> Any:
    for number, packet in enumerate(container.demux(stream)):
        try:
            frames = packet.decode()
        except decoder.av.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            frames = []
        if frames:
            return frames[0]
        if number > _PACKETS_PER_LOOK:
            break
    return None


def _picture(frame: Any, stream: Any) -> Image.Image:
    # The first decoded frame may be larger than its header said.
    limits.refuse_large_frame(frame.width, frame.height)
    width, height = frame.width * float(stream.sample_aspect_ratio or 1), float(frame.height)
    scale = min(1.0, _POSTER_SIDES[0] / max(width, height))
    picture: Image.Image = frame.to_image(width=max(1, round(width * scale)), height=max(1, round(height * scale)))
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _save(poster: Image.Image, out_dir: Path) -> dict[int, str]:
    thumbs: dict[int, str] = {}
    for side in _POSTER_SIDES:
        poster.thumbnail((side, side), Image.Resampling.HAMMING)
        name = f"thumb-{side}.jpg"
        poster.save(out_dir / name, "JPEG", quality=82)
        thumbs[side] = name
    return thumbs
