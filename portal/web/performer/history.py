"""The performer's history: every fact of the chain in words, and a check that nothing was changed."""

from __future__ import annotations

import csv
import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consent.access import by_session
from consent.models import Fact, Performer
from consent.render import history as history_words
from consent.render import times
from consent.services import ledger
from portal.visitor import visitor
from portal.web import request_pages

PAGE = 50
FILTERS = {
    "": "",
    "requests": "use_request.",
    "grants": "grant.",
    "preferences": "preferences.",
    "media": "media.",
}


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?check=1`` walks the whole chain and says what it found."""
    performer, _actor = by_session.performer(visitor(request))
    now = timezone.now()
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in FILTERS else ""
    number = request_pages.page_number(request)
    facts = Fact.objects.filter(chain__performer=performer).select_related("payload").order_by("-seq")
    if kind:
        facts = facts.filter(kind__startswith=FILTERS[kind])
    start = (number - 1) * PAGE
    found = list(facts[start : start + PAGE + 1])
    context = {
        "nav": "history",
        "tabs": _tabs(kind),
        "rows": [_row(fact, performer.time_zone) for fact in found[:PAGE]],
        "page": number,
        "more": len(found) > PAGE,
        "page_query": f"kind={kind}" if kind else "",
        "chain": performer.chain,
        "checked": _checked(performer) if request.GET.get("check") else None,
        "now": now,
    }
    return render(request, "performer/history.html", context)


def _checked(performer: Performer) -> dict[str, object]:
    fault = ledger.verify(performer.chain)
    return {"whole": fault is None, "seq": fault.seq if fault else 0}


def _row(fact: Fact, zone: str) -> dict[str, str]:
    payload = getattr(fact, "payload", None)
    said = history_words.line(
        fact.kind,
        json.loads(payload.text) if payload is not None else {},
        actor=json.loads(fact.header)["actor"],
        zone=zone,
    )
    return {"when": times.moment(fact.effective_at, zone), "text": said, "hash": fact.hash, "seq": str(fact.seq)}


def _tabs(kind: str) -> list[dict[str, object]]:
    labels = {
        "": _("Everything"),
        "requests": _("Requests"),
        "grants": _("Grants"),
        "preferences": _("Preferences"),
        "media": _("Media"),
    }
    return [{"label": labels[one], "url": f"?kind={one}", "current": one == kind} for one in FILTERS]


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The whole chain as CSV, with the hashes that let anyone check it again."""
    performer, _actor = by_session.performer(visitor(request))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="sayso-history-{performer.ref}.csv"'
    writer = csv.writer(response)
    writer.writerow(["seq", "at", "effective_at", "kind", "in_words", "header", "commitment", "previous", "hash"])
    facts = Fact.objects.filter(chain__performer=performer).select_related("payload").order_by("seq")
    for fact in facts.iterator(chunk_size=1000):
        said = _row(fact, performer.time_zone)["text"]
        cells = [fact.seq, fact.at.isoformat(), fact.effective_at.isoformat(), fact.kind, _safe(said)]
        writer.writerow([*cells, fact.header, fact.commitment, fact.previous, fact.hash])
    return response


def _safe(text: str) -> str:
    """A cell that a spreadsheet must not read as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


urlpatterns = [
    path("history/", history, name="history"),
    path("history/download/", download, name="history_download"),
]
