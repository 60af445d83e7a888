"""Money, places, languages and times as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from consent.core import places
from consent.core.currencies import CURRENCIES
from consent.core.preferences import Floor
from consent.core.terms import FeeLine
from consent.core.vocabulary import FeeBasis, FeeUnit
from consent.render import money, places_words, times


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (650_000, "GBP", None, "£6,500"),
        (650_050, "GBP", None, "£6,500.50"),
        (0, "GBP", None, "£0"),
        (5_000, "JPY", None, "JP¥5,000"),
        (650_000, "EUR", "fr", "6\u202f500\xa0€"),
        (650_050, "EUR", "es", "6.500,50\xa0€"),
        (123_456, "KWD", None, "KWD\xa0123.456"),
    ],
)
def test_money(amount: int, currency: str, locale: str | None, text: str) -> None:
    assert money.money(amount, currency, locale).replace("\xa0", " ") == text.replace("\xa0", " ")


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_minor_units_go_there_and_back(currency: str) -> None:
    for amount in (0, 1, 7, 123_456):
        assert money.to_minor(money.to_major(amount, currency), currency) == amount
    with pytest.raises(ValueError, match=currency):
        money.to_minor(Decimal("0.00001"), currency)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (FeeLine(basis=FeeBasis.NONE), "no fee"),
        (FeeLine(basis=FeeBasis.FLAT, amount=420_000, currency="GBP"), "£4,200"),
        (FeeLine(basis=FeeBasis.PER_PERIOD, amount=650_000, currency="GBP", unit=FeeUnit.YEAR), "£6,500 a year"),
        (FeeLine(basis=FeeBasis.PER_DAY, amount=45_000, currency="GBP", estimate=1), "£450 a day for about 1 day"),
        (FeeLine(basis=FeeBasis.PER_DAY, amount=45_000, currency="GBP"), "£450 a day"),
        (
            FeeLine(basis=FeeBasis.PER_UNIT, amount=3_050, currency="GBP", unit=FeeUnit.LINE, estimate=140),
            "£30.50 a line, about 140 in all",
        ),
        (FeeLine(basis=FeeBasis.REVENUE_SHARE, share_bp=250, share_of="net revenue"), "2.5% of net revenue"),
    ],
)
def test_fee_lines(line: FeeLine, text: str) -> None:
    assert money.fee(line) == text


def test_several_fees_and_floors() -> None:
    flat = FeeLine(basis=FeeBasis.FLAT, amount=200_000, currency="GBP")
    share = FeeLine(basis=FeeBasis.REVENUE_SHARE, share_bp=100, share_of="sales")
    assert money.fees([flat, share]) == "£2,000 and 1% of sales"
    floor = Floor(amount=800_000, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
    assert money.floor(floor) == "from £8,000 a year"
    assert money.floor(Floor(amount=0, currency="")) == "no minimum"


WIDE = places.expand(["UKI", "EEA", "JP", "KR", "BR", "AR", "CL", "ZA", "EG", "TH"])


@pytest.mark.parametrize(
    ("codes", "short", "inside"),
    [
        (places.COUNTRIES, "Worldwide", "worldwide"),
        ((), "Nowhere", "nowhere"),
        (("GB", "IE"), "UK and Ireland", "in the UK and Ireland"),
        (("FR",), "France", "in France"),
        (("GB",), "United Kingdom", "in the United Kingdom"),
        (
            WIDE,
            "UK and Ireland, EU and EEA, Argentina, Brazil, + 6 countries",
            "in the UK and Ireland, the EU and EEA, Argentina, Brazil, Chile, Egypt and 4 more countries",
        ),
        (
            set(places.COUNTRIES) - {"RU", "BY"},
            "Everywhere except Belarus and Russia",
            "everywhere except Belarus and Russia",
        ),
    ],
)
def test_places(codes: tuple[str, ...], short: str, inside: str) -> None:
    assert places_words.places(codes) == short
    assert places_words.places_in(codes) == inside


def test_every_place_has_a_name_in_every_language() -> None:
    for locale in ("en", "es", "fr"):
        with override(locale):
            named = {code: places_words.place(code) for code in (*places.COUNTRIES, *places.REGIONS)}
        assert not [code for code, name in named.items() if name == code and code != "EU"]


def test_languages() -> None:
    assert (
        places_words.languages(["fr", "es-419", "pt-BR"]) == "French, Spanish (Latin America) and Portuguese (Brazil)"
    )
    assert places_words.languages([]) == "any language"
    assert places_words.language("qaa") == "qaa"
    assert places_words.language("es", "fr") == "espagnol"


def test_days_and_weekdays() -> None:
    day = date(2026, 6, 19)
    assert (times.day(day), times.weekday(day), times.month(day)) == ("19 June 2026", "Friday 19 June", "June 2026")
    assert times.weekday(day, "fr") == "vendredi 19 juin"
    assert times.weekday(day, "es") == "viernes, 19 de junio"


def test_a_deadline_at_midnight_is_the_day_before() -> None:
    midnight = datetime(2026, 6, 19, 23, 0, tzinfo=UTC)
    assert str(times.deadline(midnight, "Europe/London")) == "Friday 19 June"
    assert times.last_day(midnight, "Europe/London") == date(2026, 6, 19)
    there = times.deadline(midnight, "America/New_York")
    assert (str(there), there.utc) == ("Friday 19 June, 19:00", "2026-06-19 23:00 UTC")
    assert times.moment(midnight, "Asia/Tokyo") == "20 June 2026, 08:00"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 month"),
        (11, "11 months"),
        (12, "1 year"),
        (18, "18 months"),
        (24, "2 years"),
        (42, "3 years and 6 months"),
        (60, "5 years"),
    ],
)
def test_months(count: int, text: str) -> None:
    assert times.months(count) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=19, hours=5), "19 days"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(minutes=61), "1 hour"),
        (timedelta(minutes=10), "10 minutes"),
        (timedelta(seconds=119), "a moment"),
        (timedelta(days=-3), "a moment"),
    ],
)
def test_how_long_is_left(left: timedelta, text: str) -> None:
    now = datetime(2026, 6, 11, tzinfo=UTC)
    assert times.until(now + left, now=now) == text


def test_running_times() -> None:
    assert [times.seconds(ms) for ms in (0, 999, 760_000, 3_725_000)] == ["0:00", "0:01", "12:40", "1:02:05"]
