"""Resumable uploads keep what arrived, agree on where they are, and never let two writers in."""

import errno
import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.ingest import chunks
from consent.ingest.chunks import Busy, DiskFull, OffsetMismatch, OverLength, append


class Broken(io.RawIOBase):
    """A connection that drops after so many bytes."""

    def __init__(self, content: bytes, after: int):
        self.rest = io.BytesIO(content[:after])

    def read(self, size: int = -1) -> bytes:
        block = self.rest.read(size)
        if not block:
            raise OSError("the line dropped")
        return block


def test_pieces_make_the_whole(tmp_path: Path):
    part = tmp_path / "T-1"
    assert chunks.size(part) == 0
    assert append(part, 0, io.BytesIO(b"hello "), limit=11) == 6
    assert append(part, 6, io.BytesIO(b"world"), limit=11) == 11
    assert part.read_bytes() == b"hello world"
    assert chunks.size(part) == 11
    assert part.stat().st_mode & 0o777 == 0o600


def test_an_empty_piece_is_a_question_and_creates_the_file(tmp_path: Path):
    assert append(tmp_path / "T-1", 0, io.BytesIO(b""), limit=5) == 0
    assert chunks.size(tmp_path / "T-1") == 0


def test_what_a_dropped_line_delivered_is_kept(tmp_path: Path):
    content = os.urandom(700_000)
    at = append(tmp_path / "T-1", 0, Broken(content, 300_001), limit=len(content))
    assert at == 300_001
    assert append(tmp_path / "T-1", at, io.BytesIO(content[at:]), limit=len(content)) == len(content)
    assert (tmp_path / "T-1").read_bytes() == content


@pytest.mark.parametrize("offset", [0, 2, 4, 99])
def test_the_wrong_place_is_refused_and_the_right_one_told(offset: int, tmp_path: Path):
    append(tmp_path / "T-1", 0, io.BytesIO(b"abc"), limit=10)
    with pytest.raises(OffsetMismatch) as mismatch:
        append(tmp_path / "T-1", offset, io.BytesIO(b"xyz"), limit=10)
    assert mismatch.value.actual == 3
    assert (tmp_path / "T-1").read_bytes() == b"abc"


def test_more_than_was_announced_is_refused_and_nothing_of_it_kept(tmp_path: Path):
    append(tmp_path / "T-1", 0, io.BytesIO(b"abc"), limit=5)
    with pytest.raises(OverLength):
        append(tmp_path / "T-1", 3, io.BytesIO(b"defgh"), limit=5)
    assert (tmp_path / "T-1").read_bytes() == b"abc"
    assert append(tmp_path / "T-1", 3, io.BytesIO(b"de"), limit=5) == 5


def test_an_endless_stream_is_cut_at_one_byte_too_many(tmp_path: Path):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(OverLength):
        append(tmp_path / "T-1", 0, stream, limit=1_000_000)
    assert stream.given == 1_000_001
    assert chunks.size(tmp_path / "T-1") == 0


def test_two_writers_cannot_interleave(tmp_path: Path):
    started, go_on = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            started.set()
            go_on.wait(10)
            return super().read(size)

    first = threading.Thread(target=append, args=(tmp_path / "T-1", 0, Slow(b"first")), kwargs={"limit": 5})
    first.start()
    assert started.wait(10)
    with pytest.raises(Busy):
        append(tmp_path / "T-1", 0, io.BytesIO(b"other"), limit=5)
    go_on.set()
    first.join(10)
    assert (tmp_path / "T-1").read_bytes() == b"first"


def test_a_full_disk_says_what_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write = os.write
    room = [400_000]

    def small(handle: int, block: memoryview) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = write(handle, block[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(chunks.os, "write", small)
    with pytest.raises(DiskFull) as full:
        append(tmp_path / "T-1", 0, io.BytesIO(bytes(900_000)), limit=900_000)
    assert full.value.actual == 400_000
    monkeypatch.undo()
    assert append(tmp_path / "T-1", 400_000, io.BytesIO(bytes(500_000)), limit=900_000) == 900_000


def test_progress_is_told_after_it_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chunks, "_SYNC_EVERY", 300_000)
    told: list[tuple[int, int]] = []
    part = tmp_path / "T-1"
    append(
        part,
        0,
        io.BytesIO(bytes(1_000_000)),
        limit=1_000_000,
        on_progress=lambda at: told.append((at, part.stat().st_size)),
    )
    assert [at for at, _size in told] == sorted({at for at, _size in told})
    assert len(told) >= 2
    assert all(at == size for at, size in told)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(min_size=1, max_size=2_000),
    cuts=st.lists(st.tuples(st.integers(0, 700), st.booleans()), max_size=12),
)
def test_any_history_of_drops_ends_in_the_same_file(content: bytes, cuts: list[tuple[int, bool]], tmp_path: Path):
    part = tmp_path / "T-h"
    part.unlink(missing_ok=True)
    at = 0
    for length, drops in cuts:
        rest = content[at:]
        stream = Broken(rest, min(length, len(rest))) if drops else io.BytesIO(rest[:length])
        at = append(part, at, stream, limit=len(content))
    at = append(part, at, io.BytesIO(content[at:]), limit=len(content))
    assert at == len(content)
    assert part.read_bytes() == content
