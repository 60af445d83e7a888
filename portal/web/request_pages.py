"""What pages of requests show on the performer's side; the performer's room and the representative's desk share it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from consent.core.actor import Actor
from consent.core.lifecycle import Action, State
from consent.core.roles import RIGHTS_FOR, Capacity, Right
from consent.models import Fact, OfferSide, Representation, ThreadKind, User, UseRequest
from consent.queries.dossier import Dossier
from consent.queries.inbox import View
from consent.render import findings as findings_words
from consent.render import history, times, words
from portal.web import readers, rounds, showing
from portal.web.readers import Reader


def view_label(view: View, *, own: bool = True) -> str:
    return {
        View.WAITING: _("Waiting"),
        View.WITH_STUDIOS: _("With studios"),
        View.ANSWERED: _("Answered"),
        View.DECLINED_FOR_YOU: _("Declined for you") if own else _("Declined by preference"),
    }[view]


def chosen_view(http_request: HttpRequest) -> View:
    """The list that the address asks for; anything unknown is the waiting list."""
    try:
        return View(http_request.GET.get("view", View.WAITING.value))
    except ValueError:
        return View.WAITING


def page_number(http_request: HttpRequest) -> int:
    """1 or more; nonsense is page 1."""
    asked = http_request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1


def tabs(counted: dict[View, int], view: View, url: str, *, own: bool = True) -> list[dict[str, Any]]:
    return [
        {
            "label": view_label(one, own=own),
            "count": counted[one],
            "url": f"{url}?view={one.value}",
            "current": one is view,
        }
        for one in View
    ]


def inbox_row(row: UseRequest, *, now: datetime, zone: str, reader: Reader) -> dict[str, Any]:
    """One row: who, one sentence, fit pips, reply-by. Reads the verdict stored with the row, so a list stays one query."""
    state = row.state_at(now)
    return {
        "ref": row.ref,
        "url": reverse("performer:request", args=[row.ref]),
        "studio": row.studio.name,
        "project": row.production.title if row.production else "",
        "performer": reader.name,
        "voice": reader.voice,
        "state": state.value,
        "reply_by": _("Reply by %(day)s") % {"day": times.deadline(row.deadline_at, zone)} if row.deadline_at else "",
        "decided": times.moment(row.decided_at, zone) if row.decided_at else "",
        "held_until": times.moment(row.held_until, zone) if row.held_until and state is State.HELD else "",
        **_said_of(row, reader),
    }


_KEPT = 5_000
_said: dict[tuple[object, ...], dict[str, Any]] = {}


def _said_of(row: UseRequest, reader: Reader) -> dict[str, Any]:
    """What a row says until the request moves: one sentence, the pips, the fit, the media. Kept by all that it is made of, for
    lists are read again and again and reading whole terms is dear."""
    project = row.production.title if row.production else ""
    key = (row.ref, row.revision, row.digest, row.judged_by_id, row.changed_at, project, reader, get_language())
    found = _said.get(key)
    if found is None:
        if len(_said) >= _KEPT:
            _said.clear()
        findings = row.findings
        found = _said[key] = {
            "parts": list(reader.parts(reader.short(row.terms, project=project))),
            "standings": [standing.value for _dimension, standing in findings_words.pips(findings)],
            "fit": reader.summary(findings),
            "media": media_words(len(row.terms.description.source_media), own=reader.own),
        }
    return found


def media_words(count: int, *, own: bool = True) -> str:
    """How much of the vault they would receive."""
    if not count:
        return ""
    if own:
        said = ngettext(
            "They would receive %(count)d piece of your reference media",
            "They would receive %(count)d pieces of your reference media",
            count,
        )
    else:
        said = ngettext(
            "They would receive %(count)d piece of reference media",
            "They would receive %(count)d pieces of reference media",
            count,
        )
    return said % {"count": count}


def request_context(story: Dossier, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """The page of one request, for the performer or a representative (the sentence then names the performer)."""
    row = story.row
    performer = row.performer
    reader = readers.of(actor, performer)
    own, studio = reader.own, row.studio.name
    zone = zone_of(actor, row)
    project = row.production.title if row.production else ""
    said = reader.statement(story.terms, studio=studio, project=project)
    counted = findings_words.counts(story.findings)
    window = story.state is State.HELD and row.held_until is not None and now < row.held_until
    return {
        "row": row,
        "papers": rounds.papers(story.offers, compared(row), reader=OfferSide.PERFORMER, whose=reader.whose(studio)),
        "story": story,
        "own": own,
        "name": reader.name,
        "voice": reader.voice,
        "layout": "layouts/performer.html" if own else "layouts/desk.html",
        "authority": "" if own else authority_words(actor),
        "state": story.state.value,
        "waiting": story.state is State.PENDING,
        "project": project,
        "parts": reader.parts(said, story.findings),
        "rows": reader.compared(story.findings, studio=studio),
        "said_head": reader.said_head,
        "counts": counted,
        "further": counted.further + counted.never,
        "summary": reader.summary(story.findings),
        "beyond": reader.compared(story.beyond, studio=studio),
        "deadline": times.deadline(row.deadline_at, zone) if row.deadline_at else None,
        "held_until": times.moment(row.held_until, zone) if row.held_until else "",
        "can_take_back": window and may_take_back(actor),
        "decided": times.moment(row.decided_at, zone) if row.decided_at else "",
        "so_far": [history_row(fact, zone=zone, now=now, voice=reader.voice) for fact in story.facts],
        "full_terms": reader.full_terms(story.terms),
        "specificity": words.specificity_summary(story.specificity),
        "rules": reader.rules(story.reasons),
        **showing.hold(row, zone, now=now),
        "representatives": representatives(row) if own else [],
        "latest_note": story.notes[-1] if story.notes else None,
        "note_kind": ThreadKind.NOTE.value,
        "answers": answers_open(actor),
    }


def compared(row: UseRequest) -> rounds.Address:
    """Where two of its rounds stand side by side."""
    return lambda a, b: reverse("performer:rounds", args=[row.ref, a, b])


def answers_open(actor: Actor) -> bool:
    """May this person answer at all? A representative needs a right for it."""
    return _may_any(actor, {Right.DECLINE, Right.NEGOTIATE, Right.APPROVE})


def zone_of(actor: Actor, row: UseRequest) -> str:
    """The reader's own zone: the performer's room has one, and a representative reads by their own clock."""
    if actor.capacity is Capacity.REPRESENTATIVE and actor.user_id is not None:
        return str(User.objects.values_list("time_zone", flat=True).get(pk=actor.user_id))
    return row.performer.time_zone if row.performer else "UTC"


def may_ask(actor: Actor) -> bool:
    """May this person put a question to the studio?"""
    return _may_any(actor, {Right.COMMENT})


def may_approve(actor: Actor) -> bool:
    """May this person say yes at all?"""
    return _may_any(actor, {Right.APPROVE})


def may_take_back(actor: Actor) -> bool:
    """May this person undo a yes inside its window?"""
    return _may_any(actor, RIGHTS_FOR[Action.TAKE_BACK])


def _may_any(actor: Actor, wanted: Collection[Right]) -> bool:
    if actor.capacity is Capacity.PERFORMER:
        return True
    return actor.authority is not None and not actor.authority.rights.isdisjoint(wanted)


def authority_words(actor: Actor) -> str:
    """What a representative may do here, in one line."""
    rights = actor.authority.rights if actor.authority else frozenset()
    named = [words.label(right) for right in Right if right in rights]
    return _("You act for %(name)s: %(rights)s.") % {"name": actor.for_name, "rights": ", ".join(named).lower()}


def representatives(row: UseRequest) -> list[Representation]:
    live = Representation.objects.filter(performer__use_requests=row, revoked_at=None, accepted_at__isnull=False)
    return list(live.select_related("user"))


def history_row(fact: Fact, *, zone: str, now: datetime, voice: str = "performer") -> dict[str, str]:
    """One fact in words, with the day it became true."""
    payload = getattr(fact, "payload", None)
    data = json.loads(payload.text) if payload is not None else {}
    header = json.loads(fact.header)
    return {
        "when": showing.short_day(fact.effective_at, zone, now=now),
        "text": history.line(fact.kind, data, actor=header["actor"], reader=voice, zone=zone),
    }


def consequences(story: Dossier, reader: Reader, *, now: datetime) -> list[dict[str, str]]:
    """What a yes sets going, in the order in which it happens."""
    row, dates = story.row, story.terms.dates
    hold = showing.hold(row, row.performer.time_zone if row.performer else "UTC", now=now)
    minutes, until = hold["hold_minutes"], hold["hold_until"]
    lines = []
    if minutes:
        counted = ngettext("For %(count)d minute", "For %(count)d minutes", minutes) % {"count": minutes}
        lines.append(
            {
                "term": _("Until %(when)s") % {"when": until} if until else counted,
                "value": _("You can take it back here and nobody is told.")
                if reader.own
                else _("It can be taken back here and nobody is told."),
            }
        )
    then = _("%(studio)s are told, and the grant comes to life.") % {"studio": row.studio.name}
    if story.media:
        then += " " + _copies(reader)
    lines.append({"term": _("Then"), "value": then})
    if dates is not None:
        ends = [
            (dates.generate_until, _("Nothing new may be made after this day.")),
            (dates.destroy_by, _gone(reader)),
            (dates.exploit_until, _ends(reader)),
        ]
        lines += [{"term": times.day(day), "value": text} for day, text in sorted(ends)]
    return lines


def _copies(reader: Reader) -> str:
    if reader.own:
        return _("They can fetch the media named above; each copy is written in your history.")
    return _("They can fetch the media named above; each copy is written in the history of %(name)s.") % {
        "name": reader.name
    }


def _gone(reader: Reader) -> str:
    if reader.own:
        return _("Your media and any model of you must be gone.")
    return _("The media and any model of %(name)s must be gone.") % {"name": reader.name}


def _ends(reader: Reader) -> str:
    if reader.own:
        return _("The permission ends by itself. You can take it back sooner.")
    return _("The permission ends by itself. %(name)s can take it back sooner.") % {"name": reader.name}
