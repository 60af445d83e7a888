"""The performer's version of the page: what they may change, laid over the terms that were asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from consent.core import places
from consent.core.fitting import with_retention, with_term
from consent.core.terms import Caps, Exclusivity, FeeLine, Terms, Training
from consent.core.vocabulary import Dimension, Duty, FeeBasis, OutputStage
from consent.render import places_words, words
from portal.web.forms.drafts import fee_kept, places_kept
from portal.web.forms.fields import codes, count, currency_choices, one_of, said, truth, yes_no
from portal.web.forms.terms import CAPS, FeeMixin, PlacesMixin, fee_lines, territories


def ticks(label: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    """Boxes for what was asked: each can be struck, none can be added."""
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, required=False, widget=forms.CheckboxSelectMultiple
    )


_THEIR_LABELS = {
    "modalities": _("Of what of them"),
    "trains": _("May a model be trained on them?"),
    "output_approval": _("When do they see the output?"),
}


class CounterForm(PlacesMixin, FeeMixin):
    """Every line a performer can change. ``terms_of`` lays the answers over the terms that were asked. ``own``
    is False for whoever writes for the performer."""

    months = count(_("How long, in months"), most=1188)
    basis = forms.ChoiceField(label=_("Kind of fee"), choices=lambda: words.choices(FeeBasis))
    channels = ticks(_("In what"))
    modalities = ticks(_("Of what of you"))
    sensitivities = ticks(_("Content"))
    languages = ticks(_("Languages"))
    retention_days = count(_("Deleted within, in days"), least=0, most=3660)
    lines = count(_("Lines"))
    seconds = count(_("Seconds"))
    versions = count(_("Versions"))
    generations = count(_("Generations"))
    trains = yes_no(_("May a model be trained on you?"))
    derivatives = forms.BooleanField(label=_("Derivatives of that model may be kept"), required=False)
    output_approval = one_of(OutputStage, label=_("When do you see the output?"))
    duties = codes(Duty, label=_("What they commit to"))
    exclusive = forms.BooleanField(label=_("They may have the exclusivity they ask for"), required=False)
    note = forms.CharField(
        label=_("A word with it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "voice"}),
    )

    def __init__(self, *args: Any, asked: Terms, own: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        if not own:
            self._speak_of_them()
        for name in ("channels", "modalities", "sensitivities"):
            self._offer(name, [(code.value, words.label(code)) for code in getattr(asked, name)])
        self._offer("languages", [(tag, places_words.language(tag)) for tag in asked.languages])

        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        known = {line.currency for line in asked.fees if line.currency}
        currency.choices = currency_choices(known, empty="–")

    def _speak_of_them(self) -> None:
        for name, label in _THEIR_LABELS.items():
            self.fields[name].label = label
        stages = self.fields["output_approval"]
        assert isinstance(stages, forms.ChoiceField)
        stages.choices = words.choices(OutputStage, you=False)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    @staticmethod
    def initial_of(terms: Terms, note: str = "") -> dict[str, Any]:
        dates = terms.dates
        return {
            **places_kept(terms.territories),
            **fee_kept(terms.fees[0] if terms.fees else None),
            **{name: getattr(terms.caps, name) for name in CAPS},
            **{name: _values(getattr(terms, name)) for name in ("channels", "modalities", "sensitivities", "duties")},
            "months": dates.months if dates else None,
            "retention_days": dates.retention_days if dates else None,
            "languages": list(terms.languages),
            "trains": said(terms.training.trains),
            "derivatives": terms.training.derivatives,
            "output_approval": terms.output_approval.value,
            "exclusive": terms.exclusive,
            "note": note,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_places(data)
        for name, sentence in (
            ("months", say("Say how many months, such as 36.")),
            ("retention_days", say("Say how many days, such as 30.")),
            ("channels", say("Keep at least one, or decline the request.")),
            ("modalities", say("Keep at least one, or decline the request.")),
        ):
            empty = data.get(name) in (None, "", [])
            if empty and name not in self.errors and getattr(self.asked, name, True):
                self.add_error(name, sentence)
        if self.asked.languages and not data.get("languages") and "languages" not in self.errors:
            self.add_error("languages", say("Keep at least one, or decline the request."))
        if not data.get("reach") and "reach" not in self.errors:
            self.add_error("reach", say("Say where it may be shown."))
        return data

    def terms_of(self, base: Terms) -> Terms:
        """The terms with every answer of this valid form; what was not touched stays exactly as it stands in ``base``."""
        given = self.cleaned_data
        terms = replace(
            base,
            channels=_kept(given["channels"], self.asked.channels),
            modalities=_kept(given["modalities"], self.asked.modalities),
            sensitivities=_kept(given["sensitivities"], self.asked.sensitivities),
            languages=tuple(tag for tag in self.asked.languages if tag in given["languages"]),
            caps=Caps(**{name: given[name] for name in CAPS}),
            training=Training(trains=truth(given["trains"]), derivatives=given["derivatives"]),
            output_approval=OutputStage(given["output_approval"] or OutputStage.NONE),
            duties=tuple(Duty(code) for code in given["duties"]),
            fees=_fees(base.fees, given),
        )
        terms = _placed(terms, given)
        terms = _dated(terms, given)
        if not given["exclusive"]:
            terms = replace(terms, exclusivity=Exclusivity())
        return terms


def _values(codes_: Iterable[StrEnum]) -> list[str]:
    return [code.value for code in codes_]


def _kept(given: list[str], asked: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(code for code in asked if code.value in given)


def _fees(base: tuple[FeeLine, ...], given: dict[str, Any]) -> tuple[FeeLine, ...]:
    """The first line as it was written; further lines stay. Unsaid parts were refused by the form already."""
    kept = {name: str(value) if value is not None else "" for name, value in given.items()}
    kept["estimate"] = given["estimate"]
    first = base[0] if base else None
    lines = fee_lines(kept)
    data = Terms.from_data({"uses": ["LOOK_TEST"], "fees": lines}).fees
    if first is not None and data == (first,):
        return base
    alone = bool(data) and data[0].basis is FeeBasis.NONE
    return data if alone else (*data, *base[1:])


def _placed(terms: Terms, given: dict[str, Any]) -> Terms:
    countries = tuple(sorted(places.expand(territories(given))))
    if countries == terms.territories:
        return terms
    exclusivity = terms.exclusivity
    if exclusivity.category:
        inside = tuple(country for country in exclusivity.territories if country in countries)
        exclusivity = replace(exclusivity, territories=inside) if inside else Exclusivity()
    return replace(terms, territories=countries, exclusivity=exclusivity)


def _dated(terms: Terms, given: dict[str, Any]) -> Terms:
    dates = terms.dates
    if dates is None:
        return terms
    if given["months"] != dates.months:
        dates = with_term(dates, given["months"])
    return replace(terms, dates=with_retention(dates, given["retention_days"]))


LINES = (
    Dimension.TERM,
    Dimension.TERRITORY,
    Dimension.FEE,
    Dimension.CHANNEL,
    Dimension.OUTPUT_APPROVAL,
    Dimension.SENSITIVITY,
    Dimension.TRAINING,
    Dimension.RETENTION,
    Dimension.MODALITY,
    Dimension.LANGUAGE,
    Dimension.CAPS,
    Dimension.EXCLUSIVITY,
    Dimension.DUTIES,
)
"""The lines of the page in reading order."""
