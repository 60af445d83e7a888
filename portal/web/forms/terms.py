"""The request form in steps: what, where, offer, afterwards. Each step keeps what was typed, right or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from consent.core import places
from consent.core.fitting import last_day
from consent.core.vocabulary import Channel, Dimension, Duty, FeeBasis, FeeUnit, Modality, OutputStage, Sensitivity
from consent.render import money, words
from portal.web.forms import fields
from portal.web.forms.fields import codes, commas, count, day, one_of, text, truth, yes_no

WORLD, SOME = "WORLD", "SOME"
MONEY_BASES = (FeeBasis.FLAT, FeeBasis.PER_DAY, FeeBasis.PER_UNIT, FeeBasis.PER_PERIOD)
CAPS = ("lines", "seconds", "versions", "generations")
TOLD = ("depiction", "character", "scenes", "extent", "script_revision", "technique")
RETENTION_UNSAID = _("Say within how many days media and models are destroyed; 0 is the same day.")
_RAW = 6000


class StepForm(forms.Form):
    """One step. ``key`` is where its answers stand in the draft; ``data_of`` is its part of the terms."""

    key = ""
    needed: tuple[str, ...] = ()
    """Fields without which, or without one of which, a request cannot be sent: nobody calls them optional."""

    def kept(self) -> dict[str, Any]:
        """What the draft keeps: plain JSON of everything that was understood."""
        return {name: _plain(value) for name, value in self.cleaned_data.items()}

    def typed(self) -> dict[str, list[str]]:
        """What was typed into fields that were not understood, as it came: nothing typed is lost."""
        raw = {name: self.data.getlist(name) for name in self.errors if name in self.fields}  # type: ignore[attr-defined]
        return {name: [text.replace("\x00", "")[:_RAW] for text in texts] for name, texts in raw.items() if any(texts)}

    @classmethod
    def initial_of(cls, draft: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields of this step show."""
        shown = dict(draft.get(cls.key) or {})
        for name, texts in (draft.get(typed_key(cls.key)) or {}).items():
            multiple = isinstance(cls.base_fields.get(name), forms.MultipleChoiceField)
            shown[name] = texts if multiple else texts[0]
        return shown

    @staticmethod
    def data_of(kept: Mapping[str, Any]) -> dict[str, Any]:
        raise TypeError("each step says what it adds to the terms")


def typed_key(key: str) -> str:
    """Where the draft keeps the words that step ``key`` did not understand."""
    return f"{key}.typed"


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


