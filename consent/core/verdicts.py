"""A verdict with every reason, and how findings and reasons are weighed into one.

Precedence: hard block > rule-pack block > performer's stop > strike > NEVER > missing information > ASK > ALLOW.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from consent.core import specificity
from consent.core.compare import Finding, Relation, Standing, strictest_findings
from consent.core.rulepacks import PLATFORM, Rule, Severity
from consent.core.terms import Terms
from consent.core.vocabulary import Dimension, Use


class Outcome(StrEnum):
    """Declaration order runs from strictest to freest."""

    BLOCKED = "BLOCKED"
    DECLINE = "DECLINE"
    ASK = "ASK"
    ALLOW = "ALLOW"

    @property
    def strictness(self) -> int:
        """3 for BLOCKED down to 0 for ALLOW."""
        return _STRICTNESS[self]


_STRICTNESS = MappingProxyType({outcome: 3 - number for number, outcome in enumerate(Outcome)})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that bears on the verdict; ``outcome`` is None for WARN and LOG.

    ``rule`` is a rule of a pack (``platform.minor-sexual``), of the resolver (``person.stopped``, ``strike``, ``heightened``
    ...) or of the preferences (``preferences.channel``, ``missing.term``). ``code`` picks the sentence: RULE for a
    pack's own, a finding's code, or one of CODES.
    """

    rule: str
    outcome: Outcome | None
    severity: Severity | None
    dimension: Dimension | None
    use: Use | None
    code: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    allowed: Mapping[str, Any] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "outcome": self.outcome.value if self.outcome else None,
            "severity": self.severity.value if self.severity else None,
            "dimension": self.dimension.value if self.dimension else None,
            "use": self.use.value if self.use else None,
            "code": self.code,
            "asked": dict(self.asked),
            "allowed": dict(self.allowed),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Reason:
        """Read what ``to_data`` wrote."""
        return cls(
            rule=data["rule"],
            outcome=Outcome(data["outcome"]) if data["outcome"] else None,
            severity=Severity(data["severity"]) if data["severity"] else None,
            dimension=Dimension(data["dimension"]) if data["dimension"] else None,
            use=Use(data["use"]) if data["use"] else None,
            code=data["code"],
            asked=data["asked"],
            allowed=data["allowed"],
        )


CODES: tuple[str, ...] = (
    "RULE",
    "STOPPED",
    "PAUSED",
    "STRIKE",
    "HEIGHTENED",
    "EXCLUSIVE_ELSEWHERE",
    "AUTO_APPROVE_OFF",
    "ALL_FITS",
)
"""Sentence codes of reasons that are not findings."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reasons`` stand in order of precedence: the first one decided. ``findings`` are the strictest per dimension.

    ``negotiable`` are NEVERs on terms the studio does not call essential, offered back as a counter-offer without them.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    pack_versions: Mapping[str, str]
    score: int
    heightened: bool
    negotiable: tuple[Dimension, ...] = ()

    def to_data(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value,
            "reasons": [reason.to_data() for reason in self.reasons],
            "findings": [found.to_data() for found in self.findings],
            "pack_versions": dict(self.pack_versions),
            "score": self.score,
            "heightened": self.heightened,
            "negotiable": [dimension.value for dimension in self.negotiable],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Verdict:
        """Read what ``to_data`` wrote."""
        return cls(
            outcome=Outcome(data["outcome"]),
            reasons=tuple(Reason.from_data(reason) for reason in data["reasons"]),
            findings=tuple(Finding.from_data(found) for found in data["findings"]),
            pack_versions=data["pack_versions"],
            score=data["score"],
            heightened=data["heightened"],
            negotiable=tuple(Dimension(dimension) for dimension in data["negotiable"]),
        )


def judge(
    terms: Terms,
    each: Sequence[Sequence[Finding]],
    reasons: Iterable[Reason],
    pack_versions: Mapping[str, str],
    *,
    heightened: bool,
    auto_approve: bool,
) -> Verdict:
    """Weigh findings and reasons by precedence. ``each`` holds the findings of every use asked for."""
    merged = strictest_findings(each)
    weighed = [*reasons, *(reason for found in _bearing(each, merged) for reason in _weigh(found, terms))]
    if heightened:
        weighed.append(own_reason("heightened", Outcome.ASK, "HEIGHTENED"))
    if not auto_approve:
        weighed.append(own_reason("auto-approve.off", Outcome.ASK, "AUTO_APPROVE_OFF"))
    outcome = max((r.outcome for r in weighed if r.outcome), key=lambda o: o.strictness, default=Outcome.ALLOW)
    if outcome is Outcome.ALLOW:
        weighed.append(own_reason("preferences.allowed", Outcome.ALLOW, "ALL_FITS"))
    return Verdict(
        outcome=outcome,
        reasons=tuple(sorted(weighed, key=_precedence)),
        findings=merged,
        pack_versions=pack_versions,
        score=specificity.score(terms).score,
        heightened=heightened,
        negotiable=tuple(
            found.dimension
            for found in merged
            if found.standing is Standing.NEVER and not _declines(found.dimension, terms)
        ),
    )


def _bearing(each: Sequence[Sequence[Finding]], merged: Sequence[Finding]) -> Iterator[Finding]:
    """Every use's own answer, then the strictest finding of each other dimension."""
    for findings in each:
        yield from (found for found in findings if found.dimension is Dimension.USE)
    yield from (found for found in merged if found.dimension is not Dimension.USE)


def _weigh(found: Finding, terms: Terms) -> tuple[Reason, ...]:
    if found.standing is Standing.FITS:
        return ()
    outcome = Outcome.ASK
    if found.standing is Standing.NEVER and _declines(found.dimension, terms):
        outcome = Outcome.DECLINE
    kind = "missing" if found.relation is Relation.MISSING else "preferences"
    rule = f"{kind}.{found.dimension.lower().replace('_', '-')}"
    return (Reason(rule, outcome, None, found.dimension, found.use, found.code, found.asked, found.allowed),)


def _declines(dimension: Dimension, terms: Terms) -> bool:
    return dimension is Dimension.USE or dimension in terms.essential


def rule_reason(rule: Rule) -> Reason:
    """The reason that a pack's rule gives when it holds."""
    outcome = Outcome.BLOCKED if rule.severity is Severity.BLOCK else None
    return Reason(rule.id, outcome, rule.severity, rule.dimension, None, "RULE")


def own_reason(rule: str, outcome: Outcome, code: str, **more: Any) -> Reason:
    """A reason of the resolver itself; ``more`` may hold dimension, asked and allowed."""
    return Reason(rule, outcome, None, more.pop("dimension", None), None, code, **more)


_OWN_STEP = MappingProxyType({"person.stopped": 2, "person.paused": 2, "strike": 3})


def _precedence(reason: Reason) -> tuple[int, int]:
    """Steps of the precedence; inside a step the stricter outcome and the wider gap first."""
    further = 0 if reason.code.endswith(("_WIDER", "_LONGER", "_UNDER")) or reason.code == "FEE_NONE" else 1
    if reason.outcome is Outcome.BLOCKED:
        own = 0 if reason.rule.startswith(f"{PLATFORM}.") else 1
        return _OWN_STEP.get(reason.rule, own), 0
    if reason.code.endswith("_NEVER"):
        return 4, 0 if reason.outcome is Outcome.DECLINE else 1
    if reason.rule.startswith("missing."):
        return 5, 0
    if reason.outcome is Outcome.ASK:
        return 6, further if reason.dimension else 2
    if reason.outcome is Outcome.ALLOW:
        return 7, 0
    return 8, 0 if reason.severity is Severity.WARN else 1
