"""The same 40 rules in the words of other policy engines, so that all of them answer alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from consent.core.policy import Outcome
from consent.core.preferences import Preferences
from consent.core.terms import Terms
from consent.core.vocabulary import Dimension, Stance

LISTS = {"channels": Dimension.CHANNEL, "modalities": Dimension.MODALITY, "sensitivities": Dimension.SENSITIVITY}
Asked = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """``closed``: (field, code, is it NEVER?); limits as they stand in the answers."""

    closed: list[tuple[str, str, bool]]
    countries: list[str]
    months: int
    retention: int

    @classmethod
    def of(cls, said: Preferences) -> Rules:
        closed = [
            ("uses", use.value, own.stance is Stance.NEVER)
            for use, own in said.uses.items()
            if own.stance is not Stance.ALLOW
        ]
        for name in LISTS:
            for code, stance in getattr(said.defaults, name).items():
                if stance is not Stance.ALLOW:
                    closed.append((name, code.value, stance is Stance.NEVER))
        limits = said.defaults
        return cls(closed, sorted(limits.territories or ()), limits.longest_months or 0, limits.retention_days or 0)


def plain(terms: Terms) -> dict[str, Any]:
    """A request as plain values."""
    dates = terms.dates
    return {
        "uses": [use.value for use in terms.uses],
        "channels": [code.value for code in terms.channels],
        "modalities": [code.value for code in terms.modalities],
        "sensitivities": [code.value for code in terms.sensitivities],
        "countries": sorted(terms.territories),
        "months": dates.months if dates else 0,
        "retention": dates.retention_days if dates else 0,
        "exclusive": terms.exclusive,
    }


def outcome(ids: list[str], terms: Terms) -> Outcome:
    """Ids of rules that held, such as ``never.uses.VOICE_CLONE``, weighed as product.md weighs them."""
    essential = {name for name, dimension in LISTS.items() if dimension in terms.essential}
    if any(each.startswith("never.") and each.split(".")[1] in {"uses", *essential} for each in ids):
        return Outcome.DECLINE
    return Outcome.ASK if ids or terms.heightened else Outcome.ALLOW


def _id(field: str, code: str, never: bool) -> str:
    return f"{'never' if never else 'ask'}.{field}.{code}"


def _limits(rules: Rules) -> dict[str, tuple[str, str, str]]:
    """Id: the condition in Cedar's words, Casbin's (a field and a value) and Zen's."""
    return {
        "ask.countries": (f"!({json.dumps(rules.countries)}.containsAll(context.countries))", "countries", ""),
        "ask.months": (f"context.months > {rules.months}", "months", f"months > {rules.months}"),
        "ask.retention": (f"context.retention > {rules.retention}", "retention", f"retention > {rules.retention}"),
        "ask.exclusive": ("context.exclusive", "exclusive", "exclusive"),
    }


# --- Cedar -----------------------------------------------------------------------------------------------------------


def _cedar(package: ModuleType, rules: Rules) -> tuple[Asked, Asked]:
    told = ["permit(principal, action, resource);"]
    for field, code, never in rules.closed:
        told.append(
            f'@id("{_id(field, code, never)}") forbid(principal, action, resource) when {{ context.{field}.contains("{code}") }};'
        )
    for name, (condition, _field, _zen) in _limits(rules).items():
        told.append(f'@id("{name}") forbid(principal, action, resource) when {{ {condition} }};')
    policies = package.PolicySet.from_str("\n".join(told))
    entities = package.Entities.from_json_str("[]")

    def form(terms: Terms) -> dict[str, Any]:
        who = {"principal": 'Studio::"s"', "action": 'Action::"use"', "resource": 'Performer::"p"'}
        return {**who, "context": plain(terms)}

    return lambda request: package.is_authorized(request, policies, entities), form


def _cedar_outcome(result: Any, terms: Terms) -> Outcome:
    return outcome(list(result.diagnostics.id_annotations_by_reason.values()), terms)


# --- Casbin ----------------------------------------------------------------------------------------------------------

_CASBIN = """
[request_definition]
r = asked
[policy_definition]
p = field, code, eft
[policy_effect]
e = !some(where (p.eft == deny))
[matchers]
m = hit(r.asked, p.field, p.code)
"""


def _casbin(package: ModuleType, rules: Rules) -> tuple[Asked, Asked]:
    model = package.Enforcer.new_model(text=_CASBIN)
    enforcer = package.Enforcer(model)
    allowed = frozenset(rules.countries)
    limits: Mapping[str, Callable[[Any], bool]] = {
        "countries": lambda asked: not allowed.issuperset(asked),
        "months": lambda asked: asked > rules.months,
        "retention": lambda asked: asked > rules.retention,
        "exclusive": bool,
    }
    enforcer.add_function(
        "hit", lambda asked, field, code: limits[field](asked[field]) if field in limits else code in asked[field]
    )
    for field, code, _never in rules.closed:
        enforcer.add_policy(field, code, "deny")
    for field in limits:
        enforcer.add_policy(field, "-", "deny")
    return lambda asked: enforcer.enforce(asked), plain


def _casbin_outcome(free: Any, terms: Terms) -> Outcome:
    return outcome([] if free else ["ask.first"], terms)


# --- Zen -------------------------------------------------------------------------------------------------------------


def _zen(package: ModuleType, rules: Rules) -> tuple[Asked, Asked]:
    table = [
        {"_id": str(number), "i": f"'{code}' in {field}", "o": f"'{_id(field, code, never)}'"}
        for number, (field, code, never) in enumerate(rules.closed)
    ]
    limits = {name: zen for name, (_cedar, _field, zen) in _limits(rules).items()}
    limits["ask.countries"] = f"some(countries, # not in {json.dumps(rules.countries)})".replace('"', "'")
    table += [{"_id": name, "i": condition, "o": f"'{name}'"} for name, condition in limits.items()]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i", "name": "asked", "field": ""}],
        "outputs": [{"id": "o", "name": "rule", "field": "rule"}],
        "rules": table,
    }
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": content, "position": place},
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    decision = package.ZenEngine().create_decision(
        json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
    )
    return decision.evaluate, plain


def _zen_outcome(answer: Any, terms: Terms) -> Outcome:
    found = answer["result"]
    return outcome([each["rule"] for each in (found if isinstance(found, list) else [])], terms)


@dataclass(frozen=True, slots=True)
class Engine:
    """``first_only``: it stops at the first rule that holds, and so can neither give every reason nor tell no from ask."""

    package: str
    title: str
    build: Callable[[ModuleType, Rules], tuple[Asked, Asked]]
    outcome: Callable[[Any, Terms], Outcome]
    first_only: bool = False


ENGINES = {
    "cedarpy": Engine("cedarpy", "Cedar (cedarpy, parsed before)", _cedar, _cedar_outcome),
    "casbin": Engine("casbin", "Casbin (first rule only)", _casbin, _casbin_outcome, first_only=True),
    "zen": Engine("zen", "Zen (decision table)", _zen, _zen_outcome),
}
