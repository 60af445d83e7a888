"""Reads plain JSON data into values and collects every problem instead of stopping at the first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)

TEXT_LIMIT = 4_000
WORD_LIMIT = 200
LIST_LIMIT = 400
NUMBER_LIMIT = 10**12
YEARS = range(1900, 2301)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def writable(text: str) -> bool:
    """False for characters that neither canonical JSON nor the database can hold, or that nobody can see: lone
    surrogates, NUL and the other control characters (tabs and line ends are fine)."""
    return text.isprintable() or not any(
        unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\r\n" for char in text
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the dotted path of the field, a code (sentences live in templates) and the offending value."""

    path: str
    code: str
    value: str = ""


@dataclass(slots=True)
class Reader:
    """Takes fields out of one JSON object; ``problems`` is shared by nested readers."""

    data: Mapping[str, Any]
    problems: list[Problem]
    prefix: str = ""
    seen: set[str] = field(default_factory=set)

    def fail(self, name: str, code: str, value: object = "") -> None:
        shown, path = str(value)[:80], (self.prefix + name)[:200]
        self.problems.append(Problem(path if writable(path) else self.prefix, code, shown if writable(shown) else ""))

    def failed(self, name: str) -> bool:
        """True where this field has a problem already: one mistake is told once."""
        return any(problem.path == self.prefix + name for problem in self.problems)

    def _take(self, name: str) -> Any:
        self.seen.add(name)
        return self.data.get(name)

    def text(self, name: str) -> str:
        value = self._take(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fail(name, "NOT_TEXT", value)
            return ""
        value = value.strip()
        if len(value) > TEXT_LIMIT:
            self.fail(name, "TOO_LONG")
            return ""
        if not writable(value):
            self.fail(name, "NOT_TEXT")
            return ""
        return value

    def flag(self, name: str) -> bool:
        return self.maybe_flag(name) is True

    def maybe_flag(self, name: str) -> bool | None:
        value = self._take(name)
        if value is None or isinstance(value, bool):
            return value
        self.fail(name, "NOT_YES_OR_NO", value)
        return None

    def number(self, name: str, *, least: int = 0, most: int = NUMBER_LIMIT) -> int | None:
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(name, "NOT_A_WHOLE_NUMBER", value)
            return None
        if not least <= value <= most:
            self.fail(name, "OUT_OF_RANGE", value)
            return None
        return value

    def day(self, name: str) -> date | None:
        value = self._take(name)
        if value is None or value == "":
            return None
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            self.fail(name, "NOT_A_DATE", value)
        elif day.year not in YEARS:
            self.fail(name, "OUT_OF_RANGE", value)
            return None
        return day

    def code(self, name: str, kind: type[E]) -> E | None:
        value = self._take(name)
        if value is None or value == "":
            return None
        try:
            return kind(value)
        except ValueError:
            self.fail(name, "UNKNOWN_CODE", value)
            return None

    def codes(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """Codes without repeats, in the vocabulary's own order."""
        found = set()
        for value in self._list(name):
            try:
                found.add(kind(value))
            except ValueError:
                self.fail(name, "UNKNOWN_CODE", value)
        return tuple(code for code in kind if code in found)

    def stances(self, name: str, keys: Iterable[E], values: type[StrEnum]) -> dict[E, Any]:
        """A mapping of code to code; unknown keys and values are problems, absent keys are left out."""
        raw = self._take(name)
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            self.fail(name, "NOT_AN_OBJECT", raw)
            return {}
        known = {key.value: key for key in keys}
        answer = {}
        for key, value in raw.items():
            try:
                answer[known[key]] = values(value)
            except (KeyError, ValueError):
                self.fail(f"{name}.{key}", "UNKNOWN_CODE", value)
        return {key: answer[key] for key in known.values() if key in answer}

    def words(self, name: str) -> tuple[str, ...]:
        """Free words or references: trimmed, without blanks and repeats, order kept."""
        kept: dict[str, None] = {}
        for value in self._list(name):
            if not isinstance(value, str) or not writable(value):
                self.fail(name, "NOT_TEXT", value)
            elif len(value) > WORD_LIMIT:
                self.fail(name, "TOO_LONG", value)
            elif value.strip():
                kept[value.strip()] = None
        return tuple(kept)

    def _list(self, name: str) -> list[Any]:
        value = self._take(name)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self.fail(name, "NOT_A_LIST", value)
            return []
        if len(value) > LIST_LIMIT:
            self.fail(name, "TOO_MANY")
            return []
        return list(value)

    def part(self, name: str) -> Reader:
        """A nested object; an absent one reads as empty."""
        value = self._take(name)
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            self.fail(name, "NOT_AN_OBJECT", value)
            value = {}
        return Reader(value, self.problems, f"{self.prefix}{name}.")

    def parts(self, name: str) -> list[Reader]:
        readers = []
        for number, value in enumerate(self._list(name)):
            if isinstance(value, Mapping):
                readers.append(Reader(value, self.problems, f"{self.prefix}{name}.{number}."))
            else:
                self.fail(f"{name}.{number}", "NOT_AN_OBJECT", value)
        return readers

    def no_more(self) -> None:
        """Anything not asked for is a problem: a term nobody reads must not be signed."""
        for name in self.data:
            if name not in self.seen:
                self.fail(str(name), "UNKNOWN_FIELD")
