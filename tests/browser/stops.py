"""Where the walk goes in each room: addresses, what is pressed there before looking, and how they answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from notifications import addresses
from notifications.models import Group
from tests.browser.world import World


@dataclass(frozen=True)
class Stop:
    """``press`` a control after filling ``fill``; ``moves`` where the address shown is another than the one asked for."""

    address: str
    press: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    status: int = 200
    moves: bool = False
    html: str = ""
    """What is shown instead of asking the site, for the pages of its faults."""


def stops(addresses: Iterable[str]) -> list[Stop]:
    return [Stop(address) for address in addresses]


ACCOUNT = [
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/sessions/",
    "/account/logout/",
    "/account/reauthenticate/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/",
    "/notices/",
    "/notices/settings/",
]
SIGNED_OUT = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/login/code/",
    "/account/password/reset/done/",
    "/account/password/reset/key/done/",
    "/account/confirm-email/",
    "/account/inactive/",
]
FAULTS = (("403", 403), ("403_csrf", 403), ("410", 410), ("429", 429), ("500", 500), ("503", 503))


def public(world: World) -> list[Stop]:
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
    off = addresses.unsubscribe_token(world.cast.imani.user, next(iter(Group)))
    found = stops(pages + receipts + SIGNED_OUT + ["/mailbox/", f"/notices/off/{off}/"])
    return found + _confirming(world) + [Stop("/nothing-here/", status=404)] + faults()


def _confirming(world: World) -> list[Stop]:
    """The pages at the other end of the mails about an account."""
    imani = world.cast.imani.user
    new = EmailAddress.objects.get(user=world.cast.stranger.user, verified=False)
    reset = f"{user_pk_to_url_str(imani)}-{default_token_generator.make_token(imani)}"
    return [
        Stop(f"/account/confirm-email/{EmailConfirmationHMAC(new).key}/"),
        Stop("/account/confirm-email/not-a-key/"),
        Stop(f"/account/password/reset/key/{reset}/", moves=True),
        Stop("/account/password/reset/key/1-nonsense/"),
        Stop("/account/login/code/", press="main form button", fill={"input[name=email]": imani.email}, moves=True),
    ]


def faults() -> list[Stop]:
    """Pages that only a fault shows: drawn by their templates, on the address of a page that works."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return [
        Stop(f"/help/?shows={name}", html=render_to_string(f"{name}.html", request=request), status=status)
        for name, status in FAULTS
    ]


def mail_doors(world: World) -> list[Stop]:
    """Into a request by its link, as a mail opens it; and links that were used, overtaken, or were never followed here."""
    entered = [
        Stop(f"/l/{world.token('waiting')}/", moves=True),
        Stop(f"/l/{world.token('declined')}/", moves=True),
        Stop(f"/l/{world.token('agent')}/", moves=True),
        Stop(f"/l/{world.token('withdrawn')}/", moves=True, status=410),
        Stop(f"/l/{world.token('amended')}/", moves=True, status=409),
    ]
    unread = Stop(f"/l/r/{world.links['waiting'].id}/", press="main form button.solid", moves=True, status=422)
    return [*entered, unread]


def performer(world: World) -> list[Stop]:
    waiting, held, countered = (world.ref(name) for name in ("waiting", "held", "countered"))
    grant, item = world.grant.ref, world.item.ref
    views = ["", "?view=with-studios", "?view=answered", "?view=declined-for-you"]
    counter = f"/requests/{waiting}/counter/"
    return [
        *stops(["/home/", *(f"/requests/{view}" for view in views)]),
        *stops(f"/requests/{ref}/" for ref in (waiting, held, countered, world.ref("declined"))),
        *stops([f"/requests/{countered}/rounds/1..2/", f"/requests/{waiting}/questions/"]),
        *stops(f"/requests/{waiting}/answer/?a={choice}" for choice in ("approve", "decline")),
        Stop(counter),
        Stop(counter, press="button[value=fit]"),
        Stop(f"/requests/{waiting}/check/"),
        *stops(
            [
                "/preferences/",
                "/preferences/AGE_CHANGE/",
                "/preferences/everything/",
                "/preferences/versions/",
                "/preferences/versions/1/",
                "/preferences/as-studio/",
                "/vault/",
                f"/vault/{item}/",
                f"/vault/{item}/delete/",
                "/vault/delete/",
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
            ]
        ),
        Stop("/preferences/confirm/", moves=True),
        *stops(ACCOUNT),
    ]


