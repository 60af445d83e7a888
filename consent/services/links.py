"""Use cases of the e-mail door that are no answer: a typed address that is checked, a fresh link that is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from consent.access import NotFound, by_link
from consent.core.lifecycle import State
from consent.models import ActionLink
from consent.services import moves
from consent.services.moves import Overtaken, Refused


class Typed(NamedTuple):
    """Was the address right, and how many wrong tries are left in this hour?"""

    right: bool
    tries: int


@transaction.atomic
def try_address(link: ActionLink, typed: str, *, now: datetime) -> Typed:
    """Compare a typed address with the one the mail was sent to. Five wrong ones an hour, then none until it has passed.

    Wrong tries are counted under the request's lock, so that parallel guesses share one count.
    """
    moves.lock(link.use_request)
    left = by_link.tries_left(link, "ADDRESS", most=by_link.TYPED_TRIES, now=now)
    if left == 0:
        return Typed(False, 0)
    if by_link.typed_matches(link, typed):
        return Typed(True, left)
    by_link.count_try(link, "ADDRESS", now=now)
    return Typed(False, left - 1)


@transaction.atomic
def send_again(link: ActionLink, *, now: datetime) -> None:
    """Have a fresh link mailed to the registered address. The fact does it: dispatch mints the link when it renders the mail.

    Raises Overtaken where the request no longer waits, NotFound where the recipient lost the authority, and Refused
    LINK_LIMIT after three in an hour.
    """
    row = moves.lock(link.use_request)
    if row.state_at(now) is not State.PENDING:
        raise Overtaken(row.state_at(now))
    if by_link.capacity(link, now=now) is None:
        raise NotFound
    if by_link.tries_left(link, "NEW_LINK", most=by_link.NEW_LINKS, now=now) == 0:
        raise Refused("LINK_LIMIT")
    by_link.count_try(link, "NEW_LINK", now=now)
    ActionLink.objects.filter(use_request=row, recipient=link.recipient, ended_at=None, expires_at__lte=now).update(
        ended_at=now, ended_because="REPLACED"
    )
    actor = by_link.actor(link, now=now)
    moves.record("link.replaced", row, actor=actor, now=now, recipient=link.recipient.ref)
