"""What pages of grants show; the performer's room, the desk and the studio share it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from consent.core.clocks import Phase
from consent.models import Grant, UseRequest
from consent.queries.portfolio import Place, Portfolio, Story
from consent.render import places_words, times, words
from portal.web import showing
from portal.web.readers import Reader

SOON_DAYS = 30


def uses(grant: Grant, *, own: bool = True) -> str:
    """What it is for; ``own``: as the performer reads it."""
    return ", ".join(words.label(use) if own else words.their_label(use) for use in grant.terms.uses)


def state_code(grant: Grant, now: datetime) -> str:
    """The code that pages draw: taken back and ends-soon are no phases, but people must see them."""
    if grant.withdrawn_at is not None:
        return "REVOKED"
    phase = grant.phase(now)
    if phase is Phase.ACTIVE and (grant.exploit_until - now).days < SOON_DAYS:
        return "ENDING"
    return phase.value


def spoken(grant: Grant, now: datetime, zone: str) -> str:
    """The state in words: "Ends in 19 days", "Taken back 2 April 2026"."""
    code = state_code(grant, now)
    if code == "REVOKED" and grant.withdrawn_at is not None:
        return _("Taken back %(day)s") % {"day": times.day(showing.local_day(grant.withdrawn_at, zone))}
    if code == "ENDING":
        return _("Ends in %(left)s") % {"left": times.until(grant.exploit_until, now=now)}
    return words.label(grant.phase(now))


def row(grant: Grant, *, now: datetime, zone: str, url: str, whose: str, own: bool = True) -> dict[str, Any]:
    """One grant for the timeline or a list. ``whose`` is the other side's name."""
    last = times.last_day(grant.exploit_until, zone)
    return {
        "title": uses(grant, own=own),
        "subtitle": f"{whose}, {grant.production.title}",
        "url": url,
        "state": state_code(grant, now),
        "starts": grant.starts_at,
        "ends": grant.exploit_until,
        "end_label": times.day(last),
        "spoken": spoken(grant, now, zone),
        "cut": grant.withdrawn_at,
        "ref": grant.ref,
    }


def asked_row(asked: UseRequest, *, url: str, whose: str) -> dict[str, Any]:
    """A request that would become a grant, drawn dashed."""
    dates = asked.terms.dates
    return {
        "title": ", ".join(words.label(use) for use in asked.terms.uses),
        "subtitle": f"{whose}, {asked.production.title if asked.production else ''}",
        "url": url,
        "state": "PENDING",
        "starts": showing.noon(dates.starts_on) if dates else None,
        "ends": showing.noon(dates.exploit_until) if dates else None,
        "end_label": _("to %(month)s") % {"month": times.month(dates.exploit_until)} if dates else "",
        "spoken": _("Asked for"),
        "cut": None,
        "ref": asked.ref,
    }


def groups(portfolio: Portfolio, rows: Any, asked: Any) -> list[dict[str, Any]]:
    """The three groups of the timeline, from functions that make a row."""
    return [
        {"title": _("In force"), "rows": [rows(grant) for grant in portfolio.in_force]},
        {"title": _("Asked for, not granted"), "rows": [asked(one) for one in portfolio.asked]},
        {"title": _("Over"), "rows": [rows(grant) for grant in portfolio.over]},
    ]


def place_rows(found: list[Place], *, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "name": places_words.place(place.region) if place.region else _("Everywhere else"),
            "active": sum(state_code(grant, now) != "ENDING" for grant in place.grants),
            "soon": sum(state_code(grant, now) == "ENDING" for grant in place.grants),
            "count": len(place.grants),
        }
        for place in found
    ]


def coming(ends: list[tuple[datetime, Grant, str]], *, zone: str, now: datetime) -> list[dict[str, str]]:
    said = {
        "GENERATE": _("Nothing new may be made: %(title)s"),
        "EXPLOIT": _("Ends: %(title)s"),
        "DESTROY": _("Media and models must be gone: %(title)s"),
    }
    return [
        {
            "when": times.day(times.last_day(at, zone)),
            "text": said[clock] % {"title": f"{uses(grant)} ({grant.studio.name}, {grant.production.title})"},
        }
        for at, grant, clock in ends
    ]


def context(story: Story, *, now: datetime, zone: str, reader: Reader) -> dict[str, Any]:
    """The page of one grant."""
    grant = story.grant
    said = reader.statement(grant.terms, studio=grant.studio.name, project=grant.production.title)
    return {
        "grant": grant,
        "story": story,
        "title": uses(grant, own=reader.own),
        "state": state_code(grant, now),
        "spoken": spoken(grant, now, zone),
        "parts": reader.parts(said),
        "full_terms": reader.full_terms(grant.terms),
        "clocks": [
            {"term": _("Made until"), "value": clock_words(grant.generate_until, zone)},
            {"term": _("Shown until"), "value": clock_words(grant.exploit_until, zone)},
            {"term": _("Destroyed by"), "value": clock_words(grant.destroy_by, zone)},
        ],
        "downloads": [
            {
                "when": times.moment(download.at, zone),
                "who": download.user_name,
                "what": download.media.caption or download.media.filename,
            }
            for download in story.downloads
        ],
        "now": now,
    }


def clock_words(at: datetime, zone: str) -> str:
    """An end in the three forms: the local day it ends with, the zone, and UTC."""
    return _("%(day)s, end of the day in %(zone)s (%(utc)s UTC)") % {
        "day": times.day(times.last_day(at, zone)),
        "zone": zone.replace("_", " "),
        "utc": times.moment(at, "UTC"),
    }
