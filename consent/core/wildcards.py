"""Finds open-ended phrases in English, Spanish and French however they are spaced, cased, accented or disguised.

"Any project", "all media now known or hereafter devised", "in perpetuity", "affiliates": words that turn a
description into a blank cheque. They are reported as written, so that the studio can mend them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

# A space in a pattern matches any separator or none. Text is folded first: case, accents, look-alikes, letter spacing.
_MORE = (
    r"(?:(?:other|others|future|current|present|existing|new|subsequent|later|related|our|and|or|all|such|further"
    r"|upcoming|of) )*?"
)
_WORK = r"(?:projects?|productions?|titles?|films?|movies?|series|games?|works|programmes?|programs?|purposes?)"
_MEDIUM = r"(?:media|medium|mediums|platforms?|formats?|channels?|technolog(?:y|ies)|means|devices?)"
_NAMED_BY_SCOPE = r"(?:rights?|licen[cs]es?|terms?|basis|use|consents?|grants?|exploitation|permissions?)"

_ENGLISH = (
    rf"(?:any|any and all) {_MORE}{_WORK}(?! (?:of|in|that|which|listed|named))",
    r"any (?:and all |other |future )+uses?",
    rf"all {_MORE}(?:future|other|upcoming|subsequent|related) {_MORE}{_WORK}",
    (
        rf"(?:any|all|every) (?:and all )?(?:other |forms? of |kinds? of |types? of |future |existing )*{_MEDIUM}"
        r"(?!\s(?:listed|named|files?|assets?|items?|library|(?:in|of)\s"
        r"(?!any|all|every|the world|the universe|perpet)))"
    ),
    (
        r"(?:now )?known (?:or|and) (?:hereafter|hereinafter|later|unknown|yet to be|to be|not yet)"
        r"(?: (?:known|devised|developed|invented|created|discovered))?"
    ),
    r"(?:hereafter|hereinafter) (?:known|devised|developed|invented|created|discovered)",
    r"(?:now|today) or (?:hereafter|(?:at any time )?in the future)",
    r"(?:in )?perpetuity",
    rf"perpetual(?:ly)? (?:and )?(?:irrevocable )?(?:worldwide )?{_NAMED_BY_SCOPE}",
    r"irrevocabl[ey]",
    r"for all (?:time|eternity)",
    r"until the end of time",
    r"throughout the (?:known )?universe",
    r"without (?:any )?limit(?:s|ation)?(?: of| as to| in)?",
    r"(?:including )?(?:but )?not limited to",
    (
        r"unlimited (?:and )?(?:number of |worldwide )?"
        rf"(?:{_NAMED_BY_SCOPE}|uses|usage|generations?|versions?|lines|scenes)"
    ),
    r"(?:our |its |their )?affiliates",
    r"affiliated (?:compan(?:y|ies)|entit(?:y|ies)|partners?|parties)",
    r"(?:our |its |their |and )subsidiaries",
    r"(?:parents?|group|related|sister) compan(?:y|ies)",
    r"successors? (?:and|or|and or) (?:permitted )?assign(?:s|ees)",
    r"successors? in title",
    r"(?:and|or|its|our|their) (?:assigns|assignees|licensees|sub ?licensees)",
    r"(?:any|all) (?:other )?third part(?:y|ies)",
    r"as (?:we|the studio|the producer|the company|it) (?:see|sees|deem|deems) fit",
    r"(?:in|at) (?:our|its|the studio s|the producer s|the company s) (?:sole |absolute |full )+discretion",
    r"(?:any|all) (?:sequels?|prequels?|spin ?offs?|remakes?|derivative works?)",
    r"sequels?,? (?:and |or )?(?:prequels?|spin ?offs?|remakes?)",
    r"(?:any|all|every) (?:other )?languages?(?! (?:listed|named))",
)
_SPANISH = (
    (
        r"cualquier(?:a|er)? (?:otro |otra |tipo de |clase de |futuro |futura )*"
        r"(?:proyectos?|produccion(?:es)?|obras?|titulos?|peliculas?|medios?|soportes?|formatos?|plataformas?"
        r"|fin(?:es|alidad)?|propositos?|usos?|idiomas?|terceros?|tecnologias?)"
    ),
    r"todos los (?:proyectos|medios|soportes|formatos|idiomas|usos|fines)",
    r"todas las (?:producciones|obras|plataformas|tecnologias|finalidades)",
    (
        r"(?:ahora )?conocid[oa]s o (?:por conocer|desconocid[oa]s|futur[oa]s"
        r"|que se (?:inventen|desarrollen|conozcan|creen))"
    ),
    r"(?:a |en )?perpetuidad",
    r"(?:licencia|derechos?|cesion|uso|autorizacion|consentimiento|caracter) perpetu[oa]",
    r"irrevocables?(?:mente)?",
    r"por tiempo (?:indefinido|ilimitado)",
    r"(?:de forma |de manera )indefinida",
    r"indefinidamente",
    r"sin limit(?:es?|acion|aciones)",
    r"incluyendo pero (?:no limitado|sin limitarse)",
    r"(?:sus |nuestras |y )filiales",
    r"(?:empresas|sociedades|entidades|companias) (?:afiliadas|vinculadas|filiales|del grupo)",
    r"(?:sus |nuestros |y )?(?:afiliados|cesionarios|sublicenciatarios)",
    r"a (?:nuestra|su) (?:entera |libre )?discrecion",
    r"en todo el universo",
)
_FRENCH = (
    (
        r"(?:tout|tous|toute|toutes|n importe quel|n importe quelle|quelconques?) "
        r"(?:les |nos |ses |autres? |futurs? |types? de )*"
        r"(?:projets?|productions?|oeuvres?|titres?|films?|medias?|supports?|formats?|plateformes?|finalites?|usages?"
        r"|langues?|tiers|technologies?)(?! (?:du|de la|des|de l|cites|nommes))"
    ),
    r"quel(?:le)?s? que so(?:it|ient) (?:le |la |les |l )(?:projet|media|support|format|finalite|usage)s?",
    r"quelques? (?:projet|media|support|format|finalite|usage)s? que ce soit",
    r"(?:actuellement )?connus? (?:ou|et) (?:a venir|inconnus?|futurs?|non encore|a decouvrir|qui seront)",
    r"(?:a )?perpetuite",
    r"(?:licence|droits?|cession|usage|autorisation|consentement) perpetuel(?:le|s|les)?",
    r"(?:irrevocables?|irrevocablement)",
    r"(?:pour une )?duree (?:illimitee|indeterminee|indefinie)",
    r"indefiniment",
    r"sans (?:aucune )?limit(?:e|es|ation|ations)",
    r"y compris mais sans s y limiter",
    r"(?:ses |nos |leurs |et )(?:affilies|filiales|cessionnaires|sous licencies|ayants droit)",
    r"(?:societes|entites|entreprises) (?:affiliees|apparentees|liees|du groupe)",
    r"a (?:notre|sa|son) (?:seule |entiere |libre )*(?:discretion|gre)",
    r"dans (?:tout l |l )univers",
)
# A story may end "for ever"; a licence may not. These count only outside the words that tell the story.
_OUTSIDE_THE_STORY = (
    r"for ?ever(?: and ever)?",
    r"perpetual(?:ly)?",
    r"indefinite(?:ly)?",
    r"endless(?:ly)?",
    r"para siempre",
    r"pour toujours",
    r"a jamais",
)
_STORY = frozenset({"description.depiction", "description.character", "description.scenes"})
_BOUNDARY = re.compile(r"[.,;:!?()\[\]\n\u2013\u2014]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_DENIAL_WORDS = """
    not no never nor neither none without cannot excludes excluding except
    nunca jamás jamas ni sin excepto
    ne pas jamais aucun aucune sans sauf
