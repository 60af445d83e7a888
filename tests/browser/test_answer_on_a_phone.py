"""An answer at 390 px, by touch and by keyboard alone; and no answer looks louder than another."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from consent.access import by_link
from consent.core import places
from consent.models import User, UseRequest
from consent.services import links, use_requests
from notifications import delivery, outbox
from notifications.channels.email import MailPost
from tests import make
from tests.browser.window import PHONE, window
from tests.make import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOCUS_SEEN = """() => { const style = getComputedStyle(document.activeElement);
    const label = document.activeElement.closest("label");
    const shown = [style, label && getComputedStyle(label)].filter(Boolean);
    return shown.some((each) => each.outlineStyle !== "none" && parseFloat(each.outlineWidth) > 0
        || each.boxShadow !== "none"); }"""
LOOKS = """(found) => found.map((each) => { const style = getComputedStyle(each), box = each.getBoundingClientRect();
    return {width: box.width, height: box.height, looks: [style.backgroundColor, style.color, style.fontWeight,
        style.fontSize, style.borderTopWidth, style.borderTopStyle, style.borderTopColor, style.borderRadius]}; })"""


@pytest.fixture
def asked(live_server: Any) -> tuple[Cast, UseRequest]:
    """Imani is asked for more than her preferences allow, so that a yes is an exception."""
    cast, now = make.cast(), timezone.now()
    cast.imani.prefer(now=now, defaults=_only_at_home(cast))
    row = make.pending(cast.northlight, cast.imani, make.terms(dates=_dates(now), territories=[places.WORLD]), now=now)
    assert row.state == "PENDING"
    return cast, row


def _dates(now: datetime) -> dict[str, str]:
    days = {"starts_on": 2, "generate_until": 90, "exploit_until": 600, "destroy_by": 120}
    return {name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()}


def _only_at_home(cast: Cast) -> Any:
    from_now = make.preferences.current(cast.imani.performer).value.defaults
    return make.replace(from_now, territories=places.expand(["GB", "IE"]))


def _sign_in(page: Page) -> None:
    page.goto("/account/login/")
    page.locator("input[name=login]").fill("imani@example.org")
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/home/")


def _state(row: UseRequest) -> str:
    return str(UseRequest.objects.get(pk=row.pk).state)


def test_yes_as_an_exception_taken_back_then_no(browser: Browser, live_server: Any, asked: tuple[Cast, UseRequest]):
    _cast, row = asked
    with window(browser, live_server.url, **PHONE) as phone:
        page = phone.new_page()
        _sign_in(page)
        page.goto("/requests/")
        page.locator(f"main a[href='/requests/{row.ref}/']").first.click()
        expect(page.locator("main")).to_contain_text("Northlight Pictures")
        page.locator(".answers button[value=approve]").first.click()
        page.locator("main form button.solid").click()
        assert _state(row) == "PENDING", "an exception is said on purpose"
        page.locator("input[name=as_exception]").check()
        page.locator("main form button.solid").click()
        page.wait_for_url(f"**/requests/{row.ref}/")
        assert _state(row) == "HELD"
        page.locator(f"form[action='/requests/{row.ref}/take-back/'] button").first.click()
        page.locator(".answers button[value=decline]").first.wait_for()
        assert _state(row) == "PENDING"
        page.locator(".answers button[value=decline]").first.click()
        page.locator("main form button.solid").click()
        page.wait_for_url(f"**/requests/{row.ref}/")
        assert _state(row) == "DECLINED"


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; it must be seen at every stop."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last stop of the page, on the way round to the first
        stop = page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
        assert page.evaluate(FOCUS_SEEN), f"no focus to be seen: {stop}"
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with Tab at {page.url}")


def test_by_keyboard_alone(browser: Browser, live_server: Any, asked: tuple[Cast, UseRequest]):
    _cast, row = asked
    with window(browser, live_server.url, **PHONE) as phone:
        page = phone.new_page()
        page.goto("/account/login/")
        _tab_to(page, "input[name=login]")
        page.keyboard.type("imani@example.org")
        _tab_to(page, "input[name=password]")
        page.keyboard.type(make.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/home/")
        page.goto("/requests/")
        _tab_to(page, f"a[href='/requests/{row.ref}/']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/requests/{row.ref}/")
        _tab_to(page, ".answers button[value=decline]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/answer/**")
        _tab_to(page, "form[action$='/answer/'] button.solid")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/requests/{row.ref}/")
        assert _state(row) == "DECLINED"


def _equal(page: Page, selector: str, *, size: bool = True, first: str = "Decline") -> None:
    """The no first, and one look for all; ``size`` False for words inside boxes that are compared themselves."""
    found = page.locator(selector)
    texts = [text.strip() for text in found.all_inner_texts()]
    assert len(texts) >= 2, f"{selector} at {page.url}: {texts}"
    assert texts[0].startswith(first), texts
    drawn = found.evaluate_all(LOOKS)
    for each in drawn[1:]:
        assert each["looks"] == drawn[0]["looks"], (texts, drawn)
        if not size:
            continue
        assert abs(each["width"] - drawn[0]["width"]) <= 1, (texts, drawn)
        assert abs(each["height"] - drawn[0]["height"]) <= 1, (texts, drawn)


ANSWERS = {"Approve", "Approve as asked", "Accept", "Decline"}
CHOICES = "main .opts > *:has(input[name=choice])"


def _mails(row: UseRequest, cast: Cast) -> list[str]:
    """Every mail that carries the answers: the request itself, its new terms, and the link asked for once more."""
    now = timezone.now()
    terms = make.replace(row.terms, territories=("GB", "US"))
    use_requests.amend(row, terms, revision=1, actor=cast.northlight.actor(), now=now)
    row.refresh_from_db()
    links.send_again(by_link.mint(row, cast.imani.user, now=now), now=now)
    outbox.dispatch_all(clock=timezone.now)
    with MailPost() as post:
        delivery.deliver_all(post, clock=timezone.now)
    sent = json.loads(Client().get("/mailbox/messages.json", {"to": "imani@example.org"}).content)
    return [mail["html"] for mail in sent if 'class="answer_link"' in mail["html"]]


@pytest.mark.parametrize("width", [390, 1280])
def test_every_answer_weighs_the_same(
    browser: Browser, live_server: Any, asked: tuple[Cast, UseRequest], mailbox: None, width: int
):
    cast, row = asked
    mails = _mails(row, cast)
    assert len(mails) >= 2
    now = timezone.now()
    options = {**PHONE, "viewport": {"width": width, "height": 900}}
    with window(browser, live_server.url, cast.imani.user, **options) as phone:
        page = phone.new_page()
        page.goto(f"/requests/{row.ref}/")
        _equal(page, ".answers button")
        page.goto(f"/requests/{row.ref}/answer/")
        _equal(page, CHOICES)
        page.goto(f"/l/{by_link.token(by_link.mint(row, cast.imani.user, now=now))}/")
        _equal(page, CHOICES)
        page = phone.new_page()  # as a mail reader shows it, outside the policy of the site's own pages
        for mail in mails:
            page.set_content(mail)
            _equal(page, "td.answer")
            _equal(page, "a.answer_link", size=False)


@pytest.mark.parametrize("width", [390, 1280])
def test_answers_weigh_the_same_for_those_who_act_and_decide(
    browser: Browser, live_server: Any, asked: tuple[Cast, UseRequest], width: int
):
    """The agent's pages, the example of the landing page, and the operator's own yes and no."""
    cast, row = asked
    make.staff()
    waits = make.a_studio("lowtide", "Low Tide", verified=False)
    options = {**PHONE, "viewport": {"width": width, "height": 900}}
    with window(browser, live_server.url, cast.rosalind, **options) as phone:
        page = phone.new_page()
        page.goto(f"/requests/{row.ref}/")
        _equal(page, ".answers button")
        page.goto(f"/l/{by_link.token(by_link.mint(row, cast.rosalind, now=timezone.now()))}/")
        _equal(page, CHOICES)
    with window(browser, live_server.url, **options) as phone:
        page = phone.new_page()
        page.goto("/")
        _equal(page, ".promises .shown .btn")
    with window(browser, live_server.url, User.objects.get(email="staff@example.org"), **options) as phone:
        page = phone.new_page()
        page.goto(f"/staff/studios/{waits.studio.ref}/")
        _equal(page, "main form .actions .btn", first="Refuse", size=False)


def test_no_list_offers_a_yes_without_its_no(browser: Browser, live_server: Any, asked: tuple[Cast, UseRequest]):
    """Lists lead to the request; none of them carries an answer of its own."""
    cast, _row = asked
    outbox.dispatch_all(clock=timezone.now)
    for account, addresses in (
        (cast.imani.user, ("/home/", "/requests/", "/notices/", "/grants/")),
        (cast.rosalind, ("/desk/", "/notices/", f"/desk/clients/{cast.imani.performer.ref}/")),
    ):
        with window(browser, live_server.url, account, **PHONE) as phone:
            page = phone.new_page()
            for address in addresses:
                page.goto(address)
                spoken = page.locator("main :is(button, a, input[type=submit])").all_inner_texts()
                assert not ANSWERS & {text.strip() for text in spoken}, address


class Hand:
    """Counts what a person presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, *selectors: str) -> int:
        for selector in selectors:
            self.page.locator(selector).first.click()
            self.presses += 1
        self.page.wait_for_load_state()
        return self.presses


