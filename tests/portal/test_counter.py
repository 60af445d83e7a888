"""The performer's version of the page: stars, gaps filled, read once more, sent once; the floor stays on this side."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent.core.preferences import Floor
from consent.core.roles import Right
from consent.core.terms import Terms
from consent.core.vocabulary import Channel, FeeBasis, FeeUnit, Stance
from consent.models import Offer, UseRequest
from portal.web.forms.counter import CounterForm
from tests import make
from tests.portal.asking import fresh

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def cast() -> make.Cast:
    found = make.cast()
    standing = make.preferences.current(found.imani.performer).value
    floor = Floor(amount=777700, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
    limits = replace(standing.defaults, floor=floor, longest_months=24, territories=frozenset({"GB", "IE", "FR"}))
    found.imani.prefer(defaults=limits, now=timezone.now())
    return found


@pytest.fixture
def imani(client: Client, cast: make.Cast) -> Client:
    client.force_login(cast.imani.user, backend=BACKEND)
    return client


@pytest.fixture
def row(cast: make.Cast) -> UseRequest:
    """Asked an hour ago: longer, wider and cheaper than Imani allows."""
    now = timezone.now()
    start = (now + timedelta(days=40)).date().replace(day=1)
    dates = {
        "starts_on": start.isoformat(),
        "generate_until": (start + timedelta(days=100)).isoformat(),
        "exploit_until": start.replace(year=start.year + 5).isoformat(),
        "destroy_by": (start + timedelta(days=130)).isoformat(),
    }
    asked = make.terms(dates=dates, territories=["GB", "IE", "US"], channels=["STREAMING", "THEATRICAL", "PROMOTIONAL"])
    return make.pending(cast.northlight, cast.imani, asked, now=now - timedelta(hours=1))


def form_of(row: UseRequest, **changes: Any) -> dict[str, Any]:
    """The page's form as a browser would send it, with some answers changed."""
    shown = CounterForm.initial_of(row.terms) | changes
    return {name: value for name, value in shown.items() if value not in (None, "", [], False)}


def counter_url(row: UseRequest) -> str:
    return f"/requests/{row.ref}/counter/"


def check_url(row: UseRequest) -> str:
    return f"/requests/{row.ref}/check/"


def send(client: Client, row: UseRequest) -> Any:
    page = client.get(check_url(row)).content.decode()
    names = ("revision", "digest", "mine", "nonce")
    given = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in names}
    return client.post(check_url(row), given), given


def test_the_page_opens_with_their_terms_and_changes_nothing(imani: Client, row: UseRequest) -> None:
    page = imani.get(counter_url(row)).content.decode()
    assert "0 starred lines" in page
    assert "<del>" not in page
    assert "your floor" in page
    same = imani.post(counter_url(row), form_of(row))
    assert same.status_code == 422
    assert "same terms as before" in same.content.decode()


def test_a_changed_line_gets_a_star_and_a_redline(imani: Client, row: UseRequest) -> None:
    look = imani.post(counter_url(row), {**form_of(row, months=24), "do": "look"}).content.decode()
    assert "1 starred line" in look
    assert re.search(r'id="star-TERM"><span aria-hidden="true">\*', look)
    assert re.search(r'id="star-FEE"></div>', look)
    assert "<del>" in look
    assert "<ins" in look


def test_what_was_not_touched_stays_exactly_as_it_was(imani: Client, row: UseRequest) -> None:
    imani.post(counter_url(row), form_of(row, channels=["STREAMING"]))
    send(imani, row)
    sent = fresh(row)
    assert sent.terms == replace(row.terms, channels=sent.terms.channels)
    assert [code.value for code in sent.terms.channels] == ["STREAMING"]


def test_set_all_to_my_preferences_fills_every_gap(imani: Client, row: UseRequest) -> None:
    answer = imani.post(counter_url(row), {**form_of(row), "do": "fit"}, follow=True)
    page = answer.content.decode()
    assert "Set all to my preferences" not in page
    imani.post(counter_url(row), {**fitted_form(page, row), "do": "check"})
    send(imani, row)
    terms = fresh(row).terms
    assert terms.dates.months == 24
    assert set(terms.territories) == {"GB", "IE"}
    assert terms.fees[0].amount == 777700


def fitted_form(page: str, row: UseRequest) -> dict[str, Any]:
    amount = re.search(r'name="amount" value="([^"]+)"', page)[1]
    return form_of(row, amount=amount, months=24, regions=["UKI"], countries=[])


def test_sent_once_however_often_it_is_pressed(imani: Client, row: UseRequest) -> None:
    imani.post(counter_url(row), form_of(row, months=24, note="Two years, as before"))
    assert "Two years, as before" in imani.get(check_url(row)).content.decode()
    first, given = send(imani, row)
    assert first.status_code == 303
    imani.post(check_url(row), given)
    assert fresh(row).state == "COUNTERED"
    assert Offer.objects.filter(use_request=row).count() == 2
    assert Offer.objects.get(use_request=row, number=2).note == "Two years, as before"


