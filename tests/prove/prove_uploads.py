"""Hostile files by the thousand: damaged ones, bombs, two files in one, and words planted wherever a format has room."""

from __future__ import annotations

import io
import json
import resource
import struct
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from consent.ingest import sandbox, worker
from consent.models import MediaItem, MediaState
from consent.services import checking, media
from consent.services.files import Variant
from consent.services.moves import Refused
from tests import make
from tests.ingest import specimens
from tests.ingest.specimens import MARKS, _box, _full, png_chunk
from tests.ingest.test_bombs import BOMBS, MB, _mp4_patched, _png
from tests.ingest.test_sniff import HTML, PHP, POLYGLOTS, SVG, archive
from tests.prove import planted
from tests.prove.conftest import Size, Tell

pytestmark = pytest.mark.timeout(36_000)
PROCESSES, BATCH = 2, 2_000
OURS = {"UNAVAILABLE", "TIMEOUT"}
"""Codes that blame this machine: a file must never bring them about."""


# --- Damaged files ---------------------------------------------------------------------------------------------------


def mutants(folder: Path, seed: int, count: int) -> subprocess.Popen[str]:
    folder.mkdir()
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.prove.mutants",
            str(folder),
            f"--seed={seed}",
            f"--count={count}",
        ],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_damaged_files(tmp_path: Path, tell: Tell, size: Size) -> None:
    wanted = size(20_000, 1_000_000)
    waiting = [(seed, min(BATCH, wanted - at)) for seed, at in enumerate(range(0, wanted, BATCH))]
    ended, wrong, crashes = Counter[str](), Counter[str](), list[str]()
    peak, slowest = 0, 0.0
    while waiting:
        batch, waiting = waiting[:PROCESSES], waiting[PROCESSES:]
        running = [mutants(tmp_path / str(seed), seed, count) for seed, count in batch]
        for child in running:
            said, complaint = child.communicate()
            if child.returncode:
                crashes.append(f"{child.returncode}: {complaint[-300:]}")
                continue
            told = json.loads(said.splitlines()[-1])
            ended.update(told["ended"])
            wrong.update(told["wrong"])
            peak, slowest = max(peak, told["peak_megabytes"]), max(slowest, told["slowest"])
    tell(
        "uploads",
        f"{wanted:,} damaged files of {len(specimens.ALL)} formats",
        kept=ended["KEPT"],
        refused=ended.total() - ended["KEPT"],
        refused_for_their_hunger=ended["OUT_OF_MEMORY"],
        kept_that_should_not_be=wrong.total(),
        crashes=len(crashes),
        faults_of_ours=sum(ended[code] for code in OURS),
        most_megabytes=peak,
        cap_in_megabytes=sandbox.MEGABYTES,
        slowest_in_milliseconds=round(slowest * 1000),
    )
    assert (crashes, wrong) == ([], Counter())
    assert ended.total() == wanted
    assert not OURS & set(ended)
    assert ended["KEPT"] > wanted // 10
    assert peak <= sandbox.MEGABYTES


# --- Bombs -----------------------------------------------------------------------------------------------------------


def webp_of_frames(count: int) -> bytes:
    frame = b"ANMF" + struct.pack("<I", 24) + bytes(24)
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02" + bytes(9) + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    whole = body + frame * count
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def wav_of_chunks(count: int) -> bytes:
    whole = specimens.wav() + b"note\0\0\0\0" * count
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def jpeg_of_segments(count: int) -> bytes:
    return planted.jpeg_with(planted.segment(0xEA, bytes(60_000)) * count)


def heic_of_items(count: int) -> bytes:
    plain = specimens.heic()
    at = plain.index(b"iinf") + 8
    return plain[:at] + struct.pack(">H", count) + plain[at + 2 :]


def flac_of_blocks(count: int) -> bytes:
    plain = specimens.flac()
    return plain[:42] + b"\x01\0\0\0" * count + plain[42:]


def mp3_of_text(count: int) -> bytes:
    """A tag that says it unpacks to a gigabyte."""
    body = struct.pack(">I", 2**30 - 1) + zlib.compress(bytes(count))
    frame = b"TXXX" + struct.pack(">I", len(body)) + b"\0\x80" + body
    length = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + length + frame + planted.frames()


def webm_of_gaps(count: int) -> bytes:
    return specimens.webm() + b"\xec\x80" * count


