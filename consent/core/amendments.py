"""Sets new terms beside old ones: what went further, what was given back, what merely differs.

"Further" is always in the studio's favour: more countries, longer, less money, fewer duties. The findings of all
dimensions together say SAME exactly when the terms are equal, so that no change passes unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from consent.core.findings import Finding, Relation, finding
from consent.core.floors import fee_data
from consent.core.terms import Dates, FeeLine, Terms
from consent.core.vocabulary import Dimension, FeeBasis, OutputStage

_CAPS = ("lines", "seconds", "versions", "generations")
_ALSO_SAID = ("in_lieu", "condition_of_engagement", "business_reason", "reach_reason", "needed_by", "essential")


def compare_terms(new: Terms, old: Terms) -> tuple[Finding, ...]:
    """One finding per Dimension: FITS is the same, LESS stays inside the old terms, WIDER, LONGER or UNDER goes
    further, UNLIKE cannot be put in order."""
    return (
        _codes(Dimension.USE, new.uses, old.uses),
        _codes(Dimension.MODALITY, new.modalities, old.modalities),
        _description(new, old),
        _term(new.dates, old.dates),
        _codes(Dimension.TERRITORY, new.territories, old.territories),
        _codes(Dimension.CHANNEL, new.channels, old.channels),
        _codes(Dimension.LANGUAGE, new.languages, old.languages),
        _codes(Dimension.SENSITIVITY, new.sensitivities, old.sensitivities),
        _fee(new.fees, old.fees),
        _caps(new, old),
        _exclusivity(new, old),
        _training(new, old),
        _output_approval(new.output_approval, old.output_approval),
        _retention(new.dates, old.dates),
        _codes(Dimension.DUTIES, new.duties, old.duties, more_is_further=False),
    )


def _codes(
    dimension: Dimension, new: Sequence[str | StrEnum], old: Sequence[str | StrEnum], *, more_is_further: bool = True
) -> Finding:
    sides: dict[str, Any] = {
        "asked": {"codes": [str(code) for code in new]},
        "allowed": {"codes": [str(code) for code in old]},
    }
    added = [str(code) for code in new if code not in old]
    removed = [str(code) for code in old if code not in new]
    if not added and not removed:
        return finding(dimension, Relation.FITS, "SAME", **sides)
    further = bool(added if more_is_further else removed)
    return finding(
        dimension,
        Relation.WIDER if further else Relation.LESS,
        "MORE" if further else "LESS",
        **sides,
        values={"added": added, "removed": removed},
    )


def _description(new: Terms, old: Terms) -> Finding:
    fields = [
        name
        for name in new.description.__dataclass_fields__
        if getattr(new.description, name) != getattr(old.description, name)
    ]
    fields += [name for name in _ALSO_SAID if getattr(new, name) != getattr(old, name)]
    if not fields:
        return finding(Dimension.DESCRIPTION, Relation.FITS, "SAME")
    return finding(Dimension.DESCRIPTION, Relation.UNLIKE, "OTHER", values={"fields": fields})


def _days(dates: Dates | None) -> dict[str, Any]:
    if dates is None:
        return {}
    return {name: getattr(dates, name).isoformat() for name in dates.__dataclass_fields__}


def _term(new: Dates | None, old: Dates | None) -> Finding:
    """Ordered by the length shown; what is as long or shorter must also lie inside the old dates to be LESS."""
    sides: dict[str, Any] = {"asked": _days(new), "allowed": _days(old)}
    unsaid = _unsaid(Dimension.TERM, new, old, sides)
    if unsaid is not None or new is None or old is None:
        return unsaid or finding(Dimension.TERM, Relation.FITS, "SAME", **sides)
    shown = ("starts_on", "generate_until", "exploit_until")
    if all(getattr(new, name) == getattr(old, name) for name in shown):
        return finding(Dimension.TERM, Relation.FITS, "SAME", **sides)
    length, before = (dates.exploit_until - dates.starts_on for dates in (new, old))
    figures = {"months": new.months, "before": old.months, "over": new.months - old.months}
    if length > before:
        return finding(Dimension.TERM, Relation.LONGER, "MORE", **sides, values=figures)
    inside = (
        new.starts_on >= old.starts_on
        and new.generate_until <= old.generate_until
        and new.exploit_until <= old.exploit_until
    )
    if inside:
        return finding(Dimension.TERM, Relation.LESS, "LESS", **sides, values=figures)
    return finding(Dimension.TERM, Relation.UNLIKE, "MOVED", **sides)


def _retention(new: Dates | None, old: Dates | None) -> Finding:
    """Ordered by the day on which everything must be gone."""
    sides: dict[str, Any] = {"asked": _days(new), "allowed": _days(old)}
    unsaid = _unsaid(Dimension.RETENTION, new, old, sides)
    if unsaid is not None or new is None or old is None or new.destroy_by == old.destroy_by:
        return unsaid or finding(Dimension.RETENTION, Relation.FITS, "SAME", **sides)
    days = (new.destroy_by - old.destroy_by).days
    longer = days > 0
    return finding(
        Dimension.RETENTION,
        Relation.LONGER if longer else Relation.LESS,
        "MORE" if longer else "LESS",
        **sides,
        values={"days": abs(days)},
    )


def _unsaid(dimension: Dimension, new: Dates | None, old: Dates | None, sides: Mapping[str, Any]) -> Finding | None:
    if new is None and old is not None:
        return finding(dimension, Relation.MISSING, "MISSING", **sides)
    if old is None and new is not None:
        return finding(dimension, Relation.UNLIKE, "SAID", **sides)
    return None


def _fee(new: tuple[FeeLine, ...], old: tuple[FeeLine, ...]) -> Finding:
    """Line by line on the same basis, unit and currency; more money is LESS asked of the performer."""
    sides: dict[str, Any] = {"asked": {"lines": fee_data(new)}, "allowed": {"lines": fee_data(old)}}
    if Counter(new) == Counter(old):
        return finding(Dimension.FEE, Relation.FITS, "SAME", **sides)
    if not new:
        return finding(Dimension.FEE, Relation.MISSING, "MISSING", **sides)
    pay, before = _totals(new), _totals(old)
    keys = {*pay, *before}
    more = any(pay[key] > before[key] for key in keys)
    less = any(pay[key] < before[key] for key in keys)
    if more and not less:
        return finding(Dimension.FEE, Relation.LESS, "LESS", **sides)
    if less and not more:
        return finding(Dimension.FEE, Relation.UNDER, "MORE", **sides)
    return finding(Dimension.FEE, Relation.UNLIKE, "OTHER", **sides)


def _totals(fees: tuple[FeeLine, ...]) -> Counter[tuple[object, ...]]:
    totals: Counter[tuple[object, ...]] = Counter()
    for line in fees:
        if line.basis is FeeBasis.REVENUE_SHARE:
            totals[line.basis, line.share_of] += line.share_bp or 0
        elif line.basis is not FeeBasis.NONE:
            totals[line.basis, line.unit, line.currency, line.estimate] += line.amount
    return totals


def _caps(new: Terms, old: Terms) -> Finding:
    said = {name: getattr(new.caps, name) for name in _CAPS}
    before = {name: getattr(old.caps, name) for name in _CAPS}
    sides: dict[str, Any] = {"asked": said, "allowed": before}
    changed = [name for name in _CAPS if said[name] != before[name]]
    raised = [
        name for name in changed if before[name] is not None and (said[name] is None or said[name] > before[name])
    ]
    lowered = [name for name in changed if name not in raised]
    if not changed:
        return finding(Dimension.CAPS, Relation.FITS, "SAME", **sides)
    return finding(
        Dimension.CAPS,
        Relation.WIDER if raised else Relation.LESS,
        "MORE" if raised else "LESS",
        **sides,
        values={"raised": raised, "lowered": lowered},
    )


def _exclusivity(new: Terms, old: Terms) -> Finding:
    asked, before = new.exclusivity, old.exclusivity
    sides: dict[str, Any] = {
        "asked": {"category": asked.category, "codes": list(asked.territories)},
        "allowed": {"category": before.category, "codes": list(before.territories)},
    }
    if asked == before:
        return finding(Dimension.EXCLUSIVITY, Relation.FITS, "SAME", **sides)
    if asked.category and before.category and asked.category != before.category:
        values = {"category": asked.category}
        return finding(Dimension.EXCLUSIVITY, Relation.UNLIKE, "OTHER", **sides, values=values)
    added = [country for country in asked.territories if country not in before.territories]
    further = bool(added) or (bool(asked.category) and not before.category)
    return finding(
        Dimension.EXCLUSIVITY,
        Relation.WIDER if further else Relation.LESS,
        "MORE" if further else "LESS",
        **sides,
        values={"category": asked.category or before.category, "added": added},
    )


def _training(new: Terms, old: Terms) -> Finding:
    asked, before = new.training, old.training
    sides: dict[str, Any] = {
        "asked": {"trains": asked.trains, "derivatives": asked.derivatives},
        "allowed": {"trains": before.trains, "derivatives": before.derivatives},
    }
    if asked == before:
        return finding(Dimension.TRAINING, Relation.FITS, "SAME", **sides)
    further = (bool(asked.trains) and not before.trains) or (asked.derivatives and not before.derivatives)
    if further:
        return finding(Dimension.TRAINING, Relation.WIDER, "MORE", **sides)
    if asked.trains is None:
        return finding(Dimension.TRAINING, Relation.MISSING, "MISSING", **sides)
    return finding(Dimension.TRAINING, Relation.LESS, "LESS", **sides)


def _output_approval(new: OutputStage, old: OutputStage) -> Finding:
    sides: dict[str, Any] = {"asked": {"stage": new.value}, "allowed": {"stage": old.value}}
    if new is old:
        return finding(Dimension.OUTPUT_APPROVAL, Relation.FITS, "SAME", **sides)
    if new is OutputStage.NONE:
        return finding(Dimension.OUTPUT_APPROVAL, Relation.WIDER, "MORE", **sides, values={"stage": old.value})
    given = old is OutputStage.NONE
    return finding(
        Dimension.OUTPUT_APPROVAL,
        Relation.LESS if given else Relation.UNLIKE,
        "LESS" if given else "OTHER",
        **sides,
        values={"stage": new.value},
    )
