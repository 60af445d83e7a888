"""What pages of requests show on the performer's side; the performer's room and the representative's desk share it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import Capacity, Right
from consent.models import Fact, OfferSide, Representation, ThreadKind, UseRequest
from consent.queries.dossier import Dossier
from consent.queries.inbox import View
from consent.render import findings as findings_words
from consent.render import full_terms, history, sentence, times, words
from portal.web import rounds, showing


def view_label(view: View) -> str:
    return {
        View.WAITING: _("Waiting"),
        View.WITH_STUDIOS: _("With studios"),
        View.ANSWERED: _("Answered"),
        View.DECLINED_FOR_YOU: _("Declined for you"),
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


def tabs(counted: dict[View, int], view: View, url: str) -> list[dict[str, Any]]:
    return [
        {"label": view_label(one), "count": counted[one], "url": f"{url}?view={one.value}", "current": one is view}
        for one in View
    ]


def inbox_row(row: UseRequest, *, now: datetime, zone: str) -> dict[str, Any]:
    """One row: who, one sentence, fit pips, reply-by. Reads the verdict stored with the row, so a list stays one query."""
    findings = row.verdict.findings if row.verdict else ()
    said = sentence.short(row.terms, project=row.production.title if row.production else "")
    state = row.state_at(now)
    return {
        "ref": row.ref,
        "url": reverse("performer:request", args=[row.ref]),
        "studio": row.studio.name,
        "project": row.production.title if row.production else "",
        "performer": row.performer.professional_name if row.performer else "",
        "parts": showing.parts(said),
        "standings": [standing.value for _dimension, standing in findings_words.pips(findings)],
        "fit": findings_words.summary(findings),
        "state": state.value,
        "reply_by": _("Reply by %(day)s") % {"day": times.deadline(row.deadline_at, zone)} if row.deadline_at else "",
        "decided": times.moment(row.decided_at, zone) if row.decided_at else "",
        "held_until": times.moment(row.held_until, zone) if row.held_until and state is State.HELD else "",
        "media": media_words(len(row.terms.description.source_media)),
    }


def media_words(count: int) -> str:
    """How much of the vault they would receive."""
    if not count:
        return ""
    return ngettext(
        "They would receive %(count)d piece of your reference media",
        "They would receive %(count)d pieces of your reference media",
        count,
    ) % {"count": count}


def request_context(story: Dossier, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """The page of one request, for the performer or a representative (the sentence then names the performer)."""
    row = story.row
    own = actor.capacity is Capacity.PERFORMER
    performer = row.performer
    name = performer.professional_name if performer else ""
    zone = performer.time_zone if performer else "UTC"
    project = row.production.title if row.production else ""
    said = sentence.statement(
        story.terms,
        studio=row.studio.name,
        project=project,
        reader="performer" if own else "representative",
        performer=name,
    )
    counted = findings_words.counts(story.findings)
    open_findings = findings_words.rows(story.beyond, studio=row.studio.name) if story.beyond else []
    return {
        "row": row,
        "papers": rounds.papers(story.offers, compared(row), reader=OfferSide.PERFORMER),
        "story": story,
        "own": own,
        "layout": "layouts/performer.html" if own else "layouts/desk.html",
        "authority": "" if own else authority_words(actor),
        "state": story.state.value,
        "waiting": story.state is State.PENDING,
        "project": project,
        "parts": showing.parts(said, story.findings),
        "rows": showing.compare_rows(story.findings, studio=row.studio.name),
        "counts": counted,
        "further": counted.further + counted.never,
        "summary": findings_words.summary(story.findings),
        "beyond": [showing.compare_row(found) for found in open_findings],
        "deadline": times.deadline(row.deadline_at, zone) if row.deadline_at else None,
        "held_until": times.moment(row.held_until, zone) if row.held_until else "",
        "can_take_back": story.state is State.HELD and row.held_until is not None and now < row.held_until,
        "decided": times.moment(row.decided_at, zone) if row.decided_at else "",
        "so_far": [history_row(fact, zone=zone, now=now) for fact in story.facts],
        "full_terms": full_terms.lines(story.terms),
        "specificity": words.specificity_summary(story.specificity),
        "rules": [words.reason(r.rule, r.code, {**r.asked, **r.allowed}) for r in story.reasons],
        "hold_minutes": performer.hold_minutes if performer else 0,
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
    if actor.capacity is Capacity.PERFORMER:
        return True
    rights = actor.authority.rights if actor.authority else frozenset()
    return bool(rights & {Right.DECLINE, Right.NEGOTIATE, Right.APPROVE})


def authority_words(actor: Actor) -> str:
    """What a representative may do here, in one line."""
    rights = actor.authority.rights if actor.authority else frozenset()
    named = [words.label(right) for right in Right if right in rights]
    return _("You act for %(name)s: %(rights)s.") % {"name": actor.for_name, "rights": ", ".join(named).lower()}


def representatives(row: UseRequest) -> list[Representation]:
    live = Representation.objects.filter(performer__use_requests=row, revoked_at=None, accepted_at__isnull=False)
    return list(live.select_related("user"))


def history_row(fact: Fact, *, zone: str, now: datetime) -> dict[str, str]:
    """One fact in words, with the day it became true."""
    payload = getattr(fact, "payload", None)
    data = json.loads(payload.text) if payload is not None else {}
    header = json.loads(fact.header)
    return {
        "when": showing.short_day(fact.effective_at, zone, now=now),
        "text": history.line(fact.kind, data, actor=header["actor"], zone=zone),
    }


def consequences(story: Dossier, *, now: datetime) -> list[dict[str, str]]:
    """What a yes sets going, in the order in which it happens."""
    row, dates = story.row, story.terms.dates
    minutes = row.performer.hold_minutes if row.performer else 0
    lines = []
    if minutes:
        lines.append(
            {
                "term": ngettext("For %(count)d minute", "For %(count)d minutes", minutes) % {"count": minutes},
                "value": _("You can take it back here and nobody is told."),
            }
        )
    then = _("%(studio)s are told, and the grant comes to life.") % {"studio": row.studio.name}
    if story.media:
        then += " " + _("They can fetch the media named above; each copy is written in your history.")
    lines.append({"term": _("Then"), "value": then})
    if dates is not None:
        ends = [
            (dates.generate_until, _("Nothing new may be made after this day.")),
            (dates.destroy_by, _("Your media and any model of you must be gone.")),
            (dates.exploit_until, _("The permission ends by itself. You can take it back sooner.")),
        ]
        lines += [{"term": times.day(day), "value": text} for day, text in sorted(ends)]
    return lines
