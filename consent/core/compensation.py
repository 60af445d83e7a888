"""What fee lines come to, in whole minor units."""

from __future__ import annotations

from consent.core.terms import FeeLine, Terms
from consent.core.vocabulary import FeeBasis, FeeUnit

_MONTHS = {FeeUnit.MONTH: 1, FeeUnit.YEAR: 12}


def total(terms: Terms) -> tuple[int, str] | None:
    """The estimated total and its currency; ``None`` where a line cannot be summed (a share, or no estimate).

    No fee at all, said on purpose, is (0, "").
    """
    months = terms.dates.months if terms.dates else None
    sums = [_line_total(line, months) for line in terms.fees]
    if not sums or any(amount is None for amount in sums):
        return None
    currency = next((line.currency for line in terms.fees if line.currency), "")
    return sum(amount or 0 for amount in sums), currency


def _line_total(line: FeeLine, months: int | None) -> int | None:
    if line.basis is FeeBasis.NONE:
        return 0
    if line.basis is FeeBasis.FLAT:
        return line.amount
    if line.basis in (FeeBasis.PER_DAY, FeeBasis.PER_UNIT):
        return line.amount * line.estimate if line.estimate else None
    if line.basis is FeeBasis.PER_PERIOD and line.unit in _MONTHS and months is not None:
        periods = -(-months // _MONTHS[line.unit])
        return line.amount * periods
    return None
