"""A request that was sent, as the studio sees it: who may do what, and a held yes that looks like waiting."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consent.core.terms import Terms
from consent.models import UseRequest, Visibility
from consent.services import decisions, people
from portal.web.forms import drafts
from tests import make
from tests.portal.asking import at, fresh, minimum, pending, where

pytestmark = pytest.mark.django_db


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_viewers_and_rivals_find_no_form(client: Client, cast: make.Cast) -> None:
    row = make.draft(cast.northlight, cast.imani, now=timezone.now())
    sent = pending(cast)
    for account in (cast.northlight.viewer, cast.tern.owner, cast.imani.user):
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        for path in ("/studio/northlight-pictures/requests/new/", at(row, "what"), at(row, "check"), at(row)):
            assert client.get(path).status_code == 404, path
        for act in ("amend", "accept", "withdraw", "duplicate", "delete", "questions"):
            assert client.post(at(sent, act), {"revision": 1, "body": "?"}).status_code == 404, act
    client.force_login(cast.northlight.viewer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(at(sent)).content.decode()
    assert "Withdraw" not in page
    client.force_login(cast.tern.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(at(sent)).status_code == 404


def test_a_hidden_performer_is_found_by_nobody(clearance: Client, cast: make.Cast) -> None:
    imani = cast.imani.performer
    assert clearance.get(f"/studio/northlight-pictures/performers/{imani.ref}/").status_code == 200
    people.set_visibility(imani, Visibility.HIDDEN, actor=cast.imani.actor(), now=make.NOW)
    assert clearance.get(f"/studio/northlight-pictures/performers/{imani.ref}/").status_code == 404
    assert "Imani" not in clearance.get("/studio/northlight-pictures/performers/").content.decode()
    answer = clearance.post("/studio/northlight-pictures/performers/introduce/", {"ref": imani.ref})
    unknown = clearance.post("/studio/northlight-pictures/performers/introduce/", {"ref": "P-0000"})
    assert answer.status_code == unknown.status_code == 422
    said = "No performer with this reference takes requests"
    assert said in answer.content.decode()
    assert said in unknown.content.decode()


def test_the_performer_page_shows_no_figure(clearance: Client, cast: make.Cast) -> None:
    minimum(cast, 777700)
    page = clearance.get(f"/studio/northlight-pictures/performers/{cast.imani.performer.ref}/").content.decode()
    assert "A minimum may apply; it is not shown" in page
    assert "7,777" not in page


# --- One request -----------------------------------------------------------------------------------------------------


def page_of(client: Client, row: UseRequest) -> str:
    """The whole page without what differs on every load."""
    page = client.get(at(row)).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", page)


def test_a_held_yes_looks_like_waiting_byte_for_byte(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    waiting = page_of(clearance, row)
    make.approve(row, cast.imani, now=timezone.now())
    assert fresh(row).state == "HELD"
    assert page_of(clearance, row) == waiting


@pytest.mark.parametrize("move", ["withdraw", "amend"])
def test_what_a_studio_does_to_a_held_yes_looks_as_if_nobody_had_answered(
    clearance: Client, cast: make.Cast, move: str
) -> None:
    waiting, held = pending(cast), pending(cast)
    make.approve(held, cast.imani, now=timezone.now())
    seen = [anonymous(row, walk(clearance, row, move)) for row in (waiting, held)]
    assert seen[0] == seen[1]
    assert "approved" not in seen[1].lower()
    assert fresh(held).state == fresh(waiting).state


def walk(client: Client, row: UseRequest, move: str) -> str:
    """Every page that the studio sees while it withdraws, or writes and sends new terms."""
    if move == "withdraw":
        return client.post(at(row, "withdraw"), {"revision": 1}, follow=True).content.decode()
    start = row.terms.dates.starts_on.isoformat()
    client.post(at(row, "amend"))
    client.post(at(row, "where"), where(starts_on=start, months="12", reach="SOME", regions=["UKI"]))
    page = client.post(at(row, "check"), {"revision": 1, "note": "Shorter"}, follow=True).content.decode()
    assert "Sent as revision 2" in page
    return page


def anonymous(row: UseRequest, page: str) -> str:
    """A page without what differs between two requests, or on every load."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", page.replace(row.ref, "R-X"))
    return re.sub(r"\d\d:\d\d", "", page)


