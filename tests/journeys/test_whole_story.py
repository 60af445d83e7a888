"""From two sign-ups to an expired grant, through pages and mails only; afterwards the ledger is whole and nothing leaked."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent.models import Decision, Fact, Grant, MediaItem, PreferenceSet, Side, UseRequest
from consent.services import checking, expirations
from notifications import delivery, outbox
from notifications.channels.email import MailPost
from portal import embedded
from tests import make
from tests.ingest import specimens
from tests.journeys.person import Person, forms

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)
SECRETS = re.compile(r"(?:/l/|/confirm-email/|/notices/off/|/key/)([^/\s\"'<>?]{12,})")


class Log(logging.Handler):
    """Every line that anything logs, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record) + repr(vars(record)))


@pytest.fixture
def log() -> Iterator[Log]:
    kept = Log()
    loggers = [logging.getLogger()]
    loggers += [logging.getLogger(name) for name in logging.root.manager.loggerDict if name != "faker"]
    deaf = [each for each in loggers if each is logging.root or not each.propagate]
    for each in deaf:
        each.addHandler(kept)
    yield kept
    for each in deaf:
        each.removeHandler(kept)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGIN, tick=True) as traveller:
        yield traveller


def post_arrives() -> None:
    """What the worker does: facts become mails, mails go out."""
    outbox.dispatch_all(clock=timezone.now)
    with MailPost() as post:
        tally = delivery.deliver_all(post, clock=timezone.now)
    assert (tally.dead, tally.later) == (0, 0)


def time_passes(clock: time_machine.Traveller, until: datetime) -> None:
    """What beat does: the sweep at that time, and the mail that follows."""
    assert until > timezone.now()
    clock.move_to(until)
    expirations.sweep(now=timezone.now())
    post_arrives()


def consent_rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Decision, Fact, Grant, PreferenceSet)}


def sign_up(person: Person, side: Side, name: str) -> None:
    person.open("/account/signup/")
    person.fill(
        "password1",
        side=side.value,
        full_name=name,
        email=person.email,
        password1=person.password,
        password2=person.password,
    )
    address = person.link("/confirm-email/")
    person.open(address)
    person.open(address)  # a scanner was there first: opening confirms nothing
    person.fill("Confirm")
    if "_auth_user_id" not in person.client.session:
        person.sign_in()


def test_from_sign_up_to_an_expired_grant(
    mailbox: None, clock: time_machine.Traveller, log: Log, servers: embedded.Addresses
) -> None:
    imani = Person("imani@example.org", make.PASSWORD)
    nora = Person("nora@northlight.example", make.PASSWORD)
    operator = Person("operator@example.org", make.PASSWORD)
    make.user(operator.email, "Sam Ortiz", Side.STAFF, is_staff=True, is_superuser=True)

    reference, item = a_performer_settles_in(imani)
    slug = a_studio_is_founded_and_verified(nora, operator, reference)
    row = a_request_is_sent(nora, slug, reference, item)
    the_performer_answers_from_the_mail(imani, row)
    grant = the_grant_comes_to_life(clock, imani, nora, slug, row)
    media_is_fetched(imani, nora, slug, item)
    the_grant_runs_out(clock, imani, nora, slug, grant, item)

    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    assert "whole" in out.getvalue()
    nothing_leaked(log, servers)


# --- The performer ---------------------------------------------------------------------------------------------------


def a_performer_settles_in(imani: Person) -> tuple[str, str]:
    sign_up(imani, Side.PERFORMER, "Imani Clarke")
    imani.open("/home/")
    assert imani.at == "/start/1/"
    imani.fill(
        "professional_name",
        professional_name="Imani Clarke",
        date_of_birth="1988-04-02",
        country="GB",
        time_zone="Europe/London",
        locale="en",
    )
    imani.fill("unions", unions=["EQUITY_UK"])
    imani.fill("visibility", visibility="REFERENCE")
    assert imani.at == "/preferences/"
    assert not re.search(r'value="ALLOW"[^>]*\bchecked', imani.page), "nothing is pre-ticked to allow"

    imani.open("/vault/")
    imani.fill("files", files=[SimpleUploadedFile("portrait.jpg", specimens.jpg(), "image/jpeg")])
    assert "1 file arrived" in imani.text()
    waiting = MediaItem.objects.get()
    checking.process(waiting.pk, now=timezone.now())
    imani.open(f"/vault/{waiting.ref}/")
    imani.fill("caption", caption="Front, neutral light", listed="on")
    assert MediaItem.objects.get().state == "READY"

    imani.open("/preferences/")
    imani.fill("VOICE_CLONE", VOICE_CLONE="NEVER")
    version = PreferenceSet.objects.get(current=True)
    assert version.value.stance(make.Use.VOICE_CLONE) is make.Stance.NEVER, "tighter acts at once"
    use = allowable(imani.page)
    imani.fill(use, **{use: "ALLOW"})
    assert PreferenceSet.objects.get(current=True).pk == version.pk, "looser waits"
    imani.open("/preferences/confirm/")
    imani.fill("base")
    assert PreferenceSet.objects.get(current=True).number == version.number + 1
    reference = re.search(r"\bP-[0-9A-Z]{5,}", imani.open("/account/") + imani.open("/page/"))
    assert reference
    return reference[0], waiting.ref


