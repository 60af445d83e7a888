"""The database fails at the first, second, ... last statement of every move: nothing of it remains, and it can be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from consent.core.actor import Actor
from consent.services import decisions, grants, ledger, use_requests
from tests import make
from tests.make import NOW, Cast, at
from tests.prove.conftest import Tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
Move = Callable[[], object]


def snapshot() -> str:
    """One digest over every row of every table."""
    seen = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            seen.update(f"{table}:{cursor.fetchone()[0]}".encode())
    return seen.hexdigest()


class FailAt:
    """Lets statements pass, and fails at one of them."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.failed = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self.failed = True
            raise OperationalError("the server is gone")
        return execute(sql, params, many, context)


def moves(cast: Cast) -> dict[str, Callable[[], Move]]:
    """Each prepares its row and gives back the move."""
    imani, studio, clock = cast.imani.actor(), cast.northlight.actor(), Actor.clock()

    def pending() -> Any:
        return make.pending(cast.northlight, cast.imani)

    def held() -> Any:
        row = pending()
        make.approve(row, cast.imani)
        row.refresh_from_db()
        return row

    def submit() -> Move:
        row = make.draft(cast.northlight, cast.imani)
        return lambda: use_requests.submit(row, make.terms(), deadline_at=at(days=9), actor=studio, now=NOW)

    def amend() -> Move:
        row, other = pending(), make.terms(channels=["STREAMING"])
        return lambda: use_requests.amend(row, other, revision=1, actor=studio, now=NOW)

    def after(prepare: Callable[[], Any], act: Callable[[Any], object]) -> Callable[[], Move]:
        def ready() -> Move:
            row = prepare()
            return lambda: act(row)

        return ready

    def declined() -> Any:
        row = pending()
        make.decline(row, cast.imani)
        row.refresh_from_db()
        return row

    def stopped() -> Any:
        return grants.stop_everything(cast.imani.performer, actor=imani, now=NOW)

    return {
        "submit": submit,
        "amend": amend,
        "withdraw": after(pending, lambda row: use_requests.withdraw(row, revision=1, actor=studio, now=NOW)),
        "approve": after(pending, lambda row: make.approve(row, cast.imani)),
        "take back": after(held, lambda row: decisions.take_back(row, actor=imani, now=NOW)),
        "release": after(held, lambda row: decisions.release(row, actor=clock, now=at(hours=1))),
        "decline": after(pending, lambda row: make.decline(row, cast.imani)),
        "decline a held yes": after(held, lambda row: make.decline(row, cast.imani)),
        "reopen": after(declined, lambda row: decisions.reopen(row, actor=imani, now=NOW)),
        "lapse": after(pending, lambda row: use_requests.lapse(row, actor=clock, now=at(days=30))),
        "withdraw a grant": after(
            lambda: make.granted(cast.northlight, cast.imani),
            lambda grant: grants.withdraw(grant, actor=imani, now=at(hours=2)),
        ),
        "stop everything": after(held, lambda row: grants.stop_everything(cast.imani.performer, actor=imani, now=NOW)),
        "start again": after(stopped, lambda performer: grants.start_again(performer, actor=imani, now=NOW)),
    }


NAMES = (
    "submit", "amend", "withdraw", "approve", "take back", "release", "decline", "decline a held yes", "reopen", "lapse",
    "withdraw a grant", "stop everything", "start again",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_all_or_nothing(tell: Tell, name: str) -> None:
    cast = make.cast()
    choices = moves(cast)
    assert set(choices) == set(NAMES)
    move = choices[name]()
    before, failures = snapshot(), 0
    while True:
        fail = FailAt(failures + 1)
        with connection.execute_wrapper(fail):
            try:
                move()
            except OperationalError:
                assert fail.failed
        if not fail.failed:
            break
        failures += 1
        assert snapshot() == before, f"{name} left something behind at statement {failures}"
    assert failures > 3
    assert ledger.verify(cast.imani.performer.chain) is None
    tell("crash", name, statements_failed_at=failures, left_behind=0)
