"""One site with something on every page: requests, a grant and links in every state that a page knows."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone

from consent.access import by_link
from consent.core import places
from consent.core.actor import Actor
from consent.core.roles import Right, StudioRole
from consent.core.terms import Terms
from consent.models import ActionLink, Grant, MediaItem, UseRequest
from consent.services import checking, decisions, media, people, use_requests
from notifications import outbox
from notifications.models import Delivery
from tests import make
from tests.ingest import specimens
from tests.make import Cast

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class World:
    """``rows`` and ``links`` by how they stand; ``refs`` of what is only looked at by its reference."""

    cast: Cast
    rows: dict[str, UseRequest]
    grant: Grant
    item: MediaItem
    links: dict[str, ActionLink]
    refs: dict[str, str] = field(default_factory=dict)

    def ref(self, name: str) -> str:
        return self.rows[name].ref

    def token(self, name: str) -> str:
        return by_link.token(self.links[name])


def build() -> World:
    cast, now = make.cast(), timezone.now()
    make.staff()
    standing = make.preferences.current(cast.imani.performer).value
    at_home = replace(standing.defaults, territories=places.expand(["GB", "IE"]))
    cast.imani.prefer(now=now, defaults=at_home)  # so that a request for the world goes further
    item = _still(cast, now)
    fits, far = _asked(item, now), _asked(item, now, territories=[places.WORLD], fees=[{"basis": "NONE"}])
    past = now - timedelta(hours=1)
    wanted = {"waiting": far, "held": fits, "done": fits, "declined": fits, "countered": fits, "withdrawn": fits}
    rows = {
        name: make.pending(cast.northlight, cast.imani, terms, now=now if name == "waiting" else past)
        for name, terms in wanted.items()
    }
    rows["amended"] = make.pending(cast.northlight, cast.imani, fits, now=past)
    rows["draft"] = make.draft(cast.northlight, cast.imani, now=now)
    links = {name: by_link.mint(rows[name], cast.imani.user, now=past) for name in ("declined", "withdrawn", "amended")}
    links["agent"] = by_link.mint(rows["waiting"], cast.rosalind, now=now)
    _move_on(cast, rows, fits, now)
    outbox.dispatch_all(clock=timezone.now)
    Delivery.objects.filter(pk=Delivery.objects.filter(state="QUEUED").first().pk).update(state="DEAD", settled_at=now)
    links["waiting"] = by_link.mint(rows["waiting"], cast.imani.user, now=now)
    world = World(cast, rows, Grant.objects.get(), item, links)
    _invite(world, now)
    _second_factor(world)
    return world


def _asked(item: MediaItem, now: datetime, **changes: object) -> Terms:
    days = {"starts_on": -2, "generate_until": 90, "exploit_until": 600, "destroy_by": 120}
    dates = {name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()}
    description = {**make.AGE_CHANGE["description"], "source_media": [item.ref]}
    return make.terms(dates=dates, description=description, **changes)


def _move_on(cast: Cast, rows: dict[str, UseRequest], fits: Terms, now: datetime) -> None:
    past, imani, studio = now - timedelta(hours=1), cast.imani, cast.northlight.actor()
    use_requests.say(rows["waiting"], "Which scenes, exactly?", actor=imani.actor(now=now), now=now)
    make.approve(rows["held"], imani, now=now)
    make.approve(rows["done"], imani, now=past)
    decisions.release(rows["done"], actor=Actor.clock(), now=now)
    make.decline(rows["declined"], imani, now=past)
    use_requests.withdraw(rows["withdrawn"], revision=1, actor=studio, now=now)
    use_requests.amend(rows["amended"], replace(fits, territories=("GB",)), revision=1, actor=studio, now=now)
    decisions.counter(
        rows["countered"],
        replace(fits, territories=("GB",)),
        note="At home only",
        revision=1,
        digest=rows["countered"].digest,
        nonce=uuid.uuid4(),
        actor=imani.actor(now=now, second_factor=True),
        now=now,
    )


def _invite(world: World, now: datetime) -> None:
    """Rosalind is asked into a studio and by a second performer; neither is answered yet. Northlight begins new terms."""
    cast = world.cast
    owner = cast.tern.actor(as_="owner")
    member = people.invite_member(cast.tern.studio, cast.rosalind.email, StudioRole.VIEWER, actor=owner, now=now)
    client = people.invite_representative(
        cast.stranger.performer,
        cast.rosalind.email,
        agency="Pike & Larkin",
        rights=(Right.SEE, Right.COMMENT),
        approve_level=None,
        actor=cast.stranger.actor(now=now, second_factor=True),
        now=now,
    )
    world.refs = {"member": member.ref, "client": client.ref}
    at_northlight = Client()
    at_northlight.force_login(cast.northlight.owner)
    begun = at_northlight.post(f"/studio/{cast.northlight.studio.slug}/requests/{world.ref('waiting')}/amend/")
    assert begun.status_code == 303, begun.status_code


def _second_factor(world: World) -> None:
    """The owner of Northlight has an authenticator app and recovery codes; a stranger an address to confirm."""
    TOTP.activate(world.cast.northlight.owner, SECRET)
    RecoveryCodes.activate(world.cast.northlight.owner)
    EmailAddress.objects.create(user=world.cast.stranger.user, email="somebody@example.net", verified=False)


def _still(cast: Cast, now: datetime) -> MediaItem:
    content, actor = specimens.jpg(), cast.imani.actor(now=now)
    upload = media.start_upload(
        cast.imani.performer, filename="front.jpg", size=len(content), details={}, actor=actor, now=now
    )
    media.receive(upload, 0, io.BytesIO(content), actor=actor, now=now)
    item = media.arrived(upload, actor=actor, now=now)
    checking.process(item.pk, now=now)
    item.refresh_from_db()
    media.set_portrait(item, actor=actor, now=now)
    return item
