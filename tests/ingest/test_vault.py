"""Encrypted files read back to the byte at any range, and any change to them is seen."""

import hashlib
import tracemalloc
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.ingest import vault
from consent.ingest.vault import (
    KeyUnavailable,
    Tampered,
    decrypt_stream,
    encrypt_file,
    new_file_key,
    rewrapped_key,
    unwrap_key,
    wrap_key,
)

CHUNK = 64
HEADER = 32
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def small_chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 64 bytes put many of them into a small file; the format is the same."""
    if "real_chunks" not in request.fixturenames:
        monkeypatch.setattr(vault, "CHUNK", CHUNK)


@pytest.fixture
def real_chunks() -> None:
    """Asks for the product's own chunk size."""


@pytest.fixture
def sealed(tmp_path: Path):
    """Content of three chunks and a bit, encrypted: (plain, path, key)."""
    content = Random(3).randbytes(CHUNK * 3 + 17)
    (tmp_path / "plain").write_bytes(content)
    key = new_file_key()
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, file_id="M-1")
    return content, tmp_path / "sealed", key


def _read(path: Path, key: bytes, start: int = 0, end: int | None = None, file_id: str = "M-1") -> bytes:
    return b"".join(decrypt_stream(path, key, start, end, file_id=file_id))


@QUICK
@given(
    content=st.binary(max_size=CHUNK * 5),
    ranges=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6),
)
def test_any_content_comes_back_at_any_range(content: bytes, ranges: list[tuple[int, int]], tmp_path: Path):
    (tmp_path / "plain").write_bytes(content)
    key = new_file_key()
    told = encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, file_id="M-1")
    assert (told.sha256, told.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert _read(tmp_path / "sealed", key) == content
    for edges in ranges:
        start, end = sorted(min(edge, len(content)) for edge in edges)
        assert _read(tmp_path / "sealed", key, start, end) == content[start:end]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_the_edges_of_chunks(size: int, tmp_path: Path):
    content = Random(size).randbytes(size)
    (tmp_path / "plain").write_bytes(content)
    key = new_file_key()
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, file_id="M-1")
    for start in range(size + 1):
        for end in {start, min(size, start + 1), min(size, start + CHUNK), size}:
            assert _read(tmp_path / "sealed", key, start, end) == content[start:end]


def test_nothing_of_the_content_is_in_the_file(sealed):
    content, path, _key = sealed
    assert not any(content[at : at + 8] in path.read_bytes() for at in range(len(content) - 8))


def test_every_single_byte_is_guarded(sealed):
    """Flip each byte of the file in turn: reading the whole fails every time."""
    _content, path, key = sealed
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Tampered):
            _read(path, key)


@QUICK
@given(data=st.data())
def test_no_range_ever_yields_changed_bytes(data, tmp_path: Path):
    """Whatever is done to the file, a range either reads as it was or not at all."""
    content = Random(5).randbytes(CHUNK * 3 + 5)
    (tmp_path / "plain").write_bytes(content)
    key = bytes(range(32))
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, file_id="M-1")
    whole = bytearray((tmp_path / "sealed").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "sealed").write_bytes(whole)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    try:
        assert _read(tmp_path / "sealed", key, start, end) == content[start:end]
    except Tampered:
        return


def _chunk_at(number: int) -> slice:
    return slice(HEADER + number * (CHUNK + 16), HEADER + (number + 1) * (CHUNK + 16))


def _swapped(whole: bytes) -> bytes:
    one, two = whole[_chunk_at(0)], whole[_chunk_at(1)]
    return whole[:HEADER] + two + one + whole[_chunk_at(1).stop :]


TAMPERINGS = {
    "last chunk cut off": lambda whole: whole[: _chunk_at(2).stop],
    "last byte cut off": lambda whole: whole[:-1],
    "a byte added": lambda whole: whole + b"\x00",
    "chunks swapped": _swapped,
    "a chunk repeated": lambda whole: whole[: _chunk_at(1).stop] + whole[_chunk_at(1)] + whole[_chunk_at(2).stop :],
    "a chunk left out": lambda whole: whole[: _chunk_at(0).stop] + whole[_chunk_at(2).start :],
    "shortened with its header rewritten": lambda whole: (
        whole[:12] + (CHUNK * 3).to_bytes(8, "big") + whole[20 : _chunk_at(2).stop]
    ),
    "header alone": lambda whole: whole[:HEADER],
    "empty": lambda whole: b"",
    "another kind of file": lambda whole: b"\x89PNG\r\n\x1a\n" + whole[8:],
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_cut_swapped_and_repeated_chunks_are_seen(name: str, sealed):
    _content, path, key = sealed
    path.write_bytes(TAMPERINGS[name](path.read_bytes()))
    with pytest.raises(Tampered):
        _read(path, key)


def test_a_shortened_file_is_seen_even_where_the_range_is_whole(sealed):
    _content, path, key = sealed
    path.write_bytes(path.read_bytes()[: _chunk_at(2).stop])
    with pytest.raises(Tampered):
        decrypt_stream(path, key, 0, 10, file_id="M-1")


def test_one_file_cannot_stand_in_for_another(sealed):
    _content, path, key = sealed
    with pytest.raises(Tampered):
        _read(path, key, file_id="M-2")
    with pytest.raises(Tampered):
        _read(path, new_file_key())


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 4), (0, 10_000), (10_000, None)])
def test_a_range_outside_the_content_is_an_error_at_the_call(start: int, end: int | None, sealed):
    _content, path, key = sealed
    with pytest.raises(ValueError, match="range"):
        decrypt_stream(path, key, start, end, file_id="M-1")


