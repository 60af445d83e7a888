"""The pages say how long a yes can be taken back, and what became of one that the studio's own move undid."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consent.access import by_link
from consent.models import Performer, UseRequest
from consent.render import times
from consent.services import use_requests
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db
DAYS = {"starts_on": 20, "generate_until": 200, "exploit_until": 900, "destroy_by": 230}


@pytest.fixture
def cast(db: None) -> Cast:
    return make.cast()


@pytest.fixture
def row(cast: Cast) -> UseRequest:
    now = timezone.now()
    days = {name: (now + timedelta(days=n)).date().isoformat() for name, n in DAYS.items()}
    return make.pending(cast.northlight, cast.imani, make.terms(dates=days), now=now)


def pages(row: UseRequest, cast: Cast, *names: str) -> dict[str, str]:
    """The performer's own pages of the request, and the one behind the link of the mail."""
    room, mail = Client(), Client()
    room.force_login(cast.imani.user, backend="django.contrib.auth.backends.ModelBackend")
    link = by_link.mint(row, cast.imani.user, now=timezone.now())
    found = {name: room.get(f"/requests/{row.ref}/{name}").content.decode() for name in names}
    return found | {"mail": mail.get(f"/l/{by_link.token(link)}/", follow=True).content.decode()}


def test_a_window_that_the_deadline_cuts_short_is_said_with_its_instant(cast: Cast, row: UseRequest) -> None:
    Performer.objects.filter(pk=cast.imani.performer.pk).update(hold_minutes=600)
    soon = timezone.now() + timedelta(hours=3)
    for page in pages(row, cast, "", "answer/").values():
        assert "600" in page
    UseRequest.objects.filter(pk=row.pk).update(deadline_at=soon)
    row.deadline_at = soon
    until = times.moment(soon, "Europe/London")
    for page in pages(row, cast, "", "answer/").values():
        assert until in page
        assert "600" not in page


@pytest.mark.parametrize(("move", "words"), [("withdraw", "withdrew"), ("amend", "changed them")])
def test_a_yes_that_the_studio_undid_is_said_where_the_request_is_read(
    cast: Cast, row: UseRequest, move: str, words: str
) -> None:
    now = timezone.now()
    make.approve(row, cast.imani, now=now)
    link = by_link.mint(row, cast.imani.user, now=now)
    studio = {"revision": 1, "actor": cast.northlight.actor(), "now": now + timedelta(minutes=1)}
    if move == "withdraw":
        use_requests.withdraw(row, **studio)
    else:
        use_requests.amend(row, make.terms(dates=make.json_dates(row), channels=["STREAMING"]), **studio)
    old_link = Client().get(f"/l/{by_link.token(link)}/", follow=True).content.decode()
    said = f"The yes to the earlier terms was still held when Northlight Pictures {words}"
    if move == "withdraw":
        said = f"The yes was still held when Northlight Pictures {words}"
    for page in [*pages(UseRequest.objects.get(pk=row.pk), cast, "").values(), old_link]:
        assert said in page
        assert "Nothing was answered" not in page
