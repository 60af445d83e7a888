"""Encryption at rest: a key per file, chunked AES-256-GCM with random access, keys wrapped by the media ring.

Layout of an encrypted file, big-endian:

    magic "SAYSO-V1" | chunk size (4) | plain size (8) | nonce prefix (7) | zero (5)      32 bytes of header
    chunk 0 | chunk 1 | ... each up to `chunk size` bytes of cipher text and a 16-byte tag

The nonce of a chunk is prefix | counter (4) | last (1), the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar:
chunks cannot be swapped, repeated or cut off. Every chunk authenticates the header and the file's id too, so a file that
was shortened, or put in the place of another, fails at its first read. Memory is two chunks, whatever the size.

Deleting the wrapped key deletes the file: what is left on disk and in backups is noise.
"""

import base64
import binascii
import hashlib
import os
import secrets
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1024 * 1024
_MAGIC = b"SAYSO-V1"
_HEADER = struct.Struct(">8sIQ7s5x")
_TAG = 16
_WRAP_PURPOSE = b"sayso media key wrap v1"


class Tampered(Exception):
    """An encrypted file, or a wrapped key, is not what was written: changed, cut short, moved, or under another key."""


class KeyUnavailable(Exception):
    """No key in the ring has the id that wrapped this file's key, or the wrapped key was destroyed with its file."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """What went in: the SHA-256 (hex) and size of the plain bytes, found in the same pass."""

    sha256: str
    size: int


def new_file_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def encrypt_file(src: str | Path, dst: str | Path, key: bytes, *, file_id: str) -> Encrypted:
    """Encrypt `src` into `dst`, which appears whole and synced or not at all. `file_id` must be given again to read."""
    target = Path(dst)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    digest = hashlib.sha256()
    try:
        with Path(src).open("rb", buffering=0) as source, part.open("xb") as out:
            size = os.fstat(source.fileno()).st_size
            header = _HEADER.pack(_MAGIC, CHUNK, size, secrets.token_bytes(7))
            out.write(header)
            cipher, extra = AESGCM(key), _extra(header, file_id)
            count = _chunks(size, CHUNK)
            for number in range(count):
                block = _read_exactly(source, min(CHUNK, size - number * CHUNK))
                digest.update(block)
                out.write(cipher.encrypt(_nonce(header, number, count), block, extra))
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return Encrypted(digest.hexdigest(), size)


def decrypt_stream(
    path: str | Path, key: bytes, start: int = 0, end: int | None = None, *, file_id: str
) -> Iterator[bytes]:
    """The plain bytes [start, end), a chunk at a time; only the chunks that are touched are read.

    The file is opened and its header and length are checked at the call, not at the first block, so that a view can still
    answer with an error. Raises Tampered, KeyUnavailable never; ValueError for a range outside the content.
    """
    file = Path(path).open("rb")  # noqa: SIM115  (the generator closes it)
    try:
        header, chunk, size = _open_header(file)
        stop = size if end is None else end
        if not 0 <= start <= stop <= size:
            raise ValueError(f"range {start}-{stop} of {size}")
        blocks = _decrypted(file, header, chunk, size, AESGCM(key), _extra(header, file_id), start, stop)
    except BaseException:
        file.close()
        raise
    return blocks


def _decrypted(
    file: BinaryIO, header: bytes, chunk: int, size: int, cipher: AESGCM, extra: bytes, start: int, stop: int
) -> Iterator[bytes]:
    with file:
        count = _chunks(size, chunk)
        first, last = start // chunk, max(start, stop - 1) // chunk
        if start == stop and size:
            return
        for number in range(first, min(last, count - 1) + 1):
            file.seek(len(header) + number * (chunk + _TAG))
            sealed = file.read(min(chunk, size - number * chunk) + _TAG)
            try:
                block = cipher.decrypt(_nonce(header, number, count), sealed, extra)
            except (InvalidTag, ValueError):
                raise Tampered(f"chunk {number} of {count}") from None
            begin = number * chunk
            part = block[max(0, start - begin) : stop - begin]
            if part:
                yield part


def _open_header(file: BinaryIO) -> tuple[bytes, int, int]:
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise Tampered("no header")
    magic, chunk, size, _prefix = _HEADER.unpack(header)
    if magic != _MAGIC or chunk != CHUNK:
        raise Tampered("not an encrypted file")
    if os.fstat(file.fileno()).st_size != len(header) + size + _TAG * _chunks(size, chunk):
        raise Tampered("wrong length")
    return header, chunk, size


def _chunks(size: int, chunk: int) -> int:
    """An empty file has one empty chunk, so that emptiness is authenticated too."""
    return max(1, -(-size // chunk))


def _nonce(header: bytes, number: int, count: int) -> bytes:
    return header[20:27] + struct.pack(">IB", number, number == count - 1)


def _extra(header: bytes, file_id: str) -> bytes:
    return header + file_id.encode()


def _read_exactly(file: FileIO, size: int) -> bytes:
    block: bytes = file.read(size)
    while len(block) < size:
        more = file.read(size - len(block))
        if not more:
            raise OSError("the file became shorter while it was read")
        block += more
    return block


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Key wrapping


def wrap_key(file_key: bytes, ring: Mapping[str, bytes], *, aad: str) -> str:
    """`<kid>.<base64url>` under the ring's first key. `aad` (the row's public id) must be given again to unwrap."""
    kid, ring_key = next(iter(ring.items()))
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_wrapping_key(ring_key)).encrypt(nonce, file_key, _binding(kid, aad))
    return f"{kid}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unwrap_key(wrapped: str, ring: Mapping[str, bytes], *, aad: str) -> bytes:
    """The file's key. Raises KeyUnavailable for an unknown kid or an emptied column, Tampered for anything else."""
    kid, dot, encoded = wrapped.rpartition(".")
    if not dot or kid not in ring:
        raise KeyUnavailable(kid or "no key")
    try:
        raw = base64.urlsafe_b64decode(encoded)
        return AESGCM(_wrapping_key(ring[kid])).decrypt(raw[:12], raw[12:], _binding(kid, aad))
    except (InvalidTag, ValueError, binascii.Error):
        raise Tampered("wrapped key") from None


def rewrapped_key(wrapped: str, ring: Mapping[str, bytes], *, aad: str) -> str | None:
    """The same key under the ring's first key, or None when it already is: rotation touches rows, never files."""
    if wrapped.rpartition(".")[0] == next(iter(ring)):
        return None
    return wrap_key(unwrap_key(wrapped, ring, aad=aad), ring, aad=aad)


def _wrapping_key(ring_key: bytes) -> bytes:
    """Ring keys may be longer than AES takes, and are never used bare: one purpose, one derived key."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_WRAP_PURPOSE).derive(ring_key)


def _binding(kid: str, aad: str) -> bytes:
    return f"{kid}\x00{aad}".encode()
