"""Pages for everybody: what Sayso is, for whom, and the check of a receipt."""

from __future__ import annotations

import re
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from consent.core.preferences import Preferences, UsePreference
from consent.core.vocabulary import Stance, Use
from consent.models import Grant
from consent.render import times
from portal.web import grant_pages, showing

A_YEAR = 365 * 24 * 3600
_DRAWN = {
    Stance.ALLOW: (Use.PREVISUALISATION, Use.LOOK_TEST, Use.DIALOGUE_CLEANUP, Use.COSMETIC_FIX, Use.AGE_CHANGE),
    Stance.ASK: (
        Use.DUB_LIP_SYNC,
        Use.DUB_OWN_VOICE,
        Use.ADDITIONAL_LINES,
        Use.DIGITAL_DOUBLE,
        Use.SCENE_COMPLETION,
        Use.PROMOTION,
    ),
}
EXAMPLE = Preferences(
    uses={
        use: UsePreference(stance=next((stance for stance, uses in _DRAWN.items() if use in uses), Stance.NEVER))
        for use in Use
    }
)
"""How an actor might have set the line, for the picture on the landing page."""


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    term = {"starts": now.date() - timedelta(days=450), "ends": now.date() + timedelta(days=280), "now": now}
    return render(request, "public/landing.html", {"bands": showing.bands(EXAMPLE), "term": term, "nav": ""})


@login_not_required
@require_safe
def readers(request: HttpRequest, who: str) -> HttpResponse:
    """One page each for performers, representatives and studios."""
    return render(request, f"public/for_{who}.html", {"nav": who, "bands": showing.bands(Preferences.first())})


@login_not_required
@require_safe
def plain(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"public/{name}.html", {"nav": name, "contact": settings.SECURITY_CONTACT})


class ReceiptForm(forms.Form):
    fingerprint = forms.CharField(
        label=gettext_lazy("Fingerprint of the terms"),
        help_text=gettext_lazy("64 letters and digits, as mails and grants print them. Spaces do not matter."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Paste the fingerprint first.")},
    )

    def clean_fingerprint(self) -> str:
        typed = re.sub(r"[^0-9a-f]", "", self.cleaned_data["fingerprint"].lower())
        if len(typed) != 64:
            raise forms.ValidationError(
                _("A fingerprint has 64 signs, 0 to 9 and a to f. Check that all of it is here.")
            )
        return typed


@login_not_required
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Is a permission with these terms genuine, and is it in force now? Whoever holds the fingerprint holds the terms."""
    form = ReceiptForm(request.GET or None)
    found = None
    if form.is_valid():
        now = timezone.now()
        grants = Grant.objects.filter(digest=form.cleaned_data["fingerprint"])
        grant = grants.select_related("performer", "studio", "production").prefetch_related("suspensions").first()
        found = {"grant": grant, "digest": form.cleaned_data["fingerprint"]}
        if grant is not None:
            found |= {
                "state": grant_pages.state_code(grant, now),
                "spoken": grant_pages.spoken(grant, now, grant.time_zone),
                "issued": times.moment(grant.issued_at, grant.time_zone),
                "made_until": grant_pages.clock_words(grant.generate_until, grant.time_zone),
                "shown_until": grant_pages.clock_words(grant.exploit_until, grant.time_zone),
            }
    context = {"form": form, "found": found, "nav": "receipt"}
    response = render(request, "public/receipt.html", context, status=422 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language of somebody who has no account."""
    response = redirect("public:landing")
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to report a hole."""
    body = f"Contact: mailto:{settings.SECURITY_CONTACT}\nExpires: {timezone.now().year + 1}-12-31T00:00:00Z\n"
    return HttpResponse(body, content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("", landing, name="landing"),
    path("for/performers/", readers, {"who": "performers"}, name="for_performers"),
    path("for/representatives/", readers, {"who": "representatives"}, name="for_representatives"),
    path("for/studios/", readers, {"who": "studios"}, name="for_studios"),
    path("help/", plain, {"name": "help"}, name="help"),
    path("privacy/", plain, {"name": "privacy"}, name="privacy"),
    path("accessibility/", plain, {"name": "accessibility"}, name="accessibility"),
    path("r/", receipt, name="receipt"),
    path("language/", language, name="language"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
]
