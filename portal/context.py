"""What the chrome of every page shows: whose room this is, what waits and what is unread."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from consent.access import by_session
from consent.core.lifecycle import State
from consent.models import Studio, UseRequest
from consent.services.files import Variant
from portal import accounts


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Lazy values: a page that does not show them does not pay for them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    performer = SimpleLazyObject(lambda: getattr(_known(user), "performer", None))
    return {
        "side": user.side,
        "performer": performer,
        "portrait": SimpleLazyObject(lambda: _portrait(user)),
        "orgs": SimpleLazyObject(lambda: list(Studio.objects.filter(memberships__user=user).order_by("name"))),
        "waiting_count": SimpleLazyObject(lambda: _waiting(user)),
        "unread_count": SimpleLazyObject(lambda: _known(user).unread_count),
        "theme": user.theme,
    }


def _portrait(user: Any) -> str:
    """Where the performer's own picture is fetched, by its owner and nobody else; empty without one."""
    ref = _known(user).portrait_ref
    return reverse("performer:vault_file", args=[ref, Variant.THUMB.value]) if ref else ""


def _known(user: Any) -> Any:
    """The person with what ``accounts.known`` reads of them; through another backend they come without."""
    if not hasattr(user, "portrait_ref"):
        user = accounts.known().get(pk=user.pk)
    return user


def _waiting(user: Any) -> int:
    if user.side == "REPRESENTATIVE":
        waiting = UseRequest.objects.filter(state=State.PENDING, deadline_at__gt=timezone.now())
        clients = [row.performer_id for row in by_session.desk(by_session.Visitor(user=user))]
        return waiting.filter(performer__in=clients).count()
    return int(_known(user).requests_waiting)
