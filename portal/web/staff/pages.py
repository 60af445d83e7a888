"""The operator's pages: verify studios, see what failed, look at consent without a hand in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consent.access import NotFound, by_session
from consent.models import Chain, Fact, Grant, JobHeartbeat, Studio, UseRequest
from consent.render import times, words
from consent.services import ledger, people
from consent.services.moves import Refused
from notifications.models import Delivery
from notifications.models import State as DeliveryState
from portal.schedule import EVERY_SECONDS
from portal.visitor import visitor
from portal.web import request_pages

PAGE = 50
LATE_FACTOR = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs a person, and nothing else."""
    actor = by_session.staff(visitor(request))
    now = timezone.now()
    context = {
        "nav": "home",
        "name": actor.name,
        "studios": [_studio_row(studio) for studio in _unverified()[:20]],
        "dead": Delivery.objects.filter(state=DeliveryState.DEAD).count(),
        "silent": [job for job in _jobs(now) if job["late"]],
    }
    return render(request, "staff/home.html", context)


def _unverified() -> QuerySet[Studio]:
    return Studio.objects.filter(verified_at=None, refused_at=None).order_by("created_at")


def _studio_row(studio: Studio) -> dict[str, Any]:
    state = "APPROVED" if studio.verified else "DECLINED" if studio.refused_at else "PENDING"
    word = _("Verified") if studio.verified else _("Refused") if studio.refused_at else _("Waiting")
    return {
        "ref": studio.ref,
        "name": studio.name,
        "legal_name": studio.legal_name,
        "country": studio.country,
        "since": times.day(studio.created_at.date()),
        "state": state,
        "word": word,
    }


@require_safe
def studios(request: HttpRequest) -> HttpResponse:
    by_session.staff(visitor(request))
    number = request_pages.page_number(request)
    start = (number - 1) * PAGE
    rows = list(Studio.objects.order_by("-created_at")[start : start + PAGE + 1])
    context = {
        "nav": "studios",
        "rows": [_studio_row(studio) for studio in rows[:PAGE]],
        "page": number,
        "more": len(rows) > PAGE,
    }
    return render(request, "staff/studios.html", context)


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is refused"),
        help_text=gettext_lazy("The studio reads this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why. The studio reads it.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: HttpRequest, ref: str) -> HttpResponse:
    """Verify or refuse one studio; both answers stand side by side."""
    actor = by_session.staff(visitor(request))
    row = Studio.objects.filter(ref=ref).first()
    if row is None:
        raise NotFound
    form = RefusalForm(request.POST if "refuse" in request.POST else None)
    now = timezone.now()
    try:
        if "verify" in request.POST:
            people.verify_studio(row, actor=actor, now=now)
            messages.success(request, _("Verified. They can send requests now."))
            return redirect("staff:studios")
        if form.is_valid():
            people.refuse_studio(row, form.cleaned_data["reason"], actor=actor, now=now)
            messages.success(request, _("Refused. They have been told why."))
            return redirect("staff:studios")
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
        return redirect("staff:studio", ref=ref)
    context = {
        "nav": "studios",
        "studio": row,
        "row": _studio_row(row),
        "members": row.memberships.select_related("user"),
        "form": form,
    }
    return render(request, "staff/studio.html", context, status=422 if form.is_bound else 200)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    by_session.staff(visitor(request))
    return render(request, "staff/health.html", {"nav": "health", "jobs": _jobs(timezone.now())})


def _jobs(now: datetime) -> list[dict[str, Any]]:
    """Every job of the beat table; late after four of its turns without a success."""
    beats = {beat.name: beat for beat in JobHeartbeat.objects.all()}
    found = []
    for name, seconds in EVERY_SECONDS.items():
        beat = beats.get(name)
        late = beat is None or now - beat.ran_at > timedelta(seconds=seconds * LATE_FACTOR)
        found.append(
            {
                "name": name,
                "every": seconds,
                "ran": times.moment(beat.ran_at, "UTC") if beat else _("never"),
                "took": beat.took_ms if beat else None,
                "late": late,
            }
        )
    return found


@require_safe
def consent(request: HttpRequest) -> HttpResponse:
    """Requests and grants as rows: who, what state, since when. No terms, no media, no power to decide."""
    by_session.staff(visitor(request))
    number = request_pages.page_number(request)
    start = (number - 1) * PAGE
    rows = (
        UseRequest.objects.exclude(state="DRAFT")
        .select_related("studio", "performer", "production")
        .order_by("-changed_at")
    )
    found = list(rows[start : start + PAGE + 1])
    grants = set(Grant.objects.filter(use_request__in=found).values_list("use_request_id", flat=True))
    now = timezone.now()
    listed = [
        {
            "ref": row.ref,
            "studio": row.studio.name,
            "performer": row.performer.professional_name if row.performer else "",
            "project": row.production.title if row.production else "",
            "state": row.state_at(now).value,
            "changed": times.moment(row.changed_at, "UTC"),
            "granted": row.pk in grants,
        }
        for row in found[:PAGE]
    ]
    context = {"nav": "consent", "rows": listed, "page": number, "more": len(found) > PAGE}
    return render(request, "staff/consent.html", context)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The chains with their heads; ``?check=REF`` verifies one."""
    by_session.staff(visitor(request))
    wanted = request.GET.get("check", "")
    chains = Chain.objects.select_related("performer", "studio").order_by("-head_seq")[:200]
    rows = [{"name": ledger.chain_name(chain), "seq": chain.head_seq, "hash": chain.head_hash} for chain in chains]
    checked = None
    for chain in chains:
        if wanted and ledger.chain_name(chain) == wanted:
            fault = ledger.verify(chain)
            checked = {"name": wanted, "whole": fault is None, "seq": fault.seq if fault else chain.head_seq}
    context = {"nav": "log", "rows": rows, "facts": Fact.objects.count(), "checked": checked}
    return render(request, "staff/log.html", context)


urlpatterns = [
    path("", home, name="home"),
    path("studios/", studios, name="studios"),
    path("studios/<str:ref>/", studio, name="studio"),
    path("health/", health, name="health"),
    path("consent/", consent, name="consent"),
    path("log/", log, name="log"),
]
