"""The immutable value that says what, for what, where, how long, for how much and what happens after.

Requests, offers, counter-offers and grants all carry one ``Terms``. It is valid by construction: codes are known,
dates are ordered, money is whole minor units. It may be unfinished (a draft): ``gaps()`` names what is still unsaid.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import rfc8785

from consent.core.clauses import (
    Caps,
    Dates,
    Description,
    Exclusivity,
    FeeLine,
    InLieu,
    Training,
    read_caps,
    read_dates,
    read_description,
    read_exclusivity,
    read_fee,
    read_in_lieu,
    read_languages,
    read_places,
    read_training,
)
from consent.core.reading import Problem, Reader
from consent.core.vocabulary import (
    HEIGHTENED_LEVELS,
    Channel,
    Dimension,
    Duty,
    FeeBasis,
    Level,
    Modality,
    OutputStage,
    Sensitivity,
    Use,
)

__all__ = [
    "Caps",
    "Dates",
    "Description",
    "Exclusivity",
    "FeeLine",
    "InLieu",
    "InvalidTerms",
    "Terms",
    "Training",
    "needs_languages",
]


class InvalidTerms(ValueError):
    """The data is not a set of terms. ``problems`` lists every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.code}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    uses: tuple[Use, ...]
    modalities: tuple[Modality, ...] = ()
    description: Description = field(default_factory=Description)
    in_lieu: InLieu = field(default_factory=InLieu)
    sensitivities: tuple[Sensitivity, ...] = ()
    channels: tuple[Channel, ...] = ()
    territories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    dates: Dates | None = None
    caps: Caps = field(default_factory=Caps)
    exclusivity: Exclusivity = field(default_factory=Exclusivity)
    training: Training = field(default_factory=Training)
    output_approval: OutputStage = OutputStage.NONE
    duties: tuple[Duty, ...] = ()
    fees: tuple[FeeLine, ...] = ()
    condition_of_engagement: bool | None = None
    business_reason: str = ""
    reach_reason: str = ""
    needed_by: date | None = None
    essential: tuple[Dimension, ...] = ()

    def __post_init__(self) -> None:
        """Codes are kept once and in the vocabulary's order, however they came: equal terms have equal digests."""
        for name, kind in _ORDERED.items():
            said: tuple[StrEnum, ...] = getattr(self, name)
            if len(said) > 1:
                found = set(said)
                object.__setattr__(self, name, tuple(code for code in kind if code in found))
        for name in ("territories", "languages"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Terms:
        """Read JSON data. Raises InvalidTerms with every problem found."""
        problems: list[Problem] = []
        terms = _read(Reader(data, problems))
        if problems or terms is None:
            raise InvalidTerms(problems)
        return terms

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data; unsaid parts are left out, so the same terms always give the same bytes."""
        return _plain_object(self)

    def canonical(self) -> bytes:
        """RFC 8785 bytes: what is stored, hashed, signed and shown."""
        return rfc8785.dumps(self.to_data())

    def digest(self) -> str:
        """SHA-256 of the canonical bytes, 64 hex characters."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def level(self) -> Level:
        """The furthest level on the axis that any use reaches."""
        return max((use.level for use in self.uses), key=lambda level: level.rank)

    @property
    def heightened(self) -> bool:
        """STAND_IN, TRAIN or sensitive content (a minor or an estate is added by the context)."""
        return self.level in HEIGHTENED_LEVELS or bool(self.sensitivities) or self.training.trains is True

    @property
    def exclusive(self) -> bool:
        return bool(self.exclusivity.category)

    def gaps(self) -> tuple[Dimension, ...]:
        """Dimensions that must be said before the terms can be sent."""
        unsaid = {
            Dimension.MODALITY: not self.modalities,
            Dimension.TERM: self.dates is None,
            Dimension.TERRITORY: not self.territories,
            Dimension.CHANNEL: not self.channels,
            Dimension.LANGUAGE: needs_languages(self.uses) and not self.languages,
            Dimension.FEE: not self.fees,
            Dimension.TRAINING: self.training.trains is None,
        }
        return tuple(dimension for dimension in Dimension if unsaid.get(dimension))


_ORDERED: Mapping[str, type[StrEnum]] = MappingProxyType(
    {
        "uses": Use,
        "modalities": Modality,
        "sensitivities": Sensitivity,
        "channels": Channel,
        "duties": Duty,
        "essential": Dimension,
    }
)


def needs_languages(uses: tuple[Use, ...]) -> bool:
    """Dubs are consented to language by language (product.md section 2)."""
    return bool({Use.DUB_LIP_SYNC, Use.DUB_OWN_VOICE} & set(uses))


def _plain_object(value: Any) -> dict[str, Any]:
    names = value.__dataclass_fields__
    plain = {name: _plain(getattr(value, name)) for name in names}
    return {name: item for name, item in plain.items() if item is not None and item != "" and item != [] and item != {}}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return _plain_object(value)
    if isinstance(value, str):
        return str(value)
    return value


def _read(reader: Reader) -> Terms | None:
    uses = reader.codes("uses", Use)
    if not uses and not reader.failed("uses"):
        reader.fail("uses", "MISSING")
    terms = Terms(
        uses=uses or tuple(Use)[:1],
        modalities=reader.codes("modalities", Modality),
        description=read_description(reader.part("description")),
        in_lieu=read_in_lieu(reader.part("in_lieu")),
        sensitivities=reader.codes("sensitivities", Sensitivity),
        channels=reader.codes("channels", Channel),
        territories=read_places(reader, "territories"),
        languages=read_languages(reader, "languages"),
        dates=read_dates(reader.part("dates")),
        caps=read_caps(reader.part("caps")),
        exclusivity=read_exclusivity(reader.part("exclusivity")),
        training=read_training(reader.part("training")),
        output_approval=reader.code("output_approval", OutputStage) or OutputStage.NONE,
        duties=reader.codes("duties", Duty),
        fees=tuple(fee for fee in map(read_fee, reader.parts("fees")) if fee is not None),
        condition_of_engagement=reader.maybe_flag("condition_of_engagement"),
        business_reason=reader.text("business_reason"),
        reach_reason=reader.text("reach_reason"),
        needed_by=reader.day("needed_by"),
        essential=reader.codes("essential", Dimension),
    )
    reader.no_more()
    if any(fee.basis is FeeBasis.NONE for fee in terms.fees) and len(terms.fees) > 1:
        reader.fail("fees", "NONE_WITH_OTHERS")
    if len({fee.currency for fee in terms.fees if fee.currency}) > 1:
        reader.fail("fees", "ONE_CURRENCY")
    return None if reader.problems else terms
