"""The life of a grant: its clocks, its end, its media, and what takes it back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from consent.access import NotFound, by_session
from consent.core.clocks import Phase
from consent.models import Announcement, Fact, Grant, UseRequest
from consent.services import expirations, grants
from consent.services.moves import NotEntitled, Refused
from tests import make
from tests.make import NOW, Cast, at


def again(grant: Grant) -> Grant:
    return Grant.objects.select_related("performer").get(pk=grant.pk)


def test_dates_mean_the_end_of_the_performers_day(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    assert grant.starts_at == datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert grant.generate_until == datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
    assert grant.exploit_until == datetime(2029, 6, 30, 23, 0, tzinfo=UTC)


def test_the_phase_follows_the_clock_with_no_sweep_at_all(cast: Cast) -> None:
    grant = again(make.granted(cast.northlight, cast.imani))
    assert grant.phase(NOW) is Phase.SCHEDULED
    assert grant.phase(grant.starts_at) is Phase.ACTIVE
    assert grant.phase(grant.generate_until - timedelta(microseconds=1)) is Phase.ACTIVE
    assert grant.phase(grant.generate_until) is Phase.WINDING_DOWN
    assert grant.phase(grant.destroy_by) is Phase.DESTRUCTION_DUE


def test_taking_back_ends_generation_at_the_next_read(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    when = grant.starts_at + timedelta(days=5)
    assert Grant.objects.generating(when).filter(pk=grant.pk).exists()
    grants.withdraw(grant, reason="Not what we agreed", actor=cast.imani.actor(), now=when)
    assert not Grant.objects.generating(when).filter(pk=grant.pk).exists()
    taken = again(grant)
    assert taken.phase(when) is Phase.WINDING_DOWN
    assert taken.destroy_by == when + timedelta(days=30)
    assert taken.exploit_until == grant.exploit_until
    with pytest.raises(Refused):
        grants.withdraw(grant, actor=cast.imani.actor(), now=when)
    assert Fact.objects.filter(kind="grant.withdrawn").count() == 1


def test_only_the_performer_takes_back_or_stops(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    agent = by_session.client(make.visitor(cast.rosalind), cast.imani.performer.ref)[1]
    for outsider in (agent, cast.northlight.actor(), cast.stranger.actor(), make.staff()):
        with pytest.raises(NotEntitled):
            grants.withdraw(grant, actor=outsider, now=NOW)
        with pytest.raises(NotEntitled):
            grants.stop_everything(cast.imani.performer, actor=outsider, now=NOW)


def test_a_stop_suspends_every_grant_at_the_next_read_and_starting_again_frees_them(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    when = grant.starts_at + timedelta(days=1)
    grants.stop_everything(cast.imani.performer, actor=cast.imani.actor(), now=when)
    assert again(grant).phase(when) is Phase.SUSPENDED
    assert not Grant.objects.generating(when).exists()
    grants.start_again(cast.imani.performer, actor=cast.imani.actor(), now=when + timedelta(hours=1))
    assert again(grant).phase(when) is Phase.ACTIVE
    assert Grant.objects.generating(when).exists()


def test_ends_are_announced_90_30_7_and_1_days_before_and_when_they_come_once_each(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    told: list[tuple[str, int]] = []
    day = grant.starts_at
    while day < grant.generate_until + timedelta(days=2):
        expirations.sweep(now=day)
        day += timedelta(hours=12)
    for fact in (
        Fact.objects.filter(kind__in=["grant.ending", "grant.clock_ended"]).order_by("seq").select_related("payload")
    ):
        payload = json.loads(fact.payload.text)
        if payload["clock"] == "GENERATE":
            told.append((payload["clock"], payload["days"]))
    assert told == [("GENERATE", 90), ("GENERATE", 30), ("GENERATE", 7), ("GENERATE", 1), ("GENERATE", 0)]


def test_after_a_long_silence_each_clock_is_told_once(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    expirations.sweep(now=grant.exploit_until + timedelta(days=400))
    expirations.sweep(now=grant.exploit_until + timedelta(days=401))
    assert Fact.objects.filter(kind="grant.clock_ended").count() == 3
    assert Fact.objects.filter(kind="grant.ending").count() == 0
    assert Announcement.objects.filter(grant=grant).count() == 15
    assert again(grant).announce_at is None


def test_media_opens_and_closes_with_the_grant(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    seen = make.visitor(cast.northlight.clearance)
    with pytest.raises(NotFound):
        by_session.studio_media(seen, "northlight", "M-NOSUCH", now=grant.starts_at)


def test_the_database_refuses_to_lengthen_or_rewrite_a_grant(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    longer = {"exploit_until": grant.exploit_until + timedelta(days=1)}
    for change in (longer, {"terms_text": "{}"}, {"starts_at": grant.starts_at - timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(**change)


def test_the_database_refuses_to_change_a_fact(cast: Cast) -> None:
    make.granted(cast.northlight, cast.imani)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE consent_fact SET kind = 'nothing.happened'")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_fact WHERE seq = 1")


def test_a_yes_whose_dates_have_passed_is_refused(cast: Cast) -> None:
    dates = {
        "starts_on": "2026-06-01",
        "generate_until": "2026-06-10",
        "exploit_until": "2026-12-31",
        "destroy_by": "2026-07-01",
    }
    row = make.pending(cast.northlight, cast.imani, make.terms(dates=dates), now=at(days=-5))
    with pytest.raises(Refused) as no:
        make.approve(row, cast.imani, now=at(days=1))
    assert no.value.code == "DATES_PASSED"


def test_a_row_that_fails_stops_no_other_and_the_sweep_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make.pending(cast.northlight, cast.imani, days=2)
    second = make.pending(cast.northlight, cast.imani, days=3)
    lapse = expirations.use_requests.lapse

    def stumble(row: UseRequest, **more: object) -> object:
        if row.pk == first.pk:
            raise RuntimeError("one bad row")
        return lapse(row, **more)

    monkeypatch.setattr(expirations.use_requests, "lapse", stumble)
    with pytest.raises(RuntimeError):
        expirations.sweep(now=at(days=4))
    assert UseRequest.objects.get(pk=second.pk).state == "LAPSED"
