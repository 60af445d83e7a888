"""Every room opens for whom it belongs to, and shows what is in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consent.models import Grant
from consent.services import decisions
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make.cast()


def signed_in(account: object) -> Client:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


@pytest.fixture
def world(cast: Cast) -> Cast:
    """A request that waits, one that is held, and a grant, at the clock of the pages."""
    now = timezone.now()
    dates = {
        "starts_on": (now - timedelta(days=2)).date().isoformat(),
        "generate_until": (now + timedelta(days=90)).date().isoformat(),
        "exploit_until": (now + timedelta(days=600)).date().isoformat(),
        "destroy_by": (now + timedelta(days=120)).date().isoformat(),
    }
    asked = make.terms(dates=dates)
    make.pending(cast.northlight, cast.imani, asked, now=now)
    held = make.pending(cast.northlight, cast.imani, asked, now=now)
    make.approve(held, cast.imani, now=now)
    past = now - timedelta(hours=1)
    done = make.pending(cast.northlight, cast.imani, asked, now=past)
    make.approve(done, cast.imani, now=past)
    decisions.release(done, actor=make.Actor.clock(), now=now)
    return cast


PERFORMER_PAGES = [
    "/home/",
    "/requests/",
    "/requests/?view=with-studios",
    "/requests/?view=answered",
    "/requests/?view=declined-for-you",
    "/preferences/",
    "/preferences/AGE_CHANGE/",
    "/preferences/VOICE_CLONE/",
    "/preferences/everything/",
    "/preferences/confirm/",
    "/preferences/versions/",
    "/preferences/versions/1/",
    "/preferences/as-studio/",
    "/vault/",
    "/grants/",
    "/grants/?view=list",
    "/grants/?view=places",
    "/history/",
    "/history/?check=1",
    "/history/download/",
    "/pause/",
    "/stop/",
    "/notices/",
    "/notices/settings/",
    "/account/",
    "/representatives/",
    "/page/",
    "/start/1/",
    "/start/2/",
    "/start/3/",
]


@pytest.mark.parametrize("url", PERFORMER_PAGES)
def test_the_performers_room(world: Cast, url: str) -> None:
    response = signed_in(world.imani.user).get(url)
    assert response.status_code == 200, url


def test_the_pages_of_one_request_and_one_grant(world: Cast) -> None:
    client = signed_in(world.imani.user)
    for row in world.imani.performer.use_requests.all():
        assert client.get(f"/requests/{row.ref}/").status_code == 200
        assert client.get(f"/requests/{row.ref}/questions/").status_code == 200
    waiting = world.imani.performer.use_requests.get(state="PENDING")
    assert client.get(f"/requests/{waiting.ref}/answer/?a=approve").status_code == 200
    assert client.get(f"/requests/{waiting.ref}/counter/").status_code == 200
    grant = Grant.objects.get()
    assert client.get(f"/grants/{grant.ref}/").status_code == 200
    assert client.get(f"/grants/{grant.ref}/take-back/").status_code == 200


@pytest.mark.parametrize("url", ["/desk/", "/desk/clients/", "/notices/", "/account/"])
def test_the_desk(world: Cast, url: str) -> None:
    assert signed_in(world.rosalind).get(url).status_code == 200


def test_a_client_on_the_desk(world: Cast) -> None:
    client = signed_in(world.rosalind)
    assert client.get(f"/desk/clients/{world.imani.performer.ref}/").status_code == 200
    waiting = world.imani.performer.use_requests.get(state="PENDING")
    page = client.get(f"/requests/{waiting.ref}/")
    assert page.status_code == 200
    assert "You act for Imani Clarke" in page.content.decode()


STUDIO_PAGES = [
    "",
    "?view=your-move",
    "?view=in-force",
    "?view=closed",
    "?view=drafts",
    "clearances.csv",
    "performers/",
    "productions/",
    "productions/the-salt-road/",
    "grants/",
    "media/",
    "members/",
    "settings/",
    "requests/new/",
]


@pytest.mark.parametrize("path", STUDIO_PAGES)
def test_the_studios_room(world: Cast, path: str) -> None:
    assert signed_in(world.northlight.owner).get(f"/studio/northlight-pictures/{path}").status_code == 200, path


def test_the_studios_requests_and_grants(world: Cast) -> None:
    client = signed_in(world.northlight.owner)
    for row in world.northlight.studio.use_requests.all():
        assert client.get(f"/studio/northlight-pictures/requests/{row.ref}/").status_code == 200
    assert client.get(f"/studio/northlight-pictures/grants/{Grant.objects.get().ref}/").status_code == 200
    assert client.get(f"/studio/northlight-pictures/performers/{world.imani.performer.ref}/").status_code == 200


@pytest.mark.parametrize("path", ["", "studios/", "health/", "consent/", "log/", "mail/"])
def test_the_staffs_room(world: Cast, path: str) -> None:
    make.staff()
    client = signed_in(make.User.objects.get(email="staff@example.org"))
    assert client.get(f"/staff/{path}").status_code == 200


PUBLIC = [
    "/",
    "/for/performers/",
    "/for/representatives/",
    "/for/studios/",
    "/help/",
    "/privacy/",
    "/accessibility/",
    "/r/",
]


@pytest.mark.parametrize(
    "url", [*PUBLIC, "/account/login/", "/account/signup/", "/healthz", "/.well-known/security.txt"]
)
def test_pages_for_everybody(db: None, url: str) -> None:
    assert Client().get(url).status_code == 200, url


def test_a_receipt_is_checked_by_its_fingerprint(world: Cast) -> None:
    grant = Grant.objects.get()
    page = Client().get("/r/", {"fingerprint": grant.digest}).content.decode()
    assert "Genuine, and the permission is in force" in page
    assert "No grant has this fingerprint" in Client().get("/r/", {"fingerprint": "0" * 64}).content.decode()
