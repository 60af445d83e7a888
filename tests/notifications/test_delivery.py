"""Claim, send, settle over real SMTP: nothing lost, nothing claimed twice, and every failure told apart."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, connections

from consent.core.roles import Right
from consent.models import Representation, User, UseRequest
from consent.services import representatives, use_requests
from notifications import delivery, preferences
from notifications.bag import Bag
from notifications.channels.base import Away, Permanent, Temporary
from notifications.channels.email import MailPost, _clean
from notifications.delivery import BATCH, LEASE, LONGEST_PAUSE, LONGEST_TRY, MOST_TRIES
from notifications.models import Delivery, State
from tests import make
from tests.conftest import Sink, Spawn, free_port
from tests.make import NOW, Cast, at
from tests.notifications import office


class Post:
    """A channel that does as it is told and remembers what it was given."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []

    def send(self, delivery: Delivery, bag: Bag) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append(delivery.message_id)


def work(post: Post, now: datetime = NOW) -> delivery.Tally:
    return delivery.deliver_all(post, clock=office.clock(now))


def one_mail(cast: Cast) -> Delivery:
    """The mail of a declined request to the studio's owner: it asks nothing, so it never goes stale."""
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    make.decline(row, cast.imani)
    office.dispatch()
    mine = office.mails(cast.northlight.owner, "use_request.declined")[0]
    Delivery.objects.exclude(pk=mine.pk).delete()
    return mine


def fresh(row: Delivery) -> Delivery:
    return Delivery.objects.get(pk=row.pk)


def test_a_mail_goes_out_and_is_settled(cast: Cast, smtp: Sink) -> None:
    row = one_mail(cast)
    assert office.send() == delivery.Tally(sent=1)
    row = fresh(row)
    assert (row.state, row.sent_at, row.attempts, row.claim) == (State.SENT, NOW, 1, None)
    assert [message["Message-ID"] for message in smtp.messages] == [f"<{row.message_id}@localhost>"]
    assert office.send() == delivery.Tally()


def test_a_server_that_asks_to_wait_is_asked_again_later(cast: Cast, smtp: Sink) -> None:
    row = one_mail(cast)
    smtp.answer = "451 4.3.0 try later"
    assert office.send().later == 1
    row = fresh(row)
    assert (row.state, row.last_error_code, row.attempts) == (State.QUEUED, "SMTP_451", 1)
    assert timedelta(seconds=24) <= row.next_try_at - NOW <= timedelta(seconds=36)
    smtp.answer = ""
    assert office.send(NOW + timedelta(seconds=20)).sent == 0
    assert office.send(NOW + timedelta(seconds=40)).sent == 1
    assert smtp.messages[0]["Message-ID"] == f"<{row.message_id}@localhost>"
    assert fresh(row).last_error_code == ""


def test_a_refusal_for_good_is_a_dead_letter_and_can_be_sent_again(cast: Cast, smtp: Sink) -> None:
    row = one_mail(cast)
    smtp.answer = "550 5.1.1 no such mailbox"
    assert office.send().dead == 1
    row = fresh(row)
    assert (row.state, row.last_error_code, row.settled_at) == (State.DEAD, "SMTP_550", NOW)
    assert "no such mailbox" in row.last_error
    smtp.answer = ""
    assert delivery.retry(row.message_id, now=at(hours=1))
    assert not delivery.retry(row.message_id, now=at(hours=1))
    assert office.send(at(hours=1)).sent == 1
    assert smtp.messages[0]["Message-ID"] == f"<{row.message_id}@localhost>"


def test_the_next_mails_go_on_past_one_that_fails(cast: Cast, smtp: Sink) -> None:
    make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    waiting = len(office.mails())
    tally = work(Post(Permanent("SMTP_550"), Temporary("SMTP_451"), RuntimeError("a template with a hole")))
    assert (tally.dead, tally.later, tally.sent) == (1, 2, waiting - tally.skipped - 3)
    assert Delivery.objects.get(last_error_code="NOT_WRITTEN").last_error == "RuntimeError"


def test_a_server_that_is_away_costs_one_mail_one_try(cast: Cast) -> None:
    make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    Delivery.objects.exclude(kind="use_request.declined").delete()
    post = Post(Away("AWAY", "connection refused"))
    tally = work(post)
    assert (tally.later, tally.sent) == (1, 0)
    assert sorted(row.attempts for row in office.mails()) == [0, 0, 0, 1]
    assert {row.state for row in office.mails()} == {State.QUEUED}


