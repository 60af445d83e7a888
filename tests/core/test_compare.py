"""Comparisons: figures, whose limit it is, and the laws of putting terms in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from consent.core import places
from consent.core.compare import Finding, Relation, Standing, compare, compare_all, compare_terms
from consent.core.findings import SENTENCES
from consent.core.preferences import Preferences
from consent.core.terms import FeeLine, Terms
from consent.core.vocabulary import Dimension, FeeBasis, FeeUnit, Stance, Use
from tests.core.asking import FITTING, answers, any_terms, ask, merged

YEARLY = {"floor": {"amount": 800_000, "currency": "GBP", "basis": "PER_PERIOD", "unit": "YEAR"}}


def found(findings: tuple[Finding, ...], dimension: Dimension) -> Finding:
    return next(each for each in findings if each.dimension is dimension)


def weighed(dimension: Dimension, said: dict[str, Any] | None = None, **asked: Any) -> Finding:
    return found(compare_all(ask(**asked), answers(**(said or {}))), dimension)


def test_one_finding_per_dimension_in_reading_order() -> None:
    findings = compare(ask(), answers().effective(Use.AGE_CHANGE), use=Use.AGE_CHANGE, stance=Stance.ALLOW)
    assert [each.dimension for each in findings] == list(Dimension)
    assert {each.standing for each in findings} == {Standing.FITS}
    assert {each.use for each in findings} == {Use.AGE_CHANGE}


def test_a_use_without_a_stance_is_to_be_decided() -> None:
    findings = compare(ask(), answers().effective(Use.AGE_CHANGE))
    assert found(findings, Dimension.USE).standing is Standing.YOURS_TO_DECIDE


FIGURES = [
    (
        Dimension.TERM,
        {},
        {"dates": {"exploit_until": "2031-06-30"}},
        Relation.LONGER,
        {"months": 60, "limit": 36, "over": 24},
    ),
    (Dimension.TERM, {}, {}, Relation.FITS, {"months": 24, "limit": 36}),
    (
        Dimension.RETENTION,
        {"retention_days": 7},
        {},
        Relation.LONGER,
        {"days": 30, "limit": 7, "over": 23},
    ),
    (
        Dimension.TERRITORY,
        {"territories": ["GB"]},
        {"territories": ["GB", "IE", "FR"]},
        Relation.WIDER,
        {"count": 3, "extra": 2, "codes": ["FR", "IE"]},
    ),
    (
        Dimension.CHANNEL,
        {},
        {"channels": ["STREAMING", "GAME", "LIVE"]},
        Relation.ASK,
        {"codes": ["GAME", "LIVE"], "count": 2},
    ),
    (
        Dimension.CHANNEL,
        {},
        {"channels": ["GAME", "ADVERTISING"]},
        Relation.NEVER,
        {"codes": ["ADVERTISING"], "count": 1},
    ),
    (Dimension.MODALITY, {}, {"modalities": ["FACE", "BODY"]}, Relation.FITS, {"count": 2}),
    (
        Dimension.LANGUAGE,
        {"languages": ["en", "fr"]},
        {"languages": ["en-GB", "ja"]},
        Relation.WIDER,
        {"codes": ["ja"], "count": 1},
    ),
    (
        Dimension.CAPS,
        {"caps": {"lines": 200, "versions": 3}},
        {"caps": {"lines": 230}},
        Relation.WIDER,
        {"over": {"lines": 30}, "open": ["versions"]},
    ),
    (
        Dimension.EXCLUSIVITY,
        {},
        {"exclusivity": {"category": "beer", "territories": ["UKI"]}},
        Relation.ASK,
        {"category": "beer", "count": 2},
    ),
    (
        Dimension.FEE,
        {},
        {"fees": [{"basis": "FLAT", "amount": 350_000, "currency": "GBP"}]},
        Relation.UNDER,
        {"short": 150_000, "currency": "GBP", "basis": "FLAT", "unit": None},
    ),
    (
        Dimension.FEE,
        YEARLY,
        {"fees": [{"basis": "PER_PERIOD", "unit": "YEAR", "amount": 650_000, "currency": "GBP"}]},
        Relation.UNDER,
        {"short": 150_000, "currency": "GBP", "basis": "PER_PERIOD", "unit": "YEAR"},
    ),
    (
        Dimension.FEE,
        YEARLY,
        {"fees": [{"basis": "PER_PERIOD", "unit": "MONTH", "amount": 60_000, "currency": "GBP"}]},
        Relation.UNDER,
        {"short": 80_000, "currency": "GBP", "basis": "PER_PERIOD", "unit": "YEAR"},
    ),
    (
        Dimension.FEE,
        YEARLY,
        {"fees": [{"basis": "FLAT", "amount": 1_599_999, "currency": "GBP"}]},
        Relation.UNDER,
        {"short": 1, "currency": "GBP", "basis": "PER_PERIOD", "unit": "YEAR"},
    ),
    (
        Dimension.FEE,
        {},
        {"fees": [{"basis": "FLAT", "amount": 900_000, "currency": "USD"}]},
        Relation.UNLIKE,
        {"currency": "GBP"},
    ),
    (
        Dimension.FEE,
        {},
        {"fees": [{"basis": "PER_PERIOD", "unit": "YEAR", "amount": 900_000, "currency": "GBP"}]},
        Relation.UNLIKE,
        {"basis": "FLAT", "unit": None},
    ),
    (Dimension.DESCRIPTION, {}, {}, Relation.FITS, {"score": 100, "threshold": 60}),
    (
        Dimension.DESCRIPTION,
        {},
        {"description": {"extent": "In Perpetuity"}},
        Relation.MISSING,
        {"phrases": ["In Perpetuity"]},
    ),
]


@pytest.mark.parametrize(("dimension", "said", "asked", "relation", "values"), FIGURES)
def test_figures(
    dimension: Dimension, said: dict[str, Any], asked: dict[str, Any], relation: Relation, values: dict[str, Any]
) -> None:
    finding = weighed(dimension, said, **asked)
    assert (finding.relation, dict(finding.values)) == (relation, values)
    assert set(values) == set(SENTENCES[finding.code])


def test_a_longer_term_never_makes_a_yearly_fee_better() -> None:
    """A yearly fee is not counted up against a flat floor: five years must not look like five times the money."""
    yearly = [{"basis": "PER_PERIOD", "unit": "YEAR", "amount": 250_000, "currency": "GBP"}]
    assert weighed(Dimension.FEE, fees=yearly).standing is Standing.YOURS_TO_DECIDE


def test_the_use_whose_limit_it_is_is_named() -> None:
    said = {
        "uses": {
            "LOOK_TEST": {"overrides": {"longest_months": 6}},
            "COSMETIC_FIX": {"overrides": {"longest_months": 12}},
        }
    }
    term = weighed(Dimension.TERM, said, uses=["LOOK_TEST", "AGE_CHANGE", "COSMETIC_FIX"])
    assert (term.use, term.values["over"]) == (Use.LOOK_TEST, 18)
    stance = weighed(Dimension.USE, said, uses=["LOOK_TEST", "COSMETIC_FIX"])
    assert (stance.use, stance.standing) == (Use.COSMETIC_FIX, Standing.YOURS_TO_DECIDE)


def test_nothing_said_beside_new_answers() -> None:
    """A draft with one use and nothing else, beside a performer's first answers."""
    findings = compare_all(Terms(uses=(Use.DUB_LIP_SYNC,)), Preferences.first())
    missing = {each.dimension for each in findings if each.relation is Relation.MISSING}
    assert missing == {
        Dimension.MODALITY,
        Dimension.DESCRIPTION,
        Dimension.TERM,
        Dimension.TERRITORY,
        Dimension.CHANNEL,
        Dimension.LANGUAGE,
        Dimension.FEE,
        Dimension.TRAINING,
        Dimension.RETENTION,
    }


