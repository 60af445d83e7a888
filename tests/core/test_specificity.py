"""How specific is specific enough, and which words make a blank cheque."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.core import specificity, wildcards
from consent.core.specificity import OF, SENDABLE_CODES, THRESHOLD, score, sendable
from consent.core.terms import Terms
from consent.core.vocabulary import Level, Use
from tests.core.asking import FITTING, any_terms, ask

LEVELS = {
    Level.PREPARE: "LOOK_TEST",
    Level.FINISH: "AGE_CHANGE",
    Level.EXTEND: "DIGITAL_DOUBLE",
    Level.STAND_IN: "REPLICA_PERFORMANCE",
    Level.TRAIN: "TRAIN_OWN_MODEL",
}


def points(**asked: Any) -> dict[str, int]:
    return {part.code: part.points for part in score(ask(**asked)).parts}


def described(**parts: Any) -> dict[str, int]:
    return points(description={**dict.fromkeys(FITTING["description"]), **parts})


def test_the_whole_is_a_hundred() -> None:
    assert sum(OF.values()) == 100
    assert score(ask()).score == 100
    assert score(ask()).missing == ()
    assert score(Terms(uses=(Use.AGE_CHANGE,))).score == 0
    assert score(Terms(uses=(Use.AGE_CHANGE,))).missing == tuple(OF)


@pytest.mark.parametrize("level", Level)
def test_each_level_has_its_own_threshold(level: Level) -> None:
    found = score(ask(uses=[LEVELS[level]]))
    assert found.threshold == THRESHOLD[level]
    assert found.met


@pytest.mark.parametrize("level", [Level.EXTEND, Level.STAND_IN, Level.TRAIN])
@pytest.mark.parametrize("question", ["depiction", "extent"])
def test_from_extend_on_what_and_how_much_cannot_be_left_out(level: Level, question: str) -> None:
    without = {question: None, **({"scenes": None} if question == "extent" else {})}
    assert not score(ask(uses=[LEVELS[level]], description=without)).met


@pytest.mark.parametrize("level", Level)
def test_what_is_never_left_out(level: Level) -> None:
    assert not score(ask(uses=[LEVELS[level]], description={"depiction": None})).met


@pytest.mark.parametrize(("tools", "vendors", "met"), [(True, True, True), (True, False, True), (False, False, True)])
def test_stand_in_without_tool_and_vendor_just_reaches_its_threshold(tools: bool, vendors: bool, met: bool) -> None:
    without = {**({} if tools else {"tools": None}), **({} if vendors else {"vendors": None})}
    assert score(ask(uses=["VOICE_CLONE"], description=without)).met is met


def test_stand_in_without_technique_tool_and_vendor_does_not() -> None:
    without = {"technique": None, "tools": None, "vendors": None}
    assert not score(ask(uses=["VOICE_CLONE"], description=without)).met


WORDS = [
    ("depiction", "", 0),
    ("depiction", "tbd tbd tbd tbd tbd tbd tbd tbd tbd", 0),
    ("depiction", "Mara Mara Mara Mara Mara Mara Mara Mara Mara", 0),
    ("depiction", "xxx yyy zzz aaa bbb ccc ddd eee fff", 0),
    ("depiction", "asdf asdfgh qwert lorem ipsum dolor blah", 0),
    ("depiction", "use of AI and digital technology as needed for general content", 0),
    ("depiction", "She looks years younger there", 13),
    ("depiction", FITTING["description"]["depiction"], 26),
    ("depiction", "Elle paraît vingt ans plus jeune dans deux scènes de souvenir avec son frère", 26),
    ("depiction", "Parece veinte años más joven en dos escenas del recuerdo con su hermano", 26),
    ("depiction", "彼女を約二十歳若く見せる回想シーン", 26),
    ("technique", "AI", 0),
    ("technique", "generative AI technology", 0),
    ("technique", "face replacement", 5),
    ("technique", "face replacement by hand", 10),
]


@pytest.mark.parametrize(("field", "text", "expected"), WORDS)
def test_words_need_substance(field: str, text: str, expected: int) -> None:
    code = {"depiction": "WHAT", "technique": "TECHNIQUE"}[field]
    assert described(**{field: text})[code] == expected


AMOUNTS: list[tuple[dict[str, Any], dict[str, Any], int]] = [
    ({"scenes": "Episode 1, scenes 12 and 14"}, {}, 26),
    ({"extent": "90 seconds"}, {}, 26),
    ({"extent": "dos escenas"}, {}, 26),
    ({"extent": "deux plans"}, {}, 26),
    ({"scenes": "The funeral, the ferry crossing, the trial"}, {}, 26),
    ({"scenes": "the funeral scene"}, {}, 13),
    ({"extent": "as needed"}, {}, 0),
    ({"extent": "some"}, {}, 0),
    ({"extent": "12"}, {}, 0),
    ({}, {}, 0),
    ({}, {"lines": 200}, 26),
    ({}, {"seconds": 90}, 26),
    ({}, {"generations": 50}, 26),
    ({}, {"versions": 2}, 13),
]


@pytest.mark.parametrize(("parts", "caps", "expected"), AMOUNTS)
def test_how_much_is_scenes_a_count_or_a_cap(parts: dict[str, Any], caps: dict[str, Any], expected: int) -> None:
    whole = {**dict.fromkeys(FITTING["description"]), **parts}
    assert points(description=whole, caps=caps)["HOW_MUCH"] == expected


@pytest.mark.parametrize("name", ["", "tbd", "AI", "software", "various", "42", "???"])
def test_a_tool_or_vendor_needs_a_name(name: str) -> None:
    assert described(tools=[name], vendors=[name])["TOOL"] == 0
    assert described(tools=[name], vendors=[name])["VENDOR"] == 0


@pytest.mark.parametrize("name", ["FaceForge 3", "Houdini", "In house", "v2x"])
def test_a_name_is_enough(name: str) -> None:
    assert described(tools=[name])["TOOL"] == OF["TOOL"]


def test_who_is_parts_and_character() -> None:
    assert points(modalities=None)["WHO"] == 4
    assert points(description={"character": None})["WHO"] == 4
    assert points(uses=["TRAIN_OWN_MODEL"], description={"character": None})["WHO"] == 8
    assert points(territories=None)["WHERE"] == 5
    assert points(dates=None)["HOW_LONG"] == 0


@given(any_terms)
def test_scores_stay_in_bounds(terms: Terms) -> None:
    found = score(terms)
    assert 0 <= found.score <= 100
    assert found.score == sum(part.points for part in found.parts)
    assert all(0 <= part.points <= part.of for part in found.parts)
    assert found.missing == tuple(part.code for part in found.parts if not part.said)
    assert set(sendable(terms)) <= set(SENDABLE_CODES)


# --- Sending ---------------------------------------------------------------------------------------------------------

SENDING: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ()),
    ({"modalities": None}, ("MISSING_MODALITY",)),
    ({"fees": None, "channels": None}, ("MISSING_CHANNEL", "MISSING_FEE")),
    ({"dates": None}, ("MISSING_TERM",)),
    ({"territories": None}, ("MISSING_TERRITORY",)),
    ({"training": None}, ("MISSING_TRAINING",)),
    ({"uses": ["DUB_OWN_VOICE"]}, ("MISSING_LANGUAGE",)),
    ({"uses": ["DUB_OWN_VOICE"], "languages": ["fr"]}, ()),
    ({"uses": ["DIGITAL_DOUBLE"], "in_lieu": {"answer": None}}, ("MISSING_IN_LIEU",)),
    ({"in_lieu": {"answer": None}}, ()),
    ({"description": {"depiction": "tbd"}}, ("DESCRIPTION_SHORT",)),
    ({"description": {"extent": "any project"}}, ("WILDCARD",)),
    ({"uses": ["TRAIN_OWN_MODEL", "LOOK_TEST"], "training": {"trains": True}}, ("TRAINING_BUNDLED",)),
    ({"uses": ["TRAIN_OWN_MODEL"]}, ("TRAINING_CONTRADICTED",)),
    ({"uses": ["TRAIN_OWN_MODEL"], "training": {"trains": True}}, ()),
]


@pytest.mark.parametrize(("asked", "stops"), SENDING)
def test_what_keeps_a_request_from_being_sent(asked: dict[str, Any], stops: tuple[str, ...]) -> None:
    assert sendable(ask(**asked)) == stops


# --- Open-ended words ------------------------------------------------------------------------------------------------

OPEN_ENDED = """
    any project|Any  Future Project|anyproject|any other current or future production|any and all productions
    all future projects|any purpose|any other use|any media|all media now known or hereafter devised|ANY AND ALL MEDIA
    all media of any kind|now known or later|hereafter invented|today or in the future|in perpetuity|IN-PERPETUITY
    p e r p e t u i t y|per­petuity|pеrpetuity|inperpetuity|perpetual licence|irrevocable|irrevocably|for all time
    throughout the universe|without limitation|including, but not limited to, games|unlimited use|unlimited versions
    our affiliates|Affiliates|affiliated companies|its subsidiaries|group companies|successors and assigns
    and licensees|any third party|as we see fit|at our sole discretion|any sequels|sequels, prequels and spin-offs
    any language|not only in this film but in any project|no limit: any purpose|do not worry, any project
    cualquier proyecto|cualquier otro medio|todos los medios conocidos o por conocer|a perpetuidad|a  PERPETUIDAD
    sus filiales|empresas afiliadas|por tiempo indefinido|indefinidamente|sin limitación|cesionarios|en todo el universo
    tout projet|tous médias connus ou à venir|à perpétuité|sociétés affiliées|n’importe quel projet|sans limite
    toute finalité|durée illimitée|ses ayants droit|quel que soit le support|quelque projet que ce soit|dans tout l’univers
