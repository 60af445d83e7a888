"""A performer's standing answers as one immutable value: a stance and conditions per use. Never itself a licence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import rfc8785

from consent.core import places
from consent.core.clauses import Caps, read_caps, read_languages, read_places, unit_problem
from consent.core.currencies import CURRENCIES
from consent.core.reading import Problem, Reader
from consent.core.vocabulary import (
    FIRST_SENSITIVITY,
    FIRST_STANCE,
    Channel,
    FeeBasis,
    FeeUnit,
    Modality,
    Sensitivity,
    Stance,
    Use,
    may_allow,
)

FIRST_LONGEST_MONTHS = 36
FIRST_RETENTION_DAYS = 60


class InvalidPreferences(ValueError):
    """The data is not a preference set. ``problems`` lists every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.code}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The least the performer would take: minor units on a basis. Private: a studio sees that there is one at most."""

    amount: int
    currency: str
    basis: FeeBasis = FeeBasis.FLAT
    unit: FeeUnit | None = None


NO_FLOOR = Floor(amount=0, currency="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds for one use. In ``Preferences.defaults`` every field is set; as overrides, ``None`` means 'as my defaults'.

    ``territories`` are ISO countries; ``languages`` empty means any; ``longest_months`` bounds the time that finished work is
    shown; ``retention_days`` bounds how long media and models are kept after generation ends; ``floor`` with amount 0 is 'none'.
    """

    territories: frozenset[str] | None = None
    channels: Mapping[Channel, Stance] | None = None
    modalities: Mapping[Modality, Stance] | None = None
    sensitivities: Mapping[Sensitivity, Stance] | None = None
    languages: tuple[str, ...] | None = None
    longest_months: int | None = None
    retention_days: int | None = None
    floor: Floor | None = None
    caps: Caps | None = None
    exclusivity: Stance | None = None

    def __post_init__(self) -> None:
        """An empty mapping says nothing, and languages have one order: equal conditions have equal bytes."""
        for name in ("channels", "modalities", "sensitivities"):
            if getattr(self, name) is not None and not getattr(self, name):
                object.__setattr__(self, name, None)
        if self.languages is not None:
            object.__setattr__(self, "languages", tuple(sorted(set(self.languages))))

    def over(self, defaults: Conditions) -> Conditions:
        """These conditions where set, the defaults elsewhere; stances are overridden one by one."""
        set_here: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, Mapping):
                value = {**(getattr(defaults, name) or {}), **value}
            if value is not None:
                set_here[name] = value
        return replace(defaults, **set_here)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePreference:
    stance: Stance
    overrides: Conditions = Conditions()
    tell_each_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What studios that can see the performer are shown. A floor's figure is shown only where ``floors`` is on."""

    line: bool = True
    conditions: bool = True
    floors: bool = False


