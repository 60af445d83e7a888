"""Members of a studio and their roles."""

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
from django.views.decorators.http import require_http_methods, require_POST

from consent.access import NotFound, by_session
from consent.core.roles import StudioAct, StudioRole
from consent.models import Invitation, Membership, Studio
from consent.render import times, words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web.studio import room


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Their e-mail address"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=lambda: words.choices(StudioRole), widget=forms.RadioSelect
    )


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, org: str) -> HttpResponse:
    seen = visitor(request)
    act = StudioAct.MANAGE_MEMBERS if request.method == "POST" else StudioAct.SEE
    studio, actor = by_session.studio(seen, org, act)
    form = InviteForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            role = StudioRole(form.cleaned_data["role"])
            people.invite_member(studio, form.cleaned_data["email"], role, actor=actor, now=now)
            messages.success(request, _("Invited. The mail says how to join."))
            return redirect("studio:members", org=org)
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    invited = Invitation.objects.filter(studio=studio, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    context = room.context(studio, actor, "members") | {
        "form": form,
        "rows": [
            _row(member, seen.user.pk) for member in studio.memberships.select_related("user").order_by("joined_at")
        ],
        "invited": [
            {"ref": one.ref, "email": one.email, "role": words.label_of("StudioRole", one.role)} for one in invited
        ],
        "may_manage": room.may(actor, StudioAct.MANAGE_MEMBERS),
        "roles": words.choices(StudioRole),
    }
    return render(request, "studio/members.html", context, status=422 if form.is_bound else 200)


def _row(member: Membership, own: int) -> dict[str, Any]:
    return {
        "ref": member.user.ref,
        "name": member.user.display_name,
        "email": member.user.email,
        "role": member.role,
        "role_word": words.label_of("StudioRole", member.role),
        "since": times.day(member.joined_at.date()),
        "own": member.user_id == own,
    }


def _member(studio: Studio, ref: str) -> Membership:
    found = Membership.objects.select_related("user", "studio").filter(studio=studio, user__ref=ref).first()
    if found is None:
        raise NotFound
    return found


@require_POST
def change_role(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    studio, actor = by_session.studio(visitor(request), org, StudioAct.MANAGE_MEMBERS)
    wanted = request.POST.get("role", "")
    if wanted not in set(StudioRole):
        raise NotFound
    _try(request, lambda: people.change_role(_member(studio, ref), StudioRole(wanted), actor=actor, now=timezone.now()))
    return redirect("studio:members", org=org)


@require_POST
def remove(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """By an owner, or by the member leaving."""
    seen = visitor(request)
    leaving = seen.user.ref == ref
    studio, actor = by_session.studio(seen, org, StudioAct.SEE if leaving else StudioAct.MANAGE_MEMBERS)
    done = _try(request, lambda: people.remove_member(_member(studio, ref), actor=actor, now=timezone.now()))
    return redirect("studio:choose") if leaving and done else redirect("studio:members", org=org)


@require_POST
def withdraw_invitation(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    studio, actor = by_session.studio(visitor(request), org, StudioAct.MANAGE_MEMBERS)
    row = Invitation.objects.filter(studio=studio, ref=ref).first()
    if row is None:
        raise NotFound
    _try(request, lambda: people.withdraw_invitation(row, actor=actor, now=timezone.now()))
    return redirect("studio:members", org=org)


def _try(request: HttpRequest, act: Any) -> bool:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
        return False
    messages.success(request, _("Done."))
    return True


urlpatterns = [
    path("<slug:org>/members/", members, name="members"),
    path("<slug:org>/members/<str:ref>/role/", change_role, name="member_role"),
    path("<slug:org>/members/<str:ref>/remove/", remove, name="member_remove"),
    path("<slug:org>/invitations/<str:ref>/withdraw/", withdraw_invitation, name="invitation_withdraw"),
]
