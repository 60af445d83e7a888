"""Row 6: facts to delivered mail, beside a task per mail, django-post-office and a bare SMTP loop over one connection."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from consent.models import UseRequest
from consent.services import ledger, moves
from consent.services.ledger import Saying
from notifications import delivery, letters, outbox
from notifications.bag import WITH, Bag
from notifications.channels import mime
from notifications.channels.email import MailPost, compose
from notifications.models import Channel, Delivery, State
from portal import embedded, env
from tests import make
from tests.bench import seed
from tests.bench.board import ROOT, Line, at_least, rate
from tests.bench.office import office
from tests.bench.run import Run
from tests.bench.turns import Times, once_each

NOTE = (
    "The letter is the longest there is: a request to answer, with its terms, in text and HTML. Ours begins at the fact and ends"
    " with the mail settled as sent; the server that takes the mail is a program of its own. Post-office renders the same words"
    " from a template with two values; the bare loop sends bytes that are ready, and is the floor."
)


def run(run: Run) -> Iterator[Line]:
    each = run.size(10_000 if run.full else 1_000, quick=20)
    rounds = 2 if run.quick else 3
    with office() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        writer = _Writer(make.cast(), each)
        with _worker(port) as sent_by_task:
            cases = {
                "ours": lambda: _ours(writer, each),
                "task": lambda: sent_by_task(writer, each // 4),
                "floor": lambda: _bare(writer, each, port),
            }
            if run.peer("post_office"):
                cases["post_office"] = lambda: _post_office(writer, each)
            for name in ("ours", "floor"):
                cases[name]()
            times = once_each(cases, rounds=rounds)
    ours = times["ours"]
    title = f"{each:,} facts to delivered mail"
    for name, peer, goal in (
        ("task", "a Celery task per mail", at_least(3)),
        ("post_office", "django-post-office, the same letter", at_least(2)),
        ("floor", "smtplib over one connection (floor)", at_least(0.35)),
    ):
        if name in times:
            yield _line(title, peer, ours, times[name], goal)


def _line(title: str, peer: str, ours: Times, theirs: Times, goal: object) -> Line:
    return Line(6, title, peer, rate(ours.per_second), rate(theirs.per_second), theirs.over(ours), goal, NOTE)  # type: ignore[arg-type]


class _Writer:
    """Makes facts without end: requests of a hundred performers that were sent, and waiting."""

    def __init__(self, cast: make.Cast, each: int) -> None:
        self.now = timezone.now()
        first = make.pending(cast.northlight, cast.imani, now=self.now, days=10)
        people = min(each, 100)
        seed.copies(cast.imani.user, people, email="'p' || n || '@example.org'", ref="'U-M' || n")
        owner = "JOIN consent_user u ON u.email = 'p' || n || '@example.org'"
        seed.copies(cast.imani.performer, people, source=owner, user_id="u.id", professional_name="'Performer ' || n")
        asked = f"JOIN consent_performer p ON p.ref = 'P-' || lpad(((n - 1) %% {people} + 1)::text, 10, '0')"
        seed.copies(
            first, each, source=asked, performer_id="p.id", deadline_at="own.deadline_at + n * interval '1 second'"
        )
        self.rows = list(UseRequest.objects.exclude(pk=first.pk).select_related("performer", "studio", "production"))
        self.studio = cast.northlight
        outbox.dispatch_all(clock=timezone.now)
        Delivery.objects.all().delete()

    def facts(self, count: int) -> int:
        """Record facts, as the services do when a request is sent; this is not what is measured."""
        actor, said = self.studio.actor(), self.rows[:count]
        with transaction.atomic():
            ledger.record_all(
                [
                    Saying(
                        kind="use_request.submitted", performer=row.performer, studio=row.studio, use_request=row,
                        payload=moves.facts_of(row),
                    )
                    for row in said
                ],
                actor=actor, now=timezone.now(),
            )  # fmt: skip
        return len(said)

    def waiting(self, count: int) -> list[Delivery]:
        """Mails that wait to be sent."""
        self.facts(count)
        outbox.dispatch_all(clock=timezone.now)
        return list(Delivery.objects.filter(channel=Channel.EMAIL, state=State.QUEUED).select_related(*WITH))

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM notifications_delivery")
        seed.analyze()


def _ours(writer: _Writer, each: int) -> tuple[int, float]:
    writer.facts(each)
    began = time.perf_counter()
    outbox.dispatch_all(clock=timezone.now)
    with MailPost() as post:
        tally = delivery.deliver_all(post, clock=timezone.now)
    took = time.perf_counter() - began
    writer.clear()
    if tally.sent < each:
        raise AssertionError(f"{tally} of {each}")
    return tally.sent, took


def _bare(writer: _Writer, each: int, port: int) -> tuple[int, float]:
    rows = writer.waiting(1)
    raw = mime.raw(compose(rows[0], letters.write(rows[0], Bag.pack(rows[:1], now=timezone.now()))))
    writer.clear()
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as session:
        for _ in range(each):
            session.sendmail("no-reply@example.org", ["p1@example.org"], raw)
    return each, time.perf_counter() - began


def _post_office(writer: _Writer, each: int) -> tuple[int, float]:
    """From "send this" to "sent", as its own documents do it in bulk: ``send_many``, then ``send_queued`` in one process."""
    from post_office import mail
    from post_office.models import Email, EmailTemplate

    rows = writer.waiting(1)
    letter = letters.write(rows[0], Bag.pack(rows[:1], now=timezone.now()))
    writer.clear()
    template, _made = EmailTemplate.objects.get_or_create(name="bench", defaults=_template(letter))
    began = time.perf_counter()
    mail.send_many(
        [
            {
                "recipients": [f"p{number}@example.org"], "sender": "no-reply@example.org", "template": template,
                "context": {"name": "Imani", "href": f"https://example.org/{number}"}, "render_on_delivery": True,
            }
            for number in range(each)
        ]
    )  # fmt: skip
    mail.send_queued(processes=1, log_level=0)
    took = time.perf_counter() - began
    sent = Email.objects.filter(status=0).count()
    Email.objects.all().delete()
    if sent < each:
        raise AssertionError(f"{sent} of {each}")
    return each, took


def _template(letter: letters.Letter) -> dict[str, str]:
    """The letter with two values left open."""
    values = "{{ name }} {{ href }}"
    return {
        "subject": letter.subject,
        "content": letter.text.replace("{", "").replace("}", "") + values,
        "html_content": letter.html.replace("{", "").replace("}", "") + values,
    }


@contextmanager
def _worker(port: int) -> Iterator[object]:
    """A Celery worker with one process on the run's own broker; yields how it sends a number of mails, one task each."""
    from tests.bench.one_by_one import app, send_one

    served = embedded.addresses(settings.VAR)
    surroundings = env.everything() | {
        "DATABASE_URL": served.database_url,
        "REDIS_URL": served.redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.bench.one_by_one",
        "worker",
        "-c",
        "1",
        "-Q",
        "bench",
        "-l",
        "error",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings, start_new_session=True)
    try:
        while not app.control.ping(timeout=1):
            if process.poll() is not None:
                raise AssertionError("the worker did not start")

        def send(writer: _Writer, each: int) -> tuple[int, float]:
            ids = [row.pk for row in writer.waiting(each)]
            began = time.perf_counter()
            for pk in ids:
                send_one.delay(pk=pk)
            while Delivery.objects.filter(pk__in=ids, state=State.SENT).count() < len(ids):
                time.sleep(0.02)
            took = time.perf_counter() - began
            writer.clear()
            return len(ids), took

        yield send
    finally:
        embedded.kill_group(process)
