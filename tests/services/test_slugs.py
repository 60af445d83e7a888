"""Addresses for names in any letters: always one, always unique, and readable where they can be."""

from __future__ import annotations

import re

import pytest

from consent.access import by_session
from consent.models import Production, Side, Studio
from consent.services import people, productions, slugs
from tests import make
from tests.make import NOW, Cast

NAMES = ("استوديو النور", "北极光影业", "Северное сияние", "스튜디오", "στούντιο")
RANDOM = re.compile(r"(studio|production)-[0-9a-hjkmnp-tv-z]{6}")


def test_five_hundred_studios_without_a_latin_letter(db: None) -> None:
    founder = make.user("f@tern.example", side=Side.STUDIO)
    actor = by_session.person(make.visitor(founder))
    for number in range(500):
        people.found_studio(founder, name=NAMES[number % len(NAMES)], actor=actor, now=NOW)
    found = list(Studio.objects.values_list("slug", flat=True))
    assert len(found) == len(set(found)) == 500
    assert all(RANDOM.fullmatch(slug) for slug in found)
    Studio(name="x", slug=found[0]).clean_fields(exclude={"ref", "created_at"})


def test_three_hundred_productions_without_a_latin_letter(cast: Cast) -> None:
    actor, studio = cast.northlight.actor(), cast.northlight.studio
    for number in range(300):
        title = NAMES[number % len(NAMES)]
        productions.create(studio, title=title, kind="FEATURE", agreement="NON_UNION", actor=actor, now=NOW)
    found = list(Production.objects.filter(studio=studio).values_list("slug", flat=True))
    assert len(found) == len(set(found)) == 301  # with The Salt Road
    assert sum(bool(RANDOM.fullmatch(slug)) for slug in found) == 300


def first_free(name: str, taken: set[str], *, most: int = 60) -> str | None:
    """What a table that holds ``taken`` would give the next comer."""

    def create(slug: str) -> str:
        if slug in taken:
            raise slugs.IntegrityError
        return slug

    return slugs.first_free(name, stem="studio", most=most, reserved={"new"}, create=create)


@pytest.mark.django_db
def test_many_of_one_name_are_numbered_first_and_random_then() -> None:
    taken: set[str] = set()
    for _ in range(500):
        slug = first_free("Tern", taken)
        assert slug is not None
        taken.add(slug)
    assert {"tern", "tern-2", "tern-9"} <= taken
    assert "tern-10" not in taken
    assert len(taken) == 500


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x" * 200, "word " * 60, "--", "", "New", "Æther & Œuvre", "İstanbul"])
def test_a_slug_fits_its_column_and_is_no_page(name: str) -> None:
    for taken in (set(), {slugs.slugify(name)[:53].rstrip("-_")}):
        slug = first_free(name, taken)
        assert slug is not None
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", slug)
        assert len(slug) <= 60
        assert slug != "new"


@pytest.mark.django_db
def test_where_nothing_can_be_made_it_is_said() -> None:
    def refuse(slug: str) -> str:
        raise slugs.IntegrityError

    assert slugs.first_free("Tern", stem="studio", most=60, reserved=(), create=refuse) is None
