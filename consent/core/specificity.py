"""Scores how specific a description is against what contracts and statutes call "reasonably specific".

Eight questions, 100 points. A text earns points for distinct meaningful words, names and figures; filler, repetition
and words that could mean anything earn none. Open-ended phrases are caught by name (``wildcards``) and spoil any score.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from consent.core import wildcards
from consent.core.terms import Caps, Terms
from consent.core.vocabulary import Dimension, Level, Use

THRESHOLD: Mapping[Level, int] = MappingProxyType(
    {Level.PREPARE: 50, Level.FINISH: 60, Level.EXTEND: 75, Level.STAND_IN: 90, Level.TRAIN: 90}
)
"""The least score with which a request of each level may be sent (product.md section 3)."""

OF: Mapping[str, int] = MappingProxyType(
    {"WHO": 8, "WHAT": 26, "HOW_MUCH": 26, "WHERE": 10, "HOW_LONG": 10, "TECHNIQUE": 10, "TOOL": 5, "VENDOR": 5}
)
"""The questions in order. From EXTEND on no score reaches the threshold without both WHAT and HOW_MUCH."""

# Where no part is played there is no character to name.
_NO_CHARACTER = frozenset(
    {Use.PREVISUALISATION, Use.LOOK_TEST, Use.CROWD_FILL, Use.TRAIN_OWN_MODEL, Use.TRAIN_GENERAL_MODEL}
)


@dataclass(frozen=True, slots=True)
class Part:
    """One question of the description; ``said`` only where it has all its points."""

    code: str
    points: int
    of: int
    said: bool


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An open-ended phrase: the dotted path of the field and the words as written."""

    path: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Specificity:
    """``missing`` names the questions not answered in full; what people read as "this request does not say ..."."""

    score: int
    threshold: int
    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    wildcards: tuple[Wildcard, ...]

    @property
    def met(self) -> bool:
        """Reasonably specific: enough points, something said on WHAT, and nothing left open-ended."""
        what = next(part for part in self.parts if part.code == "WHAT")
        return self.score >= self.threshold and what.points > 0 and not self.wildcards


@lru_cache(maxsize=2048)
def score(terms: Terms) -> Specificity:
    """0 to 100 points against the threshold of the terms' level."""
    points = {
        "WHO": _who(terms),
        "WHAT": _by_words(terms.description.depiction, OF["WHAT"], full=8, half=4),
        "HOW_MUCH": _how_much(terms),
        "WHERE": (5 if terms.territories else 0) + (5 if terms.channels else 0),
        "HOW_LONG": OF["HOW_LONG"] if terms.dates else 0,
        "TECHNIQUE": _by_words(terms.description.technique, OF["TECHNIQUE"], full=3, half=1),
        "TOOL": OF["TOOL"] if any(map(_names_something, terms.description.tools)) else 0,
        "VENDOR": OF["VENDOR"] if any(map(_names_something, terms.description.vendors)) else 0,
    }
    parts = tuple(Part(code, points[code], of, points[code] == of) for code, of in OF.items())
    found = tuple(Wildcard(path, phrase) for path, text in _texts(terms) for phrase in wildcards.find(path, text))
    missing = tuple(part.code for part in parts if not part.said)
    return Specificity(sum(points.values()), THRESHOLD[terms.level], parts, missing, found)


def sendable(terms: Terms) -> tuple[str, ...]:
    """Codes of everything that keeps the terms from being sent; empty when they may go.

    ``MISSING_<DIMENSION>`` for what is not said, ``MISSING_IN_LIEU`` from EXTEND on, ``DESCRIPTION_SHORT``,
    ``WILDCARD``, ``TRAINING_BUNDLED`` (training and generation are always separate answers),
    ``TRAINING_CONTRADICTED`` (a training use beside "no training").
    """
    specificity = score(terms)
    trains = any(use.level is Level.TRAIN for use in terms.uses)
    stops = [f"MISSING_{dimension}" for dimension in terms.gaps()]
    if terms.level.rank >= Level.EXTEND.rank and terms.in_lieu.answer is None:
        stops.append("MISSING_IN_LIEU")
    if not specificity.met and not specificity.wildcards:
        stops.append("DESCRIPTION_SHORT")
    if specificity.wildcards:
        stops.append("WILDCARD")
    if trains and any(use.level is not Level.TRAIN for use in terms.uses):
        stops.append("TRAINING_BUNDLED")
    if trains and terms.training.trains is False:
        stops.append("TRAINING_CONTRADICTED")
    return tuple(stops)


SENDABLE_CODES: tuple[str, ...] = (
    *(f"MISSING_{dimension}" for dimension in Dimension),
    "MISSING_IN_LIEU",
    "DESCRIPTION_SHORT",
    "WILDCARD",
    "TRAINING_BUNDLED",
    "TRAINING_CONTRADICTED",
)


