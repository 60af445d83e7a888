"""How Sayso differs from allauth's defaults: where people land, and in which language they are written to."""

from __future__ import annotations

from functools import cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from consent.core.lifecycle import State
from consent.models import MediaItem, MediaKind, MediaState, Side, User, UseRequest
from notifications.models import Channel, Delivery

ROOMS = {Side.PERFORMER: "performer:home", Side.REPRESENTATIVE: "desk:inbox", Side.STUDIO: "studio:choose"}


def own_room(user: User) -> str:
    """The front page of this person's side."""
    if user.is_staff:
        return reverse("staff:home")
    return reverse(ROOMS.get(Side(user.side), "performer:home"))


class Backend(AuthenticationBackend):
    """Who is signed in, with what the chrome of nearly every page shows of them, read in one go."""

    def get_user(self, user_id: int) -> User | None:
        user = known().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def known() -> QuerySet[User]:
    """People with their room as ``performer``, how many requests wait there, how many notices they have not read, and their
    portrait's reference. Built once; every use makes a query of its own out of it."""
    waiting = (
        UseRequest.objects.filter(performer__user=OuterRef("pk"), state=State.PENDING, deadline_at__gt=Now())
        .order_by()
        .values("performer")
        .annotate(number=Count("pk"))
        .values("number")
    )
    unread = (
        Delivery.objects.filter(recipient=OuterRef("pk"), channel=Channel.INAPP, read_at=None)
        .order_by()
        .values("recipient")
        .annotate(number=Count("pk"))
        .values("number")
    )
    portrait = MediaItem.objects.filter(
        performer__user=OuterRef("pk"), is_portrait=True, state=MediaState.READY, previewed=True, kind=MediaKind.STILL
    )
    return User.objects.select_related("performer").annotate(
        requests_waiting=Coalesce(Subquery(waiting, output_field=IntegerField()), 0),
        unread_count=Coalesce(Subquery(unread, output_field=IntegerField()), 0),
        portrait_ref=Subquery(portrait.order_by("pk").values("ref")[:1]),
    )


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
