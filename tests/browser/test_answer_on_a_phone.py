"""An answer at 390 px, by touch and by keyboard alone; and no answer looks louder than another."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from consent.access import by_link
from consent.core import places
from consent.models import UseRequest
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
    days = {"starts_on": 2, "generate_until": 90, "exploit_until": 600, "destroy_by": 120}
    dates = {name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()}
    cast.imani.prefer(now=now, defaults=_only_at_home(cast))
    row = make.pending(cast.northlight, cast.imani, make.terms(dates=dates, territories=[places.WORLD]), now=now)
    assert row.state == "PENDING"
    return cast, row


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


def _equal(page: Page, selector: str, *, size: bool = True) -> None:
    """Decline first, and one look for all; ``size`` False for words inside boxes that are compared themselves."""
    found = page.locator(selector)
    texts = [text.strip() for text in found.all_inner_texts()]
    assert len(texts) >= 2, f"{selector} at {page.url}: {texts}"
    assert texts[0].startswith("Decline"), texts
    drawn = found.evaluate_all(LOOKS)
    for each in drawn[1:]:
        assert each["looks"] == drawn[0]["looks"], (texts, drawn)
        if not size:
            continue
        assert abs(each["width"] - drawn[0]["width"]) <= 1, (texts, drawn)
        assert abs(each["height"] - drawn[0]["height"]) <= 1, (texts, drawn)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_answer_weighs_the_same(
    browser: Browser, live_server: Any, asked: tuple[Cast, UseRequest], mailbox: None, width: int
):
    cast, row = asked
    outbox.dispatch_all(clock=timezone.now)
    with MailPost() as post:
        delivery.deliver_all(post, clock=timezone.now)
    mails = json.loads(Client().get("/mailbox/messages.json", {"to": "imani@example.org"}).content)
    mail = next(one["html"] for one in mails if "/l/sl1_" in one["html"])
    options = {**PHONE, "viewport": {"width": width, "height": 900}}
    with window(browser, live_server.url, cast.imani.user, **options) as phone:
        page = phone.new_page()
        page.goto(f"/requests/{row.ref}/")
        _equal(page, ".answers button")
        page.goto(f"/requests/{row.ref}/answer/")
        _equal(page, "main .opts > *:has(input[name=choice])")
        page.goto(f"/l/{by_link.token(by_link.mint(row, cast.imani.user, now=timezone.now()))}/")
        _equal(page, "main .opts > *:has(input[name=choice])")
        page = phone.new_page()  # as a mail reader shows it, outside the policy of the site's own pages
        page.set_content(mail)
        _equal(page, "td.answer")
        _equal(page, "a.answer_link", size=False)
