"""Kinds of fields that several forms share: ticks and radios over a vocabulary, plain texts, days, yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from consent.core import places
from consent.core.vocabulary import USES_AT
from consent.render import money, places_words, words

LINE, PARAGRAPH = 300, 4000
"""The most letters of a one-line answer and of a text in several lines."""

REGIONS = ("UKI", "EU", "EEA", "USCA", "150", "019", "142", "002", "009")
"""The regions offered as ticks; every other set of countries is chosen one by one."""

CURRENCIES = (
    "GBP", "EUR", "USD", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "CHF", "PLN", "CZK", "JPY", "INR", "ZAR", "MXN", "BRL",
)  # fmt: skip


def codes(vocabulary: Any, *, required: bool = False, **options: Any) -> forms.MultipleChoiceField:
    """Ticks for every code of a vocabulary, two in a row where there is room."""
    widget = forms.CheckboxSelectMultiple(attrs={"class": "two"})
    return forms.MultipleChoiceField(
        choices=lambda: words.choices(vocabulary), widget=widget, required=required, **options
    )


def uses(**options: Any) -> forms.MultipleChoiceField:
    """Ticks for the 18 uses, band by band in the order of the line."""
    widget = forms.CheckboxSelectMultiple(attrs={"class": "two"})
    return forms.MultipleChoiceField(
        choices=lambda: [
            (words.band(level), [(use.value, words.label(use)) for use in found]) for level, found in USES_AT.items()
        ],
        widget=widget,
        **options,
    )


def one_of(vocabulary: Any, *, required: bool = False, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=lambda: words.choices(vocabulary), widget=forms.RadioSelect, required=required, **options
    )


def text(label: Any, help_text: Any = "", *, rows: int = 0, **options: Any) -> forms.CharField:
    """One line, or with ``rows`` several in the type that people are read in."""
    widget = forms.Textarea(attrs={"rows": rows, "class": "voice"}) if rows else forms.TextInput()
    most = PARAGRAPH if rows else LINE
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=most, widget=widget, **options)


class DayInput(forms.DateInput):
    """A day as the browser lets it be picked; filled in as ISO, the one form that every browser reads."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def day(label: Any, help_text: Any = "") -> forms.DateField:
    bounds = [
        MinValueValidator(FIRST_DAY, _("This date is out of range. Check the year.")),
        MaxValueValidator(LAST_DAY, _("This date is out of range. Check the year.")),
    ]
    return forms.DateField(label=label, help_text=help_text, required=False, widget=DayInput(), validators=bounds)


def count(label: Any, help_text: Any = "", *, least: int = 1, most: int = 10_000_000) -> forms.IntegerField:
    """A whole number. Without an answer it is not said; the bounds are those of the terms."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=least, max_value=most, widget=widget
    )


def currency_choices(known: Iterable[str] = (), *, empty: str = "") -> list[tuple[str, str]]:
    """The currencies offered, and those ``known`` besides; ``empty`` is what choosing none reads as."""
    offered = [(code, code) for code in (*CURRENCIES, *sorted(set(known) - set(CURRENCIES)))]
    return [("", empty), *offered] if empty else offered


def currency(*, empty: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Currency"), required=False, choices=currency_choices(empty=empty))


def check_coins(form: forms.Form, name: str, amount: Decimal | None, currency: str | None) -> None:
    """Refuse a sum that the currency has no coins for, beside its field; what is not said is not looked at."""
    if not amount or not currency:
        return
    try:
        money.to_minor(amount, currency)
    except ValueError:
        form.add_error(name, say("This currency has no smaller coin. Write a whole number."))


YES_NO = (("yes", _("Yes")), ("no", _("No")))


def yes_no(label: Any, help_text: Any = "") -> forms.ChoiceField:
    """Said on purpose or not said at all: nothing is preselected."""
    return forms.ChoiceField(label=label, help_text=help_text, choices=YES_NO, widget=forms.RadioSelect, required=False)


def truth(answer: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(answer or "")


def said(answer: bool | None) -> str:
    """The other way: what the radios hold."""
    return "" if answer is None else "yes" if answer else "no"


def commas(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").split(",") if part.strip()]


def without_optional(form: forms.BaseForm, names: Iterable[str]) -> None:
    """Leave out the word "optional" beside fields that a step can be saved without, but a request cannot be sent without.

    Call it once the form has been checked: the fields then read as required, and browsers are told nothing of it.
    """
    form.use_required_attribute = False
    for name in names:
        form.fields[name].required = True


def region_choices() -> list[tuple[str, str]]:
    return [(code, places_words.place(code)) for code in REGIONS]


def country_choices() -> list[tuple[str, str]]:
    return sorted(((code, places_words.place(code)) for code in places.COUNTRIES), key=lambda pair: pair[1])


def split_places(countries: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """A set of countries as (regions of ``REGIONS``, countries left over)."""
    left = set(countries)
    regions = []
    for code in sorted(REGIONS, key=lambda code: -len(places.REGIONS[code])):
        if places.REGIONS[code] <= set(countries) and places.REGIONS[code] & left:
            regions.append(code)
            left -= places.REGIONS[code]
    return [code for code in REGIONS if code in regions], sorted(left)