def test_the_same_file_twice_looks_different(sealed, tmp_path: Path):
    _content, path, key = sealed
    encrypt_file(tmp_path / "plain", tmp_path / "again", key, file_id="M-1")
    assert path.read_bytes()[HEADER:] != (tmp_path / "again").read_bytes()[HEADER:]


def test_a_failed_encryption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "plain").write_bytes(bytes(1000))
    monkeypatch.setattr(vault, "_nonce", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        encrypt_file(tmp_path / "plain", tmp_path / "sealed", new_file_key(), file_id="M-1")
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_memory_stays_at_a_few_chunks(real_chunks: None, tmp_path: Path):
    with (tmp_path / "plain").open("wb") as file:
        file.truncate(64 * vault.CHUNK + 5)
    key = new_file_key()
    tracemalloc.start()
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, file_id="M-1")
    total = sum(len(block) for block in decrypt_stream(tmp_path / "sealed", key, file_id="M-1"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 64 * vault.CHUNK + 5
    assert peak < 6 * vault.CHUNK


def test_a_range_reads_only_its_chunks(real_chunks: None, tmp_path: Path):
    content = Random(1).randbytes(3 * vault.CHUNK)
    (tmp_path / "plain").write_bytes(content)
    key = new_file_key()
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, file_id="M-1")
    whole = bytearray((tmp_path / "sealed").read_bytes())
    whole[-1] ^= 1
    (tmp_path / "sealed").write_bytes(whole)
    middle = slice(vault.CHUNK + 10, vault.CHUNK + 20)
    assert _read(tmp_path / "sealed", key, middle.start, middle.stop) == content[middle]


# --- keys --------------------------------------------------------------------------------------------------------------

RING = {"2026b": bytes(range(32)), "2026a": bytes(range(32, 80))}


def test_a_key_comes_back_from_the_ring():
    key = new_file_key()
    wrapped = wrap_key(key, RING, aad="M-1")
    assert wrapped.startswith("2026b.")
    assert key not in wrapped.encode()
    assert unwrap_key(wrapped, RING, aad="M-1") == key
    assert wrap_key(key, RING, aad="M-1") != wrapped


def test_rotation_moves_a_key_to_the_newest_ring_key_and_back_to_nothing():
    old_ring = {"2026a": RING["2026a"]}
    key = new_file_key()
    wrapped = wrap_key(key, old_ring, aad="M-1")
    assert unwrap_key(wrapped, RING, aad="M-1") == key
    moved = rewrapped_key(wrapped, RING, aad="M-1")
    assert moved is not None
    assert moved.startswith("2026b.")
    assert unwrap_key(moved, {"2026b": RING["2026b"]}, aad="M-1") == key
    assert rewrapped_key(moved, RING, aad="M-1") is None


@pytest.mark.parametrize("wrapped", ["", ".", "2026b", "gone.AAAA", "2025.AAAA"])
def test_a_destroyed_key_is_gone(wrapped: str):
    with pytest.raises(KeyUnavailable):
        unwrap_key(wrapped, RING, aad="M-1")


DAMAGES = {
    "cut": lambda wrapped: wrapped[:-4],
    "changed": lambda wrapped: wrapped[:20] + ("A" if wrapped[20] != "A" else "B") + wrapped[21:],
    "not base64": lambda wrapped: wrapped[:8] + "!",
    "emptied": lambda wrapped: wrapped[:6],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_wrapped_key_cannot_be_changed_or_moved(damage):
    wrapped = wrap_key(bytes(32), RING, aad="M-1")
    with pytest.raises(Tampered):
        unwrap_key(damage(wrapped), RING, aad="M-1")
    with pytest.raises(Tampered):
        unwrap_key(wrapped, RING, aad="M-2")
    with pytest.raises(Tampered):
        unwrap_key(wrapped.replace("2026b.", "2026a."), RING, aad="M-1")
