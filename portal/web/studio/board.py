"""The studio's board: what needs us, then every clearance by production. Also: which studio, and founding one."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consent.access import by_session
from consent.core.lifecycle import State
from consent.core.roles import StudioAct
from consent.models import Invitation, Studio
from consent.queries import board as shelves
from consent.queries.board import Card, Shelf
from consent.render import places_words, sentence, times, words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web import grant_pages
from portal.web.forms.people import countries
from portal.web.studio import room


def shelf_label(shelf: Shelf) -> str:
    return {
        Shelf.OPEN: _("All open"),
        Shelf.YOUR_MOVE: _("Your move"),
        Shelf.WITH_PERFORMERS: _("With performers"),
        Shelf.IN_FORCE: _("In force"),
        Shelf.ENDING: _("Ending in 60 days"),
        Shelf.CLOSED: _("Closed"),
        Shelf.DRAFTS: _("Drafts"),
    }[shelf]


@require_safe
def board(request: HttpRequest, org: str) -> HttpResponse:
    seen = visitor(request)
    studio, actor = by_session.studio(seen, org)
    now = timezone.now()
    asked = request.GET.get("view", Shelf.OPEN.value)
    shelf = Shelf(asked) if asked in set(Shelf) else Shelf.OPEN
    found = shelves.cards(studio, shelf, now=now)
    counted = shelves.counts(studio, now=now)
    zone = seen.user.time_zone
    context = room.context(studio, actor, "board") | {
        "tabs": [
            {"label": shelf_label(one), "count": counted[one], "url": f"?view={one.value}", "current": one is shelf}
            for one in Shelf
        ],
        "groups": [
            {
                "title": title or _("Not for a project yet"),
                "rows": [card_row(card, now=now, zone=zone) for card in cards],
            }
            for title, cards in shelves.by_production(found)
        ],
        "need": _need(shelves.cards(studio, Shelf.YOUR_MOVE, now=now), zone=zone, now=now),
        "shelf": shelf.value,
        "nothing_at_all": not any(counted.values()),
    }
    return render(request, "studio/board.html", context)


def card_row(card: Card, *, now: datetime, zone: str) -> dict[str, Any]:
    """One line of the board: whom, what for, where it stands, the terms in short, the next date."""
    row, grant = card.row, card.grant
    terms = row.terms if row.digest else None
    performer = row.performer
    url = reverse("studio:request", args=[row.studio.slug, row.ref])
    state, word, date = card.told.value, "", ""
    if grant is not None:
        state, word = grant_pages.state_code(grant, now), grant_pages.spoken(grant, now, zone)
        date = _("Ends %(day)s") % {"day": times.day(times.last_day(grant.exploit_until, zone))}
    elif card.told in (State.PENDING, State.COUNTERED) and row.deadline_at:
        date = "" if row.deadline_at <= now else _("Reply by %(day)s") % {"day": times.deadline(row.deadline_at, zone)}
    elif row.decided_at:
        date = times.day(times.last_day(row.decided_at, zone))
    if card.told is State.COUNTERED and performer:
        word = _("New page from %(name)s") % {"name": performer.short_name}
    if card.told is State.DRAFT:
        url = reverse("studio:request_step", args=[row.studio.slug, row.ref, "who"])
    return {
        "ref": row.ref,
        "url": url,
        "name": performer.professional_name if performer else _("Nobody chosen yet"),
        "use": ", ".join(words.label(use) for use in terms.uses) if terms else "",
        "extent": terms.description.extent if terms else "",
        "state": state,
        "word": word,
        "terms": _in_short(terms) if terms else "",
        "date": date,
        "mine": card.told is State.COUNTERED,
        "draft": card.told is State.DRAFT,
    }


def _in_short(terms: Any) -> str:
    parts = [places_words.places(terms.territories, most=2)]
    if terms.dates is not None:
        parts.append(times.months(terms.dates.months))
    return ", ".join(part for part in parts if part)


def _need(found: list[Card], *, zone: str, now: datetime) -> list[dict[str, str]]:
    """What waits for the studio: counter-offers."""
    return [
        {
            "title": _("%(name)s sent their version")
            % {"name": card.row.performer.professional_name if card.row.performer else ""},
            "text": str(
                sentence.short(
                    card.row.terms,
                    project=card.row.production.title if card.row.production else "",
                    studio=card.row.studio.name,
                    reader="studio",
                    performer=card.row.performer.professional_name if card.row.performer else "",
                )
            ),
            "url": reverse("studio:request", args=[card.row.studio.slug, card.row.ref]),
            "label": _("Compare the pages"),
        }
        for card in found[:3]
    ]


@require_safe
def export(request: HttpRequest, org: str) -> HttpResponse:
    """The board as CSV, one line per request that was sent."""
    seen = visitor(request)
    studio, _actor = by_session.studio(seen, org)
    now = timezone.now()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="clearances-{studio.slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(["request", "production", "performer", "uses", "state", "terms", "date"])
    for shelf in (Shelf.OPEN, Shelf.IN_FORCE, Shelf.CLOSED):
        for card in shelves.cards(studio, shelf, now=now):
            line = card_row(card, now=now, zone=seen.user.time_zone)
            title = card.row.production.title if card.row.production else ""
            cells = [line["ref"], title, line["name"], line["use"], line["state"], line["terms"], line["date"]]
            writer.writerow([f"'{cell}" if str(cell)[:1] in "=+-@" else cell for cell in cells])
    return response


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which studio; straight in where there is just one, to founding where there is none and nobody invited."""
    seen = visitor(request)
    found = by_session.studios(seen)
    invited = _invitations(seen.user.email)
    if len(found) == 1 and not invited:
        return redirect("studio:board", org=found[0].slug)
    if not found and not invited:
        return redirect("studio:found")
    return render(request, "studio/choose.html", {"studios": found, "invitations": invited})


