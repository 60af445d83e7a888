"""Home: what waits, where I stand, what is in force, what happened."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consent.access import by_session
from consent.models import Fact, Grant, Performer, Side
from consent.queries import inbox
from consent.queries import preferences as standing
from consent.render import times, words
from portal.visitor import visitor
from portal.web import readers, request_pages, showing

SOON_DAYS = 30
RECENT = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    seen = visitor(request)
    if seen.user.side == Side.PERFORMER and not Performer.objects.filter(user=seen.user).exists():
        return redirect("performer:start", step=1)  # the first sign-in lands here, before there is a performer
    performer, actor = by_session.performer(seen)
    if performer.onboarded_at is None:
        return redirect("performer:start", step=1)
    now = timezone.now()
    zone = performer.time_zone
    waiting = inbox.waiting(performer, now=now)
    reader = readers.of(actor, performer)
    context = {
        "nav": "home",
        "today": times.weekday(showing.local_day(now, zone)),
        "room": performer,
        "waiting": [request_pages.inbox_row(row, now=now, zone=zone, reader=reader) for row in waiting],
        "held": [
            request_pages.inbox_row(row, now=now, zone=zone, reader=reader) for row in inbox.held(performer, now=now)
        ],
        "declined_for_you": inbox.declined_for_you(performer, now=now),
        "bands": showing.bands(standing.current(performer).value),
        "in_force": [grant_row(grant, now=now, zone=zone) for grant in inbox.in_force(performer, now=now)],
        "grant_count": Grant.objects.filter(performer=performer).count(),
        "recent": [
            request_pages.history_row(fact, zone=zone, now=now)
            for fact in Fact.objects.filter(chain__performer=performer)
            .select_related("payload")
            .order_by("-seq")[:RECENT]
        ],
        "now": now,
    }
    return render(request, "performer/home.html", context)


def grant_row(grant: Grant, *, now: datetime, zone: str) -> dict[str, object]:
    """A line of "In force now"; an end within a month is said in days."""
    left = (grant.exploit_until - now).days
    return {
        "title": ", ".join(words.label(use) for use in grant.terms.uses),
        "subtitle": _("for %(studio)s, %(project)s") % {"studio": grant.studio.name, "project": grant.production.title},
        "url": reverse("performer:grant", args=[grant.ref]),
        "starts": grant.starts_at,
        "ends": grant.exploit_until,
        "state": grant.phase(now).value,
        "note": _("Ends in %(left)s") % {"left": times.until(grant.exploit_until, now=now)} if left < SOON_DAYS else "",
        "end_label": _("Ends %(day)s") % {"day": times.day(times.last_day(grant.exploit_until, zone))},
    }


urlpatterns = [path("home/", home, name="home")]
