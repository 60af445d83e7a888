"""Row 5: the inbox of 25 rows and the page of one request, beside a page that only knows who asks and Django's own list."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.models import User
from tests import make
from tests.bench import seed
from tests.bench.board import Line, at_least, at_most, rate
from tests.bench.browser import Browser
from tests.bench.run import Run
from tests.bench.turns import in_turns

ROWS = 25
INBOX, FLOOR, ADMIN = "/requests/", "/bench/floor/", "/bench/admin/consent/userequest/"
NOTE = (
    "Pages are asked for through WSGI with the whole middleware, one at a time, without a network in between. The floor is a page"
    " that reads the session and the person and says one line. Weight is what a browser receives: the page and its style sheets,"
    " compressed; no script is needed to paint it."
)


def run(run: Run) -> Iterator[Line]:
    call_command("collectstatic", verbosity=0, interactive=False)
    cast = make.cast()
    review = _fill(cast)
    browser, staff = Browser(cast.imani.user), Browser(_staff())
    times = in_turns(
        {
            "inbox": lambda: browser.get(INBOX),
            "review": lambda: browser.get(review),
            "floor": lambda: browser.get(FLOOR),
            "admin": lambda: staff.get(ADMIN),
        },
        rounds=run.rounds * 2, seconds=run.seconds * 2,
    )  # fmt: skip
    floor = times["floor"]
    for name, title in (("inbox", f"inbox of {ROWS} rows"), ("review", "page of one request")):
        ours = times[name]
        goal = at_least(0.25) if name == "inbox" else None
        yield Line(
            5, f"{title}, throughput", "session and person (floor)", rate(ours.per_second), rate(floor.per_second),
            floor.over(ours), goal, NOTE,
        )  # fmt: skip
    ours, theirs = times["inbox"], times["admin"]
    yield Line(
        5, f"inbox of {ROWS} rows, time", "Django admin's list of the same rows", rate(ours.per_second), rate(theirs.per_second),
        ours.over(theirs), at_most(1),
    )  # fmt: skip
    for title, address, most in ((f"inbox of {ROWS} rows", INBOX, 4), ("page of one request", review, 8)):
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        yield Line(
            5, f"{title}, queries", "a budget", str(len(queries)), str(most), (float(len(queries)),), at_most(most)
        )
        page, styles = browser.weight(address)
        told = f"{page / 1000:.1f} + {styles / 1000:.1f} kB"
        yield Line(
            5, f"{title}, weight in kB with styles", "a budget", told, "60 kB", ((page + styles) / 1000,), at_most(60)
        )


def _fill(cast: make.Cast) -> str:
    """Requests that wait, more than a page of them; returns the address of one."""
    now = timezone.now()
    row = make.pending(cast.northlight, cast.imani, now=now, days=10)
    seed.copies(row, ROWS + 5, deadline_at="own.deadline_at + n * interval '1 hour'")
    seed.analyze()
    return f"/requests/{row.ref}/"


def _staff() -> User:
    make.staff()
    return User.objects.get(email="staff@example.org")
