"""A studio asks: the steps keep everything, the likely answer leaks nothing, and a held yes looks like waiting."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consent.core.preferences import Floor
from consent.core.terms import Terms
from consent.core.vocabulary import FeeBasis, FeeUnit, Stance, Use
from consent.models import Fact, Introduction, MediaItem, Production, UseRequest, Visibility
from consent.services import decisions, people, use_requests
from portal.web.forms import drafts
from tests import make

pytestmark = pytest.mark.django_db

WHAT = {
    "uses": ["AGE_CHANGE"],
    "modalities": ["FACE"],
    "depiction": "Look about 20 years younger in two flashback scenes",
    "character": "Ada Reyes, aged 20",
    "scenes": "Episode 3, scenes 14 and 22",
    "extent": "4.5 minutes in all, 2 scenes",
    "technique": "Image-based de-ageing with a face model made for this production",
    "tools": "Northlight Facelift 3",
    "vendors": "Halden & Quay VFX",
    "in_lieu": "no",
}
OFFER = {"basis": "PER_PERIOD", "amount": "6500", "currency": "GBP", "unit": "YEAR", "condition": "no"}
AFTERWARDS = {"retention_days": "30", "trains": "no", "output_approval": "FINAL", "duties": ["CREDIT"]}


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


@pytest.fixture
def clearance(client: Client, cast: make.Cast) -> Client:
    client.force_login(cast.northlight.clearance, backend="django.contrib.auth.backends.ModelBackend")
    return client


def where(**changes: Any) -> dict[str, Any]:
    start = (timezone.now() + timedelta(days=40)).date().isoformat()
    return {"reach": "WORLD", "channels": ["STREAMING"], "starts_on": start, "months": "60", **changes}


def at(row: UseRequest | str, step: str = "") -> str:
    ref = row if isinstance(row, str) else row.ref
    return f"/studio/northlight-pictures/requests/{ref}/{step + '/' if step else ''}"


def begin(client: Client, cast: make.Cast) -> UseRequest:
    data = {"performer": cast.imani.performer.ref, "production": cast.northlight.production.slug}
    answer = client.post("/studio/northlight-pictures/requests/new/", data)
    assert answer.status_code == 303, answer.content.decode()
    return UseRequest.objects.get()


def written(client: Client, cast: make.Cast) -> UseRequest:
    """A draft with every step filled in."""
    row = begin(client, cast)
    for step, data in (("what", WHAT), ("where", where()), ("offer", OFFER), ("afterwards", AFTERWARDS)):
        answer = client.post(at(row, step), data)
        assert answer.status_code == 303, answer.content.decode()
    return row


def fresh(row: UseRequest) -> UseRequest:
    return UseRequest.objects.get(pk=row.pk)


def pending(cast: make.Cast) -> UseRequest:
    now = timezone.now()
    start = (now + timedelta(days=40)).date()
    dates = {
        "starts_on": start.isoformat(),
        "generate_until": (start + timedelta(days=100)).isoformat(),
        "exploit_until": (start + timedelta(days=700)).isoformat(),
        "destroy_by": (start + timedelta(days=130)).isoformat(),
    }
    return make.pending(cast.northlight, cast.imani, make.terms(dates=dates), now=now - timedelta(hours=1))


# --- The steps -------------------------------------------------------------------------------------------------------


def test_the_whole_form_ends_in_a_request_that_was_sent(clearance: Client, cast: make.Cast) -> None:
    row = written(clearance, cast)
    check = clearance.get(at(row, "check"))
    assert check.status_code == 200
    for shown in ("£6,500 a year", "Worldwide", "Imani Clarke", "The Salt Road", "5 years"):
        assert shown in check.content.decode()
    sent = clearance.post(at(row, "check"), {"days": "10"}, follow=True)
    assert sent.status_code == 200
    row = fresh(row)
    assert (row.state, row.revision) == ("PENDING", 1)
    assert timedelta(days=10) < row.deadline_at - row.sent_at <= timedelta(days=11)
    assert "With the performer" in sent.content.decode()
    assert row.terms.fees[0].amount == 650000
    assert row.terms.dates.retention_days == 30


def test_each_step_shows_its_own_name_and_number(clearance: Client, cast: make.Cast) -> None:
    row = written(clearance, cast)
    for number, step in enumerate(("who", "what", "where", "offer", "afterwards", "check"), start=1):
        page = clearance.get(at(row, step)).content.decode()
        assert f"Step {number} of 6" in page
        assert page.count("<h1") == 1


def test_a_wrong_step_keeps_what_was_typed_and_says_what_to_mend(clearance: Client, cast: make.Cast) -> None:
    row = begin(clearance, cast)
    answer = clearance.post(at(row, "offer"), {**OFFER, "amount": "six thousand", "needed_by": "soon"})
    assert answer.status_code == 422
    assert "The fee must be a number" in answer.content.decode()
    kept = fresh(row).draft
    assert kept["offer"]["basis"] == "PER_PERIOD"
    assert kept["offer.typed"] == {"amount": ["six thousand"], "needed_by": ["soon"]}
    again = clearance.get(at(row, "offer")).content.decode()
    assert 'value="six thousand"' in again
    check = clearance.get(at(row, "check"))
    assert check.status_code == 200


def test_null_characters_and_very_long_answers_are_refused_not_crashed_on(clearance: Client, cast: make.Cast) -> None:
    row = begin(clearance, cast)
    answer = clearance.post(at(row, "what"), {**WHAT, "depiction": "a\x00b", "character": "x" * 400})
    assert answer.status_code == 422
    assert fresh(row).draft["what.typed"]["depiction"] == ["ab"]


def test_the_first_step_makes_a_new_project_once(clearance: Client, cast: make.Cast) -> None:
    data = {
        "performer": cast.imani.performer.ref,
        "production": "new",
        "title": "Low Tide",
        "kind": "GAME",
        "agreement": "NON_UNION",
        "photography_on": "2027-02-01",
        "synopsis": "A town at the end of the causeway.",
    }
    answer = clearance.post("/studio/northlight-pictures/requests/new/", data)
    row = UseRequest.objects.get()
    assert answer.status_code == 303
    assert row.production.title == "Low Tide"
    again = clearance.get(at(row, "who")).content.decode()
    assert 'value="Low Tide"' not in again
    clearance.post(at(row, "who"), {"performer": cast.imani.performer.ref, "production": row.production.slug})
    assert Production.objects.filter(title="Low Tide").count() == 1


def test_a_first_step_without_a_project_keeps_one_draft(clearance: Client, cast: make.Cast) -> None:
    answer = clearance.post(
        "/studio/northlight-pictures/requests/new/", {"performer": cast.imani.performer.ref, "production": "new"}
    )
    assert answer.status_code == 422
    assert "Enter a working title." in answer.content.decode()
    row = UseRequest.objects.get()
    assert f'action="{at(row, "who")}"' in answer.content.decode()


def test_a_reference_introduces_and_an_unknown_one_says_so(clearance: Client, cast: make.Cast) -> None:
    stranger = cast.stranger.performer
    data = {"reference": "P-NOBODY", "production": cast.northlight.production.slug}
    assert (
        "No performer with this reference"
        in clearance.post("/studio/northlight-pictures/requests/new/", data).content.decode()
    )
    row = UseRequest.objects.get()
    answer = clearance.post(at(row, "who"), {**data, "reference": stranger.ref.lower()})
    assert answer.status_code == 303
    assert Introduction.objects.filter(studio=cast.northlight.studio, performer=stranger).exists()
    assert fresh(row).performer == stranger


def test_terms_survive_the_way_through_the_form(cast: make.Cast) -> None:
    odd: list[dict[str, Any]] = [
        {},
        {"territories": ["001"]},
        {"territories": ["UKI", "EU", "JP"]},
        {"dates": {**make.AGE_CHANGE["dates"], "exploit_until": "2029-03-17"}},
        {
            "fees": [
                {"basis": "FLAT", "amount": 5, "currency": "GBP"},
                {"basis": "PER_DAY", "amount": 7, "currency": "GBP"},
            ]
        },
        {"fees": [{"basis": "REVENUE_SHARE", "share_bp": 250, "share_of": "net receipts"}]},
        {"exclusivity": {"category": "Cars", "territories": ["GB"]}, "needed_by": "2026-08-01"},
        {"description": {**make.AGE_CHANGE["description"], "vendors": ["Halden, Quay"], "portrayed_age": 20}},
        {"in_lieu": {"answer": True, "estimated_days": 4, "basis": "Two scenes"}, "essential": ["TERM"]},
        {"training": {"trains": True, "derivatives": True}, "caps": {"lines": 40}, "languages": ["fr", "es-MX"]},
    ]
    for changes in odd:
        terms = make.terms(**changes)
        assert drafts.to_terms(drafts.from_terms(terms)) == terms


def test_the_draft_says_what_is_still_missing_and_is_not_sent(clearance: Client, cast: make.Cast) -> None:
    row = begin(clearance, cast)
    clearance.post(at(row, "what"), {"uses": ["VOICE_CLONE"]})
    answer = clearance.post(at(row, "check"), {"days": "10"})
    assert answer.status_code == 422
    assert "This cannot be sent as it stands" in answer.content.decode()
    clearance.post(at(row, "afterwards"), AFTERWARDS)
    assert "Something is still unsaid" in clearance.post(at(row, "check"), {"days": "10"}).content.decode()
    assert fresh(row).state == "DRAFT"


@pytest.mark.parametrize(
    ("days", "sentence"), [("1", "at least 48 hours"), ("91", "within 90 days"), ("x", "whole number")]
)
def test_days_to_answer_have_bounds(clearance: Client, cast: make.Cast, days: str, sentence: str) -> None:
    row = written(clearance, cast)
    answer = clearance.post(at(row, "check"), {"days": days})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("days", ["2", "90"])
def test_days_at_the_bounds_are_sent(clearance: Client, cast: make.Cast, days: str) -> None:
    row = written(clearance, cast)
    assert clearance.post(at(row, "check"), {"days": days}).status_code == 303
    assert fresh(row).state == "PENDING"


# --- The likely answer -----------------------------------------------------------------------------------------------


def test_the_pane_names_what_goes_further_and_mends_it(clearance: Client, cast: make.Cast) -> None:
    row = written(clearance, cast)
    page = clearance.get(at(row, "where")).content.decode()
    assert "2 years over" in page or "2 years longer" in page
    assert "Make it 3 years" in page
    fixed = clearance.post(at(row, "where"), {**where(), "fix": "TERM"})
    assert fixed.status_code == 303
    assert drafts.to_terms(fresh(row).draft).dates.months == 36
    assert "Make it 3 years" not in clearance.get(at(row, "where")).content.decode()


def test_the_preview_saves_nothing_and_asks_once_per_question(clearance: Client, cast: make.Cast) -> None:
    row = begin(clearance, cast)
    clearance.post(at(row, "what"), WHAT)
    before = fresh(row).draft
    asked = counted()
    for _again in range(3):
        answer = clearance.post(at(row, "where") + "preview/", where(months="24"))
        assert answer.status_code == 200
        assert 'id="forecast-scale"' in answer.content.decode()
    assert fresh(row).draft == before
    assert counted() == asked + 1


def counted() -> int:
    rows = use_requests.RateCount.objects.filter(key__startswith="preflight:")
    return sum(rows.values_list("count", flat=True))


def test_looking_at_a_step_asks_nothing(clearance: Client, cast: make.Cast) -> None:
    row = written(clearance, cast)
    asked, facts = counted(), Fact.objects.count()
    use_requests.RateCount.objects.update(count=asked)
    for step in ("who", "what", "where", "offer", "afterwards", "check"):
        clearance.get(at(row, step))
    assert (counted(), Fact.objects.count()) == (asked, facts)


def test_the_limit_is_a_sentence_and_the_draft_is_kept(clearance: Client, cast: make.Cast) -> None:
    row = begin(clearance, cast)
    clearance.post(at(row, "what"), WHAT)
    use_requests.RateCount.objects.filter(key__startswith="preflight:").update(count=use_requests.PREFLIGHTS)
    answer = clearance.post(at(row, "where"), {**where(), "go": "stay"}, follow=True)
    assert answer.status_code == 200
    assert fresh(row).draft["where"]["months"] == 60
    live = clearance.post(at(row, "where") + "preview/", where(months="7")).content.decode()
    assert "checked this performer very often" in live


def test_private_and_unset_minimums_read_the_same(clearance: Client, cast: make.Cast) -> None:
    def pane() -> str:
        row = written(clearance, cast)
        page = clearance.get(at(row, "offer")).content.decode()
        UseRequest.objects.all().delete()
        make_cache_forget()
        return re.search(r'<ul class="checks">.*?</ul>', page, re.S)[0]

    without = pane()
    minimum(cast, 900000)
    assert pane() == without
    assert "Has a minimum" in without


def minimum(cast: make.Cast, amount: int) -> None:
    """A minimum per year that studios are not shown."""
    standing = make.preferences.current(cast.imani.performer).value
    floor = Floor(amount=amount, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
    cast.imani.prefer(defaults=replace(standing.defaults, floor=floor), now=timezone.now())


def make_cache_forget() -> None:
    use_requests.RateCount.objects.all().delete()
    cache.clear()


def test_a_never_is_foretold(clearance: Client, cast: make.Cast) -> None:
    cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER, now=timezone.now())
    row = written(clearance, cast)
    assert "would be declined by preference" in clearance.get(at(row, "check")).content.decode()


def test_listed_media_is_offered_by_caption_only(clearance: Client, cast: make.Cast) -> None:
    performer = cast.imani.performer
    for number, (caption, listed, state) in enumerate(
        (("Face scan 2019", True, "READY"), ("Private portrait", False, "READY"), ("Broken", True, "REFUSED")), start=1
    ):
        MediaItem.objects.create(
            performer=performer,
            number=number,
            caption=caption,
            listed=listed,
            state=state,
            kind="STILL",
            filename="secret.jpg",
        )
    row = begin(clearance, cast)
    page = clearance.get(at(row, "what")).content.decode()
    assert "Face scan 2019" in page
    for hidden in ("Private portrait", "Broken", "secret.jpg"):
        assert hidden not in page
    unlisted = MediaItem.objects.get(caption="Private portrait")
    assert clearance.post(at(row, "what"), {**WHAT, "source_media": [unlisted.ref]}).status_code == 422


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


def test_how_long_media_is_kept_must_be_said(clearance: Client, cast: make.Cast) -> None:
    row = begin(clearance, cast)
    for step, data in (("what", WHAT), ("where", where()), ("offer", OFFER)):
        clearance.post(at(row, step), data)
    page = clearance.get(at(row, "where")).content.decode()
    assert re.search(r"deleted by <span class=\"blank\">step 5</span>", page)
    answer = clearance.post(at(row, "afterwards"), {"trains": "no"})
    assert answer.status_code == 422
    sent = clearance.post(at(row, "check"), {"days": "10"})
    assert sent.status_code == 422
    assert "Say within how many days" in sent.content.decode()
    clearance.post(at(row, "check"), {"fix": "TERM"})
    assert fresh(row).draft["afterwards"]["retention_days"] is None
