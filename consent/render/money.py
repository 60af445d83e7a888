"""Money and fee lines in words: whole minor units in, the reader's notation out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consent.core.preferences import Floor
from consent.core.terms import FeeLine
from consent.core.vocabulary import FeeBasis, FeeUnit
from consent.render.times import locale_of

NOT_SHOWN = _("Not shown to you")
"""Where a fee stands in a row, for a reader who may not see it."""

NOT_SHOWN_SUM = _("a sum that is not shown to you")
"""The same inside a sentence."""

# CLDR puts a space between a currency's letters and its digits; Babel leaves that to its caller.
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")

_PER_UNIT: Mapping[FeeUnit, Promise] = {
    FeeUnit.LINE: _("%(sum)s a line"),
    FeeUnit.WORD: _("%(sum)s a word"),
    FeeUnit.MINUTE: _("%(sum)s a minute"),
    FeeUnit.SECOND: _("%(sum)s a second"),
    FeeUnit.SHOT: _("%(sum)s a shot"),
    FeeUnit.VERSION: _("%(sum)s a version"),
    FeeUnit.GENERATION: _("%(sum)s a generation"),
    FeeUnit.MONTH: _("%(sum)s a month"),
    FeeUnit.YEAR: _("%(sum)s a year"),
}


def shown(reader: str, told: bool | None) -> bool:
    """May ``reader`` read a sum? Where the caller does not say, a representative may not: closed until it is given."""
    return reader != "representative" if told is None else told


def digits(currency: str) -> int:
    """How many digits the minor unit has: 2 for GBP, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def to_major(amount_minor: int, currency: str) -> Decimal:
    """650000 GBP is Decimal("6500.00")."""
    return Decimal(amount_minor).scaleb(-digits(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """The other way. Raises ValueError for more decimals than the currency has."""
    minor = amount.scaleb(digits(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {digits(currency)} decimals")
    return int(minor)


def money(amount_minor: int, currency: str, locale: str | None = None) -> str:
    """ "£6,500"; decimals only where there are any. ``locale`` None is the active language."""
    return _money(amount_minor, currency, str(locale_of(locale)))


@lru_cache(maxsize=4096)
def _money(amount_minor: int, currency: str, locale: str) -> str:
    amount = to_major(amount_minor, currency)
    whole = amount == amount.to_integral_value()
    found = locale_of(locale)
    pattern = found.currency_formats["standard"].pattern
    if whole:
        text = format_currency(amount, currency, format=_without_decimals(pattern), locale=found, currency_digits=False)
    else:
        text = format_currency(amount, currency, locale=found)
    return _LETTER_BY_DIGIT.sub("\xa0", text)


def fee(line: FeeLine, locale: str | None = None) -> str:
    """One fee line: "£6,500 a year", "£450 a day for about 12 days", "2.5% of net revenue", "no fee"."""
    if line.basis is FeeBasis.NONE:
        return gettext("no fee")
    if line.basis is FeeBasis.REVENUE_SHARE:
        return gettext("%(share)s of %(whole)s") % {"share": share(line.share_bp or 0, locale), "whole": line.share_of}
    amount = per(line.basis, line.unit, money(line.amount, line.currency, locale))
    if line.estimate and line.basis is FeeBasis.PER_DAY:
        about = ngettext("about %(count)d day", "about %(count)d days", line.estimate) % {"count": line.estimate}
        return gettext("%(sum)s for %(about)s") % {"sum": amount, "about": about}
    if line.estimate:
        return gettext("%(sum)s, about %(count)d in all") % {"sum": amount, "count": line.estimate}
    return amount


def fees(lines: Iterable[FeeLine], locale: str | None = None) -> str:
    """All fee lines: "£2,000 and £30 a line"."""
    return format_list([fee(line, locale) for line in lines], style="standard", locale=locale_of(locale))


def per(basis: FeeBasis, unit: FeeUnit | None, amount: str) -> str:
    """The sum with what it is paid for."""
    if basis is FeeBasis.PER_DAY:
        return gettext("%(sum)s a day") % {"sum": amount}
    if basis in (FeeBasis.PER_UNIT, FeeBasis.PER_PERIOD) and unit is not None:
        return str(_PER_UNIT[unit]) % {"sum": amount}
    return amount


def share(basis_points: int, locale: str | None = None) -> str:
    """250 basis points are "2.5%"."""
    number = format_decimal(Decimal(basis_points) / 100, locale=locale_of(locale))
    return gettext("%(number)s%%") % {"number": number}


def floor(value: Floor, locale: str | None = None) -> str:
    """ "from £8,000 a year"; "no minimum" for 0."""
    if not value.amount:
        return gettext("no minimum")
    return gettext("from %(sum)s") % {"sum": floor_sum(value, locale)}


def floor_sum(value: Floor, locale: str | None = None) -> str:
    """ "£8,000 a year" """
    return per(value.basis, value.unit, money(value.amount, value.currency, locale))


def _without_decimals(pattern: str) -> str:
    return pattern.replace("0.00", "0")
