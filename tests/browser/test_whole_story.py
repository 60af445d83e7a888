"""The whole story on a phone, 390 px wide: two sign-ups, a vault, a line, a question, an answer from the mail, an end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from consent.models import Grant, MediaItem, PreferenceSet, Studio, UseRequest
from consent.services import checking, expirations, people
from notifications import delivery, outbox
from notifications.channels.email import MailPost
from tests import make
from tests.browser.window import PHONE, faults, window
from tests.ingest import specimens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
NOON = timedelta(hours=12)


@pytest.fixture
def phone(browser: Browser, live_server: Any, mailbox: None) -> Iterator[BrowserContext]:
    with window(browser, live_server.url, axe=True, **PHONE) as context:
        yield context


@pytest.fixture
def desk(browser: Browser, live_server: Any, mailbox: None) -> Iterator[BrowserContext]:
    with window(browser, live_server.url, axe=True, **PHONE) as context:
        yield context


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(specimens.jpg())
    return path


def post_arrives() -> None:
    outbox.dispatch_all(clock=timezone.now)
    with MailPost() as post:
        delivery.deliver_all(post, clock=timezone.now)


def mail_link(address: str, mark: str) -> str:
    """The path of the newest link of this kind that was sent to this address."""
    mails = json.loads(Client().get("/mailbox/messages.json", {"to": address}).content)
    found = [link for mail in mails for link in re.findall(rf"https?://[^/\s]+({mark}[^\s<>\"')]+)", mail["text"])]
    assert found, (mark, [mail["subject"] for mail in mails])
    return str(found[0])


def fill(page: Page, **given: str | list[str] | bool) -> None:
    """Put values into the controls of these names, as fingers would."""
    for name, value in given.items():
        for each in value if isinstance(value, list) else [value]:
            control = page.locator(f"main [name='{name}']")
            kind = control.first.evaluate("(node) => node.tagName === 'INPUT' ? node.type : node.tagName")
            if kind in ("radio", "checkbox"):
                chosen = page.locator(f"main [name='{name}'][value='{each}']") if isinstance(each, str) else control
                chosen.first.check(force=True)
            elif kind.startswith(("SELECT", "select")):
                control.first.select_option(str(each))
            else:
                control.first.fill(str(each))


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).last.click()
    page.wait_for_load_state("load")


def sound(page: Page) -> None:
    """What is on the screen has no fault that axe sees, and nothing sticks out of 390 px."""
    assert not faults(page), page.url


def sign_up(page: Page, side: str, name: str, address: str) -> None:
    page.goto("/account/signup/")
    fill(page, side=side, full_name=name, email=address, password1=make.PASSWORD, password2=make.PASSWORD)
    sound(page)
    page.locator("main form button[type=submit], main form button.solid").last.click()
    page.wait_for_load_state("load")
    page.goto(mail_link(address, "/account/confirm-email/"))
    press(page, "Confirm")


def sign_in(page: Page, address: str) -> None:
    page.goto("/account/login/")
    if "/login/" not in page.url:
        return
    fill(page, login=address, password=make.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_load_state("load")


def go_on(page: Page) -> None:
    """Press the main button, in the page or in the dock below it; what stands there afterwards must have no complaint."""
    page.locator("main form button.solid:visible, .dock button.solid:visible").last.click()
    page.wait_for_load_state("load")
    assert page.locator("main .errorlist").count() == 0, (page.url, page.locator("main .errorlist").all_inner_texts())


def test_from_sign_up_to_an_expired_grant_at_390_px(
    phone: BrowserContext, desk: BrowserContext, browser: Browser, live_server: Any, picture: Path
) -> None:
    imani, nora = phone.new_page(), desk.new_page()
    reference = a_performer_settles_in(imani, picture)
    studio = a_studio_is_founded(nora)
    row = a_request_is_sent(nora, studio, reference)
    with window(browser, live_server.url, axe=True, **PHONE) as borrowed:
        the_answer_comes_from_the_mail(borrowed.new_page(), row)
    the_grant_lives_and_ends(imani, nora, studio, row)


def a_performer_settles_in(page: Page, picture: Path) -> str:
    sign_up(page, "PERFORMER", "Imani Clarke", "imani@example.org")
    sign_in(page, "imani@example.org")
    page.goto("/home/")
    assert page.url.endswith("/start/1/")
    fill(
        page,
        professional_name="Imani Clarke",
        date_of_birth="1988-04-02",
        country="GB",
        time_zone="Europe/London",
        locale="en",
    )
    sound(page)
    go_on(page)
    fill(page, unions="EQUITY_UK")
    sound(page)
    go_on(page)
    fill(page, visibility="REFERENCE")
    sound(page)
    go_on(page)
    assert page.url.endswith("/preferences/")
    assert page.locator("input[value=ALLOW]:checked").count() == 0
    page.goto("/vault/")
    page.locator("input[type=file]").first.set_input_files(picture)
    waiting = wait_for_media(page)
    checking.process(waiting.pk, now=timezone.now())
    page.goto(f"/vault/{waiting.ref}/")
    fill(page, caption="Front, neutral light", listed=True)
    sound(page)
    press(page, "Save")
    page.goto("/preferences/")
    page.locator("input[name=VOICE_CLONE][value=NEVER]").check(force=True)
    expect(page.locator("#undo")).to_contain_text("Undo")
    expect(page.locator("#undo")).to_be_in_viewport()
    expect(page.locator("input[name=VOICE_CLONE][value=NEVER]")).to_be_in_viewport()
    assert page.evaluate("document.activeElement.name") == "VOICE_CLONE", "the next key goes on from here"
    expect(page.locator("main")).to_have_count(1)
    assert PreferenceSet.objects.get(current=True).value.stance(make.Use.VOICE_CLONE) is make.Stance.NEVER
    sound(page)
    return str(PreferenceSet.objects.get(current=True).performer.ref)


def wait_for_media(page: Page) -> MediaItem:
    for _ in range(100):
        found = MediaItem.objects.first()
        if found is not None and found.state != "ARRIVING":
            return found
        page.wait_for_timeout(100)
    raise AssertionError("the picture never arrived")


def a_studio_is_founded(page: Page) -> Studio:
    sign_up(page, "STUDIO", "Nora Lind", "nora@northlight.example")
    sign_in(page, "nora@northlight.example")
    page.goto("/studio/found/")
    fill(
        page,
        name="Northlight Pictures",
        legal_name="Northlight Pictures Ltd",
        country="GB",
        website="https://northlight.example",
    )
    sound(page)
    go_on(page)
    studio = Studio.objects.get()
    people.verify_studio(studio, actor=make.staff(), now=timezone.now())
    return studio


def a_request_is_sent(page: Page, studio: Studio, reference: str) -> UseRequest:
    room, told = f"/studio/{studio.slug}", make.AGE_CHANGE["description"]
    page.goto(f"{room}/performers/")
    fill(page, ref=reference)
    page.locator("main [name=ref]").press("Enter")
    expect(page.locator("main")).to_contain_text("Imani Clarke")
    page.goto(f"{room}/productions/")
    fill(page, title="The Salt Road", kind="SERIES", agreement="EQUITY_UK", synopsis="A family on the old salt road.")
    go_on(page)
    page.goto(f"{room}/requests/new/")
    fill(page, performer=reference, production=Studio.objects.get().productions.get().slug)
    go_on(page)
    today = timezone.now().date()
    words = ("depiction", "character", "scenes", "extent", "script_revision", "technique")
    fill(page, uses="AGE_CHANGE", modalities="FACE", **{name: told[name] for name in words})
    fill(page, tools=told["tools"][0], vendors=told["vendors"][0], in_lieu="no")
    fill(page, source_media=MediaItem.objects.get().ref)
    sound(page)
    go_on(page)
    fill(page, channels=["STREAMING", "THEATRICAL"], reach="SOME")
    page.locator("main [name=countries]").first.evaluate(CHOOSE, ["GB", "IE"])
    fill(page, starts_on=(today + timedelta(days=1)).isoformat(), months="12")
    fill(page, generate_until=(today + timedelta(days=60)).isoformat())
    sound(page)
    go_on(page)
    fill(page, basis="FLAT", amount="6500", currency="GBP", condition="no")
    sound(page)
    go_on(page)
    fill(page, retention_days="30", trains="no")
    sound(page)
    go_on(page)
    fill(page, days="10")
    sound(page)
    go_on(page)
    row = UseRequest.objects.get()
    assert (page.url.endswith(f"{room}/requests/{row.ref}/"), row.state) == (True, "PENDING"), page.inner_text("main")
    post_arrives()
    return row


CHOOSE = """(node, wanted) => { if (node.tagName === "SELECT")
    for (const option of node.options) option.selected = wanted.includes(option.value);
    else for (const box of document.getElementsByName(node.name)) box.checked = wanted.includes(box.value); }"""


def the_answer_comes_from_the_mail(page: Page, row: UseRequest) -> None:
    """On a device that is not signed in; the mail's link is all it has."""
    page.goto(mail_link("imani@example.org", "/l/sl1_"))
    assert "sl1_" not in page.url
    sound(page)
    page.locator("main input[name=choice][value=approve]").check(force=True)
    fill(page, address="imani@example.org")
    page.locator("main form:has(input[name=choice]) button.solid").first.click()
    page.wait_for_load_state("load")
    assert UseRequest.objects.get(pk=row.pk).state == "HELD", page.inner_text("main")
    sound(page)


