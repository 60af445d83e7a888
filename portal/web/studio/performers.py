"""Finding performers, entering a reference, and the page of what one performer publishes to studios."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from consent.access import by_session
from consent.core.preferences import Preferences
from consent.core.roles import StudioAct
from consent.core.vocabulary import USES_AT, Dimension, Stance
from consent.models import Studio
from consent.queries import asked, roster
from consent.render import places_words, sentence, words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web import request_pages, showing
from portal.web.forms.fields import without_optional
from portal.web.studio import room

SEE_OTHER = 303


class SearchForm(forms.Form):
    """Nothing in it is wrong: what it does not know it leaves out."""

    q = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=120, widget=forms.TextInput(attrs={"type": "search"})
    )
    craft = forms.ChoiceField(label=gettext_lazy("Craft"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, *args: Any, crafts: list[str], languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((tag, places_words.language(tag)) for tag in languages), key=lambda pair: pair[1])
        for name, options in (
            ("craft", [(code, words.label_of("Craft", code)) for code in crafts]),
            ("language", named),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Any")), *options]


class ReferenceForm(forms.Form):
    ref = forms.CharField(
        label=gettext_lazy("Their reference"),
        help_text=gettext_lazy("They gave it to you, such as P-7Q4M2."),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the reference. Nothing was changed.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@require_safe
def performers(request: HttpRequest, org: str) -> HttpResponse:
    studio, _actor = by_session.studio(visitor(request), org)
    return _list(request, studio, ReferenceForm())


def _list(request: HttpRequest, studio: Studio, reference: ReferenceForm, *, status: int = 200) -> HttpResponse:
    _studio, actor = by_session.studio(visitor(request), studio.slug)
    crafts, languages = roster.facets(studio)
    form = SearchForm(request.GET, crafts=crafts, languages=languages)
    form.is_valid()
    sought = form.cleaned_data
    without_optional(form, form.fields)
    found = roster.search(
        studio,
        text=sought.get("q", ""),
        craft=sought.get("craft", ""),
        language=sought.get("language", ""),
        page=request_pages.page_number(request),
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = room.context(studio, actor, "performers") | {
        "form": form,
        "reference": reference,
        "rows": [_row(studio, entry) for entry in found.entries],
        "found": found,
        "query": query.urlencode(),
        "sought": any(sought.values()),
    }
    return render(request, "studio/performers.html", context, status=status)


def _row(studio: Studio, entry: roster.Entry) -> dict[str, Any]:
    performer = entry.performer
    told = [words.label_of("Craft", code) for code in performer.crafts]
    told += [places_words.language(tag) for tag in performer.languages]
    return {
        "name": performer.professional_name,
        "url": reverse("studio:performer", args=[studio.slug, performer.ref]),
        "told": ", ".join(told),
        "bands": showing.bands(entry.published) if entry.published else None,
        "introduced": entry.introduced,
    }


@require_POST
def introduce(request: HttpRequest, org: str) -> HttpResponse:
    """Enter a reference. Unknown, hidden and not yet ready read the same."""
    studio, actor = by_session.studio(visitor(request), org, StudioAct.ASK)
    form = ReferenceForm(request.POST)
    if not form.is_valid():
        return _list(request, studio, form, status=422)
    try:
        met = people.introduce(studio, form.cleaned_data["ref"], actor=actor, now=timezone.now())
    except Refused as refusal:
        form.add_error("ref", words.refusal(refusal.code, refusal.values))
        return _list(request, studio, form, status=422)
    messages.success(request, _("%(name)s has been told that you know each other.") % {"name": met.performer})
    return HttpResponseRedirect(reverse("studio:performer", args=[org, met.performer.ref]), status=SEE_OTHER)


@require_safe
def performer_page(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """What this performer publishes, in their own order; nothing else, whoever asks."""
    seen = visitor(request)
    studio, actor = by_session.studio(seen, org)
    performer, _actor = by_session.studio_performer(seen, org, ref)
    entry = roster.entry(studio, performer)
    context = room.context(studio, actor, "performers") | {
        "performer_row": performer,
        "crafts": ", ".join(words.label_of("Craft", code) for code in performer.crafts),
        "languages": ", ".join(places_words.language(tag) for tag in performer.languages),
        "introduced": entry.introduced,
        "open": roster.open_to(performer, now=timezone.now()) == "OPEN",
        "bands": showing.bands(entry.published) if entry.published else None,
        "groups": _groups(entry.published) if entry.published else [],
        "everything": _everything(entry.published) if entry.published else [],
        "listed": [
            {"caption": item.caption or _("Without a caption"), "kind": words.label_of("MediaKind", item.kind)}
            for item in asked.listed_media(performer)
        ],
    }
    return render(request, "studio/performer.html", context)


def _everything(published: Preferences) -> list[dict[str, str]]:
    """What holds for every use. A minimum that is kept private and none at all read the same."""
    said = dict(sentence.conditions(published))
    floor = published.defaults.floor
    if floor is None or not floor.amount:
        said[Dimension.FEE] = _("A minimum may apply; it is not shown")
    return [
        {"term": words.their_label(dimension), "value": said[dimension]} for dimension in Dimension if dimension in said
    ]


def _groups(published: Preferences) -> list[dict[str, Any]]:
    """Band by band, each use with its stance and what differs from the rest."""
    return [
        {
            "band": words.band(level),
            "uses": [
                {
                    "label": words.label(use),
                    "stance": published.stance(use).value,
                    "only": "" if published.stance(use) is Stance.NEVER else sentence.narrowed(published, use),
                }
                for use in uses
            ],
        }
        for level, uses in USES_AT.items()
    ]


urlpatterns = [
    path("<slug:org>/performers/", performers, name="performers"),
    path("<slug:org>/performers/introduce/", introduce, name="introduce"),
    path("<slug:org>/performers/<str:ref>/", performer_page, name="performer"),
]
