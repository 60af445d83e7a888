"""Changing the terms: the performer's version of the page, read once as the studio will, then sent. And any two rounds."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consent.access import by_session
from consent.core import fitting
from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import Capacity, Right
from consent.core.terms import Terms
from consent.models import UseRequest
from consent.queries.dossier import dossier
from consent.render import findings as findings_words
from consent.render import sentence, words
from consent.services import decisions
from consent.services.moves import NotEntitled, Overtaken, Refused, Stale, StepUpNeeded
from portal.doors import refused, step_up
from portal.visitor import visitor
from portal.web import counter_pages, readers, rounds, showing
from portal.web.forms.counter import CounterForm
from portal.web.forms.fields import without_optional

SEE_OTHER, UNPROCESSABLE = 303, 422


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, ref: str) -> HttpResponse:
    """My version of the page. A save keeps it in this session; nothing is sent before it was read once more."""
    row, actor = _door(request, ref)
    now = timezone.now()
    if row.state_at(now) is not State.PENDING:
        return _closed(request, row, actor)
    asked = row.terms
    own = readers.of(actor, row.performer).own
    if request.method != "POST":
        kept = _kept(request, row)
        mine, note = kept or (asked, "")
        form = CounterForm(initial=CounterForm.initial_of(mine, note), asked=asked, own=own)
        return _show(request, row, actor, form, mine, now)
    form = CounterForm(request.POST, asked=asked, own=own)
    if not form.is_valid():
        return _show(request, row, actor, form, None, now, status=UNPROCESSABLE)
    mine, note = form.terms_of(asked), form.cleaned_data["note"]
    wanted = request.POST.get("do", "check")
    if wanted == "fit":
        mine = fitting.fitted(mine, counter_pages.judged(row, dossier(row, now=now), mine, actor))
    if wanted == "look":
        return _show(request, row, actor, form, mine, now)
    _keep(request, row, mine, note)
    if wanted == "fit":
        return _to("performer:counter", ref)
    if mine.digest() == row.digest:
        form.add_error(None, words.refusal("NOTHING_CHANGED"))
        return _show(request, row, actor, form, mine, now, status=UNPROCESSABLE)
    return _to("performer:counter_check", ref)


@require_http_methods(["GET", "HEAD", "POST"])
def counter_check(request: HttpRequest, ref: str) -> HttpResponse:
    """My version as the studio will read it, and the press that sends it."""
    row, actor = _door(request, ref)
    now = timezone.now()
    if request.method == "POST":
        return _send(request, row, actor, now)
    kept = _kept(request, row)
    if row.state_at(now) is not State.PENDING or kept is None:
        return redirect("performer:counter", ref=ref)
    return _show_check(request, row, actor, *kept, now=now)


def _send(request: HttpRequest, row: UseRequest, actor: Actor, now: datetime) -> HttpResponse:
    """What is sent is what the page showed: the terms that this session keeps for the revision and digest in the form."""
    kept = _kept(request, row)
    if kept is None:
        if row.state_at(now) is State.PENDING:
            messages.warning(request, words.refusal("TERMS_CHANGED"))
        return redirect("performer:counter", ref=row.ref)
    mine, note = kept
    if request.POST.get("mine") != mine.digest():
        problem = _("Your version was changed in another window. Read it again, then send it.")
        return _show_check(request, row, actor, mine, note, now=now, problem=problem, status=UNPROCESSABLE)
    try:
        decisions.counter(
            row,
            mine,
            note=note,
            revision=_number(request.POST.get("revision", "")),
            digest=request.POST.get("digest", ""),
            nonce=_nonce(request.POST.get("nonce", "")),
            actor=actor,
            now=now,
        )
    except Stale as stale:
        _forget(request, row)
        messages.warning(request, words.refusal(stale.code, stale.values))
        return redirect(counter_pages.request_name(actor), ref=row.ref)
    except StepUpNeeded:
        return step_up(request, back_to=reverse("performer:counter_check", args=[row.ref]))
    except (Overtaken, NotEntitled) as refusal:
        return refused(request, refusal)
    except Refused as refusal:
        problem = words.refusal(refusal.code, refusal.values)
        return _show_check(request, row, actor, mine, note, now=now, problem=problem, status=UNPROCESSABLE)
    _forget(request, row)
    messages.success(request, _("Sent. Nothing is granted unless they accept the whole page."))
    return _to(counter_pages.request_name(actor), row.ref)


@require_safe
def compare_rounds(request: HttpRequest, ref: str, a: str, b: str) -> HttpResponse:
    """Any two revisions, side by side."""
    row, actor = by_session.use_request(visitor(request), ref)
    story = dossier(row, now=timezone.now())
    reader = readers.of(actor, row.performer)
    context = counter_pages.room(actor) | {
        "row": row,
        "papers": counter_pages.papers(row, story, reader),
        "back": reverse(counter_pages.request_name(actor), args=[ref]),
        "offers": story.offers,
        "pick_url": reverse("performer:rounds_pick", args=[ref]),
        **rounds.two(row, story.offers, int(a), int(b), reader=reader),
    }
    return render(request, "performer/rounds.html", context)


@require_safe
def pick(request: HttpRequest, ref: str) -> HttpResponse:
    """The two revisions chosen in the form, as an address of their own."""
    row, actor = by_session.use_request(visitor(request), ref)
    a, b = (_number(request.GET.get(name, "")) for name in ("a", "b"))
    if not a or not b:
        return redirect(counter_pages.request_name(actor), ref=row.ref)
    return redirect(counter_pages.address(row)(a, b))


# --- The pages -------------------------------------------------------------------------------------------------------


def _show(
    request: HttpRequest,
    row: UseRequest,
    actor: Actor,
    form: CounterForm,
    mine: Terms | None,
    now: datetime,
    *,
    status: int = 200,
) -> HttpResponse:
    """``mine`` is None where the form was not understood: the page then compares nothing new."""
    story = dossier(row, now=now)
    terms = mine or row.terms
    reader = readers.of(actor, row.performer)
    without_optional(form, [name for name in form.fields if name not in ("note", "derivatives", "exclusive")])
    findings = counter_pages.judged(row, story, terms, actor)
    lines = counter_pages.lines(row, story, terms, findings, form, actor)
    context = counter_pages.page(row, story, terms, actor, now) | {
        "form": form,
        "all": lines,
        "shown": [line for line in lines if line["open"]],
        "folded": [line for line in lines if not line["open"]],
        "fits": not counter_pages.beyond(findings),
        "gaps": any(fitting.closes(terms, found) for found in findings),
        "summary": reader.summary(findings),
        "pips": [standing.value for _dimension, standing in findings_words.pips(findings)],
        "fee": counter_pages.fee(terms, row.terms, findings),
        "weighed": actor.sees_floor,
        "readers": counter_pages.money_readers(row),
    }
    return render(request, "performer/counter.html", context, status=status)


def _show_check(
    request: HttpRequest,
    row: UseRequest,
    actor: Actor,
    mine: Terms,
    note: str,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    story = dossier(row, now=now)
    said = sentence.statement(
        mine,
        studio=row.studio.name,
        project=row.production.title if row.production else "",
        reader="studio",
        performer=row.performer.professional_name if row.performer else "",
        was=row.terms,
    )
    findings = counter_pages.judged(row, story, mine, actor)
    context = counter_pages.page(row, story, mine, actor, now) | {
        "parts": showing.parts(said),
        "note": note,
        "beyond": bool(counter_pages.beyond(findings)),
        "summary": readers.of(actor, row.performer).summary(findings),
        "problem": problem,
        "mine": mine.digest(),
        "nonce": uuid.uuid4(),
    }
    return render(request, "performer/check.html", context, status=status)


# --- What this session keeps -----------------------------------------------------------------------------------------


def _door(request: HttpRequest, ref: str) -> tuple[UseRequest, Actor]:
    row, actor = by_session.use_request(visitor(request), ref)
    if actor.capacity is Capacity.REPRESENTATIVE and not counter_pages.may(actor, Right.NEGOTIATE):
        raise NotEntitled("BEYOND_AUTHORITY")
    return row, actor


def _closed(request: HttpRequest, row: UseRequest, actor: Actor) -> HttpResponse:
    _forget(request, row)
    return redirect(counter_pages.request_name(actor), ref=row.ref)


def _key(row: UseRequest) -> str:
    return f"counter:{row.ref}"


def _keep(request: HttpRequest, row: UseRequest, mine: Terms, note: str) -> None:
    request.session[_key(row)] = {"revision": row.revision, "terms": mine.canonical().decode(), "note": note}


def _kept(request: HttpRequest, row: UseRequest) -> tuple[Terms, str] | None:
    """What was written in this session for exactly this revision."""
    kept = request.session.get(_key(row))
    if not kept or kept["revision"] != row.revision:
        return None
    return Terms.from_data(json.loads(kept["terms"])), kept["note"]


def _forget(request: HttpRequest, row: UseRequest) -> None:
    request.session.pop(_key(row), None)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _nonce(text: str) -> uuid.UUID:
    """The page's own; a request without one is a press of its own."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _to(name: str, ref: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[ref]), status=SEE_OTHER)


urlpatterns = [
    path("requests/<str:ref>/counter/", counter, name="counter"),
    path("requests/<str:ref>/check/", counter_check, name="counter_check"),
    path("requests/<str:ref>/rounds/", pick, name="rounds_pick"),
    re_path(
        r"^requests/(?P<ref>R-[0-9A-Za-z]+)/rounds/(?P<a>[0-9]{1,6})\.\.(?P<b>[0-9]{1,6})/$",
        compare_rounds,
        name="rounds",
    ),
]
