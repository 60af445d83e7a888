"""What mails tell a representative of money: the same rule as on the pages (docs/decisions/0007)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.core.preferences import Floor
from consent.core.roles import Right
from consent.core.vocabulary import FeeBasis, FeeUnit
from consent.models import Representation
from consent.services import preferences, use_requests
from tests import make
from tests.make import NOW, Cast
from tests.notifications import office
from tests.notifications.office import written

pytestmark = pytest.mark.django_db


def test_fees_are_shown_to_a_representative_only_by_right(cast: Cast) -> None:
    office.forget()
    row = make.pending(cast.northlight, cast.imani)
    dearer = make.terms(fees=[{"basis": "PER_PERIOD", "unit": "YEAR", "amount": 900000, "currency": "GBP"}])
    use_requests.amend(row, dearer, revision=1, actor=cast.northlight.actor(), now=NOW)
    office.dispatch()
    [theirs] = office.mails(cast.rosalind, "use_request.amended")
    mine = Representation.objects.filter(pk=cast.authority.pk)
    for right in (Right.COMMENT, Right.DECLINE, Right.MANAGE_MEDIA):
        mine.update(rights=[Right.SEE.value, right.value])
        hidden = written(theirs)
        assert "£" not in hidden.text + hidden.html
        assert "a sum that is not shown to you" in hidden.text
        assert "How much: Not shown to you\n" in hidden.text
        assert "before:" not in hidden.text
    for right in (Right.NEGOTIATE, Right.APPROVE, Right.SEE_MONEY):
        mine.update(rights=[Right.SEE.value, right.value])
        shown = written(theirs)
        assert "£9,000 a year" in shown.text
        assert "before: £6,500 a year" in shown.text


def test_how_far_a_fee_falls_short_is_told_by_the_right_to_see_money_alone(cast: Cast) -> None:
    """The difference and the fee together are the minimum."""
    standing = preferences.current(cast.imani.performer).value
    floor = Floor(amount=800_000, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
    cast.imani.prefer(defaults=replace(standing.defaults, floor=floor))
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    [theirs] = office.mails(cast.rosalind, "use_request.submitted")
    bargains = written(theirs)
    assert "↗ Below the minimum" in bargains.text
    assert "1,500" not in bargains.text + bargains.html
    Representation.objects.filter(pk=cast.authority.pk).update(rights=[Right.SEE.value, Right.SEE_MONEY.value])
    assert "↗ £1,500 under" in written(theirs).text
