"""The one form that carries an answer, on the signed-in page and behind a mail link: nothing in it is preselected."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import UseRequest

DECLINE, CHANGE, APPROVE = "decline", "change", "approve"
CHOICES = [(DECLINE, _("Decline")), (CHANGE, _("Change the terms")), (APPROVE, _("Approve as asked"))]


class AnswerForm(forms.Form):
    """Revision, digest and nonce bind the press to the page that was read; a changed request refuses it. ``own`` is False
    for whoever answers for the performer."""

    choice = forms.ChoiceField(
        choices=CHOICES,
        widget=forms.RadioSelect,
        label=_("Your answer"),
        error_messages={
            "required": _("Choose decline, change or approve. Nothing was sent."),
            "invalid_choice": _("Choose decline, change or approve. Nothing was sent."),
        },
    )
    reason = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Say why, if you like"),
        help_text=_("They will read it."),
    )
    never_again = forms.BooleanField(required=False, label=_("Never ask me this again"))
    as_exception = forms.BooleanField(
        required=False, label=_("Make an exception this once. My preferences stay as they are.")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not own:
            self.fields["as_exception"].label = _("Make an exception this once. The preferences stay as they are.")

    @classmethod
    def of(cls, row: UseRequest, **options: Any) -> AnswerForm:
        """A fresh form for the request as it stands; the nonce is made here, once per page."""
        bound = {"revision": row.revision, "digest": row.digest, "nonce": uuid.uuid4()}
        return cls(initial=bound, **options)


class LinkAnswerForm(AnswerForm):
    """Behind a link a yes also needs the address that the mail was sent to, typed by hand."""

    address = forms.CharField(
        required=False,
        max_length=254,
        label=_("Type the e-mail address this was sent to"),
        help_text=_("Only a yes needs this. Declining needs nothing more than this page."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )


class SureForm(forms.Form):
    """The tick beside a button behind a mail link. A machine that opens every link and presses every button ticks nothing,
    so it changes nothing."""

    sure = forms.BooleanField(
        error_messages={"required": _("Tick the box beside the button first. Nothing was changed.")}
    )


class MessageForm(forms.Form):
    """``own`` is False for whoever acts for the performer."""

    body = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Your question or answer"),
        error_messages={"required": _("Write what you want to ask. Nothing was sent.")},
    )

    def __init__(self, *args: Any, own: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not own:
            self.fields["body"].label = _("A question or an answer")
