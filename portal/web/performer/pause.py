"""Pause new requests, until a day or until I say; requests that are already open stay open."""

from __future__ import annotations

from datetime import timedelta
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
from consent.core import clocks
from consent.render import times
from consent.services import people
from portal.visitor import visitor
from portal.web import showing
from portal.web.forms.fields import DayInput


class PauseForm(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Until the end of"),
        help_text=gettext_lazy("Leave empty to pause until you say."),
        required=False,
        widget=DayInput(),
    )

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until is not None and until < self.today:
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        if until is not None and until > self.today + timedelta(days=3660):
            raise forms.ValidationError(_("Choose a day within ten years, or leave it empty."))
        return until


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest) -> HttpResponse:
    performer, actor = by_session.performer(visitor(request))
    now = timezone.now()
    zone = performer.time_zone
    form = PauseForm(request.POST if request.method == "POST" else None, today=showing.local_day(now, zone))
    if request.method == "POST" and "resume" in request.POST:
        people.unpause(performer, actor=actor, now=now)
        messages.success(request, _("Studios can ask again."))
        return redirect("performer:pause")
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        people.pause(performer, clocks.end_of_day(until, zone) if until else None, actor=actor, now=now)
        messages.success(request, _("Paused. Nobody can send you a new request."))
        return redirect("performer:pause")
    context = {
        "nav": "pause",
        "room": performer,
        "form": form,
        "paused": performer.is_paused(now),
        "until": times.day(times.last_day(performer.paused_until, zone)) if performer.paused_until else "",
    }
    return render(request, "performer/pause.html", context, status=422 if form.is_bound else 200)


urlpatterns = [path("pause/", pause, name="pause")]
