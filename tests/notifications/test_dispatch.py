"""A fact becomes rows once: for the right people, in the way they chose, whatever runs beside it."""

from __future__ import annotations

import threading
from datetime import time

import pytest
from django.db import connection, connections, transaction

from consent.core.actor import Actor
from consent.core.roles import Right, StudioRole
from consent.core.vocabulary import Stance, Use
from consent.models import FactPayload, Outgoing, Representation, Side, ThreadKind
from consent.services import decisions, expirations, grants, ledger, representatives, studios, use_requests
from notifications import outbox, preferences, receivers
from notifications.models import Channel, Delivery, Group, How, State
from tests import make
from tests.make import NOW, Cast, at
from tests.notifications import office


def told(kind: str, channel: Channel = Channel.EMAIL) -> set[str]:
    """To whom a kind was told, by address."""
    rows = Delivery.objects.filter(kind=kind, channel=channel).select_related("recipient")
    return {row.recipient.email if row.recipient else row.address for row in rows}


IMANI, ROSALIND = "imani@example.org", "rosalind@pikelarkin.example"
NORTHLIGHT = {"owner@northlight.example", "clearance@northlight.example"}


def test_a_request_is_told_to_the_performer_and_who_may_see(cast: Cast) -> None:
    office.forget()
    make.pending(cast.northlight, cast.imani)
    assert office.dispatch() == 1
    assert told("use_request.submitted") == {IMANI, ROSALIND}
    assert told("use_request.submitted", Channel.INAPP) == {IMANI, ROSALIND}
    assert not Outgoing.objects.exists()


def test_rights_decide_and_revoked_authority_ends_it(cast: Cast) -> None:
    blind = make.user("blind@agency.example", "Blind Agent", Side.REPRESENTATIVE)
    authority = make.represent(cast.imani, blind, rights=(Right.SEE,))
    Representation.objects.filter(pk=authority.pk).update(rights=[Right.SEE_MONEY.value])
    representatives.revoke_representation(cast.authority, actor=cast.imani.actor(second_factor=True), now=NOW)
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    assert told("use_request.submitted") == {IMANI}


