"""Attacks on a stored chain by somebody who may write to the database: each is found, at the place where it was made."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from consent.core import chain
from consent.core.chain import Entry, Head
from tests.prove.conftest import Size, Tell

pytestmark = pytest.mark.timeout(3600)
LENGTH = 120
Attack = Callable[[list[Entry], int], list[Entry]]


def made(length: int, *, salt: int = 0) -> list[Entry]:
    entries, previous = [], chain.genesis("PF-TEST")
    for seq in range(1, length + 1):
        header = chain.canonical({"kind": "use_request.approved", "seq": seq, "chain": "PF-TEST", "at": f"{salt}"})
        payload = chain.canonical({"request": f"R{seq}", "fee": seq})
        own_salt = bytes([seq % 256, salt]) * 16
        commitment = chain.commitment(own_salt, payload)
        own = chain.link(previous, header, commitment)
        entries.append(
            Entry(
                seq=seq,
                header=header,
                commitment=commitment,
                previous=previous,
                hash=own,
                payload=payload,
                salt=own_salt,
            )
        )
        previous = own
    return entries


def relinked(entries: list[Entry], start: int) -> list[Entry]:
    """What a careful attacker does: recompute every hash from ``start`` on."""
    previous = entries[start - 1].hash if start else chain.genesis("PF-TEST")
    for place in range(start, len(entries)):
        one = replace(entries[place], previous=previous)
        entries[place] = replace(one, hash=chain.link(previous, one.header, one.commitment))
        previous = entries[place].hash
    return entries


def changed(entries: list[Entry], at: int, **parts: object) -> list[Entry]:
    entries[at] = replace(entries[at], **parts)  # type: ignore[arg-type]
    return entries


ATTACKS: dict[str, Attack] = {
    "header rewritten": lambda e, n: changed(e, n, header=e[n].header.replace(b"approved", b"declined")),
    "payload rewritten": lambda e, n: changed(e, n, payload=e[n].payload.replace(b"R", b"X") if e[n].payload else b""),
    "salt rewritten": lambda e, n: changed(e, n, salt=b"\0" * 32),
    "commitment rewritten": lambda e, n: changed(e, n, commitment="0" * 64),
    "payload and commitment rewritten": lambda e, n: changed(
        e, n, payload=b"{}", commitment=chain.commitment(e[n].salt or b"", b"{}")
    ),
    "previous rewritten": lambda e, n: changed(e, n, previous="f" * 64),
    "hash rewritten": lambda e, n: changed(e, n, hash="e" * 64),
    "entry dropped": lambda e, n: e[:n] + e[n + 1 :],
    "end cut off": lambda e, n: e[:n],
    "two entries swapped": lambda e, n: [*e[:n], *reversed(e[n : n + 2]), *e[n + 2 :]] if n + 1 < len(e) else e[:n],
    "entry put in twice": lambda e, n: [*e[: n + 1], *e[n:]],
    "rewritten and relinked to the end": lambda e, n: relinked(
        changed(e, n, payload=b"{}", commitment=chain.commitment(e[n].salt or b"", b"{}")), n
    ),
}


def test_every_attack_is_found_where_it_was_made(tell: Tell, size: Size) -> None:
    positions, dice, missed, misplaced = size(100, 1_000), random.Random(8), 0, 0
    whole = made(LENGTH)
    head = Head(seq=LENGTH, hash=whole[-1].hash)
    assert chain.verify(whole, start=chain.genesis("PF-TEST"), head=head) is None
    for name, attack in ATTACKS.items():
        for _ in range(positions):
            at = dice.randrange(LENGTH)
            broken = chain.verify(attack(list(whole), at), start=chain.genesis("PF-TEST"), head=head)
            missed += broken is None
            relinked_to_the_end = name.startswith("rewritten and")
            misplaced += broken is not None and not relinked_to_the_end and not at <= broken.seq <= at + 2
    assert (missed, misplaced) == (0, 0)
    tell("tamper", f"{len(ATTACKS)} attacks x {positions:,} places", not_found=missed, found_elsewhere=misplaced)