class WhatForm(StepForm):
    key = "what"
    needed = ("modalities", *TOLD[:4], "technique", "tools", "vendors", "sensitivities", "in_lieu")
    uses = fields.uses(label=_("What do you want to make?"), error_messages={"required": _("Choose at least one use.")})
    modalities = codes(Modality, label=_("Of what of theirs?"))
    depiction = text(_("In words: what will be made?"), rows=3)
    character = text(_("Which character?"), _("Name and age, such as “Ada Reyes, aged 20”."))
    portrayed_age = count(_("The youngest age they appear at"), _("In years, if the age matters."), least=0, most=150)
    scenes = text(_("Which scenes or lines?"), _("Episode and scene numbers, or chapters."))
    extent = text(_("How much?"), _("Minutes, lines, shots or versions, counted."))
    script_revision = text(_("Script revision"))
    technique = text(_("With which technique?"), _("Such as “image-based de-ageing with a face model made for this”."))
    tools = text(_("Tools"), _("Separate several with commas."))
    vendors = text(
        _("Who touches the material?"), _("Vendors, separated by commas. Write your own name where there is none.")
    )
    source_media = forms.MultipleChoiceField(
        label=_("Which reference media do you need?"),
        help_text=_("What they let studios know exists. You see it only after a yes."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sensitivities = codes(
        Sensitivity, label=_("Does it show or touch any of these?"), help_text=_("Leave all empty where it does not.")
    )
    in_lieu = yes_no(_("Does it stand in for days they would have worked?"))
    estimated_days = count(_("About how many days?"), most=10_000)
    in_lieu_basis = text(_("How did you count them?"))
    essential = forms.MultipleChoiceField(
        label=_("Which terms can you not do without?"),
        help_text=_(
            "If one of these meets a Never, the request is declined at once. The rest can come back as a counter-offer."
        ),
        choices=lambda: words.choices(Dimension),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        required=False,
    )

    def __init__(self, *args: Any, listed: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        media = self.fields["source_media"]
        assert isinstance(media, forms.MultipleChoiceField)
        media.choices = listed or []

    @staticmethod
    def data_of(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "uses": kept.get("uses") or [],
            "modalities": kept.get("modalities") or [],
            "description": {
                **{name: kept.get(name) or "" for name in TOLD},
                "tools": commas(kept.get("tools")),
                "vendors": commas(kept.get("vendors")),
                "source_media": kept.get("source_media") or [],
                "portrayed_age": kept.get("portrayed_age"),
            },
            "sensitivities": kept.get("sensitivities") or [],
            "in_lieu": {
                "answer": truth(kept.get("in_lieu")),
                "estimated_days": kept.get("estimated_days"),
                "basis": kept.get("in_lieu_basis") or "",
            },
            "essential": kept.get("essential") or [],
        }


def check_languages(typed: str) -> str:
    """BCP 47 codes between commas. Raises ValidationError for the first that is none."""
    for tag in commas(typed):
        try:
            places.language(tag)
        except places.UnknownLanguage:
            raise forms.ValidationError(
                say("“%(tag)s” is no language code. Write fr for French, es-MX for Mexican Spanish.") % {"tag": tag}
            ) from None
    return typed


class PlacesMixin(forms.Form):
    """Everywhere, or regions and single countries."""

    reach = forms.ChoiceField(
        label=_("Where will it be shown?"),
        choices=[(WORLD, _("Worldwide")), (SOME, _("Only some places"))],
        widget=forms.RadioSelect,
        required=False,
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions"),
        choices=fields.region_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )
    countries = forms.MultipleChoiceField(
        label=_("Single countries"),
        help_text=_("Hold Ctrl or Cmd to choose several."),
        choices=fields.country_choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )

    def check_places(self, data: Mapping[str, Any]) -> None:
        if data.get("reach") == SOME and not (data.get("regions") or data.get("countries")):
            self.add_error("regions", say("Choose at least one region or country, or Worldwide."))


def territories(kept: Mapping[str, Any]) -> list[str]:
    """The places chosen with ``PlacesMixin``: codes of regions and countries, none where nothing is said."""
    if kept.get("reach") == WORLD:
        return [places.WORLD]
    return [*(kept.get("regions") or []), *(kept.get("countries") or [])] if kept.get("reach") == SOME else []


class WhereForm(PlacesMixin, StepForm):
    key = "where"
    needed = ("reach", "regions", "countries", "channels", "starts_on", "months")
    channels = codes(Channel, label=_("In what?"))
    languages = text(_("Languages"), _("For dubs, one each: fr, es-MX, de. Separate several with commas."))
    starts_on = day(_("Starting"))
    months = count(_("Lasting, in months"), _("Finished work may be shown this long. 60 is five years."), most=1188)
    generate_until = day(
        _("Made until"), _("After this day nothing new may be made. Left empty, it is the day the term ends.")
    )
    reach_reason = text(_("Why this reach?"), _("They will read it."), rows=3)

    def clean_languages(self) -> str:
        return check_languages(self.cleaned_data["languages"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts, until = data.get("starts_on"), data.get("generate_until")
        if starts and until and until < starts:
            self.add_error("generate_until", say("This is before the start. Choose a later day."))
        elif starts and until and data.get("months") and until > last_day(starts, data["months"]):
            self.add_error(
                "generate_until", say("This is after the term ends. Choose an earlier day or a longer term.")
            )
        self.check_places(data)
        return data

    @staticmethod
    def data_of(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "channels": kept.get("channels") or [],
            "territories": territories(kept),
            "languages": commas(kept.get("languages")),
            "reach_reason": kept.get("reach_reason") or "",
        }


class FeeMixin(forms.Form):
    """One fee line: its basis, and what that basis needs."""

    basis = one_of(FeeBasis, label=_("What do you offer?"), help_text=_("No fee is an answer too; it has to be said."))
    amount = forms.DecimalField(
        label=_("How much?"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": _("The fee must be a number, such as 6500.")},
    )
    currency = fields.currency()
    unit = forms.ChoiceField(label=_("For each"), required=False, choices=lambda: [("", "–"), *words.choices(FeeUnit)])
    estimate = count(_("About how many?"), _("Days, lines, minutes: what you expect to pay for."))
    share_percent = forms.DecimalField(
        label=_("Share in per cent"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    share_of = text(_("Of what?"), _("For example net receipts of the game."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        basis = data.get("basis")
        if basis in MONEY_BASES:
            self._check_money(data)
        unit = data.get("unit") or ""
        if basis == FeeBasis.PER_PERIOD and unit not in (FeeUnit.MONTH, FeeUnit.YEAR):
            self.add_error("unit", say("Choose month or year."))
        if basis == FeeBasis.PER_UNIT and unit in ("", FeeUnit.MONTH, FeeUnit.YEAR):
            self.add_error("unit", say("Choose what one fee is paid for, such as a line or a minute."))
        if basis == FeeBasis.REVENUE_SHARE:
            self._check_share(data)
        return data

    def _check_money(self, data: Mapping[str, Any]) -> None:
        if not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", say("Write the amount as a number, such as 6500."))
        if not data.get("currency"):
            self.add_error("currency", say("Choose the currency."))
        fields.check_coins(self, "amount", data.get("amount"), data.get("currency"))

    def _check_share(self, data: Mapping[str, Any]) -> None:
        if not data.get("share_percent") and "share_percent" not in self.errors:
            self.add_error("share_percent", say("Write the share in per cent, such as 2.5."))
        if not data.get("share_of"):
            self.add_error("share_of", say("Say what the share is of."))


class OfferForm(FeeMixin, StepForm):
    key = "offer"
    needed = ("basis", "amount", "currency", "unit", "share_percent", "share_of")
    lines = count(_("Lines"))
    seconds = count(_("Seconds"))
    versions = count(_("Versions"))
    generations = count(_("Generations"))
    exclusive_category = text(_("Exclusive in which category?"), _("Leave empty for none."))
    condition = yes_no(_("Would a no cost them the job?"))
    needed_by = day(_("Needed by"))

    @staticmethod
    def data_of(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "fees": fee_lines(kept),
            "caps": {name: kept[name] for name in CAPS if kept.get(name)},
            "condition_of_engagement": truth(kept.get("condition")),
            "needed_by": kept.get("needed_by"),
        }


def fee_lines(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One fee line; none while something that it needs is unsaid."""
    basis = kept.get("basis")
    if not basis:
        return []
    if basis == FeeBasis.NONE:
        return [{"basis": basis}]
    if basis == FeeBasis.REVENUE_SHARE:
        if not kept.get("share_percent") or not kept.get("share_of"):
            return []
        share = {"share_bp": int(Decimal(kept["share_percent"]) * 100), "share_of": kept["share_of"]}
        return [{"basis": basis, **share}]
    wants_unit = basis in (FeeBasis.PER_UNIT, FeeBasis.PER_PERIOD)
    if not kept.get("amount") or not kept.get("currency") or (wants_unit and not kept.get("unit")):
        return []
    line: dict[str, Any] = {
        "basis": basis,
        "amount": money.to_minor(Decimal(kept["amount"]), kept["currency"]),
        "currency": kept["currency"],
    }
    if wants_unit:
        line["unit"] = kept["unit"]
    if kept.get("estimate") and basis != FeeBasis.FLAT:
        line["estimate"] = kept["estimate"]
    return [line]


class AfterwardsForm(StepForm):
    key = "afterwards"
    needed = ("retention_days", "trains", "output_approval")
    retention_days = count(
        _("Media and models are destroyed within how many days?"),
        _("Counted from the last day on which something new may be made."),
        least=0,
        most=3660,
    )
    trains = yes_no(_("Will a model be trained on them?"))
    derivatives = forms.BooleanField(label=_("Derivatives of that model are kept"), required=False)
    output_approval = forms.ChoiceField(
        label=_("When do they see the output?"),
        choices=lambda: [(stage.value, words.their_label(stage)) for stage in OutputStage],
        widget=forms.RadioSelect,
        required=False,
    )
    duties = codes(Duty, label=_("What do you commit to?"))
    business_reason = text(_("Why is it needed?"), _("Asked for when a scan is made. They will read it."), rows=3)

    def clean_retention_days(self) -> int:
        days: int | None = self.cleaned_data["retention_days"]
        if days is None:
            raise forms.ValidationError(RETENTION_UNSAID)
        return days

    @staticmethod
    def data_of(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "training": {"trains": truth(kept.get("trains")), "derivatives": bool(kept.get("derivatives"))},
            "output_approval": kept.get("output_approval") or OutputStage.NONE.value,
            "duties": kept.get("duties") or [],
            "business_reason": kept.get("business_reason") or "",
        }


STEP_FORMS: tuple[type[StepForm], ...] = (WhatForm, WhereForm, OfferForm, AfterwardsForm)
