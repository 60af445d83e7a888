"""The cast of the tests: people and studios built through the services, so that no fixture holds an impossible state."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress

from consent.access import by_session
from consent.access.by_session import Visitor
from consent.core.actor import Actor
from consent.core.roles import Right, StudioAct, StudioRole
from consent.core.terms import Terms
from consent.core.vocabulary import Level, Stance, Use
from consent.models import Performer, PreferenceSet, Production, Representation, Side, Studio, User, UseRequest
from consent.services import decisions, people, preferences, productions, use_requests

NOW = datetime(2026, 6, 11, 9, 30, tzinfo=UTC)
PASSWORD = "a-very-plain-password-7"


def at(**later: float) -> datetime:
    """``NOW`` plus a while: ``at(days=3)``."""
    return NOW + timedelta(**later)


def user(email: str, name: str = "", side: Side = Side.PERFORMER, **fields: Any) -> User:
    account = User.objects.create_user(email, PASSWORD, full_name=name, side=side.value, **fields)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def visitor(account: User, *, now: datetime | None = None, second_factor: bool = False) -> Visitor:
    """Signed in; with ``second_factor`` also re-authenticated by one at ``now``."""
    proven = now if second_factor else None
    return Visitor(
        user=account, reauthenticated_at=proven, second_factor_at=proven, second_factor_enrolled=second_factor
    )


def staff() -> Actor:
    account = User.objects.filter(email="staff@example.org").first() or User.objects.create_superuser(
        "staff@example.org", PASSWORD, full_name="Sam Ortiz"
    )
    return by_session.staff(visitor(account))


@dataclass(frozen=True)
class PerformerCast:
    user: User
    performer: Performer

    def actor(self, *, now: datetime = NOW, second_factor: bool = False) -> Actor:
        return by_session.performer(visitor(self.user, now=now, second_factor=second_factor))[1]

    def prefer(self, *, now: datetime = NOW, **changes: Any) -> PreferenceSet:
        """Save preferences with fields replaced, confirming what is looser."""
        standing = preferences.current(self.performer).value
        preferences.save(self.performer, replace(standing, **changes), actor=self.actor(now=now), now=now)
        if hasattr(Performer.objects.get(pk=self.performer.pk), "proposed_preferences"):
            preferences.confirm_looser(self.performer, actor=self.actor(now=now), now=now)
        return preferences.current(self.performer)

    def stance(self, use: Use, stance: Stance, *, now: datetime = NOW) -> PreferenceSet:
        uses = preferences.current(self.performer).value.uses
        return self.prefer(now=now, uses={**uses, use: replace(uses[use], stance=stance)})


@dataclass(frozen=True)
class StudioCast:
    owner: User
    clearance: User
    viewer: User
    studio: Studio
    production: Production

    def actor(self, *, as_: str = "clearance") -> Actor:
        return by_session.studio(visitor(getattr(self, as_)), self.studio.slug, StudioAct.SEE)[1]


def a_performer(
    email: str, name: str, *, born: date = date(1988, 4, 2), zone: str = "Europe/London", **fields: Any
) -> PerformerCast:
    account = user(email, name)
    by = _person(account)
    row = people.become_performer(
        account,
        professional_name=name,
        time_zone=zone,
        locale="en",
        date_of_birth=born,
        country="GB",
        actor=by,
        now=at(days=-400),
        **fields,
    )
    actor = by_session.performer(visitor(account))[1]
    people.finish_onboarding(row, actor=actor, now=at(days=-400))
    row.refresh_from_db()
    return PerformerCast(account, row)


def _person(account: User) -> Actor:
    return by_session.person(visitor(account))


def a_studio(slug: str, name: str, *, verified: bool = True) -> StudioCast:
    owner = user(f"owner@{slug}.example", f"{name} Owner", Side.STUDIO)
    row = people.found_studio(
        owner,
        name=name,
        legal_name=f"{name} Ltd",
        country="GB",
        website=f"https://{slug}.example",
        actor=_person(owner),
        now=at(days=-300),
    )
    if verified:
        people.verify_studio(row, actor=staff(), now=at(days=-299))
    row.refresh_from_db()
    by = by_session.studio(visitor(owner), row.slug, StudioAct.SEE)[1]
    members = {}
    for role in (StudioRole.CLEARANCE, StudioRole.VIEWER):
        account = user(f"{role.value.lower()}@{slug}.example", f"{name} {role.value.title()}", Side.STUDIO)
        invitation = people.invite_member(row, account.email, role, actor=by, now=at(days=-298))
        people.accept_invitation(invitation, account, actor=_person(account), now=at(days=-298))
        members[role] = account
    production = productions.create(
        row,
        title="The Salt Road",
        kind="SERIES",
        agreement="EQUITY_UK",
        synopsis="A family on the old salt road.",
        actor=by,
        now=at(days=-200),
    )
    return StudioCast(owner, members[StudioRole.CLEARANCE], members[StudioRole.VIEWER], row, production)


@dataclass(frozen=True)
class Cast:
    imani: PerformerCast
    rosalind: User
    authority: Representation
    northlight: StudioCast
    tern: StudioCast
    stranger: PerformerCast


def cast() -> Cast:
    """Imani, her agent Rosalind, the studios Northlight (introduced to Imani) and Tern (a rival), and a stranger."""
    imani = a_performer("imani@example.org", "Imani Clarke")
    northlight = a_studio("northlight", "Northlight Pictures")
    tern = a_studio("tern", "Tern Interactive")
    stranger = a_performer("stranger@example.org", "Nobody Special")
    rosalind = user("rosalind@pikelarkin.example", "Rosalind Pike", Side.REPRESENTATIVE)
    authority = represent(imani, rosalind, rights=(Right.SEE, Right.COMMENT, Right.NEGOTIATE, Right.DECLINE))
    for known in (northlight,):
        people.introduce(known.studio, imani.performer.ref, actor=known.actor(), now=at(days=-100))
    return Cast(imani, rosalind, authority, northlight, tern, stranger)


def represent(
    client: PerformerCast, agent: User, *, rights: tuple[Right, ...], approve_level: Level | None = None
) -> Representation:
    row = people.invite_representative(
        client.performer,
        agent.email,
        agency="Pike & Larkin",
        rights=rights,
        approve_level=approve_level,
        actor=client.actor(now=at(days=-90), second_factor=True),
        now=at(days=-90),
    )
    return people.accept_representation(row, agent, actor=_person(agent), now=at(days=-90))


AGE_CHANGE: dict[str, Any] = {
    "uses": ["AGE_CHANGE"],
    "modalities": ["FACE"],
    "description": {
        "depiction": "Look about 20 years younger in two flashback scenes",
        "character": "Ada Reyes, aged 20",
        "scenes": "Episode 3, scenes 14 and 22",
        "extent": "4.5 minutes in all, 2 scenes",
        "script_revision": "Blue revision, 2 June 2026",
        "technique": "Image-based de-ageing with a face model made for this production",
        "tools": ["Northlight Facelift 3"],
        "vendors": ["Halden & Quay VFX"],
    },
    "in_lieu": {"answer": False},
    "channels": ["STREAMING", "THEATRICAL"],
    "territories": ["GB", "IE"],
    "dates": {
        "starts_on": "2026-07-01",
        "generate_until": "2026-12-31",
        "exploit_until": "2029-06-30",
        "destroy_by": "2027-01-30",
    },
    "training": {"trains": False},
    "fees": [{"basis": "PER_PERIOD", "unit": "YEAR", "amount": 650000, "currency": "GBP"}],
    "condition_of_engagement": False,
}


def terms(**changes: Any) -> Terms:
    """Whole, specific terms at FINISH that go no further than a new performer's preferences."""
    return Terms.from_data({**AGE_CHANGE, **changes})


