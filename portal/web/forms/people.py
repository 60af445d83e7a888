"""Forms about people: onboarding, the account, the public page, representatives."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from consent.core import places
from consent.core.roles import Right
from consent.core.vocabulary import Level
from consent.models import Visibility
from consent.render import places_words, words
from portal.web.forms import fields
from portal.web.forms.fields import DayInput, commas


def zones() -> list[tuple[str, str]]:
    """Every time zone people live in, by name."""
    named = [zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/"))]
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(named))]


def countries() -> list[tuple[str, str]]:
    named = sorted(((code, places_words.place(code)) for code in places.COUNTRIES), key=lambda pair: pair[1])
    return [("", "—"), *named]


def select(label: Any, choices: Any, *, required: bool = True, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required, help_text=help_text)


class NameForm(forms.Form):
    """Onboarding 1: how you are known."""

    professional_name = forms.CharField(
        label=_("Your professional name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    also_known_as = forms.CharField(
        label=_("Other names you are credited under"),
        help_text=_("Separate several with commas."),
        required=False,
        max_length=400,
    )
    date_of_birth = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Kept private. It decides what may never be asked of you."),
        widget=DayInput(autocomplete="bday"),
    )
    country = select(_("Where you live"), countries)
    time_zone = select(_("Your time zone"), zones, help_text=_("Every date means the end of that day here."))
    locale = select(_("Language for pages and mails"), settings.LANGUAGES)

    def clean_also_known_as(self) -> list[str]:
        return commas(self.cleaned_data["also_known_as"])


class UnionForm(forms.Form):
    """Onboarding 2: who stands behind you."""

    unions = forms.MultipleChoiceField(
        label=_("Unions you are a member of"),
        choices=lambda: words.choices_of("Union"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    has_counsel = forms.BooleanField(label=_("A lawyer advises me on contracts"), required=False)
    crafts = forms.MultipleChoiceField(
        label=_("What you do"),
        choices=lambda: words.choices_of("Craft"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.CharField(
        label=_("Languages you perform in"),
        help_text=_("Codes such as en, fr, es-MX. Separate several with commas."),
        required=False,
        max_length=200,
    )

    def clean_languages(self) -> list[str]:
        found = []
        for tag in commas(self.cleaned_data["languages"]):
            try:
                found.append(places.language(tag))
            except places.UnknownLanguage:
                raise forms.ValidationError(
                    _("Write language codes such as en, fr or es-MX, separated by commas.")
                ) from None
        return found


class VisibilityForm(forms.Form):
    """Who may find you."""

    visibility = forms.ChoiceField(
        label=_("Who may find you?"),
        choices=[
            (Visibility.REFERENCE.value, _("Only studios to which I give my reference")),
            (Visibility.VERIFIED_STUDIOS.value, _("Every verified studio, by name, craft and language")),
            (Visibility.HIDDEN.value, _("Nobody new")),
        ],
        widget=forms.RadioSelect,
    )
    about = forms.CharField(
        label=_("A few words about you"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class AccountForm(forms.Form):
    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    time_zone = select(_("Your time zone"), zones)
    locale = select(_("Language for pages and mails"), settings.LANGUAGES)
    theme = forms.ChoiceField(
        label=_("Light or dark"),
        choices=[("", _("As the device says")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
        required=False,
    )
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"), help_text=_("J, K, Enter and others. Press ? to see them."), required=False
    )


class AnsweringForm(forms.Form):
    """How the performer's own answers work."""

    hold_minutes = forms.IntegerField(
        label=_("A yes waits before anyone is told, for how many minutes?"),
        help_text=_("0 to 1440. Until then you can take it back."),
        min_value=0,
        max_value=1440,
    )
    approve_by_mail = forms.BooleanField(
        label=_("I may approve from a mail by typing my address"),
        help_text=_("Only what is not heightened. Declining from a mail is always possible."),
        required=False,
    )


class RepresentativeForm(forms.Form):
    email = forms.EmailField(label=_("Their e-mail address"))
    agency = forms.CharField(label=_("Agency"), required=False, max_length=120)
    rights = forms.MultipleChoiceField(
        label=_("They may"),
        choices=lambda: words.choices(Right),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing they may do.")},
    )
    approve_level = forms.ChoiceField(
        label=_("If they may approve: up to which kind of use?"),
        choices=lambda: [
            ("", _("None")),
            *((level.value, words.band(level)) for level in Level if level is not Level.TRAIN),
        ],
        required=False,
    )
    approve_fee_ceiling = forms.DecimalField(
        label=_("And up to which fee in all?"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    currency = fields.currency(empty="–")
    ends_on = forms.DateField(
        label=_("Until"),
        help_text=_("Leave empty for until I say."),
        required=False,
        widget=DayInput(),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("approve_fee_ceiling") and not data.get("currency"):
            self.add_error("currency", _("Choose the currency of the ceiling."))
        fields.check_coins(self, "approve_fee_ceiling", data.get("approve_fee_ceiling"), data.get("currency"))
        return data
