"""Writes what a delivery says: subject, text and HTML from the same values, in the recipient's language and time zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from consent.access import by_link
from consent.core import lifecycle
from consent.core.roles import StudioRole
from consent.models import User
from consent.render import times, words
from notifications import addresses, asks, recipients
from notifications.bag import QUOTED, Bag
from notifications.catalogue import CATALOGUE, Audience, Happening, Notice, may_unsubscribe, notice_of
from notifications.channels.base import Temporary
from notifications.channels.style import ready
from notifications.models import Delivery, Group

_SPARE_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+\n")
_INSTANTS = ("held_until", "destroy_by", "exploit_until", "generate_until", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, written. ``unsubscribe`` is the one-click address, empty on answers and security mail."""

    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str


def write(row: Delivery, bag: Bag) -> Letter:
    """The whole mail. Its link's token is worked out here and nowhere kept: no row, log or task ever holds it."""
    user = row.recipient
    with translation.override(recipients.locale_of(user) if user is not None else settings.LANGUAGE_CODE):
        if row.digest_on is not None:
            return _digest(row, bag)
        happening = bag.happenings[row.fact_id or 0]
        notice = notice_of(row.kind, row.audience)
        if notice is None:
            raise ValueError(f"{row.kind} is not told to {row.audience}")
        values = _values(row, happening, bag)
        values["title"] = _title(notice.template, values)
        values.update(_chrome(row, notice))
        if notice.link:
            _add_link(row, notice, values, bag)
        return _fill(notice.template, row, values, bag)


def title(row: Delivery, bag: Bag) -> str:
    """The one line of an in-app notice: the subject, never the neutral one. Written in the active language."""
    happening = bag.happenings.get(row.fact_id or 0)
    notice = notice_of(row.kind, row.audience)
    if happening is None or notice is None:
        return _("A notice whose content was erased")
    return _title(notice.template, _values(row, happening, bag))


def page_of(row: Delivery, bag: Bag) -> str:
    """The path of the page that the notice is about."""
    happening = bag.happenings.get(row.fact_id or 0)
    return _page(row, happening, bag) if happening is not None else addresses.path("notices:inbox")


def _fill(template: str, row: Delivery, values: dict[str, Any], bag: Bag) -> Letter:
    chosen = bag.settings.get(row.recipient_id or 0)
    neutral = chosen is not None and chosen.neutral_subjects
    values["subject"] = _title(template, values | {"neutral": True}) if neutral else values["title"]
    language = translation.get_language() or settings.LANGUAGE_CODE
    return Letter(
        to=row.recipient.email if row.recipient is not None else row.address,
        subject=values["subject"],
        text=_tidy(ready(f"{template}.txt", language).render(Context(values, autoescape=False))),
        html=ready(f"{template}.html", language).render(Context(values)),
        unsubscribe=values.get("unsubscribe", ""),
    )


def _say(words_for: Callable[..., str], *about: Any) -> str:
    return words_for(*about)


_later = lazy(_say, str)
"""Words that are made when a sentence first needs them. ``blocktranslate`` prints its variables without calling them, so
a function would be printed as one; this is a text to everyone who looks."""


def _values(row: Delivery, happening: Happening, bag: Bag) -> dict[str, Any]:
    """What the sentences speak of. Instants become words in the reader's zone when a template asks for them."""
    said = happening.payload
    zone = recipients.zone_of(row.recipient) if row.recipient is not None else settings.TIME_ZONE
    studio = bag.studios.get(happening.studio_id or 0)
    performer = bag.performers.get(happening.performer_id or 0)
    values: dict[str, Any] = {
        "audience": row.audience,
        "kind": row.kind,
        "mine": row.audience == Audience.PERFORMER or _own_link(row, performer),
        "acted": row.recipient is not None and row.recipient.ref == happening.user_ref,
        "studio": said.get("studio") or (studio.name if studio else ""),
        "performer": said.get("performer") or (performer.professional_name if performer else ""),
        "project": said.get("production", ""),
        "by": said.get("by", "") or _("Sayso"),
        "name": said.get("member") or said.get("representative") or said.get("by", ""),
        "known": bool(said.get("user")),
        "reason": _reason(row.kind, said),
        "because": said.get("because", ""),
        "undone": bool(said.get("undone")),
        "caption": said.get("caption", "") or said.get("filename", ""),
        "role": words.label(StudioRole(said["role"])) if said.get("role") in StudioRole.__members__ else "",
        "grant": said.get("grant", ""),
        "clock": said.get("clock", ""),
        "digest": asks.grouped(said.get("digest", "")),
        "request_ref": said.get("request", ""),
        "message": _message(row, said, bag),
        "at": _later(times.moment, happening.at, zone),
        "reopen_until": _later(times.moment, happening.at + lifecycle.REOPEN_WINDOW, zone),
        "reply_by": _later(asks.reply_by, _instant(said.get("deadline_at")), zone),
        "href": addresses.site(_page(row, happening, bag)),
    }
    instants = {name: at for name in _INSTANTS if (at := _instant(said.get(name))) is not None}
    home = performer.time_zone if performer is not None else zone
    values.update({name: _later(_end, at, zone, home) for name, at in instants.items()})
    if "held_until" in instants:
        values["held_until"] = _later(times.moment, instants["held_until"], zone)
    if "starts_at" in instants:
        values["starts"] = _later(_start, instants["starts_at"], zone, home)
    values["ends"] = values.get("ends_at", "")
    values["dates"] = partial(_dates, instants, zone, home)
    return values


