"""The performer's requests: the inbox, the page of one request, the answer and everything that undoes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.access import by_session
from consent.core.actor import Actor, Tier
from consent.core.lifecycle import State
from consent.core.roles import Capacity
from consent.models import ThreadKind, UseRequest
from consent.queries import inbox
from consent.queries.dossier import Dossier, dossier
from consent.render import words
from consent.services import decisions, use_requests
from consent.services.moves import Overtaken, Refused, Stale
from portal.doors import refused, step_up
from portal.visitor import visitor
from portal.web import readers, request_pages
from portal.web.forms.answer import APPROVE, CHANGE, DECLINE, AnswerForm, MessageForm

SEE_OTHER = 303


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    performer, actor = by_session.performer(visitor(request))
    reader = readers.of(actor, performer)
    now = timezone.now()
    view = request_pages.chosen_view(request)
    listing = inbox.requests([performer], view, now=now, page=request_pages.page_number(request))
    context = {
        "nav": "requests",
        "view": view.value,
        "page_query": f"view={view.value}",
        "tabs": request_pages.tabs(inbox.counts([performer], now=now), view, reverse("performer:requests")),
        "rows": [
            request_pages.inbox_row(row, now=now, zone=performer.time_zone, reader=reader) for row in listing.rows
        ],
        "listing": listing,
    }
    return render(request, "performer/requests.html", context)


@require_safe
def request_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One request: the ask in a paragraph, the comparison, what they would receive, the answers at equal weight."""
    row, actor = by_session.use_request(visitor(request), ref)
    now = timezone.now()
    return render(request, "performer/request.html", _request_context(dossier(row, now=now), actor, now))


def _request_context(story: Dossier, actor: Actor, now: datetime) -> dict[str, Any]:
    own = actor.capacity is Capacity.PERFORMER
    return request_pages.request_context(story, actor, now=now) | {
        "nav": _nav(own),
        "question": MessageForm(own=own),
        "may_comment": request_pages.may_ask(actor),
    }


def _nav(own: bool) -> str:
    return "requests" if own else "inbox"


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Confirm one answer. The button that led here is taken over as the choice, free to change; only the press acts."""
    seen = visitor(request)
    row, actor = by_session.use_request(seen, ref)
    now = timezone.now()
    own = actor.capacity is Capacity.PERFORMER
    closed = row.state_at(now) is not State.PENDING or not request_pages.answers_open(actor)
    if closed and request.method != "POST":
        return redirect("performer:request", ref=ref)
    if request.method != "POST":
        wanted = request.GET.get("a", "")
        if wanted == CHANGE:
            return redirect("performer:counter", ref=ref)
        form = AnswerForm.of(row, own=own)
        form.initial["choice"] = wanted if wanted in (DECLINE, APPROVE) else ""
        return _show_answer(request, row, actor, form, now)
    form = AnswerForm(request.POST, own=own)
    if not form.is_valid():
        return _show_answer(request, row, actor, form, now, status=422)
    if form.cleaned_data["choice"] == CHANGE:
        return redirect("performer:counter", ref=ref)
    return _decide(request, row, actor, form, now)


def _decide(request: HttpRequest, row: UseRequest, actor: Actor, form: AnswerForm, now: datetime) -> HttpResponse:
    given = form.cleaned_data
    bound = {
        "revision": given["revision"],
        "digest": given["digest"],
        "nonce": given["nonce"],
        "actor": actor,
        "now": now,
    }
    try:
        if given["choice"] == APPROVE:
            needed = decisions.approval_needs(row, actor)
            if needed is Tier.T3 and decisions.reached(row, actor=actor, now=now) < needed:
                return step_up(request, back_to=reverse("performer:answer", args=[row.ref]) + "?a=approve")
            decisions.approve(row, as_exception=given["as_exception"], **bound)
        else:
            decisions.decline(row, reason=given["reason"], never_again=given["never_again"], **bound)
    except Stale as stale:
        messages.warning(request, words.refusal(stale.code, stale.values))
        return redirect("performer:request", ref=row.ref)
    except Overtaken as overtaken:
        return refused(request, overtaken)
    except Refused as refusal:
        field = "as_exception" if refusal.code == "GOES_FURTHER" else "choice"
        form.add_error(field, readers.of(actor, row.performer).refusal(refusal.code, refusal.values))
        return _show_answer(request, row, actor, form, now, status=422)
    return HttpResponseRedirect(reverse("performer:request", args=[row.ref]), status=SEE_OTHER)


def _show_answer(
    request: HttpRequest, row: UseRequest, actor: Actor, form: AnswerForm, now: datetime, *, status: int = 200
) -> HttpResponse:
    story = dossier(row, now=now)
    needed = decisions.approval_needs(row, actor)
    reader = readers.of(actor, row.performer)
    context = request_pages.request_context(story, actor, now=now) | {
        "nav": _nav(reader.own),
        "form": form,
        "strong": needed is Tier.T3,
        "proven": decisions.reached(row, actor=actor, now=now) >= needed,
        "consequences": request_pages.consequences(story, reader, now=now),
    }
    return render(request, "performer/answer.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = by_session.use_request(visitor(request), ref)
    decisions.take_back(row, actor=actor, now=timezone.now())
    if actor.capacity is Capacity.PERFORMER:
        messages.success(request, _("Taken back. Nobody was told, and the request waits for your answer."))
    else:
        messages.success(request, _("Taken back. Nobody was told, and the request waits for an answer."))
    return _back(ref)


@require_POST
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = by_session.use_request(visitor(request), ref)
    decisions.reopen(row, actor=actor, now=timezone.now())
    messages.success(request, _("Open again. They have been told that your no no longer stands."))
    return _back(ref)


@require_POST
def not_now(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = by_session.use_request(visitor(request), ref)
    decisions.not_now(row, actor=actor, now=timezone.now())
    messages.success(request, _("Your representatives are asked to look. Reminders stay quiet for a day."))
    return _back(ref)


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, ref: str) -> HttpResponse:
    """The thread beside a request, and the notes that stay between performer and representative."""
    row, actor = by_session.use_request(visitor(request), ref)
    now = timezone.now()
    kind = ThreadKind.NOTE if request.POST.get("kind") == ThreadKind.NOTE else ThreadKind.MESSAGE
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            use_requests.say(row, form.cleaned_data["body"], kind=kind, actor=actor, now=now)
            return HttpResponseRedirect(reverse("performer:request", args=[ref]) + "#thread", status=SEE_OTHER)
        except Refused as refusal:
            form.add_error("body", words.refusal(refusal.code, refusal.values))
    context = _request_context(dossier(row, now=now), actor, now) | {"question": form, "kind": kind.value}
    return render(request, "performer/questions.html", context, status=422 if form.is_bound else 200)


def _back(ref: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("performer:request", args=[ref]), status=SEE_OTHER)


urlpatterns = [
    path("requests/", inbox_page, name="requests"),
    path("requests/<str:ref>/", request_page, name="request"),
    path("requests/<str:ref>/answer/", answer, name="answer"),
    path("requests/<str:ref>/take-back/", take_back, name="take_back_answer"),
    path("requests/<str:ref>/reopen/", reopen, name="reopen"),
    path("requests/<str:ref>/not-now/", not_now, name="not_now"),
    path("requests/<str:ref>/questions/", questions, name="questions"),
]
