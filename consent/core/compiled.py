"""Preferences compiled at write time to integer masks, so that a check reads one row and revocation has no cache.

Layout (``v`` 1), JSON numbers, texts and lists only: ``auto`` 0 or 1; ``uses`` one pair per use in the vocabulary's
order: stance (0 ALLOW, 1 ASK, 2 NEVER) and the place of its conditions in ``sets``; ``sets`` without repeats, each in
the order of ``_Set``. Masks have one bit per code in the vocabulary's order, so vocabularies only ever grow at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from consent.core import answers, places, specificity
from consent.core.findings import Relation
from consent.core.policy import Outcome
from consent.core.preferences import NO_FLOOR, Conditions, Floor, Preferences
from consent.core.terms import Caps, FeeLine, Terms, needs_languages
from consent.core.vocabulary import (
    USES_AT,
    Channel,
    Dimension,
    FeeBasis,
    FeeUnit,
    Level,
    Modality,
    Sensitivity,
    Stance,
    Use,
)

VERSION = 1
_USES = tuple(Use)
_TRAINING_USES = tuple(_USES.index(use) for use in USES_AT[Level.TRAIN])
_CAPS = ("lines", "seconds", "versions", "generations")
_NO_CAP = 1 << 62
_MONTHS = {FeeUnit.MONTH: 1, FeeUnit.YEAR: 12}
_NEVER = 2


class _Set(NamedTuple):
    """The conditions of one or more uses. ``floor`` is [fee key, amount, 1 if it is counted over the months shown]."""

    channels_ask: int
    channels_never: int
    modalities_ask: int
    modalities_never: int
    sensitivities_ask: int
    sensitivities_never: int
    territories: int
    languages: list[str]
    longest_months: int
    retention_days: int
    floor: list[Any]
    caps: list[int]
    exclusivity: int


class Masked(NamedTuple):
    """One set of terms as integers. ``fees`` holds totals by fee key; ``gaps`` what no performer's answer can cure."""

    uses: tuple[int, ...]
    channels: int
    modalities: int
    sensitivities: int
    territories: int
    languages: tuple[frozenset[str], ...]
    wants_languages: bool
    months: int
    retention_days: int
    fees: Mapping[str, int]
    caps: tuple[int, ...]
    exclusive: bool
    trains: bool
    essential: frozenset[Dimension]
    gaps: tuple[Gap, ...]
    heightened: bool


class Gap(NamedTuple):
    """Why an answer is not ALLOW: ``bits`` are the codes concerned, or how far past the limit in the limit's unit.
    ``use`` is a place in the vocabulary, -1 where it is all the same whose limit it is."""

    dimension: Dimension
    relation: Relation
    use: int
    bits: int


def compile_preferences(preferences: Preferences) -> dict[str, Any]:
    """What one versioned row stores."""
    sets: list[list[Any]] = []
    uses = []
    general = list(_pack(preferences.defaults))
    for use in Use:
        own = preferences.uses.get(use)
        packed = list(_pack(preferences.effective(use))) if own and own.overrides != Conditions() else general
        if packed not in sets:
            sets.append(packed)
        uses.append([preferences.stance(use).strictness, sets.index(packed)])
    return {"v": VERSION, "auto": int(preferences.auto_approve), "uses": uses, "sets": sets}


@lru_cache(maxsize=256)
def mask_terms(terms: Terms) -> Masked:
    """The terms as integers, computed once for any number of performers."""
    dates = terms.dates
    trains = terms.training.trains
    gaps = [Gap(dimension, Relation.MISSING, -1, 0) for dimension in terms.gaps()]
    if not specificity.score(terms).met:
        gaps.append(Gap(Dimension.DESCRIPTION, Relation.MISSING, -1, 0))
    if terms.training.derivatives and not trains:
        gaps.append(Gap(Dimension.TRAINING, Relation.ASK, -1, 0))
    if terms.fees and all(line.basis is FeeBasis.NONE for line in terms.fees):
        gaps.append(Gap(Dimension.FEE, Relation.ASK, -1, 0))
    return Masked(
        uses=tuple(_USES.index(use) for use in terms.uses),
        channels=_bits(terms.channels, Channel),
        modalities=_bits(terms.modalities, Modality),
        sensitivities=_bits(terms.sensitivities, Sensitivity),
        territories=places.mask(terms.territories),
        languages=tuple(_prefixes(tag) for tag in terms.languages),
        wants_languages=needs_languages(terms.uses),
        months=dates.months if dates else 0,
        retention_days=dates.retention_days if dates else 0,
        fees=_fee_totals(terms.fees, dates.months if dates else None),
        caps=tuple(_NO_CAP if (cap := getattr(terms.caps, name)) is None else cap for name in _CAPS),
        exclusive=terms.exclusive,
        trains=trains is True,
        essential=frozenset(terms.essential),
        gaps=tuple(gaps),
        heightened=terms.heightened,
    )


