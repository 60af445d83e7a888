"""Short names in addresses: readable where a name has Latin letters, short and random where it has none or many share it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify

Row = TypeVar("Row")
_NUMBERED = 9
_RANDOM = 20
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SUFFIX = 6


def first_free(
    name: str, *, stem: str, most: int, reserved: Collection[str], create: Callable[[str], Row]
) -> Row | None:
    """What ``create`` makes with the first slug that the unique index takes: two of one name at once get two.

    ``stem`` stands in for a name without Latin letters; ``most`` is the column's width. None after 30 tries.
    """
    for slug in _candidates(slugify(name), stem, most):
        if slug in reserved:
            continue
        try:
            with transaction.atomic():
                return create(slug)
        except IntegrityError:
            continue
    return None


def _candidates(readable: str, stem: str, most: int) -> Iterator[str]:
    base = (readable or stem)[: most - _SUFFIX - 1].rstrip("-_")
    if readable:
        yield base
        yield from (f"{base}-{number}" for number in range(2, _NUMBERED + 1))
    for _ in range(_RANDOM):
        yield f"{base}-{''.join(secrets.choice(_ALPHABET) for _ in range(_SUFFIX))}"
