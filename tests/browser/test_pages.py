"""Every page of every room in Chromium: axe finds nothing, nothing sticks out, nothing fails in the console."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext

from consent.access import by_link
from consent.core import places
from consent.core.actor import Actor
from consent.models import ActionLink, Grant, MediaItem, User, UseRequest
from consent.services import checking, decisions, media, use_requests
from notifications import outbox
from notifications.models import Delivery
from tests import make
from tests.browser.window import DESK, PHONE, faults, listen, window
from tests.ingest import specimens
from tests.make import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


@dataclass
class World:
    cast: Cast
    waiting: UseRequest
    held: UseRequest
    grant: Grant
    draft: UseRequest
    item: MediaItem
    link: ActionLink
    spent: ActionLink


def world() -> World:
    """A request that waits, one that is held, one declined, a grant with media, a draft, mail, and links to answer by."""
    cast = make.cast()
    now = timezone.now()
    days = {"starts_on": -2, "generate_until": 90, "exploit_until": 600, "destroy_by": 120}
    dates = {name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()}
    item = _still(cast, now)
    description = {**make.AGE_CHANGE["description"], "source_media": [item.ref]}
    asked = make.terms(dates=dates, description=description)
    far = make.terms(dates=dates, description=description, territories=[places.WORLD], fees=[{"basis": "NONE"}])
    waiting = make.pending(cast.northlight, cast.imani, far, now=now)
    use_requests.say(waiting, "Which scenes, exactly?", actor=cast.imani.actor(now=now), now=now)
    held = make.pending(cast.northlight, cast.imani, asked, now=now)
    make.approve(held, cast.imani, now=now)
    past = now - timedelta(hours=1)
    done = make.pending(cast.northlight, cast.imani, asked, now=past)
    make.approve(done, cast.imani, now=past)
    decisions.release(done, actor=Actor.clock(), now=now)
    declined = make.pending(cast.northlight, cast.imani, asked, now=past)
    make.decline(declined, cast.imani, now=past)
    draft = make.draft(cast.northlight, cast.imani, now=now)
    make.staff()
    outbox.dispatch_all(clock=timezone.now)
    Delivery.objects.filter(pk=Delivery.objects.filter(state="QUEUED").first().pk).update(state="DEAD", settled_at=now)
    link = by_link.mint(waiting, cast.imani.user, now=now)
    spent = by_link.mint(declined, cast.imani.user, now=past)
    return World(cast, waiting, held, Grant.objects.get(), draft, MediaItem.objects.get(), link, spent)


def _still(cast: Cast, now: Any) -> MediaItem:
    content, actor = specimens.jpg(), cast.imani.actor(now=now)
    upload = media.start_upload(
        cast.imani.performer, filename="front.jpg", size=len(content), details={}, actor=actor, now=now
    )
    media.receive(upload, 0, io.BytesIO(content), actor=actor, now=now)
    item = media.arrived(upload, actor=actor, now=now)
    checking.process(item.pk, now=now)
    item.refresh_from_db()
    return item


ACCOUNT = [
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/sessions/",
    "/account/logout/",
    "/account/reauthenticate/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/notices/",
    "/notices/settings/",
]
SIGNED_OUT = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/login/code/",
    "/account/password/reset/done/",
    "/account/confirm-email/",
]


def public(world: World) -> list[str]:
    pages = [
        "/",
        "/for/performers/",
        "/for/representatives/",
        "/for/studios/",
        "/help/",
        "/privacy/",
        "/accessibility/",
    ]
    receipts = ["/r/", f"/r/?fingerprint={world.grant.digest}", f"/r/?fingerprint={'0' * 64}"]
    return pages + receipts + SIGNED_OUT + ["/mailbox/", "/nothing-here/"]


def performer(world: World) -> list[str]:
    waiting, held, grant, item = world.waiting.ref, world.held.ref, world.grant.ref, world.item.ref
    views = ["", "?view=with-studios", "?view=answered", "?view=declined-for-you"]
    answers = [f"/requests/{waiting}/answer/?a={choice}" for choice in ("approve", "decline")]
    return [
        "/home/",
        *(f"/requests/{view}" for view in views),
        f"/requests/{waiting}/",
        f"/requests/{held}/",
        f"/requests/{waiting}/questions/",
        *answers,
        f"/requests/{waiting}/counter/",
        "/preferences/",
        "/preferences/AGE_CHANGE/",
        "/preferences/everything/",
        "/preferences/confirm/",
        "/preferences/versions/",
        "/preferences/versions/1/",
        "/preferences/as-studio/",
        "/vault/",
        f"/vault/{item}/",
        f"/vault/{item}/delete/",
        *(f"/grants/{view}" for view in ("", "?view=list", "?view=places")),
        f"/grants/{grant}/",
        f"/grants/{grant}/take-back/",
        "/history/",
        "/history/?check=1",
        "/pause/",
        "/stop/",
        "/representatives/",
        f"/representatives/{world.cast.authority.ref}/",
        "/page/",
        "/start/1/",
        "/start/2/",
        "/start/3/",
        *ACCOUNT,
    ]


def representative(world: World) -> list[str]:
    client = world.cast.imani.performer.ref
    return [
        "/desk/",
        "/desk/clients/",
        f"/desk/clients/{client}/",
        f"/desk/requests/{world.waiting.ref}/",
        f"/requests/{world.waiting.ref}/",
        f"/requests/{world.waiting.ref}/answer/?a=decline",
        f"/grants/{world.grant.ref}/",
        "/account/",
        "/notices/",
    ]


def studio(world: World) -> list[str]:
    room = f"/studio/{world.cast.northlight.studio.slug}"
    views = ("", "?view=your-move", "?view=in-force", "?view=closed", "?view=drafts")
    steps = ("who", "what", "where", "offer", "afterwards", "check")
    return [
        *(f"{room}/{view}" for view in views),
        f"{room}/performers/",
        f"{room}/performers/{world.cast.imani.performer.ref}/",
        f"{room}/productions/",
        f"{room}/productions/{world.cast.northlight.production.slug}/",
        f"{room}/requests/new/",
        *(f"{room}/requests/{world.draft.ref}/{step}/" for step in steps),
        f"{room}/requests/{world.waiting.ref}/",
        f"{room}/grants/",
        f"{room}/grants/{world.grant.ref}/",
        f"{room}/media/",
        f"{room}/members/",
        f"{room}/settings/",
        "/studio/found/",
        "/account/",
        "/notices/",
    ]


def staff(world: World) -> list[str]:
    tern = world.cast.tern.studio.ref
    return [f"/staff/{path}" for path in ("", "studios/", f"studios/{tern}/", "mail/", "health/", "consent/", "log/")]


MISSING = {"/nothing-here/"}


def walk(room: BrowserContext, addresses: list[str]) -> list[str]:
    """Visit each address in one tab; what is wrong, with the address in front."""
    page = room.new_page()
    heard = listen(page)
    found: list[str] = []
    for address in addresses:
        heard.clear()
        response = page.goto(address, wait_until="load")
        status = response.status if response else 0
        if address in MISSING:
            heard.clear()  # the console mentions every 404
        elif status != 200:
            found.append(f"{address}: answered {status}")
        found += [f"{address}: {line}" for line in [*heard, *faults(page)]]
    page.close()
    return found


def walk_link(room: BrowserContext, world: World) -> list[str]:
    """Into a request by its link, as a mail opens it; and a link that has been used."""
    paths = [f"/l/{by_link.token(world.link)}/", f"/l/{by_link.token(world.spent)}/"]
    return walk(room, paths)


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk-light", "phone-dark"])
def test_every_page(browser: Browser, live_server: Any, device: dict[str, Any]) -> None:
    site = world()
    cast = site.cast
    rooms: list[tuple[Any, list[str]]] = [
        (None, public(site)),
        (cast.imani.user, performer(site)),
        (cast.rosalind, representative(site)),
        (cast.northlight.owner, studio(site)),
        (User.objects.get(email="staff@example.org"), staff(site)),
    ]
    found: list[str] = []
    for account, addresses in rooms:
        with window(browser, live_server.url, account, **device) as room:
            found += walk(room, addresses)
            if account is None:
                found += walk_link(room, site)
    assert not found, "\n" + "\n".join(found)


def test_the_check_finds_what_is_wrong(browser: Browser, live_server: Any) -> None:
    with window(browser, live_server.url, **PHONE) as room:
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