def test_no_takes_no_more_presses_than_yes(browser: Browser, live_server: Any):
    """On the pages of the site and behind a mail's link; and taking back costs no more than giving did."""
    cast, now = make.cast(), timezone.now()
    fits = make.terms(dates=_dates(now))
    rows = [make.pending(cast.northlight, cast.imani, fits, now=now) for _ in range(4)]
    confirm = "main form button.solid"
    with window(browser, live_server.url, cast.imani.user, **PHONE) as phone:
        page = phone.new_page()
        taken = {}
        for choice, row in zip(("approve", "decline"), rows[:2], strict=True):
            page.goto(f"/requests/{row.ref}/")
            taken[choice] = Hand(page).press(f".answers button[value={choice}]", confirm)
            assert _state(row) == {"approve": "HELD", "decline": "DECLINED"}[choice]
        page.goto(f"/requests/{rows[0].ref}/")
        back = Hand(page).press(f"form[action='/requests/{rows[0].ref}/take-back/'] button")
        assert _state(rows[0]) == "PENDING"
        grant = make.granted(cast.northlight, cast.imani, fits, now=now - timedelta(hours=1))
        page.goto(f"/grants/{grant.ref}/")
        withdrawn = Hand(page).press(f"a[href='/grants/{grant.ref}/take-back/']", confirm)
        grant.refresh_from_db()
        assert grant.withdrawn_at is not None
        assert taken["decline"] <= taken["approve"]
        assert back <= taken["approve"]
        assert withdrawn <= taken["approve"]
    with window(browser, live_server.url, **PHONE) as phone:
        page = phone.new_page()
        for choice, row in zip(("approve", "decline"), rows[2:], strict=True):
            page.goto(f"/l/{by_link.token(by_link.mint(row, cast.imani.user, now=now))}/")
            hand = Hand(page)
            hand.press(f"input[name=choice][value={choice}]")
            if choice == "approve":
                page.fill("input[name=address]", cast.imani.user.email)
            taken[choice] = hand.press(confirm)
            assert _state(row) == {"approve": "HELD", "decline": "DECLINED"}[choice]
        assert taken["decline"] <= taken["approve"]
