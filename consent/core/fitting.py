"""Brings terms back inside the limits that findings name: "make it 3 years", "use these places", "all to my preferences".

Only what goes further or meets a Never is touched; what is the performer's to decide stays as it was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from consent.core.findings import Finding, Standing
from consent.core.terms import Caps, Dates, Exclusivity, FeeLine, Terms, Training
from consent.core.vocabulary import Dimension, FeeBasis, FeeUnit


def last_day(start: date, months: int) -> date:
    """The last day of a term of whole months: 1 July and 12 months end on 30 June."""
    first = start.replace(day=1)
    same_month = _later(first, months)
    length = (_later(first, months + 1) - same_month).days
    return same_month + timedelta(days=min(start.day, length) - 2)


def fitted(terms: Terms, findings: Iterable[Finding]) -> Terms:
    """The terms with every gap that can be closed closed. A use marked Never cannot be: it stays, and so does its finding."""
    for found in findings:
        if found.standing in (Standing.GOES_FURTHER, Standing.NEVER) and found.dimension in _CLOSE:
            terms = _CLOSE[found.dimension](terms, found)
    return terms


def closes(terms: Terms, found: Finding) -> bool:
    """Would ``fitted`` change anything for this finding?"""
    return fitted(terms, [found]) != terms


def with_term(dates: Dates, months: int) -> Dates:
    """The same start, a term of whole months; making ends with it at the latest, and what is kept after that as before."""
    exploit_until = last_day(dates.starts_on, months)
    generate_until = min(dates.generate_until, exploit_until)
    ending = replace(dates, generate_until=generate_until, exploit_until=exploit_until)
    return with_retention(ending, dates.retention_days)


def with_retention(dates: Dates, days: int) -> Dates:
    """Media and models gone within so many days of the last new material."""
    return replace(dates, destroy_by=dates.generate_until + timedelta(days=days))


def _later(first_of_month: date, months: int) -> date:
    year, month = divmod(first_of_month.year * 12 + first_of_month.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _term(terms: Terms, found: Finding) -> Terms:
    limit = found.allowed.get("months")
    return replace(terms, dates=with_term(terms.dates, limit)) if terms.dates and limit else terms


def _retention(terms: Terms, found: Finding) -> Terms:
    limit = found.allowed.get("days")
    if terms.dates is None or limit is None:
        return terms
    return replace(terms, dates=with_retention(terms.dates, min(limit, terms.dates.retention_days)))


def _territory(terms: Terms, found: Finding) -> Terms:
    """What both want; where that is nothing, what the performer opened."""
    opened = found.allowed.get("codes", ())
    both = tuple(country for country in terms.territories if country in opened) or tuple(opened)
    if not both:
        return terms
    exclusivity = terms.exclusivity
    if exclusivity.category:
        kept = tuple(country for country in exclusivity.territories if country in both)
        exclusivity = replace(exclusivity, territories=kept) if kept else Exclusivity()
    return replace(terms, territories=both, exclusivity=exclusivity)


def _language(terms: Terms, found: Finding) -> Terms:
    extra = found.values.get("codes", ())
    kept = tuple(tag for tag in terms.languages if tag not in extra) or tuple(found.allowed.get("codes", ()))
    return replace(terms, languages=kept)


def _channel(terms: Terms, found: Finding) -> Terms:
    kept = tuple(code for code in terms.channels if code.value not in found.values.get("codes", ()))
    return replace(terms, channels=kept) if kept else terms


def _modality(terms: Terms, found: Finding) -> Terms:
    kept = tuple(code for code in terms.modalities if code.value not in found.values.get("codes", ()))
    return replace(terms, modalities=kept) if kept else terms


def _sensitivity(terms: Terms, found: Finding) -> Terms:
    named = found.values.get("codes", ())
    return replace(terms, sensitivities=tuple(code for code in terms.sensitivities if code.value not in named))


def _fee(terms: Terms, found: Finding) -> Terms:
    """One line on the floor's own basis, where the performer's figure is in the finding at all."""
    floor = found.allowed.get("floor")
    if not floor or not floor.get("amount"):
        return terms
    unit = FeeUnit(floor["unit"]) if floor["unit"] else None
    basis = FeeBasis(floor["basis"])
    same = (line for line in terms.fees if (line.basis, line.unit, line.currency) == (basis, unit, floor["currency"]))
    estimate = next((line.estimate for line in same), None)
    line = FeeLine(basis=basis, amount=floor["amount"], currency=floor["currency"], unit=unit, estimate=estimate)
    return replace(terms, fees=(line,))


def _caps(terms: Terms, found: Finding) -> Terms:
    limits = {name: limit for name, limit in found.allowed.items() if limit is not None}
    said = {name: getattr(terms.caps, name) for name in Caps.__dataclass_fields__}
    lowered = {name: min(said[name] or limit, limit) for name, limit in limits.items()}
    return replace(terms, caps=replace(terms.caps, **lowered))


def _exclusivity(terms: Terms, found: Finding) -> Terms:
    return replace(terms, exclusivity=Exclusivity()) if terms.exclusive else terms


def _training(terms: Terms, found: Finding) -> Terms:
    return replace(terms, training=Training(trains=False))


_CLOSE: Mapping[Dimension, Callable[[Terms, Finding], Terms]] = MappingProxyType(
    {
        Dimension.TERM: _term,
        Dimension.RETENTION: _retention,
        Dimension.TERRITORY: _territory,
        Dimension.LANGUAGE: _language,
        Dimension.CHANNEL: _channel,
        Dimension.MODALITY: _modality,
        Dimension.SENSITIVITY: _sensitivity,
        Dimension.FEE: _fee,
        Dimension.CAPS: _caps,
        Dimension.EXCLUSIVITY: _exclusivity,
        Dimension.TRAINING: _training,
    }
)
"""What has no entry cannot be closed by changing the terms: the use itself, its description, duties, what is seen before."""