def allowable(page: str) -> str:
    """A use that may be allowed and is not."""
    offered = re.findall(r'<input[^>]*name="([A-Z_]+)"[^>]*value="ALLOW"', page)
    return offered[0]


# --- The studio ------------------------------------------------------------------------------------------------------


def a_studio_is_founded_and_verified(nora: Person, operator: Person, reference: str) -> str:
    sign_up(nora, Side.STUDIO, "Nora Lind")
    nora.open("/studio/")
    assert nora.at == "/studio/found/"
    nora.fill(
        "legal_name",
        name="Northlight Pictures",
        legal_name="Northlight Pictures Ltd",
        country="GB",
        website="https://northlight.example",
    )
    slug = re.fullmatch(r"/studio/([-\w]+)/", nora.at)[1]  # type: ignore[index]
    nora.open(f"/studio/{slug}/performers/")
    nora.fill("ref", ref=reference, status=422)
    assert "verified" in nora.text()
    post_arrives()
    operator.sign_in()
    operator.open("/staff/studios/")
    operator.open(re.search(r"/staff/studios/S-[0-9A-Z]+/", operator.page)[0])  # type: ignore[index]
    operator.fill("Verify")
    post_arrives()
    assert nora.mails("verified")
    return slug


def a_request_is_sent(nora: Person, slug: str, reference: str, item: str) -> UseRequest:
    room = f"/studio/{slug}"
    nora.open(f"{room}/performers/")
    nora.fill("ref", ref=reference)
    assert "Imani Clarke" in nora.text()
    nora.open(f"{room}/productions/")
    nora.fill(
        "eidr", title="The Salt Road", kind="SERIES", agreement="EQUITY_UK", synopsis="A family on the old salt road."
    )
    production = re.fullmatch(rf"{room}/productions/([-\w]+)/", nora.at)[1]  # type: ignore[index]
    today = timezone.now().date()
    told = make.AGE_CHANGE["description"]
    nora.open(f"{room}/requests/new/")
    nora.fill("production", performer=reference, production=production)
    assert nora.at.endswith("/what/")
    words = {
        name: told[name] for name in ("depiction", "character", "scenes", "extent", "script_revision", "technique")
    }
    nora.fill(
        "uses",
        press="Save and continue",
        uses=["AGE_CHANGE"],
        modalities=["FACE"],
        **words,
        tools=told["tools"][0],
        vendors=told["vendors"][0],
        source_media=[item],
        in_lieu="no",
    )
    assert nora.at.endswith("/where/")
    nora.fill(
        "reach",
        press="Save and continue",
        channels=["STREAMING", "THEATRICAL"],
        reach="SOME",
        countries=["GB", "IE"],
        starts_on=(today + timedelta(days=1)).isoformat(),
        months="12",
        generate_until=(today + timedelta(days=60)).isoformat(),
    )
    assert nora.at.endswith("/offer/")
    nora.fill("basis", press="Save and continue", basis="FLAT", amount="6500", currency="GBP", condition="no")
    assert nora.at.endswith("/afterwards/")
    nora.fill("retention_days", press="Save and continue", retention_days="30", trains="no")
    assert nora.at.endswith("/check/")
    nora.fill("days", press="Send", days="10")
    row = UseRequest.objects.get()
    assert (nora.at, row.state) == (f"{room}/requests/{row.ref}/", "PENDING"), nora.text()
    post_arrives()
    return row


# --- The yes, and what comes of it -----------------------------------------------------------------------------------


def the_performer_answers_from_the_mail(imani: Person, row: UseRequest) -> None:
    """In a browser that is not signed in; the mail's link is all it has."""
    phone = Person(imani.email, imani.password)
    address = phone.link("/l/sl1_")
    before = consent_rows()
    for _ in range(3):
        phone.open(address)
    assert consent_rows() == before
    assert "sl1_" not in phone.page
    phone.fill("address", choice="approve", address="somebody@example.org", status=422)
    phone.fill("address", choice="approve", address="Imani@Example.org")
    assert UseRequest.objects.get(pk=row.pk).state == "HELD"
    assert "_auth_user_id" not in phone.client.session
    assert not Grant.objects.exists()


