"""Secrets of second factors are sealed in the database, survive a change of the key, and old plain ones go on working."""

from __future__ import annotations

import io
from typing import Any

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from consent.models import User
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "another-secret-key-that-is-quite-as-long-as-the-first-one-was"


@pytest.fixture
def person() -> User:
    found = make.user("imani@example.org", "Imani Clarke")
    TOTP.activate(found, SECRET)
    RecoveryCodes.activate(found)
    return found


def code_works(person: User) -> bool:
    cache.clear()  # a code that was used once is remembered as used
    factor = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    return bool(TOTP(factor).validate_code(pyotp.TOTP(SECRET).now()))


def codes(person: User) -> list[str]:
    found: list[str] = RecoveryCodes(
        Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    ).generate_codes()
    return found


def rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM mfa_authenticator AS t")
        return str(cursor.fetchone()[0])


def test_no_secret_stands_in_the_database(person: User) -> None:
    assert SECRET not in rows()
    assert rows().count("sf1.") == 2
    assert code_works(person)
    assert len(codes(person)) == 10


def test_a_change_of_the_key_is_one_command(person: User, settings: Any) -> None:
    shown = codes(person)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]
    out = io.StringIO()
    call_command("rewrap_second_factors", stdout=out)
    assert out.getvalue().startswith("2 second factors")
    settings.SECRET_KEY_FALLBACKS = []
    assert code_works(person)
    assert codes(person) == shown


def test_without_the_old_key_the_command_says_so(person: User, settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []
    with pytest.raises(CommandError, match="SECRET_KEY_FALLBACKS"):
        call_command("rewrap_second_factors")


def test_a_secret_from_before_goes_on_working_and_is_sealed_by_the_command(person: User) -> None:
    Authenticator.objects.filter(type=Authenticator.Type.TOTP).update(data={"secret": SECRET})
    assert code_works(person)
    call_command("rewrap_second_factors", stdout=io.StringIO())
    assert SECRET not in rows()
    assert code_works(person)
