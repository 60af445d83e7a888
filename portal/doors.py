"""What a closed door looks like: turns the domain's refusals into pages with the right status."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from consent.access import NotFound
from consent.core.actor import Tier
from consent.models import User
from consent.render import words
from consent.services.moves import NotEntitled, Overtaken, Refused, Stale, StepUpNeeded, TooLate
from portal.visitor import has_second_factor

Answer = Callable[[HttpRequest], HttpResponse]


class Doors:
    """Absent and forbidden look the same (404); being too late or overtaken is said on a page, never a crash."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotFound):
            raise Http404 from exception
        if isinstance(exception, StepUpNeeded) and exception.tier is Tier.T3:
            return step_up(request, back_to=request.path)
        if isinstance(exception, Refused):
            return refused(request, exception)
        return None


def refused(request: HttpRequest, exception: Refused) -> HttpResponse:
    """The refusal in a sentence, with the status that says what kind it is: 403, 409 or 410."""
    sentence = words.refusal(exception.code, exception.values)
    status = _status(exception)
    return render(
        request, "refused.html", {"sentence": sentence, "status": status, "back": _back(request)}, status=status
    )


def step_up(request: HttpRequest, *, back_to: str) -> HttpResponse:
    """Send a signed-in person to prove that it is them; to set up a second factor first where they have none."""
    if not has_second_factor(request.user):  # type: ignore[arg-type]
        messages.info(request, words.refusal("SECOND_FACTOR_FIRST", {}))
        return HttpResponseRedirect(reverse("mfa_index") + "?" + urlencode({"next": back_to}))
    return HttpResponseRedirect(reverse("mfa_reauthenticate") + "?" + urlencode({"next": back_to}))


def prove_again(request: HttpRequest, *, back_to: str) -> HttpResponse:
    """As ``step_up``, where the password will do for whoever has no second factor."""
    user: User = request.user  # type: ignore[assignment]
    if has_second_factor(user) or not user.has_usable_password():
        return step_up(request, back_to=back_to)
    return HttpResponseRedirect(reverse("account_reauthenticate") + "?" + urlencode({"next": back_to}))


def _status(exception: Refused) -> int:
    if isinstance(exception, NotEntitled | StepUpNeeded):
        return 403
    if isinstance(exception, TooLate) or (
        isinstance(exception, Overtaken) and exception.state.value in ("WITHDRAWN", "LAPSED")
    ):
        return 410
    if isinstance(exception, Overtaken | Stale):
        return 409
    return 422


def _back(request: HttpRequest) -> str:
    came_from = request.META.get("HTTP_REFERER", "")
    return came_from if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()) else "/"
