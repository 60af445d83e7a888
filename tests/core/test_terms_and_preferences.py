"""Terms and preferences are valid by construction, round-trip byte by byte, and refuse with reasons."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.core import places
from consent.core.currencies import CURRENCIES
from consent.core.preferences import NO_FLOOR, Conditions, InvalidPreferences, Preferences, UsePreference
from consent.core.terms import Dates, InvalidTerms, Terms
from consent.core.vocabulary import (
    FIRST_SENSITIVITY,
    USES_AT,
    Channel,
    Dimension,
    Level,
    Sensitivity,
    Stance,
    Use,
    may_allow,
)
from tests.core.asking import FITTING, IMANI, answers, any_preferences, any_terms, ask, merged


def refused(kind: type[Terms] | type[Preferences], data: Any) -> dict[str, str]:
    with pytest.raises((InvalidTerms, InvalidPreferences)) as caught:
        kind.from_data(data)
    return {problem.path: problem.code for problem in caught.value.problems}


@given(any_terms)
def test_terms_round_trip(terms: Terms) -> None:
    again = Terms.from_data(json.loads(terms.canonical()))
    assert again == terms
    assert again.canonical() == terms.canonical()
    assert again.digest() == terms.digest()
    assert len(terms.digest()) == 64


@given(any_preferences)
def test_preferences_round_trip(preferences: Preferences) -> None:
    again = Preferences.from_data(json.loads(preferences.canonical()))
    assert again == preferences
    assert again.canonical() == preferences.canonical()
    assert again.digest() == preferences.digest()


@given(any_terms, any_terms)
def test_digests_tell_terms_apart(one: Terms, other: Terms) -> None:
    assert (one == other) is (one.digest() == other.digest())


def test_canonical_bytes_are_sorted_and_tight() -> None:
    assert Terms(uses=(Use.LOOK_TEST,)).canonical() == (
        b'{"output_approval":"NONE","training":{"derivatives":false},"uses":["LOOK_TEST"]}'
    )


def test_codes_keep_one_order_however_they_came() -> None:
    one = Terms(uses=(Use.VOICE_CLONE, Use.LOOK_TEST, Use.LOOK_TEST), territories=("US", "GB", "US"))
    assert one.uses == (Use.LOOK_TEST, Use.VOICE_CLONE)
    assert one.territories == ("GB", "US")
    assert replace(one, uses=(Use.LOOK_TEST, Use.VOICE_CLONE)) == one


def test_regions_are_spelled_out_at_entry() -> None:
    assert ask(territories=["UKI"]).territories == ("GB", "IE")
    assert ask(territories=["001"]).territories == tuple(sorted(places.COUNTRIES))


FLAT = {"basis": "FLAT", "amount": 1, "currency": "GBP"}
BAD_TERMS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"uses": []}, {"uses": "MISSING"}),
    ({"uses": ["DANCE"]}, {"uses": "UNKNOWN_CODE"}),
    ({"uses": [["AGE_CHANGE"]]}, {"uses": "UNKNOWN_CODE"}),
    ({"uses": "AGE_CHANGE"}, {"uses": "NOT_A_LIST"}),
    ({"colour": "red"}, {"colour": "UNKNOWN_FIELD"}),
    ({"description": {"colour": "red"}}, {"description.colour": "UNKNOWN_FIELD"}),
    ({"description": "a film"}, {"description": "NOT_AN_OBJECT"}),
    ({"description": {"depiction": 5}}, {"description.depiction": "NOT_TEXT"}),
    ({"description": {"depiction": "a\x00b"}}, {"description.depiction": "NOT_TEXT"}),
    ({"description": {"depiction": "\ud800"}}, {"description.depiction": "NOT_TEXT"}),
    ({"description": {"depiction": "x" * 4_001}}, {"description.depiction": "TOO_LONG"}),
    ({"description": {"tools": ["x" * 201]}}, {"description.tools": "TOO_LONG"}),
    ({"description": {"tools": ["\x07"]}}, {"description.tools": "NOT_TEXT"}),
    ({"description": {"tools": [5]}}, {"description.tools": "NOT_TEXT"}),
    ({"description": {"portrayed_age": 151}}, {"description.portrayed_age": "OUT_OF_RANGE"}),
    ({"territories": ["XX"]}, {"territories": "UNKNOWN_PLACE"}),
    ({"territories": ["GB"] * 401}, {"territories": "TOO_MANY"}),
    ({"languages": ["english please"]}, {"languages": "UNKNOWN_LANGUAGE"}),
    ({"caps": {"lines": 0}}, {"caps.lines": "OUT_OF_RANGE"}),
    ({"caps": {"lines": True}}, {"caps.lines": "NOT_A_WHOLE_NUMBER"}),
    ({"caps": {"lines": 1.5}}, {"caps.lines": "NOT_A_WHOLE_NUMBER"}),
    ({"training": {"trains": "yes"}}, {"training.trains": "NOT_YES_OR_NO"}),
    ({"needed_by": "2026-W30-1"}, {"needed_by": "NOT_A_DATE"}),
    ({"needed_by": "20260701"}, {"needed_by": "NOT_A_DATE"}),
    ({"needed_by": "2026-02-30"}, {"needed_by": "NOT_A_DATE"}),
    ({"needed_by": 5}, {"needed_by": "NOT_A_DATE"}),
    ({"needed_by": "9999-01-01"}, {"needed_by": "OUT_OF_RANGE"}),
    ({"dates": {"destroy_by": None}}, {"dates.destroy_by": "MISSING"}),
    ({"dates": {"generate_until": "2026-06-30"}}, {"dates.generate_until": "BEFORE_START"}),
    ({"dates": {"exploit_until": "2026-12-30"}}, {"dates.exploit_until": "BEFORE_GENERATION_ENDS"}),
    ({"dates": {"destroy_by": "2026-12-30"}}, {"dates.destroy_by": "BEFORE_GENERATION_ENDS"}),
    ({"dates": {"exploit_until": "2127-07-01"}}, {"dates.exploit_until": "INDEFINITE"}),
    ({"exclusivity": {"category": "beer"}}, {"exclusivity.territories": "MISSING"}),
    ({"exclusivity": {"territories": ["GB"]}}, {"exclusivity.category": "MISSING"}),
    ({"output_approval": "LATER"}, {"output_approval": "UNKNOWN_CODE"}),
    ({"fees": [{"amount": 5, "currency": "GBP"}]}, {"fees.0.basis": "MISSING"}),
    ({"fees": [{**FLAT, "amount": 0}]}, {"fees.0.amount": "MISSING"}),
    ({"fees": [{**FLAT, "amount": -1}]}, {"fees.0.amount": "OUT_OF_RANGE"}),
    ({"fees": [{**FLAT, "currency": "gbp"}]}, {"fees.0.currency": "UNKNOWN_CURRENCY"}),
    ({"fees": [{**FLAT, "currency": "ABC"}]}, {"fees.0.currency": "UNKNOWN_CURRENCY"}),
    ({"fees": [{**FLAT, "unit": "LINE"}]}, {"fees.0.unit": "NOT_FOR_THIS_BASIS"}),
    ({"fees": [{**FLAT, "share_bp": 5}]}, {"fees.0.share_bp": "NOT_FOR_THIS_BASIS"}),
    ({"fees": [{**FLAT, "estimate": 5}]}, {"fees.0.estimate": "NOT_FOR_THIS_BASIS"}),
    ({"fees": [{**FLAT, "basis": "PER_UNIT"}]}, {"fees.0.unit": "MISSING"}),
    ({"fees": [{**FLAT, "basis": "PER_UNIT", "unit": "YEAR"}]}, {"fees.0.unit": "MISSING"}),
    ({"fees": [{**FLAT, "basis": "PER_PERIOD", "unit": "LINE"}]}, {"fees.0.unit": "MISSING"}),
    ({"fees": [{"basis": "NONE", "amount": 5}]}, {"fees.0.amount": "NONE_HAS_NO_AMOUNT"}),
    ({"fees": [{"basis": "REVENUE_SHARE", "share_bp": 5}]}, {"fees.0.share_of": "MISSING"}),
    ({"fees": [{"basis": "REVENUE_SHARE", "share_of": "net"}]}, {"fees.0.share_bp": "MISSING"}),
    (
        {"fees": [{"basis": "REVENUE_SHARE", "share_bp": 5, "share_of": "net", "amount": 5}]},
        {"fees.0.amount": "NOT_FOR_THIS_BASIS"},
    ),
    ({"fees": [{"basis": "NONE"}, FLAT]}, {"fees": "NONE_WITH_OTHERS"}),
    ({"fees": [FLAT, {**FLAT, "currency": "EUR"}]}, {"fees": "ONE_CURRENCY"}),
]


@pytest.mark.parametrize(("change", "problems"), BAD_TERMS)
def test_terms_that_are_refused(change: dict[str, Any], problems: dict[str, str]) -> None:
    assert refused(Terms, merged(FITTING, change)) == problems


def test_every_problem_is_named_not_only_the_first() -> None:
    wrong = merged(FITTING, {"uses": ["DANCE"], "channels": ["RADIO"], "caps": {"lines": 0}, "colour": "red"})
    assert set(refused(Terms, wrong)) == {"uses", "channels", "caps.lines", "colour"}


Value = TypeVar("Value", Terms, Preferences)


def read(kind: type[Value], data: Any) -> Value | None:
    """The value, or None where it was refused for reasons that can be sent and stored."""
    try:
        return kind.from_data(data)
    except (InvalidTerms, InvalidPreferences) as refusal:
        problems = refusal.problems
    assert problems
    for problem in problems:
        f"{problem.path}{problem.code}{problem.value}".encode()
    return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*Terms.__dataclass_fields__, "colour"]), JSON, max_size=5))
def test_any_json_is_terms_or_refused_with_reasons(data: dict[str, Any]) -> None:
    terms = read(Terms, data)
    if terms is not None:
        assert Terms.from_data(json.loads(terms.canonical())) == terms


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["defaults", "uses", "auto_approve", "publication", "colour"]), JSON, max_size=4),
    st.dictionaries(st.sampled_from([*Conditions.__dataclass_fields__]), JSON, max_size=4),
)
def test_any_json_is_preferences_or_refused_with_reasons(data: dict[str, Any], defaults: dict[str, Any]) -> None:
    preferences = read(Preferences, {"defaults": defaults, **data})
    if preferences is not None:
        assert Preferences.from_data(json.loads(preferences.canonical())) == preferences


def test_months_and_days_of_the_clocks() -> None:
    def months(starts_on: date, exploit_until: date) -> int:
        days = {"generate_until": starts_on, "destroy_by": date(2026, 3, 1)}
        return Dates(starts_on=starts_on, exploit_until=exploit_until, **days).months

    assert months(date(2026, 1, 1), date(2026, 1, 1)) == 1
    assert months(date(2026, 1, 1), date(2026, 2, 1)) == 1
    assert months(date(2026, 1, 1), date(2026, 2, 2)) == 2
    assert months(date(2026, 1, 31), date(2026, 2, 28)) == 1
    assert months(date(2026, 1, 1), date(2028, 12, 31)) == 36
    assert months(date(2026, 1, 1), date(2029, 1, 1)) == 36
    assert ask().dates is not None
    assert ask().dates.retention_days == 30  # type: ignore[union-attr]


def test_level_and_heightened() -> None:
    assert ask(uses=["LOOK_TEST", "VOICE_CLONE", "AGE_CHANGE"]).level is Level.STAND_IN
    assert not ask().heightened
    assert ask(sensitivities=["VIOLENCE"]).heightened
    assert ask(training={"trains": True}).heightened
    assert {use for use in Use if ask(uses=[use.value]).heightened} == {
        *USES_AT[Level.STAND_IN],
        *USES_AT[Level.TRAIN],
    }


def test_gaps_name_what_is_unsaid() -> None:
    assert ask().gaps() == ()
    assert Terms(uses=(Use.DUB_OWN_VOICE,)).gaps() == (
        Dimension.MODALITY,
        Dimension.TERM,
        Dimension.TERRITORY,
        Dimension.CHANNEL,
        Dimension.LANGUAGE,
        Dimension.FEE,
        Dimension.TRAINING,
    )


# --- Preferences -----------------------------------------------------------------------------------------------------

BAD_PREFERENCES: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"colour": "red"}, {"colour": "UNKNOWN_FIELD"}),
    ({"uses": {"DANCE": {}}}, {"uses.DANCE": "UNKNOWN_FIELD"}),
    ({"uses": {"VOICE_CLONE": {"stance": "ALLOW"}}}, {"uses.VOICE_CLONE.stance": "ALLOW_NOT_OFFERED"}),
    ({"uses": {"DIGITAL_DOUBLE": {"stance": "ALLOW"}}}, {"uses.DIGITAL_DOUBLE.stance": "ALLOW_NOT_OFFERED"}),
    ({"uses": {"LOOK_TEST": {"stance": "YES"}}}, {"uses.LOOK_TEST.stance": "UNKNOWN_CODE"}),
    ({"defaults": {"channels": {"RADIO": "ASK"}}}, {"defaults.channels.RADIO": "UNKNOWN_CODE"}),
    ({"defaults": {"channels": {"GAME": ["ASK"]}}}, {"defaults.channels.GAME": "UNKNOWN_CODE"}),
    ({"defaults": {"channels": ["GAME"]}}, {"defaults.channels": "NOT_AN_OBJECT"}),
    ({"defaults": {"longest_months": 0}}, {"defaults.longest_months": "OUT_OF_RANGE"}),
    ({"defaults": {"floor": {"currency": "XXX"}}}, {"defaults.floor.currency": "UNKNOWN_CURRENCY"}),
    ({"defaults": {"floor": {"basis": "NONE"}}}, {"defaults.floor.basis": "NOT_FOR_A_FLOOR"}),
    ({"defaults": {"floor": {"basis": "REVENUE_SHARE"}}}, {"defaults.floor.basis": "NOT_FOR_A_FLOOR"}),
    ({"defaults": {"floor": {"basis": "PER_PERIOD"}}}, {"defaults.floor.unit": "MISSING"}),
    ({"defaults": {"floor": {"unit": "LINE"}}}, {"defaults.floor.unit": "NOT_FOR_THIS_BASIS"}),
    ({"publication": {"line": "yes"}}, {"publication.line": "NOT_YES_OR_NO"}),
]


@pytest.mark.parametrize(("change", "problems"), BAD_PREFERENCES)
def test_preferences_that_are_refused(change: dict[str, Any], problems: dict[str, str]) -> None:
    assert refused(Preferences, merged(IMANI, change)) == problems


def test_a_new_performer_starts_with_nothing_allowed() -> None:
    """Product rule 4 of the axis: nothing starts at ALLOW, nothing is pre-ticked."""
    first = Preferences.first()
    never = {Use.POSTHUMOUS, Use.TRAIN_OWN_MODEL, Use.TRAIN_GENERAL_MODEL}
    assert {use for use in Use if first.stance(use) is Stance.NEVER} == never
    assert {first.stance(use) for use in Use} == {Stance.ASK, Stance.NEVER}
    assert {code for code, stance in FIRST_SENSITIVITY.items() if stance is Stance.NEVER} == {
        Sensitivity.NUDITY,
        Sensitivity.SEXUAL,
        Sensitivity.SEXUAL_VIOLENCE,
        Sensitivity.SELF_HARM,
        Sensitivity.HATE_SPEECH,
        Sensitivity.ROMANTIC_COMPANION,
    }
    for name in ("channels", "modalities", "sensitivities"):
        assert Stance.ALLOW not in getattr(first.defaults, name).values()
    assert not first.auto_approve
    assert not first.publication.floors


def test_allow_is_offered_at_prepare_and_finish_alone() -> None:
    assert {use for use in Use if may_allow(use)} == {*USES_AT[Level.PREPARE], *USES_AT[Level.FINISH]}


def test_a_use_added_later_is_never_until_answered() -> None:
    empty = Preferences.from_data({"defaults": {}, "uses": {}})
    assert {empty.stance(use) for use in Use} == {Stance.NEVER}
    assert empty.effective(Use.LOOK_TEST) == Preferences.first().defaults


def test_overrides_lie_on_the_defaults_one_by_one() -> None:
    own = answers(uses={"AGE_CHANGE": {"overrides": {"channels": {"GAME": "NEVER"}, "longest_months": 12}}})
    effective = own.effective(Use.AGE_CHANGE)
    assert effective.channels == {**own.defaults.channels, Channel.GAME: Stance.NEVER}  # type: ignore[dict-item]
    assert effective.longest_months == 12
    assert effective.retention_days == own.defaults.retention_days
    assert all(getattr(effective, name) is not None for name in effective.__dataclass_fields__)
    assert own.effective(Use.LOOK_TEST) == own.defaults


def test_no_floor_has_one_spelling() -> None:
    for said in ({"amount": 0}, {"amount": 0, "currency": "GBP"}, {}):
        data = merged(IMANI, {"defaults": {"floor": None}})
        data["defaults"]["floor"] = said
        assert Preferences.from_data(data).defaults.floor == NO_FLOOR
    assert UsePreference(stance=Stance.ASK).overrides == Conditions()


def test_currencies_are_codes_people_pay_in() -> None:
    assert {"GBP", "USD", "EUR", "JPY", "INR", "NGN"} <= CURRENCIES
    assert not {"XXX", "XTS", "XAU", "DEM"} & CURRENCIES
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)