def the_grant_lives_and_ends(imani: Page, nora: Page, studio: Studio, row: UseRequest) -> None:
    held = UseRequest.objects.get(pk=row.pk).held_until
    assert held is not None
    expirations.sweep(now=held)
    post_arrives()
    grant = Grant.objects.get()
    imani.goto(f"/grants/{grant.ref}/")
    expect(imani.locator("main")).to_contain_text("Take it back")
    sound(imani)
    with at(grant.starts_at + NOON):
        sign_in(nora, "nora@northlight.example")
        nora.goto(f"/studio/{studio.slug}/media/")
        with nora.expect_download() as fetched:
            nora.locator("main").get_by_role("button", name="Download").first.click()
        assert fetched.value.path().read_bytes()[:3] == b"\xff\xd8\xff"
    with at(grant.exploit_until + NOON):
        expirations.sweep(now=timezone.now())
        post_arrives()
        sign_in(imani, "imani@example.org")
        imani.goto(f"/grants/{grant.ref}/")
        expect(imani.locator("main")).to_contain_text("Deletion due")
        assert imani.locator("main").get_by_text("Take it back").count() == 0
        sound(imani)
        sign_in(nora, "nora@northlight.example")
        nora.goto(f"/studio/{studio.slug}/media/")
        assert nora.locator("main").get_by_role("button", name="Download").count() == 0
        sound(nora)


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=True)
