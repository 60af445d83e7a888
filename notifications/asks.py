"""The part of a mail that asks for an answer: the whole request in plain words, its terms, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.translation import get_language

from consent.core import actor as proofs
from consent.core.actor import Tier
from consent.core.compare import Finding, Relation, Standing, compare_terms
from consent.core.lifecycle import Action
from consent.core.roles import Capacity
from consent.models import User, UseRequest
from consent.render import findings, sentence, times
from notifications import recipients
from notifications.bag import TERMS_CHANGED, Bag, Sight
from notifications.models import Delivery


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the terms: ``tag`` is the difference to what the performer allows, ``was`` what the row said before."""

    label: str
    value: str
    tag: str = ""
    decide: bool = False
    was: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """``proof`` is what a yes needs besides the link: ADDRESS, SIGN_IN or SECOND_FACTOR; empty where none may be given."""

    statement: str
    summary: str
    rows: tuple[Term, ...]
    changes: tuple[Term, ...]
    digest: str
    reply_by: str
    link_until: str
    address: str
    others: str
    others_count: int
    may_answer: bool
    proof: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What is the same for every reader of one kind."""

    statement: str
    summary: str
    rows: tuple[Term, ...]
    changes: tuple[Term, ...]
    proof: str


def build(row: Delivery, use_request: UseRequest, user: User, bag: Bag, *, link_until: datetime) -> Ask:
    """``link_until``: when the recipient's link stops working. Raises ValueError for a request that was never sent."""
    performer = use_request.performer
    if performer is None or use_request.production is None:
        raise ValueError(f"{use_request.ref} is a draft")
    reader = "performer" if performer.user_id == user.pk else "representative"
    sight, changed = bag.sight(row), row.kind in TERMS_CHANGED
    key = (use_request.pk, reader, sight, changed, get_language())
    said: _Said = bag.memo.get(key) or bag.memo.setdefault(key, _say(use_request, bag, reader, sight, changed))
    zone = recipients.zone_of(user)
    names = [name for pk, name in bag.others.get(row.fact_id or 0, []) if pk != user.pk]
    return Ask(
        statement=said.statement,
        summary=said.summary,
        rows=said.rows,
        changes=said.changes,
        digest=grouped(use_request.digest),
        reply_by=reply_by(use_request.deadline_at, zone),
        link_until=reply_by(link_until, zone),
        address=user.email,
        others=", ".join(names),
        others_count=len(names),
        may_answer=bag.may_answer(row),
        proof=said.proof,
    )


def _say(use_request: UseRequest, bag: Bag, reader: str, sight: Sight, changed: bool) -> _Said:
    verdict = use_request.verdict
    found = verdict.findings if verdict is not None else ()
    return _Said(
        statement=_statement(use_request, reader, sight),
        summary=findings.summary(found, reader=reader),
        rows=tuple(
            Term(
                label=said.label,
                value=said.asked,
                tag=said.tag if said.standing is not Standing.FITS else "",
                decide=said.standing is Standing.YOURS_TO_DECIDE,
            )
            for said in _rows(found, use_request, reader, sight)
        ),
        changes=_changes(use_request, bag, reader, sight) if changed else (),
        proof=_proof(use_request, reader),
    )


def _statement(use_request: UseRequest, reader: str, sight: Sight) -> str:
    performer, production = use_request.performer, use_request.production
    said = sentence.statement(
        use_request.terms,
        studio=use_request.studio.name,
        project=production.title if production is not None else "",
        reader=reader,
        performer=performer.professional_name if performer is not None else "",
        sees_fees=sight.fees,
    )
    return str(said)


def _rows(found: Iterable[Finding], use_request: UseRequest, reader: str, sight: Sight) -> list[findings.Row]:
    performer = use_request.performer
    return findings.rows(
        found,
        reader=reader,
        studio=use_request.studio.name,
        performer=performer.professional_name if performer is not None else "",
        sees_fees=sight.fees,
        sees_floor=sight.floor,
    )


def grouped(digest: str) -> str:
    """A digest as people compare it, here and on the page: eight digits at a time."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def reply_by(deadline: datetime | None, zone: str) -> str:
    """ "Friday 19 June", with the time and the zone where it is not the end of the reader's day."""
    return _deadline(deadline, zone, get_language()) if deadline is not None else ""


@lru_cache(maxsize=4096)
def _deadline(deadline: datetime, zone: str, _language: str | None) -> str:
    """The readers of a batch share few deadlines, and putting one into words is dear."""
    said = times.deadline(deadline, zone)
    return f"{said} {said.zone}" if said.time else said.day


def _changes(use_request: UseRequest, bag: Bag, reader: str, sight: Sight) -> tuple[Term, ...]:
    new = bag.offers.get((use_request.pk, use_request.revision))
    old = bag.offers.get((use_request.pk, use_request.revision - 1))
    if new is None or old is None:
        return ()
    differing = [found for found in compare_terms(new.terms, old.terms) if found.relation is not Relation.FITS]
    return tuple(
        Term(label=said.label, value=said.asked, was=said.said if said.said != said.asked else "")
        for said in _rows(differing, use_request, reader, sight)
    )


def _proof(use_request: UseRequest, reader: str) -> str:
    terms, verdict = use_request.terms, use_request.verdict
    tier = proofs.tier_needed(
        Action.APPROVE,
        heightened=terms.heightened or (verdict is not None and verdict.heightened),
        exclusive=terms.exclusive,
        capacity=Capacity.PERFORMER if reader == "performer" else Capacity.REPRESENTATIVE,
        level=terms.level,
    )
    if tier is Tier.T3:
        return "SECOND_FACTOR"
    by_mail = use_request.performer is not None and use_request.performer.approve_by_mail
    return "ADDRESS" if by_mail else "SIGN_IN"
