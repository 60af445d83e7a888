"""Sign-up asks one thing more than an address: which side of a request this person is on."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent.models import Side, User


class SignupForm(forms.Form):
    """Added in front of allauth's own fields; nothing is preselected."""

    side = forms.ChoiceField(
        label=_("Who are you?"),
        choices=[
            (Side.PERFORMER.value, _("A performer")),
            (Side.STUDIO.value, _("Someone at a studio, broadcaster, publisher or vendor")),
            (Side.REPRESENTATIVE.value, _("An agent, manager or attorney who was invited")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who you are.")},
    )
    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    field_order = ("side", "full_name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new account."""
        user.full_name = self.cleaned_data["full_name"]
        user.side = self.cleaned_data["side"]
        user.locale = (get_language() or "en")[:12]
        user.save(update_fields=["full_name", "side", "locale"])
