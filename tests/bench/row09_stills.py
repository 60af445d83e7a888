"""Row 9: a 24-megapixel photograph to thumbnails, digest, fingerprint and a scrubbed copy, beside libvips doing the same."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from PIL import Image, ImageFilter

from consent.ingest import limits, scrub, stills
from consent.ingest.sniff import JPEG
from tests.bench.board import Line, at_most, span
from tests.bench.run import Run
from tests.bench.turns import once_each

NOTE = (
    "Both read the file once for its SHA-256, make the three sizes of the vault, turn the picture upright and take a fingerprint"
    " of the smallest; ours also writes the scrubbed copy, segment by segment. Processor time, one thread."
)


def run(run: Run) -> Iterator[Line]:
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    with tempfile.TemporaryDirectory() as folder:
        picture = photograph(Path(folder) / "in.jpg", (6000, 4000) if not run.quick else (1200, 800))
        out = Path(folder) / "out"
        out.mkdir()
        cases = {"ours": lambda: _ours(picture, out), "pillow": lambda: _pillow(picture, out)}
        vips = run.peer("pyvips")
        if vips is not None:
            cases["vips"] = lambda: _vips(vips, picture, out)
        for work in cases.values():
            work()
        times = once_each(cases, rounds=2 if run.quick else 9, clock=time.process_time)
        ours = times["ours"]
        for name, title, goal in (
            ("vips", "libvips (pyvips)", at_most(1.2)),
            ("pillow", "Pillow's thumbnail, as it comes", None),
        ):
            if name in times:
                theirs = times[name]
                yield Line(
                    9, "24 megapixels", title, span(ours.median), span(theirs.median), ours.over(theirs), goal, NOTE
                )  # fmt: skip
        risen = _rise(picture, out)
        yield Line(9, "memory taken, MB", "a budget", f"{risen:.0f} MB", "64 MB", (risen,), at_most(64))


def photograph(path: Path, size: tuple[int, int]) -> Path:
    """Something like a photograph: soft shapes under fine grain, lying on its side, with a place in its Exif."""
    small = Image.frombytes(
        "RGB", (size[0] // 100, size[1] // 100), random.Random(9).randbytes(size[0] * size[1] * 3 // 10_000)
    )
    soft = small.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(3))
    grain = Image.effect_noise(size, 14).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 26.0)
    Image.blend(soft, grain, 0.12).save(path, quality=90, exif=exif)
    return path


def _ours(picture: Path, out: Path) -> int:
    found = stills.process_still(picture, out)
    scrub.scrub(picture, JPEG, out)
    return 1 if found.sha256 else 0


def _pillow(picture: Path, out: Path) -> int:
    with picture.open("rb") as file:
        hashlib.file_digest(file, "sha256").hexdigest()
    with Image.open(picture) as shown:
        turn = stills.orientation(shown)
        for side in sorted(limits.THUMB_SIDES, reverse=True):
            shown.thumbnail((side, side))
            stills.turned(shown, turn).convert("RGB").save(out / f"p-{side}.jpg", quality=82)
        stills.dhash(shown)
    return 1


def _vips(vips: ModuleType, picture: Path, out: Path) -> int:
    """As libvips' own documents advise: shrink on load, each size from the next larger one."""
    with picture.open("rb") as file:
        hashlib.file_digest(file, "sha256").hexdigest()
    sides = sorted(limits.THUMB_SIDES, reverse=True)
    image = vips.Image.thumbnail(str(picture), sides[0], height=sides[0], size="down").copy_memory()
    for side in sides:
        if side != sides[0]:
            image = image.thumbnail_image(side, height=side, size="down").copy_memory()
        image.jpegsave(str(out / f"v-{side}.jpg"), Q=82, strip=True)
    small = image.colourspace("b-w").thumbnail_image(9, height=8, size="force")
    tones = small.write_to_memory()
    return 1 if sum(tones[at] < tones[at + 1] for at in range(71)) >= 0 else 0


def _rise(picture: Path, out: Path) -> float:
    """How much a fresh process grows over one picture, in megabytes."""
    context = multiprocessing.get_context("fork")
    mouth, ear = context.Pipe()
    child = context.Process(target=_grow, args=(str(picture), str(out), mouth))
    child.start()
    grown = float(ear.recv())
    child.join()
    return grown


def _grow(picture: str, out: str, mouth: object) -> None:
    """The rise of this process over its size before; its largest size is reset first, where the kernel allows it."""
    Path("/proc/self/clear_refs").write_text("5")
    before = size_now("VmRSS")
    _ours(Path(picture), Path(out))
    mouth.send(size_now("VmHWM") - before)  # type: ignore[attr-defined]


def size_now(name: str) -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(row.split()[1]) / 1024 for row in status.read_text().splitlines() if row.startswith(f"{name}:"))
