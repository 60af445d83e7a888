"""Findings as rows: the table of the review page, the pre-flight, and a floor that no studio ever reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings, strategies

from consent.core import compare, places, policy
from consent.core.findings import Finding, Standing
from consent.core.preferences import Conditions, Floor, Preferences, UsePreference
from consent.core.terms import Terms
from consent.core.vocabulary import Channel, Dimension, FeeBasis, FeeUnit, Modality, Stance, Use
from consent.render import findings
from consent.render.findings import Counts, Row
from tests import make
from tests.make import NOW

FIRST = Preferences.first()
FLOOR = Floor(amount=800_000, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
OWN = Conditions(
    territories=places.expand(["UKI", "EU", "USCA"]),
    channels={Channel.THEATRICAL: Stance.ALLOW, Channel.STREAMING: Stance.ALLOW, Channel.ADVERTISING: Stance.NEVER},
    modalities={Modality.FACE: Stance.ALLOW},
    floor=FLOOR,
)


def held(**changes: Any) -> Preferences:
    own = UsePreference(stance=Stance.ALLOW, overrides=replace(OWN, **changes))
    return replace(FIRST, uses={**FIRST.uses, Use.AGE_CHANGE: own})


ASKED = make.terms(
    territories=list(places.COUNTRIES),
    channels=["STREAMING", "THEATRICAL", "PROMOTIONAL"],
    dates={
        "starts_on": "2026-07-01",
        "generate_until": "2031-06-30",
        "exploit_until": "2031-06-30",
        "destroy_by": "2031-07-30",
    },
)


def rows(asked: Terms = ASKED, value: Preferences | None = None, **more: Any) -> dict[Dimension, Row]:
    found = compare.compare_all(asked, value or held())
    said = {"studio": "Northlight", "performer": "Imani Clarke", **more}
    return {row.dimension: row for row in findings.rows(found, **said)}


def test_the_table_of_the_review_page() -> None:
    found = rows()
    assert list(found)[:4] == [Dimension.TERM, Dimension.TERRITORY, Dimension.FEE, Dimension.CHANNEL]
    term, where, fee, channel = list(found.values())[:4]
    assert (term.label, term.asked, term.said, term.tag) == ("How long", "5 years", "3 years at most", "2 years longer")
    assert term.sentence == "Your limit for de-ageing is 3 years, then they ask again."
    assert term.figures == {"years": (5.0, 3.0)}
    assert (where.asked, where.said, where.tag) == ("Worldwide", "UK and Ireland, EU, US and Canada", "Wider")
    assert where.sentence == "They ask for 220 countries you have not opened."
    assert where.figures["they_bits"][-1] == ("+ 220 more countries", "extra")
    assert where.figures["you_bits"] == ["UK and Ireland", "EU", "US and Canada"]
    assert (fee.asked, fee.said, fee.tag) == ("£6,500 a year", "From £8,000 a year", "£1,500 under")
    assert fee.sentence == "Northlight have not been told your figure."
    assert fee.figures == {"fee": (650_000, 800_000)}
    assert channel.standing is Standing.YOURS_TO_DECIDE
    assert channel.sentence == "You asked to be asked about this each time: Trailers and promotion."
    assert ("Trailers and promotion", "ask") in channel.figures["they_bits"]
    fitting = [row for row in found.values() if row.standing is Standing.FITS]
    assert {row.dimension for row in fitting} >= {Dimension.USE, Dimension.SENSITIVITY, Dimension.TRAINING}
    assert all((row.tag, row.sentence, row.figures) == ("Fits", "", {}) for row in fitting)


def test_rows_go_from_never_to_fits() -> None:
    found = rows(replace(ASKED, channels=(Channel.ADVERTISING,)))
    ranks = [row.standing.rank for row in found.values()]
    assert ranks == sorted(ranks, reverse=True)
    assert next(iter(found.values())).sentence == "You marked this Never: Advertising."


@pytest.mark.parametrize(
    ("changes", "dimension", "tag", "sentence"),
    [
        (
            {"fees": [{"basis": "NONE"}]},
            Dimension.FEE,
            "Unpaid",
            "You have set a minimum. Northlight have not been told your figure.",
        ),
        (
            {"fees": [{"basis": "FLAT", "amount": 100, "currency": "USD"}]},
            Dimension.FEE,
            "Another currency",
            "Your minimum is in GBP, so the two cannot be compared. Northlight have not been told your figure.",
        ),
        (
            {"fees": [{"basis": "PER_DAY", "amount": 100, "currency": "GBP"}]},
            Dimension.FEE,
            "Paid another way",
            "Your minimum is a sum a year, so the two cannot be compared. Northlight have not been told your figure.",
        ),
        (
            {"training": {"trains": True}},
            Dimension.TRAINING,
            "Never",
            "You marked training Never.",
        ),
        (
            {"exclusivity": {"category": "watches", "territories": ["GB"]}},
            Dimension.EXCLUSIVITY,
            "Yours to decide",
            "You asked to be asked before you are bound to one studio.",
        ),
        (
            {"sensitivities": ["NUDITY"]},
            Dimension.SENSITIVITY,
            "Never",
            "You marked this Never: Nudity.",
        ),
    ],
)
def test_each_difference_has_its_sentence(
    changes: dict[str, Any], dimension: Dimension, tag: str, sentence: str
) -> None:
    row = rows(make.terms(**changes))[dimension]
    assert (row.tag, row.sentence) == (tag, sentence)


def test_a_representative_reads_the_performers_name_and_money_only_if_allowed() -> None:
    desk = rows(reader="representative", sees_fees=True, sees_floor=True)
    assert desk[Dimension.TERM].sentence == (
        "The limit of Imani Clarke for de-ageing is 3 years, then it is asked for again."
    )
    assert desk[Dimension.FEE].said == "From £8,000 a year"
    without = rows(reader="representative", sees_fees=True, sees_floor=False)[Dimension.FEE]
    assert (without.asked, without.said) == ("£6,500 a year", "Has a minimum, kept private")
    assert (without.tag, without.figures) == ("Below the minimum", {})
    nothing = rows(reader="representative")[Dimension.FEE]
    assert (nothing.asked, nothing.said) == ("Not shown to you", "Has a minimum, kept private")
    assert (nothing.tag, nothing.figures) == ("Below the minimum", {})
    assert nothing.sentence == "The figure is kept private."
    assert desk[Dimension.CHANNEL].tag == "Theirs to decide"


FEES = [[], [{"basis": "NONE"}], *([{"basis": "FLAT", "amount": sum_, "currency": "GBP"}] for sum_ in (1, 10**9))]


@pytest.mark.parametrize("floor", [FLOOR, Floor(amount=0, currency="")])
def test_a_fee_that_is_not_shown_is_not_told_by_its_row_either(floor: Floor) -> None:
    """Of what stands as far from the minimum, no two fees can be told apart; nor can what changed since the last round."""
    by_standing: dict[Standing, set[Row]] = {}
    for line in FEES:
        found = compare.compare_all(replace(make.terms(), fees=make.terms(fees=line).fees), held(floor=floor))
        [row] = [one for one in findings.rows(found, reader="representative") if one.dimension is Dimension.FEE]
        by_standing.setdefault(row.standing, set()).add(replace(row, figures=()))  # type: ignore[arg-type]
        assert not row.figures
    assert all(len(rows_) == 1 for rows_ in by_standing.values()), by_standing
    changed = compare.compare_terms(make.terms(fees=FEES[1]), make.terms())
    [row] = [one for one in findings.rows(changed, reader="representative") if one.dimension is Dimension.FEE]
    assert (row.asked, row.said, row.tag, row.sentence) == ("Not shown to you", "Not shown to you", "Different", "")


def whole(found: list[Row]) -> str:
    return " ".join(f"{row.said} {row.tag} {row.sentence} {dict(row.figures)}" for row in found)


@settings(max_examples=60, deadline=None)
@given(
    floor=strategies.integers(1, 10**9),
    fee=strategies.integers(1, 10**9),
    basis=strategies.sampled_from(["FLAT", "PER_DAY", "PER_PERIOD", "NONE"]),
    currency=strategies.sampled_from(["GBP", "USD"]),
)
def test_no_studio_ever_reads_a_floor(floor: int, fee: int, basis: str, currency: str) -> None:
    line: dict[str, Any] = {"basis": basis}
    if basis != "NONE":
        line |= {"amount": fee, "currency": currency}
    if basis == "PER_PERIOD":
        line["unit"] = "YEAR"
    value = held(floor=Floor(amount=floor, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR))
    asked = make.terms(fees=[line])
    told = findings.rows(compare.compare_all(asked, value), reader="studio", studio="Northlight", performer="Imani")
    fees = next(row for row in told if row.dimension is Dimension.FEE)
    assert fees.said == "Has a minimum, kept private"
    assert fees.sentence in ("", "The figure is kept private.")
    assert not fees.figures
    assert not any(char.isdigit() for char in f"{fees.said}{fees.tag}{fees.sentence}")


def test_a_preflight_reads_the_same_for_private_and_for_none() -> None:
    context = policy.Context(now=NOW)
    told = []
    for floor in (FLOOR, Floor(amount=0, currency="")):
        verdict = policy.preflight(held(floor=floor), ASKED, context)
        told.append(findings.rows(verdict.findings, reader="studio", studio="Northlight", performer="Imani Clarke"))
    assert told[0] == told[1]
    assert not any(word in whole(told[0]) for word in ("You ", "you ", "your", "8,000"))


def test_a_limit_that_is_not_shown_says_so() -> None:
    unlimited = replace(FIRST.defaults, longest_months=1200)
    verdict = policy.preflight(replace(FIRST, defaults=unlimited), ASKED, policy.Context(now=NOW))
    row = next(
        row
        for row in findings.rows(verdict.findings, reader="studio", performer="Imani")
        if row.dimension is Dimension.TERM
    )
    assert (row.said, row.sentence) == ("Not shown", "Imani shows no limit, and decides.")


def test_counts_and_the_summary_are_about_the_rows_shown() -> None:
    found = compare.compare_all(ASKED, held())
    assert findings.counts(found) == Counts(never=0, further=3, decide=1, fits=5)
    assert findings.counts(found).all == len(findings.rows(found)) == len(findings.pips(found)) == 9
    assert findings.summary(found) == "3 of 9 terms go further than your preferences, and 1 is yours to decide."
    assert findings.summary(found, reader="studio") == (
        "3 of 9 terms go further than the preferences, and 1 is for the performer to decide."
    )
    assert findings.summary(()) == ""


@pytest.mark.parametrize(
    ("standings", "text"),
    [
        ("FFFF", "All 4 terms are within your preferences."),
        ("GFFF", "1 of 4 terms goes further than your preferences."),
        ("DDFF", "2 of 4 terms are yours to decide."),
        (
            "NGDF",
            (
                "1 of 4 terms is something you marked Never. "
                "1 of 4 terms goes further than your preferences, and 1 is yours to decide."
            ),
        ),
        ("NNDF", "2 of 4 terms are something you marked Never. 1 of 4 terms is yours to decide."),
    ],
)
def test_the_summary_in_words(standings: str, text: str) -> None:
    by_letter = {"F": Standing.FITS, "G": Standing.GOES_FURTHER, "D": Standing.YOURS_TO_DECIDE, "N": Standing.NEVER}
    first = compare.compare_all(make.terms(), FIRST)
    four = [found for found in first if found.dimension in findings.ORDER[:4]]
    found = [replace(one, standing=by_letter[letter]) for one, letter in zip(four, standings, strict=True)]
    assert findings.summary(found) == text


def test_new_terms_beside_old_ones() -> None:
    new = make.terms(
        territories=["GB"],
        output_approval="FINAL",
        duties=["CREDIT"],
        fees=[{**make.AGE_CHANGE["fees"][0], "amount": 1}],
    )
    differing = [found for found in compare.compare_terms(new, ASKED) if not found.code.endswith("_SAME")]
    told = {row.dimension: (row.asked, row.said, row.tag) for row in findings.rows(differing)}
    assert told[Dimension.TERRITORY] == ("United Kingdom", "Worldwide", "Narrower")
    assert told[Dimension.TERM] == ("1 July 2026 to 30 June 2029", "1 July 2026 to 30 June 2031", "Shorter")
    assert told[Dimension.FEE] == ("£0.01 a year", "£6,500 a year", "Less money")
    assert told[Dimension.OUTPUT_APPROVAL] == ("You see the finished work first", "Not shown first", "Shown first")
    assert told[Dimension.DUTIES] == ("Credit", "None", "More duties")
    assert told[Dimension.CHANNEL][2] == "Less"


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("reader", ["performer", "representative", "studio"])
def test_stored_findings_read_as_fresh_ones(language: str, reader: str) -> None:
    fresh = compare.compare_all(ASKED, held())
    stored = [Finding.from_data(found.to_data()) for found in fresh]
    with override(language):
        told = [findings.rows(found, reader=reader, studio="N", performer="I") for found in (fresh, stored)]
    assert told[0] == told[1]
    assert "%(" not in whole(told[0])
