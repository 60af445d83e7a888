"""The operator's page about mail: what waits, what was given up and why, and another try."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consent.access import by_session
from consent.render import times
from notifications import delivery, queries
from portal.visitor import visitor
from portal.web import request_pages


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    seen = visitor(request)
    by_session.staff(seen)
    page, letters = queries.dead_letters(page=request_pages.page_number(request))
    standing = queries.standing()
    zone = seen.user.time_zone
    context = {
        "nav": "mail",
        "page": page,
        "rows": [{"letter": letter, "when": times.moment(letter.at, zone)} for letter in letters],
        "standing": standing,
        "overdue": standing.oldest is not None and standing.oldest <= timezone.now(),
        "oldest": times.moment(standing.oldest, zone) if standing.oldest else "",
    }
    return render(request, "staff/mail.html", context)


@require_POST
def retry(request: HttpRequest, name: str) -> HttpResponse:
    by_session.staff(visitor(request))
    if delivery.retry(name, now=timezone.now()):
        messages.success(request, _("It goes out again with the next round, as the same message."))
    else:
        messages.info(request, _("That mail is no longer a dead letter. Nothing was changed."))
    return redirect("staff:mail")


urlpatterns = [
    path("mail/", mail, name="mail"),
    path("mail/<str:name>/retry/", retry, name="mail_retry"),
]
