"""What the pages of a counter-offer show: my version in prose, one line per term, the stars, and the private floor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from consent.core import compare, compensation
from consent.core.actor import Actor
from consent.core.findings import Finding, Standing
from consent.core.roles import Capacity, Right
from consent.core.terms import Terms
from consent.core.vocabulary import Dimension
from consent.models import OfferSide, UseRequest
from consent.queries.dossier import Dossier
from consent.render import findings as findings_words
from consent.render import money, times, words
from portal.web import readers, request_pages, rounds, showing
from portal.web.forms.counter import LINES, CounterForm
from portal.web.readers import Reader

FOLDED = (Dimension.MODALITY, Dimension.CAPS, Dimension.EXCLUSIVITY, Dimension.DUTIES, Dimension.LANGUAGE)
"""Lines that are folded away while they fit and nobody touched them; the lines that people bargain over never are."""


def page(row: UseRequest, story: Dossier, terms: Terms, actor: Actor, now: datetime) -> dict[str, Any]:
    project = row.production.title if row.production else ""
    reader = readers.of(actor, row.performer)
    said = reader.statement(terms, studio=row.studio.name, project=project, was=row.terms)
    changes = [change for change in compare.compare_terms(terms, row.terms) if not change.code.endswith("_SAME")]
    starred = reader.rows(changes, studio=row.studio.name)
    zone = row.performer.time_zone if row.performer else "UTC"
    return room(actor) | {
        "row": row,
        "project": project,
        "number": row.revision + 1,
        "today": times.day(showing.local_day(now, zone)),
        "parts": reader.parts(said),
        "starred": [{"term": one.label, "now": _now(one, terms)} for one in starred],
        "papers": papers(row, story, reader, next_=True),
        "back": reverse(request_name(actor), args=[row.ref]),
    }


def _now(row: findings_words.Row, terms: Terms) -> str:
    """What a starred line says now, in a few words."""
    if row.dimension is Dimension.TERM and terms.dates:
        return times.months(terms.dates.months)
    return row.asked or row.tag


def lines(
    row: UseRequest, story: Dossier, mine: Terms, findings: list[Finding], form: CounterForm, actor: Actor
) -> list[dict[str, Any]]:
    """One line per term: what they ask, whether mine differs, and what my preferences say of it."""
    reader = readers.of(actor, row.performer)
    by_dimension = {found.dimension: found for found in findings}
    asked = compare.compare_all(row.terms, story.judged_by.value)
    said = {one.dimension: one for one in reader.rows(asked, studio=row.studio.name)}
    changes = {change.dimension: change for change in compare.compare_terms(mine, row.terms)}
    found_lines = []
    for dimension in LINES:
        if not _concerns(dimension, row.terms):
            continue
        found, words_ = by_dimension[dimension], said.get(dimension)
        changed = not changes[dimension].code.endswith("_SAME")
        fits = found.standing is Standing.FITS
        open_ = changed or not fits or dimension not in FOLDED or _wrong(form, dimension)
        found_lines.append(
            {
                "code": dimension.value,
                "label": words.label(dimension) if reader.own else words.their_label(dimension),
                "asked": (words_.asked if words_ else "") or _("Nothing said"),
                "limit": words_.said if words_ and not fits else "",
                "why": words_.sentence if words_ and not changed and not fits else "",
                "changed": changed,
                "open": open_,
            }
        )
    return found_lines


def _concerns(dimension: Dimension, asked: Terms) -> bool:
    """Lines over which there is nothing to say: no content to strike, no language, no exclusivity."""
    silent = {
        Dimension.SENSITIVITY: not asked.sensitivities,
        Dimension.LANGUAGE: not asked.languages,
        Dimension.EXCLUSIVITY: not asked.exclusive,
    }
    return not silent.get(dimension, False)


FIELDS = {
    Dimension.TERM: ("months",),
    Dimension.TERRITORY: ("reach", "regions", "countries"),
    Dimension.FEE: ("basis", "amount", "currency", "unit", "share_percent", "share_of"),
    Dimension.CAPS: ("lines", "seconds", "versions", "generations"),
}


def _wrong(form: CounterForm, dimension: Dimension) -> bool:
    names = FIELDS.get(dimension, (dimension.value.lower(), {"MODALITY": "modalities"}.get(dimension.value, "")))
    return form.is_bound and any(name in form.errors for name in names)


def fee(mine: Terms, asked: Terms, findings: list[Finding]) -> dict[str, Any]:
    """Figures for the fee line: the sum over the whole term, and the ruler where all three are of one kind."""
    drawn: dict[str, Any] = {}
    total = compensation.total(mine)
    if total and total[0] and mine.dates:
        drawn["total"] = _("%(sum)s over %(term)s") % {
            "sum": money.money(*total),
            "term": times.months(mine.dates.months),
        }
    if not mine.fees or not asked.fees:
        return drawn
    ours, theirs = mine.fees[0], asked.fees[0]
    floor = next((f.allowed.get("floor") for f in findings if f.dimension is Dimension.FEE), None) or {}
    kind = (ours.basis, ours.unit, ours.currency)
    if not ours.currency or kind != (theirs.basis, theirs.unit, theirs.currency):
        return drawn
    same = (floor.get("basis"), floor.get("unit"), floor.get("currency")) == (
        ours.basis.value,
        ours.unit.value if ours.unit else None,
        ours.currency,
    )
    return drawn | {
        "asked": theirs.amount,
        "mine": ours.amount,
        "floor": floor.get("amount") if same else None,
        "asked_label": money.money(theirs.amount, theirs.currency),
        "mine_label": money.money(ours.amount, ours.currency),
    }


# --- Who reads -------------------------------------------------------------------------------------------------------


def may(actor: Actor, right: Right) -> bool:
    return actor.authority is not None and right in actor.authority.rights


def judged(row: UseRequest, story: Dossier, mine: Terms, actor: Actor) -> list[Finding]:
    """What the performer's answers say of these terms, as far as this person may know.

    To whom the floor is not shown, no sum of theirs is weighed against it either, for trying sums would find it: the fee
    stands as the one that was asked.
    """
    found = compare.compare_all(mine, story.judged_by.value)
    if actor.sees_floor:
        return list(found)
    asked = compare.compare_all(row.terms, story.judged_by.value)
    fee = next(one for one in asked if one.dimension is Dimension.FEE)
    return [one if one.dimension is not Dimension.FEE else _without_floor(fee) for one in found]


def _without_floor(found: Finding) -> Finding:
    return Finding(found.dimension, found.relation, found.standing, found.use, found.asked, {}, found.code, {})


def beyond(findings: list[Finding]) -> list[Finding]:
    return [found for found in findings if found.standing in (Standing.GOES_FURTHER, Standing.NEVER)]


def papers(row: UseRequest, story: Dossier, reader: Reader, *, next_: bool = False) -> list[dict[str, Any]]:
    """The rounds so far, each with whose it is."""
    whose = reader.whose(row.studio.name)
    return rounds.papers(story.offers, address(row), reader=OfferSide.PERFORMER, next_=next_, whose=whose)


def request_name(actor: Actor) -> str:
    return "desk:request" if actor.capacity is Capacity.REPRESENTATIVE else "performer:request"


def room(actor: Actor) -> dict[str, Any]:
    own = actor.capacity is not Capacity.REPRESENTATIVE
    return {
        "own": own,
        "nav": "requests" if own else "inbox",
        "layout": "layouts/performer.html" if own else "layouts/desk.html",
        "for_name": actor.for_name,
    }


def money_readers(row: UseRequest) -> str:
    """First names of the representatives who may see the performer's floor."""
    found = [rep for rep in request_pages.representatives(row) if rep.authority().sees_floor]
    return words.listed([rep.user.get_short_name() for rep in found if rep.user]) if found else ""


address = request_pages.compared
