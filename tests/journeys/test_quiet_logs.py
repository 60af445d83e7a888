"""The whole journey, and then everything that can go wrong on it: the log of a production site names nobody who took part."""

from __future__ import annotations

import io
import itertools
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from consent import tasks
from consent.models import MediaItem, Performer, Production, Side, Studio, User, UseRequest
from consent.queries import vault
from consent.services import checking
from notifications import delivery
from notifications.channels.base import Permanent
from notifications.models import Channel, Delivery, State
from portal import logs
from tests import make
from tests.journeys import test_whole_story as story
from tests.journeys.person import Person
from tests.journeys.test_whole_story import clock, secrets_of_every_mail

__all__ = ["clock"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[logs.JsonLine, logs.Plain], ids=["json", "plain"])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What a production process writes to its log, at the levels of the settings."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param(private=True))
    logging.root.addHandler(handler)
    yield written
    logging.root.removeHandler(handler)


def test_nobody_is_named_in_the_log(
    mailbox: None, clock: time_machine.Traveller, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    imani = Person("imani@example.org", make.PASSWORD)
    nora = Person("nora@northlight.example", make.PASSWORD)
    operator = Person("operator@example.org", make.PASSWORD)
    make.user(operator.email, "Sam Ortiz", Side.STAFF, is_staff=True, is_superuser=True)
    reference, item = story.a_performer_settles_in(imani)
    slug = story.a_studio_is_founded_and_verified(nora, operator, reference)
    row = story.a_request_is_sent(nora, slug, reference, item)
    story.the_performer_answers_from_the_mail(imani, row)
    story.the_grant_comes_to_life(clock, imani, nora, slug, row)
    story.media_is_fetched(imani, nora, slug, item)
    everything_goes_wrong(imani, slug, item, monkeypatch)

    written = stream.getvalue()
    wanted = ("Not Found", "refused: csrf", "refused: DisallowedHost", "IntegrityError", "ValueError", "process_media",
              "is a dead letter", "could not be written")  # fmt: skip
    assert not [sign for sign in wanted if sign not in written], "the log was written"
    if written.startswith("{"):
        assert all(json.loads(line)["message"] for line in written.splitlines())
    low = written.casefold()
    assert not sorted(word for word in words_of_the_cast() if word.casefold() in low)


def everything_goes_wrong(imani: Person, slug: str, item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong addresses with names in them, forged forms, and errors that quote what they choke on."""
    picture = MediaItem.objects.get(ref=item)
    quote = f"{imani.email} Imani Clarke {picture.caption} {picture.filename}"
    browser = imani.client
    browser.raise_request_exception = False
    for address in (f"/{imani.email}/", "/Imani%20Clarke/?q=Imani+Clarke", f"/studio/{slug}/requests/Imani-Clarke/",
                    f"/vault/Imani/?q={picture.caption}", "/l/sl1_forgedforgedforged/"):  # fmt: skip
        assert browser.get(address).status_code == 404
    assert browser.post(f"/vault/{item}/delete/").status_code == 403
    assert Client().get("/", headers={"Host": "imani-clarke.example"}).status_code == 400

    def breaks(*_: Any, **__: Any) -> None:
        raise ValueError(quote)

    def breaks_a_rule(*_: Any, **__: Any) -> None:
        MediaItem.objects.filter(pk=picture.pk).update(state="IMANI CLARKE")  # PostgreSQL quotes the row

    for broken in (breaks, breaks_a_rule):
        with monkeypatch.context() as wire:
            wire.setattr(vault, "item", broken)
            assert browser.get(f"/vault/{item}/").status_code == 500
            wire.setattr(checking, "process", broken)
            assert tasks.process_media.apply(kwargs={"media_id": picture.pk}).failed()
    the_post_office_burns_down(quote)


class Fire:
    """A post that fails in both ways, and quotes the mail each time."""

    def __init__(self, quote: str) -> None:
        self.errors = itertools.cycle([ValueError(quote), Permanent("GONE", quote)])

    def send(self, row: Delivery, bag: Any) -> None:
        raise next(self.errors)


def the_post_office_burns_down(quote: str) -> None:
    sent = Delivery.objects.filter(channel=Channel.EMAIL)
    sent.update(state=State.QUEUED, attempts=0, next_try_at=timezone.now(), settled_at=None, sent_at=None)
    tally = delivery.deliver_all(Fire(quote), clock=timezone.now)  # type: ignore[arg-type]
    assert tally.dead
    assert tally.later


def words_of_the_cast() -> set[str]:
    """Everything that says who somebody is or what they wrote, and everything that opens a door."""
    said: set[str] = set(secrets_of_every_mail())
    said |= set(Session.objects.values_list("session_key", flat=True))
    for model, names in (
        (User, ("email", "full_name", "password")),
        (Performer, ("professional_name", "slug")),
        (Studio, ("name", "legal_name", "website", "slug")),
        (Production, ("title", "synopsis", "slug")),
        (MediaItem, ("caption", "filename", "wrapped_key")),
    ):
        known = {field.name for field in model._meta.fields}
        for row in model.objects.values(*(name for name in names if name in known)):
            said |= {value for value in row.values() if value}
    said |= {value for value in make.AGE_CHANGE["description"].values() if isinstance(value, str)}
    said |= {row.digest for row in UseRequest.objects.all()}
    return said | {"imani", "clarke", "nora lind", "northlight", "ortiz", "salt road", "neutral light", "q="}
