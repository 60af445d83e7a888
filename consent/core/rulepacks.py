"""Versioned rules as data: laws, collective agreements and the platform's own lines, read by one small interpreter.

Packs are the JSON files in ``packs``. A wrong fact, operator or code in one of them stops the program as it loads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consent.core.conditions import Test, build
from consent.core.facts import FACTS
from consent.core.vocabulary import Agreement, Dimension

PLATFORM = "platform"
_ORDER = (
    PLATFORM,
    "us-ca-lab-927",
    "us-ny-gol-5-302",
    "us-il-hb4762",
    "gdpr",
    "sagaftra-tvt-2026",
    "sagaftra-ima-2025",
    "sagaftra-comm-2025",
    "eu-ai-act-50",
    "us-nofakes-bill",
)


class Severity(StrEnum):
    BLOCK = "BLOCK"
    WARN = "WARN"
    LOG = "LOG"


@dataclass(frozen=True, slots=True)
class Rule:
    """``id`` is ``<pack>.<rule>``; ``sentence`` is plain English, translated elsewhere by ``id``; ``condition`` is data.

    ``mends_when_said``: the block rests on something not said yet, so a draft in pre-flight is not blocked by it.
    Raises BadCondition for a condition that cannot be read.
    """

    id: str
    severity: Severity
    sentence: str
    condition: Mapping[str, Any]
    dimension: Dimension | None = None
    mends_when_said: bool = False
    test: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", build(self.condition, FACTS))


@dataclass(frozen=True, slots=True)
class Pack:
    """``jurisdiction`` or ``agreement`` says whose rule it is; dates are inclusive; ``effective_until`` None is open."""

    id: str
    title: str
    edition: str
    effective_from: date
    effective_until: date | None
    source: str
    on_by_default: bool
    applies_when: Mapping[str, Any]
    rules: tuple[Rule, ...]
    jurisdiction: str = ""
    agreement: Agreement | None = None
    always_on: bool = False
    applies: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "applies", build(self.applies_when, FACTS))

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)


def read_pack(data: Mapping[str, Any]) -> Pack:
    """One pack from its JSON data. Raises BadCondition, KeyError or ValueError for a pack that cannot be read."""
    until = data["effective_until"]
    agreement = data.get("agreement")
    return Pack(
        id=data["id"],
        title=data["title"],
        edition=data["edition"],
        effective_from=date.fromisoformat(data["effective_from"]),
        effective_until=date.fromisoformat(until) if until else None,
        source=data["source"],
        on_by_default=data["on_by_default"],
        applies_when=data["applies_when"],
        rules=tuple(_read_rule(data["id"], rule) for rule in data["rules"]),
        jurisdiction=data.get("jurisdiction", ""),
        agreement=Agreement(agreement) if agreement else None,
        always_on=data.get("always_on", False),
    )


def _read_rule(pack: str, data: Mapping[str, Any]) -> Rule:
    dimension = data.get("dimension")
    return Rule(
        id=f"{pack}.{data['id']}",
        severity=Severity(data["severity"]),
        sentence=data["sentence"],
        condition=data["condition"],
        dimension=Dimension(dimension) if dimension else None,
        mends_when_said=data.get("mends_when_said", False),
    )


def _shipped() -> tuple[Pack, ...]:
    folder = Path(__file__).parent / "packs"
    return tuple(read_pack(json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))) for name in _ORDER)


_PACKS = _shipped()
RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for pack in _PACKS for rule in pack.rules})
"""Every shipped rule by id: where pages find the sentence of a stored reason."""


def all_packs() -> tuple[Pack, ...]:
    """Every pack that ships, in fixed order, platform first."""
    return _PACKS


def packs_in_force(on: date, enabled: frozenset[str] | None = None) -> tuple[Pack, ...]:
    """Packs in effect on a day. ``enabled`` None means those on by default; ``platform`` is always in force."""
    return tuple(
        pack
        for pack in _PACKS
        if pack.always_on or (pack.in_force(on) and (pack.on_by_default if enabled is None else pack.id in enabled))
    )


def versions(packs: Iterable[Pack]) -> dict[str, str]:
    """Pack id to edition: stored with every verdict."""
    return {pack.id: pack.edition for pack in packs}