def test_viewers_and_rivals_hear_nothing(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.decline(row, cast.imani)
    office.forget()
    decisions.reopen(row, actor=cast.imani.actor(), now=NOW)
    office.dispatch()
    assert told("use_request.reopened") == {IMANI, ROSALIND, *NORTHLIGHT}


def test_the_studio_does_not_hear_of_a_yes_before_its_hold_is_over(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    make.approve(row, cast.imani)
    office.dispatch()
    assert told("use_request.approved") == {IMANI, ROSALIND}  # the decider's own receipt is among them
    expirations.sweep(now=at(minutes=10))
    office.dispatch()
    assert told("grant.issued") == {IMANI, ROSALIND, *NORTHLIGHT}


def test_questions_go_to_the_other_side_and_notes_never_leave_it(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    use_requests.say(row, "Who trains the model?", actor=cast.imani.actor(), now=NOW)
    use_requests.say(row, "Nobody does.", actor=cast.northlight.actor(), now=NOW)
    use_requests.say(row, "I would take it.", kind=ThreadKind.NOTE, actor=cast.imani.actor(), now=NOW)
    office.dispatch()
    assert told("use_request.question_asked") == NORTHLIGHT
    assert told("use_request.question_answered") == {IMANI, ROSALIND}
    assert told("use_request.note_left") == {ROSALIND}


def test_a_standing_no_is_told_once_and_later(cast: Cast) -> None:
    cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER)
    office.forget()
    make.pending(cast.northlight, cast.imani, make.terms(essential=["USE"]))
    office.dispatch()
    assert told("use_request.submitted") == set()
    assert {row.state for row in office.mails(cast.imani.user)} == {State.DIGEST}
    assert {row.state for row in office.mails(cast.northlight.owner)} == {State.QUEUED}


def test_a_stop_is_told_once_to_the_performer_and_per_grant_to_the_studio(cast: Cast) -> None:
    grant = make.granted(cast.northlight, cast.imani)
    office.forget()
    grants.stop_everything(cast.imani.performer, actor=cast.imani.actor(), now=at(days=30))
    office.dispatch(at(days=30))
    assert told("performer.stopped") == {IMANI, ROSALIND}
    assert told("grant.suspended") == NORTHLIGHT
    assert Delivery.objects.filter(kind="grant.suspended").first().subject_ref == grant.ref


def test_an_invited_address_without_account_gets_mail_and_nothing_else(cast: Cast) -> None:
    office.forget()
    owner = cast.northlight.actor(as_="owner")
    for address in ("New.Person@Example.org", cast.stranger.user.email):
        studios.invite_member(cast.northlight.studio, address, StudioRole.VIEWER, actor=owner, now=NOW)
    office.dispatch()
    assert told("studio.member_invited") == {"new.person@example.org", "stranger@example.org"}
    assert told("studio.member_invited", Channel.INAPP) == {"stranger@example.org"}


def test_staff_hear_of_a_studio_that_waits(cast: Cast) -> None:
    office.forget()
    make.a_studio("fresh", "Fresh Films", verified=False)
    office.dispatch()
    assert told("studio.founded") == {"staff@example.org"}


def test_choices_rule_the_mail_and_never_the_inbox(cast: Cast) -> None:
    office.forget()
    preferences.choose(cast.imani.user, {Group.REQUESTS: How.OFF})
    preferences.choose(cast.rosalind, {Group.REQUESTS: How.DAILY})
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    assert office.mails(cast.imani.user) == []
    assert [row.state for row in office.mails(cast.rosalind)] == [State.DIGEST]
    assert told("use_request.submitted", Channel.INAPP) == {IMANI, ROSALIND}


def test_security_and_receipts_come_whatever_was_chosen(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    preferences.choose(cast.imani.user, {Group.ANSWERS: How.OFF, Group.REQUESTS: How.OFF})
    office.forget()
    make.approve(row, cast.imani)
    decisions.disown(row, actor=cast.imani.actor(), now=NOW)
    office.dispatch()
    assert IMANI in told("use_request.approved")
    with pytest.raises(ValueError, match="always on"):
        preferences.choose(cast.imani.user, {Group.SECURITY: How.OFF})


def test_quiet_hours_hold_what_is_not_urgent(cast: Cast) -> None:
    preferences.keep_settings(
        cast.imani.user, quiet=True, quiet_from=time(9), quiet_to=time(18, 30), neutral_subjects=False
    )
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    use_requests.say(row, "Any news?", actor=cast.northlight.actor(), now=NOW)
    make.approve(row, cast.imani)
    office.dispatch()
    asked, approved = office.mails(cast.imani.user)
    assert asked.next_try_at == NOW.replace(hour=17, minute=30)  # 18:30 in London, in June
    assert approved.next_try_at == NOW  # it can be taken back for ten minutes only


def test_dispatching_again_changes_nothing(cast: Cast) -> None:
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    before = list(Delivery.objects.order_by("pk").values_list("pk", "fact_id", "recipient_id", "channel"))
    fact = Delivery.objects.first().fact
    Outgoing.objects.create(fact=fact, created_at=NOW)
    assert office.dispatch(at(hours=1)) == 1
    assert list(Delivery.objects.order_by("pk").values_list("pk", "fact_id", "recipient_id", "channel")) == before


def test_a_kind_of_a_newer_release_waits_for_it(cast: Cast) -> None:
    office.forget()
    with transaction.atomic():
        ledger.record(
            "grant.gilded", performer=cast.imani.performer, actor=Actor.clock(), now=NOW, payload={"performer": "Imani"}
        )
    make.pending(cast.northlight, cast.imani)
    assert office.dispatch() == 1
    assert [row.fact.kind for row in Outgoing.objects.all()] == ["grant.gilded"]


def test_an_erased_fact_tells_nobody_anything(cast: Cast) -> None:
    office.forget()
    make.pending(cast.northlight, cast.imani)
    FactPayload.objects.filter(fact__kind="use_request.submitted").delete()
    assert office.dispatch() == 1
    assert told("use_request.submitted") == set()


def test_queries_do_not_grow_with_the_batch(cast: Cast, django_assert_max_num_queries: object) -> None:
    office.forget()
    for _ in range(6):
        make.pending(cast.northlight, cast.imani)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert outbox.dispatch(now=NOW) == 6


@pytest.mark.django_db(transaction=True)
def test_four_dispatchers_tell_everybody_once(transactional_db: None) -> None:
    cast = make.cast()
    office.forget()
    for _ in range(40):
        make.pending(cast.northlight, cast.imani)
    counted: list[int] = []
    crashes: list[BaseException] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            while done := outbox.dispatch(now=NOW, size=7):
                counted.append(done)
        except BaseException as crash:
            crashes.append(crash)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    office.dispatch()
    assert not crashes
    assert not Outgoing.objects.exists()
    rows = Delivery.objects.values_list("fact_id", "recipient_id", "channel")
    assert len(rows) == len(set(rows)) == 40 * 2 * 2


@pytest.mark.django_db(transaction=True)
def test_one_wake_up_per_commit(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make.cast()
    row = make.pending(cast.northlight, cast.imani)
    woken: list[str] = []
    monkeypatch.setattr(receivers.tasks.dispatch_pending, "delay", lambda **_: woken.append("x"))
    make.decline(row, cast.imani, never_again=True)  # two facts at least, one commit
    assert len(woken) == 1
    decisions.reopen(row, actor=cast.imani.actor(), now=NOW)
    assert len(woken) == 2
