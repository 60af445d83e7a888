"""Productions: the titles that uses are for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from consent.access import by_session
from consent.core.roles import StudioAct
from consent.core.vocabulary import Agreement, ProductionKind
from consent.models import Production
from consent.queries import board as shelves
from consent.queries.board import Shelf
from consent.render import times, words
from consent.services import productions as use_cases
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web.forms.fields import DayInput
from portal.web.studio import room
from portal.web.studio.board import card_row


class ProductionForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Working title"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=lambda: words.choices(ProductionKind))
    agreement = forms.ChoiceField(label=gettext_lazy("Agreement"), choices=lambda: words.choices(Agreement))
    photography_on = forms.DateField(label=gettext_lazy("Photography starts"), required=False, widget=DayInput())
    release_on = forms.DateField(label=gettext_lazy("Release"), required=False, widget=DayInput())
    eidr = forms.CharField(label="EIDR", required=False, max_length=40)
    isan = forms.CharField(label="ISAN", required=False, max_length=40)
    imdb = forms.CharField(label="IMDb", required=False, max_length=20)
    synopsis = forms.CharField(
        label=gettext_lazy("What it is about"),
        help_text=gettext_lazy("Performers read this."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


FIELDS = ("title", "kind", "agreement", "photography_on", "release_on", "eidr", "isan", "imdb", "synopsis")


@require_http_methods(["GET", "HEAD", "POST"])
def productions(request: HttpRequest, org: str) -> HttpResponse:
    act = StudioAct.MANAGE_PRODUCTIONS if request.method == "POST" else StudioAct.SEE
    studio, actor = by_session.studio(visitor(request), org, act)
    form = ProductionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = use_cases.create(studio, **form.cleaned_data, actor=actor, now=timezone.now())
            messages.success(request, _("Added."))
            return redirect("studio:production", org=org, slug=made.slug)
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    rows = Production.objects.filter(studio=studio).order_by("-created_at")
    context = room.context(studio, actor, "productions") | {
        "form": form,
        "rows": [_row(row) for row in rows],
        "may_manage": room.may(actor, StudioAct.MANAGE_PRODUCTIONS),
    }
    return render(request, "studio/productions.html", context, status=422 if form.is_bound else 200)


def _row(row: Production) -> dict[str, Any]:
    return {
        "title": row.title,
        "slug": row.slug,
        "kind": words.label_of("ProductionKind", row.kind),
        "agreement": words.label_of("Agreement", row.agreement),
        "shoots": times.day(row.photography_on) if row.photography_on else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def production(request: HttpRequest, org: str, slug: str) -> HttpResponse:
    """One production: its clearances and its particulars."""
    seen = visitor(request)
    act = StudioAct.MANAGE_PRODUCTIONS if request.method == "POST" else StudioAct.SEE
    row, actor = by_session.studio_production(seen, org, slug, act)
    form = ProductionForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(row, name) for name in FIELDS}
    )
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            use_cases.change(row, **form.cleaned_data, actor=actor, now=now)
            messages.success(request, _("Saved."))
            return redirect("studio:production", org=org, slug=slug)
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    found = [
        card
        for shelf in (Shelf.OPEN, Shelf.IN_FORCE, Shelf.CLOSED)
        for card in shelves.cards(row.studio, shelf, now=now, production=row.pk)
    ]
    context = room.context(row.studio, actor, "productions") | {
        "production": row,
        "row": _row(row),
        "form": form,
        "cards": [card_row(card, now=now, zone=seen.user.time_zone) for card in found],
        "may_manage": room.may(actor, StudioAct.MANAGE_PRODUCTIONS),
    }
    return render(request, "studio/production.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("<slug:org>/productions/", productions, name="productions"),
    path("<slug:org>/productions/<slug:slug>/", production, name="production"),
]
