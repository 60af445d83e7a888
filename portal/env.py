"""Typed reading of the environment: the only module that touches ``os.environ``.

Every reader takes the value apart once, at start, and answers a bad one with one sentence that names the variable,
says what is wrong with it and how to mend it.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 32  # bytes; HMAC-SHA256, AES-256 and Ed25519 seeds all want this many

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def required(name: str, why: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}.")
    return value


def choice(name: str, options: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(options)}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 for yes or 0 for no.")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    try:
        parsed = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None
    if parsed < least:
        raise ImproperlyConfigured(f"{name} is {parsed}; it must be at least {least}.")
    return parsed


def listing(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list, without blanks."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def key_ring(name: str, ring: str) -> dict[str, bytes]:
    """Take ``kid:base64,kid:base64`` apart, newest first: the first key signs, all of them verify."""
    keys: dict[str, bytes] = {}
    for entry in ring.split(","):
        kid, colon, encoded = entry.strip().partition(":")
        if not colon or not kid:
            raise ImproperlyConfigured(f"{name} must read kid:base64,kid:base64 with the newest key first.")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise ImproperlyConfigured(f"{name}: key {kid!r} is not base64.") from None
        if len(key) < SHORTEST_KEY:
            raise ImproperlyConfigured(f"{name}: key {kid!r} has {len(key)} bytes; it needs at least {SHORTEST_KEY}.")
        if len(set(key)) < 8:
            raise ImproperlyConfigured(f"{name}: key {kid!r} is not random; make one with `openssl rand -base64 32`.")
        if kid in keys:
            raise ImproperlyConfigured(f"{name}: the key id {kid!r} stands twice.")
        keys[kid] = key
    return keys


def apart(**rings: dict[str, bytes]) -> None:
    """Refuse a key that stands in two rings: who learns one purpose's key must not hold another's."""
    seen: dict[bytes, str] = {}
    for name, ring in rings.items():
        for key in ring.values():
            if seen.setdefault(key, name) != name:
                raise ImproperlyConfigured(f"{seen[key]} and {name} share a key; give each ring its own.")


def secret(name: str, value: str) -> str:
    """A secret for Django's own signing: long, and not the one a template printed."""
    if len(value) < 50 or len(set(value)) < 10 or value.startswith("django-insecure-"):
        raise ImproperlyConfigured(f"{name} is too short or too plain: use 50 random characters or more.")
    return value


def bearer(name: str) -> str:
    """A token that a program shows; empty where none is set. Refused where it could be guessed."""
    value = text(name)
    if value and (len(value) < SHORTEST_KEY or len(set(value)) < 8):
        raise ImproperlyConfigured(f"{name} is too short or too plain; make one with `openssl rand -hex 32`.")
    return value


def database(name: str, url: str) -> dict[str, Any]:
    """``postgresql://user:password@host:5432/name?sslmode=require`` as Django's connection settings.

    A ``host`` in the query names the folder of a Unix socket, as libpq writes it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not a URL; write postgresql://user:password@host:5432/name.") from None
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"{name} must begin with postgresql:// (Sayso runs on PostgreSQL only), not {parts.scheme or 'nothing'}."
        )
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} names no database; write postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def redis(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://.")
    return url


def redis_database(redis_url: str, number: int) -> str:
    """The same server's database `number`, counted on from the one the URL names."""
    parts = urlsplit(redis_url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        query["db"] = str(int(query.get("db", "0")) + number)
        return f"unix://{parts.path}?{urlencode(query)}"
    own = parts.path.strip("/")
    return urlunsplit(parts._replace(path=f"/{(int(own) if own.isdigit() else 0) + number}"))


def broker(redis_url: str) -> str:
    """The same server as Celery spells it: kombu says ``redis+socket`` where redis-py says ``unix``."""
    if not redis_url.startswith("unix://"):
        return redis_url
    address, _, query = redis_url.removeprefix("unix://").partition("?")
    return f"redis+socket://{address}?virtual_host={dict(parse_qsl(query)).get('db', '0')}"


def email(name: str, url: str) -> dict[str, object]:
    """``smtp://``, ``smtp+tls://`` (STARTTLS) or ``smtps://`` (TLS from the first byte) as Django's mail settings."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not a URL; write smtp+tls://user:password@host:587.") from None
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"}:
        raise ImproperlyConfigured(f"{name} must begin with smtp://, smtp+tls:// or smtps://.")
    if not parts.hostname:
        raise ImproperlyConfigured(f"{name} names no mail server; write smtp+tls://user:password@host:587.")
    usual = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or usual[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def hosts(name: str, site_url: str, *, open_on_loopback: bool, https_only: bool) -> tuple[list[str], list[str]]:
    """The allowed host names and the trusted origins that follow from the site's address."""
    parts = urlsplit(site_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"SITE_URL is {site_url!r}; write the whole address, such as https://sayso.example.")
    if https_only and parts.scheme != "https":
        raise ImproperlyConfigured("SITE_URL must begin with https:// in production.")
    allowed = [parts.hostname, *listing(name)]
    if "*" in allowed and https_only:
        raise ImproperlyConfigured(f"{name} must not be * in production; name the hosts this site answers to.")
    if open_on_loopback:
        allowed += ["localhost", "127.0.0.1", "[::1]", "testserver"]
    return list(dict.fromkeys(allowed)), [f"{parts.scheme}://{parts.netloc}"]


def data_folder() -> Path:
    """Where run-time data lives: SAYSO_VAR, or ``var/`` beside manage.py."""
    return Path(text("SAYSO_VAR") or Path(__file__).parents[1] / "var").resolve()


def provide(name: str, value: str) -> None:
    """Set a variable for this process and its children, unless the operator has already set it."""
    os.environ.setdefault(name, value)


def impose(name: str, value: str) -> None:
    """Set a variable for this process and its children, whatever the operator has set."""
    os.environ[name] = value


def withdraw(name: str) -> None:
    """Take a variable away from this process and its children."""
    os.environ.pop(name, None)


def everything() -> dict[str, str]:
    """A copy of the environment, for a child process."""
    return dict(os.environ)
