"""A production process boots with a whole set of settings only, and without the conveniences of the demo."""

import base64
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings


def ring() -> str:
    return "k1:" + base64.b64encode(os.urandom(32)).decode()


WHOLE = {
    "SAYSO_MODE": "production",
    "SITE_URL": "https://sayso.example",
    "SECRET_KEY": base64.b64encode(os.urandom(64)).decode(),
    "LINK_KEYS": ring(),
    "LEDGER_KEYS": ring(),
    "MEDIA_KEYS": ring(),
    "DATABASE_URL": "postgresql://sayso:secret@db.example/sayso",
    "REDIS_URL": "redis://redis.example/0",
    "EMAIL_URL": "smtp+tls://mail.example",
}

REPORT = """
import json, django
django.setup()
from django.conf import settings as s
from django.urls import NoReverseMatch, reverse
def known(name):
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False
print(json.dumps({
    "debug": s.DEBUG, "hosts": s.ALLOWED_HOSTS, "ssl": s.SECURE_SSL_REDIRECT, "hsts": s.SECURE_HSTS_SECONDS,
    "cookies": [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE], "insecure_webauthn": s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN,
    "mailbox": known("mailbox:list") if s.MAILBOX else False, "mailbox_urls": known("mailbox:list"),
    "hasher": s.PASSWORD_HASHERS[0], "names": [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME],
    "proxies": getattr(s, "ALLAUTH_TRUSTED_PROXY_COUNT", 0),
}))
"""


def boot(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "-c", REPORT],
        cwd=settings.BASE_DIR,
        env=clean | {"DJANGO_SETTINGS_MODULE": "portal.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_set_boots_without_the_demo_parts() -> None:
    booted = boot(WHOLE)
    assert booted.returncode == 0, booted.stderr
    report = json.loads(booted.stdout)
    assert report["debug"] is False
    assert report["hosts"] == ["sayso.example"]
    assert report["ssl"] is True
    assert report["hsts"] >= 31536000
    assert report["cookies"] == [True, True]
    assert report["insecure_webauthn"] is False
    assert report["mailbox_urls"] is False
    assert "MD5" not in report["hasher"]
    assert all(name.startswith("__Host-") for name in report["names"])
    assert report["proxies"] == 1


def test_without_a_proxy_nobody_says_which_address_they_have() -> None:
    report = json.loads(boot(WHOLE | {"BEHIND_PROXY": "0"}).stdout)
    assert report["proxies"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "changeme"),
        ("LINK_KEYS", ""),
        ("LEDGER_KEYS", "k1:c2hvcnQ="),
        ("MEDIA_KEYS", "k1:" + base64.b64encode(b"0" * 32).decode()),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("EMAIL_URL", ""),
        ("SITE_URL", "http://sayso.example"),
    ],
)
def test_a_gap_or_a_weak_key_is_refused(name: str, value: str) -> None:
    booted = boot(WHOLE | {name: value})
    assert booted.returncode != 0
    last = booted.stderr.strip().splitlines()[-1]
    assert name in last
    assert "ImproperlyConfigured" in last


def test_one_key_for_two_rings_is_refused() -> None:
    booted = boot(WHOLE | {"MEDIA_KEYS": WHOLE["LINK_KEYS"]})
    assert booted.returncode != 0
    assert "share a key" in booted.stderr
