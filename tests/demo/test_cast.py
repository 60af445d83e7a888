"""The demo cast: loaded once through the services, whole, in every state, and never into a site with people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from consent.core.clocks import Phase
from consent.core.lifecycle import State
from consent.models import (
    Chain,
    Fact,
    Grant,
    Outgoing,
    Performer,
    PreferenceSet,
    ProposedPreferences,
    Studio,
    User,
    UseRequest,
)
from consent.services import ledger
from notifications import queries
from notifications.models import Channel, Delivery
from portal.demo import cast, signin

LOADED_AT = timezone.now()


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[cast.Loaded]:
    """Loaded once for all tests of this file and rolled back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield cast.load(now=LOADED_AT, folder=None)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _reading(loaded: cast.Loaded, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_every_state_of_a_request_can_be_seen(loaded: cast.Loaded) -> None:
    assert {State(code) for code in loaded.states} == set(State)


def test_every_phase_that_a_grant_can_reach_can_be_seen(loaded: cast.Loaded) -> None:
    assert {Phase(code) for code in loaded.phases} == set(Phase) - {Phase.VOID}


def test_stored_states_are_those_of_the_clocks(loaded: cast.Loaded) -> None:
    assert all(row.state_at(LOADED_AT) == row.state for row in UseRequest.objects.all())


def test_every_chain_is_whole(loaded: cast.Loaded) -> None:
    chains = list(Chain.objects.select_related("performer", "studio"))
    assert len(chains) == Performer.objects.count() + Studio.objects.count() == 13
    assert [ledger.verify(chain) for chain in chains] == [None] * len(chains)


def test_each_chain_tells_its_year_in_order(loaded: cast.Loaded) -> None:
    for chain in Chain.objects.all():
        at = list(Fact.objects.filter(chain=chain).order_by("seq").values_list("at", flat=True))
        assert at == sorted(at)
    oldest = Fact.objects.order_by("at").values_list("at", flat=True)[0]
    newest = Fact.objects.order_by("-at").values_list("at", flat=True)[0]
    assert LOADED_AT - oldest > timedelta(days=365)
    assert newest <= LOADED_AT


def test_rows_hold_together(loaded: cast.Loaded) -> None:
    connection.check_constraints()


def test_imani_finds_what_the_pictures_show(loaded: cast.Loaded) -> None:
    imani = Performer.objects.get(user__email=signin.IMANI)
    waiting = UseRequest.objects.filter(performer=imani, state=State.PENDING).order_by("deadline_at")
    assert [row.studio.name for row in waiting] == ["Northlight Pictures", "Tern Interactive"]
    assert PreferenceSet.objects.filter(performer=imani).count() == 14
    assert not ProposedPreferences.objects.exists()
    month = UseRequest.objects.filter(
        performer=imani, resolution="PREFERENCE", state=State.DECLINED, decided_at__gt=LOADED_AT - timedelta(days=30)
    )
    assert month.count() == 3
    assert [
        (grant.exploit_until - LOADED_AT).days
        for grant in Grant.objects.filter(performer=imani, use_request__performer=imani, production__title="Low Season")
        if grant.phase(LOADED_AT) is Phase.ACTIVE and (grant.exploit_until - LOADED_AT).days < 30
    ] == [19]


def test_old_facts_are_read_notices_and_no_mail(loaded: cast.Loaded) -> None:
    recent = LOADED_AT - timedelta(days=2)
    assert not Delivery.objects.filter(channel=Channel.EMAIL).exists()
    assert Delivery.objects.filter(channel=Channel.INAPP).count() > 50
    assert not Delivery.objects.filter(read_at=None).exists()
    assert not Delivery.objects.filter(created_at__gt=recent).exists()
    news = set(Outgoing.objects.filter(fact__at__gt=recent).values_list("fact__kind", flat=True))
    assert {"use_request.submitted", "use_request.note_left", "studio.founded"} <= news
    assert not Outgoing.objects.filter(fact__at__lte=recent).exists()


def test_a_year_of_notices_reads_as_sentences(loaded: cast.Loaded) -> None:
    for user in User.objects.all():
        last = queries.inbox(user, page=1, now=LOADED_AT)[0].paginator.num_pages
        for page in range(1, last + 1):
            for item in queries.inbox(user, page=page, now=LOADED_AT)[1]:
                assert item.title
                assert not set("<>{}") & set(item.title), item.title


def test_the_printed_list_is_who_there_is(loaded: cast.Loaded) -> None:
    assert loaded.people == len(signin.PEOPLE) == len({email for email, _, _ in signin.PEOPLE})


def test_a_site_with_people_is_left_alone(loaded: cast.Loaded) -> None:
    before = Fact.objects.count()
    with pytest.raises(CommandError, match="empty site"):
        call_command("load_demo")
    assert Fact.objects.count() == before
