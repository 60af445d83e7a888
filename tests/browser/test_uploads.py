"""The upload box in Chromium: a dropped line, a reload, a refusal, no script at all; announced, and usable by keyboard."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from consent.models import MediaItem, Upload
from consent.services import checking
from tests import make
from tests.ingest import specimens

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
PIECE = 16 * 2**20


@pytest.fixture(scope="module")
def chromium(chromium_path: str, django_db_setup: None) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread; the ORM would take it for a mistake.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, live_server: Any, settings: Any) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser windows in which Imani is signed in."""
    imani = make.a_performer("imani@example.org", "Imani Clarke")
    client = Client()
    client.force_login(imani.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    opened: list[BrowserContext] = []

    def window(**options: Any) -> BrowserContext:
        made = chromium.new_context(base_url=live_server.url, **options)
        made.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        opened.append(made)
        return made

    yield window
    for each in opened:
        each.close()


@pytest.fixture
def page(context: Callable[..., BrowserContext]) -> Page:
    page = context().new_page()
    page.goto("/vault/")
    return page


def _file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _choose(page: Page, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").press("Enter")
    chooser.value.set_files(list(paths))


def _row(page: Page, name: str) -> Any:
    return page.locator(".uploads > li", has_text=name)


def _check_all() -> None:
    for item in MediaItem.objects.filter(state="WAITING"):
        checking.process(item.pk, now=timezone.now())


def test_several_files_a_dropped_line_and_one_that_cannot_be_used(page: Page, tmp_path: Path):
    broken: list[str] = []

    def drop_once(route: Route) -> None:
        if route.request.method == "PATCH" and not broken:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/vault/uploads/T-*/", drop_once)
    said: list[str] = []
    page.expose_function("heard", lambda words: said.append(words))
    page.evaluate("document.addEventListener('say', (event) => window.heard(event.detail))")
    _choose(
        page, _file(tmp_path, "portrait.jpg", specimens.jpg()), _file(tmp_path, "dance.jpg", b"GIF89a" + bytes(900))
    )
    for name in ("portrait.jpg", "dance.jpg"):
        expect(_row(page, name)).to_contain_text("Arrived. Checking.", timeout=20_000)
        expect(_row(page, name).get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
        expect(_row(page, name).locator(".chunks .d")).to_have_count(24)
    assert broken, "the line was never dropped"
    _check_all()
    expect(_row(page, "portrait.jpg")).to_contain_text("Ready", timeout=20_000)
    expect(_row(page, "dance.jpg")).to_contain_text(
        "Cannot use this file. The vault does not keep GIF files.", timeout=20_000
    )
    item = MediaItem.objects.get(filename="portrait.jpg")
    assert item.state == "READY"
    expect(_row(page, "portrait.jpg").get_by_role("link", name="Describe")).to_have_attribute(
        "href", f"/vault/{item.ref}/"
    )
    assert "portrait.jpg: 100%" in said
    assert "portrait.jpg: Ready" in said
    assert page.evaluate("localStorage.length") == 0


def test_a_line_that_stays_away_is_said_and_goes_on_by_itself(page: Page, tmp_path: Path):
    down = [True]
    page.route(
        "**/vault/uploads/T-*/",
        lambda route: (
            route.abort("internetdisconnected") if down[0] and route.request.method == "PATCH" else route.continue_()
        ),
    )
    _choose(page, _file(tmp_path, "walk.jpg", specimens.jpg()))
    expect(_row(page, "walk.jpg")).to_contain_text("Connection dropped. It picks up by itself from here.")
    down[0] = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(_row(page, "walk.jpg")).to_contain_text("Arrived. Checking.", timeout=30_000)


def test_after_a_reload_the_same_file_goes_on_from_where_it_was(page: Page, tmp_path: Path):
    path = _file(tmp_path, "long.wav", bytes(PIECE + 500_000))
    page.route(
        "**/vault/uploads/T-*/",
        lambda route: route.abort() if route.request.headers.get("upload-offset") == str(PIECE) else route.continue_(),
    )
    _choose(page, path)
    expect(_row(page, "long.wav")).to_contain_text("Connection dropped", timeout=30_000)
    assert Upload.objects.get().offset == PIECE
    page.reload()  # before the line is back: the page tries again by itself
    page.unroute("**/vault/uploads/T-*/")
    expect(_row(page, "long.wav")).to_contain_text("Choose the same file again")
    expect(_row(page, "long.wav")).to_contain_text("16.8 MB of 17.3 MB, 97%")
    sent: list[tuple[str, str]] = []
    page.on("request", lambda request: sent.append((request.method, request.headers.get("upload-offset", ""))))
    _choose(page, path)
    expect(_row(page, "long.wav")).to_have_count(1)
    expect(_row(page, "long.wav")).to_contain_text("Arrived. Checking.", timeout=30_000)
    assert [what for what in sent if what[0] in ("POST", "PATCH", "HEAD")] == [("HEAD", ""), ("PATCH", str(PIECE))]
    expect(_row(page, "long.wav")).to_have_count(1)
    assert Upload.objects.get().state == "ARRIVED"


def test_pause_go_on_and_cancel(page: Page, tmp_path: Path):
    page.route("**/vault/uploads/T-*/", lambda route: None if route.request.method == "PATCH" else route.continue_())
    _choose(page, _file(tmp_path, "slow.jpg", specimens.jpg()))
    row = _row(page, "slow.jpg")
    expect(row).to_contain_text("Sending")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused. What has arrived is kept.")
    row.get_by_role("button", name="Go on").click()
    expect(row.get_by_role("button", name="Pause")).to_be_visible()
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)
    expect(page.get_by_role("button", name="Choose files")).to_be_focused()
    expect(page.locator("#on-their-way")).to_be_hidden()
    page.wait_for_function("() => !localStorage.length")
    assert Upload.objects.get().state == "CANCELLED"


def test_files_can_be_dropped(page: Page):
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["GIF89a, dropped"], "dropped.gif"));
            const box = document.querySelector("form[data-uploads]");
            box.dispatchEvent(new DragEvent("dragover", {bubbles: true, cancelable: true, dataTransfer: data}));
            if (!box.classList.contains("over")) throw new Error("no sign that it may be dropped");
            box.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data}));
        }"""
    )
    expect(_row(page, "dropped.gif")).to_contain_text("Arrived. Checking.", timeout=20_000)
    assert MediaItem.objects.get().filename == "dropped.gif"


def test_a_refusal_before_the_first_byte_is_a_sentence(page: Page, tmp_path: Path, settings: Any):
    settings.VAULT_QUOTA_BYTES = 100
    _choose(page, _file(tmp_path, "large.jpg", specimens.jpg()))
    expect(_row(page, "large.jpg")).to_contain_text("Cannot send this file. Your vault has 100 bytes left")


def test_a_lost_session_says_what_to_do(page: Page, tmp_path: Path):
    page.context.clear_cookies()
    _choose(page, _file(tmp_path, "late.jpg", specimens.jpg()))
    expect(_row(page, "late.jpg")).to_contain_text("Cannot send this file. Sign in again")


def test_without_script_the_form_sends(context: Callable[..., BrowserContext], tmp_path: Path):
    page = context(java_script_enabled=False).new_page()
    page.goto("/vault/")
    page.set_input_files("input[type=file]", [_file(tmp_path, "plain.jpg", specimens.jpg())])
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("1 file arrived. We are checking it.")
    assert MediaItem.objects.get().filename == "plain.jpg"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(width: int, scheme: str, context: Callable[..., BrowserContext], tmp_path: Path):
    page = context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/vault/")
    page.route("**/vault/uploads/T-*/", lambda route: None if route.request.method == "PATCH" else route.continue_())
    _choose(page, _file(tmp_path, "one.jpg", specimens.jpg()))
    expect(_row(page, "one.jpg")).to_contain_text("Sending")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document.querySelector('main'), {resultTypes: ['violations']})")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not complaints
    assert not re.search(r'\sstyle="', page.locator("main").inner_html())
