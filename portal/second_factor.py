"""Secrets of second factors are kept sealed: whoever reads the database, or a copy of it, can make no code from it.

The keys come from ``SECRET_KEY`` and its fallbacks. After a change of ``SECRET_KEY``, ``manage.py rewrap_second_factors``
puts every secret under the new one; until then the old one has to stay among the fallbacks.
"""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

SEALED = "sf1."
_PURPOSE = b"sayso/second-factor/1"


class SecondFactors(DefaultMFAAdapter):
    """allauth keeps what ``encrypt`` makes, and asks ``decrypt`` whenever a code is checked or shown."""

    def encrypt(self, text: str) -> str:
        return SEALED + _ring().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was stored before secrets were sealed has no mark, and is the secret itself."""
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        return _ring().decrypt(encrypted_text.removeprefix(SEALED)).decode()


def rewrap() -> int:
    """Seal every stored secret under the key of today. Returns how many factors were written anew."""
    done = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            fresh = _rewrapped(row.data) if row is not None else None
            if row is not None and fresh is not None:
                row.data = fresh
                row.save(update_fields=["data"])
                done += 1
    return done


def _rewrapped(data: dict[str, Any]) -> dict[str, Any] | None:
    adapter = SecondFactors()
    fresh: dict[str, Any] = {
        name: adapter.encrypt(adapter.decrypt(data[name])) for name in ("secret", "seed") if name in data
    }
    if "migrated_codes" in data:
        fresh["migrated_codes"] = [adapter.encrypt(adapter.decrypt(code)) for code in data["migrated_codes"]]
    return {**data, **fresh} if fresh else None


def _ring() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(made))
