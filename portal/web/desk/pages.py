"""The representative's desk: what waits across clients, each client's room as far as the authority goes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consent.access import NotFound, by_session
from consent.core.actor import Actor
from consent.models import Grant, Representation, User
from consent.queries import inbox, portfolio
from consent.queries import preferences as standing
from consent.render import words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web import grant_pages, readers, request_pages, showing


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Requests of every client, the next reply-by first."""
    seen = visitor(request)
    found = by_session.desk(seen)
    now = timezone.now()
    performers = [row.performer for row in found]
    view = request_pages.chosen_view(request)
    listing = inbox.requests(performers, view, now=now, page=request_pages.page_number(request))
    reads = {row.performer_id: readers.of_authority(row.authority(), row.performer) for row in found}
    context = {
        "nav": "inbox",
        "view": view.value,
        "page_query": f"view={view.value}",
        "tabs": request_pages.tabs(inbox.counts(performers, now=now), view, reverse("desk:inbox"), own=False),
        "rows": [
            request_pages.inbox_row(row, now=now, zone=seen.user.time_zone, reader=reads[row.performer_id or 0])
            for row in listing.rows
        ],
        "listing": listing,
        "clients": len(found),
        "invitations": _invitations(seen.user),
    }
    return render(request, "desk/inbox.html", context)


def _invitations(user: User) -> list[Representation]:
    """Authorities that were offered to this address and not yet taken."""
    open_ = Representation.objects.filter(invited_email__iexact=user.email, accepted_at=None, revoked_at=None)
    return list(open_.select_related("performer"))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, ref: str) -> HttpResponse:
    """Accept or decline an authority; both stand side by side."""
    seen = visitor(request)
    row = next((one for one in _invitations(seen.user) if one.ref == ref), None)
    if row is None:
        raise NotFound
    if request.method == "POST":
        return _answer(request, row, seen.user, by_session.person(seen))
    context = {
        "nav": "inbox",
        "row": row,
        "rights": [words.label(right) for right in sorted(row.authority().rights)],
        "level": words.band(level) if (level := row.authority().approve_level) else "",
    }
    return render(request, "desk/invitation.html", context)


def _answer(request: HttpRequest, row: Representation, user: User, actor: Actor) -> HttpResponse:
    now = timezone.now()
    try:
        if "accept" in request.POST:
            people.accept_representation(row, user, actor=actor, now=now)
            messages.success(
                request, _("Accepted. You act for %(name)s now.") % {"name": row.performer.professional_name}
            )
        else:
            people.revoke_representation(row, actor=actor, now=now)
            messages.success(request, _("Declined. They have been told."))
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
    return redirect("desk:inbox")


@require_safe
def request_page(request: HttpRequest, ref: str) -> HttpResponse:
    """A client's request is read on the same page as the performer's, with the authority stated."""
    by_session.use_request(visitor(request), ref)
    return redirect("performer:request", ref=ref)


@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    found = by_session.desk(visitor(request))
    rows = [
        {
            "ref": row.performer.ref,
            "name": row.performer.professional_name,
            "rights": ", ".join(words.label(right) for right in sorted(row.authority().rights)),
            "bands": showing.bands(standing.current(row.performer).value),
        }
        for row in sorted(found, key=lambda one: one.performer.professional_name)
    ]
    return render(request, "desk/clients.html", {"nav": "clients", "rows": rows})


@require_safe
def client(request: HttpRequest, ref: str) -> HttpResponse:
    """One client: requests, grants and the line, read only."""
    performer, actor = by_session.client(visitor(request), ref)
    now = timezone.now()
    zone = performer.time_zone
    reader = readers.of(actor, performer)

    def row(grant: Grant) -> dict[str, Any]:
        url = reverse("performer:grant", args=[grant.ref])
        return grant_pages.row(grant, now=now, zone=zone, url=url, whose=grant.studio.name, own=False)

    found = portfolio.of_performer(performer, now=now)
    context = {
        "nav": "clients",
        "room": performer,
        "authority": request_pages.authority_words(actor),
        "bands": showing.bands(standing.current(performer).value),
        "waiting": [
            request_pages.inbox_row(one, now=now, zone=zone, reader=reader) for one in inbox.waiting(performer, now=now)
        ],
        "grants": [row(grant) for grant in (*found.in_force, *found.over)],
    }
    return render(request, "desk/client.html", context)


urlpatterns = [
    path("", inbox_page, name="inbox"),
    path("requests/<str:ref>/", request_page, name="request"),
    path("clients/", clients, name="clients"),
    path("clients/<str:ref>/", client, name="client"),
    path("invitations/<str:ref>/", invitation, name="invitation"),
]