def _first_conditions() -> Conditions:
    return Conditions(
        territories=frozenset(places.COUNTRIES),
        channels=dict.fromkeys(Channel, Stance.ASK),
        modalities=dict.fromkeys(Modality, Stance.ASK),
        sensitivities=dict(FIRST_SENSITIVITY),
        languages=(),
        longest_months=FIRST_LONGEST_MONTHS,
        retention_days=FIRST_RETENTION_DAYS,
        floor=NO_FLOOR,
        caps=Caps(),
        exclusivity=Stance.ASK,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    defaults: Conditions = field(default_factory=_first_conditions)
    uses: Mapping[Use, UsePreference] = field(
        default_factory=lambda: {use: UsePreference(stance=FIRST_STANCE[use]) for use in Use}
    )
    auto_approve: bool = False
    publication: Publication = Publication()

    @classmethod
    def first(cls) -> Preferences:
        """Where a new performer starts: nothing at ALLOW (product.md section 2, rule 4)."""
        return cls()

    def stance(self, use: Use) -> Stance:
        """A use that the performer has never seen (added later) is NEVER."""
        preference = self.uses.get(use)
        return preference.stance if preference else Stance.NEVER

    def effective(self, use: Use) -> Conditions:
        """The conditions of one use with the defaults filled in: every field is set."""
        preference = self.uses.get(use)
        return preference.overrides.over(self.defaults) if preference else self.defaults

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Preferences:
        """Read JSON data. Raises InvalidPreferences with every problem found."""
        problems: list[Problem] = []
        preferences = _read(Reader(data, problems))
        if problems:
            raise InvalidPreferences(problems)
        return preferences

    def to_data(self) -> dict[str, Any]:
        return {
            "defaults": conditions_data(self.defaults),
            "uses": {use.value: _use_data(preference) for use, preference in self.uses.items()},
            "auto_approve": self.auto_approve,
            "publication": {
                "line": self.publication.line,
                "conditions": self.publication.conditions,
                "floors": self.publication.floors,
            },
        }

    def canonical(self) -> bytes:
        """RFC 8785 bytes of the whole set."""
        return rfc8785.dumps(self.to_data())

    def digest(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


def conditions_data(conditions: Conditions) -> dict[str, Any]:
    """Plain JSON data of the fields that are set."""
    data: dict[str, Any] = {}
    if conditions.territories is not None:
        data["territories"] = sorted(conditions.territories)
    for name in ("channels", "modalities", "sensitivities"):
        mapping = getattr(conditions, name)
        if mapping is not None:
            data[name] = {key.value: stance.value for key, stance in mapping.items()}
    if conditions.languages is not None:
        data["languages"] = list(conditions.languages)
    for name in ("longest_months", "retention_days"):
        if getattr(conditions, name) is not None:
            data[name] = getattr(conditions, name)
    if conditions.floor is not None:
        data["floor"] = _floor_data(conditions.floor)
    if conditions.caps is not None:
        names = ("lines", "seconds", "versions", "generations")
        data["caps"] = {name: number for name in names if (number := getattr(conditions.caps, name)) is not None}
    if conditions.exclusivity is not None:
        data["exclusivity"] = conditions.exclusivity.value
    return data


def _floor_data(floor: Floor) -> dict[str, Any]:
    data: dict[str, Any] = {"amount": floor.amount, "currency": floor.currency, "basis": floor.basis.value}
    if floor.unit is not None:
        data["unit"] = floor.unit.value
    return data


def _use_data(preference: UsePreference) -> dict[str, Any]:
    return {
        "stance": preference.stance.value,
        "overrides": conditions_data(preference.overrides),
        "tell_each_time": preference.tell_each_time,
    }


def _read(reader: Reader) -> Preferences:
    defaults = _read_conditions(reader.part("defaults")).over(_first_conditions())
    uses_part = reader.part("uses")
    uses = {}
    for use in Use:
        if use.value not in uses_part.data:
            continue
        part = uses_part.part(use.value)
        stance = part.code("stance", Stance) or Stance.NEVER
        if stance is Stance.ALLOW and not may_allow(use):
            part.fail("stance", "ALLOW_NOT_OFFERED", use)
        uses[use] = UsePreference(
            stance=stance,
            overrides=_read_conditions(part.part("overrides")),
            tell_each_time=part.flag("tell_each_time"),
        )
        part.no_more()
    uses_part.no_more()
    auto_approve = reader.flag("auto_approve")
    publication = _read_publication(reader.part("publication"))
    reader.no_more()
    return Preferences(defaults=defaults, uses=uses, auto_approve=auto_approve, publication=publication)


def _read_publication(part: Reader) -> Publication:
    first = Publication()
    said = {name: part.maybe_flag(name) for name in ("line", "conditions", "floors")}
    part.no_more()
    return replace(first, **{name: value for name, value in said.items() if value is not None})


def _read_conditions(part: Reader) -> Conditions:
    has = part.data.__contains__
    conditions = Conditions(
        territories=frozenset(read_places(part, "territories")) if has("territories") else None,
        channels=part.stances("channels", Channel, Stance) if has("channels") else None,
        modalities=part.stances("modalities", Modality, Stance) if has("modalities") else None,
        sensitivities=part.stances("sensitivities", Sensitivity, Stance) if has("sensitivities") else None,
        languages=read_languages(part, "languages") if has("languages") else None,
        longest_months=part.number("longest_months", least=1, most=1200),
        retention_days=part.number("retention_days", least=0, most=3660),
        floor=_read_floor(part.part("floor")) if has("floor") else None,
        caps=read_caps(part.part("caps")) if has("caps") else None,
        exclusivity=part.code("exclusivity", Stance),
    )
    part.no_more()
    return conditions


def _read_floor(part: Reader) -> Floor:
    floor = Floor(
        amount=part.number("amount") or 0,
        currency=part.text("currency"),
        basis=part.code("basis", FeeBasis) or FeeBasis.FLAT,
        unit=part.code("unit", FeeUnit),
    )
    part.no_more()
    if not floor.amount:
        return NO_FLOOR
    if floor.currency not in CURRENCIES:
        part.fail("currency", "UNKNOWN_CURRENCY")
    if floor.basis in (FeeBasis.NONE, FeeBasis.REVENUE_SHARE):
        part.fail("basis", "NOT_FOR_A_FLOOR")
    unit = unit_problem(floor.basis, floor.unit)
    if unit:
        part.fail("unit", unit)
    return floor
