"""A small total language for conditions over named facts: data in, yes or no out, and it always ends.

``all`` ``any`` ``not`` combine; ``is`` asks a flag; ``eq`` ``in`` read a text or number; ``gt`` ``lt`` ``ge`` ``le`` a
number or a day; ``intersects`` a set of codes; ``missing`` anything unsaid. A comparison with an unsaid fact is no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

Facts: TypeAlias = Mapping[str, Any]
Test: TypeAlias = Callable[[Facts], bool]


class Kind(StrEnum):
    """What a fact holds; every fact may also be None, which is unsaid. A day is an ISO 8601 text."""

    FLAG = "FLAG"
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DAY = "DAY"
    CODES = "CODES"


class BadCondition(ValueError):
    """The condition cannot be read; the message says where and why."""


def build(condition: Mapping[str, Any], facts: Mapping[str, Kind]) -> Test:
    """Check a condition against the known facts and make it runnable. Raises BadCondition."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise BadCondition(f"one operator expected: {condition!r}")
    ((operator, operand),) = condition.items()
    if operator in ("all", "any"):
        return _several(operator, operand, facts)
    if operator == "not":
        inner = build(operand, facts)
        return lambda known: not inner(known)
    if operator == "is":
        name = _name(operand, facts, Kind.FLAG)
        return lambda known: known[name] is True
    if operator == "missing":
        name = _name(operand, facts, *Kind)
        return lambda known: known[name] is None
    if operator in _COMPARED:
        return _compared(operator, operand, facts)
    raise BadCondition(f"unknown operator {operator!r}")


def _several(operator: str, operand: Any, facts: Mapping[str, Kind]) -> Test:
    if not isinstance(operand, list) or not operand:
        raise BadCondition(f"{operator!r} needs a list of conditions")
    tests = tuple(build(part, facts) for part in operand)
    if operator == "all":
        return lambda known: all(test(known) for test in tests)
    return lambda known: any(test(known) for test in tests)


_ORDERED = (Kind.NUMBER, Kind.DAY)
_COMPARED: Mapping[str, tuple[Kind, ...]] = {
    "eq": (Kind.TEXT, Kind.NUMBER, Kind.DAY),
    "in": (Kind.TEXT,),
    "intersects": (Kind.CODES,),
    "gt": _ORDERED,
    "lt": _ORDERED,
    "ge": _ORDERED,
    "le": _ORDERED,
}


def _compared(operator: str, operand: Any, facts: Mapping[str, Kind]) -> Test:
    if not isinstance(operand, list) or len(operand) != 2:
        raise BadCondition(f"{operator!r} needs a fact and a value")
    name = _name(operand[0], facts, *_COMPARED[operator])
    value = operand[1]
    _check(operator, name, facts[name], value)
    if operator == "eq":
        return lambda known: known[name] == value
    if operator == "in":
        allowed = frozenset(value)
        return lambda known: known[name] in allowed
    if operator == "intersects":
        wanted = frozenset(value)
        return lambda known: not wanted.isdisjoint(known[name] or ())
    if operator == "gt":
        return lambda known: known[name] is not None and bool(known[name] > value)
    if operator == "lt":
        return lambda known: known[name] is not None and bool(known[name] < value)
    if operator == "ge":
        return lambda known: known[name] is not None and bool(known[name] >= value)
    return lambda known: known[name] is not None and bool(known[name] <= value)


def _check(operator: str, name: str, kind: Kind, value: Any) -> None:
    """The value must be of the fact's own kind: a number beside a text would be silently false for ever."""
    if operator in ("in", "intersects"):
        good = isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)
    elif kind is Kind.NUMBER:
        good = isinstance(value, int) and not isinstance(value, bool)
    else:
        good = isinstance(value, str) and bool(value)
    if not good:
        raise BadCondition(f"{operator!r} on {name} cannot read {value!r}")


def _name(name: Any, facts: Mapping[str, Kind], *kinds: Kind) -> str:
    if not isinstance(name, str) or name not in facts:
        raise BadCondition(f"unknown fact {name!r}")
    if facts[name] not in kinds:
        raise BadCondition(f"fact {name} is {facts[name]}, not {' or '.join(kinds)}")
    return name