"""
OUTSIDE_THE_STORY = "forever|for ever|perpetually|indefinitely|para siempre|pour toujours|à jamais"
HONEST = """
    two scenes of episode 3|company projects of the studio|any scene in the project where she speaks
    many projects later|a radio affiliate presenter|all scenes in episode 4|worldwide streaming
    the universe of The Salt Road|limited to two scenes|all platforms of station nine|all media files in the folder
    Unlimited Tea, a brand|the perpetual motion machine|toute la scène 4|tous les plans de la scène 4
    all films of series 2|It will not be used in any other project|We won’t use it in any other project
    jamás en cualquier otro proyecto|never passed to affiliates|replaces any work on set|She sees it before any use
    any film listed below|cualquier escena con ella
"""


def phrases(listed: str) -> list[str]:
    return [phrase.strip() for phrase in listed.replace("\n", "|").split("|") if phrase.strip()]


@pytest.mark.parametrize("phrase", phrases(OPEN_ENDED))
def test_open_ended_words_are_caught_by_name(phrase: str) -> None:
    for path in ("description.depiction", "reach_reason"):
        found = wildcards.find(path, f"It is used here, and {phrase}.")
        assert found
        assert all(each in f"It is used here, and {phrase}." for each in found)


@pytest.mark.parametrize("phrase", phrases(OUTSIDE_THE_STORY))
def test_a_story_may_end_for_ever_and_a_licence_may_not(phrase: str) -> None:
    assert wildcards.find("description.extent", f"kept {phrase}") == (phrase,)
    assert wildcards.find("description.depiction", f"He promises to love her {phrase}") == ()


@pytest.mark.parametrize("phrase", phrases(HONEST))
def test_plain_words_pass(phrase: str) -> None:
    assert wildcards.find("description.depiction", phrase) == ()


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("description.depiction", {"description": {"depiction": "used in any project"}}),
        ("description.scenes", {"description": {"scenes": "any project"}}),
        ("description.technique", {"description": {"technique": "all media"}}),
        ("description.tools.1", {"description": {"tools": ["FaceForge", "any technology"]}}),
        ("description.vendors.0", {"description": {"vendors": ["our affiliates"]}}),
        ("description.source_media.0", {"description": {"source_media": ["all media"]}}),
        ("in_lieu.basis", {"in_lieu": {"basis": "irrevocable"}}),
        ("exclusivity.category", {"exclusivity": {"category": "any purpose", "territories": ["GB"]}}),
        ("business_reason", {"business_reason": "in perpetuity"}),
        ("reach_reason", {"reach_reason": "in perpetuity"}),
        ("fees.0.share_of", {"fees": [{"basis": "REVENUE_SHARE", "share_bp": 5, "share_of": "any media"}]}),
    ],
)
def test_every_text_is_searched(path: str, change: dict[str, Any]) -> None:
    assert [found.path for found in score(ask(**change)).wildcards] == [path]
    assert not score(ask(**change)).met


def test_neighbouring_phrases_read_as_one() -> None:
    text = "For all media now known or hereafter devised, in perpetuity"
    assert wildcards.find("reach_reason", text) == ("all media now known or hereafter devised", "in perpetuity")


@given(st.text(max_size=200))
def test_any_text_can_be_searched_and_weighed(text: str) -> None:
    for phrase in wildcards.find("reach_reason", text):
        assert phrase in text
    assert isinstance(specificity.meaningful(text), frozenset)
