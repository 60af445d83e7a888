"""Single answers of a preference set: which of two is tighter, and how each is written as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from consent.core import places
from consent.core.preferences import Conditions, Floor
from consent.core.terms import Caps
from consent.core.vocabulary import FIRST_SENSITIVITY, FeeBasis, FeeUnit, Sensitivity, Stance, strictest

_CAPS = ("lines", "seconds", "versions", "generations")


class Pair(NamedTuple):
    """One answer before and after; None is "as my defaults"."""

    before: Any
    after: Any


def stance(defaults: Conditions, name: str, key: Any) -> Stance:
    """What the defaults say to one channel, modality or sensitivity, also where it was added to the vocabulary later."""
    said: Mapping[Any, Stance] = getattr(defaults, name) or {}
    return said.get(key) or (FIRST_SENSITIVITY[key] if isinstance(key, Sensitivity) else Stance.ASK)


def meet(one: Any, other: Any) -> Any:
    """The freest answer that is as tight as both, of the same kind; None where there is no such answer."""
    if one == other:
        return one
    if isinstance(one, Stance):
        return strictest(one, other)
    if isinstance(one, frozenset):
        return one & other
    if isinstance(one, int):
        return min(one, other)
    if isinstance(one, Caps):
        return Caps(**{name: _least(getattr(one, name), getattr(other, name)) for name in _CAPS})
    if isinstance(one, Floor):
        return _higher(one, other)
    return _shared(one, other)


def _least(one: int | None, other: int | None) -> int | None:
    said = [number for number in (one, other) if number is not None]
    return min(said, default=None)


def _higher(one: Floor, other: Floor) -> Floor | None:
    if not one.amount or not other.amount:
        return one if one.amount else other
    if (one.currency, one.basis, one.unit) != (other.currency, other.basis, other.unit):
        return None
    return max(one, other, key=lambda floor: floor.amount)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...] | None:
    """Languages that both allow; no language at all means any, so "none in common" cannot be said."""
    if not one or not other:
        return one or other
    both = {tag for tag in one if any(places.covers(broad, tag) for broad in other)}
    both |= {tag for tag in other if any(places.covers(broad, tag) for broad in one)}
    return tuple(sorted(both)) or None


def plain(answer: Any) -> Any:
    """An answer as JSON; None stays None."""
    if isinstance(answer, Stance):
        return answer.value
    if isinstance(answer, (frozenset, tuple)):
        return sorted(answer)
    if isinstance(answer, Caps):
        return {name: number for name in _CAPS if (number := getattr(answer, name)) is not None}
    if isinstance(answer, Floor):
        return {
            "amount": answer.amount,
            "currency": answer.currency,
            "basis": answer.basis.value,
            "unit": answer.unit.value if answer.unit else None,
        }
    return answer


def _floor(data: Mapping[str, Any]) -> Floor:
    unit = FeeUnit(data["unit"]) if data["unit"] else None
    return Floor(amount=data["amount"], currency=data["currency"], basis=FeeBasis(data["basis"]), unit=unit)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "territories": frozenset,
    "languages": tuple,
    "longest_months": int,
    "retention_days": int,
    "floor": _floor,
    "caps": lambda data: Caps(**data),
    "exclusivity": Stance,
}


def read(name: str, data: Any) -> Any:
    """The answer of one field of Conditions that ``plain`` wrote."""
    return None if data is None else _READERS[name](data)
