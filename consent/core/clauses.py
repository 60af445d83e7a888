"""The clauses of which terms are made: each a frozen value, and how it is read from JSON data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from consent.core import places
from consent.core.currencies import CURRENCIES
from consent.core.reading import Reader
from consent.core.vocabulary import PERIOD_UNITS, FeeBasis, FeeUnit

LONGEST_DAYS = 366 * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The reasonably specific description of intended use, in parts that can be scored.

    ``portrayed_age`` is the youngest age in years at which the likeness appears; a rule of the platform reads it.
    """

    depiction: str = ""
    character: str = ""
    scenes: str = ""
    extent: str = ""
    script_revision: str = ""
    technique: str = ""
    tools: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    source_media: tuple[str, ...] = ()
    portrayed_age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InLieu:
    """Does the use stand in for work the performer would have been hired for? ``None``: not said yet."""

    answer: bool | None = None
    estimated_days: int | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The three clocks as local dates; each means the end of that day in the performer's time zone."""

    starts_on: date
    generate_until: date
    exploit_until: date
    destroy_by: date

    @property
    def months(self) -> int:
        """Whole months, rounded up, that finished work may be shown."""
        start, end = self.starts_on, self.exploit_until
        months = (end.year - start.year) * 12 + end.month - start.month
        return max(1, months + (1 if end.day > start.day else 0))

    @property
    def retention_days(self) -> int:
        """Days that reference media and models may be kept after generation has ended."""
        return (self.destroy_by - self.generate_until).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that may be made; ``None`` is no cap."""

    lines: int | None = None
    seconds: int | None = None
    versions: int | None = None
    generations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusivity:
    """An exclusive category in some countries; an empty category is none."""

    category: str = ""
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is trained on the performer and whether derivatives of the result may be kept."""

    trains: bool | None = None
    derivatives: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """One line of money: ``amount`` in minor units per ``unit``; a share is ``share_bp`` basis points of ``share_of``."""

    basis: FeeBasis
    amount: int = 0
    currency: str = ""
    unit: FeeUnit | None = None
    estimate: int | None = None
    share_bp: int | None = None
    share_of: str = ""


def read_places(reader: Reader, name: str) -> tuple[str, ...]:
    """Countries as sorted ISO 3166-1 codes; regions are spelled out at entry."""
    try:
        return tuple(sorted(places.expand(reader.words(name))))
    except places.UnknownPlace as unknown:
        reader.fail(name, "UNKNOWN_PLACE", unknown.args[0])
        return ()


def read_languages(reader: Reader, name: str) -> tuple[str, ...]:
    tags = set()
    for word in reader.words(name):
        try:
            tags.add(places.language(word))
        except places.UnknownLanguage:
            reader.fail(name, "UNKNOWN_LANGUAGE", word)
    return tuple(sorted(tags))


def read_description(part: Reader) -> Description:
    description = Description(
        depiction=part.text("depiction"),
        character=part.text("character"),
        scenes=part.text("scenes"),
        extent=part.text("extent"),
        script_revision=part.text("script_revision"),
        technique=part.text("technique"),
        tools=part.words("tools"),
        vendors=part.words("vendors"),
        source_media=part.words("source_media"),
        portrayed_age=part.number("portrayed_age", most=150),
    )
    part.no_more()
    return description


def read_in_lieu(part: Reader) -> InLieu:
    in_lieu = InLieu(
        answer=part.maybe_flag("answer"),
        estimated_days=part.number("estimated_days", most=10_000),
        basis=part.text("basis"),
    )
    part.no_more()
    return in_lieu