def the_grant_comes_to_life(clock: Any, imani: Person, nora: Person, slug: str, row: UseRequest) -> Grant:
    post_arrives()
    told = len(nora.mails())
    nora.open(f"/studio/{slug}/requests/{row.ref}/")
    assert "Approved" not in nora.text(), "nobody is told before the undo window is over"
    held = UseRequest.objects.get(pk=row.pk)
    assert held.held_until is not None
    time_passes(clock, held.held_until + timedelta(seconds=30))
    grant = Grant.objects.get()
    assert len(nora.mails()) == told + 1
    assert grant.ref in imani.mails()[0]["text"] + imani.mails()[0]["html"]
    clock.move_to(grant.starts_at + timedelta(hours=10))
    return grant


def media_is_fetched(imani: Person, nora: Person, slug: str, item: str) -> None:
    nora.sign_in()
    nora.open(f"/studio/{slug}/media/")
    assert nora.client.get(f"/studio/{slug}/media/{item}/").status_code == 405
    nora.fill("Download")
    assert nora.response["Content-Disposition"].startswith("attachment")
    assert b"".join(nora.response.streaming_content)[:3] == b"\xff\xd8\xff"
    imani.sign_in()
    imani.open(f"/vault/{item}/")
    assert "Nora Lind, Northlight Pictures" in imani.text()
    post_arrives()


def the_grant_runs_out(clock: Any, imani: Person, nora: Person, slug: str, grant: Grant, item: str) -> None:
    noon = timedelta(hours=12)
    time_passes(clock, grant.generate_until + noon)
    nora.sign_in()
    nora.open(f"/studio/{slug}/media/")
    assert "Download" not in nora.text()
    page = nora.open(f"/studio/{slug}/grants/{grant.ref}/")
    assert f"/studio/{slug}/media/{item}/" not in page
    nora.open(f"/studio/{slug}/productions/")
    token = next(form.values["csrfmiddlewaretoken"] for form in forms(nora.page) if "csrfmiddlewaretoken" in form.names)
    closed = nora.client.post(f"/studio/{slug}/media/{item}/", {"csrfmiddlewaretoken": token})  # a tab left open
    assert closed.status_code == 404
    assert grant.destroy_by is not None
    time_passes(clock, grant.destroy_by + noon)
    for days in (90, 30, 7, 1):
        mine, theirs = len(imani.mails()), len(nora.mails())
        time_passes(clock, grant.exploit_until - timedelta(days=days) + noon)
        assert (len(imani.mails()), len(nora.mails())) == (mine + 1, theirs + 1), f"{days} days before"
        time_passes(clock, timezone.now() + timedelta(minutes=5))
        assert (len(imani.mails()), len(nora.mails())) == (mine + 1, theirs + 1), "once each"
    mine, theirs = len(imani.mails()), len(nora.mails())
    time_passes(clock, grant.exploit_until + noon)
    assert (len(imani.mails()), len(nora.mails())) == (mine + 1, theirs + 1)
    ended = Fact.objects.filter(kind="grant.clock_ended").count()
    assert ended == 3
    imani.sign_in()
    imani.open(f"/grants/{grant.ref}/")
    assert "Deletion due" in imani.text(), "over, and the studio has not yet said that it destroyed everything"
    assert not re.search(r"\bLive\b|In force", imani.text())
    nora.sign_in()
    nora.open(f"/studio/{slug}/grants/{grant.ref}/")
    assert "Deletion due" in nora.text()


# --- Afterwards ------------------------------------------------------------------------------------------------------


def secrets_of_every_mail() -> set[str]:
    """What opens something to whoever holds it: link tokens, keys of allauth, unsubscribe tokens."""
    mails = Client().get("/mailbox/messages.json").json()
    found = {each for mail in mails for each in SECRETS.findall(mail["text"] + mail["html"])}
    return found | {each for mail in mails for each in SECRETS.findall(str(mail["headers"]))}


def nothing_leaked(log: Log, servers: embedded.Addresses) -> None:
    secrets = secrets_of_every_mail()
    assert sum(each.startswith("sl1_") for each in secrets) >= 1
    assert len(secrets) >= 4, secrets
    kept = "\n".join(every_row())
    cached = "\n".join(every_key(servers))
    logged = "\n".join(log.lines)
    assert "imani@example.org" in kept, "the rows were read"
    assert logged, "the log was read"
    for secret in secrets:
        assert secret not in kept
        assert secret not in cached
        assert secret not in logged


def every_row() -> Iterator[str]:
    """Every row of every table as text, sessions unpacked."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            yield from (row[0] for row in cursor.fetchall())
    for session in Session.objects.all():
        yield repr(session.get_decoded())


def every_key(servers: embedded.Addresses) -> Iterator[str]:
    """Everything in the cache and in the broker, keys and values."""
    addresses = {servers.redis_url, django_settings.CACHES["default"]["LOCATION"]}
    for address in addresses:
        store = redis.Redis.from_url(address)
        for key in store.scan_iter():
            yield f"{key!r} {store.dump(key)!r}"
        store.close()
