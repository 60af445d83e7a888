"""Every value of the environment is read once, typed, and refused with a sentence that names it."""

import base64
import hashlib

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env

GOOD = base64.b64encode(hashlib.sha256(b"one").digest()).decode()
OTHER = base64.b64encode(hashlib.sha384(b"other").digest()).decode()


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> object:
    def put(value: str) -> str:
        monkeypatch.setenv("SAYSO_PROBE", value)
        return "SAYSO_PROBE"

    return put


def test_key_ring_keeps_its_order() -> None:
    ring = env.key_ring("LINK_KEYS", f"new:{OTHER}, old:{GOOD}")
    assert list(ring) == ["new", "old"]
    assert len(ring["old"]) == 32


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        ("", "must read kid:base64"),
        (GOOD, "must read kid:base64"),
        ("k1:@@@", "is not base64"),
        ("k1:" + base64.b64encode(b"short").decode(), "5 bytes; it needs at least 32"),
        ("k1:" + base64.b64encode(b"a" * 40).decode(), "is not random"),
        (f"k1:{GOOD},k1:{OTHER}", "stands twice"),
    ],
)
def test_bad_key_rings(ring: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as refusal:
        env.key_ring("LINK_KEYS", ring)
    assert "LINK_KEYS" in str(refusal.value)


@pytest.mark.parametrize("value", ["", "short", "x" * 80, "django-insecure-" + OTHER])
def test_bad_secrets(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is too short or too plain"):
        env.secret("SECRET_KEY", value)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "postgresql://us%40r:p%2Fw@db.example:6543/sayso?sslmode=require",
            {"NAME": "sayso", "USER": "us@r", "PASSWORD": "p/w", "HOST": "db.example", "PORT": "6543"},
        ),
        ("postgres://db.example/sayso", {"NAME": "sayso", "USER": "", "HOST": "db.example", "PORT": ""}),
        ("postgresql://postgres@/sayso?host=/run/pg", {"USER": "postgres", "HOST": "/run/pg", "OPTIONS": {}}),
    ],
)
def test_database_urls(url: str, wanted: dict[str, object]) -> None:
    read = env.database("DATABASE_URL", url)
    assert {name: read[name] for name in wanted} == wanted


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://a/b", "postgresql://host", "postgresql://host:port/x", "x"])
def test_bad_database_urls(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database("DATABASE_URL", url)


@pytest.mark.parametrize(
    ("url", "broker", "cache"),
    [
        ("redis://r.example:6379/0", "redis://r.example:6379/0", "redis://r.example:6379/1"),
        ("rediss://:pw@r.example", "rediss://:pw@r.example", "rediss://:pw@r.example/1"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock?db=4", "redis+socket:///run/v.sock?virtual_host=4", "unix:///run/v.sock?db=5"),
    ],
)
def test_one_redis_serves_broker_and_cache_apart(url: str, broker: str, cache: str) -> None:
    assert env.broker(env.redis("REDIS_URL", url)) == broker
    assert env.redis_database(url, 1) == cache


def test_bad_redis_url() -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must begin with"):
        env.redis("REDIS_URL", "memcached://x")


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+tls://u:p@mail.example", 587, True, False),
        ("smtps://mail.example:4465", 4465, False, True),
    ],
)
def test_email_urls(url: str, port: int, tls: bool, ssl: bool) -> None:
    read = env.email("EMAIL_URL", url)
    assert (read["EMAIL_PORT"], read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (port, tls, ssl)


@pytest.mark.parametrize("url", ["mail.example:25", "smtp://", "http://mail.example", "smtp://mail.example:many"])
def test_bad_email_urls(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        env.email("EMAIL_URL", url)


def test_numbers_flags_and_choices(variable: object) -> None:
    assert env.number(variable("12"), 3) == 12
    assert env.flag(variable("Yes"), default=False) is True
    assert env.flag(variable("off"), default=True) is False
    assert env.number(variable("  "), 3) == 3
    for read in (
        lambda: env.number(variable("a dozen"), 3),
        lambda: env.number(variable("0"), 3, least=1),
        lambda: env.flag(variable("perhaps"), default=True),
        lambda: env.choice(variable("staging"), ("production", "demo"), "demo"),
    ):
        with pytest.raises(ImproperlyConfigured, match="SAYSO_PROBE is"):
            read()


def test_production_names_its_hosts() -> None:
    allowed, origins = env.hosts("SAYSO_PROBE", "https://sayso.example", open_on_loopback=False, https_only=True)
    assert allowed == ["sayso.example"]
    assert origins == ["https://sayso.example"]
    with pytest.raises(ImproperlyConfigured, match="must begin with https"):
        env.hosts("SAYSO_PROBE", "http://sayso.example", open_on_loopback=False, https_only=True)
    with pytest.raises(ImproperlyConfigured, match="write the whole address"):
        env.hosts("SAYSO_PROBE", "sayso.example", open_on_loopback=False, https_only=True)


def test_a_star_is_no_host_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "*")
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS must not be"):
        env.hosts("ALLOWED_HOSTS", "https://sayso.example", open_on_loopback=False, https_only=True)
