"""The studio's page of one request: what it may know of the state, the rounds, the thread, and what it can do now."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consent.access import NotFound, by_session
from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import StudioAct
from consent.models import Fact, OfferSide, UseRequest
from consent.queries.asked import Asked, asked
from consent.render import full_terms, history, sentence, times, words
from consent.services import use_requests
from consent.services.moves import Overtaken, Refused, Stale
from portal.visitor import visitor
from portal.web import readers, rounds, showing
from portal.web.forms import drafts
from portal.web.forms.answer import MessageForm
from portal.web.studio import room
from portal.web.studio.paper import AMENDING
from portal.web.studio.request_new import not_now

SEE_OTHER, UNPROCESSABLE = 303, 422


@require_safe
def request_page(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    row, actor = by_session.studio_use_request(visitor(request), org, ref)
    if row.state == State.DRAFT:
        if not room.may(actor, StudioAct.ASK):
            raise NotFound
        return redirect("studio:request_step", org=org, ref=ref, step="what" if row.performer_id else "who")
    return _show(request, row, actor, MessageForm())


def _show(
    request: HttpRequest, row: UseRequest, actor: Actor, question: MessageForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    story = asked(row, now=now)
    context = room.context(row.studio, actor, "board") | _page(story, request.user.time_zone, now)  # type: ignore[union-attr]
    return render(request, "studio/request.html", context | {"question": question}, status=status)


def _page(story: Asked, zone: str, now: datetime) -> dict[str, Any]:
    row, terms = story.row, story.terms
    if terms is None or row.performer is None or row.production is None:
        raise NotFound
    name, state = row.performer.professional_name, story.state
    counter = story.counter
    before = story.offers[-2].terms if counter and len(story.offers) > 1 else None
    said = sentence.statement(
        terms, studio=row.studio.name, project=row.production.title, reader="studio", performer=name, was=before
    )
    settled = state not in (State.PENDING, State.COUNTERED)
    return {
        "row": row,
        "story": story,
        "name": name,
        "short_name": row.performer.short_name,
        "state": state.value,
        "open": not settled,
        "again": state in (State.DECLINED, State.LAPSED, State.WITHDRAWN),
        "said": _said(story, zone, now),
        "counter": counter,
        "counter_on": times.day(showing.local_day(counter.created_at, zone)) if counter else "",
        "parts": showing.parts(said),
        "papers": rounds.papers(story.offers, _address(row), reader=OfferSide.STUDIO),
        "full_terms": full_terms.lines(terms, reader="studio"),
        "so_far": [line for fact in story.facts if (line := _history(fact, zone, now))],
    }


def _address(row: UseRequest) -> rounds.Address:
    return lambda a, b: reverse("studio:request_compare", args=[row.studio.slug, row.ref, a, b])


def _said(story: Asked, zone: str, now: datetime) -> str:
    """The state in a sentence: neutral, and the same whatever the performer's preferences are."""
    row, name = story.row, story.row.performer.professional_name if story.row.performer else ""
    when = times.deadline(row.deadline_at, zone) if row.deadline_at else ""
    decided = times.moment(row.decided_at, zone) if row.decided_at else ""
    if story.state is State.PENDING and row.deadline_at and row.deadline_at <= now:
        return _("The time to answer ended %(when)s. You are told the outcome in a moment.") % {"when": when}
    return {
        State.PENDING: _("%(name)s can answer until %(when)s. After that it lapses, and counts as no."),
        State.COUNTERED: _("%(name)s sent changed terms. Answer by %(when)s. After that it lapses."),
        State.APPROVED: _("%(name)s approved."),
        State.DECLINED: _("%(name)s declined. %(decided)s."),
        State.WITHDRAWN: _("You took the question back. %(decided)s."),
        State.LAPSED: _("There was no answer by %(when)s, so it counts as no."),
    }[story.state] % {"name": name, "when": when, "decided": decided}


def _history(fact: Fact, zone: str, now: datetime) -> dict[str, str] | None:
    payload = getattr(fact, "payload", None)
    data = json.loads(payload.text) if payload is not None else {}
    actor = json.loads(fact.header)["actor"]
    text = history.line(fact.kind, data, actor=actor, reader="studio", zone=zone)
    return {"when": showing.short_day(fact.effective_at, zone, now=now), "text": text} if text else None


