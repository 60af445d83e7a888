"""Turns a fact into people: for each audience of the catalogue, who that is now and how they want to be told."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from consent.core.roles import Right, StudioRole
from consent.models import Fact, Membership, Performer, Representation, Side, User
from notifications.catalogue import Audience, Happening, Notice, Row, row_of
from notifications.models import Choice, Settings

ROLES = {
    Audience.CLEARANCE: (StudioRole.OWNER.value, StudioRole.CLEARANCE.value),
    Audience.OWNERS: (StudioRole.OWNER.value,),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account, or an invited address that has none yet; ``notice`` is what they are told and ``as_`` as whom."""

    notice: Notice
    user: User | None
    address: str = ""


def read(facts: Iterable[Fact]) -> list[Happening]:
    """Flatten facts loaded with ``chain`` and ``payload``. A fact whose payload was erased says nothing any more: left out."""
    found = []
    for fact in facts:
        payload = getattr(fact, "payload", None)
        if payload is None:
            continue
        actor = json.loads(fact.header)["actor"]
        found.append(
            Happening(
                fact_id=fact.pk,
                kind=fact.kind,
                at=fact.at,
                capacity=actor["capacity"],
                user_ref=actor["user_ref"],
                performer_id=fact.chain.performer_id,
                studio_id=fact.studio_id or fact.chain.studio_id,
                use_request_id=fact.use_request_id,
                subject_ref=fact.subject_ref,
                payload=json.loads(payload.text),
            )
        )
    return found


@dataclass(slots=True)
class Circles:
    """The people around a batch of facts, read in a handful of queries, whatever the size of the batch."""

    performers: dict[int, User] = field(default_factory=dict)
    representatives: dict[int, list[User]] = field(default_factory=dict)
    members: dict[int, list[tuple[str, User]]] = field(default_factory=dict)
    staff: list[User] = field(default_factory=list)
    by_ref: dict[str, User] = field(default_factory=dict)
    by_email: dict[str, User] = field(default_factory=dict)
    choices: dict[tuple[int, str], str] = field(default_factory=dict)
    settings: dict[int, Settings] = field(default_factory=dict)

    @classmethod
    def around(cls, happenings: Collection[Happening], *, now: datetime) -> Circles:
        wanted = {notice.to for happening in happenings for notice in row_of(happening.kind).notices}
        circles = cls()
        performer_ids = {h.performer_id for h in happenings if h.performer_id is not None}
        studio_ids = {h.studio_id for h in happenings if h.studio_id is not None}
        if wanted & {Audience.PERFORMER, Audience.REPRESENTATIVES}:
            circles.performers = dict(performers(performer_ids))
            circles.representatives = representatives(performer_ids, now=now)
        if wanted & {Audience.CLEARANCE, Audience.OWNERS}:
            circles.members = members(studio_ids)
        if Audience.STAFF in wanted:
            circles.staff = list(
                User.objects.filter(side=Side.STAFF, is_staff=True, is_active=True)
                .select_related("performer")
                .order_by("pk")
            )
        circles._find_named(happenings, wanted)
        circles._read_wishes()
        return circles

    def _find_named(self, happenings: Collection[Happening], wanted: set[Audience]) -> None:
        refs = {_named(h) for h in happenings} if Audience.NAMED in wanted else set()
        addresses = {_address(h) for h in happenings} if Audience.INVITED in wanted else set()
        if not (refs | addresses) - {""}:
            return
        for user in User.objects.select_related("performer").filter(
            Q(ref__in=refs) | Q(email__in=addresses), is_active=True
        ):
            self.by_ref[user.ref] = user
            self.by_email[user.email] = user

    def _read_wishes(self) -> None:
        ids = {user.pk for user in self.everybody()}
        rows = Choice.objects.filter(user_id__in=ids).values_list("user_id", "group", "how")
        self.choices = {(user_id, group): how for user_id, group, how in rows}
        self.settings = Settings.objects.in_bulk(ids)

    def everybody(self) -> Iterator[User]:
        yield from self.performers.values()
        for users in self.representatives.values():
            yield from users
        for people in self.members.values():
            yield from (user for _role, user in people)
        yield from self.staff
        yield from self.by_ref.values()

    def told(self, happening: Happening) -> list[Recipient]:
        """Who is told of this fact: nobody twice, and nobody the mere echo of what they did themselves."""
        row: Row = row_of(happening.kind)
        seen: set[int] = set()
        found: list[Recipient] = []
        for notice in row.notices:
            if not notice.when(happening):
                continue
            for user, address in self._of(notice.to, happening):
                if user is None:
                    found.append(Recipient(notice, None, address))
                elif user.pk not in seen and (notice.to_actor or user.ref != happening.user_ref):
                    seen.add(user.pk)
                    found.append(Recipient(notice, user))
        return found

    def _of(self, audience: Audience, happening: Happening) -> Iterator[tuple[User | None, str]]:
        if audience is Audience.PERFORMER:
            user = self.performers.get(happening.performer_id or 0)
            yield from [(user, "")] if user is not None else []
        elif audience is Audience.REPRESENTATIVES:
            yield from ((user, "") for user in self.representatives.get(happening.performer_id or 0, []))
        elif audience in (Audience.CLEARANCE, Audience.OWNERS):
            people = self.members.get(happening.studio_id or 0, [])
            yield from ((user, "") for role, user in people if role in ROLES[audience])
        elif audience is Audience.STAFF:
            yield from ((user, "") for user in self.staff)
        elif audience is Audience.NAMED:
            named = self.by_ref.get(_named(happening))
            yield from [(named, "")] if named is not None else []
        else:
            address = _address(happening)
            invited = self.by_email.get(address)
            yield from [(invited, "" if invited else address)] if address else []


