"""Sets what is asked beside what is allowed: one finding per dimension, in the order in which people read them.

The same findings drive the studio's pre-flight, the performer's review page, the redline of a counter-offer, the
"what changed" mail and the scope check of usage reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from consent.core import floors, places, specificity
from consent.core.amendments import compare_terms
from consent.core.findings import SENTENCES, Finding, Relation, Standing, finding
from consent.core.preferences import NO_FLOOR, Conditions, Preferences
from consent.core.terms import Caps, Terms, needs_languages
from consent.core.vocabulary import (
    FIRST_SENSITIVITY,
    USES_AT,
    Dimension,
    Level,
    OutputStage,
    Stance,
    Use,
    strictest,
)

__all__ = [
    "SENTENCES",
    "Finding",
    "Relation",
    "Standing",
    "compare",
    "compare_all",
    "compare_each",
    "compare_terms",
    "strictest_findings",
]

_CAPS = ("lines", "seconds", "versions", "generations")
_TRAINING_USES = USES_AT[Level.TRAIN]


def compare(
    asked: Terms, allowed: Conditions, *, use: Use | None = None, stance: Stance | None = None
) -> tuple[Finding, ...]:
    """One finding per Dimension, in fixed order. ``allowed`` must have every field set (``Preferences.effective``).

    Without a stance the use is to be asked about, and so is training unless ``use`` is itself a training use.
    """
    stance = stance or Stance.ASK
    training = stance if use in _TRAINING_USES else Stance.ASK
    return _compare(asked, allowed, use, stance, training)


def compare_each(asked: Terms, preferences: Preferences, uses: Iterable[Use] = ()) -> dict[Use, tuple[Finding, ...]]:
    """The findings of every use asked for (or of ``uses``), in the vocabulary's order."""
    chosen = set(uses) or set(asked.uses)
    training = _training_stance(chosen, preferences)
    return {
        use: _compare(asked, preferences.effective(use), use, preferences.stance(use), training)
        for use in Use
        if use in chosen
    }


def compare_all(asked: Terms, preferences: Preferences) -> tuple[Finding, ...]:
    """The strictest finding per dimension over all uses asked for, naming the use whose limit it is."""
    return strictest_findings(compare_each(asked, preferences).values())


