"""The words for every code: labels, one-sentence meanings, refusals and problems, all through gettext."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import gettext, ngettext

from consent.core.reading import Problem
from consent.core.specificity import Part, Specificity
from consent.core.vocabulary import Level, Use
from consent.render.times import locale_of
from consent.render.words_of_codes import LABELS, MEANINGS, THEIRS
from consent.render.words_of_files import FILES, FILES_BY_VALUE, OTHER_FILE
from consent.render.words_of_packs import RULES, THEIR_RULES
from consent.render.words_of_refusals import (
    BLOCKED_BY,
    OTHER_PROBLEM,
    OTHER_REFUSAL,
    PROBLEMS,
    REFUSALS,
    THEIR_REFUSALS,
)
from consent.render.words_of_rules import DIFFERENCES, OTHER_REASON, REASONS, SENDABLE, SEVERITY_LEAD, SPECIFICITY
from consent.render.words_of_uses import BANDS, HINT, HINTS, THEIR_USES, USES


def label(code: StrEnum) -> str:
    """The label of a code, in sentence case: ``label(Use.AGE_CHANGE)`` is "De-ageing or ageing"."""
    return label_of(type(code).__name__, code.value)


def label_of(vocabulary: str, code: str, *, you: bool = True) -> str:
    """The same for stored text: ``label_of("MediaPurpose", "SCAN")``. An unknown code is shown as itself. ``you`` False:
    as everybody but the performer reads it."""
    if not you and (theirs := _theirs(vocabulary, code)):
        return theirs
    if vocabulary == "Use" and code in _USE_CODES:
        return str(USES[Use(code)].label)
    if vocabulary == "Level" and code in _LEVEL_CODES:
        return band(Level(code))
    found = LABELS.get(vocabulary, {}).get(code)
    return str(found) if found is not None else code


def their_label(code: StrEnum) -> str:
    """The label as everybody but the performer reads it: "Their approval" instead of "Your approval"."""
    return _theirs(type(code).__name__, code.value) or label(code)


def _theirs(vocabulary: str, code: str) -> str:
    """Empty where the label speaks to nobody in particular."""
    if vocabulary == "Use":
        return next((str(said.label) for use, said in THEIR_USES.items() if use.value == code), "")
    return str(THEIRS.get(vocabulary, {}).get(code, ""))


def labels(vocabulary: str, codes: list[str] | tuple[str, ...], *, you: bool = True) -> str:
    """Several labels as a list in words: "Face, Body and Voice"."""
    return listed([label_of(vocabulary, str(code), you=you) for code in codes])


def choices(vocabulary: type[StrEnum], *, you: bool = True) -> list[tuple[str, str]]:
    """(code, label) pairs in the vocabulary's order, for form fields."""
    return [(code.value, label(code) if you else their_label(code)) for code in vocabulary]


def choices_of(vocabulary: str) -> list[tuple[str, str]]:
    """The same for vocabularies that are words only: "Craft", "Union"."""
    return [(code, str(words)) for code, words in LABELS[vocabulary].items()]


def meaning(code: StrEnum) -> str:
    """One plain sentence; empty where the label says it all."""
    if isinstance(code, Use):
        return str(USES[code].meaning)
    if isinstance(code, Level):
        return band_meaning(code)
    found = MEANINGS.get(type(code).__name__, {}).get(code.value)
    return str(found) if found is not None else ""


def noun(use: Use, *, you: bool = True) -> str:
    """The use as it stands inside a sentence: "de-ageing"."""
    return str(USES[use].noun if you or use not in THEIR_USES else THEIR_USES[use].noun)


def band(level: Level) -> str:
    """ "Finishing what you performed" """
    return str(BANDS[level][0])


def band_meaning(level: Level) -> str:
    """ "You gave the performance. They repair or adjust it." """
    return str(BANDS[level][1])


def depiction_hint(use: Use) -> tuple[str, str]:
    """(label, example) for the form field that becomes part of the sentence."""
    asked, example = HINTS.get(use, HINT)
    return str(asked), str(example)


def refusal(code: str, values: Mapping[str, Any] | None = None, *, you: bool = True) -> str:
    """What happened and what to do, for a service's Refused. Values are shown in words; an unknown code reads as a plain no.
    ``you`` False: for whoever acts for the performer."""
    said = _in_words(values or {})
    words = REFUSALS.get(code, OTHER_REFUSAL)
    if not you:
        words = THEIR_REFUSALS.get(code, words)
    if code == "BLOCKED" and said.get("rule"):
        words = BLOCKED_BY
    return str(words) % _Forgiving(said)


