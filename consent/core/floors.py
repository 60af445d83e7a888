"""Whether the money offered reaches the least a performer would take.

Fees compare on the same basis, unit and currency only. Two conversions are safe and made: a month against a year, and
a flat fee against a floor per period (flat fee >= floor x months shown / months in the period; extra periodic lines
count too). A periodic fee is never counted up against a flat floor: a longer term would then look like better money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from consent.core.preferences import Floor
from consent.core.terms import FeeLine
from consent.core.vocabulary import FeeBasis, FeeUnit

_MONTHS = {FeeUnit.MONTH: 1, FeeUnit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Weighed:
    """``suffix`` is the end of a FEE sentence code; ``short`` is what lacks, in minor units on the floor's own basis."""

    suffix: str
    short: int = 0


def weigh(fees: tuple[FeeLine, ...], floor: Floor, months: int | None) -> Weighed:
    """``months`` is the time that finished work is shown; None where it is not said."""
    if not fees:
        return Weighed("MISSING")
    unpaid = all(line.basis is FeeBasis.NONE for line in fees)
    if not floor.amount:
        return Weighed("UNPAID" if unpaid else "NO_FLOOR")
    if unpaid:
        return Weighed("NONE", floor.amount)
    if all(line.currency not in ("", floor.currency) for line in fees):
        return Weighed("OTHER_CURRENCY")
    own = [line for line in fees if _counts(line, floor, months)]
    if not own:
        return Weighed("OTHER_BASIS")
    short = _short(own, floor, months)
    if short <= 0:
        return Weighed("FITS")
    return Weighed("UNDER", short) if len(own) == len(fees) else Weighed("OTHER_BASIS")


def _counts(line: FeeLine, floor: Floor, months: int | None) -> bool:
    if line.currency != floor.currency:
        return False
    if floor.basis is FeeBasis.PER_PERIOD and line.basis is FeeBasis.FLAT:
        return months is not None
    if line.basis is not floor.basis:
        return False
    return line.basis is FeeBasis.PER_PERIOD or line.unit is floor.unit


def _short(own: Iterable[FeeLine], floor: Floor, months: int | None) -> int:
    if floor.basis is not FeeBasis.PER_PERIOD or floor.unit is None:
        return floor.amount - sum(line.amount for line in own)
    period = _MONTHS[floor.unit]
    term = months or 1
    # Totals over the whole term in twelfths of a minor unit, so that no division loses a penny.
    offered = 0
    for line in own:
        a_month = line.amount * 12 // _MONTHS[line.unit] if line.unit else 0
        offered += line.amount * 12 if line.basis is FeeBasis.FLAT else a_month * term
    lacking = floor.amount * 12 // period * term - offered
    return -(-lacking * period // (12 * term))


def floor_data(floor: Floor) -> dict[str, Any]:
    return {
        "amount": floor.amount,
        "currency": floor.currency,
        "basis": floor.basis.value,
        "unit": floor.unit.value if floor.unit else None,
    }


def fee_data(fees: Iterable[FeeLine]) -> list[dict[str, Any]]:
    """Fee lines as JSON, for both sides of a finding."""
    return [
        {
            "basis": line.basis.value,
            "amount": line.amount,
            "currency": line.currency,
            "unit": line.unit.value if line.unit else None,
            "estimate": line.estimate,
            "share_bp": line.share_bp,
            "share_of": line.share_of,
        }
        for line in fees
    ]