def test_a_closed_port_is_a_server_that_is_away(cast: Cast, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    row = one_mail(cast)
    assert office.send().later == 1
    assert fresh(row).last_error_code == "AWAY"


def test_pauses_double_up_to_an_hour() -> None:
    for attempts in range(1, 30):
        plain = min(timedelta(seconds=30) * 2 ** (attempts - 1), LONGEST_PAUSE)
        assert plain * 0.8 <= delivery.pause(attempts) <= plain * 1.2


def test_twelve_tries_and_it_is_dead(cast: Cast) -> None:
    row = one_mail(cast)
    now = NOW
    for tried in range(1, MOST_TRIES + 1):
        assert fresh(row).state == State.QUEUED, tried
        work(Post(Temporary("SMTP_451", "later")), now)
        now += timedelta(hours=2)
    row = fresh(row)
    assert (row.state, row.attempts) == (State.DEAD, MOST_TRIES)


def test_three_days_of_trying_and_it_is_dead(cast: Cast) -> None:
    row = one_mail(cast)
    first = at(days=30)  # the workers were away for a month: the three days begin with the first try
    work(Post(Temporary("SMTP_451")), first)
    work(Post(Temporary("SMTP_451")), first + LONGEST_TRY - timedelta(hours=1))
    assert fresh(row).state == State.QUEUED
    work(Post(Temporary("SMTP_451")), first + LONGEST_TRY + timedelta(hours=1))
    assert fresh(row).state == State.DEAD


def test_nights_without_a_try_do_not_count(cast: Cast) -> None:
    row = one_mail(cast)
    preferences.keep_settings(
        cast.northlight.owner, quiet=True, quiet_from=time(21), quiet_to=time(8), neutral_subjects=False
    )
    for nights in range(5):
        night = datetime(2026, 6, 11 + nights, 22, tzinfo=UTC)
        Delivery.objects.filter(pk=row.pk).update(next_try_at=night)
        assert work(Post(), night).later == 1
        assert (fresh(row).attempts, fresh(row).first_tried_at) == (0, None)
    morning = fresh(row).next_try_at
    assert work(Post(Temporary("SMTP_451")), morning).later == 1
    assert (fresh(row).state, fresh(row).first_tried_at) == (State.QUEUED, morning)


def test_what_waits_behind_a_silent_server_keeps_its_three_days(cast: Cast) -> None:
    make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    Delivery.objects.exclude(kind="use_request.declined").delete()
    work(Post(Away("AWAY")), NOW)
    given_back = Delivery.objects.filter(state=State.QUEUED, attempts=0)
    assert given_back.count() == given_back.filter(first_tried_at=None).count() == 3
    tried = at(days=4)  # the server was away all the time, and asked by other mails
    Delivery.objects.exclude(pk=given_back[0].pk).delete()
    work(Post(Temporary("SMTP_451")), tried)
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.first_tried_at) == (State.QUEUED, 1, tried)


def test_only_the_holder_of_the_claim_settles(cast: Cast) -> None:
    row = one_mail(cast)
    slow = delivery.claim(now=NOW)
    assert delivery.claim(now=NOW).rows == []
    assert delivery.free_stuck(now=NOW) == 0  # slow, and alive
    assert delivery.free_stuck(now=NOW + LEASE) == 0
    assert delivery.free_stuck(now=NOW + LEASE + timedelta(seconds=1)) == 1
    quick = delivery.claim(now=at(minutes=3))
    assert [found.pk for found in quick.rows] == [row.pk]
    slow.sent = slow.rows
    delivery._settle_sent(slow, delivery.Tally(), at(minutes=4))
    assert fresh(row).state == State.SENDING  # still the second worker's
    quick.sent = quick.rows
    tally = delivery.Tally()
    delivery._settle_sent(quick, tally, at(minutes=4))
    assert tally.sent == 1
    assert (fresh(row).state, fresh(row).attempts) == (State.SENT, 2)


def test_a_worker_that_is_always_lost_ends_in_a_dead_letter(cast: Cast) -> None:
    row = one_mail(cast)
    now = NOW
    for _ in range(MOST_TRIES):
        delivery.claim(now=now)
        now += LEASE + timedelta(seconds=1)
        delivery.free_stuck(now=now)
    assert (fresh(row).state, fresh(row).last_error_code) == (State.DEAD, "LOST")


def test_a_slow_batch_gives_back_what_it_cannot_finish_in_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    Delivery.objects.exclude(kind="use_request.declined").delete()
    ticks = iter([0.0] * 5 + [61.0] + [1000.0] * 20)
    monkeypatch.setattr(delivery.time, "monotonic", lambda: next(ticks))
    post = Post()
    tally = work(post)
    assert tally.sent == len(post.sent) == 2
    assert sorted((row.state, row.attempts) for row in office.mails()) == [("QUEUED", 0)] * 2 + [("SENT", 1)] * 2


def test_what_is_no_longer_true_is_not_sent(cast: Cast, smtp: Sink) -> None:
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    use_requests.amend(
        row, make.terms(channels=["STREAMING"]), revision=row.revision, actor=cast.northlight.actor(), now=NOW
    )
    office.dispatch()
    row = UseRequest.objects.get(pk=row.pk)
    use_requests.amend(
        row, make.terms(channels=["THEATRICAL"]), revision=row.revision, actor=cast.northlight.actor(), now=NOW
    )
    tally = office.run()
    assert (tally.sent, tally.skipped) == (2, 2)
    skipped = Delivery.objects.filter(state=State.SKIPPED)
    assert {(found.revision, found.last_error_code) for found in skipped} == {(2, "TERMS_CHANGED")}
    asked = make.pending(cast.northlight, cast.imani)
    office.dispatch()
    use_requests.withdraw(asked, revision=asked.revision, actor=cast.northlight.actor(), now=NOW)
    assert office.send().skipped == 2
    assert {found.last_error_code for found in skipped.filter(use_request=asked)} == {"NOT_PENDING"}


