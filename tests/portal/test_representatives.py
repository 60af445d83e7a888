"""What a representative may see of money, and how pages speak to them: every page, for every combination of rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from consent.core.roles import Right
from consent.core.vocabulary import Level
from consent.models import Representation, User
from tests.portal.test_counter import form_of
from tests.portal.walk import EARLIER_FEE, FEE, FLOOR, World, build, follow, links_of, main_of, shows

pytestmark = pytest.mark.django_db

MONEY = (Right.NEGOTIATE, Right.APPROVE, Right.SEE_MONEY)
OTHERS = (Right.COMMENT, Right.DECLINE, Right.MANAGE_MEDIA)
COMBINATIONS = [
    (*rights, *others)
    for rights in chain.from_iterable(combinations(MONEY, count) for count in range(len(MONEY) + 1))
    for others in ((), OTHERS)
]
"""Every combination of the rights that money hangs on, without and with all others; tests/core has every one there is."""

NAMED = {"-".join(("SEE", *rights)): rights for rights in COMBINATIONS}

REQUESTS = ("waiting", "held", "approved", "declined", "countered", "withdrawn")
SIGNED_IN = {
    "desk": "/desk/",
    "desk with studios": "/desk/?view=with-studios",
    "desk answered": "/desk/?view=answered",
    "desk declined": "/desk/?view=declined-for-you",
    "clients": "/desk/clients/",
    "client": "/desk/clients/{performer}/",
    **{name: f"/requests/{{{name}}}/" for name in REQUESTS},
    "answer": "/requests/{waiting}/answer/?a=approve",
    "questions": "/requests/{waiting}/questions/",
    "rounds": "/requests/{waiting}/rounds/1..2/",
    "grant": "/grants/{grant}/",
    "notices": "/notices/",
}
COUNTER = {"counter": "/requests/{waiting}/counter/", "check": "/requests/{waiting}/check/"}
LINKS = {
    "waiting": 200,
    "amended": 409,
    "held": 200,
    "approved": 200,
    "declined": 200,
    "countered": 409,
    "withdrawn": 410,
}
"""How each request answers behind the link of the first mail; the waiting one behind the latest."""

SPEAKS_FEES = {
    *REQUESTS, *COUNTER, "desk", "desk with studios", "desk answered", "client", "answer", "rounds", "grant",
    "link waiting", "link pressed", "link asked", "link amended", "answer pressed", "counter pressed",
}  # fmt: skip
SPEAKS_EARLIER_FEE = {"rounds", "link amended"}
SPEAKS_FLOOR = {
    *REQUESTS, "answer", "answer pressed", "counter", "counter pressed", "link waiting", "link pressed", "link asked",
}  # fmt: skip
PRESSED = {"answer pressed", "counter pressed", "questions pressed", "link pressed", "link asked"}
"""Forms sent empty: the page comes back with what to mend."""


class Walk(NamedTuple):
    """What every page answered to an agent with these rights."""

    rights: frozenset[Right]
    pages: dict[str, HttpResponse]

    @property
    def fees(self) -> bool:
        return not self.rights.isdisjoint({Right.SEE_MONEY, Right.NEGOTIATE, Right.APPROVE})

    @property
    def floor(self) -> bool:
        return Right.SEE_MONEY in self.rights

    def read(self) -> Iterator[tuple[str, str]]:
        for name, response in self.pages.items():
            yield name, response.content.decode()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module", params=NAMED.values(), ids=NAMED.keys())
def walk(request: pytest.FixtureRequest, world: World, django_db_blocker: Any) -> Walk:
    with django_db_blocker.unblock(), transaction.atomic():
        found = walked(world, frozenset({Right.SEE, *request.param}))
        transaction.set_rollback(True)
    return found


def walked(world: World, rights: frozenset[Right]) -> Walk:
    give(world, rights)
    client = signed_in(world)
    pages: dict[str, HttpResponse] = {name: client.get(address(world, url)) for name, url in SIGNED_IN.items()}
    if rights.isdisjoint({Right.DECLINE, Right.NEGOTIATE, Right.APPROVE}):
        assert pages.pop("answer").status_code == 302  # to the request: there is no answer for them to give
    if Right.NEGOTIATE in rights:
        pages["counter"] = client.get(address(world, COUNTER["counter"]))
        client.post(
            address(world, COUNTER["counter"]), form_of(world.rows["waiting"], months=12, note="At most a year")
        )
        pages["check"] = client.get(address(world, COUNTER["check"]))
        pages["counter pressed"] = client.post(address(world, COUNTER["counter"]), {"do": "look"})
    pages["answer pressed"] = client.post(address(world, "/requests/{waiting}/answer/"))
    pages["questions pressed"] = client.post(address(world, SIGNED_IN["questions"]))
    for name, link in world.links.items():
        mail = follow(link)
        pages[f"link {name}"] = mail.get(f"/l/r/{link.id}/")
    mail = follow(world.links["waiting"])
    for name, url in (("link pressed", "answer"), ("link asked", "ask")):
        pages[name] = mail.post(f"/l/r/{world.links['waiting'].id}/{url}/")
    return Walk(rights, pages)


def give(world: World, rights: frozenset[Right]) -> None:
    level = Level.STAND_IN.value if Right.APPROVE in rights else ""
    mine = Representation.objects.filter(pk=world.cast.authority.pk)
    mine.update(rights=[right.value for right in rights], approve_level=level)


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.cast.rosalind)
    return client


def address(world: World, url: str) -> str:
    refs = {name: row.ref for name, row in world.rows.items()}
    return url.format(**refs, performer=world.cast.imani.performer.ref, grant=world.grant.ref)


def test_every_page_opens(walk: Walk) -> None:
    wanted = {f"link {name}": status for name, status in LINKS.items()} | dict.fromkeys(PRESSED, 422)
    assert {name: page.status_code for name, page in walk.pages.items()} == {
        name: wanted.get(name, 200) for name in walk.pages
    }


def test_fees_are_read_by_those_who_bargain_agree_or_see_money(walk: Walk) -> None:
    if not walk.fees:
        assert [name for name, page in walk.read() if shows(page, FEE) or shows(page, EARLIER_FEE)] == []
        return
    assert {name for name, page in walk.read() if shows(page, FEE)} == SPEAKS_FEES & set(walk.pages)
    assert {name for name, page in walk.read() if shows(page, EARLIER_FEE)} == SPEAKS_EARLIER_FEE


def test_the_floor_is_read_by_those_who_see_money_alone(walk: Walk) -> None:
    if not walk.floor:
        assert [name for name, page in walk.read() if shows(page, FLOOR) or shows(page, FLOOR - FEE)] == []
        assert [name for name, page in walk.pages.items() if drawn(page)] == []
        return
    assert {name for name, page in walk.read() if shows(page, FLOOR)} == SPEAKS_FLOOR & set(walk.pages)


def drawn(page: HttpResponse) -> bool:
    """Is the minimum drawn, as a mark beside the fee or on the ruler of a counter-offer?"""
    context = page.context or {}
    rows = [*(context.get("rows") or ()), *(context.get("beyond") or [] if context.get("form") else [])]
    fee = context.get("fee") or {}
    return any("fee" in row for row in rows if isinstance(row, dict)) or bool(fee.get("floor"))


def test_what_is_hidden_is_said_to_be_hidden(walk: Walk) -> None:
    for name, page in walk.read():
        said = main_of(page)
        hidden = "a sum that is not shown to you" in said
        assert hidden is (name in SPEAKS_FEES and not walk.fees), name
        if name in {*REQUESTS, "rounds", "grant", "link waiting"}:
            assert ("Not shown to you" in said) is not walk.fees, name


SPEAKS_TO_THE_PERFORMER = re.compile(
    r"[^.]*\b(?:yours?(?! clients)|my preferences|you (?:said|asked|marked|allow|granted|wrote|spoke))\b[^.]*",
    re.IGNORECASE,
)


def test_no_page_speaks_to_a_representative_as_to_the_performer(walk: Walk) -> None:
    told = {name: SPEAKS_TO_THE_PERFORMER.findall(main_of(page)) for name, page in walk.read()}
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.parametrize("rights", [(), tuple(Right)], ids=["none", "all"])
def test_no_link_of_theirs_leads_nowhere(world: World, rights: tuple[Right, ...]) -> None:
    found = walked(world, frozenset({Right.SEE, *rights}))
    client = signed_in(world)
    leads = {href: name for name, page in found.read() for href in links_of(page)}
    assert leads
    assert {href: name for href, name in leads.items() if client.get(href).status_code == 404} == {}


@pytest.mark.parametrize("language", ["es", "fr"])
def test_sums_stay_hidden_in_every_notation(world: World, language: str) -> None:
    User.objects.filter(pk=world.cast.rosalind.pk).update(locale=language)

    def read(*rights: Right) -> str:
        give(world, frozenset({Right.SEE, *rights}))
        client = signed_in(world)
        return " ".join(client.get(address(world, SIGNED_IN[name])).content.decode() for name in ("waiting", "grant"))

    blind = read(Right.COMMENT, Right.DECLINE)
    assert not any(shows(blind, sum_) for sum_ in (FEE, FLOOR, FLOOR - FEE))
    seeing = read(Right.SEE_MONEY)
    assert f'lang="{language}"' in seeing
    assert all(shows(seeing, sum_) for sum_ in (FEE, FLOOR, FLOOR - FEE))


def weighed(world: World, rights: tuple[Right, ...]) -> set[tuple[str, ...]]:
    """What the page of a counter-offer says of sums far below, just below, at and far above the minimum."""
    give(world, frozenset({Right.SEE, *rights}))
    client = signed_in(world)
    said = set()
    for pounds in (1, FEE, FLOOR - 1, FLOOR, FLOOR * 10):
        sent = {**form_of(world.rows["waiting"], amount=pounds), "do": "look"}
        page = client.post(address(world, COUNTER["counter"]), sent).context
        said.add((page["summary"], *page["pips"], str(page["fits"]), str(page["gaps"])))
    return said


def test_the_floor_is_not_found_by_trying_sums(world: World) -> None:
    assert len(weighed(world, (Right.NEGOTIATE,))) == 1
    assert len(weighed(world, (Right.NEGOTIATE, Right.SEE_MONEY))) > 1


def test_new_terms_are_not_shown_behind_the_link_of_somebody_whose_authority_ended(world: World) -> None:
    give(world, frozenset({Right.SEE, Right.SEE_MONEY}))
    Representation.objects.filter(pk=world.cast.authority.pk).update(ends_on="2026-01-01")
    link = world.links["amended"]
    page = follow(link).get(f"/l/r/{link.id}/").content.decode()
    assert not shows(page, FEE)
    assert "What changed" not in main_of(page)


def test_taking_a_grant_back_is_the_performers_own(world: World) -> None:
    give(world, frozenset(Right))
    assert signed_in(world).get(f"/grants/{world.grant.ref}/take-back/").status_code == 403


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("£73,914 a year", True),
        ("73\u202f914\u00a0€", True),
        ("73.914,00\u00a0€", True),
        ('value="73914.00"', True),
        ("7391400", True),
        ("173,914", False),
        ("73,9145", False),
        ("0739140a", False),
    ],
)
def test_the_search_finds_a_sum_in_every_notation(text: str, found: bool) -> None:
    assert shows(text, FEE) is found
