"""What the walk through a representative's pages needs: the rooms of one performer, and what a page says to people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from consent.access import by_link
from consent.core.actor import Actor
from consent.core.preferences import Floor
from consent.core.terms import Terms
from consent.core.vocabulary import FeeBasis, FeeUnit
from consent.models import ActionLink, Grant, MediaItem, MediaState, ThreadKind, UseRequest
from consent.services import decisions, use_requests
from tests import make
from tests.make import Cast

FEE, EARLIER_FEE, FLOOR = 73_914, 64_853, 86_427
"""Sums in pounds that nothing else on a page looks like."""


@dataclass(frozen=True)
class World:
    """Imani's requests by how they stand, her grant, and the links of her agent's mails."""

    cast: Cast
    rows: dict[str, UseRequest]
    grant: Grant
    links: dict[str, ActionLink]


def build() -> World:
    cast = make.cast()
    now = timezone.now()
    _stand(cast, now)
    item = MediaItem.objects.create(
        performer=cast.imani.performer, number=1, kind="STILL", state=MediaState.READY, filename="scan.jpg"
    )
    asked = _asked(now, item.ref)
    earlier = Terms.from_data({**asked.to_data(), "fees": _fees(EARLIER_FEE)})
    names = ("waiting", "amended", "held", "approved", "declined", "countered", "withdrawn")
    rows = {
        name: make.pending(
            cast.northlight, cast.imani, earlier if name in ("waiting", "amended") else asked, now=_ago(2)
        )
        for name in names
    }
    links = {name: by_link.mint(row, cast.rosalind, now=now) for name, row in rows.items() if name != "waiting"}
    _move_on(cast, rows, asked)
    rows = {name: UseRequest.objects.get(pk=row.pk) for name, row in rows.items()}
    links["waiting"] = by_link.mint(rows["waiting"], cast.rosalind, now=now)
    return World(cast, rows, Grant.objects.get(use_request=rows["approved"]), links)


def _ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def _stand(cast: Cast, now: datetime) -> None:
    """Answers that the request goes beyond in several ways."""
    standing = make.preferences.current(cast.imani.performer).value
    floor = Floor(amount=FLOOR * 100, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
    limits = replace(standing.defaults, floor=floor, longest_months=12, territories=frozenset({"GB", "IE"}))
    cast.imani.prefer(defaults=limits, now=now)


def _fees(pounds: int) -> list[dict[str, Any]]:
    return [{"basis": "PER_PERIOD", "unit": "YEAR", "amount": pounds * 100, "currency": "GBP"}]


def _asked(now: datetime, media: str) -> Terms:
    days = {"starts_on": -2, "generate_until": 90, "exploit_until": 1500, "destroy_by": 600}
    return make.terms(
        uses=["AGE_CHANGE", "DIGITAL_DOUBLE"],
        dates={name: (now + timedelta(days=n)).date().isoformat() for name, n in days.items()},
        description={**make.AGE_CHANGE["description"], "source_media": [media]},
        territories=["GB", "IE", "US"],
        channels=["STREAMING", "THEATRICAL", "PROMOTIONAL"],
        exclusivity={"category": "watches", "territories": ["GB"]},
        output_approval="FINAL",
        duties=["CREDIT", "APPROVE_OUTPUT", "DESTROY_AND_ATTEST"],
        in_lieu={"answer": True},
        fees=_fees(FEE),
    )


def _move_on(cast: Cast, rows: dict[str, UseRequest], asked: Terms) -> None:
    now, studio = timezone.now(), cast.northlight.actor()
    for name in ("waiting", "amended"):
        use_requests.amend(rows[name], asked, revision=1, actor=studio, now=_ago(1))
    use_requests.say(rows["waiting"], "Who trains it?", actor=cast.imani.actor(now=now), now=now)
    use_requests.say(
        rows["waiting"], "I would take it.", kind=ThreadKind.NOTE, actor=cast.imani.actor(now=now), now=now
    )
    make.approve(rows["held"], cast.imani, now=now, second_factor=True)
    make.approve(rows["approved"], cast.imani, now=_ago(1), second_factor=True)
    decisions.release(rows["approved"], actor=Actor.clock(), now=now)
    make.decline(rows["declined"], cast.imani, now=now)
    use_requests.withdraw(rows["withdrawn"], revision=1, actor=studio, now=now)
    decisions.counter(
        rows["countered"],
        replace(asked, territories=("GB",)),
        note="At home only",
        revision=1,
        digest=rows["countered"].digest,
        nonce=uuid4(),
        actor=cast.imani.actor(now=now, second_factor=True),
        now=now,
    )


def follow(link: ActionLink) -> Client:
    """A browser that came from the mail."""
    client = Client()
    client.get(f"/l/{by_link.token(link)}/")
    return client


# --- What a page says ------------------------------------------------------------------------------------------------

READ_OUT = ("aria-label", "alt", "title", "placeholder")
NOT_READ = {"script", "style", "template"}


class _Main(HTMLParser):
    """Text, spoken attributes and links inside ``<main>``."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.silent = 0
        self.said: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag == "main"
        self.silent += tag in NOT_READ
        if self.inside and not self.silent:
            given = dict(attrs)
            self.said += [text for name in READ_OUT if (text := given.get(name))]
            if tag == "a" and (href := given.get("href")):
                self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "main"
        self.silent -= tag in NOT_READ

    def handle_data(self, data: str) -> None:
        if self.inside and not self.silent:
            self.said.append(data)


def main_of(page: str) -> str:
    """What people read or hear of the main content."""
    reader = _Main()
    reader.feed(page)
    return " ".join(" ".join(reader.said).split())


def links_of(page: str) -> Iterator[str]:
    """Addresses on this site that the main content leads to."""
    reader = _Main()
    reader.feed(page)
    yield from sorted({href.partition("#")[0] for href in reader.links if href.startswith("/")} - {""})


_SECRETS = re.compile(r"[0-9A-Za-z_=+/.-]{20,}|\b[0-9a-f]{8}\b")
_BETWEEN = re.compile(r"(?<=\d)[.,'’\s\u00a0\u202f](?=\d{3})")


def shows(page: str, pounds: int) -> bool:
    """Does the sum stand anywhere in the whole page, in pounds or pence and in whatever notation?

    Tokens and fingerprints, which hold any digits by chance, are left out.
    """
    plain = _BETWEEN.sub("", _SECRETS.sub(" ", page.replace("&nbsp;", "\u00a0")))
    return re.search(rf"(?<![\d.]){pounds}(?:00|[.,]00?)?(?!\d)", plain) is not None