def test_whoever_lost_their_authority_meanwhile_gets_nothing(cast: Cast, smtp: Sink) -> None:
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    Delivery.objects.exclude(kind="use_request.submitted").delete()
    representatives.revoke_representation(cast.authority, actor=cast.imani.actor(second_factor=True), now=NOW)
    User.objects.filter(pk=cast.imani.user.pk).update(is_active=False)
    assert office.send() == delivery.Tally(skipped=2)
    assert {row.last_error_code for row in office.mails()} == {"AUTHORITY"}
    assert smtp.messages == []


def test_a_representative_without_answers_reads_only(cast: Cast, smtp: Sink) -> None:
    Representation.objects.filter(pk=cast.authority.pk).update(rights=[Right.SEE.value])
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.run()
    by_name = {message["To"]: office.part(message, "html") for message in smtp.messages}
    assert "Or, if you know already" in by_name["Imani Clarke <imani@example.org>"]
    assert "Or, if you know already" not in by_name["Rosalind Pike <rosalind@pikelarkin.example>"]


def test_an_error_that_quotes_the_mail_leaks_no_link() -> None:
    said = _clean("554 blocked: https://sayso.example/l/sl1_8fQ-x_A9 and /notices/off/su1.U-1.REQUESTS.k1.abc\r\nbye")
    assert said == "554 blocked: https://sayso.example/l/sl1_… and /notices/off/su1.… bye"


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_every_mail_once(transactional_db: None, smtp: Sink) -> None:
    cast = make.cast()
    office.forget()
    for _ in range(BATCH // 2 + 15):
        make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    waiting = {row.message_id for row in office.mails()}
    crashes: list[BaseException] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            office.send()
        except BaseException as crash:
            crashes.append(crash)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    assert not crashes
    skipped = set(Delivery.objects.filter(state=State.SKIPPED).values_list("message_id", flat=True))
    arrived = [message["Message-ID"].strip("<>").partition("@")[0] for message in smtp.messages]
    assert sorted(arrived) == sorted(waiting - skipped)


KILLED = """
import os, signal, django
django.setup()
from django.utils.dateparse import parse_datetime
from notifications import delivery
from notifications.channels.email import MailPost

class Dying(MailPost):
    def send(self, row, bag):
        super().send(row, bag)
        os.kill(os.getpid(), signal.SIGKILL)

with Dying() as post:
    delivery.deliver_all(post, clock=lambda: parse_datetime(os.environ["NOW"]))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_between_sending_and_settling_the_retry_is_the_same_message(spawn: Spawn, smtp: Sink) -> None:
    row = one_mail(make.cast())
    assert spawn("-c", KILLED, NOW=NOW.isoformat()).wait(timeout=60) == -signal.SIGKILL
    assert len(smtp.messages) == 1
    assert (fresh(row).state, fresh(row).attempts) == (State.SENDING, 1)
    assert (
        office.send(NOW + timedelta(seconds=1)).sent == 1
    )  # the lock died with the worker: no need to wait for the lease
    assert smtp.messages[0]["Message-ID"] == smtp.messages[1]["Message-ID"]


class Dropping(Sink):
    """Takes the first mail and hangs up on the second."""

    async def handle_MAIL(
        self, server: object, session: object, envelope: object, address: str, options: list[str]
    ) -> str:
        if self.messages and not self.answer:
            self.answer = "hung up"
            server.transport.close()  # type: ignore[attr-defined]
        envelope.mail_from = address  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.handle_message(self.prepare_message(session, envelope))
        return "250 OK"


def test_a_connection_that_breaks_is_opened_again(cast: Cast, settings: object) -> None:
    make.decline(make.pending(cast.northlight, cast.imani), cast.imani)
    office.dispatch()
    Delivery.objects.exclude(kind="use_request.declined").delete()
    sink = Dropping()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    try:
        tally = office.send()
        assert (tally.sent, tally.later) == (3, 1)
        assert office.send(at(minutes=1)).sent == 1
    finally:
        controller.stop()
    assert len({message["Message-ID"] for message in sink.messages}) == 4


def test_a_mail_is_never_sent_inside_a_transaction(cast: Cast, django_db_blocker: object) -> None:
    one_mail(cast)
    depth = len(connection.savepoint_ids)

    class Looking(Post):
        def send(self, delivery: Delivery, bag: Bag) -> None:
            assert len(connection.savepoint_ids) == depth  # only the test's own transaction is open
            super().send(delivery, bag)

    assert work(Looking()).sent == 1


def test_the_mail_post_closes_what_it_opened(cast: Cast, smtp: Sink) -> None:
    one_mail(cast)
    with MailPost() as post:
        delivery.deliver_all(post, clock=office.clock(NOW))
        assert post._connection.connection is not None
    assert post._connection.connection is None
