"""Pages behind a mail link. Opening, prefetching or scanning them changes nothing; a human press with a choice decides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consent.access import NotFound, by_link
from consent.core.actor import Actor, Tier
from consent.core.lifecycle import State
from consent.models import ActionLink
from consent.queries.dossier import dossier
from consent.render import words
from consent.services import decisions, links, use_requests
from consent.services.moves import Overtaken, Refused, Stale, StepUpNeeded, TooLate
from portal.web import readers
from portal.web.forms.answer import APPROVE, CHANGE, LinkAnswerForm, MessageForm, SureForm
from portal.web.links import cookie, pages

View = Callable[..., HttpResponse]
SEE_OTHER = 303


def behind_a_link(view: View) -> View:
    """Open the link that the cookie names; headers that keep the page out of caches, searches and referrers."""

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, link_id: uuid.UUID) -> HttpResponse:
        link = cookie.link_of(request, link_id)
        if link is None:
            return pages.sealed(render(request, "links/again.html", status=403))
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(link.recipient.locale)  # as the mail spoke, unless another language was picked here
        if request.user.is_authenticated and request.user.pk != link.recipient_id:
            context = {"address": pages.masked(link.recipient.email)}
            return pages.sealed(render(request, "links/other_person.html", context, status=403))
        return pages.sealed(view(request, link, timezone.now()))

    return opened


def meant(view: View) -> View:
    """Refuse a press without its tick: what a form sends as it stands, whoever sends it, changes nothing."""

    @wraps(view)
    def pressed(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
        found = request.resolver_match
        sure = SureForm(request.POST, auto_id=f"{found.url_name if found else ''}-%s")
        return view(request, link, now) if sure.is_valid() else show(request, link, now, sure=sure, status=422)

    return pressed


@login_not_required
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Trade the token for a cookie and a clean address. Unknown and garbled tokens are the same 404."""
    try:
        link = by_link.open_(token)
    except NotFound:
        raise Http404 from None
    response = HttpResponseRedirect(reverse("links:read", args=[link.id]), status=SEE_OTHER)
    cookie.give(response, link)
    return pages.sealed(response)