def _who(terms: Terms) -> int:
    modalities = 4 if terms.modalities else 0
    if set(terms.uses) <= _NO_CHARACTER:
        return 2 * modalities
    return modalities + (4 if _names_something(terms.description.character) else 0)


def _how_much(terms: Terms) -> int:
    """A counted estimate, named scenes or a cap; a cap on versions alone says only half."""
    of = OF["HOW_MUCH"]
    if terms.caps.lines or terms.caps.seconds or terms.caps.generations:
        return of
    text = f"{terms.description.scenes} {terms.description.extent}"
    words = meaningful(text)
    counted = bool(_FIGURE.search(text)) or not words.isdisjoint(_COUNTS)
    if counted and len(words - _COUNTS) >= 1:
        return of
    if len(words - _COUNTS) >= 4:
        return of
    return of // 2 if len(words) >= 2 or terms.caps != Caps() else 0


def _by_words(text: str, of: int, *, full: int, half: int) -> int:
    words = len(meaningful(text))
    return of if words >= full else of // 2 if words >= half else 0


def _names_something(text: str) -> bool:
    return bool(meaningful(text)) or bool(_MODEL_NUMBER.search(text) and not _ONLY_FIGURES.fullmatch(text))


def meaningful(text: str) -> frozenset[str]:
    """Distinct words that carry meaning: no filler, no function words, no single repeated letter, nothing vague.

    Scripts without spaces count one word for every two characters.
    """
    words = set()
    for word in _WORD.findall(text.casefold()):
        if len(set(word)) > 1 and word not in _EMPTY and not _KEYBOARD.fullmatch(word):
            words.add(word)
    for run in _UNSPACED.findall(text):
        words.update(run[place : place + 2] for place in range(0, len(run) - 1, 2))
    return frozenset(words)


def _texts(terms: Terms) -> Iterator[tuple[str, str]]:
    """Every text that people wrote, with its path."""
    description = terms.description
    for name in ("depiction", "character", "scenes", "extent", "script_revision", "technique"):
        yield f"description.{name}", getattr(description, name)
    for name in ("tools", "vendors", "source_media"):
        for number, word in enumerate(getattr(description, name)):
            yield f"description.{name}.{number}", word
    yield "in_lieu.basis", terms.in_lieu.basis
    yield "exclusivity.category", terms.exclusivity.category
    yield "business_reason", terms.business_reason
    yield "reach_reason", terms.reach_reason
    for number, fee in enumerate(terms.fees):
        yield f"fees.{number}.share_of", fee.share_of


_UNSPACED_RANGE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
_UNSPACED = re.compile(f"[{_UNSPACED_RANGE}]+")
_WORD = re.compile(rf"(?:(?![{_UNSPACED_RANGE}])[^\W\d_]){{2,}}")
_FIGURE = re.compile(r"\d")
_MODEL_NUMBER = re.compile(r"\w*\d\w*")
_ONLY_FIGURES = re.compile(r"[\W\d_]*")
_KEYBOARD = re.compile(r"(?:asdf|qwert|qwer|zxcv|hjkl|lorem|ipsum|dolor|blah|bla|foo|bar|baz)+\w{0,4}")

_COUNT_WORDS = """
    one two three four five six seven eight nine ten eleven twelve dozen twenty thirty forty fifty hundred twice
    single half
    uno una dos tres cuatro cinco seis siete ocho nueve diez once doce docena veinte treinta cien media
    un une deux trois quatre cinq sept huit neuf dix onze douze douzaine vingt trente cent demi demie
"""
_COUNTS = frozenset(_COUNT_WORDS.split())

_FILLER = """
    tbd tba tbc na nil none null unknown various misc miscellaneous other others etc todo test example placeholder xxx
    pending later varios varias otro otra pendiente divers diverses autre autres quelconque
"""
_VAGUE = """
    ai ia artificial intelligence inteligencia software digital technology technologies tech tool tools vfx generative
    machine learning computer computers standard industry process processing system platform thing things stuff content
    work use used using needed required necessary appropriate applicable relevant general any all every some such
    whatever anything everything tecnología tecnologia herramienta herramientas programa logiciel outil outils
    technologie numérique numerique vendor vendors partner partners supplier suppliers company
"""
_FUNCTION_WORDS = """
    the and for with from into onto over under that this these those they them their his her its our your you we he she
    it is are was were be been being has have had will would shall should may might can could not but or of to in on at
    by as an if so than then when where which who whom what how out up down off only also very more most per
    el la los las unos unas de del en con por para que se su sus es son al lo como
    le les des du et dans avec par pour qui sur est sont au aux ce cette ces son sa ses
"""
_EMPTY = frozenset(f"{_FILLER} {_VAGUE} {_FUNCTION_WORDS}".split())
