"""The table of verdicts: who asks for what, beside which answers, and what comes out by which rule."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from consent.core.policy import Outcome, Verdict, evaluate
from consent.core.rulepacks import RULES, Severity
from consent.core.vocabulary import Dimension, Use
from tests.core.asking import NOW, answers, around, ask
from tests.core.verdict_rows import AUGUST, COMM, DUB, IMA, IN_LIEU, ON_TVT, STAND_IN, TABLE, UNPAID, US, until

ROWS = [pytest.param(*row[1:], id=f"{part}: {row[0]}") for part, rows in TABLE.items() for row in rows]


@pytest.mark.parametrize(("asked", "said", "context", "outcome", "rule"), ROWS)
def test_verdict(asked: dict[str, Any], said: dict[str, Any], context: dict[str, Any], outcome: str, rule: str) -> None:
    verdict = evaluate(answers(**said), ask(**asked), around(**context))
    assert (verdict.outcome, verdict.reasons[0].rule) == (outcome, rule)
    assert verdict.reasons[0].outcome is verdict.outcome
    assert [found.dimension for found in verdict.findings] == list(Dimension)
    assert Verdict.from_data(json.loads(json.dumps(verdict.to_data()))) == verdict


def test_the_table_is_large_and_names_each_case_once() -> None:
    names = [row.id for row in ROWS]
    assert len(names) >= 200
    assert len(set(names)) == len(names)
    assert {row.values[3] for row in ROWS} == {outcome.value for outcome in Outcome}


# A table reads by its rows.
# fmt: off
WARNINGS = [
    ("less than 48 hours", AUGUST, ON_TVT | {"now": datetime(2026, 7, 30, 1, tzinfo=NOW.tzinfo)},
     "sagaftra-tvt-2026.notice", True),
    ("48 hours to the minute", AUGUST, ON_TVT | {"now": datetime(2026, 7, 30, tzinfo=NOW.tzinfo)},
     "sagaftra-tvt-2026.notice", False),
    ("48 hours less a minute", AUGUST, ON_TVT | {"now": datetime(2026, 7, 30, tzinfo=NOW.tzinfo) + timedelta(minutes=1)},
     "sagaftra-tvt-2026.notice", True),
    ("a scan without a reason", AUGUST | {"description": {"technique": "new full-body scanning session"}}, ON_TVT,
     "sagaftra-tvt-2026.scan-reason", True),
    ("a scan with a reason", AUGUST | {"description": {"technique": "new full-body scanning session"},
     "business_reason": "The fall cannot be shot safely"}, ON_TVT, "sagaftra-tvt-2026.scan-reason", False),
    ("an earlier scan", AUGUST | {"description": {"technique": "face replacement from her 2019 scan"}}, ON_TVT,
     "sagaftra-tvt-2026.scan-reason", False),
    ("a model for sale", {"uses": ["TRAIN_GENERAL_MODEL"], "training": {"trains": True}}, ON_TVT,
     "sagaftra-tvt-2026.training-notice", True),
    ("photography not said", DUB, ON_TVT, "sagaftra-tvt-2026.dub-photography-unsaid", True),
    ("in lieu, days not estimated", {"in_lieu": {"answer": True}}, ON_TVT, "sagaftra-tvt-2026.estimated-days", True),
    ("in lieu, unpaid", IN_LIEU | UNPAID, ON_TVT, "sagaftra-tvt-2026.unpaid", True),
    ("unrepresented, specific", IN_LIEU | US, {}, "us-ca-lab-927.unrepresented", True),
    ("represented, specific", IN_LIEU | US, {"represented_by_counsel": True}, "us-ca-lab-927.unrepresented", False),
    ("shown in the EU, no disclosure", {"territories": ["FR"]}, {"now": NOW.replace(month=8)},
     "eu-ai-act-50.disclosure", True),
    ("shown in the EU before 2 August 2026", {"territories": ["FR"]}, {}, "eu-ai-act-50.disclosure", False),
    ("shown in the EU, disclosed", {"territories": ["FR"], "duties": ["DISCLOSE_AI"]}, {"now": NOW.replace(month=8)},
     "eu-ai-act-50.disclosure", False),
    ("not shown outside the production", {"territories": ["FR"], "channels": ["INTERNAL"]},
     {"now": NOW.replace(month=8)}, "eu-ai-act-50.disclosure", False),
    ("the bill is off by default", until("2045-06-30") | US, {}, "us-nofakes-bill.ten-years", False),
    ("the bill, switched on", until("2045-06-30") | US, {"enabled_packs": frozenset({"us-nofakes-bill"})},
     "us-nofakes-bill.ten-years", True),
    ("the bill, ten years to the day", until("2036-07-01") | US, {"enabled_packs": frozenset({"us-nofakes-bill"})},
     "us-nofakes-bill.ten-years", False),
    ("the bill, a minor", until("2032-06-30") | US,
     {"enabled_packs": frozenset({"us-nofakes-bill"}), "is_minor": True}, "us-nofakes-bill.minor-five-years", True),
    ("training slipped in", {"training": {"trains": True}}, {}, "gdpr.training-in-generation", True),
    ("a no may cost the job", {"condition_of_engagement": True}, {}, "platform.engagement", True),
    ("after death, alive", {"uses": ["POSTHUMOUS"]}, {}, "platform.posthumous-living", True),
    ("sexual words about a minor", {"description": {"depiction": "She undresses and is nude in the flashback"}},
     {"is_minor": True}, "platform.minor-words", True),
    ("games, no usage reports", {"uses": ["DIGITAL_DOUBLE"]}, {"agreement": IMA}, "sagaftra-ima-2025.usage-reports",
     True),
    ("games, voice and picture", {**STAND_IN, "modalities": ["FACE", "VOICE"]}, {"agreement": IMA},
     "sagaftra-ima-2025.voice-and-picture", True),
    ("commercials, more than 24 months", until("2028-07-02"), {"agreement": COMM},
     "sagaftra-comm-2025.period-of-use", True),
    ("commercials, the same product", {"channels": ["ADVERTISING"]}, {"agreement": COMM},
     "sagaftra-comm-2025.same-product", True),
]
# fmt: on


@pytest.mark.parametrize(("name", "asked", "context", "rule", "holds"), WARNINGS, ids=[row[0] for row in WARNINGS])
def test_a_warning_is_said_and_never_decides(
    name: str, asked: dict[str, Any], context: dict[str, Any], rule: str, holds: bool
) -> None:
    verdict = evaluate(answers(), ask(**asked), around(**context))
    said = {reason.rule: reason for reason in verdict.reasons}
    assert (rule in said) is holds
    if holds:
        assert said[rule].outcome is None
        assert said[rule].severity is RULES[rule].severity is not Severity.BLOCK
        assert verdict.reasons[0].rule != rule


def test_a_never_that_is_not_essential_is_offered_back() -> None:
    asked = {"channels": ["STREAMING", "ADVERTISING"], "sensitivities": ["GAMBLING"]}
    verdict = evaluate(answers(), ask(**asked), around())
    assert verdict.outcome is Outcome.ASK
    assert verdict.negotiable == (Dimension.CHANNEL, Dimension.SENSITIVITY)
    essential = evaluate(answers(), ask(**asked, essential=["SENSITIVITY"]), around())
    assert essential.outcome is Outcome.DECLINE
    assert essential.negotiable == (Dimension.CHANNEL,)


def test_a_use_level_never_is_never_negotiable() -> None:
    verdict = evaluate(answers(), ask(uses=["AGE_CHANGE", "CROWD_FILL"]), around())
    assert verdict.negotiable == ()
    assert [(reason.use, reason.outcome) for reason in verdict.reasons if reason.rule == "preferences.use"] == [
        (Use.CROWD_FILL, Outcome.DECLINE)
    ]


def test_every_reason_is_given_not_only_the_first() -> None:
    asked = ask(channels=["GAME"], territories=["JP"], fees=[{"basis": "FLAT", "amount": 1, "currency": "GBP"}])
    rules = [reason.rule for reason in evaluate(answers(), asked, around()).reasons]
    assert rules == ["preferences.territory", "preferences.fee", "preferences.channel"]


def test_a_verdict_keeps_the_editions_it_was_judged_by() -> None:
    verdict = evaluate(answers(), ask(), around())
    assert verdict.pack_versions == {"platform": "2026-01", "gdpr": "2018-05"}
    assert verdict.score == 100
    assert not verdict.heightened