def representative(world: World) -> list[Stop]:
    client, waiting = world.cast.imani.performer.ref, world.ref("waiting")
    return [
        *stops(
            [
                "/desk/",
                "/desk/clients/",
                f"/desk/clients/{client}/",
                f"/desk/invitations/{world.refs['client']}/",
                f"/studio/invitations/{world.refs['member']}/",
                f"/requests/{waiting}/",
                f"/requests/{waiting}/answer/?a=decline",
                f"/requests/{waiting}/counter/",
                f"/requests/{waiting}/questions/",
                f"/requests/{world.ref('countered')}/rounds/1..2/",
                f"/grants/{world.grant.ref}/",
                "/account/",
                "/notices/",
                "/notices/settings/",
            ]
        ),
        Stop(f"/desk/requests/{waiting}/", moves=True),
        Stop(f"/l/{world.token('waiting')}/", moves=True, status=403),
    ]


def studio(world: World) -> list[Stop]:
    room = f"/studio/{world.cast.northlight.studio.slug}"
    views = ("", "?view=your-move", "?view=in-force", "?view=closed", "?view=drafts")
    steps = ("who", "what", "where", "offer", "afterwards", "check")
    countered, waiting = world.ref("countered"), world.ref("waiting")
    return [
        *stops(f"{room}/{view}" for view in views),
        *stops(
            [
                f"{room}/performers/",
                f"{room}/performers/{world.cast.imani.performer.ref}/",
                f"{room}/productions/",
                f"{room}/productions/{world.cast.northlight.production.slug}/",
                f"{room}/requests/new/",
                *(f"{room}/requests/{world.ref('draft')}/{step}/" for step in steps),
                *(f"{room}/requests/{waiting}/{step}/" for step in steps[1:]),
                f"{room}/requests/{waiting}/",
                f"{room}/requests/{countered}/",
                f"{room}/requests/{countered}/compare/1..2/",
                f"{room}/requests/{world.ref('declined')}/",
                f"{room}/grants/",
                f"{room}/grants/{world.grant.ref}/",
                f"{room}/media/",
                f"{room}/members/",
                f"{room}/settings/",
                "/studio/found/",
                "/account/",
                "/account/2fa/",
                "/account/2fa/recovery-codes/",
                "/account/2fa/recovery-codes/generate/",
                "/account/2fa/totp/deactivate/",
                "/notices/",
            ]
        ),
    ]


def staff(world: World) -> list[Stop]:
    tern = world.cast.tern.studio.ref
    return stops(
        f"/staff/{path}" for path in ("", "studios/", f"studios/{tern}/", "mail/", "health/", "consent/", "log/")
    )


def key_pages(world: World) -> dict[str, list[Stop]]:
    """One of each kind, for the narrowest window and for forced colours."""
    room, waiting = f"/studio/{world.cast.northlight.studio.slug}", world.ref("waiting")
    return {
        "nobody": [
            *stops(["/", "/account/login/", "/account/signup/"]),
            Stop(f"/l/{world.token('waiting')}/", moves=True),
        ],
        "performer": stops(
            [
                "/home/",
                f"/requests/{waiting}/",
                f"/requests/{waiting}/answer/?a=approve",
                f"/requests/{waiting}/counter/",
                "/preferences/",
                "/vault/",
                "/grants/",
                "/history/",
                "/account/",
            ]
        ),
        "agent": stops(["/desk/", f"/requests/{waiting}/"]),
        "studio": stops(
            [f"{room}/", f"{room}/performers/", f"{room}/members/", f"{room}/requests/{world.ref('draft')}/where/"]
        ),
        "staff": stops(["/staff/consent/", "/staff/log/"]),
    }
