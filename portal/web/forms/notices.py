"""The form of what a person wants to be told by e-mail, when not, and how much a subject may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Group, How, Settings

LABELS = {
    Group.REQUESTS: _("Requests, questions and reminders"),
    Group.ANSWERS: _("Answers"),
    Group.ENDINGS: _("Permissions that are about to end"),
    Group.MEDIA: _("Your reference media"),
    Group.PEOPLE: _("People and studios"),
}
HINTS = {
    Group.REQUESTS: _("Without e-mail you only see them here. A request that nobody answers lapses, and counts as no."),
    Group.ANSWERS: _("Who said yes or no, or changed the terms."),
    Group.ENDINGS: _("90, 30 and 7 days before, and on the day before."),
    Group.MEDIA: _("Uploads that were not kept, and who fetched a copy."),
    Group.PEOPLE: _("Who joined, who can ask, who is away."),
}
USUAL = "USUAL"
HOW = [
    (USUAL, _("As usual: at once, small things once a day")),
    (How.AT_ONCE.value, _("At once")),
    (How.DAILY.value, _("Once a day, in one mail at 08:00")),
    (How.OFF.value, _("Not by e-mail")),
]


class NoticesForm(forms.Form):
    """One choice per group, quiet hours, and neutral subjects."""

    quiet = forms.BooleanField(
        required=False,
        label=_("Keep quiet hours"),
        help_text=_(
            "E-mail waits until they are over. Security mail and answers that can still be undone do not wait."
        ),
    )
    quiet_from = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_to = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    neutral_subjects = forms.BooleanField(
        required=False,
        label=_("Say nothing in subject lines"),
        help_text=_(
            "“A studio has sent you a request” instead of who asks about what. For lock screens that others see."
        ),
    )

    def __init__(self, *args: Any, choices: Mapping[Group, How | None], settings: Settings, **options: Any) -> None:
        options["initial"] = {
            "quiet": settings.quiet,
            "quiet_from": settings.quiet_from,
            "quiet_to": settings.quiet_to,
            "neutral_subjects": settings.neutral_subjects,
        }
        super().__init__(*args, **options)
        self.groups = tuple(choices)
        for group, how in choices.items():
            self.fields[group.value] = forms.ChoiceField(
                choices=HOW,
                label=LABELS[group],
                help_text=HINTS[group],
                initial=how.value if how is not None else USUAL,
                error_messages=dict.fromkeys(
                    ("required", "invalid_choice"), _("Choose one of the four answers in the list.")
                ),
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("quiet") and said.get("quiet_from") and said.get("quiet_from") == said.get("quiet_to"):
            self.add_error("quiet_to", _("Quiet hours that end when they begin are no hours. Choose a later end."))
        return said

    @property
    def group_fields(self) -> list[forms.BoundField]:
        return [self[group.value] for group in self.groups]

    def chosen(self) -> dict[Group, How | None]:
        said = {group: self.cleaned_data[group.value] for group in self.groups}
        return {group: None if how == USUAL else How(how) for group, how in said.items()}