def strictest_findings(each: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Per dimension the strictest of several findings; where equally strict, the greater excess, then the earlier use."""
    return tuple(max(column, key=_severity) for column in zip(*each, strict=True))


def _severity(found: Finding) -> tuple[int, int]:
    return found.standing.rank, excess(found)


def excess(found: Finding) -> int:
    """How far a finding goes past the limit, in whatever its dimension counts; comparable within one dimension only."""
    values = found.values
    over = values.get("over", 0)
    if isinstance(over, Mapping):
        over = sum(over.values()) + len(values.get("open", ()))
    return int(over or values.get("extra") or values.get("short") or len(values.get("codes", ())))


def _compare(
    asked: Terms, allowed: Conditions, use: Use | None, stance: Stance, training: Stance
) -> tuple[Finding, ...]:
    return (
        _use(asked, use, stance),
        _stances(Dimension.MODALITY, asked.modalities, allowed.modalities or {}, use),
        _description(asked, use),
        _term(asked, allowed, use),
        _territory(asked, allowed, use),
        _stances(Dimension.CHANNEL, asked.channels, allowed.channels or {}, use),
        _language(asked, allowed, use),
        _sensitivity(asked, allowed, use),
        _fee(asked, allowed, use),
        _caps(asked, allowed, use),
        _exclusivity(asked, allowed, use),
        _training(asked, training, use),
        _output_approval(asked, use),
        _retention(asked, allowed, use),
        _duties(asked, use),
    )


_RELATION_OF = {Stance.ALLOW: Relation.FITS, Stance.ASK: Relation.ASK, Stance.NEVER: Relation.NEVER}


def _use(asked: Terms, use: Use | None, stance: Stance) -> Finding:
    relation = _RELATION_OF[stance]
    uses = [use.value] if use else [each.value for each in asked.uses]
    return finding(
        Dimension.USE, relation, relation.value, use=use, asked={"codes": uses}, allowed={"stance": stance.value}
    )


def _stances(dimension: Dimension, asked: Sequence[StrEnum], allowed: Mapping[Any, Stance], use: Use | None) -> Finding:
    """Codes answered one by one: the strictest answer counts, and the codes that have it are named."""
    if not asked:
        return finding(dimension, Relation.MISSING, "MISSING", use=use)
    answers = {code: allowed.get(code, Stance.ASK) for code in asked}
    stance = strictest(*answers.values())
    relation = _RELATION_OF[stance]
    named = [code.value for code, answer in answers.items() if answer is stance]
    values: dict[str, Any] = {"count": len(asked)}
    if stance is not Stance.ALLOW:
        values = {"codes": named, "count": len(named)}
    return finding(
        dimension,
        relation,
        relation.value,
        use=use,
        asked={"codes": [code.value for code in asked]},
        allowed={"stances": {code.value: answer.value for code, answer in answers.items()}},
        values=values,
    )


def _sensitivity(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    if not asked.sensitivities:
        return finding(Dimension.SENSITIVITY, Relation.FITS, "NONE", use=use, asked={"codes": []})
    return _stances(
        Dimension.SENSITIVITY, asked.sensitivities, {**FIRST_SENSITIVITY, **(allowed.sensitivities or {})}, use
    )


def _description(asked: Terms, use: Use | None) -> Finding:
    found = specificity.score(asked)
    figures = {"score": found.score, "threshold": found.threshold}
    sides: dict[str, Any] = {"asked": {"score": found.score}, "allowed": {"threshold": found.threshold}}
    if found.wildcards:
        phrases = [wildcard.phrase for wildcard in found.wildcards]
        return finding(
            Dimension.DESCRIPTION, Relation.MISSING, "OPEN_ENDED", use=use, **sides, values={"phrases": phrases}
        )
    if not found.met:
        values = {**figures, "missing": list(found.missing)}
        return finding(Dimension.DESCRIPTION, Relation.MISSING, "SHORT", use=use, **sides, values=values)
    return finding(Dimension.DESCRIPTION, Relation.FITS, "FITS", use=use, **sides, values=figures)


def _measured(dimension: Dimension, unit: str, amount: int | None, limit: int | None, use: Use | None) -> Finding:
    if amount is None:
        return finding(dimension, Relation.MISSING, "MISSING", use=use, allowed={unit: limit})
    longer = limit is not None and amount > limit
    values = {unit: amount, "limit": limit}
    if limit is not None and longer:
        values["over"] = amount - limit
    return finding(
        dimension,
        Relation.LONGER if longer else Relation.FITS,
        "LONGER" if longer else "FITS",
        use=use,
        asked={unit: amount},
        allowed={unit: limit},
        values=values,
    )


def _term(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    months = asked.dates.months if asked.dates else None
    return _measured(Dimension.TERM, "months", months, allowed.longest_months, use)


def _retention(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    days = asked.dates.retention_days if asked.dates else None
    return _measured(Dimension.RETENTION, "days", days, allowed.retention_days, use)


def _territory(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    if not asked.territories:
        return finding(Dimension.TERRITORY, Relation.MISSING, "MISSING", use=use)
    opened = allowed.territories if allowed.territories is not None else frozenset(places.COUNTRIES)
    extra = [country for country in asked.territories if country not in opened]
    sides: dict[str, Any] = {"asked": {"codes": list(asked.territories)}, "allowed": {"codes": sorted(opened)}}
    count = len(asked.territories)
    if not extra:
        return finding(Dimension.TERRITORY, Relation.FITS, "FITS", use=use, **sides, values={"count": count})
    values = {"count": count, "extra": len(extra), "codes": extra}
    return finding(Dimension.TERRITORY, Relation.WIDER, "WIDER", use=use, **sides, values=values)


def _language(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    limit = allowed.languages or ()
    sides: dict[str, Any] = {"asked": {"codes": list(asked.languages)}, "allowed": {"codes": list(limit)}}
    if not asked.languages:
        if needs_languages(asked.uses) or limit:
            return finding(Dimension.LANGUAGE, Relation.MISSING, "MISSING", use=use, **sides)
        return finding(Dimension.LANGUAGE, Relation.FITS, "NONE", use=use, **sides)
    extra = [tag for tag in asked.languages if limit and not any(places.covers(broad, tag) for broad in limit)]
    if extra:
        values = {"codes": extra, "count": len(extra)}
        return finding(Dimension.LANGUAGE, Relation.WIDER, "WIDER", use=use, **sides, values=values)
    values = {"count": len(asked.languages)}
    return finding(Dimension.LANGUAGE, Relation.FITS, "FITS", use=use, **sides, values=values)


_FEE_RELATION = {
    "MISSING": Relation.MISSING,
    "UNPAID": Relation.ASK,
    "NO_FLOOR": Relation.FITS,
    "FITS": Relation.FITS,
    "NONE": Relation.UNDER,
    "UNDER": Relation.UNDER,
    "OTHER_CURRENCY": Relation.UNLIKE,
    "OTHER_BASIS": Relation.UNLIKE,
}


def _fee(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    floor = allowed.floor or NO_FLOOR
    weighed = floors.weigh(asked.fees, floor, asked.dates.months if asked.dates else None)
    figures = {"short": weighed.short, **floors.floor_data(floor)}
    return finding(
        Dimension.FEE,
        _FEE_RELATION[weighed.suffix],
        weighed.suffix,
        use=use,
        asked={"lines": floors.fee_data(asked.fees)},
        allowed={"floor": floors.floor_data(floor)} if floor.amount else {},
        values={name: figures[name] for name in SENTENCES[f"FEE_{weighed.suffix}"]},
    )


def _caps(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    limits = {name: limit for name, limit in caps_data(allowed.caps or Caps()).items() if limit is not None}
    said = caps_data(asked.caps)
    unlimited = [name for name in limits if said[name] is None]
    over = {name: number - limit for name, limit in limits.items() if (number := said[name]) and number > limit}
    sides: dict[str, Any] = {"asked": said, "allowed": limits}
    if unlimited or over:
        return finding(
            Dimension.CAPS, Relation.WIDER, "WIDER", use=use, **sides, values={"over": over, "open": unlimited}
        )
    return finding(Dimension.CAPS, Relation.FITS, "FITS", use=use, **sides)


def caps_data(caps: Caps) -> dict[str, int | None]:
    return {name: getattr(caps, name) for name in _CAPS}


def _exclusivity(asked: Terms, allowed: Conditions, use: Use | None) -> Finding:
    if not asked.exclusive:
        return finding(Dimension.EXCLUSIVITY, Relation.FITS, "NONE", use=use)
    stance = allowed.exclusivity or Stance.ASK
    relation = _RELATION_OF[stance]
    category, countries = asked.exclusivity.category, asked.exclusivity.territories
    return finding(
        Dimension.EXCLUSIVITY,
        relation,
        relation.value,
        use=use,
        asked={"category": category, "codes": list(countries)},
        allowed={"stance": stance.value},
        values={"category": category, "count": len(countries)},
    )


def _training_stance(uses: set[Use], preferences: Preferences) -> Stance:
    """The strictest answer to the training uses asked for. Training asked for without naming one is NEVER only where
    every kind of training is; otherwise it is put to the performer, and never allowed."""
    named = [preferences.stance(use) for use in _TRAINING_USES if use in uses]
    if named:
        return strictest(*named)
    return min((preferences.stance(use) for use in _TRAINING_USES), key=lambda stance: stance.strictness)


def _training(asked: Terms, stance: Stance, use: Use | None) -> Finding:
    training = asked.training
    sides: dict[str, Any] = {
        "asked": {"trains": training.trains, "derivatives": training.derivatives},
        "allowed": {"stance": stance.value},
    }
    if training.trains and stance is Stance.NEVER:
        return finding(Dimension.TRAINING, Relation.NEVER, "NEVER", use=use, **sides)
    if training.trains:
        return finding(Dimension.TRAINING, Relation.ASK, "ASK", use=use, **sides)
    if training.derivatives:
        return finding(Dimension.TRAINING, Relation.ASK, "DERIVATIVES", use=use, **sides)
    if training.trains is None:
        return finding(Dimension.TRAINING, Relation.MISSING, "MISSING", use=use, **sides)
    return finding(Dimension.TRAINING, Relation.FITS, "NONE", use=use, **sides)


def _output_approval(asked: Terms, use: Use | None) -> Finding:
    stage = asked.output_approval
    seen = stage is not OutputStage.NONE
    return finding(
        Dimension.OUTPUT_APPROVAL,
        Relation.FITS,
        "SEEN" if seen else "UNSEEN",
        use=use,
        asked={"stage": stage.value},
        values={"stage": stage.value} if seen else {},
    )


def _duties(asked: Terms, use: Use | None) -> Finding:
    codes = [duty.value for duty in asked.duties]
    if not codes:
        return finding(Dimension.DUTIES, Relation.FITS, "NONE", use=use, asked={"codes": codes})
    values = {"codes": codes, "count": len(codes)}
    return finding(Dimension.DUTIES, Relation.FITS, "SAID", use=use, asked={"codes": codes}, values=values)
