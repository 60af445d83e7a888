"""Reads for the pages about notices: the inbox, what is unread, and the operator's view of mail that did not go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min

from consent.models import User
from notifications import letters
from notifications.bag import WITH, Bag
from notifications.catalogue import CATALOGUE, CHOOSABLE, Audience
from notifications.models import Channel, Choice, Delivery, Group, How, Settings, State

PAGE = 25


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the inbox: its public name, its words, the page it is about."""

    name: str
    title: str
    url: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that nobody will try again by itself."""

    name: str
    kind: str
    to: str
    attempts: int
    code: str
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How the post office stands: rows per state, and since when the oldest mail has been due."""

    waiting: int
    sending: int
    digests: int
    dead: int
    oldest: datetime | None


def inbox(user: User, *, page: int, now: datetime) -> tuple[Page[Delivery], list[Item]]:
    """One page of a person's notices, newest first, worded in the active language."""
    rows = Delivery.objects.filter(recipient=user, channel=Channel.INAPP).select_related(*WITH).order_by("-id")
    found = Paginator(rows, PAGE).get_page(page)
    shown = list(found.object_list)
    bag = Bag.for_titles(shown, now=now)
    items = [
        Item(row.message_id, letters.title(row, bag), letters.page_of(row, bag), row.created_at, row.read_at is None)
        for row in shown
    ]
    return found, items


def choices(user: User) -> dict[Group, How | None]:
    """What the person chose about each group; None where they left it to the catalogue."""
    chosen = dict(Choice.objects.filter(user=user).values_list("group", "how"))
    return {group: How(chosen[group.value]) if group.value in chosen else None for group in groups(user)}


def groups(user: User) -> tuple[Group, ...]:
    """The groups that this person's side is ever told about."""
    audiences = _AUDIENCES.get(user.side, frozenset(Audience))
    told = {row.group for row in CATALOGUE.values() if any(notice.to in audiences for notice in row.notices)}
    return tuple(group for group in CHOOSABLE if group in told)


def settings_of(user: User) -> Settings:
    """The person's settings, or the ones that hold as long as none were saved."""
    return Settings.objects.filter(user=user).first() or Settings(user=user)


def standing() -> Standing:
    mails = Delivery.objects.filter(channel=Channel.EMAIL).exclude(state__in=[State.SENT, State.SKIPPED])
    counted = {row["state"]: row for row in mails.values("state").annotate(n=Count("pk"), oldest=Min("next_try_at"))}

    def number(state: State) -> int:
        return int(counted[state.value]["n"]) if state.value in counted else 0

    oldest = counted[State.QUEUED.value]["oldest"] if State.QUEUED.value in counted else None
    return Standing(number(State.QUEUED), number(State.SENDING), number(State.DIGEST), number(State.DEAD), oldest)


def dead_letters(*, page: int) -> tuple[Page[Delivery], list[Letter]]:
    """Mails that were given up, newest first: to whom and why, and nothing of what they say."""
    rows = Delivery.objects.filter(state=State.DEAD).select_related("recipient").order_by("-settled_at", "-id")
    found = Paginator(rows, PAGE).get_page(page)
    return found, [
        Letter(
            row.message_id,
            row.kind,
            row.recipient.email if row.recipient is not None else row.address,
            row.attempts,
            row.last_error_code,
            row.last_error,
            row.settled_at or row.created_at,
        )
        for row in found.object_list
    ]


_AUDIENCES = {
    "PERFORMER": frozenset({Audience.PERFORMER}),
    "REPRESENTATIVE": frozenset({Audience.REPRESENTATIVES}),
    "STUDIO": frozenset({Audience.CLEARANCE, Audience.OWNERS}),
    "STAFF": frozenset({Audience.STAFF}),
}
