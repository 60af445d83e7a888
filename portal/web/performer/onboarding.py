"""The first pages of a performer: a name and a birthday, who stands behind you, who may find you; then the line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consent.access import by_session
from consent.access.by_session import Visitor
from consent.models import Performer, Side, Visibility
from consent.render import words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import visitor
from portal.web.forms.people import NameForm, UnionForm, VisibilityForm

FORMS: dict[int, type[forms.Form]] = {1: NameForm, 2: UnionForm, 3: VisibilityForm}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, step: int = 1) -> HttpResponse:
    """One step; it can be left and taken up again, and ends on the preferences with nothing at Allow."""
    seen = visitor(request)
    if step not in FORMS or seen.user.side != Side.PERFORMER:
        raise Http404
    performer = Performer.objects.filter(user=seen.user).first()
    if performer is None and step > 1:
        return redirect("performer:start", step=1)
    form = FORMS[step](request.POST or None, initial=_initial(seen, performer, step))
    if request.method == "POST" and form.is_valid():
        try:
            performer = _keep(seen, performer, step, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
        else:
            return _next(seen, performer, step)
    context = {
        "form": form,
        "step": step,
        "steps": [
            {
                "title": title,
                "url": reverse("performer:start", args=[number]),
                "done": performer is not None and number < step,
            }
            for number, title in enumerate(
                (_("How you are known"), _("Who stands behind you"), _("Who may find you")), 1
            )
        ],
        "total": len(FORMS) + 1,
        "performer": performer,
    }
    return render(request, "performer/start.html", context, status=422 if form.errors else 200)


def _initial(seen: Visitor, performer: Performer | None, step: int) -> dict[str, Any]:
    if performer is None:
        return {"professional_name": seen.user.full_name, "locale": seen.user.locale, "time_zone": seen.user.time_zone}
    names = {
        1: ("professional_name", "date_of_birth", "country", "time_zone", "locale"),
        2: ("unions", "has_counsel", "crafts"),
        3: ("visibility", "about"),
    }[step]
    initial = {name: getattr(performer, name) for name in names}
    if step == 1:
        initial["also_known_as"] = ", ".join(performer.also_known_as)
    if step == 2:
        initial["languages"] = ", ".join(performer.languages)
    return initial


def _keep(seen: Visitor, performer: Performer | None, step: int, said: dict[str, Any]) -> Performer:
    now = timezone.now()
    if performer is None:
        made = people.become_performer(seen.user, **said, actor=by_session.person(seen), now=now)
        people.change_account(
            seen.user, time_zone=said["time_zone"], locale=said["locale"], actor=by_session.person(seen), now=now
        )
        return made
    _row, actor = by_session.performer(seen)
    if step == 3:
        people.set_visibility(performer, Visibility(said["visibility"]), actor=actor, now=now)
        return people.change_profile(performer, about=said["about"], actor=actor, now=now)
    if step == 1 and performer.onboarded_at is not None:
        said = {name: value for name, value in said.items() if name != "date_of_birth"}
    return people.change_profile(performer, actor=actor, now=now, **said)


def _next(seen: Visitor, performer: Performer, step: int) -> HttpResponse:
    if step + 1 in FORMS:
        return redirect("performer:start", step=step + 1)
    _row, actor = by_session.performer(seen)
    people.finish_onboarding(performer, actor=actor, now=timezone.now())
    return redirect("performer:preferences")


urlpatterns = [path("start/", start, name="start_first"), path("start/<int:step>/", start, name="start")]