# --- Terms beside terms ----------------------------------------------------------------------------------------------

AMENDED: list[tuple[Dimension, dict[str, Any], Relation]] = [
    (Dimension.USE, {"uses": ["AGE_CHANGE", "LOOK_TEST"]}, Relation.WIDER),
    (Dimension.MODALITY, {"modalities": ["VOICE"]}, Relation.WIDER),
    (Dimension.DESCRIPTION, {"description": {"depiction": "Something else"}}, Relation.UNLIKE),
    (Dimension.DESCRIPTION, {"in_lieu": {"answer": True}}, Relation.UNLIKE),
    (Dimension.TERM, {"dates": {"exploit_until": "2028-07-01"}}, Relation.LONGER),
    (Dimension.TERM, {"dates": {"exploit_until": "2028-06-29"}}, Relation.LESS),
    (Dimension.TERM, {"dates": {"starts_on": "2026-07-02", "exploit_until": "2028-07-01"}}, Relation.UNLIKE),
    (Dimension.TERM, {"dates": {"generate_until": "2027-01-01"}}, Relation.UNLIKE),
    (Dimension.TERM, {"dates": None}, Relation.MISSING),
    (Dimension.TERRITORY, {"territories": ["GB"]}, Relation.LESS),
    (Dimension.TERRITORY, {"territories": ["GB", "IE", "JP"]}, Relation.WIDER),
    (Dimension.CHANNEL, {"channels": ["GAME"]}, Relation.WIDER),
    (Dimension.LANGUAGE, {"languages": ["fr"]}, Relation.WIDER),
    (Dimension.SENSITIVITY, {"sensitivities": ["VIOLENCE"]}, Relation.WIDER),
    (Dimension.FEE, {"fees": [{"basis": "FLAT", "amount": 649_999, "currency": "GBP"}]}, Relation.UNDER),
    (Dimension.FEE, {"fees": [{"basis": "FLAT", "amount": 650_001, "currency": "GBP"}]}, Relation.LESS),
    (Dimension.FEE, {"fees": [{"basis": "FLAT", "amount": 900_000, "currency": "EUR"}]}, Relation.UNLIKE),
    (Dimension.FEE, {"fees": [{"basis": "NONE"}]}, Relation.UNDER),
    (Dimension.FEE, {"fees": None}, Relation.MISSING),
    (Dimension.CAPS, {"caps": {"lines": 10}}, Relation.LESS),
    (Dimension.EXCLUSIVITY, {"exclusivity": {"category": "beer", "territories": ["GB"]}}, Relation.WIDER),
    (Dimension.TRAINING, {"training": {"trains": True}}, Relation.WIDER),
    (Dimension.TRAINING, {"training": {"derivatives": True}}, Relation.WIDER),
    (Dimension.TRAINING, {"training": {"trains": None}}, Relation.MISSING),
    (Dimension.OUTPUT_APPROVAL, {"output_approval": "FINAL"}, Relation.LESS),
    (Dimension.RETENTION, {"dates": {"destroy_by": "2027-02-01"}}, Relation.LONGER),
    (Dimension.RETENTION, {"dates": {"destroy_by": "2027-01-29"}}, Relation.LESS),
    (Dimension.DUTIES, {"duties": ["CREDIT"]}, Relation.LESS),
]
BACK = {
    Relation.WIDER: {Relation.LESS, Relation.WIDER},
    Relation.LONGER: {Relation.LESS},
    Relation.UNDER: {Relation.LESS},
    Relation.LESS: {Relation.WIDER, Relation.LONGER, Relation.UNDER},
    Relation.UNLIKE: {Relation.UNLIKE, Relation.LESS},
    Relation.MISSING: {Relation.UNLIKE, Relation.LESS},
}


