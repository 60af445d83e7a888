"""The condition language is small and total, and every shipped pack can be read, fires and stays silent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.core import facts, specificity
from consent.core.conditions import BadCondition, Kind, build
from consent.core.facts import FACTS
from consent.core.rulepacks import RULES, Rule, Severity, all_packs, packs_in_force, read_pack, versions
from consent.core.terms import Terms
from consent.core.vocabulary import (
    Agreement,
    Channel,
    Dimension,
    Duty,
    FeeBasis,
    Level,
    Modality,
    Sensitivity,
    Use,
)
from tests.core.asking import NOW, any_terms, around, ask, contexts

KNOWN = {
    "flag": Kind.FLAG,
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "day": Kind.DAY,
    "codes": Kind.CODES,
}
SAID: dict[str, Any] = {"flag": True, "text": "A", "number": 5, "day": "2027-07-01", "codes": ("A", "B")}
UNSAID: dict[str, Any] = dict.fromkeys(KNOWN)

HOLDS = [
    ({"is": "flag"}, True, False),
    ({"not": {"is": "flag"}}, False, True),
    ({"missing": "flag"}, False, True),
    ({"missing": "number"}, False, True),
    ({"eq": ["text", "A"]}, True, False),
    ({"eq": ["text", "B"]}, False, False),
    ({"eq": ["number", 5]}, True, False),
    ({"in": ["text", ["A", "C"]]}, True, False),
    ({"in": ["text", ["B"]]}, False, False),
    ({"gt": ["number", 4]}, True, False),
    ({"gt": ["number", 5]}, False, False),
    ({"ge": ["number", 5]}, True, False),
    ({"ge": ["number", 6]}, False, False),
    ({"lt": ["number", 6]}, True, False),
    ({"lt": ["number", 5]}, False, False),
    ({"le": ["number", 5]}, True, False),
    ({"le": ["number", 4]}, False, False),
    ({"ge": ["day", "2027-07-01"]}, True, False),
    ({"gt": ["day", "2027-07-01"]}, False, False),
    ({"lt": ["day", "2027-10-01"]}, True, False),
    ({"intersects": ["codes", ["B", "C"]]}, True, False),
    ({"intersects": ["codes", ["C"]]}, False, False),
    ({"all": [{"is": "flag"}, {"eq": ["text", "A"]}]}, True, False),
    ({"all": [{"is": "flag"}, {"eq": ["text", "B"]}]}, False, False),
    ({"any": [{"eq": ["text", "B"]}, {"is": "flag"}]}, True, False),
    ({"any": [{"eq": ["text", "B"]}, {"gt": ["number", 9]}]}, False, False),
    ({"not": {"all": [{"is": "flag"}, {"not": {"missing": "day"}}]}}, False, True),
]


@pytest.mark.parametrize(("condition", "said", "unsaid"), HOLDS)
def test_the_language(condition: dict[str, Any], said: bool, unsaid: bool) -> None:
    test = build(condition, KNOWN)
    assert test(SAID) is said
    assert test(UNSAID) is unsaid


WRONG: list[Any] = [
    {},
    [],
    "flag",
    {"is": "flag", "missing": "flag"},
    {"maybe": "flag"},
    {"is": "nobody"},
    {"is": "number"},
    {"is": ["flag"]},
    {"missing": "nobody"},
    {"all": []},
    {"any": {}},
    {"all": [{"is": "nobody"}]},
    {"not": "flag"},
    {"eq": "text"},
    {"eq": ["text"]},
    {"eq": ["text", 5]},
    {"eq": ["number", "5"]},
    {"eq": ["number", True]},
    {"eq": ["codes", "A"]},
    {"in": ["text", "A"]},
    {"in": ["text", []]},
    {"in": ["number", ["5"]]},
    {"gt": ["text", "A"]},
    {"gt": ["number", None]},
    {"intersects": ["codes", "A"]},
    {"intersects": ["codes", [5]]},
    {"intersects": ["text", ["A"]]},
]


@pytest.mark.parametrize("condition", WRONG)
def test_what_cannot_be_read_is_an_error_at_load(condition: Any) -> None:
    with pytest.raises(BadCondition):
        build(condition, KNOWN)
    with pytest.raises(BadCondition):
        Rule("x.y", Severity.WARN, "A sentence.", condition)


# --- The shipped packs -----------------------------------------------------------------------------------------------

IDS = [
    "platform",
    "us-ca-lab-927",
    "us-ny-gol-5-302",
    "us-il-hb4762",
    "gdpr",
    "sagaftra-tvt-2026",
    "sagaftra-ima-2025",
    "sagaftra-comm-2025",
    "eu-ai-act-50",
    "us-nofakes-bill",
]
VOCABULARY = {
    "terms.level": Level,
    "terms.uses": Use,
    "terms.modalities": Modality,
    "terms.sensitivities": Sensitivity,
    "terms.channels": Channel,
    "terms.duties": Duty,
    "terms.fee_bases": FeeBasis,
    "production.agreement": Agreement,
}


def operands(condition: Any) -> list[tuple[str, Any]]:
    """Every (fact, value) that a condition speaks of."""
    ((operator, operand),) = condition.items()
    if operator in ("all", "any"):
        return [pair for part in operand for pair in operands(part)]
    if operator == "not":
        return operands(operand)
    return [(operand, None)] if isinstance(operand, str) else [(operand[0], operand[1])]


def test_the_packs_and_their_order() -> None:
    assert [pack.id for pack in all_packs()] == IDS
    assert all(pack.title and pack.edition and pack.source for pack in all_packs())
    assert [pack.id for pack in all_packs() if not pack.on_by_default] == ["us-nofakes-bill"]
    assert [pack.id for pack in all_packs() if pack.always_on] == ["platform"]
    assert len(RULES) == sum(len(pack.rules) for pack in all_packs()) >= 40


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_speaks_known_codes_and_a_plain_sentence(rule: Rule) -> None:
    assert rule.sentence[0].isupper()
    assert rule.sentence.endswith(".")
    assert "!" not in rule.sentence
    assert not {"compliant", "legal", "illegal"} & set(rule.sentence.lower().split())
    for name, value in operands(rule.condition):
        if name in VOCABULARY and value is not None:
            for code in value if isinstance(value, list) else [value]:
                VOCABULARY[name](code)


def test_a_pack_without_teeth_only_warns() -> None:
    for pack in ("us-nofakes-bill", "eu-ai-act-50"):
        assert {rule.severity for name, rule in RULES.items() if name.startswith(f"{pack}.")} == {Severity.WARN}


DATES = [
    ("us-ca-lab-927", date(2025, 1, 1), None),
    ("us-ny-gol-5-302", date(2025, 1, 1), None),
    ("us-il-hb4762", date(2024, 8, 9), None),
    ("gdpr", date(2018, 5, 25), None),
    ("sagaftra-tvt-2026", date(2026, 7, 1), date(2030, 6, 30)),
    ("sagaftra-ima-2025", date(2025, 7, 1), date(2028, 10, 31)),
    ("sagaftra-comm-2025", date(2025, 4, 1), date(2028, 3, 31)),
    ("eu-ai-act-50", date(2026, 8, 2), None),
]


@pytest.mark.parametrize(("pack", "first", "last"), DATES)
def test_a_pack_is_in_force_from_its_first_day_to_its_last(pack: str, first: date, last: date | None) -> None:
    def in_force(on: date) -> bool:
        return pack in versions(packs_in_force(on))

    assert in_force(first)
    assert not in_force(first - timedelta(days=1))
    assert in_force(last or date(2100, 1, 1))
    if last:
        assert not in_force(last + timedelta(days=1))


def test_the_platforms_lines_are_always_in_force() -> None:
    assert versions(packs_in_force(date(1990, 1, 1), frozenset())) == {"platform": "2026-01"}
    assert list(versions(packs_in_force(NOW.date(), frozenset({"gdpr"})))) == ["platform", "gdpr"]
    assert "us-nofakes-bill" in versions(packs_in_force(NOW.date(), frozenset({"us-nofakes-bill"})))
    assert "us-nofakes-bill" not in versions(packs_in_force(NOW.date()))


def test_a_pack_with_an_unknown_fact_is_not_loaded() -> None:
    data = {
        "id": "x",
        "title": "X",
        "edition": "1",
        "effective_from": "2026-01-01",
        "effective_until": None,
        "source": "nowhere",
        "on_by_default": True,
        "applies_when": {"is": "person.is_minor"},
        "rules": [{"id": "y", "severity": "WARN", "sentence": "Hm.", "condition": {"is": "person.is_kind"}}],
    }
    with pytest.raises(BadCondition, match=r"person\.is_kind"):
        read_pack(data)
    with pytest.raises(ValueError, match="SHOUT"):
        read_pack({**data, "rules": [{**data["rules"][0], "severity": "SHOUT"}]})


@given(any_terms, contexts)
def test_facts_are_exactly_the_listed_ones_and_of_their_kind(terms: Terms, context: facts.Context) -> None:
    known = facts.of(terms, context, specificity.score(terms))
    assert set(known) == set(FACTS)
    shapes: dict[Kind, Any] = {
        Kind.FLAG: bool,
        Kind.TEXT: str,
        Kind.NUMBER: int,
        Kind.DAY: str,
        Kind.CODES: tuple,
    }
    for name, value in known.items():
        assert value is None or isinstance(value, shapes[FACTS[name]]), name


@given(st.sampled_from(sorted(RULES)), any_terms, contexts)
def test_every_rule_answers_yes_or_no_to_anything(rule: str, terms: Terms, context: facts.Context) -> None:
    assert RULES[rule].test(facts.of(terms, context, specificity.score(terms))) in (True, False)


def test_notice_runs_to_the_first_day_of_work() -> None:
    def hours(**asked: Any) -> Any:
        return facts.of(ask(**asked), around(), specificity.score(ask(**asked)))["request.notice_hours"]

    assert hours(dates={"starts_on": "2026-06-11"}) == 36
    assert hours(dates=None, needed_by="2026-06-12") == 60
    assert hours(dates=None) is None
    assert hours(dates={"starts_on": "2026-06-09"}) == -12


def test_a_finding_can_name_each_dimension_of_a_rule() -> None:
    assert {rule.dimension for rule in RULES.values() if rule.dimension} <= set(Dimension)
    assert {name for name, rule in RULES.items() if rule.mends_when_said} == {
        "us-ca-lab-927.three-part",
        "us-ny-gol-5-302.three-part",
        "us-il-hb4762.three-part",
        "gdpr.retention",
    }
