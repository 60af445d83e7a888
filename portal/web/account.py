"""One's own account: the same page for everybody, in the room of their side."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consent.access import by_session
from consent.models import Performer
from consent.render import words
from consent.services import people
from consent.services.moves import Refused
from portal.visitor import has_second_factor, visitor
from portal.web.forms.people import AccountForm, AnsweringForm


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, zone, language, light or dark; for performers also how their answers work."""
    seen = visitor(request)
    user = seen.user
    performer = Performer.objects.filter(user=user).first()
    posted = request.method == "POST"
    form = AccountForm(
        request.POST if posted and "answering" not in request.POST else None,
        initial={name: getattr(user, name) for name in ("full_name", "time_zone", "locale", "theme", "shortcuts")},
    )
    answering = AnsweringForm(
        request.POST if posted and "answering" in request.POST else None,
        initial={"hold_minutes": performer.hold_minutes, "approve_by_mail": performer.approve_by_mail}
        if performer
        else {},
    )
    now = timezone.now()
    try:
        if form.is_valid():
            people.change_account(user, **form.cleaned_data, actor=by_session.person(seen), now=now)
            if performer is not None:
                zone, locale = form.cleaned_data["time_zone"], form.cleaned_data["locale"]
                _row, actor = by_session.performer(seen)
                people.change_profile(performer, time_zone=zone, locale=locale, actor=actor, now=now)
            return _saved(request)
        if performer is not None and answering.is_valid():
            _row, actor = by_session.performer(seen)
            people.change_profile(performer, **answering.cleaned_data, actor=actor, now=now)
            return _saved(request)
    except Refused as refusal:
        (form if form.is_bound else answering).add_error(None, words.refusal(refusal.code, refusal.values))
    context = {
        "nav": "account",
        "form": form,
        "answering": answering if performer is not None else None,
        "second_factor": has_second_factor(user),
        "performer_row": performer,
    }
    return render(request, "account/about.html", context, status=422 if posted else 200)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("account:about")


app_name = "account"
urlpatterns = [path("", account, name="about")]
