"""The whole journey, with everything written down: then every place that keeps or carries anything is searched for its keys."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from celery.app.task import Task
from django.contrib.sessions.models import Session
from django.test import Client
from kombu.messaging import Producer

from consent import tasks as domain_tasks
from consent.access import by_link
from consent.models import ActionLink, Side, UseRequest
from notifications import tasks as office_tasks
from portal import embedded
from portal.logs import JsonLine, Plain
from tests import make
from tests.journeys import test_whole_story as story
from tests.journeys.person import Person
from tests.journeys.test_whole_story import Log, clock, log  # noqa: F401  (fixtures)
from tests.prove.conftest import Tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]
KEYS = re.compile(r"(?:/l/|/confirm-email/|/notices/off/|/password/reset/key/)([^/\s\"'<>?]{12,})")
CODES = re.compile(r"(?m)^\s*([A-Z0-9]{3}-?[A-Z0-9]{3})\s*$")
PASSWORD, NEW_PASSWORD = "a-plain-password-that-is-long-7", "another-plain-password-8"


class Tape:
    """Every message to a worker and every answer to a browser, as text."""

    def __init__(self) -> None:
        self.tasks: list[str] = []
        self.messages: list[str] = []
        self.headers: list[str] = []
        self.answers = 0


@contextmanager
def recorded(patch: pytest.MonkeyPatch) -> Iterator[Tape]:
    tape = Tape()
    wake, publish, ask = Task.apply_async, Producer.publish, Client.request

    def waking(self: Any, *args: Any, **kwargs: Any) -> Any:
        tape.tasks.append(repr((self.name, args, kwargs)))
        return wake(self, *args, **kwargs)

    def publishing(self: Any, body: Any, *args: Any, **kwargs: Any) -> Any:
        tape.messages.append(repr((body, args, kwargs)))
        return publish(self, body, *args, **kwargs)

    def asking(self: Any, **request: Any) -> Any:
        answer = ask(self, **request)
        tape.answers += 1
        tape.headers.append(json.dumps([[name, value] for name, value in answer.headers.items()]))
        return answer

    patch.setattr(Task, "apply_async", waking)
    patch.setattr(Producer, "publish", publishing)
    patch.setattr(Client, "request", asking)
    yield tape


def enrol(person: Person) -> tuple[str, set[str]]:
    """A second factor through the pages; the secret, and the recovery codes that were shown."""
    person.open("/account/2fa/totp/activate/")
    if "/reauthenticate/" in person.at:
        person.fill("password", password=person.password)
    secret = person.client.session.get("mfa.totp.secret", "")
    found = re.search(r"\b[A-Z2-7]{32}\b", person.page)
    secret = secret or (found[0] if found else "")
    assert secret, person.text()[:500]
    person.fill("code", code=pyotp.TOTP(secret).now())
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()
    person.open("/account/2fa/recovery-codes/")
    return secret, set(re.findall(r"\b[0-9a-f]{8}\b", person.text()))


def forget(person: Person) -> None:
    """A forgotten password: the key goes by mail, and a new password in."""
    person.client.logout()
    person.open("/account/password/reset/")
    person.fill("email", email=person.email)
    person.open(person.link("/password/reset/key/"))
    person.fill("password1", password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    person.password = NEW_PASSWORD


def by_code(person: Person) -> set[str]:
    """Signed in by a code from the mail."""
    person.client.logout()
    before = len(person.mails())
    person.open("/account/login/code/")
    person.fill("email", email=person.email)
    assert len(person.mails()) == before + 1
    return set(CODES.findall(person.mails()[0]["text"]))


def journey(clock_: time_machine.Traveller, minted: set[str]) -> tuple[list[Person], set[str]]:
    """The story of ``tests/journeys``, with a second factor, a lost password, a code by mail; and what is secret."""
    imani, nora = Person("imani@example.org", PASSWORD), Person("nora@northlight.example", PASSWORD)
    operator = Person("operator@example.org", make.PASSWORD)
    make.user(operator.email, "Sam Ortiz", Side.STAFF, is_staff=True, is_superuser=True)
    reference, item = story.a_performer_settles_in(imani)
    secret, codes = enrol(imani)
    slug = story.a_studio_is_founded_and_verified(nora, operator, reference)
    row = story.a_request_is_sent(nora, slug, reference, item)
    story.the_performer_answers_from_the_mail(imani, row)
    grant = story.the_grant_comes_to_life(clock_, imani, nora, slug, row)
    forget(nora)
    signed = by_code(nora)
    nora.client.logout()
    story.post_arrives()
    minted |= {by_link.token(link) for link in ActionLink.objects.all()}
    assert UseRequest.objects.get(pk=row.pk).state == "APPROVED"
    assert grant.ref
    return [imani, nora, operator], {secret, *codes, *signed, PASSWORD, NEW_PASSWORD, make.PASSWORD}


def keys_of_mails() -> set[str]:
    mails = Client().get("/mailbox/messages.json").json()
    return {key for mail in mails for key in KEYS.findall(mail["text"] + mail["html"] + str(mail["headers"]))}


def addresses_of_mails() -> set[str]:
    mails = Client().get("/mailbox/messages.json").json()
    found = {address for mail in mails for address in re.findall(r"https?://[^\s<>\"')]+", mail["text"] + mail["html"])}
    return {address for address in found if KEYS.search(address)}


def found_in(secrets: set[str], texts: list[str]) -> list[str]:
    whole = "\n".join(texts)
    return [secret for secret in sorted(secrets) if secret in whole]


class Written(logging.Handler):
    """What production would write of each record, for a person and for a collector."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [Plain().format(record), JsonLine().format(record)]


