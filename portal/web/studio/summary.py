"""The lines of "Check and send": every answer of the steps with a link that changes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from consent.core.terms import Terms
from consent.core.vocabulary import Dimension
from consent.models import MediaItem
from consent.render import money, phrases, places_words, times, words
from portal.web.studio.paper import Paper

Line = tuple[str, str]


def groups(paper: Paper, terms: Terms, media: Iterable[MediaItem]) -> list[dict[str, Any]]:
    """One summary list per step; what must still be said says so."""
    said = {
        "what": (_("What you want to make"), _what(terms, media)),
        "where": (_("Where, and how long"), _where(terms)),
        "offer": (_("What you offer"), _offer(terms)),
        "afterwards": (_("What happens afterwards"), _afterwards(terms)),
    }
    found = [_group(paper, step, title, lines) for step, (title, lines) in said.items()]
    if not paper.amending:
        found.insert(0, _group(paper, "who", _("Who, and which project"), _who(paper)))
    return found


def _group(paper: Paper, step: str, title: str, lines: list[Line]) -> dict[str, Any]:
    url = reverse("studio:request_step", args=[paper.studio.slug, paper.row.ref, step])
    rows = [{"term": term, "value": value, "change_url": url, "change": term} for term, value in lines if value]
    return {"step": step, "title": title, "rows": rows}


def _who(paper: Paper) -> list[Line]:
    return [
        (_("Performer"), paper.performer.professional_name if paper.performer else _unsaid()),
        (_("Project"), paper.production.title if paper.production else _unsaid()),
    ]


def _unsaid() -> str:
    return _("Not said yet")


def _what(terms: Terms, media: Iterable[MediaItem]) -> list[Line]:
    told, lieu = terms.description, terms.in_lieu
    named = [item.caption or item.filename for item in media]
    days = times.days(lieu.estimated_days) if lieu.estimated_days else ""
    return [
        (_("What for"), words.labels("Use", [use.value for use in terms.uses])),
        (_("Of them"), _codes("Modality", terms.modalities) or _unsaid()),
        (_("In words"), told.depiction or _unsaid()),
        (_("Character"), told.character),
        (_("Portrayed age"), str(told.portrayed_age) if told.portrayed_age is not None else ""),
        (_("Scenes"), told.scenes),
        (_("How much"), told.extent),
        (_("Script"), told.script_revision),
        (_("Technique"), told.technique),
        (_("Tools"), ", ".join(told.tools)),
        (_("Vendors"), ", ".join(told.vendors)),
        (_("Media"), words.listed(named) if named else ""),
        (_("Content"), _codes("Sensitivity", terms.sensitivities) or _("Nothing sensitive")),
        (_("Instead of work"), (_("Yes, about %(days)s") % {"days": days}) if days else _yes_no(lieu.answer)),
        (_("Essential"), _codes("Dimension", terms.essential)),
    ]


def _where(terms: Terms) -> list[Line]:
    dates, gaps = terms.dates, terms.gaps()
    term = ""
    if dates:
        days = {"start": times.day(dates.starts_on), "end": times.day(dates.exploit_until)}
        term = _("%(months)s: %(span)s") % {
            "months": times.months(dates.months),
            "span": _("%(start)s to %(end)s") % days,
        }
    return [
        (_("In what"), _codes("Channel", terms.channels) or _unsaid()),
        (_("Where"), places_words.places(terms.territories, most=8) if terms.territories else _unsaid()),
        (
            _("Languages"),
            places_words.languages(terms.languages)
            if terms.languages
            else (_unsaid() if Dimension.LANGUAGE in gaps else ""),
        ),
        (_("How long"), term or _unsaid()),
        (_("Made until"), times.day(dates.generate_until) if dates else ""),
        (_("Why this reach"), terms.reach_reason),
    ]


def _offer(terms: Terms) -> list[Line]:
    exclusive = ""
    if terms.exclusive:
        where = places_words.places(terms.exclusivity.territories)
        exclusive = _("%(category)s, %(places)s") % {"category": terms.exclusivity.category, "places": where}
    return [
        (_("Fee"), money.fees(terms.fees) if terms.fees else _unsaid()),
        (_("At most"), words.listed(phrases.caps(terms.caps)) if phrases.caps(terms.caps) else ""),
        (_("Exclusive"), exclusive or _("No")),
        (_("Would a no cost the job?"), _yes_no(terms.condition_of_engagement)),
        (_("Needed by"), times.day(terms.needed_by) if terms.needed_by else ""),
    ]


def _afterwards(terms: Terms) -> list[Line]:
    dates, seen = terms.dates, terms.output_approval
    return [
        (_("Deleted by"), times.day(dates.destroy_by) if dates else _unsaid()),
        (_("Training"), _training(terms)),
        (_("They see it"), words.their_label(seen)),
        (_("Duties"), _codes("Duty", terms.duties)),
        (_("Why it is needed"), terms.business_reason),
    ]


def _training(terms: Terms) -> str:
    if terms.training.trains is None:
        return _unsaid()
    if terms.training.trains:
        return _("A model is trained; derivatives are kept") if terms.training.derivatives else _("A model is trained")
    return _("No model is trained; derivatives are kept") if terms.training.derivatives else _("No model is trained")


def _codes(vocabulary: str, codes: Iterable[Any]) -> str:
    found = [code.value for code in codes]
    return words.labels(vocabulary, found) if found else ""


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else _("Yes") if answer else _("No")