Bomb = tuple[Callable[[], bytes], set[str]]
MORE: dict[str, Bomb] = {
    "png of 40,000 empty pixel chunks": (lambda: _png(png_chunk(b"IDAT", b"") * 40_000), {"KEPT", "BROKEN"}),
    "png with a palette of names": (lambda: _png(png_chunk(b"sPLT", bytes(10 * MB))), {"KEPT", "BROKEN"}),
    "png with an exif of 200 MB": (lambda: _png(png_chunk(b"eXIf", bytes(200 * MB))), {"KEPT", "BROKEN"}),
    "jpeg with 3,000 segments": (lambda: jpeg_of_segments(3_000), {"KEPT", "BROKEN"}),
    "webp of 50,000 frames": (lambda: webp_of_frames(50_000), {"ANIMATED", "BROKEN"}),
    "heic of 65,535 items": (lambda: heic_of_items(65_535), {"KEPT", "BROKEN"}),
    "wav of 500,000 chunks": (lambda: wav_of_chunks(500_000), {"KEPT", "BROKEN"}),
    "flac of 100,000 blocks": (lambda: flac_of_blocks(100_000), {"KEPT", "BROKEN"}),
    "mp3 with a packed tag of 100 MB": (lambda: mp3_of_text(100 * MB), {"KEPT", "BROKEN"}),
    "mp4 with an edit of 584 million years": (
        lambda: _mp4_patched(b"elst", 8, b"\x7f\xff\xff\xff"),
        {"KEPT", "BROKEN", "TOO_LONG"},
    ),
    "mp4 with 10,000 tracks": (
        lambda: _box(b"ftyp", b"isom\0\0\2\0isomiso2") + _box(b"moov", _box(b"trak", _full(b"tkhd", 0, bytes(80))) * 10_000),
        {"NO_PICTURE", "BROKEN"},
    ),
    "webm of a million gaps": (lambda: webm_of_gaps(1_000_000), {"KEPT", "BROKEN"}),
}  # fmt: skip
EVERY_BOMB: dict[str, Bomb] = {**BOMBS, **MORE}


def through_one_child(folder: Path, wanted: dict[str, bytes]) -> list[dict[str, Any]]:
    hostile, made = folder / "hostile", folder / "made"
    for made_folder in (hostile, made):
        made_folder.mkdir()
    for name, content in wanted.items():
        (hostile / name).write_bytes(content)
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.ingest.child", str(hostile), str(made)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-400:]
    return [json.loads(line) for line in child.stdout.splitlines()]


def test_bombs(tmp_path: Path, tell: Tell) -> None:
    answers = through_one_child(tmp_path, {name: build() for name, (build, _codes) in EVERY_BOMB.items()})
    odd = [(each["name"], each["code"]) for each in answers if each["code"] not in EVERY_BOMB[each["name"]][1]]
    peak, slowest = max(each["peak_megabytes"] for each in answers), max(each["seconds"] for each in answers)
    tell(
        "uploads",
        f"{len(EVERY_BOMB)} bombs",
        refused=sum(each["code"] != "KEPT" for each in answers),
        kept_and_defused=sum(each["code"] == "KEPT" for each in answers),
        crashes=len(EVERY_BOMB) - len(answers),
        ended_otherwise_than_they_should=len(odd),
        most_megabytes=peak,
        cap_in_megabytes=sandbox.MEGABYTES,
        slowest_in_milliseconds=round(slowest * 1000),
    )
    assert not odd
    assert len(answers) == len(EVERY_BOMB) >= 40
    assert peak <= sandbox.MEGABYTES
    assert slowest < 20


# --- Two files in one ------------------------------------------------------------------------------------------------

ELF = b"\x7fELF\2\1\1" + bytes(99)
SECOND = {"html": HTML, "php": PHP, "svg": SVG, "zip": archive(), "pdf": b"%PDF-1.7\n1 0 obj\n", "elf": ELF}


def polyglots() -> Iterator[tuple[str, bytes, bytes]]:
    """Name, file, and the second file that must not come out again (nothing where there is no one text to look for)."""
    for name, build in POLYGLOTS.items():
        yield name, build(), b""
    for extension in specimens.ALL:
        for kind, payload in SECOND.items():
            yield f"{extension} and {kind}", specimens.bytes_of(extension) + payload, payload


def made_of(path: Path, out: Path) -> tuple[str, list[bytes]]:
    """The code of the refusal, or nothing; and every file that somebody might be handed."""
    out.mkdir()
    said = worker.answer("process", {"path": str(path), "out_dir": str(out)})
    if "refused" in said:
        return said["refused"]["code"], []
    copy = worker.answer("watermark", {"path": str(path), "text": HOLDER, "out_dir": str(out), "fonts": []})
    assert "result" in copy, copy
    return "", [each.read_bytes() for each in out.iterdir()]


