"""Forged mail links: every way to bend a real token that we could think of, and none opens."""

from __future__ import annotations

import base64
import random
import secrets
import string
import uuid
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from consent.access import NotFound, by_link
from consent.models import ActionLink
from tests import make
from tests.prove.conftest import Size, Tell

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(7200)]
LETTERS = string.ascii_letters + string.digits + "-_"
Bend = Callable[[list[str], random.Random], str]


def raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token.removeprefix(by_link.PREFIX) + "=")


def token(body: bytes) -> str:
    return by_link.PREFIX + base64.urlsafe_b64encode(body).decode().rstrip("=")


def flipped(tokens: list[str], dice: random.Random) -> str:
    body = bytearray(raw(dice.choice(tokens)))
    body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
    return token(bytes(body))


def another_letter(tokens: list[str], dice: random.Random) -> str:
    given = dice.choice(tokens)
    place = dice.randrange(len(given))
    return given[:place] + dice.choice(LETTERS) + given[place + 1 :]


def swapped(tokens: list[str], dice: random.Random) -> str:
    """One link's id with another's seal."""
    one, other = dice.sample(tokens, 2)
    return token(raw(one)[:16] + raw(other)[16:])


def guessed(tokens: list[str], dice: random.Random) -> str:
    """A real id with a random seal."""
    return token(raw(dice.choice(tokens))[:16] + dice.randbytes(16))


def invented(_tokens: list[str], _dice: random.Random) -> str:
    return token(uuid.uuid4().bytes + secrets.token_bytes(16))


def cut(tokens: list[str], dice: random.Random) -> str:
    given = dice.choice(tokens)
    return given[: dice.randrange(len(given))]


def padded(tokens: list[str], dice: random.Random) -> str:
    return dice.choice(tokens) + dice.choice(["=", "==", "A", "%00", " ", "\n", "/", "."])


def respelled(tokens: list[str], dice: random.Random) -> str:
    """The same bytes in another spelling: a last letter whose spare bits differ, another alphabet, another prefix."""
    given = dice.choice(tokens)
    last = LETTERS.index(given[-1]) if given[-1] in LETTERS else 0
    spellings = [
        given[:-1] + LETTERS[(last + 1) % 64],
        given.replace("-", "+").replace("_", "/") + "=",
        given.upper(),
        given.replace(by_link.PREFIX, "sl2_"),
        given.replace(by_link.PREFIX, "SL1_"),
    ]
    return dice.choice(spellings)


BENDS: tuple[Bend, ...] = (flipped, another_letter, swapped, guessed, invented, cut, padded, respelled)


def test_no_forged_token_opens(client: Client, tell: Tell, size: Size) -> None:
    cast = make.cast()
    rows = [make.pending(cast.northlight, cast.imani) for _ in range(12)]
    real = [by_link.token(by_link.mint(row, cast.imani.user, now=make.NOW)) for row in rows]
    dice, tried, opened = random.Random(17), Counter[str](), 0
    wanted = size(24_000, 1_000_000)
    while tried.total() < wanted:
        bend = BENDS[tried.total() % len(BENDS)]
        forged = bend(real, dice)
        if forged in real:
            continue
        tried[bend.__name__] += 1
        try:
            by_link.open_(forged)
            opened += 1
        except NotFound:
            pass
    over_http = 0
    for number in range(size(400, 5_000)):
        forged = BENDS[number % len(BENDS)](real, dice)
        if forged in real or not forged.strip():
            continue
        answer = client.get(f"/l/{quote(forged)}/")
        assert answer.status_code in (400, 404), forged
        assert not answer.cookies
        over_http += 1
    assert opened == 0
    assert all(by_link.open_(one) for one in real)
    assert not ActionLink.objects.exclude(ended_at=None).exists()
    tell(
        "forged", f"{wanted:,} tokens bent in {len(BENDS)} ways", accepted=opened, over_HTTP=over_http, cookies_given=0
    )
