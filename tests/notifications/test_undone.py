"""A yes that the studio's own move undid: the performer's side is told once, and the studio nothing at all."""

from __future__ import annotations

import pytest

from consent.core.vocabulary import Stance, Use
from consent.services import use_requests
from notifications.models import Delivery
from tests import make
from tests.conftest import Sink
from tests.make import Cast, at
from tests.notifications import office


@pytest.fixture
def move(request: pytest.FixtureRequest, cast: Cast) -> None:
    """A held yes, and then what the studio does."""
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    office.forget()
    studio = {"revision": 1, "actor": cast.northlight.actor(), "now": at(minutes=3)}
    if request.param == "withdraw":
        use_requests.withdraw(row, **studio)
        return
    if request.param == "never":
        cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER, now=at(minutes=1))
    use_requests.amend(row, make.terms(channels=["STREAMING"]), **studio)


@pytest.mark.parametrize(("move", "kind"), [("withdraw", "withdrawn"), ("amend", "amended")], indirect=["move"])
def test_one_letter_says_both(cast: Cast, smtp: Sink, move: None, kind: str) -> None:
    office.run(at(minutes=3))
    told = office.mails(cast.imani.user)
    assert [row.kind for row in told] == [f"use_request.{kind}"]
    letter = next(mail for mail in smtp.messages if cast.imani.user.email in str(mail["To"]))
    for part in ("plain", "html"):
        assert "was still held" in office.part(letter, part)
        assert "Northlight Pictures was never told of it" in office.part(letter, part)
    assert not Delivery.objects.filter(recipient=cast.northlight.clearance).exists()


@pytest.mark.parametrize("move", ["never"], indirect=True)
def test_where_the_preferences_answer_the_new_terms_the_undone_yes_has_its_own_letter(
    cast: Cast, smtp: Sink, move: None
) -> None:
    office.run(at(minutes=3))
    assert {row.kind for row in office.mails(cast.imani.user)} == {
        "use_request.taken_back",
        "use_request.declined_for_you",
    }
    letter = next(mail for mail in smtp.messages if cast.imani.user.email in str(mail["To"]))
    assert "The terms changed before the yes took effect" in office.part(letter, "plain")
    assert "waits for an answer again" not in office.part(letter, "plain")
    assert {row.kind for row in Delivery.objects.filter(recipient=cast.northlight.clearance)} == {
        "use_request.declined_for_you"
    }


@pytest.mark.parametrize("how", ["withdraw", "amend"])
def test_a_request_that_waited_has_the_plain_letter(cast: Cast, smtp: Sink, how: str) -> None:
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    if how == "withdraw":
        use_requests.withdraw(row, revision=1, actor=cast.northlight.actor(), now=at(minutes=3))
    else:
        other = make.terms(channels=["STREAMING"])
        use_requests.amend(row, other, revision=1, actor=cast.northlight.actor(), now=at(minutes=3))
    office.run(at(minutes=3))
    assert all("never told" not in office.part(mail, "plain") for mail in smtp.messages)