def test_two_files_in_one(tmp_path: Path, tell: Tell) -> None:
    refused, kept, through = Counter[str](), 0, []
    every = list(polyglots())
    for number, (name, content, payload) in enumerate(every):
        path = specimens.write(tmp_path, str(number), content)
        code, made = made_of(path, tmp_path / f"made-{number}")
        refused[code] += bool(code)
        kept += not code
        if not code and (not payload or any(payload in each for each in made)):
            through.append(name)
    tell(
        "uploads",
        f"{len(every)} files that are two files",
        refused_by_name=refused["POLYGLOT"],
        refused_as_broken=refused.total() - refused["POLYGLOT"],
        kept_with_the_second_one_cut_off=kept,
        second_files_that_came_through=len(through),
    )
    assert not through
    assert len(every) >= 60


# --- Words -----------------------------------------------------------------------------------------------------------


HOLDER = "Northlight"
QUIET = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "language",
    "handler_name",
    "vendor_id",
    "duration",
}
"""What a container says of itself."""


def words_in(content: bytes) -> list[str]:
    """Marks, positions and tags in a file that we made."""
    found = [repr(mark) for mark in MARKS if mark in content]
    if content[:3] == b"\xff\xd8\xff" or content[:8] == b"\x89PNG\r\n\x1a\n" or content[8:12] == b"WEBP":
        with Image.open(io.BytesIO(content)) as picture:
            tags = picture.getexif()
            found += [f"tag {tag:x}" for tag in tags if tag != 0x0112]
            found += [f"position {tag:x}" for tag in tags.get_ifd(0x8825)]
        return found
    with av.open(io.BytesIO(content)) as container:
        said = {**container.metadata, **{k: v for stream in container.streams for k, v in stream.metadata.items()}}
    ours = {name for name, value in said.items() if value.startswith(HOLDER) or name.lower() in QUIET}
    return found + [f"{name}: {value}" for name, value in said.items() if name not in ours]


def test_words_planted_in_every_place(tmp_path: Path, tell: Tell) -> None:
    leaks, bare, counted = [], [], Counter[str]()
    cases = [(form, name, build) for form, places in planted.EVERY.items() for name, build in places.items()]
    for number, (form, name, build) in enumerate(cases):
        content = build()
        bare += [] if any(mark in content for mark in MARKS) or "name and words" in name else [f"{form} {name}"]
        path = specimens.write(tmp_path, str(number), content)
        code, made = made_of(path, tmp_path / f"made-{number}")
        counted["refused" if code else "kept"] += 1
        counted["made"] += len(made)
        leaks += [f"{form} {name}: {word}" for each in made for word in words_in(each)]
    tell(
        "uploads",
        f"words in {len(cases)} places of {len(planted.EVERY)} formats",
        kept=counted["kept"],
        refused=counted["refused"],
        copies_and_previews=counted["made"],
        words_left=len(leaks),
    )
    assert (leaks, bare) == ([], [])
    assert counted["refused"] == 0, "a place that is refused proves nothing"


@pytest.mark.django_db
def test_the_vault_hands_out_no_word(tell: Tell) -> None:
    """The same through the services: uploaded, checked in the sandbox, sealed, opened, and licensed."""
    person, now = make.a_performer("imani@example.org", "Imani Clarke"), timezone.now()
    leaks, opened = [], 0
    for form in specimens.ALL:
        item = uploaded(person, form, specimens.bytes_of(form), now)
        assert item.state == MediaState.READY, item.refused_code
        handed = [(str(each), content) for each in Variant if (content := opened_of(item, each))]
        handed.append(("licensed copy", b"".join(media.licensed_copy(item, f"{HOLDER} Pictures").chunks)))
        opened += len(handed)
        leaks += [f"{form} {name}: {word}" for name, content in handed for word in words_in(content)]
        assert not any(mark.decode("latin-1") in repr(vars(item)) for mark in MARKS)
    what = f"the vault: {len(specimens.ALL)} formats uploaded, opened and licensed"
    tell("uploads", what, opened=opened, words_left=len(leaks))
    assert not leaks
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert peak <= sandbox.MEGABYTES


def opened_of(item: MediaItem, variant: Variant) -> bytes:
    """What anybody but the owner may come to see; the owner's own file as it came is the owner's."""
    if variant is Variant.ORIGINAL:
        return b""
    try:
        return b"".join(media.open_variant(item, variant).chunks)
    except Refused:
        return b""


def uploaded(person: make.PerformerCast, form: str, content: bytes, now: Any) -> MediaItem:
    actor = person.actor(now=now)
    upload = media.start_upload(
        person.performer, filename=f"a.{form}", size=len(content), details={}, actor=actor, now=now
    )
    media.receive(upload, 0, io.BytesIO(content), actor=actor, now=now)
    item = media.arrived(upload, actor=actor, now=now)
    checking.process(item.pk, now=now)
    item.refresh_from_db()
    return item
