"""Every page of every room in Chromium: axe finds nothing, nothing sticks out, nothing fails in the console."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from consent.models import User
from tests.browser import stops
from tests.browser.stops import Stop
from tests.browser.window import DESK, NARROW, PHONE, faults, listen, sticks_out, unseen, window
from tests.browser.world import World, build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def go(page: Page, stop: Stop) -> Response | None:
    """Open a stop, press what is to be pressed there, and answer with the last response of the page itself."""
    if stop.html:
        page.route(
            f"**{stop.address}",
            lambda route: route.fulfill(status=stop.status, body=stop.html, content_type="text/html"),
        )
    response = page.goto(stop.address, wait_until="load")
    if stop.press:
        for field, text in stop.fill.items():
            page.fill(field, text)
        with page.expect_navigation(wait_until="load") as moved:
            page.locator(stop.press).first.click()
        response = moved.value
    return response


def walk(room: BrowserContext, addresses: list[Stop], look: Any = faults) -> list[str]:
    """Visit each stop in one tab; what is wrong, with the address in front."""
    page = room.new_page()
    heard = listen(page)
    found: list[str] = []
    for stop in addresses:
        heard.clear()
        response = go(page, stop)
        status = response.status if response else 0
        if status != stop.status:
            found.append(f"{stop.address}: answered {status}")
        elif not stop.moves and not stop.press and urlsplit(page.url).path != urlsplit(stop.address).path:
            found.append(f"{stop.address}: led to {page.url}")
        if stop.status >= 400:
            heard.clear()  # the console mentions each of these itself
        found += [f"{stop.address}: {line}" for line in [*heard, *look(page)]]
    page.close()
    return found


def people(world: World) -> dict[str, Any]:
    cast = world.cast
    return {
        "nobody": None,
        "performer": cast.imani.user,
        "agent": cast.rosalind,
        "studio": cast.northlight.owner,
        "staff": User.objects.get(email="staff@example.org"),
    }


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk-light", "phone-dark"])
def test_every_page(browser: Browser, live_server: Any, device: dict[str, Any]) -> None:
    world = build()
    rooms = {
        "nobody": [*stops.public(world), *stops.mail_doors(world)],
        "performer": stops.performer(world),
        "agent": stops.representative(world),
        "studio": stops.studio(world),
        "staff": stops.staff(world),
    }
    found: list[str] = []
    for name, account in people(world).items():
        with window(browser, live_server.url, account, axe=True, **device) as room:
            found += walk(room, rooms[name])
    assert not found, "\n" + "\n".join(found)


def test_nothing_is_lost_when_narrow_or_in_colours_of_the_reader(browser: Browser, live_server: Any) -> None:
    """320 px is a window at 400 %: nothing scrolls sideways. Forced colours take every ground away, and edges must stay."""
    world = build()
    found: list[str] = []
    for name, account in people(world).items():
        with window(browser, live_server.url, account, **NARROW) as room:
            found += walk(room, stops.key_pages(world)[name], look=lambda page: [*sticks_out(page), *unseen(page)])
    assert not found, "\n" + "\n".join(found)


def test_the_check_finds_what_is_wrong(browser: Browser, live_server: Any) -> None:
    with window(browser, live_server.url, axe=True, **PHONE) as room:
        page = room.new_page()
        page.goto("/help/")
        heard = listen(page)
        page.evaluate("""() => {
            const main = document.querySelector("main");
            main.insertAdjacentHTML("beforeend", '<img src="data:,"><b id="wide">x</b><p style="color: red">x</p>');
            main.querySelector("#wide").style.cssText = "display: block; width: 900px";
        }""")
        found = " ".join(faults(page))
        assert "image-alt" in found
        assert "px wide" in found
        assert any("CSP" in line or "Content Security Policy" in line for line in heard), heard


def test_the_narrow_check_finds_what_is_lost(browser: Browser, live_server: Any) -> None:
    with window(browser, live_server.url, **NARROW) as room:
        page = room.new_page()
        page.goto("/account/login/")
        assert unseen(page) == []
        page.evaluate("""() => {
            const button = document.querySelector("main .btn");
            button.style.cssText = "border: 0; forced-color-adjust: none";
        }""")
        assert any("no edge" in line for line in unseen(page))