def _chrome(row: Delivery, notice: Notice) -> dict[str, Any]:
    """The invariant footer: where to choose, where to pause, and the way out of this group."""
    user = row.recipient
    if user is None:
        return {}
    catalogue_row = CATALOGUE[row.kind]
    values: dict[str, Any] = {"choose": addresses.site(addresses.path("notices:settings"))}
    if row.audience == Audience.PERFORMER and catalogue_row.group is Group.REQUESTS:
        values["pause"] = addresses.site(addresses.path("performer:pause"))
    if may_unsubscribe(catalogue_row):
        values["unsubscribe"] = _unsubscribe(user, catalogue_row.group)
    return values


def _unsubscribe(user: User, group: Group) -> str:
    return addresses.site(addresses.path("notices:unsubscribe", addresses.unsubscribe_token(user, group)))


def _add_link(row: Delivery, notice: Notice, values: dict[str, Any], bag: Bag) -> None:
    """Exchange the page for the recipient's own link, while the request can still be answered or its answer undone."""
    use_request = bag.use_requests.get(row.use_request_id or 0)
    user = row.recipient
    link = bag.links.get((row.use_request_id or 0, row.recipient_id or 0))
    if use_request is None or user is None or link is None:
        if notice.asks:  # the terms changed between reading and minting: the next try finds it stale
            raise Temporary("NO_LINK")
        return
    values["href"] = addresses.answer_page(by_link.token(link))
    if notice.asks:
        values["ask"] = asks.build(row, use_request, user, bag, link_until=link.expires_at)
        values["digest"] = values["ask"].digest
        values["reply_by"] = values["ask"].reply_by


def _digest(row: Delivery, bag: Bag) -> Letter:
    user = row.recipient
    if user is None:
        raise ValueError("a digest goes to an account")
    items = [
        {
            "title": title(carried, bag),
            "href": addresses.site(page_of(carried, bag)),
            "at": times.moment(bag.happenings[carried.fact_id or 0].at, recipients.zone_of(user)),
        }
        for carried in bag.carried.get(row.pk, [])
        if not bag.trouble(carried)
    ]
    values: dict[str, Any] = {
        "audience": "DIGEST",
        "items": items,
        "count": len(items),
        "href": addresses.site(addresses.path("notices:inbox")),
        "choose": addresses.site(addresses.path("notices:settings")),
    }
    groups = {CATALOGUE[carried.kind].group for carried in bag.carried.get(row.pk, [])}
    if len(groups) == 1 and may_unsubscribe(CATALOGUE[bag.carried[row.pk][0].kind]):
        values["unsubscribe"] = _unsubscribe(user, groups.pop())
    values["title"] = _title("digest", values)
    return _fill("digest", row, values, bag)


def _page(row: Delivery, happening: Happening, bag: Bag) -> str:
    studio = bag.studios.get(happening.studio_id or 0)
    performer = bag.performers.get(happening.performer_id or 0)
    return addresses.page(
        row.audience,
        row.kind,
        slug=studio.slug if studio else "",
        subject_ref=happening.payload.get("grant", "") or row.subject_ref,
        performer_ref=performer.ref if performer else "",
        use_request_ref=happening.payload.get("request", ""),
    )


def _own_link(row: Delivery, performer: Any) -> bool:
    return row.audience == Audience.NAMED and performer is not None and performer.user_id == row.recipient_id


def _reason(kind: str, said: Mapping[str, Any]) -> str:
    if kind == "media.refused":
        return words.media_refusal(said.get("code", ""), said.get("values"))
    return str(said.get("reason", ""))


def _message(row: Delivery, said: Mapping[str, Any], bag: Bag) -> str:
    entry = bag.entries.get(said.get("entry", 0)) if row.kind in QUOTED else None
    return entry.body if entry is not None else ""


def _dates(instants: Mapping[str, datetime], zone: str, home: str) -> list[Line]:
    return [Line(label, _end(instants[name], zone, home)) for name, label in _clock_labels() if name in instants]


def _clock_labels() -> tuple[tuple[str, str], ...]:
    return (
        ("generate_until", _("New material may be made until")),
        ("exploit_until", _("Finished work may be shown until")),
        ("destroy_by", _("Material must be gone by")),
    )


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _end(at: datetime, zone: str, home: str) -> str:
    """What ends with a day reads as that day: the reader's own, or else the performer's with its place named."""
    return _day_or_moment(at, zone, home, times.last_day)


def _start(at: datetime, zone: str, home: str) -> str:
    """What starts with a day reads as that day."""
    return _day_or_moment(at, zone, home, lambda start, place: start.astimezone(ZoneInfo(place)).date())


def _day_or_moment(at: datetime, zone: str, home: str, day: Callable[[datetime, str], date]) -> str:
    if _is_midnight(at, zone):
        return times.day(day(at, zone))
    if _is_midnight(at, home):
        return _("%(day)s (%(place)s)") % {"day": times.day(day(at, home)), "place": home.replace("_", " ")}
    return times.moment(at, zone)


def _is_midnight(at: datetime, zone: str) -> bool:
    return at.astimezone(ZoneInfo(zone)).time() == time.min


def _title(template: str, values: Mapping[str, Any]) -> str:
    """One line, whatever a name holds: a subject is a header, and a header that breaks is an injection."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return " ".join(ready(f"{template}.subject.txt", language).render(Context(values, autoescape=False)).split())


def _tidy(text: str) -> str:
    return _SPARE_LINES.sub("\n\n", _TRAILING.sub("\n", text)).strip() + "\n"
