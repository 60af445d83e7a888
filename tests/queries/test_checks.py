"""Checks of many against checks of one: the same answers, whatever is asked, and only those asked for."""

from __future__ import annotations

import pytest

from consent.access import NotFound
from consent.core.compiled import mask_terms
from consent.models import PreferenceSet
from consent.queries import checks
from tests import make
from tests.bench import answers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("essential", [[], ["CHANNEL"]])
def test_many_are_answered_like_one(essential: list[str]) -> None:
    sets = [answers.forty(), answers.eleven(), answers.everything()[0]]
    ids = []
    for number, said in enumerate(sets):
        person = make.a_performer(f"p{number}@example.org", f"Person {number}")
        PreferenceSet.objects.filter(performer=person.performer).update(**PreferenceSet.columns_of(said))
        ids.append(person.performer.pk)
    shapes = answers.requests(40)
    shapes.append(make.terms(uses=["VOICE_CLONE", "TRAIN_OWN_MODEL"], training={"trains": True}))
    shapes.append(make.terms(essential=essential, channels=["GAME", "STREAMING"]))
    for terms in shapes:
        masked = mask_terms(terms)
        found = dict(checks.check_all(ids, masked))
        assert found == {pk: checks.check(pk, masked)[0] for pk in ids}
        assert dict(checks.check_all(None, masked)) == found
    assert set(dict(checks.check_all(ids[:1], masked))) == {ids[0]}


def test_nobody_has_no_answer() -> None:
    with pytest.raises(NotFound):
        checks.check(0, mask_terms(make.terms()))
