"""Shorthand for the post office in tests: dispatch, send, and read what arrived."""

from __future__ import annotations

import email.policy
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage, Message
from email.parser import BytesParser

from consent.models import User
from notifications import delivery, letters, outbox
from notifications.bag import WITH, Bag
from notifications.channels.email import MailPost
from notifications.delivery import Tally
from notifications.letters import Letter
from notifications.models import Channel, Delivery
from tests.make import NOW


def clock(now: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: now


def dispatch(now: datetime = NOW) -> int:
    return outbox.dispatch_all(clock=clock(now))


def send(now: datetime = NOW) -> Tally:
    with MailPost() as post:
        return delivery.deliver_all(post, clock=clock(now))


def run(now: datetime = NOW) -> Tally:
    dispatch(now)
    return send(now)


def forget() -> None:
    """Throw away what building the cast had to say."""
    dispatch()
    Delivery.objects.all().delete()


def mails(user: User | None = None, kind: str = "") -> list[Delivery]:
    rows = Delivery.objects.filter(channel=Channel.EMAIL).order_by("pk")
    rows = rows.filter(recipient=user) if user is not None else rows
    return list(rows.filter(kind=kind) if kind else rows)


def parsed(message: Message) -> EmailMessage:
    """As a mail program reads it."""
    read = BytesParser(policy=email.policy.default).parsebytes(message.as_bytes())
    assert isinstance(read, EmailMessage)
    return read


def part(message: Message, kind: str) -> str:
    body = parsed(message).get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


def written(row: Delivery, now: datetime = NOW) -> Letter:
    """A mail as it would go out now."""
    loaded = Delivery.objects.select_related(*WITH).get(pk=row.pk)
    return letters.write(loaded, Bag.pack([loaded], now=now))
