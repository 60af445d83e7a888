"""Every role at every route: what is not yours looks as if it did not exist, and nothing answers with a 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from consent.access import by_link
from consent.core.actor import Actor
from consent.core.roles import StudioRole
from consent.models import Grant, MediaItem, MediaState, User, UseRequest
from consent.services import decisions, media, people
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db

NOBODY, PERFORMER, STRANGER, AGENT = "nobody", "performer", "stranger", "agent"
OWNER, CLEARANCE, VIEWER, RIVAL, STAFF = "owner", "clearance", "viewer", "rival", "staff"
ROLES = (NOBODY, PERFORMER, STRANGER, AGENT, OWNER, CLEARANCE, VIEWER, RIVAL, STAFF)
ALL = frozenset(ROLES)
SIGNED_IN = ALL - {NOBODY}
MEMBERS = frozenset({OWNER, CLEARANCE, VIEWER})
ASKERS = frozenset({OWNER, CLEARANCE})

# Who may pass each route's door with somebody's own object in the address. POST-only routes are tried with POST.
OPEN = {
    "public": ALL,
    "links": ALL,
    "mailbox": ALL,
    "notices": SIGNED_IN,
    "account": SIGNED_IN,
    "performer": frozenset({PERFORMER}),
    "desk": frozenset({AGENT}),
    "studio": MEMBERS,
    "staff": frozenset({STAFF}),
}
EXCEPTIONS = {
    # Everybody signed in as a performer has a room of their own at these addresses.
    **dict.fromkeys(
        [
            "performer:home", "performer:requests", "performer:preferences", "performer:preferences_everything",
            "performer:preferences_confirm", "performer:preferences_undo", "performer:preferences_versions",
            "performer:preferences_version", "performer:preferences_as_studio", "performer:preferences_band",
            "performer:preference", "performer:grants", "performer:stop", "performer:pause", "performer:history",
            "performer:history_download", "performer:start_first", "performer:start", "performer:representatives",
            "performer:page", "performer:vault", "performer:vault_delete_all", "performer:uploads",
        ],
        frozenset({PERFORMER, STRANGER}),
    ),
    # A representative with the rights of the cast reads and answers inside the authority.
    **dict.fromkeys(
        [
            "performer:request", "performer:answer", "performer:take_back_answer", "performer:questions",
            "performer:reopen", "performer:not_now", "performer:counter", "performer:counter_check",
            "performer:rounds", "performer:rounds_pick", "performer:grant", "performer:take_back",
        ],
        frozenset({PERFORMER, AGENT}),
    ),
    "desk:request": frozenset({PERFORMER, AGENT}),
    "desk:invitation": frozenset(),
    "studio:choose": SIGNED_IN,
    "studio:found": SIGNED_IN,
    "studio:invitation": SIGNED_IN,
    "studio:settings": frozenset({OWNER}),
    "studio:member_role": frozenset({OWNER}),
    "studio:member_remove": frozenset({OWNER}),
    "studio:invitation_withdraw": frozenset({OWNER}),
    "studio:media_download": ASKERS,
    **dict.fromkeys(
        [
            "studio:introduce", "studio:request_new", "studio:request_step", "studio:request_preview",
            "studio:request_amend", "studio:request_accept", "studio:request_withdraw", "studio:request_duplicate",
            "studio:request_delete", "studio:request_questions",
        ],
        ASKERS,
    ),
}  # fmt: skip
PASSED = {200, 302, 303, 403, 405, 409, 410, 412, 415, 422, 428}
CLOSED = {404}


@dataclass
class World:
    accounts: dict[str, User | None]
    kwargs: dict[str, dict[str, Any]]


def routes() -> Iterator[tuple[str, URLPattern]]:
    yield from _walk(get_resolver().url_patterns, "")


def _keys(pattern: URLPattern) -> set[str]:
    return set(pattern.pattern.regex.groupindex) | set(getattr(pattern.pattern, "converters", {}))


def _walk(patterns: list[Any], namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for found in patterns:
        if isinstance(found, URLResolver):
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from _walk(found.url_patterns, inner)
        elif ":" in namespace:
            yield f"{namespace}{found.name}", found


NAMES = sorted({name for name, _ in routes()})
WANTED = {name: _keys(pattern) for name, pattern in routes()}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def build() -> World:
    cast = make.cast()
    now = timezone.now()
    days = {"starts_on": -2, "generate_until": 90, "exploit_until": 600, "destroy_by": 120}
    dates = {name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()}
    item = MediaItem.objects.create(
        performer=cast.imani.performer, number=1, kind="STILL", state=MediaState.READY, filename="a.jpg"
    )
    description = {**make.AGE_CHANGE["description"], "source_media": [item.ref]}
    asked = make.terms(dates=dates, description=description)
    row = make.pending(cast.northlight, cast.imani, asked, now=now)
    done = make.pending(cast.northlight, cast.imani, asked, now=now - timedelta(hours=1))
    make.approve(done, cast.imani, now=now - timedelta(hours=1))
    decisions.release(done, actor=Actor.clock(), now=now)
    draft = make.draft(cast.northlight, cast.imani, now=now)
    upload = media.start_upload(
        cast.imani.performer, filename="b.jpg", size=10, details={}, actor=cast.imani.actor(now=now), now=now
    )
    owner = cast.northlight.actor(as_="owner")
    invitation = people.invite_member(
        cast.northlight.studio, "new@example.org", StudioRole.VIEWER, actor=owner, now=now
    )
    make.staff()
    slug = cast.northlight.studio.slug
    grant = Grant.objects.get(use_request=done)
    link = by_link.mint(row, cast.imani.user, now=now)
    accounts = {
        NOBODY: None,
        PERFORMER: cast.imani.user,
        STRANGER: cast.stranger.user,
        AGENT: cast.rosalind,
        OWNER: cast.northlight.owner,
        CLEARANCE: cast.northlight.clearance,
        VIEWER: cast.northlight.viewer,
        RIVAL: cast.tern.owner,
        STAFF: User.objects.get(email="staff@example.org"),
    }
    return World(accounts, _kwargs(row, draft, grant, item, upload, invitation, link, cast, slug))


def _kwargs(
    row: UseRequest,
    draft: UseRequest,
    grant: Grant,
    item: MediaItem,
    upload: Any,
    invitation: Any,
    link: Any,
    cast: Cast,
    slug: str,
) -> dict[str, dict[str, Any]]:
    """An own object of the performer or of Northlight for every route that takes one."""
    special: dict[str, dict[str, Any]] = {
        "performer:upload": {"ref": upload.ref},
        "performer:upload_state": {"ref": upload.ref},
        "performer:upload_arrived": {"ref": upload.ref},
        "performer:upload_cancel": {"ref": upload.ref},
        "performer:grant": {"ref": grant.ref},
        "performer:take_back": {"ref": grant.ref},
        "performer:representative": {"ref": cast.authority.ref},
        "performer:representative_end": {"ref": cast.authority.ref},
        "performer:preferences_version": {"number": 1},
        "performer:preferences_band": {"level": "EXTEND"},
        "performer:preference": {"use": "AGE_CHANGE"},
        "performer:start": {"step": 1},
        "performer:vault_item": {"ref": item.ref},
        "performer:vault_delete": {"ref": item.ref},
        "performer:vault_portrait": {"ref": item.ref},
        "performer:vault_file": {"ref": item.ref, "variant": "THUMB"},
        "performer:rounds": {"ref": row.ref, "a": 1, "b": 1},
        "desk:client": {"ref": cast.imani.performer.ref},
        "desk:request": {"ref": row.ref},
        "desk:invitation": {"ref": "A-NOSUCH"},
        "studio:invitation": {"ref": invitation.ref},
        "studio:invitation_withdraw": {"org": slug, "ref": invitation.ref},
        "studio:member_role": {"org": slug, "ref": cast.northlight.viewer.ref},
        "studio:member_remove": {"org": slug, "ref": cast.northlight.owner.ref},
        "studio:production": {"org": slug, "slug": cast.northlight.production.slug},
        "studio:grant": {"org": slug, "ref": grant.ref},
        "studio:media_download": {"org": slug, "ref": item.ref},
        "studio:performer": {"org": slug, "ref": cast.imani.performer.ref},
        "studio:request_step": {"org": slug, "ref": draft.ref, "step": "what"},
        "studio:request_preview": {"org": slug, "ref": draft.ref, "step": "what"},
        "studio:request_compare": {"org": slug, "ref": row.ref, "a": 1, "b": 1},
        "studio:request_delete": {"org": slug, "ref": draft.ref},
        "staff:studio": {"ref": cast.tern.studio.ref},
        "staff:mail_retry": {"name": "0" * 32},
        "links:enter": {"token": "sl1_nothing"},
        "notices:read": {"name": "0" * 32},
        "notices:unsubscribe": {"token": "nothing"},
    }
    special |= {name: {"link_id": link.id} for name in NAMES if name.startswith("links:") and name != "links:enter"}
    special |= {name: {"ref": row.ref} for name in NAMES if name.startswith("performer:") and name not in special}
    special |= {
        name: {"org": slug, "ref": row.ref}
        for name in NAMES
        if name.startswith("studio:request_") and name not in special
    }
    special["studio:request"] = {"org": slug, "ref": row.ref}
    special |= {name: {"org": slug} for name in NAMES if name.startswith("studio:") and name not in special}
    return special


SKIPPED = {name for name in NAMES if name.startswith("mailbox:")}
"""The development mailbox exists in no production site; its own tests cover it."""

SAME_FOR_ALL = {"links:enter", "notices:read", "notices:unsubscribe", "staff:mail_retry", "desk:invitation"}
"""Their address holds a secret or a name that is not there: whoever asks is told the same."""


def address(name: str, kwargs: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: value for key, value in kwargs.items() if key in WANTED[name]})


def answer(client: Client, url: str) -> tuple[int, int]:
    """The status of a GET and of an empty POST."""
    return client.get(url).status_code, client.post(url).status_code


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", [name for name in NAMES if name not in SKIPPED])
def test_a_cell(world: World, name: str, role: str) -> None:
    namespace = name.partition(":")[0]
    assert namespace in OPEN, f"{name} is mapped to nobody"
    allowed = EXCEPTIONS.get(name, OPEN[namespace])
    url = address(name, world.kwargs.get(name, {}))
    with transaction.atomic():
        client = Client(raise_request_exception=True)
        account = world.accounts[role]
        if account is not None:
            client.force_login(account)
        statuses = answer(client, url)
        transaction.set_rollback(True)
    assert max(statuses) < 500, statuses
    if name in SAME_FOR_ALL:
        return
    if role in allowed:
        assert set(statuses) & PASSED, (url, statuses)
        return
    if account is None:
        assert set(statuses) <= {302, 403, 404, 405}, (url, statuses)
        return
    assert set(statuses) <= CLOSED | {405}, (url, statuses)
    assert 404 in statuses, (url, statuses)


@pytest.mark.parametrize(
    "name", ["performer:request", "performer:grant", "performer:vault_item", "studio:request", "desk:client"]
)
def test_foreign_and_absent_look_alike(world: World, name: str) -> None:
    client = Client()
    client.force_login(world.accounts[RIVAL])
    own = dict(world.kwargs[name])
    absent = {**own, "ref": f"{own['ref'][:2]}0000000000"}
    foreign_page, absent_page = client.get(address(name, own)), client.get(address(name, absent))
    assert foreign_page.status_code == absent_page.status_code == 404
    assert _plain(foreign_page.content) == _plain(absent_page.content)


def _plain(content: bytes) -> bytes:
    """Without the nonces and tokens that differ on every page."""
    return re.sub(rb'(nonce|value|content)="[^"]*"|"X-CSRFToken": *"[^"]*"', b"", content)


def test_every_route_is_in_the_matrix() -> None:
    assert len(NAMES) > 90
