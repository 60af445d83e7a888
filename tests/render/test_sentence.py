"""Terms and preferences in plain sentences: as in the pictures, in every use and language, with nothing left out or over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override
from hypothesis import given, strategies

from consent.core import places
from consent.core.changes import diff
from consent.core.policy import published_view
from consent.core.preferences import Conditions, Floor, Preferences, UsePreference
from consent.core.terms import Caps, Terms
from consent.core.vocabulary import (
    Channel,
    Dimension,
    FeeBasis,
    FeeUnit,
    OutputStage,
    Sensitivity,
    Stance,
    Use,
)
from consent.render import full_terms, phrases, sentence
from consent.render.parts import Part, fill, joined, redlined
from consent.render.preference_words import conditions, narrowed, preference, what_changed
from tests import make

LANGUAGES = [code for code, _name in settings.LANGUAGES]
LEFT_OVER = re.compile(r"[{}]|%\(|  | ,| \.|,,|\.\.|\(\)")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with override(request.param):
        yield request.param


def terms(description: dict[str, Any] | None = None, **changes: Any) -> Terms:
    told = {**make.AGE_CHANGE["description"], **(description or {})}
    return make.terms(**{**changes, "description": told})


SALT_ROAD = terms(
    {
        "depiction": "About 20 years younger",
        "character": "",
        "scenes": "Two flashback scenes",
        "extent": "Four and a half minutes in all",
    },
    territories=list(places.COUNTRIES),
    channels=["STREAMING", "THEATRICAL", "PROMOTIONAL"],
    dates={
        "starts_on": "2026-07-01",
        "generate_until": "2031-06-30",
        "exploit_until": "2031-06-30",
        "destroy_by": "2031-07-30",
    },
)


def statement(value: Terms = SALT_ROAD, **more: Any) -> sentence.Statement:
    said = {"studio": "Northlight Pictures", "project": "The Salt Road, series 2", **more}
    return sentence.statement(value, **said)


def test_the_paragraph_of_the_review_page() -> None:
    assert str(statement(media="your 2019 face scan and six portraits")) == (
        "Northlight Pictures want to make you look about 20 years younger in two flashback scenes, four and a half minutes "
        "in all, of The Salt Road, series 2. It uses your face. They would work from your 2019 face scan and six portraits. "
        "It would be shown worldwide, in cinemas, on streaming and in trailers and promotion, for 5 years. It begins on "
        "1 July 2026. They offer £6,500 a year. When the term ends they delete the media and every model made from it within "
        "30 days; finished work stays as it is. They will not train any model on you."
    )


def test_the_sentence_of_the_home_card_and_of_the_desk() -> None:
    assert str(sentence.short(SALT_ROAD, project="The Salt Road")) == (
        "They want to make you look about 20 years younger in two flashback scenes, shown worldwide for 5 years, "
        "for £6,500 a year."
    )
    desk = sentence.short(
        SALT_ROAD, studio="Northlight", project="x", reader="representative", performer="Imani Clarke"
    )
    assert str(desk).startswith(
        "Northlight want to make Imani Clarke look about 20 years younger in two flashback scenes"
    )


def test_words_that_a_page_marks_know_what_they_speak_of() -> None:
    found = {part.text: part for part in statement().parts if part.dimension}
    assert found["worldwide"].dimension is Dimension.TERRITORY
    assert found["5 years"].dimension is Dimension.TERM
    assert found["£6,500 a year"].dimension is Dimension.FEE
    assert (found["in trailers and promotion"].dimension, found["in trailers and promotion"].code) == (
        Dimension.CHANNEL,
        Channel.PROMOTIONAL,
    )
    assert found["They will not train any model on you."].dimension is Dimension.TRAINING
    titles = [part.text for part in statement().parts if part.title]
    assert titles == ["The Salt Road, series 2"]


def test_what_is_not_said_yet_is_a_blank_with_its_step() -> None:
    unfinished = Terms.from_data({"uses": ["AGE_CHANGE"]})
    said = statement(unfinished, reader="studio", performer="Imani Clarke")
    assert str(said) == (
        "Northlight Pictures want to make Imani Clarke look step 2 in The Salt Road, series 2. It would be shown step 3. "
        "They offer step 4. Afterwards step 5."
    )
    assert [part.step for part in said.parts if part.step] == [2, 3, 4, 5]
    assert str(sentence.short(unfinished, project="X")) == "They want to make you look step 2 in X."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sensitivities": ["VIOLENCE", "NUDITY"]}, "The content includes nudity and violence."),
        ({"caps": {"lines": 200, "versions": 1}}, "At most 200 lines and 1 version may be made."),
        (
            {"in_lieu": {"answer": True, "estimated_days": 4}},
            "It takes the place of about 4 days of work you would be hired for.",
        ),
        ({"in_lieu": {"answer": True}}, "It takes the place of work you would be hired for."),
        (
            {"exclusivity": {"category": "soft drinks", "territories": ["GB", "IE"]}},
            "While it lasts you may work for nobody else in soft drinks, in the UK and Ireland.",
        ),
        ({"training": {"trains": True}}, "They would train a model on you."),
        (
            {"training": {"trains": True, "derivatives": True}},
            "They would train a model on you, and keep what is derived from it.",
        ),
        (
            {"training": {"trains": False, "derivatives": True}},
            "They will not train any model on you, and would keep what is derived from the work.",
        ),
        ({"output_approval": "FINAL"}, "You see the finished work before it is shown."),
        ({"condition_of_engagement": True}, "They say that a no would cost you the job."),
        ({"languages": ["en", "fr"]}, "The languages are English and French."),
        ({"channels": ["INTERNAL"]}, "It stays inside the production, in the UK and Ireland, for 3 years."),
        (
            {"channels": ["AUDIO"]},
            "It would be heard in the UK and Ireland, on radio, podcasts and audiobooks, for 3 years.",
        ),
        ({"fees": [{"basis": "NONE"}]}, "They offer no fee."),
    ],
)
def test_nothing_material_is_left_out(changes: dict[str, Any], words: str) -> None:
    assert words in str(statement(make.terms(**changes)))
    assert words not in str(statement(make.terms()))


def test_several_uses_are_named_one_by_one() -> None:
    said = str(statement(make.terms(uses=["AGE_CHANGE", "COSMETIC_FIX"])))
    assert said.startswith("Northlight Pictures want to use a digital you in The Salt Road, series 2 (Episode 3, ")
    assert "for cosmetic fixes and de-ageing." in said
    assert "In their words: “Look about 20 years younger" in said


@pytest.mark.parametrize("reader", ["performer", "representative", "studio"])
@pytest.mark.parametrize("use", Use)
def test_every_use_reads_whole_in_every_language(use: Use, reader: str, language: str) -> None:
    value = make.terms(uses=[use.value], languages=["fr", "es"], sensitivities=["VIOLENCE"], output_approval="ROUGH")
    for said in (
        statement(value, reader=reader, performer="Imani Clarke"),
        sentence.short(value, project="X", reader=reader, performer="Imani Clarke"),
        statement(Terms.from_data({"uses": [use.value]}), reader=reader, performer="Imani Clarke"),
    ):
        assert not LEFT_OVER.search(str(said)), str(said)
        assert str(said).endswith(".")
    if reader != "performer" and language == "en":
        read = statement(value, reader=reader, performer="Imani Clarke", sees_fees=True)
        assert not re.search(r"\b(you|your)\b", str(read), re.IGNORECASE)


@pytest.mark.parametrize("use", Use)
def test_several_uses_are_named_for_whoever_reads(use: Use) -> None:
    value = make.terms(uses=[use.value, "LOOK_TEST" if use is not Use.LOOK_TEST else "PREVISUALISATION"])
    read = statement(value, reader="representative", performer="Imani Clarke", sees_fees=True)
    assert not re.search(r"\b(you|your)\b", str(read), re.IGNORECASE)


HIDDEN = "a sum that is not shown to you"


@pytest.mark.parametrize("fees", [[], [{"basis": "NONE"}], [{"basis": "FLAT", "amount": 650_000, "currency": "GBP"}]])
def test_a_fee_is_said_only_to_whom_it_is_shown(fees: list[dict[str, object]]) -> None:
    value = replace(make.terms(), fees=make.terms(fees=fees).fees)
    about = {"project": "X", "performer": "Imani Clarke"}
    closed = [
        statement(value, reader="representative", performer="Imani Clarke", was=make.terms()),
        sentence.short(value, reader="representative", **about),
        sentence.short(value, reader="studio", sees_fees=False, **about),
    ]
    for said in closed:
        assert [part.text for part in said.parts if part.dimension is Dimension.FEE] == [HIDDEN]
        assert all(part.was is None for part in said.parts if part.dimension is Dimension.FEE)
    for reader in ("performer", "studio"):
        assert HIDDEN not in str(sentence.short(value, reader=reader, **about))
    assert HIDDEN not in str(sentence.short(value, reader="representative", sees_fees=True, **about))


def test_full_terms_hide_the_fee_in_the_same_way() -> None:
    for terms in (make.terms(), make.terms(fees=[{"basis": "NONE"}])):
        assert ("Fee", "Not shown to you") in full_terms.lines(terms, reader="representative")
    assert ("Fee", "£6,500 a year") in full_terms.lines(make.terms(), reader="representative", sees_fees=True)
    assert ("Fee", "£6,500 a year") in full_terms.lines(make.terms(), reader="studio")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("About 20 years younger.", "make you look about 20 years younger in"),
        ("Look about 20 years younger", "make you look about 20 years younger in"),
        ("looks 70, grey and tired", "make you look 70, grey and tired in"),
        ("Younger", "make you look younger in"),
        ("We will de-age her. Slightly.", "make you look younger or older in"),
        ("Ada at twenty", "make you look younger or older in"),
    ],
)
def test_what_was_typed_is_part_of_the_clause_only_where_it_fits(typed: str, said: str) -> None:
    whole = str(statement(terms({"depiction": typed})))
    assert said in whole
    assert ("In their words: “" in whole) == ("younger or older" in said)


def test_scenes_that_are_no_phrase_stand_in_brackets() -> None:
    listed = str(statement(terms({"scenes": "Episode 3, scenes 14 and 22.", "extent": "4.5 minutes"})))
    assert " in The Salt Road, series 2 (Episode 3, scenes 14 and 22; 4.5 minutes)." in listed
    phrase = str(statement(terms({"scenes": "The opening", "extent": ""})))
    assert " in the opening of The Salt Road, series 2." in phrase
    none = str(statement(terms({"scenes": "", "extent": ""})))
    assert " in The Salt Road, series 2." in none


@given(strategies.text(max_size=300))
def test_no_typed_text_breaks_a_sentence(typed: str) -> None:
    told = phrases.depiction(Use.AGE_CHANGE, typed)
    assert "\n" not in told
    whole = fill("{studio} want {depiction}.", studio=Part(text=typed), depiction=Part(text=told))
    assert "".join(part.text for part in whole) == f"{typed} want {told}."
    assert (
        "".join(part.text for part in joined([Part(text=typed), Part(text="b"), Part(text="c")])) == f"{typed}, b and c"
    )


def test_a_counter_offer_shows_what_was_struck_and_what_is_new() -> None:
    counter = replace(
        SALT_ROAD,
        territories=tuple(sorted(places.expand(["UKI", "EU", "USCA"]))),
        channels=(Channel.THEATRICAL, Channel.STREAMING),
        fees=(replace(SALT_ROAD.fees[0], amount=850_000),),
        output_approval=OutputStage.FINAL,
    )
    marked = [(part.was, part.text) for part in statement(counter, was=SALT_ROAD).parts if part.was is not None]
    assert marked == [
        ("worldwide", "in the UK and Ireland, the EU and the US and Canada"),
        ("in cinemas, on streaming and in trailers and promotion", "in cinemas and on streaming"),
        ("£6,500 a year", "£8,500 a year"),
        ("", "You see the finished work before it is shown."),
    ]
    back = [(part.was, part.text) for part in statement(SALT_ROAD, was=counter).parts if part.was is not None]
    assert back[-1] == ("You see the finished work before it is shown.", "")
    assert [part for part in statement(SALT_ROAD, was=SALT_ROAD).parts if part.was is not None] == []
    assert str(statement(counter, was=SALT_ROAD)).rstrip() == str(statement(counter))


def test_a_sentence_of_another_shape_changes_as_a_whole() -> None:
    old, new = fill("It is {a}.", a=Part(text="x", dimension=Dimension.TERM)), fill("Gone.")
    assert redlined(new, old) == (Part(text="Gone.", was="It is x."),)


# --- Preferences -----------------------------------------------------------------------------------------------------

OWN = Conditions(
    territories=places.expand(["UKI", "EEA", "USCA"]),
    channels={Channel.THEATRICAL: Stance.ALLOW, Channel.BROADCAST: Stance.ALLOW, Channel.GAME: Stance.NEVER},
    floor=Floor(amount=800_000, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR),
    caps=Caps(lines=200),
    languages=("en",),
    sensitivities={Sensitivity.POLITICS: Stance.NEVER},
)
FIRST = Preferences.first()


def answered(use: Use, stance: Stance, overrides: Conditions = OWN) -> Preferences:
    return replace(FIRST, uses={**FIRST.uses, use: UsePreference(stance=stance, overrides=overrides)})


def test_an_allowed_use_says_its_terms_and_marks_the_readers_own() -> None:
    said = preference(answered(Use.AGE_CHANGE, Stance.ALLOW), Use.AGE_CHANGE)
    assert str(said).startswith(
        "You may be made younger or older in cinemas and on television, in the UK and Ireland, the EU and EEA and the US and "
        "Canada, for up to 3 years and from £8,000 a year. In anything else you are asked each time. Never in games. "
    )
    assert str(said).endswith("Only in English. At most 200 lines.")
    mine = {part.text for part in said.parts if part.mine}
    assert {"3 years", "from £8,000 a year", "200 lines", "in games"} <= mine


def test_asked_and_never() -> None:
    assert str(preference(FIRST, Use.AGE_CHANGE)).startswith(
        "You are asked each time. Your terms: worldwide, for up to 3 years, with no minimum."
    )
    assert (
        str(preference(FIRST, Use.TRAIN_OWN_MODEL)) == "No model of you is trained. Such requests are declined for you."
    )


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("stance", Stance)
def test_every_standing_answer_reads_in_every_language(use: Use, stance: Stance, language: str) -> None:
    held = answered(use, stance)
    for said in (
        preference(held, use),
        preference(published_view(held), use, reader="studio", performer="Imani Clarke"),
    ):
        assert not LEFT_OVER.search(str(said)), str(said)


def test_a_studio_reads_no_figure_and_cannot_tell_private_from_none() -> None:
    with_floor, without = (
        answered(Use.AGE_CHANGE, Stance.ASK),
        answered(Use.AGE_CHANGE, Stance.ASK, replace(OWN, floor=None)),
    )
    texts = {
        str(preference(published_view(held), Use.AGE_CHANGE, reader="studio", performer="Imani Clarke"))
        for held in (with_floor, without)
    }
    assert len(texts) == 1
    assert "8,000" not in texts.pop()
    hidden = replace(with_floor, publication=replace(with_floor.publication, conditions=False))
    assert "How long" not in str(preference(published_view(hidden), Use.AGE_CHANGE, reader="studio", performer="I"))


def test_short_lines_under_a_use_and_for_everything() -> None:
    assert narrowed(answered(Use.AGE_CHANGE, Stance.ALLOW), Use.AGE_CHANGE) == (
        "UK and Ireland, EU and EEA, US and Canada, from £8,000 a year, English, 200 lines at most, never: Games, "
        "allowed: Cinema and Television, never: Politics"
    )
    assert narrowed(FIRST, Use.AGE_CHANGE) == ""
    lines = dict(conditions(FIRST))
    assert lines[Dimension.TERM] == "3 years at most"
    assert lines[Dimension.RETENTION] == "Deleted within 60 days"


def test_what_changed_between_two_versions() -> None:
    after = replace(
        answered(Use.AGE_CHANGE, Stance.ALLOW),
        auto_approve=True,
        publication=replace(FIRST.publication, floors=True),
        defaults=replace(
            FIRST.defaults,
            longest_months=24,
            retention_days=30,
            exclusivity=Stance.NEVER,
            territories=frozenset(places.COUNTRIES) - {"RU"},
            channels={**(FIRST.defaults.channels or {}), Channel.GAME: Stance.NEVER},
        ),
    )
    lines = what_changed(diff(FIRST, after))
    for line in (
        "Approve for me what fits: on",
        "Your minimum shown to studios: from off to on",
        "For everything, how long: from 3 years to 2 years",
        "For everything, deleted within: from 60 days to 30 days",
        "For everything, exclusivity: from Ask me to Never",
        "For everything: Russia removed",
        "For everything, Games: from Ask me to Never",
        "De-ageing or ageing: from Ask me to Allow",
        "De-ageing or ageing, how much: from as my defaults to from £8,000 a year",
        "De-ageing or ageing, languages: from as my defaults to English",
        "De-ageing or ageing, at most: from as my defaults to 200 lines",
    ):
        assert line in lines
    assert what_changed([change.to_data() for change in diff(FIRST, after)]) == lines
    assert len(what_changed(diff(after, FIRST))) == len(diff(after, FIRST))
