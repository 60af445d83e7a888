"""The full terms as labelled lines, nothing left out: the page, the grant and the agreement print the same."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.core.terms import Terms
from consent.core.vocabulary import OutputStage
from consent.render import money, places_words, times, words


class Line(NamedTuple):
    term: str
    value: str


def lines(terms: Terms, *, reader: str = "performer", sees_fees: bool | None = None) -> list[Line]:
    """Every part of the terms that says something, in reading order; a part that was left empty says so where it matters.

    ``reader`` "performer" says "you"; anybody else reads the same lines about them. ``sees_fees`` None: a representative
    reads no sums, everybody else does.
    """
    you = reader == "performer"
    said = [
        (_("What for"), ", ".join(words.label(use) if you else words.their_label(use) for use in terms.uses)),
        (_("Of you") if you else _("Of them"), ", ".join(words.label(code) for code in terms.modalities)),
        *_description(terms),
        (_("In what"), ", ".join(words.label(code) for code in terms.channels)),
        (_("Where"), places_words.places(terms.territories, most=12)),
        (_("Languages"), places_words.languages(terms.languages) if terms.languages else ""),
        *_dates(terms),
        (_("At most"), _caps(terms)),
        (_("Content"), ", ".join(words.label(code) for code in terms.sensitivities) or _("Nothing sensitive")),
        (_("Fee"), _fee(terms) if money.shown(reader, sees_fees) else str(money.NOT_SHOWN)),
        (_("Exclusive"), _exclusivity(terms)),
        (_("Training"), _training(terms, you=you)),
        (_("Instead of work"), _in_lieu(terms)),
        (_("You see the output") if you else _("They see the output"), _seen(terms, you=you)),
        (_("Duties"), ", ".join(words.label(code) for code in terms.duties)),
        (_("Would a no cost the job?"), _yes_no(terms.condition_of_engagement)),
        (_("Why it is needed"), terms.business_reason),
        (_("Why this reach"), terms.reach_reason),
        (_("Needed by"), times.day(terms.needed_by) if terms.needed_by else ""),
    ]
    return [Line(term, value) for term, value in said if value]


def _description(terms: Terms) -> list[tuple[str, str]]:
    told = terms.description
    return [
        (_("In words"), told.depiction),
        (_("Character"), told.character),
        (_("Scenes"), told.scenes),
        (_("How much"), told.extent),
        (_("Script"), told.script_revision),
        (_("Technique"), told.technique),
        (_("Tools"), ", ".join(told.tools)),
        (_("Vendors"), ", ".join(told.vendors)),
    ]


def _dates(terms: Terms) -> list[tuple[str, str]]:
    dates = terms.dates
    if dates is None:
        return []
    return [
        (_("Starts"), times.day(dates.starts_on)),
        (_("Made until"), times.day(dates.generate_until)),
        (_("Shown until"), times.day(dates.exploit_until)),
        (_("Destroyed by"), times.day(dates.destroy_by)),
    ]


def _caps(terms: Terms) -> str:
    caps = terms.caps
    said = [
        ngettext("%(n)s line", "%(n)s lines", caps.lines or 0) % {"n": caps.lines} if caps.lines else "",
        ngettext("%(n)s second", "%(n)s seconds", caps.seconds or 0) % {"n": caps.seconds} if caps.seconds else "",
        ngettext("%(n)s version", "%(n)s versions", caps.versions or 0) % {"n": caps.versions} if caps.versions else "",
        ngettext("%(n)s generation", "%(n)s generations", caps.generations or 0) % {"n": caps.generations}
        if caps.generations
        else "",
    ]
    return ", ".join(part for part in said if part)


def _fee(terms: Terms) -> str:
    return money.fees(terms.fees) if terms.fees else _("Not said")


def _exclusivity(terms: Terms) -> str:
    if not terms.exclusive:
        return _("No")
    where = places_words.places(terms.exclusivity.territories)
    return _("%(category)s in %(places)s") % {"category": terms.exclusivity.category, "places": where}


def _seen(terms: Terms, *, you: bool) -> str:
    if terms.output_approval is OutputStage.NONE:
        return ""
    return words.label(terms.output_approval) if you else words.their_label(terms.output_approval)


def _training(terms: Terms, *, you: bool) -> str:
    if terms.training.trains is None:
        return _("Not said")
    if not terms.training.trains:
        return _("No model is trained on you") if you else _("No model is trained on them")
    return (
        _("A model is trained, and derivatives of it are kept")
        if terms.training.derivatives
        else _("A model is trained")
    )


def _in_lieu(terms: Terms) -> str:
    if not terms.in_lieu.answer:
        return _yes_no(terms.in_lieu.answer)
    days = terms.in_lieu.estimated_days
    return _("Yes, about %(days)s") % {"days": times.days(days)} if days else _("Yes")


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else _("Yes") if answer else _("No")
