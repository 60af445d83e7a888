"""Sentences in parts: a whole template per language, filled with words that remember what they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from babel.lists import format_list
from django.utils.functional import Promise

from consent.core.vocabulary import Dimension
from consent.render.times import locale_of

_GAP = re.compile(r"\{(\w+)\}")
_MARK = re.compile("\x02(\\d+)\x03")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Words of the sentence. ``strong`` and ``title`` (a work's title) are emphasis; ``mine`` is the reader's own value;
    ``step`` is the step of the request form that will fill this blank; ``was`` is what the same words said before ("" for
    words that are new); ``code`` names the one channel or sensitivity that the words stand for."""

    text: str
    dimension: Dimension | None = None
    code: str = ""
    strong: bool = False
    title: bool = False
    mine: bool = False
    step: int | None = None
    was: str | None = None


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A paragraph; ``str()`` is its plain text, as it now reads."""

    parts: Parts

    def __str__(self) -> str:
        return "".join(part.text for part in self.parts)


def fill(template: str | Promise, **values: Part | Parts) -> Parts:
    """The template's own words and the values in the order in which this language puts them."""
    filled: list[Part] = []
    for number, piece in enumerate(_GAP.split(str(template))):
        if number % 2:
            value = values[piece]
            filled += [value] if isinstance(value, Part) else value
        elif piece:
            filled.append(Part(text=piece))
    return tuple(filled)


def joined(items: Sequence[Part | Parts], *, style: Literal["standard", "or"] = "standard") -> Parts:
    """A list in the reader's language, "a, b and c" or "a, b or c", every item still a part of its own."""
    marks = [f"\x02{number}\x03" for number in range(len(items))]
    pieces = _MARK.split(format_list(marks, style=style, locale=locale_of()))
    found: list[Part] = []
    for number, piece in enumerate(pieces):
        if number % 2:
            item = items[int(piece)]
            found += [item] if isinstance(item, Part) else item
        elif piece:
            found.append(Part(text=piece))
    return tuple(found)


def paragraph(sentences: Iterable[Parts]) -> Parts:
    """Sentences one after the other, the first letter of each a capital."""
    found: list[Part] = []
    for sentence in sentences:
        if not sentence:
            continue
        if found:
            found.append(Part(text=" "))
        found += _capital(sentence)
    return tuple(found)


def text_of(parts: Parts) -> str:
    return "".join(part.text for part in parts)


def redlined(new: Parts, old: Parts) -> Parts:
    """``new`` with ``was`` on whatever reads differently in ``old``. Sentences of another shape change as a whole."""
    if not old:
        return tuple(replace(part, was="") for part in new)
    if not new:
        return (Part(text="", dimension=_dimension(old), was=text_of(old)),)
    ours, theirs = _runs(new), _runs(old)
    if [run[0] for run in ours] == [run[0] for run in theirs]:
        return tuple(part for one, other in zip(ours, theirs, strict=True) for part in _redlined_run(one, other))
    return (Part(text=text_of(new), dimension=_dimension(new), was=text_of(old)),)


Run = tuple[Dimension | None, Parts]


def _runs(parts: Parts) -> list[Run]:
    """Parts in runs of one dimension each; the commas of a list belong to the list."""
    owners = [part.dimension for part in parts]
    for number in range(1, len(parts) - 1):
        if owners[number] is None and owners[number - 1] is owners[number + 1] and parts[number + 1].code:
            owners[number] = owners[number - 1]
    found = groupby(zip(owners, parts, strict=True), key=lambda pair: pair[0])
    return [(owner, tuple(part for _, part in pairs)) for owner, pairs in found]


def _redlined_run(one: Run, other: Run) -> Parts:
    dimension, parts = one
    before = text_of(other[1])
    if text_of(parts) == before:
        return parts
    if len(parts) == 1:
        return (replace(parts[0], was=before),)
    return (Part(text=text_of(parts), dimension=dimension, was=before),)


def _dimension(parts: Parts) -> Dimension | None:
    return next((part.dimension for part in parts if part.dimension is not None), None)


def _capital(sentence: Parts) -> Parts:
    first, *rest = sentence
    if first.title or not first.text[:1].islower():
        return sentence
    return (replace(first, text=first.text[0].upper() + first.text[1:]), *rest)