def test_new_terms_of_theirs_meanwhile_stop_the_press(imani: Client, cast: make.Cast, row: UseRequest) -> None:
    imani.post(counter_url(row), form_of(row, months=24))
    page = imani.get(check_url(row)).content.decode()
    given = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("revision", "digest", "mine", "nonce")
    }
    changed = Terms.from_data({**row.terms.to_data(), "territories": ["GB"]})
    make.use_requests.amend(row, changed, revision=1, actor=cast.northlight.actor(), now=timezone.now())
    answer = imani.post(check_url(row), given, follow=True)
    assert "terms have changed" in answer.content.decode().lower()
    assert fresh(row).state == "PENDING"


def test_a_version_changed_in_another_window_is_read_again(imani: Client, row: UseRequest) -> None:
    imani.post(counter_url(row), form_of(row, months=24))
    page = imani.get(check_url(row)).content.decode()
    given = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("revision", "digest", "mine", "nonce")
    }
    imani.post(counter_url(row), form_of(row, months=12))
    answer = imani.post(check_url(row), given)
    assert answer.status_code == 422
    assert fresh(row).state == "PENDING"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"months": ""}, "Say how many months"),
        ({"channels": []}, "Keep at least one"),
        ({"amount": "lots"}, "The fee must be a number"),
        ({"reach": "SOME", "regions": [], "countries": []}, "Choose at least one region"),
        ({"channels": ["ADVERTISING"]}, "ADVERTISING is not one of the available choices"),
    ],
)
def test_a_wrong_line_says_how_to_mend_it(
    imani: Client, row: UseRequest, changes: dict[str, Any], sentence: str
) -> None:
    answer = imani.post(counter_url(row), form_of(row, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_check_page_and_the_studio_never_see_the_floor(imani: Client, cast: make.Cast, row: UseRequest) -> None:
    imani.post(counter_url(row), form_of(row, months=24))
    check = imani.get(check_url(row)).content.decode()
    assert "7,777" not in check
    send(imani, row)
    studio = Client()
    studio.force_login(cast.northlight.clearance, backend=BACKEND)
    base = f"/studio/{cast.northlight.studio.slug}/requests/{row.ref}/"
    for path in (base, f"{base}compare/1..2/"):
        page = studio.get(path).content.decode()
        assert "7,777" not in page
        assert "your floor" not in page


def test_a_representative_writes_with_the_right_and_sees_the_floor_with_another(
    client: Client, cast: make.Cast, row: UseRequest
) -> None:
    client.force_login(cast.rosalind, backend=BACKEND)
    page = client.get(counter_url(row)).content.decode()
    assert "You write for Imani Clarke." in page
    assert "your floor" not in page
    assert "7,777" not in page
    cast.authority.rights = [Right.SEE.value, Right.NEGOTIATE.value, Right.SEE_MONEY.value]
    cast.authority.save()
    assert "7,777" in client.get(counter_url(row)).content.decode()
    cast.authority.rights = [Right.SEE.value]
    cast.authority.save()
    assert client.get(counter_url(row)).status_code == 403
    client.force_login(cast.stranger.user, backend=BACKEND)
    assert client.get(counter_url(row)).status_code == 404


def test_an_answered_request_has_no_page_to_change(imani: Client, cast: make.Cast, row: UseRequest) -> None:
    make.decline(row, cast.imani, now=timezone.now())
    for url in (counter_url(row), check_url(row)):
        assert imani.get(url, follow=True).redirect_chain[-1][0] == f"/requests/{row.ref}/"
    assert imani.post(counter_url(row), form_of(row, months=24)).status_code == 302


def test_rounds_side_by_side(imani: Client, row: UseRequest) -> None:
    imani.post(counter_url(row), form_of(row, months=24))
    send(imani, row)
    page = imani.get(f"/requests/{row.ref}/rounds/2..1/").content.decode()
    assert "1 changed line" in page
    assert imani.get(f"/requests/{row.ref}/rounds/?a=1&b=2").headers["Location"] == f"/requests/{row.ref}/rounds/1..2/"
    assert imani.get(f"/requests/{row.ref}/rounds/1..3/").status_code == 404


def test_a_never_on_a_channel_is_struck_by_the_button(imani: Client, cast: make.Cast, row: UseRequest) -> None:
    standing = make.preferences.current(cast.imani.performer).value
    channels = {**standing.defaults.channels, Channel.PROMOTIONAL: Stance.NEVER}
    cast.imani.prefer(defaults=replace(standing.defaults, channels=channels), now=timezone.now())
    page = imani.post(counter_url(row), {**form_of(row), "do": "fit"}, follow=True).content.decode()
    box = re.search(r'<input[^>]*name="channels"[^>]*value="PROMOTIONAL"[^>]*>', page)[0]
    assert "checked" not in box