@pytest.mark.parametrize(("dimension", "change", "relation"), AMENDED)
def test_what_changed(dimension: Dimension, change: dict[str, Any], relation: Relation) -> None:
    old, new = ask(), ask(**change)
    there = compare_terms(new, old)
    assert found(there, dimension).relation is relation
    assert found(compare_terms(old, new), dimension).relation in BACK[relation]
    also = {Dimension.TERM, Dimension.RETENTION} if change.get("dates", 0) is None else set()
    assert {each.dimension for each in there if each.relation is not Relation.FITS} - also <= {dimension}
    for each in there:
        assert set(each.values) == set(SENTENCES[each.code]), each.code


def test_caps_and_duties_and_stages_both_ways() -> None:
    capped = ask(caps={"lines": 10, "versions": 2}, duties=["CREDIT"], output_approval="ROUGH")
    freed = ask(caps={"lines": 11}, output_approval="FINAL")
    there = compare_terms(freed, capped)
    assert found(there, Dimension.CAPS).values == {"raised": ["lines", "versions"], "lowered": []}
    assert found(there, Dimension.DUTIES).relation is Relation.WIDER
    assert found(there, Dimension.OUTPUT_APPROVAL).relation is Relation.UNLIKE
    assert found(compare_terms(ask(), capped), Dimension.OUTPUT_APPROVAL).relation is Relation.WIDER
    assert found(compare_terms(capped, freed), Dimension.CAPS).relation is Relation.LESS


