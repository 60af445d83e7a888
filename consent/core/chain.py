"""The hash chain of facts and the Merkle tree of a seal: pure functions for anyone to run (product.md section 8).

An entry binds the one before it, its open header and a commitment to its payload. Payload and salt can be destroyed
together; the commitment stays, so erasure breaks nothing and reveals nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import rfc8785

_LINK_DOMAIN = b"sayso/ledger/link/1\x00"
_GENESIS_DOMAIN = b"sayso/ledger/genesis/1\x00"
_COMMITMENT_DOMAIN = b"sayso/ledger/commitment/1\x00"
_LEAF, _NODE = b"\x00", b"\x01"
_EXACT = 2**53 - 1
_HASH_BYTES = 32
SALT_BYTES = 32
_LEAST_SALT = 16

GENESIS = hashlib.sha256(_GENESIS_DOMAIN).hexdigest()
"""What the first entry of a chain links to, unless the chain has a name of its own: see ``genesis``."""


class NotCanonical(ValueError):
    """The value has no single canonical form; the message names the place in it."""


class Break(StrEnum):
    MISSING = "MISSING"
    WRONG_PREVIOUS = "WRONG_PREVIOUS"
    WRONG_HASH = "WRONG_HASH"
    WRONG_COMMITMENT = "WRONG_COMMITMENT"
    TRUNCATED = "TRUNCATED"
    WRONG_HEAD = "WRONG_HEAD"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first sequence number at which a chain does not hold."""

    seq: int
    code: Break


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain as somebody noted it down."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact as stored. ``payload`` and ``salt`` are both None once erased; hashes are 64 characters of hex."""

    seq: int
    header: bytes
    commitment: str
    previous: str
    hash: str
    payload: bytes | None = None
    salt: bytes | None = None


# The same bytes many times as fast, but for the order of keys outside ASCII: RFC 8785 sorts those by UTF-16 units.
_PLAIN = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes. Raises NotCanonical.

    Floats and decimals are refused (money and counts are whole numbers), as are integers beyond 2^53 - 1, keys that
    are no text, lone surrogates and every type that JSON has not.
    """
    if not _check(value, "$"):
        return rfc8785.dumps(value)
    return _PLAIN.encode(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def genesis(name: str) -> str:
    """The start of the chain called ``name`` (a public id), so that two chains cannot be exchanged whole."""
    return hashlib.sha256(_GENESIS_DOMAIN + name.encode()).hexdigest()


def commitment(salt: bytes, payload: bytes) -> str:
    """Binds to ``payload`` and hides it while ``salt`` is secret. Salts are random, one per entry, SALT_BYTES long."""
    if len(salt) < _LEAST_SALT:
        raise ValueError(f"a salt has at least {_LEAST_SALT} bytes, not {len(salt)}")
    return hmac.digest(salt, _COMMITMENT_DOMAIN + payload, "sha256").hex()


def link(previous: str, header: bytes, payload_commitment: str) -> str:
    """The hash of an entry. Parts have fixed lengths or say theirs, so no two entries share their bytes."""
    return hashlib.sha256(
        _LINK_DOMAIN + _hash(previous) + len(header).to_bytes(8, "big") + header + _hash(payload_commitment)
    ).hexdigest()


def verify(
    entries: Iterable[Entry], *, start: str = GENESIS, first_seq: int = 1, head: Head | None = None
) -> Broken | None:
    """The first broken link, or None. Reads ``entries`` once, in order.

    To verify from the middle, ``start`` is the hash before ``first_seq``. Only ``head`` shows that entries were cut
    off at the end. An erased payload is fine; a payload without its salt is not, for nobody could check it.
    """
    previous, seq = start, first_seq
    for entry in entries:
        if entry.seq != seq:
            return Broken(seq, Break.MISSING)
        fault = _fault(entry, previous)
        if fault is not None:
            return Broken(seq, fault)
        if head is not None and head.seq == seq and head.hash != entry.hash:
            return Broken(seq, Break.WRONG_HEAD)
        previous, seq = entry.hash, seq + 1
    if head is not None and head.seq >= seq:
        return Broken(seq, Break.TRUNCATED)
    return None


class Tree:
    """The tree of RFC 6962 section 2.1 with every level kept: an audit path of a million leaves is read, not computed."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [[_leaf(leaf) for leaf in leaves]]
        while len(below := self._levels[-1]) > 1:
            pairs = [_node(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
            self._levels.append(pairs + below[-1:] if len(below) % 2 else pairs)  # the odd one out moves up as it is

    @property
    def root(self) -> str:
        """In hex; that of no leaves is the hash of nothing."""
        top = self._levels[-1]
        return top[0].hex() if top else hashlib.sha256(b"").hexdigest()

    def proof(self, index: int) -> list[str]:
        """The audit path of a leaf, lowest first. Raises IndexError."""
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(f"no leaf {index} among {len(self._levels[0])}")
        path = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1].hex())
            index >>= 1
        return path


