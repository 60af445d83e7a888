"""Small words for the inside of a sentence: what a code is called there, and what people typed, made to fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from consent.core.terms import Caps
from consent.core.vocabulary import Use

MODALITIES: Mapping[str, Promise] = MappingProxyType(
    {
        "FACE": pgettext_lazy("in a sentence", "face"),
        "BODY": pgettext_lazy("in a sentence", "body"),
        "VOICE": pgettext_lazy("in a sentence", "voice"),
        "SINGING": pgettext_lazy("in a sentence", "singing voice"),
        "MOTION": pgettext_lazy("in a sentence", "movement"),
        "NAME": pgettext_lazy("in a sentence", "name"),
        "STYLE": pgettext_lazy("in a sentence", "style"),
    }
)
CHANNELS: Mapping[str, Promise] = MappingProxyType(
    {
        "THEATRICAL": _("in cinemas"),
        "BROADCAST": _("on television"),
        "STREAMING": _("on streaming"),
        "HOME_VIDEO": _("on disc and as downloads"),
        "GAME": _("in games"),
        "INTERACTIVE": _("in interactive works"),
        "ADVERTISING": _("in advertising"),
        "SOCIAL": _("on social media"),
        "PRINT": _("in print"),
        "LIVE": _("in live shows"),
        "AUDIO": _("on radio, podcasts and audiobooks"),
        "MERCHANDISE": _("on merchandise"),
        "PROMOTIONAL": _("in trailers and promotion"),
        "INTERNAL": _("inside the production"),
    }
)
SENSITIVITIES: Mapping[str, Promise] = MappingProxyType(
    {
        "NUDITY": pgettext_lazy("in a sentence", "nudity"),
        "SEXUAL": pgettext_lazy("in a sentence", "sexual content"),
        "VIOLENCE": pgettext_lazy("in a sentence", "violence"),
        "SEXUAL_VIOLENCE": pgettext_lazy("in a sentence", "sexual violence"),
        "SELF_HARM": pgettext_lazy("in a sentence", "self-harm"),
        "SUBSTANCES": pgettext_lazy("in a sentence", "drugs and alcohol"),
        "HATE_SPEECH": pgettext_lazy("in a sentence", "hate speech"),
        "POLITICS": pgettext_lazy("in a sentence", "politics"),
        "RELIGION": pgettext_lazy("in a sentence", "religion"),
        "GAMBLING": pgettext_lazy("in a sentence", "gambling"),
        "MEDICAL_FINANCIAL_CLAIM": pgettext_lazy("in a sentence", "medical or financial claims"),
        "ENDORSEMENT": pgettext_lazy("in a sentence", "an endorsement"),
        "IDENTITY_CHANGE": pgettext_lazy("in a sentence", "a change of race, gender or disability"),
        "CRIMINAL_PORTRAYAL": pgettext_lazy("in a sentence", "a criminal portrayal"),
        "ROMANTIC_COMPANION": pgettext_lazy("in a sentence", "a romantic companion"),
        "MINORS_AUDIENCE": pgettext_lazy("in a sentence", "an audience of children"),
    }
)

LONGEST_PHRASE = 120

# First words after which typed text reads on inside a sentence, and whose capital is only that of a form field.
_STARTERS = frozenset({
    "a", "an", "the", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "twenty", "thirty", "all", "any", "both", "each", "every", "some", "several", "about", "around",
    "roughly", "nearly", "up", "at", "no", "episode", "episodes", "scene", "scenes", "chapter", "chapters",
    "younger", "older", "as", "like", "new", "short", "lines", "opening", "closing", "first", "last", "final",
    "un", "una", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "unos", "unas", "todos",
    "todas", "cada", "cerca", "alrededor", "hasta", "episodio", "episodios", "escena", "escenas", "capítulo", "capítulos",
    "une", "deux", "trois", "quatre", "cinq", "sept", "huit", "neuf", "dix", "environ", "quelques", "chaque", "toutes",
    "tous", "jusqu’à", "épisode", "épisodes", "scène", "scènes", "chapitre", "chapitres",
})  # fmt: skip
_NUMBERED = frozenset({
    "episode", "episodes", "scene", "scenes", "chapter", "chapters", "episodio", "episodios", "escena", "escenas",
    "capítulo", "capítulos", "épisode", "épisodes", "scène", "scènes", "chapitre", "chapitres",
})  # fmt: skip
_SPACES = re.compile(r"\s+")
_LOOK = re.compile(r"^(?:look(?:s|ing)?|parecer|aparentar|paraître)\s+", re.IGNORECASE)
_ENDS_INSIDE = re.compile(r"[.!?]\s")


def trimmed(text: str) -> str:
    """What was typed, on one line and without its full stop."""
    return _SPACES.sub(" ", text).strip().rstrip(".").strip()


def inside(text: str) -> str:
    """The same for the middle of a sentence: the capital of a common first word goes, that of a name stays."""
    said = trimmed(text)
    first = said.partition(" ")[0].rstrip(",")
    if first.lower() in _STARTERS and first[1:].islower():
        return said[0].lower() + said[1:]
    return said


def is_phrase(text: str) -> bool:
    """Does it read on inside a sentence? A short piece that begins like one: "two flashback scenes", "140 lines"."""
    first = text.partition(" ")[0].rstrip(",").lower()
    begins = first in _STARTERS - _NUMBERED or text[:1].isdigit()
    return bool(text) and begins and len(text) <= LONGEST_PHRASE and not _ENDS_INSIDE.search(text)


def depiction(use: Use, text: str) -> str:
    """The typed depiction as it stands in the clause of its use ("about 20 years younger"), or "" where it does not fit there."""
    said = inside(text)
    if len(said) > LONGEST_PHRASE or _ENDS_INSIDE.search(said):
        return ""
    if use is Use.AGE_CHANGE and _LOOK.match(said):
        return inside(_LOOK.sub("", said))
    return said if is_phrase(said) else ""


def caps(value: Caps) -> list[str]:
    """["200 lines", "3 versions"]; empty where nothing is capped."""
    found = []
    if value.lines is not None:
        found.append(ngettext("%(count)d line", "%(count)d lines", value.lines) % {"count": value.lines})
    if value.seconds is not None:
        found.append(ngettext("%(count)d second", "%(count)d seconds", value.seconds) % {"count": value.seconds})
    if value.versions is not None:
        found.append(ngettext("%(count)d version", "%(count)d versions", value.versions) % {"count": value.versions})
    if value.generations is not None:
        found.append(
            ngettext("%(count)d generation", "%(count)d generations", value.generations) % {"count": value.generations}
        )
    return found