def _invitations(email: str) -> list[Invitation]:
    now = timezone.now()
    open_ = Invitation.objects.filter(email__iexact=email, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return list(open_.select_related("studio", "invited_by"))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, ref: str) -> HttpResponse:
    """Join a studio that invited this address."""
    seen = visitor(request)
    row = next((one for one in _invitations(seen.user.email) if one.ref == ref), None)
    if row is None:
        return render(
            request,
            "refused.html",
            {"sentence": words.refusal("INVITATION_WITHDRAWN", {}), "back": "/studio/"},
            status=410,
        )
    if request.method == "POST":
        try:
            people.accept_invitation(row, seen.user, actor=by_session.person(seen), now=timezone.now())
        except Refused as refusal:
            messages.warning(request, words.refusal(refusal.code, refusal.values))
            return redirect("studio:choose")
        messages.success(request, _("Welcome to %(studio)s.") % {"studio": row.studio.name})
        return redirect("studio:board", org=row.studio.slug)
    return render(request, "studio/invitation.html", {"row": row, "role": words.label_of("StudioRole", row.role)})


class StudioForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the studio"), max_length=120)
    legal_name = forms.CharField(label=gettext_lazy("Legal name"), required=False, max_length=200)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=countries, required=False)
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    registration = forms.CharField(
        label=gettext_lazy("Company or guild registration"),
        help_text=gettext_lazy("Whatever helps the people who run this site to verify you."),
        required=False,
        max_length=120,
    )
    about = forms.CharField(
        label=gettext_lazy("What you make"),
        help_text=gettext_lazy("Performers read this."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """Found a studio. It can prepare everything, and send nothing until it is verified."""
    seen = visitor(request)
    form = StudioForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = people.found_studio(
                seen.user, **form.cleaned_data, actor=by_session.person(seen), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
        else:
            messages.success(request, _("Founded. You can prepare requests now, and send them once you are verified."))
            return redirect("studio:board", org=made.slug)
    return render(request, "studio/found.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, org: str) -> HttpResponse:
    studio, actor = by_session.studio(visitor(request), org, StudioAct.MANAGE_SETTINGS)
    initial = {
        name: getattr(studio, name) for name in ("name", "legal_name", "country", "website", "registration", "about")
    }
    form = StudioForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_studio(studio, **form.cleaned_data, actor=actor, now=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("studio:settings", org=org)
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    context = room.context(studio, actor, "settings") | {"form": form, "state": _state(studio)}
    return render(request, "studio/settings.html", context, status=422 if form.is_bound else 200)


def _state(studio: Studio) -> dict[str, str]:
    if studio.verified:
        return {"code": "APPROVED", "word": _("Verified")}
    if studio.refused_at:
        return {"code": "DECLINED", "word": _("Not verified")}
    return {"code": "PENDING", "word": _("Waiting to be verified")}


urlpatterns = [
    path("", choose, name="choose"),
    path("found/", found, name="found"),
    path("invitations/<str:ref>/", invitation, name="invitation"),
    path("<slug:org>/", board, name="board"),
    path("<slug:org>/clearances.csv", export, name="export"),
    path("<slug:org>/settings/", settings_page, name="settings"),
]