@require_safe
@behind_a_link
def read(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    """The whole request, and its answers while it waits."""
    return show(request, link, now)


def show(
    request: HttpRequest,
    link: ActionLink,
    now: datetime,
    *,
    form: LinkAnswerForm | None = None,
    question: MessageForm | None = None,
    sure: SureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    trouble = by_link.trouble(link, now=now)
    if trouble:
        return pages.dead(request, link, trouble, now, sure=sure)
    actor = by_link.actor(link, now=now)
    story = dossier(link.use_request, now=now)
    if story.state is not State.PENDING and form is None:
        return pages.settled(request, link, story, now, sure=sure)
    own = pages.is_own(link)
    context = pages.request_page(link, story, actor, now) | {
        "form": form or LinkAnswerForm.of(link.use_request, own=own),
        "question": question or MessageForm(own=own),
        "sure": sure,
    }
    return render(request, "links/read.html", context, status=status)


@require_POST
@behind_a_link
def answer(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    """The press of a human: a choice without default, on the revision that was read."""
    trouble = by_link.trouble(link, now=now)
    if trouble and not (trouble == "AMENDED" and "revision" in request.POST):
        return pages.dead(request, link, trouble, now)
    form = LinkAnswerForm(request.POST, own=pages.is_own(link))
    if not form.is_valid():
        return show(request, link, now, form=form, status=422)
    if (form.cleaned_data["revision"], form.cleaned_data["digest"]) != (link.revision, link.digest):
        return pages.dead(request, link, "AMENDED", now)  # a link answers the terms that its mail showed, and no others
    if form.cleaned_data["choice"] == CHANGE:
        return HttpResponseRedirect(reverse("performer:counter", args=[link.use_request.ref]), status=SEE_OTHER)
    try:
        if form.cleaned_data["choice"] == APPROVE:
            return _approve(request, link, form, now)
        return _decline(request, link, form, now)
    except Stale:
        return pages.dead(request, link, "AMENDED", now)
    except Overtaken as overtaken:
        return pages.overtaken(request, link, overtaken, now)


def _approve(request: HttpRequest, link: ActionLink, form: LinkAnswerForm, now: datetime) -> HttpResponse:
    row = link.use_request
    needed = decisions.approval_needs(row, by_link.actor(link, now=now))
    if needed is Tier.T3:  # no address typed here could be enough
        return pages.sign_in_first(request, link, needed)
    actor = _proven(request, link, form, now)
    if actor is None:
        return show(request, link, now, form=form, status=422)
    if decisions.reached(row, actor=actor, now=now) < needed:
        return pages.sign_in_first(request, link, needed)
    given = form.cleaned_data
    try:
        decisions.approve(
            row,
            revision=given["revision"],
            digest=given["digest"],
            nonce=given["nonce"],
            as_exception=given["as_exception"],
            actor=actor,
            now=now,
        )
    except StepUpNeeded as step_up:
        return pages.sign_in_first(request, link, step_up.tier)
    except (Overtaken, Stale):
        raise
    except Refused as refused:
        sentence = readers.of(actor, row.performer).refusal(refused.code, refused.values)
        form.add_error("as_exception" if refused.code == "GOES_FURTHER" else "choice", sentence)
        return show(request, link, now, form=form, status=422)
    return _back(link)


def _decline(request: HttpRequest, link: ActionLink, form: LinkAnswerForm, now: datetime) -> HttpResponse:
    given = form.cleaned_data
    decisions.decline(
        link.use_request,
        revision=given["revision"],
        digest=given["digest"],
        nonce=given["nonce"],
        reason=given["reason"],
        actor=by_link.actor(link, now=now),
        now=now,
    )
    return _back(link)


def _proven(request: HttpRequest, link: ActionLink, form: LinkAnswerForm, now: datetime) -> Actor | None:
    """The actor of a yes: the address typed right, counted in the database. ``None`` with the reason on the form."""
    typed = form.cleaned_data["address"]
    if request.user.is_authenticated and not typed:
        return by_link.actor(link, now=now, typed_address=True)
    if not typed:
        form.add_error("address", _("To approve, type the e-mail address this was sent to. Nothing was sent."))
        return None
    left = links.try_address(link, typed, now=now)
    if left.right:
        return by_link.actor(link, now=now, typed_address=True)
    if left.tries == 0:
        form.add_error(
            "address", _("That was tried too often. Wait an hour, or sign in to answer. You can still decline here.")
        )
    else:
        form.add_error("address", _("This is not the address the mail was sent to. Check it and type it again."))
    return None


@require_POST
@behind_a_link
def ask(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    form = MessageForm(request.POST, own=pages.is_own(link))
    if by_link.trouble(link, now=now):
        return show(request, link, now)
    if not form.is_valid():
        return show(request, link, now, question=form, status=422)
    try:
        use_requests.say(link.use_request, form.cleaned_data["body"], actor=by_link.actor(link, now=now), now=now)
    except Overtaken as overtaken:
        return pages.overtaken(request, link, overtaken, now)
    except Refused as refused:
        form.add_error("body", words.refusal(refused.code, refused.values))
        return show(request, link, now, question=form, status=422)
    return _back(link, "thread")


@require_POST
@behind_a_link
@meant
def not_now(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    """On set: ask my representatives to look, and keep reminders quiet for a day."""
    return _act(request, link, now, lambda actor: decisions.not_now(link.use_request, actor=actor, now=now))


@require_POST
@behind_a_link
@meant
def take_back(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    return _act(request, link, now, lambda actor: decisions.take_back(link.use_request, actor=actor, now=now))


@require_POST
@behind_a_link
@meant
def reopen(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    return _act(request, link, now, lambda actor: decisions.reopen(link.use_request, actor=actor, now=now))


def _act(request: HttpRequest, link: ActionLink, now: datetime, act: Callable[[Actor], Any]) -> HttpResponse:
    trouble = by_link.trouble(link, now=now)
    if trouble:
        return pages.dead(request, link, trouble, now)
    try:
        act(by_link.actor(link, now=now))
    except TooLate as late:
        return pages.overtaken(request, link, late, now)
    except Overtaken as overtaken:
        return pages.overtaken(request, link, overtaken, now)
    return _back(link)


@require_POST
@behind_a_link
@meant
def not_me(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    """ "This was not me": every link of the request dies, and the performer is told."""
    if by_link.trouble(link, now=now) in ("", "EXPIRED"):
        decisions.disown(link.use_request, actor=by_link.actor(link, now=now), now=now)
    return _back(link)


@require_POST
@behind_a_link
@meant
def new_link(request: HttpRequest, link: ActionLink, now: datetime) -> HttpResponse:
    """A fresh link goes to the registered address, and nowhere else, at most three times an hour."""
    try:
        links.send_again(link, now=now)
    except Refused as refused:
        sentence = words.refusal(refused.code, refused.values)
        return render(
            request, "refused.html", {"sentence": sentence, "back": reverse("links:read", args=[link.id])}, status=422
        )
    return render(request, "links/sent_again.html", {"address": pages.masked(link.recipient.email)})


def _back(link: ActionLink, fragment: str = "") -> HttpResponse:
    where = reverse("links:read", args=[link.id])
    return HttpResponseRedirect(f"{where}#{fragment}" if fragment else where, status=SEE_OTHER)