VOICE_CLONE: dict[str, Any] = {
    **AGE_CHANGE,
    "uses": ["VOICE_CLONE"],
    "modalities": ["VOICE"],
    "description": {
        **AGE_CHANGE["description"],
        "depiction": "Speak 140 short game lines as the guard captain Ada Reyes in a synthetic copy of her voice",
        "scenes": "Barks and reactions of chapters 2 to 5",
        "extent": "140 lines, 12 minutes in all",
        "technique": "Text to speech with a voice model made from the March sessions",
    },
    "channels": ["GAME"],
}


def draft(studio_cast: StudioCast, person: PerformerCast, *, now: datetime = NOW) -> UseRequest:
    return use_requests.create_draft(
        studio_cast.studio,
        performer=person.performer,
        production=studio_cast.production,
        actor=studio_cast.actor(),
        now=now,
    )


def pending(
    studio_cast: StudioCast, person: PerformerCast, asked: Terms | None = None, *, now: datetime = NOW, days: int = 10
) -> UseRequest:
    """A request that was sent (its state is what the performer's standing answers made of it)."""
    row = draft(studio_cast, person, now=now)
    return use_requests.submit(
        row, asked or terms(), deadline_at=now + timedelta(days=days), actor=studio_cast.actor(), now=now
    )


def approve(
    row: UseRequest, person: PerformerCast, *, now: datetime = NOW, second_factor: bool = False, **more: Any
) -> Any:
    return decisions.approve(
        row,
        revision=row.revision,
        digest=row.digest,
        nonce=more.pop("nonce", None) or uuid.uuid4(),
        as_exception=more.pop("as_exception", True),
        actor=more.pop("actor", None) or person.actor(now=now, second_factor=second_factor),
        now=now,
    )


def decline(row: UseRequest, person: PerformerCast, *, now: datetime = NOW, **more: Any) -> Any:
    return decisions.decline(
        row,
        revision=row.revision,
        digest=row.digest,
        nonce=more.pop("nonce", None) or uuid.uuid4(),
        actor=more.pop("actor", None) or person.actor(now=now),
        now=now,
        **more,
    )


def granted(studio_cast: StudioCast, person: PerformerCast, asked: Terms | None = None, *, now: datetime = NOW) -> Any:
    """A live grant: asked, approved, and its undo window over."""
    row = pending(studio_cast, person, asked, now=now)
    approve(row, person, now=now)
    decisions.release(row, actor=Actor.clock(), now=now + timedelta(minutes=person.performer.hold_minutes))
    return UseRequest.objects.get(pk=row.pk).grant


def json_dates(row: UseRequest) -> dict[str, str]:
    """The dates of a request as the JSON of terms has them."""
    dates = row.terms.dates
    if dates is None:
        return {}
    return {
        name: getattr(dates, name).isoformat()
        for name in ("starts_on", "generate_until", "exploit_until", "destroy_by")
    }