def test_exclusivity_both_ways() -> None:
    def exclusive(category: str, *countries: str) -> Terms:
        return ask(exclusivity={"category": category, "territories": list(countries)})

    beer = exclusive("beer", "GB")
    assert found(compare_terms(exclusive("beer", "GB", "IE"), beer), Dimension.EXCLUSIVITY).values["added"] == ["IE"]
    assert found(compare_terms(exclusive("banks", "GB"), beer), Dimension.EXCLUSIVITY).relation is Relation.UNLIKE
    assert found(compare_terms(ask(), beer), Dimension.EXCLUSIVITY).relation is Relation.LESS


@settings(max_examples=150)
@given(any_terms, any_terms)
def test_comparing_is_antisymmetric(one: Terms, other: Terms) -> None:
    ordered = {Dimension.TERM, Dimension.RETENTION, Dimension.FEE, Dimension.OUTPUT_APPROVAL, Dimension.TRAINING}
    further = {Relation.LONGER, Relation.UNDER, Relation.WIDER}
    for there, back in zip(compare_terms(one, other), compare_terms(other, one), strict=True):
        if there.standing is back.standing is Standing.FITS:
            assert there.relation is back.relation is Relation.FITS
        if there.dimension in ordered and there.relation in further:
            assert back.relation not in further


@settings(max_examples=100)
@given(any_terms, any_terms)
def test_no_change_passes_unseen(one: Terms, other: Terms) -> None:
    same = all(each.relation is Relation.FITS for each in compare_terms(one, other))
    by_line = [replace(terms, fees=tuple(sorted(terms.fees, key=str))) for terms in (one, other)]
    assert same is (by_line[0] == by_line[1])
    assert all(each.relation is Relation.FITS for each in compare_terms(one, one))


@given(any_terms)
@settings(max_examples=60)
def test_every_figure_has_its_name(terms: Terms) -> None:
    for each in (*compare_all(terms, answers()), *compare_terms(terms, ask()), *compare_terms(ask(), terms)):
        assert set(each.values) == set(SENTENCES[each.code]), each.code
        assert Finding.from_data(each.to_data()) == each


def test_lines_of_one_basis_count_together() -> None:
    line = FeeLine(basis=FeeBasis.PER_UNIT, unit=FeeUnit.LINE, amount=2_500, currency="GBP")
    said = {"floor": {"amount": 5_000, "currency": "GBP", "basis": "PER_UNIT", "unit": "LINE"}}
    asked = replace(Terms.from_data(FITTING), fees=(line, line))
    assert found(compare_all(asked, answers(**said)), Dimension.FEE).relation is Relation.FITS
    assert found(compare_all(replace(asked, fees=(line,)), answers(**said)), Dimension.FEE).values["short"] == 2_500


def test_worldwide_fits_where_everywhere_is_open() -> None:
    whole = weighed(Dimension.TERRITORY, {"territories": ["001"]}, territories=["001"])
    assert (whole.relation, whole.values["count"]) == (Relation.FITS, len(places.COUNTRIES))
    assert merged({"a": {"b": 1}}, {"a": {"c": 2}}) == {"a": {"b": 1, "c": 2}}
