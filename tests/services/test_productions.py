"""Productions: made by clearance people, changeable until a performer has been asked about them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from consent.models import Fact, Production
from consent.services import productions
from consent.services.moves import NotEntitled, Refused
from tests import make
from tests.make import NOW


def create(cast: make.Cast, **fields: Any) -> Production:
    said = {"title": "Glasshouse", "kind": "FEATURE", "agreement": "NON_UNION", **fields}
    return productions.create(cast.northlight.studio, **said, actor=cast.northlight.actor(), now=NOW)


def test_slugs_are_unique_within_a_studio_and_free_between_studios(cast: make.Cast) -> None:
    assert [create(cast, title=title).slug for title in ("Glasshouse", "Glasshouse!", "New")] == [
        "glasshouse",
        "glasshouse-2",
        "new-2",
    ]
    assert cast.tern.production.slug == cast.northlight.production.slug == "the-salt-road"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "  "}, "TITLE_MISSING"),
        ({"title": "x" * 161}, "TEXT_TOO_LONG"),
        ({"photography_on": date(2026, 7, 1), "release_on": date(2026, 6, 30)}, "RELEASED_BEFORE_SHOT"),
    ],
)
def test_a_production_is_plausible(cast: make.Cast, fields: dict[str, Any], code: str) -> None:
    before = Production.objects.count()
    with pytest.raises(Refused, match=f"^{code}$"):
        create(cast, **fields)
    assert Production.objects.count() == before


def test_unknown_codes_and_fields_are_errors_of_the_caller(cast: make.Cast) -> None:
    with pytest.raises(TypeError, match="slug"):
        create(cast, slug="mine")
    with pytest.raises(ValueError, match="MUSICAL"):
        create(cast, kind="MUSICAL")


def test_what_performers_answered_stays(cast: make.Cast) -> None:
    row, actor = cast.northlight.production, cast.northlight.actor()
    make.draft(cast.northlight, cast.imani)
    productions.change(row, title="The Salt Road, series 2", actor=actor, now=NOW)
    make.pending(cast.northlight, cast.imani)
    for field in ({"title": "Another"}, {"kind": "GAME"}, {"agreement": "NON_UNION"}):
        with pytest.raises(Refused, match=r"^PRODUCTION_IN_USE$"):
            productions.change(row, **field, actor=actor, now=NOW)
    changed = productions.change(row, release_on=date(2027, 3, 1), synopsis="Longer.", actor=actor, now=NOW)
    stored = Production.objects.get(pk=row.pk)
    assert (stored.title, stored.release_on, stored.slug) == (
        "The Salt Road, series 2",
        date(2027, 3, 1),
        "the-salt-road",
    )
    assert changed.synopsis == "Longer."
    with pytest.raises(Refused, match=r"^RELEASED_BEFORE_SHOT$"):
        productions.change(row, photography_on=date(2027, 3, 2), actor=actor, now=NOW)


def test_saving_the_same_again_is_no_fact(cast: make.Cast) -> None:
    before = Fact.objects.count()
    productions.change(cast.northlight.production, title="The Salt Road", actor=cast.northlight.actor(), now=NOW)
    assert Fact.objects.count() == before


def test_viewers_rivals_and_performers_make_no_productions(cast: make.Cast) -> None:
    for actor in (cast.northlight.actor(as_="viewer"), cast.tern.actor(), cast.imani.actor()):
        with pytest.raises(NotEntitled):
            productions.create(cast.northlight.studio, title="X", actor=actor, now=NOW)
        with pytest.raises(NotEntitled):
            productions.change(cast.northlight.production, synopsis="X", actor=actor, now=NOW)
