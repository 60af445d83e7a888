"""Conditions of one use, or of everything: the form edits what holds, and only what differs from the defaults is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from consent.core import places
from consent.core.preferences import Conditions, Floor
from consent.core.terms import Caps
from consent.core.vocabulary import Channel, FeeBasis, FeeUnit, Modality, Sensitivity, Stance
from consent.render import money, words
from portal.web.forms import fields
from portal.web.forms.fields import commas, split_places
from portal.web.forms.terms import CAPS, SOME, WORLD, PlacesMixin, check_languages, territories

Code = TypeVar("Code", Channel, Modality, Sensitivity)

GROUPS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("channels", Channel),
    ("modalities", Modality),
    ("sensitivities", Sensitivity),
)
PER: tuple[tuple[str, Any], ...] = (
    ("FLAT:", _("in all")),
    ("PER_PERIOD:YEAR", _("a year")),
    ("PER_PERIOD:MONTH", _("a month")),
    ("PER_DAY:", _("a day")),
    ("PER_UNIT:LINE", _("a line")),
    ("PER_UNIT:WORD", _("a word")),
    ("PER_UNIT:MINUTE", _("a minute")),
    ("PER_UNIT:SECOND", _("a second")),
    ("PER_UNIT:SHOT", _("a shot")),
    ("PER_UNIT:VERSION", _("a version")),
    ("PER_UNIT:GENERATION", _("a generation")),
)


def stance_choices() -> list[tuple[str, str]]:
    return [(stance.value, words.label(stance)) for stance in Stance]


class ConditionsForm(PlacesMixin):
    """Every condition with the value that holds now. ``to_conditions`` reads the whole; ``overrides`` only the difference."""

    reach = forms.ChoiceField(
        label=_("Where may it be shown?"),
        choices=[(WORLD, _("Anywhere")), (SOME, _("Only in some places"))],
        widget=forms.RadioSelect,
    )
    longest_months = forms.IntegerField(
        label=_("Longest term, in months"),
        help_text=_("Then they must ask again. 36 is three years."),
        min_value=1,
        max_value=1200,
    )
    retention_days = forms.IntegerField(
        label=_("Your media is destroyed within how many days?"),
        help_text=_("Counted from the last day on which something new may be made."),
        min_value=0,
        max_value=3660,
    )
    floor_amount = forms.DecimalField(
        label=_("Least you would take"),
        help_text=_("Studios see “has a minimum”, never the figure. Leave empty for none."),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
    )
    floor_currency = fields.currency()
    floor_per = forms.ChoiceField(label=_("For"), required=False, choices=PER)
    languages = forms.CharField(
        label=_("Languages"),
        help_text=_("For dubs: fr, es, de. Leave empty for any."),
        required=False,
        max_length=300,
    )
    lines = forms.IntegerField(label=_("At most how many lines?"), required=False, min_value=1)
    seconds = forms.IntegerField(label=_("At most how many seconds?"), required=False, min_value=1)
    versions = forms.IntegerField(label=_("At most how many versions?"), required=False, min_value=1)
    generations = forms.IntegerField(label=_("At most how many generations?"), required=False, min_value=1)

    def __init__(self, *args: Any, standing: Conditions, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(standing))
        super().__init__(*args, **kwargs)
        self.standing = standing
        for group, vocabulary in GROUPS:
            for code in vocabulary:
                self.fields[f"{group}-{code.value}"] = _stance_field(words.label(code))
        self.fields["exclusivity"] = _stance_field(say("Exclusive use"))

    def rows(self, group: str) -> list[dict[str, Any]]:
        """The three-way answers of one group, for the segment component."""
        vocabulary = dict(GROUPS)[group]
        return [
            {
                "label": words.label(code),
                "name": f"{group}-{code.value}",
                "value": self[f"{group}-{code.value}"].value(),
            }
            for code in vocabulary
        ]

    def channel_rows(self) -> list[dict[str, Any]]:
        return self.rows("channels")

    def modality_rows(self) -> list[dict[str, Any]]:
        return self.rows("modalities")

    def sensitivity_rows(self) -> list[dict[str, Any]]:
        return self.rows("sensitivities")

    def clean_languages(self) -> tuple[str, ...]:
        typed = check_languages(self.cleaned_data["languages"])
        return tuple(sorted({places.language(tag) for tag in commas(typed)}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("reach") == SOME and not (data.get("regions") or data.get("countries")):
            self.add_error("regions", say("Choose at least one region or country, or Anywhere."))
        amount, currency = data.get("floor_amount"), data.get("floor_currency")
        if amount and not currency:
            self.add_error("floor_currency", say("Choose the currency."))
        fields.check_coins(self, "floor_amount", amount, currency)
        return data

    def to_conditions(self) -> Conditions:
        """Everything the form says."""
        data = self.cleaned_data
        return Conditions(
            territories=places.expand(territories(data)),
            longest_months=data["longest_months"],
            retention_days=data["retention_days"],
            floor=self._floor(),
            languages=data["languages"],
            caps=Caps(**{name: data[name] for name in CAPS}),
            exclusivity=Stance(data["exclusivity"]),
            channels=self._said("channels", Channel),
            modalities=self._said("modalities", Modality),
            sensitivities=self._said("sensitivities", Sensitivity),
        )

    def _said(self, group: str, vocabulary: type[Code]) -> dict[Code, Stance]:
        return {code: Stance(self.cleaned_data[f"{group}-{code.value}"]) for code in vocabulary}

    def _floor(self) -> Floor:
        amount, currency = self.cleaned_data.get("floor_amount"), self.cleaned_data.get("floor_currency") or ""
        if not amount:
            return Floor(amount=0, currency="")
        basis, _colon, unit = (self.cleaned_data.get("floor_per") or "FLAT:").partition(":")
        return Floor(
            amount=money.to_minor(amount, currency),
            currency=currency,
            basis=FeeBasis(basis),
            unit=FeeUnit(unit) if unit else None,
        )

    def overrides(self, defaults: Conditions) -> Conditions:
        """Only what differs from the defaults; an empty one means 'as my defaults'."""
        said = self.to_conditions()
        kept: dict[str, Any] = {}
        for name in said.__dataclass_fields__:
            mine, default = getattr(said, name), getattr(defaults, name)
            if isinstance(mine, Mapping):
                mine = {key: value for key, value in mine.items() if value is not (default or {}).get(key)} or None
                default = None
            if mine is not None and mine != default:
                kept[name] = mine
        return replace(Conditions(), **kept)


def _stance_field(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=stance_choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose allow, ask me or never.")},
    )


def _initial(standing: Conditions) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "longest_months": standing.longest_months,
        "retention_days": standing.retention_days,
        "languages": ", ".join(standing.languages or ()),
        "exclusivity": standing.exclusivity.value if standing.exclusivity else Stance.ASK.value,
        **_place_initial(standing.territories or frozenset()),
        **_floor_initial(standing.floor),
        **{name: getattr(standing.caps, name) for name in CAPS if standing.caps},
    }
    for group, vocabulary in GROUPS:
        said = getattr(standing, group) or {}
        initial |= {f"{group}-{code.value}": said.get(code, Stance.ASK).value for code in vocabulary}
    return initial


def _place_initial(countries: frozenset[str]) -> dict[str, Any]:
    if countries == places.REGIONS[places.WORLD]:
        return {"reach": WORLD}
    regions, left = split_places(tuple(countries))
    return {"reach": SOME, "regions": regions, "countries": left}


def _floor_initial(floor: Floor | None) -> dict[str, Any]:
    if floor is None or not floor.amount:
        return {}
    amount: Decimal = money.to_major(floor.amount, floor.currency)
    per = f"{floor.basis.value}:{floor.unit.value if floor.unit else ''}"
    return {"floor_amount": amount, "floor_currency": floor.currency, "floor_per": per}
