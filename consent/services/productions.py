"""The titles that uses are for: created and changed by the studio's clearance people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import StudioAct
from consent.core.vocabulary import Agreement, ProductionKind
from consent.models import Production, Studio
from consent.services import entitled, ledger, slugs
from consent.services.moves import Refused

RESERVED_SLUGS = frozenset({"new"})
_TEXTS = {"title": 160, "synopsis": 2000, "eidr": 40, "isan": 40, "imdb": 20}
_DAYS = ("photography_on", "release_on")
_JUDGED_BY = frozenset({"title", "kind", "agreement"})


@transaction.atomic
def create(studio: Studio, *, actor: Actor, now: datetime, **fields: Any) -> Production:
    """Fields: title (required), kind, agreement, synopsis, eidr, isan, imdb, photography_on, release_on. The slug is made here.

    Raises Refused TITLE_MISSING, TEXT_TOO_LONG or RELEASED_BEFORE_SHOT.
    """
    entitled.studio(actor, studio.pk, StudioAct.MANAGE_PRODUCTIONS)
    Studio.objects.select_for_update(no_key=True).get(pk=studio.pk)
    said = _checked(fields)
    if not said.get("title"):
        raise Refused("TITLE_MISSING")
    _check_days(said.get("photography_on"), said.get("release_on"))
    production = _with_free_slug(studio, said, now)
    _record("production.created", production, actor=actor, now=now)
    return production


@transaction.atomic
def change(production: Production, *, actor: Actor, now: datetime, **fields: Any) -> Production:
    """The same fields; the slug stays, so that links stay good.

    Raises Refused PRODUCTION_IN_USE for title, kind or agreement once a sent request names it: performers answered that.
    """
    entitled.studio(actor, production.studio_id, StudioAct.MANAGE_PRODUCTIONS)
    row = Production.objects.select_for_update(no_key=True, of=("self",)).select_related("studio").get(pk=production.pk)
    said = _checked(fields)
    changed = {name: value for name, value in said.items() if getattr(row, name) != value}
    if changed.get("title") == "":
        raise Refused("TITLE_MISSING")
    if set(changed) & _JUDGED_BY and row.use_requests.exclude(state=State.DRAFT).exists():
        raise Refused("PRODUCTION_IN_USE")
    _check_days(changed.get("photography_on", row.photography_on), changed.get("release_on", row.release_on))
    if changed:
        Production.objects.filter(pk=row.pk).update(**changed)
        for name, value in changed.items():
            setattr(row, name, value)
        _record("production.changed", row, actor=actor, now=now, fields=sorted(changed))
    return row


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(_TEXTS) - set(_DAYS) - {"kind", "agreement"}
    if unknown:
        raise TypeError(f"no part of a production: {', '.join(sorted(unknown))}")
    said: dict[str, Any] = {name: fields[name] for name in _DAYS if name in fields}
    for name, most in _TEXTS.items():
        if name in fields:
            said[name] = fields[name].strip() if name == "synopsis" else " ".join(fields[name].split())
            if len(said[name]) > most:
                raise Refused("TEXT_TOO_LONG", most=most)
    if "kind" in fields:
        said["kind"] = ProductionKind(fields["kind"]).value
    if "agreement" in fields:
        said["agreement"] = Agreement(fields["agreement"]).value
    return said


def _check_days(photography_on: date | None, release_on: date | None) -> None:
    if photography_on is not None and release_on is not None and release_on < photography_on:
        raise Refused("RELEASED_BEFORE_SHOT")


def _with_free_slug(studio: Studio, said: dict[str, Any], now: datetime) -> Production:
    production = slugs.first_free(
        said["title"],
        stem="production",
        most=80,
        reserved=RESERVED_SLUGS,
        create=lambda slug: Production.objects.create(studio=studio, slug=slug, created_at=now, **said),
    )
    if production is None:
        raise Refused("TITLE_TAKEN")
    return production


def _record(kind: str, row: Production, *, actor: Actor, now: datetime, **more: Any) -> None:
    ledger.record(
        kind,
        studio=row.studio,
        actor=actor,
        now=now,
        subject_ref=row.ref,
        payload={"studio": row.studio.name, "production": row.title, "slug": row.slug, **more},
    )
