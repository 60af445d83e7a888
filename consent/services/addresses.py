"""E-mail addresses as proof: readable, shown by half, and held by an account only once it has confirmed them."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from consent.models import User
from consent.services.moves import Refused

INVITATION_LASTS = timedelta(days=14)


def readable(email: str) -> str:
    """The address in lower case. Raises Refused EMAIL_UNREADABLE."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("EMAIL_UNREADABLE", email=address[:80]) from None
    return address


def holds(user: User, address: str) -> bool:
    """Has this account proven that the address is theirs?"""
    return bool(EmailAddress.objects.filter(user=user, verified=True, email__iexact=address).exists())


def masked(address: str) -> str:
    """Enough of an address to recognise one's own: ``im…@clarke.example``."""
    name, _, host = address.partition("@")
    return f"{name[:2]}…@{host}"