def used(masked: Masked) -> tuple[int, ...]:
    """The places of the uses that ``decide`` will look up for these terms."""
    return tuple(sorted({*masked.uses, *(_TRAINING_USES if masked.trains else ())}))


def quick(compiled: Mapping[str, Any], masked: Masked) -> Outcome:
    """DECLINE, ASK or ALLOW exactly as ``evaluate`` answers where no block, stop, strike or exclusivity clash applies."""
    return decide(compiled, masked)[0]


def decide(compiled: Mapping[str, Any], masked: Masked) -> tuple[Outcome, tuple[Gap, ...]]:
    """The outcome of ``quick`` and every gap behind it; uses that share conditions share the gaps of the first."""
    uses, sets = compiled["uses"], compiled["sets"]
    gaps = list(masked.gaps)
    declined = False
    looked_at = set()
    for use in masked.uses:
        stance, place = uses[use]
        if stance:
            if stance == _NEVER:
                declined = True
                gaps.append(Gap(Dimension.USE, Relation.NEVER, use, 0))
            else:
                gaps.append(Gap(Dimension.USE, Relation.ASK, use, 0))
        if place not in looked_at:
            looked_at.add(place)
            _weigh(sets[place], masked, use, gaps)
    if masked.trains:
        never = _training(uses, masked) == _NEVER
        gaps.append(Gap(Dimension.TRAINING, Relation.NEVER if never else Relation.ASK, -1, 0))
    if declined or (
        masked.essential and any(gap.relation is Relation.NEVER and gap.dimension in masked.essential for gap in gaps)
    ):
        return Outcome.DECLINE, tuple(gaps)
    if gaps or masked.heightened or not compiled["auto"]:
        return Outcome.ASK, tuple(gaps)
    return Outcome.ALLOW, ()


def _weigh(row: list[Any], masked: Masked, use: int, gaps: list[Gap]) -> None:
    channels_ask, channels_never, modalities_ask, modalities_never, sensitivities_ask, sensitivities_never = row[:6]
    territories, languages, months, retention, floor, caps, exclusivity = row[6:]
    _answer(Dimension.MODALITY, masked.modalities, modalities_ask, modalities_never, use, gaps)
    if masked.months > months:
        gaps.append(Gap(Dimension.TERM, Relation.LONGER, use, masked.months - months))
    if extra := masked.territories & ~territories:
        gaps.append(Gap(Dimension.TERRITORY, Relation.WIDER, use, extra))
    _answer(Dimension.CHANNEL, masked.channels, channels_ask, channels_never, use, gaps)
    if languages:
        if any(tag.isdisjoint(languages) for tag in masked.languages):
            gaps.append(Gap(Dimension.LANGUAGE, Relation.WIDER, use, 0))
        elif not masked.languages and not masked.wants_languages:
            gaps.append(Gap(Dimension.LANGUAGE, Relation.MISSING, use, 0))
    if masked.sensitivities:
        _answer(Dimension.SENSITIVITY, masked.sensitivities, sensitivities_ask, sensitivities_never, use, gaps)
    if floor:
        key, amount, periodic = floor
        short = (amount * max(masked.months, 1) if periodic else amount) - masked.fees.get(key, 0)
        if short > 0:
            gaps.append(Gap(Dimension.FEE, Relation.UNDER, use, short))
    for asked, limit in zip(masked.caps, caps, strict=True):
        if asked > limit:
            gaps.append(Gap(Dimension.CAPS, Relation.WIDER, use, asked - limit))
    if masked.exclusive and exclusivity:
        gaps.append(Gap(Dimension.EXCLUSIVITY, _RELATION[exclusivity], use, 0))
    if masked.retention_days > retention:
        gaps.append(Gap(Dimension.RETENTION, Relation.LONGER, use, masked.retention_days - retention))