@pytest.fixture
def written(loud: None) -> Iterator[Written]:
    kept = Written()
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name != "faker"]
    deaf = [logging.getLogger(), *(each for each in loggers if not each.propagate)]
    for each in deaf:
        each.addHandler(kept)
    yield kept
    for each in deaf:
        each.removeHandler(kept)


def knock_wrongly(addresses: set[str]) -> None:
    """Each address of a mail with a method it does not know, cut short and drawn out: all of it is written to the log."""
    for address in sorted(addresses):
        path = urlsplit(address).path
        for wrong in (path, f"{path}x", path.rstrip("/")):
            Client().put(wrong)
            Client().get(f"{wrong}/nothing")


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every logger says all that production lets it say."""
    for name in [None, *logging.root.manager.loggerDict]:
        if name != "faker":
            monkeypatch.setattr(logging.getLogger(name), "level", logging.INFO)
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]


def test_no_key_is_kept_or_carried_anywhere(
    mailbox: None,
    clock: time_machine.Traveller,  # noqa: F811
    log: Log,  # noqa: F811
    written: Written,
    servers: embedded.Addresses,
    monkeypatch: pytest.MonkeyPatch,
    tell: Tell,
) -> None:
    minted: set[str] = set()
    with recorded(monkeypatch) as tape:
        _people, secrets = journey(clock, minted)
        domain_tasks.process_pending_media.delay()
        office_tasks.dispatch_pending.delay()
        assert tape.tasks
        assert tape.messages
    tokens = minted | keys_of_mails()
    sessions = set(Session.objects.values_list("session_key", flat=True))
    assert sum(each.startswith("sl1_") for each in tokens) >= 1
    assert len(tokens) >= 6
    assert len(secrets) >= 12
    assert sessions
    assert not found_in(tokens | secrets | sessions, log.lines), "the journey itself logs no key at all"
    headers, answers = list(tape.headers), tape.answers
    knock_wrongly(addresses_of_mails())
    rows = list(story.every_row())
    stored = list(story.every_key(servers))
    mails = [json.dumps(mail) for mail in Client().get("/mailbox/messages.json").json()]
    assert any("imani@example.org" in row for row in rows), "the rows were read"
    assert len(written.lines) > 20
    everything = tokens | secrets
    hits = {
        "in_rows": found_in(everything, rows),
        "in_Redis": found_in(everything | sessions, stored),
        "in_log_lines": found_in(everything | sessions, written.lines),
        "in_task_arguments": found_in(everything | sessions, tape.tasks),
        "in_messages": found_in(everything | sessions, tape.messages),
        "in_headers": found_in(everything, headers),
        "session_keys_and_passwords_in_mails": found_in(sessions | {PASSWORD, NEW_PASSWORD, make.PASSWORD}, mails),
    }
    tell(
        "leak",
        f"{len(tokens)} mail keys, {len(secrets)} passwords and factors, {len(sessions)} sessions",
        rows=len(rows),
        Redis_entries=len(stored),
        log_lines=len(written.lines),
        tasks=len(tape.tasks),
        messages=len(tape.messages),
        answers=answers,
        **{f"hits_{place}": len(found) for place, found in hits.items()},
    )
    assert hits == {place: [] for place in hits}
