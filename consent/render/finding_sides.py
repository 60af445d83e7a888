"""The two sides of a finding in words, and what of their difference a page may draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from consent.core.findings import Finding, Standing
from consent.core.terms import Caps, FeeLine
from consent.core.vocabulary import Dimension, FeeBasis, FeeUnit, OutputStage
from consent.render import money, phrases, places_words, times, words
from consent.render.preference_words import NO_LONGEST, NO_RETENTION, floor_of

VOCABULARY = {
    Dimension.USE: "Use",
    Dimension.MODALITY: "Modality",
    Dimension.CHANNEL: "Channel",
    Dimension.SENSITIVITY: "Sensitivity",
    Dimension.DUTIES: "Duty",
}
_STANCE_MARK = {"ALLOW": "", "ASK": "ask", "NEVER": "extra"}
_CHIPS = 4


def side(dimension: Dimension, side: Mapping[str, Any], *, asked: bool, you: bool) -> str:
    if dimension is Dimension.TERM:
        return _term(side, asked=asked)
    if dimension is Dimension.RETENTION:
        return _retention(side)
    if dimension is Dimension.TERRITORY:
        return places_words.places(side["codes"]) if side.get("codes") else ""
    if dimension is Dimension.FEE:
        return _fee(side)
    if dimension is Dimension.LANGUAGE:
        return _capital(places_words.languages(side["codes"])) if "codes" in side else ""
    if dimension is Dimension.CAPS:
        return caps(side)
    if dimension is Dimension.EXCLUSIVITY:
        return _exclusivity(side)
    if dimension is Dimension.TRAINING:
        return _training(side, you=you)
    if dimension is Dimension.OUTPUT_APPROVAL:
        stage = OutputStage(side["stage"]) if side.get("stage") else None
        return (words.label(stage) if you else words.their_label(stage)) if stage else ""
    if dimension is Dimension.DESCRIPTION:
        return _description(side)
    return _codes(dimension, side, you=you)


def _codes(dimension: Dimension, side: Mapping[str, Any], *, you: bool) -> str:
    vocabulary = VOCABULARY[dimension]
    if "stance" in side:
        return words.label_of("Stance", side["stance"])
    if "stances" in side:
        return _stances(vocabulary, side["stances"])
    if "codes" not in side:
        return ""
    if not side["codes"]:
        return gettext("Nothing sensitive") if dimension is Dimension.SENSITIVITY else gettext("None")
    return words.labels(vocabulary, list(side["codes"]), you=you)


def _stances(vocabulary: str, stances: Mapping[str, str]) -> str:
    """ "Allow: Cinema and Streaming; Ask me: Trailers and promotion"."""
    found = []
    for stance in ("ALLOW", "ASK", "NEVER"):
        codes = [code for code, answer in stances.items() if answer == stance]
        if codes:
            named = {"stance": words.label_of("Stance", stance), "codes": words.labels(vocabulary, codes)}
            found.append(gettext("%(stance)s: %(codes)s") % named)
    return gettext("; ").join(found)


def _term(side: Mapping[str, Any], *, asked: bool) -> str:
    if side.get("starts_on"):
        days = {
            "start": times.day(date.fromisoformat(side["starts_on"])),
            "end": times.day(date.fromisoformat(side["exploit_until"])),
        }
        return gettext("%(start)s to %(end)s") % days
    months = side.get("months")
    if months is None or (not asked and months >= NO_LONGEST):
        return ""
    return times.months(months) if asked else gettext("%(amount)s at most") % {"amount": times.months(months)}


def _retention(side: Mapping[str, Any]) -> str:
    if side.get("destroy_by"):
        return gettext("Deleted by %(day)s") % {"day": times.day(date.fromisoformat(side["destroy_by"]))}
    days = side.get("days")
    if days is None or days >= NO_RETENTION:
        return ""
    return gettext("Deleted within %(days)s") % {"days": times.days(days)}


def _fee(side: Mapping[str, Any]) -> str:
    if side.get("floor"):
        return _capital(money.floor(floor_of(side["floor"])))
    if "lines" in side:
        return _capital(money.fees(_fee_line(line) for line in side["lines"]))
    return gettext("No minimum")


def _fee_line(data: Mapping[str, Any]) -> FeeLine:
    return FeeLine(
        basis=FeeBasis(data["basis"]),
        amount=data.get("amount") or 0,
        currency=data.get("currency") or "",
        unit=FeeUnit(data["unit"]) if data.get("unit") else None,
        estimate=data.get("estimate"),
        share_bp=data.get("share_bp"),
        share_of=data.get("share_of") or "",
    )


def caps(side: Mapping[str, Any]) -> str:
    counted = phrases.caps(Caps(**{name: number for name, number in side.items() if number is not None}))
    return words.listed(counted) if counted else gettext("No limit")


def _exclusivity(side: Mapping[str, Any]) -> str:
    if "stance" in side:
        return words.label_of("Stance", side["stance"])
    if not side.get("category"):
        return gettext("None")
    named = {"category": side["category"], "places": places_words.places(side.get("codes", ()))}
    return gettext("%(category)s, %(places)s") % named


def _training(side: Mapping[str, Any], *, you: bool) -> str:
    if "stance" in side:
        return words.label_of("Stance", side["stance"])
    if side.get("trains"):
        return _model(derivatives=bool(side.get("derivatives")), you=you)
    if side.get("derivatives"):
        return gettext("No model; what is derived is kept")
    return gettext("Not said") if side.get("trains") is None else gettext("None")


def _model(*, derivatives: bool, you: bool) -> str:
    if derivatives:
        return (
            gettext("A model of you, and what is derived from it")
            if you
            else gettext("A model of them, and what is derived from it")
        )
    return gettext("A model of you") if you else gettext("A model of them")


def _description(side: Mapping[str, Any]) -> str:
    if "score" in side:
        return gettext("%(score)d of 100 points") % {"score": side["score"]}
    if "threshold" in side:
        return gettext("At least %(threshold)d points") % {"threshold": side["threshold"]}
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def figures(found: Finding) -> dict[str, Any]:
    """Only what does not fit is drawn."""
    if found.standing is Standing.FITS:
        return {}
    if found.code == "TERM_LONGER":
        return {"years": (found.values["months"] / 12, found.values["limit"] / 12)}
    if found.code == "TERRITORY_WIDER":
        return _place_bits(found)
    if found.dimension is Dimension.CHANNEL and "stances" in found.allowed:
        stances = found.allowed["stances"]
        named = [(words.label_of("Channel", code), _STANCE_MARK[answer]) for code, answer in stances.items()]
        return {"they_bits": named, "you_bits": [text for text, mark in named if not mark]}
    if found.code == "FEE_UNDER" and len(found.asked.get("lines", ())) == 1:
        floor = found.allowed["floor"]
        return {"fee": (floor["amount"] - found.values["short"], floor["amount"])}
    return {}


def _place_bits(found: Finding) -> dict[str, Any]:
    extra = set(found.values["codes"])
    within = [code for code in found.asked["codes"] if code not in extra]
    bits = [(text, "") for text in _few(places_words.chips(within))]
    if len(extra) <= _CHIPS:
        bits += [(text, "extra") for text in places_words.chips(extra)]
    else:
        more = ngettext("+ %(count)d more country", "+ %(count)d more countries", len(extra)) % {"count": len(extra)}
        bits.append((more, "extra"))
    return {"they_bits": bits, "you_bits": _few(places_words.chips(found.allowed["codes"]))}


def _few(labels: Sequence[str]) -> list[str]:
    if len(labels) <= _CHIPS + 1:
        return list(labels)
    more = len(labels) - _CHIPS
    return [*labels[:_CHIPS], ngettext("+ %(count)d more", "+ %(count)d more", more) % {"count": more}]