def read_dates(part: Reader) -> Dates | None:
    names = ("starts_on", "generate_until", "exploit_until", "destroy_by")
    days = [part.day(name) for name in names]
    part.no_more()
    if not any(days):
        return None
    starts_on, generate_until, exploit_until, destroy_by = days
    if starts_on is None or generate_until is None or exploit_until is None or destroy_by is None:
        for name, day in zip(names, days, strict=True):
            if day is None and not part.failed(name):
                part.fail(name, "MISSING")
        return None
    if generate_until < starts_on:
        part.fail("generate_until", "BEFORE_START")
    if exploit_until < generate_until:
        part.fail("exploit_until", "BEFORE_GENERATION_ENDS")
    if destroy_by < generate_until:
        part.fail("destroy_by", "BEFORE_GENERATION_ENDS")
    if max((exploit_until - starts_on).days, (destroy_by - starts_on).days) > LONGEST_DAYS:
        part.fail("exploit_until", "INDEFINITE")
    return Dates(starts_on=starts_on, generate_until=generate_until, exploit_until=exploit_until, destroy_by=destroy_by)


def read_caps(part: Reader) -> Caps:
    caps = Caps(
        lines=part.number("lines", least=1),
        seconds=part.number("seconds", least=1),
        versions=part.number("versions", least=1),
        generations=part.number("generations", least=1),
    )
    part.no_more()
    return caps


def read_exclusivity(part: Reader) -> Exclusivity:
    exclusivity = Exclusivity(category=part.text("category"), territories=read_places(part, "territories"))
    part.no_more()
    if exclusivity.category and not exclusivity.territories:
        part.fail("territories", "MISSING")
    if exclusivity.territories and not exclusivity.category:
        part.fail("category", "MISSING")
    return exclusivity


def read_training(part: Reader) -> Training:
    training = Training(trains=part.maybe_flag("trains"), derivatives=part.flag("derivatives"))
    part.no_more()
    return training


def read_fee(part: Reader) -> FeeLine | None:
    basis = part.code("basis", FeeBasis)
    line = FeeLine(
        basis=basis or FeeBasis.FLAT,
        amount=part.number("amount") or 0,
        currency=part.text("currency"),
        unit=part.code("unit", FeeUnit),
        estimate=part.number("estimate", least=1),
        share_bp=part.number("share_bp", least=1, most=10_000),
        share_of=part.text("share_of"),
    )
    part.no_more()
    if basis is None:
        if not part.failed("basis"):
            part.fail("basis", "MISSING")
        return None
    for name, code in _fee_problems(line):
        if not part.failed(name):
            part.fail(name, code)
    return line


def _fee_problems(line: FeeLine) -> list[tuple[str, str]]:
    """A figure that the basis gives no meaning is a problem too: nobody signs a term that nobody reads."""
    basis = line.basis
    paid = basis not in (FeeBasis.NONE, FeeBasis.REVENUE_SHARE)
    counted = basis in (FeeBasis.PER_DAY, FeeBasis.PER_UNIT, FeeBasis.PER_PERIOD)
    found = []
    if paid and line.amount <= 0:
        found.append(("amount", "MISSING"))
    if paid and line.currency not in CURRENCIES:
        found.append(("currency", "UNKNOWN_CURRENCY"))
    if not paid and (line.amount or line.currency):
        found.append(("amount", "NONE_HAS_NO_AMOUNT" if basis is FeeBasis.NONE else "NOT_FOR_THIS_BASIS"))
    if basis is FeeBasis.REVENUE_SHARE:
        found += [(name, "MISSING") for name in ("share_bp", "share_of") if not getattr(line, name)]
    elif line.share_bp or line.share_of:
        found.append(("share_bp", "NOT_FOR_THIS_BASIS"))
    if line.estimate and not counted:
        found.append(("estimate", "NOT_FOR_THIS_BASIS"))
    unit = unit_problem(basis, line.unit)
    return found + ([("unit", unit)] if unit else [])


def unit_problem(basis: FeeBasis, unit: FeeUnit | None) -> str:
    """Why this unit does not go with this basis: MISSING, NOT_FOR_THIS_BASIS, or "" where it does."""
    if basis is FeeBasis.PER_PERIOD:
        return "" if unit in PERIOD_UNITS else "MISSING"
    if basis is FeeBasis.PER_UNIT:
        return "MISSING" if unit is None or unit in PERIOD_UNITS else ""
    return "NOT_FOR_THIS_BASIS" if unit else ""