"""
_DENIALS = frozenset(_DENIAL_WORDS.split())
_YET_WORDS = """
    only just merely solely simply but limited limit limits limitation restricted restrict
    sólo solo solamente sino pero limitado
    seulement uniquement mais limité limite
"""
_YET = frozenset(_YET_WORDS.split())


def _compiled(*lists: Iterable[str]) -> re.Pattern[str]:
    every = [pattern for patterns in lists for pattern in patterns]
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(p.replace(' ', ' ?') for p in every)})(?![a-z0-9])")


_ANYWHERE = _compiled(_ENGLISH, _SPANISH, _FRENCH)
_LICENCE = _compiled(_OUTSIDE_THE_STORY)
_LOOK_ALIKES = str.maketrans("аеорсухіјѕһԁпοαε0135@$", "aeopcyxijshdnoaeoiesas")
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z] ){3,}[a-z](?![a-z0-9])")


def find(path: str, text: str) -> tuple[str, ...]:
    """The open-ended phrases of one field, as written, in the order in which they stand."""
    return _find(text, path in _STORY) if text else ()


@lru_cache(maxsize=4096)
def _find(text: str, story: bool) -> tuple[str, ...]:
    spans = set(_spans(text, _ANYWHERE))
    if not story:
        spans |= set(_spans(text, _LICENCE))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if _ruled_out(text, start):
            continue
        if kept and not text[kept[-1][1] : start].strip():
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(text[start:end] for start, end in kept)


def _ruled_out(text: str, start: int) -> bool:
    """ "Not in any other project" closes what it names; "not only here but in any project" does not."""
    clause = _BOUNDARY.split(text[:start])[-1].casefold().replace("\u2019", "'")
    words = _WORD.findall(clause)[-8:]
    denied = any(word in _DENIALS or word.endswith("n't") for word in words)
    return denied and not _YET.intersection(words)


def _spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    folded, origin = _fold(text)
    for found in pattern.finditer(folded):
        start, end = found.span()
        while end > start and folded[end - 1] == " ":
            end -= 1
        yield origin[start], origin[end - 1] + 1


@lru_cache(maxsize=1024)
def _fold(text: str) -> tuple[str, tuple[int, ...]]:
    """Lower-case letters, digits and single spaces, with the place each came from."""
    letters: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text):
        category = unicodedata.category(char)
        if category == "Cf":
            continue
        for piece in (
            unicodedata.normalize("NFKD", char).casefold().translate(_LOOK_ALIKES if not char.isdigit() else {})
        ):
            if unicodedata.category(piece) == "Mn":
                continue
            if not piece.isalnum():
                if not letters or letters[-1] == " ":
                    continue
                piece = " "
            letters.append(piece)
            origin.append(place)
    return _join_spaced("".join(letters), origin)


def _join_spaced(folded: str, origin: list[int]) -> tuple[str, tuple[int, ...]]:
    """Undo letter spacing ("p e r p e t u i t y")."""
    dropped = {place for found in _SPACED.finditer(folded) for place in range(*found.span()) if folded[place] == " "}
    if not dropped:
        return folded, tuple(origin)
    kept = [place for place in range(len(folded)) if place not in dropped]
    return "".join(folded[place] for place in kept), tuple(origin[place] for place in kept)
