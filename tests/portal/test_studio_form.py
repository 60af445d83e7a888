"""The six steps of a request: they keep everything, and the likely answer beside them leaks nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consent.core.vocabulary import Stance, Use
from consent.models import Fact, Introduction, MediaItem, Production, UseRequest
from consent.services import use_requests
from portal.web.forms import drafts
from tests import make
from tests.portal.asking import AFTERWARDS, OFFER, WHAT, at, begin, fresh, minimum, pending, where, written

pytestmark = pytest.mark.django_db


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


def test_terms_that_contradict_each_other_are_named_and_not_sent(clearance: Client, cast: make.Cast) -> None:
    fees = [{"basis": "FLAT", "amount": amount, "currency": "GBP"} for amount in (500000, 250000)]
    terms = make.terms(fees=fees, dates=make.json_dates(pending(cast)))
    row = make.pending(cast.northlight, cast.imani, terms, now=timezone.now())
    clearance.post(at(row, "amend"))
    clearance.post(at(row, "offer"), {**OFFER, "basis": "FLAT", "unit": "", "currency": "EUR"})
    sent = clearance.post(at(row, "check"), {"revision": 1})
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "Use one currency for all fees" in page
    assert "nothing to send yet" not in page
    assert fresh(row).revision == 1