@require_safe
def compare(request: HttpRequest, org: str, ref: str, a: str, b: str) -> HttpResponse:
    """Any two revisions, side by side."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref)
    story = asked(row, now=timezone.now())
    context = room.context(row.studio, actor, "board") | {
        "row": row,
        "papers": rounds.papers(story.offers, _address(row), reader=OfferSide.STUDIO),
        "back": reverse("studio:request", args=[org, ref]),
        "offers": story.offers,
        "pick_url": reverse("studio:request_pick", args=[org, ref]),
        **rounds.two(row, story.offers, int(a), int(b), reader=readers.of(actor, row.performer)),
    }
    return render(request, "studio/compare.html", context)


@require_safe
def pick(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """The two revisions chosen in the form, as an address of their own."""
    by_session.studio_use_request(visitor(request), org, ref)
    a, b = request.GET.get("a", ""), request.GET.get("b", "")
    if not (a.isdecimal() and b.isdecimal() and len(a) < 7 and len(b) < 7):
        return redirect("studio:request", org=org, ref=ref)
    return redirect("studio:request_compare", org=org, ref=ref, a=int(a), b=int(b))


# --- What a studio can do --------------------------------------------------------------------------------------------


@require_POST
def amend(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """Begin new terms from those on the table. Nothing is sent before the last step."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref, StudioAct.AMEND)
    if row.state == State.DRAFT:
        return redirect("studio:request", org=org, ref=ref)
    try:
        if row.draft.get(AMENDING) != row.revision:
            paper = drafts.from_terms(row.terms) | {AMENDING: row.revision}
            use_requests.keep_amendment(row, paper, actor=actor, now=timezone.now())
    except Overtaken:
        return not_now(request, row)
    return _to("studio:request_step", org, ref, "what")


@require_POST
def accept(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """Take the performer's version whole; the final yes is theirs."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref, StudioAct.AMEND)
    try:
        use_requests.accept_counter(row, revision=_revision(request), actor=actor, now=timezone.now())
        messages.success(request, _("Accepted. It goes back for the final yes, on exactly these terms."))
    except Stale as stale:
        messages.warning(request, words.refusal(stale.code, stale.values))
    except Overtaken:
        return not_now(request, row)
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
    return _to("studio:request", org, ref)


@require_POST
def withdraw(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """Take the question back."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref, StudioAct.WITHDRAW)
    try:
        use_requests.withdraw(row, revision=_revision(request), actor=actor, now=timezone.now())
        messages.success(request, _("Withdrawn. They have been told."))
    except Stale as stale:
        messages.warning(request, words.refusal(stale.code, stale.values))
    except Overtaken:
        return not_now(request, row)
    return _to("studio:request", org, ref)


@require_POST
def duplicate(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """A new draft with the same terms, for the same performer and project."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref, StudioAct.ASK)
    data = drafts.from_terms(row.terms) if row.digest else None
    draft = use_requests.duplicate(row, data=data, actor=actor, now=timezone.now())
    messages.success(request, _("A new draft with the same terms. Nothing has been sent."))
    return _to("studio:request_step", org, draft.ref, "what")


@require_POST
def delete(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """Throw a draft away."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref, StudioAct.ASK)
    use_requests.delete_draft(row, actor=actor, now=timezone.now())
    messages.success(request, _("The draft is gone."))
    return _to("studio:board", org)


@require_POST
def questions(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    """Ask or answer beside the request."""
    row, actor = by_session.studio_use_request(visitor(request), org, ref, StudioAct.QUESTION)
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            use_requests.say(row, form.cleaned_data["body"], actor=actor, now=timezone.now())
            return HttpResponseRedirect(reverse("studio:request", args=[org, ref]) + "#thread", status=SEE_OTHER)
        except Refused as refusal:
            form.add_error("body", words.refusal(refusal.code, refusal.values))
    return _show(request, row, actor, form, status=UNPROCESSABLE)


def _revision(request: HttpRequest) -> int:
    """The revision that the page showed; nonsense is none, which no request is at."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 7 else 0


def _to(name: str, *args: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=args), status=SEE_OTHER)


_ROW = "<slug:org>/requests/<str:ref>/"

urlpatterns = [
    path(f"{_ROW}amend/", amend, name="request_amend"),
    path(f"{_ROW}accept/", accept, name="request_accept"),
    path(f"{_ROW}withdraw/", withdraw, name="request_withdraw"),
    path(f"{_ROW}duplicate/", duplicate, name="request_duplicate"),
    path(f"{_ROW}delete/", delete, name="request_delete"),
    path(f"{_ROW}questions/", questions, name="request_questions"),
    path(f"{_ROW}compare/", pick, name="request_pick"),
    re_path(
        r"^(?P<org>[-\w]+)/requests/(?P<ref>R-[0-9A-Za-z]+)/compare/(?P<a>[0-9]{1,6})\.\.(?P<b>[0-9]{1,6})/$",
        compare,
        name="request_compare",
    ),
    path(_ROW, request_page, name="request"),
]