def merkle_root(leaves: Sequence[bytes]) -> str:
    """RFC 6962 section 2.1: the tree hash over the leaves in order, in hex."""
    return Tree(leaves).root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[str]:
    """RFC 6962 section 2.1.1: the audit path of ``leaves[index]``, lowest first. Raises IndexError."""
    return Tree(leaves).proof(index)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[str], root: str) -> bool:
    """Is ``leaf`` number ``index`` of the ``size`` leaves under ``root``? RFC 9162 section 2.1.3.2.

    False for a malformed proof too.
    """
    if not 0 <= index < size:
        return False
    node, number, last = _leaf(leaf), index, size - 1
    for step in proof:
        try:
            sibling = _hash(step)
        except ValueError:
            return False
        if last == 0:
            return False
        if number & 1 or number == last:
            node = _node(sibling, node)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            node = _node(node, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and hmac.compare_digest(node.hex(), root)


def _fault(entry: Entry, previous: str) -> Break | None:
    if entry.previous != previous:
        return Break.WRONG_PREVIOUS
    try:
        if entry.hash != link(entry.previous, entry.header, entry.commitment):
            return Break.WRONG_HASH
    except ValueError:
        return Break.WRONG_HASH
    if entry.payload is None:
        return None
    if entry.salt is None or len(entry.salt) < _LEAST_SALT:
        return Break.WRONG_COMMITMENT
    return None if entry.commitment == commitment(entry.salt, entry.payload) else Break.WRONG_COMMITMENT


def _hash(text: str) -> bytes:
    """32 bytes from their one spelling; upper case or blanks would give a second spelling of the same chain."""
    raw = bytes.fromhex(text)
    if len(raw) != _HASH_BYTES or raw.hex() != text:
        raise ValueError("not a SHA-256 in lower-case hex")
    return raw


def _leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(_LEAF + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _check(value: Any, place: str) -> bool:
    """Raises NotCanonical. Returns whether every key is ASCII."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        _check_text(value, place)
        return True
    if isinstance(value, int):
        if abs(value) > _EXACT:
            raise NotCanonical(f"{place}: a whole number beyond 2^53 - 1")
        return True
    if isinstance(value, list | tuple):
        plain = [_check(item, f"{place}[{number}]") for number, item in enumerate(value)]  # each of them is looked at
        return all(plain)
    if isinstance(value, dict):
        return _check_object(value, place)
    raise NotCanonical(f"{place}: {type(value).__name__} has no canonical form")


def _check_object(value: Mapping[Any, Any], place: str) -> bool:
    plain = True
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotCanonical(f"{place}: a key that is no text")
        _check_text(key, place)
        plain = _check(item, f"{place}.{key}") and plain and key.isascii()
    return plain


def _check_text(value: str, place: str) -> None:
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical(f"{place}: half a character") from None