def zone_of(user: User) -> str:
    """The zone a person lives by: a performer's is that of their room, as on their pages. Load ``performer`` with the user."""
    performer: Performer | None = getattr(user, "performer", None)
    return performer.time_zone if performer is not None else user.time_zone


def locale_of(user: User) -> str:
    """The one language in which a person is told everything."""
    performer: Performer | None = getattr(user, "performer", None)
    return performer.locale if performer is not None else user.locale


def performers(ids: Collection[int]) -> Iterator[tuple[int, User]]:
    """The accounts of performers; an estate or a closed account has none that could be told."""
    rows = Performer.objects.filter(pk__in=ids, user__is_active=True).select_related("user")
    yield from ((row.pk, row.user) for row in rows if row.user is not None)


def representatives(performer_ids: Collection[int], *, now: datetime) -> dict[int, list[User]]:
    """Whoever may see for each performer."""
    found: dict[int, list[User]] = {}
    for row in representations(performer_ids, now=now):
        if row.user is not None:
            found.setdefault(row.performer_id, []).append(row.user)
    return found


def representations(performer_ids: Collection[int], *, now: datetime) -> list[Representation]:
    """Authorities to see that are in force today in the performer's own zone."""
    rows = (
        Representation.objects.filter(
            performer_id__in=performer_ids,
            accepted_at__isnull=False,
            revoked_at=None,
            rights__contains=[Right.SEE.value],
            user__is_active=True,
        )
        .select_related("user__performer", "performer")
        .order_by("pk")
    )
    return [row for row in rows if row.in_force(now.astimezone(ZoneInfo(row.performer.time_zone)).date())]


def members(studio_ids: Collection[int]) -> dict[int, list[tuple[str, User]]]:
    rows = (
        Membership.objects.filter(studio_id__in=studio_ids, user__is_active=True)
        .select_related("user__performer")
        .order_by("pk")
    )
    found: dict[int, list[tuple[str, User]]] = {}
    for row in rows:
        found.setdefault(row.studio_id, []).append((row.role, row.user))
    return found


def _named(happening: Happening) -> str:
    """The account that a fact is about: a member, a representative, or whoever asked for a new link."""
    return str(happening.payload.get("user") or happening.payload.get("recipient") or "")


def _address(happening: Happening) -> str:
    address: Any = happening.payload.get("email", "")
    return str(address).strip().lower()
