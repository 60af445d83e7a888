"""Moving pictures and packed sound of the cast, where PyAV is installed; without it there are none."""

from collections.abc import Iterator
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from PIL import Image

from portal.demo.art.model import model
from portal.demo.art.paint import LIGHTS, Shot, clay, wire
from portal.demo.art.stage import Pose

av: Any
try:
    import av as library
except ImportError:
    av = None
else:
    av = library

AVAILABLE = av is not None
PICTURES_PER_SECOND = 15
ENCODERS = ("libx264", "libopenh264", "mpeg4")
PACKERS = {".flac": ("flac", "s16"), ".mp3": ("libmp3lame", "s16p")}
MOVES = ("turn", "nod", "scan")


def clip(
    seed: str | int, path: Path, seconds: float = 3.0, size: tuple[int, int] = (320, 400), move: str = "turn"
) -> Path | None:
    """Write a silent MP4 of the person moving there and back (`move` is one of MOVES); None without PyAV.

    Width and height must be even. ValueError for another move.
    """
    if move not in MOVES:
        raise ValueError(f"A bust can {', '.join(MOVES)}, not {move}.")
    if av is None:
        return None
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(encoder(), rate=PICTURES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        stream.thread_count = 1
        for picture in pictures(seed, round(seconds * PICTURES_PER_SECOND), size, move):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode(None))
    return path


def encoder() -> str:
    """The best of our encoders that this PyAV carries."""
    return next(name for name in ENCODERS if name in av.codecs_available)


def pictures(seed: str | int, count: int, size: tuple[int, int], move: str) -> Iterator[Image.Image]:
    """`count` pictures of one movement; the way back shows the way there again, so half are drawn."""
    sitter = model(str(seed), 0.5)
    there: list[Image.Image] = []
    for i in range(count):
        back = count - 1 - i
        if back < len(there):
            yield there[back]
            continue
        t = i / max(1, count - 1)
        if move == "scan":
            picture = wire(sitter, Pose(turn=-80 * cos(2 * pi * t), torso=-80 * cos(2 * pi * t)), Shot(size, str(seed)))
        elif move == "nod":
            nod = 16 * sin(2 * pi * t)
            picture = clay(sitter, Pose(turn=10, torso=6, nod=nod), LIGHTS["soft"], Shot(size, f"{seed} {move}", i))
        else:
            swing = cos(2 * pi * t)
            pose = Pose(turn=-58 * swing, torso=-26 * swing, nod=2)
            picture = clay(sitter, pose, LIGHTS["soft"], Shot(size, f"{seed} {move}", i))
        there.append(picture)
        yield picture


def packed(sound: Path, path: Path) -> Path | None:
    """Copy a WAV into FLAC or MP3, as the suffix of `path` says; None without PyAV."""
    if av is None:
        return None
    codec, layout = PACKERS[path.suffix]
    with av.open(str(sound)) as heard, av.open(str(path), "w") as container:
        source = heard.streams.audio[0]
        stream = container.add_stream(codec, rate=source.rate, layout="mono")
        fit = av.AudioResampler(format=layout, layout="mono", rate=source.rate)
        for frame in heard.decode(source):
            for piece in fit.resample(frame):
                container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path
