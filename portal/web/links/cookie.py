"""The path-scoped cookie that a valid token earns: it names the link, for half an hour, and is no session."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from consent.access import NotFound, by_link
from consent.models import ActionLink

NAME = "sayso_link"
SALT = "sayso.link.cookie"
SECONDS = 30 * 60


def give(response: HttpResponse, link: ActionLink) -> None:
    """Set the cookie on the pages of this one link only."""
    response.set_cookie(
        NAME,
        signing.dumps(str(link.id), salt=SALT),
        max_age=SECONDS,
        path=reverse("links:read", args=[link.id]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def link_of(request: HttpRequest, link_id: uuid.UUID) -> ActionLink | None:
    """The link that this browser opened from a mail, or None: no cookie, an old one, or another link's."""
    try:
        shown = signing.loads(request.COOKIES.get(NAME, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    if shown != str(link_id):
        return None
    try:
        return by_link.by_id(link_id)
    except NotFound:
        return None