def test_a_yes_past_the_time_to_answer_promises_no_date_that_has_passed(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    make.approve(row, cast.imani, now=timezone.now())
    past = timezone.now() - timedelta(minutes=1)
    UseRequest.objects.filter(pk=row.pk).update(deadline_at=past, held_until=past)
    page = clearance.get(at(row)).content.decode()
    assert "You are told the outcome in a moment" in page
    assert "can answer until" not in page
    assert "Reply by" not in clearance.get("/studio/northlight-pictures/").content.decode()


def test_withdrawing_needs_the_revision_that_was_read(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    clearance.post(at(row, "withdraw"), {"revision": 7})
    assert fresh(row).state == "PENDING"
    clearance.post(at(row, "withdraw"), {"revision": 1})
    assert fresh(row).state == "WITHDRAWN"


def test_new_terms_are_prefilled_and_make_a_revision(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    assert clearance.post(at(row, "amend")).status_code == 303
    page = clearance.get(at(row, "where")).content.decode()
    assert "Step 2 of 5" in page
    kept = fresh(row)
    assert (kept.state, kept.revision) == ("PENDING", 1)
    start = kept.terms.dates.starts_on.isoformat()
    clearance.post(at(row, "where"), where(starts_on=start, months="12", reach="SOME", regions=["UKI"]))
    unchanged_elsewhere = drafts.to_terms(fresh(row).draft)
    assert unchanged_elsewhere.description == kept.terms.description
    sent = clearance.post(at(row, "check"), {"revision": 1, "note": "One year is enough"}, follow=True)
    assert sent.status_code == 200
    row = fresh(row)
    assert (row.revision, row.terms.dates.months) == (2, 12)
    assert row.offers.get(number=2).note == "One year is enough"
    assert clearance.get(at(row, "compare/1..2")).status_code == 200


def test_the_same_terms_are_not_sent_again(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    clearance.post(at(row, "amend"))
    answer = clearance.post(at(row, "check"), {"revision": 1})
    assert answer.status_code == 422
    assert "same terms as before" in answer.content.decode()


def test_a_counter_offer_is_shown_and_taken_whole(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    shorter = Terms.from_data({**row.terms.to_data(), "territories": ["GB"]})
    countered(row, cast, shorter)
    page = clearance.get(at(row)).content.decode()
    assert "Your move" in page
    assert "Accept their version" in page
    assert "<del>" in page
    answer = clearance.post(at(row, "accept"), {"revision": 2}, follow=True)
    assert "final yes" in answer.content.decode()
    row = fresh(row)
    assert (row.state, row.revision, row.terms.territories) == ("PENDING", 3, ("GB",))


def countered(row: UseRequest, cast: make.Cast, terms: Terms) -> None:
    now = timezone.now()
    decisions.counter(
        row,
        terms,
        note="Only at home, please",
        revision=row.revision,
        digest=row.digest,
        nonce=make.uuid.uuid4(),
        actor=cast.imani.actor(now=now, second_factor=True),
        now=now,
    )


def test_an_amendment_begun_before_a_counter_offer_begins_again(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    clearance.post(at(row, "amend"))
    countered(row, cast, Terms.from_data({**row.terms.to_data(), "territories": ["GB"]}))
    answer = clearance.get(at(row, "where"), follow=True)
    assert "terms have changed since you began" in answer.content.decode()


def test_a_no_is_neutral_and_offers_ways_on(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    make.decline(row, cast.imani, now=timezone.now())
    page = clearance.get(at(row)).content.decode()
    assert "Imani Clarke declined" in page
    assert "Ask again with other terms" in page
    clearance.post(at(row, "duplicate"))
    copy = UseRequest.objects.get(state="DRAFT")
    assert drafts.to_terms(copy.draft) == row.terms
    assert clearance.post(at(copy, "delete")).status_code == 303
    assert not UseRequest.objects.filter(pk=copy.pk).exists()


def test_a_question_goes_to_the_thread(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    assert clearance.post(at(row, "questions"), {"body": ""}).status_code == 422
    assert clearance.post(at(row, "questions"), {"body": "May we shoot in May?"}).status_code == 303
    assert "May we shoot in May?" in clearance.get(at(row)).content.decode()


def test_a_revision_that_does_not_exist_is_not_found(clearance: Client, cast: make.Cast) -> None:
    row = pending(cast)
    assert clearance.get(at(row, "compare/1..9")).status_code == 404
