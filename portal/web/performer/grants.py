"""The performer's grants: the timeline, one grant, taking it back, and the stop that ends everything at once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consent.access import by_session
from consent.core.roles import Capacity
from consent.models import Grant, UseRequest
from consent.queries import portfolio
from consent.render import times, words
from consent.services import grants as use_cases
from consent.services.moves import NotEntitled, Refused
from portal.visitor import visitor
from portal.web import grant_pages, readers, request_pages, showing

SEE_OTHER = 303
VIEWS = ("timeline", "list", "places")


@require_safe
def grants_page(request: HttpRequest) -> HttpResponse:
    performer, _actor = by_session.performer(visitor(request))
    now = timezone.now()
    zone = performer.time_zone
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "timeline"
    found = portfolio.of_performer(performer, now=now)

    def row(grant: Grant) -> dict[str, object]:
        url = reverse("performer:grant", args=[grant.ref])
        return grant_pages.row(grant, now=now, zone=zone, url=url, whose=grant.studio.name)

    def asked(one: UseRequest) -> dict[str, object]:
        url = reverse("performer:request", args=[one.ref])
        return grant_pages.asked_row(one, url=url, whose=one.studio.name)

    context = {
        "nav": "grants",
        "view": view,
        "views": _views(view or "timeline"),
        "groups": grant_pages.groups(found, row, asked),
        "any": bool(found.in_force or found.asked or found.over),
        "first_year": showing.local_day(now, zone).year - 1,
        "now": now,
        "places": grant_pages.place_rows(portfolio.by_place(found.in_force), now=now),
        "coming": grant_pages.coming(portfolio.coming_up(found.in_force, now=now), zone=zone, now=now),
        "room": performer,
    }
    return render(request, "performer/grants.html", context)


def _views(chosen: str) -> list[dict[str, object]]:
    labels = {"timeline": _("Timeline"), "list": _("List"), "places": _("Places")}
    icons = {"timeline": "chart-gantt", "list": "list", "places": "globe"}
    return [
        {"label": labels[view], "icon": icons[view], "url": f"?view={view}", "current": view == chosen}
        for view in VIEWS
    ]


@require_safe
def grant_page(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = by_session.grant(visitor(request), ref)
    now = timezone.now()
    zone = row.performer.time_zone
    reader = readers.of(actor, row.performer)
    own = reader.own
    story = portfolio.story(row, now=now)
    context = grant_pages.context(story, now=now, zone=zone, reader=reader) | {
        "nav": "grants" if own else "clients",
        "name": reader.name,
        "voice": reader.voice,
        "own": own,
        "layout": "layouts/performer.html" if own else "layouts/desk.html",
        "can_take_back": own and row.withdrawn_at is None and row.exploit_until > now,
        "history": [request_pages.history_row(fact, zone=zone, now=now, voice=reader.voice) for fact in story.facts],
    }
    return render(request, "performer/grant.html", context)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Say why, if you like"),
        help_text=gettext_lazy("They will read it. No reason is needed."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    """What stops, what they must do, what cannot be undone; then one press."""
    row, actor = by_session.grant(visitor(request), ref)
    if actor.capacity is not Capacity.PERFORMER:
        raise NotEntitled("NOT_ENTITLED")
    now = timezone.now()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            use_cases.withdraw(row, reason=form.cleaned_data["reason"], actor=actor, now=now)
            messages.success(request, _("Taken back. Nothing new may be made, and your media is closed to them."))
        except Refused as refusal:
            messages.info(request, words.refusal(refusal.code, refusal.values))
        return HttpResponseRedirect(reverse("performer:grant", args=[ref]), status=SEE_OTHER)
    zone = row.performer.time_zone
    left = use_cases.after_withdrawal(row, now=now)
    context = {
        "nav": "grants",
        "grant": row,
        "title": grant_pages.uses(row),
        "form": form,
        "destroy_by": times.day(times.last_day(left.destroy_by, zone)),
        "shown_until": times.day(times.last_day(row.exploit_until, zone)),
        "media_count": row.media.count(),
    }
    return render(request, "performer/take_back.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Stop everything with one press; start again with another."""
    performer, actor = by_session.performer(visitor(request))
    now = timezone.now()
    if request.method == "POST":
        if "start" in request.POST:
            use_cases.start_again(performer, actor=actor, now=now)
            messages.success(request, _("Started again. Grants that still run are live."))
        else:
            use_cases.stop_everything(performer, actor=actor, now=now)
            messages.success(request, _("Everything has stopped."))
        return redirect("performer:stop")
    running = portfolio.of_performer(performer, now=now).in_force
    context = {"nav": "pause", "room": performer, "running": len(running)}
    return render(request, "performer/stop.html", context)


urlpatterns = [
    path("grants/", grants_page, name="grants"),
    path("grants/<str:ref>/", grant_page, name="grant"),
    path("grants/<str:ref>/take-back/", take_back, name="take_back"),
    path("stop/", stop, name="stop"),
]
