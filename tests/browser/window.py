"""Chromium windows in which somebody of the cast is signed in, and what is checked on every page they show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from portal.visitor import has_second_factor

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}
NARROW: dict[str, Any] = {
    "viewport": {"width": 320, "height": 640},
    "color_scheme": "dark",
    "forced_colors": "active",
    "has_touch": True,
}
_RUN = """(rules) => axe.run(document, {runOnly: rules, resultTypes: ["violations"]}).then((found) =>
    found.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id}: ${node.html.slice(0, 200)} | ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ""}`)))"""


@contextmanager
def window(
    browser: Browser, address: str, account: Any = None, *, axe: bool = False, **options: Any
) -> Iterator[BrowserContext]:
    """A context of its own; with ``account`` just signed in as that person. ``axe``: at hand on every page."""
    made = browser.new_context(base_url=address, reduced_motion="reduce", **options)
    if account is not None:
        client = Client()
        client.force_login(account)
        _just_signed_in(client, account)
        name = settings.SESSION_COOKIE_NAME
        made.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    made.add_init_script(
        """document.addEventListener("securitypolicyviolation", (event) =>
            console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));"""
    )
    if axe:
        made.add_init_script(AXE.read_text())  # what the debugger puts in is not bound by the page's policy
    yield made
    made.close()


def _just_signed_in(client: Client, account: Any) -> None:
    """The proofs of a person who has just been asked who they are, the second factor too where there is one."""
    request = HttpRequest()
    request.session = client.session
    for proof in ("password", "mfa")[: 1 + has_second_factor(account)]:
        record_authentication(request, account, proof, reauthenticated=True)
    request.session.save()


def listen(page: Page) -> list[str]:
    """What goes wrong on the page from now on: console errors, uncaught exceptions, requests that fail."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda problem: heard.append(f"exception: {problem}"))
    return heard


def faults(page: Page) -> list[str]:
    """axe's violations on the page shown, a line each; and what sticks out at the right."""
    return [f"axe {line}" for line in page.evaluate(_RUN, RULES)] + sticks_out(page)


def sticks_out(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
            [...document.querySelectorAll("main *, header *, footer *")]
                .filter((each) => each.getBoundingClientRect().right > window.innerWidth + 1)
                .slice(0, 3).map((each) => `sticks out: ${each.outerHTML.slice(0, 160)}`)
                .concat([`${document.documentElement.scrollWidth} px wide`])"""
    )
    return found


def unseen(page: Page) -> list[str]:
    """Buttons, papers and ticked answers that have no edge left once the reader's own colours replace every ground."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main .btn:not(.bare), main .paper, main .seg :checked + span, main .tag")]
            .filter((each) => each.offsetWidth > 1)
            .filter((each) => { const style = getComputedStyle(each);
                return parseFloat(style.borderTopWidth) < 1 && (style.outlineStyle === "none"); })
            .slice(0, 3).map((each) => `no edge in forced colours: ${each.outerHTML.slice(0, 160)}`)"""
    )
    return found