_RELATION = (Relation.FITS, Relation.ASK, Relation.NEVER)


def _answer(dimension: Dimension, asked: int, ask: int, never: int, use: int, gaps: list[Gap]) -> None:
    if hit := asked & never:
        gaps.append(Gap(dimension, Relation.NEVER, use, hit))
    elif hit := asked & ask:
        gaps.append(Gap(dimension, Relation.ASK, use, hit))


def _training(uses: list[list[int]], masked: Masked) -> int:
    """As ``compare`` has it: the strictest training use asked for, or the freest where none is named."""
    named = [uses[use][0] for use in _TRAINING_USES if use in masked.uses]
    return max(named) if named else min(uses[use][0] for use in _TRAINING_USES)


def _pack(conditions: Conditions) -> _Set:
    caps = conditions.caps or Caps()
    asks = {
        name: (_stance_bits(conditions, name, kind, Stance.ASK), _stance_bits(conditions, name, kind, Stance.NEVER))
        for name, kind in (("channels", Channel), ("modalities", Modality), ("sensitivities", Sensitivity))
    }
    months, days = conditions.longest_months, conditions.retention_days
    return _Set(
        *asks["channels"],
        *asks["modalities"],
        *asks["sensitivities"],
        places.mask(places.COUNTRIES if conditions.territories is None else conditions.territories),
        sorted({places.language(tag) for tag in conditions.languages or ()}),
        _NO_CAP if months is None else months,
        _NO_CAP if days is None else days,
        _pack_floor(conditions.floor or NO_FLOOR),
        [_NO_CAP if (cap := getattr(caps, name)) is None else cap for name in _CAPS],
        (conditions.exclusivity or Stance.ASK).strictness,
    )


def _bits(codes: Iterable[StrEnum], kind: type[StrEnum]) -> int:
    found = set(codes)
    return sum(1 << place for place, code in enumerate(kind) if code in found)


def _stance_bits(conditions: Conditions, name: str, kind: type[StrEnum], wanted: Stance) -> int:
    return _bits((code for code in kind if answers.stance(conditions, name, code) is wanted), kind)


def _prefixes(tag: str) -> frozenset[str]:
    """A language and every broader tag that includes it."""
    parts = places.language(tag).split("-")
    return frozenset("-".join(parts[:end]) for end in range(1, len(parts) + 1))


def _pack_floor(floor: Floor) -> list[Any]:
    if not floor.amount:
        return []
    if floor.basis is FeeBasis.PER_PERIOD and floor.unit:
        return [_period_key(floor.currency), floor.amount * 12 // _MONTHS[floor.unit], 1]
    return [_fee_key(floor.basis, floor.unit, floor.currency), floor.amount, 0]


def _fee_key(basis: FeeBasis, unit: FeeUnit | None, currency: str) -> str:
    return f"{basis}/{unit or ''}/{currency}"


def _period_key(currency: str) -> str:
    return f"{FeeBasis.PER_PERIOD}/{currency}"


def _fee_totals(fees: tuple[FeeLine, ...], months: int | None) -> dict[str, int]:
    """Totals by fee key. Under the period key: twelfths of a minor unit over all months, as ``floors`` counts them."""
    totals: dict[str, int] = {}
    for line in fees:
        if not line.amount:
            continue
        if line.basis is FeeBasis.PER_PERIOD and line.unit:
            key, amount = _period_key(line.currency), line.amount * 12 // _MONTHS[line.unit] * (months or 1)
        else:
            key, amount = _fee_key(line.basis, line.unit, line.currency), line.amount
        totals[key] = totals.get(key, 0) + amount
        if line.basis is FeeBasis.FLAT and months is not None:
            period = _period_key(line.currency)
            totals[period] = totals.get(period, 0) + line.amount * 12
    return totals
