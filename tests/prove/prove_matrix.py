"""Every role at every route with somebody else's objects in the address, asked with every method that a browser has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.portal import test_matrix as matrix
from tests.portal.test_matrix import ALL, EXCEPTIONS, NAMES, OPEN, ROLES, SAME_FOR_ALL, SKIPPED, World
from tests.prove.conftest import Size, Tell

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]
METHODS = ("get", "post", "head", "put", "patch", "delete", "options")
SPEAKS = {"Tus-Resumable": "1.0.0"}
"""The upload protocol answers 412 to whoever does not speak it, before it looks at anything."""
CELLS = [(name, role) for name in NAMES if name not in SKIPPED for role in ROLES]
SIGN_IN = "/account/login/"


@pytest.fixture
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield matrix.build()
        transaction.set_rollback(True)


def is_open(name: str, role: str) -> bool:
    return role in EXCEPTIONS.get(name, OPEN.get(name.partition(":")[0], ALL))


def asked(world: World, name: str, role: str, url: str, methods: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """The answer to each method, each in a world of its own."""
    for method in methods:
        with transaction.atomic():
            client = Client(raise_request_exception=False, headers=SPEAKS)
            account = world.accounts[role]
            if account is not None:
                client.force_login(account)
            yield method, getattr(client, method)(url)
            transaction.set_rollback(True)


def closed(role: str, answers: dict[str, Any]) -> bool:
    """Somebody else's object: absent to whoever is signed in, and behind the sign-in page for everybody else."""
    # OPTIONS of the upload protocol tells its version with a 204, and looks at nothing.
    statuses = {each.status_code for method, each in answers.items() if (method, each.status_code) != ("options", 204)}
    if role == matrix.NOBODY:
        sent_away = [answer for answer in answers.values() if answer.status_code == 302]
        return statuses <= {302, 403, 404, 405} and all(SIGN_IN in answer["Location"] for answer in sent_away)
    return statuses <= {404, 405} and 404 in statuses


def test_every_cell(world: World, tell: Tell, size: Size) -> None:
    methods = METHODS[: size(2, len(METHODS))]
    seen: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {"broken": [], "foreign": [], "shut": []}
    for name, role in CELLS:
        url = matrix.address(name, world.kwargs.get(name, {}))
        answers = dict(asked(world, name, role, url, methods))
        seen["requests"] += len(answers)
        wrong["broken"] += [f"{method} {url} as {role}" for method, each in answers.items() if each.status_code >= 500]
        if name in SAME_FOR_ALL:
            seen["same for all"] += 1
        elif is_open(name, role):
            seen["open"] += 1
            passed = {answers["get"].status_code, answers["post"].status_code} & matrix.PASSED
            wrong["shut"] += [] if passed else [f"{url} as {role}"]
        else:
            seen["closed"] += 1
            said = {method: each.status_code for method, each in answers.items()}
            wrong["foreign"] += [] if closed(role, answers) else [f"{url} as {role}: {said}"]
    unmapped = sorted({name for name in NAMES if name.partition(":")[0] not in OPEN})
    tell(
        "matrix",
        f"{len(CELLS):,} cells: {len(NAMES) - len(SKIPPED)} routes x {len(ROLES)} roles, {len(methods)} methods",
        requests=seen["requests"],
        cells_open=seen["open"],
        cells_closed=seen["closed"],
        cells_that_tell_everybody_the_same=seen["same for all"],
        own_that_are_shut=len(wrong["shut"]),
        foreign_that_are_not_404=len(wrong["foreign"]),
        answered_with_5xx=len(wrong["broken"]),
        unmapped_routes=len(unmapped),
    )
    assert (wrong, unmapped) == ({"broken": [], "foreign": [], "shut": []}, [])