def problem(found: Problem) -> str:
    """What is wrong with one field and how to mend it."""
    return str(PROBLEMS.get(found.code, OTHER_PROBLEM)) % _Forgiving({"value": found.value})


def media_refusal(code: str, values: Mapping[str, Any] | None = None) -> str:
    """Why a file was not kept (``MediaItem.refused_code``)."""
    needed, words = FILES_BY_VALUE.get(code, ("", OTHER_FILE))
    if not (values or {}).get(needed):
        words = FILES.get(code, OTHER_FILE)
    return str(words) % _Forgiving(dict(values or {}))


def reason(rule: str, code: str, values: Mapping[str, Any] | None = None, *, you: bool = True) -> str:
    """The sentence of a resolver's reason: a rule pack's by its id, the resolver's own by its code, and a preference's as
    what it is about and how the two differ. ``you`` False: as everybody but the performer reads it."""
    said = (None if you else THEIR_RULES.get(rule)) or RULES.get(rule) or REASONS.get(code)
    if said is not None:
        return str(said) % _Forgiving(dict(values or {}))
    dimension = next((known for known in LABELS["Dimension"] if code.startswith(f"{known}_")), "")
    difference = DIFFERENCES.get(code.rpartition("_")[2])
    if dimension and difference is not None:
        return gettext("%(term)s: %(difference)s.") % {
            "term": label_of("Dimension", dimension),
            "difference": str(difference),
        }
    return str(OTHER_REASON)


def severity_lead(code: str) -> str:
    """ "Take care", before a rule's sentence."""
    return str(SEVERITY_LEAD.get(code, ""))


def specificity_part(part: Part | str) -> str:
    """ "which scenes, or how much" """
    code = part if isinstance(part, str) else part.code
    return str(SPECIFICITY.get(code, code))


def specificity_summary(score: Specificity) -> str:
    """What the description lacks, in one sentence."""
    if score.wildcards:
        phrases = listed([quoted(wildcard.phrase) for wildcard in score.wildcards])
        return gettext("Open-ended words: %(phrases)s.") % {"phrases": phrases}
    if not score.missing:
        return gettext("The description answers every question.")
    missing = listed([specificity_part(code) for code in score.missing])
    if score.met:
        return gettext("Specific enough. It could still say %(missing)s.") % {"missing": missing}
    return gettext("Not specific enough: %(score)d of %(threshold)d points. It does not say %(missing)s.") % {
        "score": score.score,
        "threshold": score.threshold,
        "missing": missing,
    }


def size(count: int) -> str:
    """Bytes as people read them: "1.8 GB"."""
    for unit, text in (
        (10**9, gettext("%(number)s GB")),
        (10**6, gettext("%(number)s MB")),
        (10**3, gettext("%(number)s KB")),
    ):
        if count >= unit:
            number = round(count / unit, 1) if count < 100 * unit else round(count / unit)
            return text % {"number": format_decimal(number, locale=locale_of())}
    return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}


def quoted(phrase: str) -> str:
    """What somebody typed, between the reader's own quotation marks."""
    return gettext("“%(phrase)s”") % {"phrase": phrase}


def listed(items: list[str]) -> str:
    """ "a, b and c" in the reader's language."""
    return format_list(items, style="standard", locale=locale_of())


class _Forgiving(dict[str, Any]):
    """A sentence whose value is absent still reads: the gap is left out rather than the page."""

    def __missing__(self, key: str) -> str:
        return ""


def _in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if isinstance(found.get("missing"), (list, tuple)):
        found["missing"] = listed([_missing(str(code)) for code in found["missing"]])
    if found.get("rules"):
        found["rule"] = " ".join(dict.fromkeys(reason(str(rule), "") for rule in found["rules"]))
    for name in ("left", "size", "most_bytes", "missing_bytes"):
        if isinstance(found.get(name), int):
            found[name] = size(found[name])
    if "most_bytes" in found:
        found["most"] = found["most_bytes"]
    if "missing_bytes" in found:
        found["missing"] = found["missing_bytes"]
    return found


def _missing(code: str) -> str:
    words = SENDABLE.get(code) or SENDABLE.get(f"MISSING_{code}")
    return str(words) if words is not None else code


_USE_CODES = frozenset(use.value for use in Use)
_LEVEL_CODES = frozenset(level.value for level in Level)
