"""What a studio finds: only whom it may see, by name, and never by how much they permit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from consent.core.vocabulary import Stance, Use
from consent.models import Visibility
from consent.queries import roster
from consent.services import grants, people, preferences
from tests import make
from tests.make import NOW, PerformerCast, at


def visible(
    name: str, email: str, visibility: Visibility = Visibility.VERIFIED_STUDIOS, **fields: Any
) -> PerformerCast:
    who = make.a_performer(email, name)
    people.set_visibility(who.performer, visibility, actor=who.actor(), now=NOW)
    if fields:
        people.change_profile(who.performer, **fields, actor=who.actor(), now=NOW)
    return who


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


def names(studio: Any, **wanted: Any) -> list[str]:
    return [entry.performer.professional_name for entry in roster.search(studio, **wanted).entries]


@pytest.mark.django_db
def test_a_studio_finds_whom_it_may_see_and_nobody_else(cast: make.Cast) -> None:
    visible("Zoe Open", "zoe@example.org")
    visible("adam Open", "adam@example.org")
    visible("Hidden One", "hidden@example.org", Visibility.HIDDEN)
    assert names(cast.northlight.studio) == ["adam Open", "Imani Clarke", "Zoe Open"]
    assert names(cast.tern.studio) == ["adam Open", "Zoe Open"]
    young = make.a_studio("young", "Young Co", verified=False)
    assert names(young.studio) == []
    people.set_visibility(cast.imani.performer, Visibility.HIDDEN, actor=cast.imani.actor(), now=NOW)
    assert names(cast.northlight.studio, text="Imani") == []


@pytest.mark.django_db
def test_search_by_name_reference_craft_and_language(cast: make.Cast) -> None:
    ana = visible(
        "Ana Lucía Vega", "ana@example.org", also_known_as=["Lucy Star"], crafts=["VOICE"], languages=["es", "en"]
    )
    visible("Bo Lind", "bo@example.org", crafts=["SCREEN"], languages=["sv"])
    studio = cast.tern.studio
    for text in ("lucía", "VEGA", "lucy st", ana.performer.ref.lower()):
        assert names(studio, text=text) == ["Ana Lucía Vega"]
    assert names(studio, text="100%") == names(studio, text="_") == names(studio, text="nobody") == []
    assert names(studio, craft="VOICE") == names(studio, language="es") == ["Ana Lucía Vega"]
    assert names(studio, craft="VOICE", language="sv") == []
    assert roster.facets(studio) == (["SCREEN", "VOICE"], ["en", "es", "sv"])


@pytest.mark.django_db
def test_pages_and_queries_stay_bounded(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(roster, "PAGE", 2)
    for number in range(5):
        visible(f"Name {number}", f"n{number}@example.org")
    with django_assert_max_num_queries(4) as seen:
        found = roster.search(cast.tern.studio, page=99)
    assert isinstance(seen, CaptureQueriesContext)
    assert (found.total, found.page, found.pages, len(found.entries)) == (5, 3, 3, 1)
    assert roster.search(cast.tern.studio, page=-4).page == 1


@pytest.mark.django_db
def test_an_entry_shows_what_is_published_and_no_more(cast: make.Cast) -> None:
    from_imani = roster.entry(cast.northlight.studio, cast.imani.performer)
    assert from_imani.introduced
    assert from_imani.published is not None
    assert from_imani.published.stance(Use.TRAIN_OWN_MODEL) is Stance.NEVER
    cast.imani.prefer(
        publication=type(preferences.current(cast.imani.performer).value.publication)(
            line=False, conditions=False, floors=False
        )
    )
    assert roster.entry(cast.northlight.studio, cast.imani.performer).published is None


@pytest.mark.django_db
def test_whether_somebody_takes_requests_never_says_why_not(cast: make.Cast) -> None:
    imani = cast.imani
    assert roster.open_to(imani.performer, now=NOW) == "OPEN"
    people.pause(imani.performer, at(days=1), actor=imani.actor(), now=NOW)
    assert roster.open_to(imani.performer, now=NOW) == "PAUSED"
    assert roster.open_to(imani.performer, now=at(days=1)) == "OPEN"
    stopped = grants.stop_everything(imani.performer, actor=imani.actor(), now=at(days=2))
    assert roster.open_to(stopped, now=at(days=2)) == "PAUSED"
