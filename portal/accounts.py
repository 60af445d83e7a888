"""How Sayso differs from allauth's defaults: where people land, and in which language they are written to."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from consent.models import Side, User

ROOMS = {Side.PERFORMER: "performer:home", Side.REPRESENTATIVE: "desk:inbox", Side.STUDIO: "studio:choose"}


def own_room(user: User) -> str:
    """The front page of this person's side."""
    if user.is_staff:
        return reverse("staff:home")
    return reverse(ROOMS.get(Side(user.side), "performer:home"))


class AccountAdapter(DefaultAccountAdapter):
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return own_room(request.user)  # type: ignore[arg-type]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return own_room(request.user)  # type: ignore[arg-type]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person it goes to, not of whoever pressed the button."""
        known = User.objects.filter(email__iexact=email).values_list("locale", flat=True).first()
        with translation.override(known or translation.get_language()):
            super().send_mail(template_prefix, email, context)
