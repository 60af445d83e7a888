"""What the pages behind a mail link show, for every way a link can stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from consent.access import by_link
from consent.core.actor import Actor, Tier
from consent.core.lifecycle import State
from consent.core.terms import Terms
from consent.models import ActionLink
from consent.queries.dossier import Dossier, dossier
from consent.render import times
from consent.services import decisions
from consent.services.moves import Overtaken
from portal.web import readers, request_pages, showing
from portal.web.forms.answer import SureForm

GONE, CONFLICT, FORBIDDEN = 410, 409, 403


def sealed(response: HttpResponse) -> HttpResponse:
    """Never cached, never indexed, and no address given away; ``same-origin`` because Django's CSRF check needs it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def masked(address: str) -> str:
    """``m•••@g•••.com``: enough to know which mailbox, too little to learn it."""
    local, _at, domain = address.partition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••{dot}{ending}"


def request_page(link: ActionLink, story: Dossier, actor: Actor, now: datetime) -> dict[str, Any]:
    """The whole request for its page: statement, comparison, media by name (no pictures), thread, and what a yes needs."""
    row = story.row
    reader = readers.of(actor, row.performer)
    own, studio = reader.own, row.studio.name
    zone = link.recipient.time_zone if not own or row.performer is None else row.performer.time_zone
    said = reader.statement(story.terms, studio=studio, project=row.production.title if row.production else "")
    needed = decisions.approval_needs(row, actor)
    return {
        "link": link,
        "story": story,
        "row": row,
        "own": own,
        "name": reader.name,
        "voice": reader.voice,
        "parts": reader.parts(said, story.findings),
        "rows": reader.compared(story.findings, studio=studio),
        "said_head": reader.said_head,
        "summary": reader.summary(story.findings),
        "beyond": reader.compared(story.beyond, studio=studio),
        "full_terms": reader.full_terms(story.terms),
        "deadline": times.deadline(row.deadline_at, zone) if row.deadline_at else None,
        "address": masked(link.recipient.email),
        "needs_sign_in": needed is Tier.T3 or not (row.performer and row.performer.approve_by_mail),
        "sign_in_url": answer_url(link),
        "answers": request_pages.answers_open(actor),
        "may_approve": request_pages.may_approve(actor),
        "may_ask": request_pages.may_ask(actor),
        **showing.hold(row, zone, now=now),
    }


def is_own(link: ActionLink) -> bool:
    """Does the link belong to the performer in person?"""
    performer = link.use_request.performer
    return performer is not None and performer.user_id == link.recipient_id


def answer_url(link: ActionLink) -> str:
    return reverse("performer:request", args=[link.use_request.ref])


def settled(
    request: HttpRequest, link: ActionLink, story: Dossier, now: datetime, *, sure: SureForm | None = None
) -> HttpResponse:
    """The request has its answer: what stands, and what can still be undone from here."""
    status = GONE if story.state in (State.LAPSED, State.WITHDRAWN) else 422 if sure else 200
    return render(request, "links/settled.html", _settled_context(link, story, now) | {"sure": sure}, status=status)


def _settled_context(link: ActionLink, story: Dossier, now: datetime) -> dict[str, Any]:
    row = story.row
    actor = by_link.actor(link, now=now)
    zone = request_pages.zone_of(actor, row)
    reader = readers.of(actor, row.performer)
    held = story.state is State.HELD and row.held_until is not None and now < row.held_until
    return {
        "link": link,
        "story": story,
        "row": row,
        "state": story.state.value,
        "own": reader.own,
        "name": reader.name,
        "voice": reader.voice,
        "decided": times.moment(row.decided_at, zone) if row.decided_at else "",
        "held_until": times.moment(row.held_until, zone) if row.held_until else "",
        "can_take_back": held and request_pages.may_take_back(actor),
        "can_reopen": story.may_reopen and reader.own,
        "sign_in_url": answer_url(link),
    }


def overtaken(request: HttpRequest, link: ActionLink, what: Overtaken, now: datetime) -> HttpResponse:
    """Somebody or something came first: 409, or 410 where nothing can be answered any more."""
    row = type(link.use_request).objects.select_related("performer", "studio", "production").get(pk=link.use_request_id)
    story = dossier(row, now=now)
    status = GONE if what.state in (State.LAPSED, State.WITHDRAWN) else CONFLICT
    context = _settled_context(link, story, now) | {"came_second": True}
    return render(request, "links/settled.html", context, status=status)


def dead(
    request: HttpRequest, link: ActionLink, trouble: str, now: datetime, *, sure: SureForm | None = None
) -> HttpResponse:
    """The link no longer leads to an answer; the page says why and offers what still helps."""
    status = CONFLICT if trouble == "AMENDED" else GONE
    story = dossier(link.use_request, now=now)
    waiting = story.state is State.PENDING
    context = {
        "link": link,
        "story": story,
        "row": story.row,
        "trouble": trouble,
        "waiting": waiting,
        "parts": _changed(link, story, now) if trouble == "AMENDED" and waiting else [],
        "sign_in_url": answer_url(link),
        "address": masked(link.recipient.email),
        "may_send_again": waiting and trouble in ("AMENDED", "EXPIRED", "REPLACED", "NOT_ME"),
        "sure": sure,
    }
    return render(request, "links/dead.html", context, status=status)


def sign_in_first(request: HttpRequest, link: ActionLink, tier: Tier) -> HttpResponse:
    """This yes needs the person signed in. The answer page follows sign-in; nothing was decided here."""
    target = reverse("performer:answer", args=[link.use_request.ref]) + "?a=approve"
    if request.user.is_authenticated:
        return HttpResponseRedirect(target, status=303)
    performer = link.use_request.performer
    where = reverse("account_login") + "?" + urlencode({"next": target})
    context = {
        "link": link,
        "row": link.use_request,
        "name": performer.professional_name if performer else "",
        "own": is_own(link),
        "sign_in_url": where,
        "strong": tier is Tier.T3,
        "title": _("Sign in to approve"),
    }
    return render(request, "links/sign_in_first.html", context, status=FORBIDDEN)


def _changed(link: ActionLink, story: Dossier, now: datetime) -> showing.Marked:
    """What is different since the mail; nothing for somebody whose authority ended meanwhile."""
    if by_link.capacity(link, now=now) is None:
        return []
    reader = readers.of(by_link.actor(link, now=now), story.row.performer)
    project = story.row.production.title if story.row.production else ""
    said = reader.statement(story.terms, studio=story.row.studio.name, project=project, was=_terms_of(link, story))
    return reader.parts(said)


def _terms_of(link: ActionLink, story: Dossier) -> Terms | None:
    """The terms that the mail showed."""
    return next((offer.terms for offer in story.offers if offer.digest == link.digest), None)
