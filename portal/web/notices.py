"""Notices for whoever is signed in: the inbox, what to be told and when, and the way out that every mail offers."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.access import by_session
from consent.models import Side, User
from consent.render import times
from notifications import addresses, inbox, preferences, queries, recipients
from portal.visitor import visitor
from portal.web import request_pages
from portal.web.forms.answer import SureForm
from portal.web.forms.notices import LABELS, NoticesForm

LAYOUTS = {
    "PERFORMER": "layouts/performer.html",
    "REPRESENTATIVE": "layouts/desk.html",
    "STUDIO": "layouts/studio.html",
    "STAFF": "layouts/staff.html",
}


def _shown(request: HttpRequest) -> dict[str, Any]:
    """The page wears the layout of the person's own side; a studio member's bar shows their first studio."""
    side = cast(User, request.user).side
    context: dict[str, Any] = {"nav": "notices", "layout": LAYOUTS.get(side, "layouts/plain.html")}
    if side == Side.STUDIO:
        context["org"] = next(iter(by_session.studios(visitor(request))), None)
    return context


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    page, items = queries.inbox(user, page=request_pages.page_number(request), now=timezone.now())
    rows = [{"item": item, "when": times.moment(item.at, recipients.zone_of(user))} for item in items]
    return render(request, "notices/inbox.html", _shown(request) | {"page": page, "rows": rows})


@require_POST
def read(request: HttpRequest, name: str) -> HttpResponse:
    inbox.mark_read(cast(User, request.user), name, now=timezone.now())
    return redirect("notices:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    inbox.mark_all_read(cast(User, request.user), now=timezone.now())
    return redirect("notices:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    posted = request.POST if request.method == "POST" else None
    form = NoticesForm(posted, choices=queries.choices(user), settings=queries.settings_of(user))
    if request.method == "POST" and form.is_valid():
        preferences.choose(user, form.chosen())
        preferences.keep_settings(
            user,
            quiet=form.cleaned_data["quiet"],
            quiet_from=form.cleaned_data["quiet_from"],
            quiet_to=form.cleaned_data["quiet_to"],
            neutral_subjects=form.cleaned_data["neutral_subjects"],
        )
        messages.success(request, _("Kept. It holds for the next mail."))
        return redirect("notices:settings")
    context = _shown(request) | {"form": form, "zone": recipients.zone_of(user)}
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)


@csrf_exempt  # RFC 8058: the mail program posts without our cookie; the token alone is the authority, for this alone
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST acts; ``again=1`` undoes it. Works without signing in, and says nothing about the account."""
    user, group = addresses.open_unsubscribe(token)
    done, sure = "", None
    if request.method == "POST":
        done, sure = _asked(request)
    if done:
        preferences.choose(user, {group: None}) if done == "on" else preferences.turn_off(user, group)
    context = {"group": LABELS[group], "done": done, "sure": sure}
    response = render(request, "notices/unsubscribe.html", context, status=422 if sure else 200)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _asked(request: HttpRequest) -> tuple[str, SureForm | None]:
    """What a press asks for. A mail program says the words of RFC 8058, a person ticks the box; a press without either is a
    machine's, and turns nothing off."""
    if request.POST.get("again"):
        return "on", None
    sure = SureForm(request.POST)
    if request.POST.get("List-Unsubscribe") == "One-Click" or sure.is_valid():
        return "off", None
    return "", sure


app_name = "notices"
urlpatterns = [
    path("", inbox_page, name="inbox"),
    path("read/", read_all, name="read_all"),
    path("settings/", settings_page, name="settings"),
    path("off/<str:token>/", unsubscribe, name="unsubscribe"),
    path("<str:name>/read/", read, name="read"),
]
