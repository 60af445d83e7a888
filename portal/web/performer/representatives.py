"""Who acts for the performer, up to what, and the page that says who may find them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consent.access import NotFound, by_session
from consent.core.roles import Right
from consent.core.vocabulary import Level
from consent.models import Performer, Representation, Visibility
from consent.render import money, times, words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web.forms.people import RepresentativeForm, VisibilityForm


@require_http_methods(["GET", "HEAD", "POST"])
def representatives(request: HttpRequest) -> HttpResponse:
    performer, actor = by_session.performer(visitor(request))
    form = RepresentativeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            people.invite_representative(
                performer, said["email"], agency=said["agency"], **_grid(said), actor=actor, now=timezone.now()
            )
            messages.success(request, _("Invited. Nothing is open to them until they accept."))
            return redirect("performer:representatives")
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    rows = Representation.objects.filter(performer=performer, revoked_at=None).select_related("user")
    context = {
        "nav": "representatives",
        "form": form,
        "rows": [_row(row, performer) for row in rows.order_by("invited_at")],
    }
    return render(request, "performer/representatives.html", context, status=422 if form.is_bound else 200)


def _grid(said: dict[str, Any]) -> dict[str, Any]:
    ceiling, currency = said["approve_fee_ceiling"], said["currency"]
    return {
        "rights": [Right(right) for right in said["rights"]],
        "approve_level": Level(said["approve_level"]) if said["approve_level"] else None,
        "approve_fee_ceiling": money.to_minor(ceiling, currency) if ceiling and currency else None,
        "currency": currency if ceiling else "",
        "ends_on": said["ends_on"],
    }


def _row(row: Representation, performer: Performer) -> dict[str, Any]:
    ceiling = row.approve_fee_ceiling
    return {
        "ref": row.ref,
        "name": row.user.display_name if row.user else row.invited_email,
        "agency": row.agency,
        "accepted": row.accepted_at is not None,
        "rights": [words.label(Right(right)) for right in row.rights],
        "level": words.band(Level(row.approve_level)) if row.approve_level else "",
        "ceiling": money.money(ceiling, row.currency) if ceiling and row.currency else "",
        "until": times.day(row.ends_on) if row.ends_on else "",
    }


def _own(request: HttpRequest, ref: str) -> tuple[Representation, Any]:
    performer, actor = by_session.performer(visitor(request))
    row = Representation.objects.filter(performer=performer, ref=ref, revoked_at=None).first()
    if row is None:
        raise NotFound
    return row, actor


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """The authority of one representative."""
    row, actor = _own(request, ref)
    initial = {
        "email": row.invited_email,
        "agency": row.agency,
        "rights": row.rights,
        "approve_level": row.approve_level,
        "approve_fee_ceiling": money.to_major(row.approve_fee_ceiling, row.currency)
        if row.approve_fee_ceiling
        else None,
        "currency": row.currency,
        "ends_on": row.ends_on,
    }
    form = RepresentativeForm(request.POST if request.method == "POST" else None, initial=initial)
    del form.fields["email"], form.fields["agency"]
    if request.method == "POST" and form.is_valid():
        try:
            people.change_representation(row, **_grid(form.cleaned_data), actor=actor, now=timezone.now())
            messages.success(request, _("Saved. It holds from now on."))
            return redirect("performer:representatives")
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    context = {"nav": "representatives", "form": form, "row": _row(row, row.performer)}
    return render(request, "performer/representative.html", context, status=422 if form.is_bound else 200)


@require_POST
def revoke(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = _own(request, ref)
    people.revoke_representation(row, actor=actor, now=timezone.now())
    messages.success(request, _("Ended. They can no longer see or do anything for you."))
    return redirect("performer:representatives")


@require_http_methods(["GET", "HEAD", "POST"])
def public_page(request: HttpRequest) -> HttpResponse:
    """Who may find the performer, and the reference to hand out."""
    performer, actor = by_session.performer(visitor(request))
    initial = {"visibility": performer.visibility, "about": performer.about}
    form = VisibilityForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        people.set_visibility(performer, Visibility(form.cleaned_data["visibility"]), actor=actor, now=now)
        people.change_profile(performer, about=form.cleaned_data["about"], actor=actor, now=now)
        messages.success(request, _("Saved."))
        return redirect("performer:page")
    context = {"nav": "account", "form": form, "room": performer}
    return render(request, "performer/page.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("representatives/", representatives, name="representatives"),
    path("representatives/<str:ref>/", change, name="representative"),
    path("representatives/<str:ref>/end/", revoke, name="representative_end"),
    path("page/", public_page, name="page"),
]
