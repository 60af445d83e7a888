"""Step 1 of a request, whom and for which project, and the last press: until when, and a note with new terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from consent.core import lifecycle
from consent.core.vocabulary import Agreement, ProductionKind
from consent.models import Performer, Production
from consent.render import words
from portal.web.forms.fields import day, text
from portal.web.forms.terms import StepForm

NEW = "new"
LEAST_DAYS, DEFAULT_DAYS, MOST_DAYS = (
    window.days for window in (lifecycle.MIN_WINDOW, lifecycle.DEFAULT_WINDOW, lifecycle.MAX_WINDOW)
)


class WhoForm(StepForm):
    """A performer whom the studio may see, or a reference; a production of the studio's, or a new one."""

    key = "who"
    needed = ("performer", "reference", "production", "title", "kind", "agreement")
    performer = forms.ChoiceField(label=_("Who?"), required=False)
    reference = text(_("Or their reference"), _("They gave it to you, such as P-7Q4M2. They are told who entered it."))
    production = forms.ChoiceField(label=_("For which project?"), required=False, widget=forms.RadioSelect)
    title = text(_("Working title"))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lambda: words.choices(ProductionKind))
    agreement = forms.ChoiceField(label=_("Agreement"), required=False, choices=lambda: words.choices(Agreement))
    photography_on = day(_("First day of photography"))
    synopsis = text(_("What is it about?"), _("They will read it."), rows=3)

    def __init__(
        self, *args: Any, performers: Iterable[Performer], productions: Iterable[Production], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = [("", say("Choose a performer")), *((row.ref, row.professional_name) for row in performers)]
        titles = [(row.slug, row.title) for row in productions]
        for name, options in (("performer", people), ("production", [*titles, (NEW, say("A new project"))])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options
        self.fields["agreement"].initial = Agreement.NON_UNION.value
        if not titles:
            self.fields["production"].initial = NEW

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (
            not data.get("performer")
            and not data.get("reference")
            and not {"performer", "reference"} & set(self.errors)
        ):
            self.add_error("performer", say("Choose a performer, or enter a reference."))
        if not data.get("production") and "production" not in self.errors:
            self.add_error("production", say("Choose a project, or a new one."))
        if data.get("production") == NEW and not data.get("title"):
            self.add_error("title", say("Enter a working title."))
        return data


class SendForm(forms.Form):
    """Until when they can answer; counted in days of theirs, to the end of the last one."""

    days = forms.IntegerField(
        label=_("Days to answer"),
        help_text=_("Between 2 and 90. After that the request lapses, and counts as no."),
        initial=DEFAULT_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": LEAST_DAYS, "max": MOST_DAYS}),
        error_messages={
            "required": _("Say how many days they have, such as 10."),
            "invalid": _("Enter a whole number of days, such as 10."),
        },
    )

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        if days < LEAST_DAYS:
            raise forms.ValidationError(words.refusal("DEADLINE_TOO_SOON"))
        if days > MOST_DAYS:
            raise forms.ValidationError(words.refusal("DEADLINE_TOO_FAR"))
        return days


class AmendForm(forms.Form):
    """A word with new terms, and the revision that they begin from."""

    note = forms.CharField(
        label=_("A word with it"),
        help_text=_("They will read it first."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "voice"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
