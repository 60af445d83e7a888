"""Countries, regions and languages: known codes, a short way to show a set, bits for compiled preferences.

The tables are vendored from Unicode CLDR (``data/territories.json`` names the version and the licence).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias


class UnknownPlace(ValueError):
    """Neither a country nor a region; ``args[0]`` is the code."""


class UnknownLanguage(ValueError):
    """Not a well-formed BCP 47 tag; ``args[0]`` is what was given."""


class RegionKind(StrEnum):
    """Regions of the UN M49 standard, and blocs that contracts speak of."""

    WORLD = "WORLD"
    M49 = "M49"
    BLOC = "BLOC"


@dataclass(frozen=True, slots=True)
class Region:
    """Every country of the region with this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Countries:
    """These countries, one by one."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EverywhereExcept:
    """The whole world but for these."""

    groups: tuple[Region | Countries, ...]


Group: TypeAlias = Region | Countries | EverywhereExcept

_DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "territories.json").read_text(encoding="utf-8"))

WORLD = "001"
COUNTRIES: tuple[str, ...] = tuple(_DATA["countries"])
"""ISO 3166-1 alpha-2 (and XK) in fixed, append-only order: the place of a country is its bit in a stored mask."""

CONTAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {code: tuple(region["contains"]) for code, region in _DATA["regions"].items()}
)
"""What each region directly contains, regions and countries mixed: for pickers that nest."""

KIND: Mapping[str, RegionKind] = MappingProxyType(
    {code: RegionKind(region["kind"]) for code, region in _DATA["regions"].items()}
)


def _countries_of(code: str) -> frozenset[str]:
    if code not in CONTAINS:
        return frozenset({code})
    return frozenset().union(*(_countries_of(part) for part in CONTAINS[code]))


REGIONS: Mapping[str, frozenset[str]] = MappingProxyType({code: _countries_of(code) for code in CONTAINS})
"""Every country of each region, in the order in which people read the regions."""

_BIT: Mapping[str, int] = MappingProxyType({country: 1 << number for number, country in enumerate(COUNTRIES)})
_ALL = frozenset(COUNTRIES)
_ORDER: Mapping[str, int] = MappingProxyType({code: number for number, code in enumerate(REGIONS)})


def expand(codes: Iterable[str]) -> frozenset[str]:
    """The countries that regions and countries, mixed, stand for. Raises UnknownPlace for the first unknown code."""
    found: set[str] = set()
    for code in codes:
        if code in REGIONS:
            found |= REGIONS[code]
        elif code in _BIT:
            found.add(code)
        else:
            raise UnknownPlace(code)
    return frozenset(found)


def group(countries: Iterable[str]) -> tuple[Group, ...]:
    """A short way to show a set of countries: regions in reading order, then the countries left over.

    Empty for no country at all. Regions may overlap (Ireland lies in UKI and in EU); together they are exactly the
    set. ``EverywhereExcept`` where that is the shorter way to say it. Raises UnknownPlace.
    """
    return _group(expand(countries))


def mask(countries: Iterable[str]) -> int:
    """One bit per country in the order of COUNTRIES. Raises UnknownPlace."""
    bits = 0
    for country in countries:
        try:
            bits |= _BIT[country]
        except KeyError:
            raise UnknownPlace(country) from None
    return bits


def unmask(bits: int) -> frozenset[str]:
    """The countries of a mask. Raises ValueError for bits that stand for no country."""
    if not 0 <= bits < 1 << len(COUNTRIES):
        raise ValueError("the mask has bits that stand for no country")
    return frozenset(country for country, bit in _BIT.items() if bits & bit)


@lru_cache(maxsize=1024)
def _group(countries: frozenset[str]) -> tuple[Group, ...]:
    straight = _cover(countries)
    rest = _ALL - countries
    if not countries or not rest or len(rest) >= len(countries):
        return straight
    exceptions = _cover(rest)
    return (EverywhereExcept(exceptions),) if _length(exceptions) < _length(straight) else straight


def _length(groups: tuple[Region | Countries, ...]) -> int:
    return sum(1 if isinstance(found, Region) else len(found.codes) for found in groups)


def _cover(countries: frozenset[str]) -> tuple[Region | Countries, ...]:
    """Regions that add most come first; one is worth its name if at least half of its countries are not yet said."""
    chosen: list[str] = []
    left = set(countries)
    inside = [code for code, members in REGIONS.items() if members <= countries]
    while inside:
        best = max(inside, key=lambda code: (len(REGIONS[code] & left), -_ORDER[code]))
        inside.remove(best)
        if 2 * len(REGIONS[best] & left) >= len(REGIONS[best]):
            chosen.append(best)
            left -= REGIONS[best]
    kept = _without_repeats(chosen)
    groups: list[Region | Countries] = [Region(code) for code in sorted(kept, key=_ORDER.__getitem__)]
    if left:
        groups.append(Countries(tuple(country for country in COUNTRIES if country in left)))
    return tuple(groups)


def _without_repeats(chosen: list[str]) -> list[str]:
    """Drop a region that the others say already."""
    kept = list(chosen)
    for code in reversed(chosen):
        others = frozenset().union(*(REGIONS[other] for other in kept if other != code))
        if REGIONS[code] <= others:
            kept.remove(code)
    return kept


_TAG = re.compile(
    r"""
    (?P<language>[a-z]{2,3})(?P<extlang>(?:-[a-z]{3}){0,3})
    (?:-(?P<script>[a-z]{4}))?
    (?:-(?P<region>[a-z]{2}|[0-9]{3}))?
    (?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)
    (?P<extensions>(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*)
    (?P<private>-x(?:-[a-z0-9]{1,8})+)?
    """,
    re.VERBOSE | re.ASCII,
)


@lru_cache(maxsize=4096)
def language(tag: str) -> str:
    """The tag in BCP 47's canonical case, such as ``zh-Hant-TW``. Raises UnknownLanguage.

    Tags that name no language (private use alone, grandfathered tags, the reserved longer subtags) are refused: a
    consent needs a language that people can read.
    """
    parts = _TAG.fullmatch(tag.lower())
    if parts is None or _repeats(parts["variants"].split("-")) or _repeats(_singletons(parts["extensions"])):
        raise UnknownLanguage(tag)
    script = f"-{parts['script'].title()}" if parts["script"] else ""
    region = f"-{parts['region'].upper()}" if parts["region"] else ""
    ending = parts["variants"] + parts["extensions"] + (parts["private"] or "")
    return f"{parts['language']}{parts['extlang']}{script}{region}{ending}"


def covers(allowed: str, asked: str) -> bool:
    """Does a yes to ``allowed`` include ``asked``? ``en`` covers ``en-GB``, not the reverse. Raises UnknownLanguage."""
    broad, narrow = language(allowed), language(asked)
    return narrow == broad or narrow.startswith(f"{broad}-")


def _repeats(items: list[str]) -> bool:
    said = [item for item in items if item]
    return len(said) != len(set(said))


def _singletons(extensions: str) -> list[str]:
    return [part for part in extensions.split("-") if len(part) == 1]
