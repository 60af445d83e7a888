"""Who is knocking: turns a signed-in session into a ``Visitor`` and says what its proofs are worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from consent.access.by_session import Visitor
from consent.models import User

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def visitor(http_request: HttpRequest) -> Visitor:
    """The signed-in person with the latest proofs of this session.

    Any sign-in or re-authentication counts as proof of presence; only a passkey, an authenticator code or a recovery code
    counts as a second factor (a code sent by e-mail never does).
    """
    user = cast(User, http_request.user)
    records = get_authentication_records(http_request, user)
    second_factor_at = _latest(records, "mfa")
    return Visitor(
        user=user,
        reauthenticated_at=_latest(records, None),
        second_factor_at=second_factor_at,
        # Whoever has used none in this session has nothing for the enrolment to confirm.
        second_factor_enrolled=second_factor_at is not None and has_second_factor(user),
        room=user.performer if hasattr(user, "portrait_ref") and hasattr(user, "performer") else None,
    )


def strict_visitor(http_request: HttpRequest) -> Visitor:
    """As ``visitor``, told of a second factor that this session has not used: for what cannot be undone."""
    found = visitor(http_request)
    return replace(found, second_factor_enrolled=has_second_factor(found.user))


def has_second_factor(user: User) -> bool:
    """Has this person an authenticator app or a passkey? Recovery codes alone are none."""
    found: bool = Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
    return found


def _latest(records: list[dict[str, object]], method: str | None) -> datetime | None:
    moments = [
        at
        for record in records
        if isinstance(at := record.get("at"), int | float) and method in (None, record.get("method"))
    ]
    return datetime.fromtimestamp(max(moments), tz=UTC) if moments else None
