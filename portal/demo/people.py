"""The people of the demo: everybody's account, the performers' rooms, and whom their agent may act for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password

from consent.core.roles import Right
from consent.core.vocabulary import Level
from consent.models import Performer, Side, User, Visibility
from consent.services import people
from portal.demo import signin
from portal.demo.play import Act, Play


@dataclass(frozen=True, kw_only=True)
class Part:
    """A performer as the demo casts them; ``joined`` in days from today, ``slug`` names their pictures."""

    slug: str
    email: str
    name: str
    born: date
    zone: str
    country: str
    joined: int
    crafts: tuple[str, ...]
    languages: tuple[str, ...]
    about: str
    unions: tuple[str, ...] = ()
    counsel: bool = False
    locale: str = "en"
    visibility: Visibility = Visibility.REFERENCE


PERFORMERS = (
    Part(
        slug="imani-clarke", email=signin.IMANI, name="Imani Clarke", born=date(1983, 9, 17), zone="Europe/London",
        country="GB", joined=-463, crafts=("SCREEN", "VOICE", "STAGE"), languages=("en", "es", "fr"),
        about="Screen and voice actor in London. Ada Reyes in The Salt Road, Captain Oyelaran in Hollow Crown Online.",
        unions=("EQUITY_UK",), counsel=True, visibility=Visibility.VERIFIED_STUDIOS,
    ),
    Part(
        slug="tomasz-wrona", email=signin.TOMASZ, name="Tomasz Wrona", born=date(1971, 2, 3), zone="Europe/Warsaw",
        country="PL", joined=-330, crafts=("SCREEN", "STAGE", "VOICE"), languages=("pl", "en", "de"),
        about="Stage and screen in Warsaw and London. The ferryman Jozef in The Salt Road.", unions=("EQUITY_UK",),
    ),
    Part(
        slug="keiko-arata", email=signin.KEIKO, name="Keiko Arata", born=date(1990, 11, 28), zone="Asia/Tokyo",
        country="JP", joined=-300, crafts=("SCREEN", "STUNT", "MOTION_CAPTURE"), languages=("ja", "en"),
        about="Screen, stunts and motion capture. Mari in Glasshouse.", counsel=True,
    ),
    Part(
        slug="noor-haddad", email=signin.NOOR, name="Noor Haddad", born=date(1987, 6, 9), zone="Asia/Beirut",
        country="LB", joined=-290, crafts=("VOICE", "SCREEN", "PRESENTING"), languages=("ar", "en", "fr"),
        about="Radio voice and screen actor between Beirut and London.", unions=("EQUITY_UK", "UVA"),
    ),
    Part(
        slug="lucia-ferran", email=signin.LUCIA, name="Lucía Ferrán", born=date(1994, 4, 21), zone="Europe/Madrid",
        country="ES", joined=-250, crafts=("DUBBING", "SCREEN", "SINGING"), languages=("es", "ca", "en"), locale="es",
        about="Doblaje y pantalla, en Madrid y Barcelona.", unions=("UVA",), visibility=Visibility.VERIFIED_STUDIOS,
    ),
    Part(
        slug="dev-raman", email=signin.DEV, name="Dev Raman", born=date(1996, 1, 14), zone="America/Los_Angeles",
        country="US", joined=-220, crafts=("SCREEN", "DANCE"), languages=("en", "ta"),
        about="Screen actor and dancer in Los Angeles. The harbour master’s son in Glasshouse.", unions=("SAG_AFTRA",),
        counsel=True,
    ),
    Part(
        slug="ada-okonjo", email=signin.ADA, name="Ada Okonjo", born=date(1979, 8, 2), zone="Africa/Lagos",
        country="NG", joined=-200, crafts=("SCREEN", "VOICE"), languages=("en", "fr", "de", "ig"),
        about="Screen and voice actor in Lagos, Paris and Berlin.", visibility=Visibility.VERIFIED_STUDIOS,
    ),
)  # fmt: skip

_SEES = (Right.SEE, Right.COMMENT)
_CLIENTS: tuple[tuple[str, int, Mapping[str, Any]], ...] = (
    (signin.IMANI, -455, {"rights": (*_SEES, Right.NEGOTIATE, Right.DECLINE)}),
    (
        signin.TOMASZ,
        -322,
        {
            "rights": (*_SEES, Right.NEGOTIATE, Right.DECLINE, Right.APPROVE, Right.SEE_MONEY),
            "approve_level": Level.EXTEND, "approve_fee_ceiling": 10_000_00, "currency": "GBP",
        },
    ),
    (signin.KEIKO, -292, {"rights": (*_SEES, Right.NEGOTIATE)}),
    (
        signin.NOOR,
        -284,
        {
            "rights": (*_SEES, Right.NEGOTIATE, Right.DECLINE, Right.APPROVE, Right.MANAGE_MEDIA),
            "approve_level": Level.FINISH,
        },
    ),
    (signin.LUCIA, -240, {"rights": (*_SEES, Right.DECLINE)}),
    (signin.ADA, -190, {"rights": _SEES}),
)  # fmt: skip
"""Whom Rosalind Pike acts for, since when, and how far."""


def meet(play: Play) -> None:
    """Make everybody's account, and put onto the play's calendar how they came to be here."""
    hashed = make_password(signin.PASSWORD)
    for email, name, _part in signin.PEOPLE:
        play.people[email] = _account(play, email, name, hashed)
    for part in PERFORMERS:
        _join(play, part)
    for email, since, grid in _CLIENTS:
        _represent(play, email, since, grid)
    play.scene(play.ago(hours=22), _invite_agent(play))


def _account(play: Play, email: str, name: str, hashed: str) -> User:
    """A verified address and an authenticator app, as if its owner had set both up."""
    part = next((part for part in PERFORMERS if part.email == email), None)
    side = Side.STUDIO if part is None else Side.PERFORMER
    more: dict[str, Any] = {"time_zone": part.zone, "locale": part.locale} if part else {"time_zone": "Europe/London"}
    if email == signin.ROSALIND:
        side = Side.REPRESENTATIVE
    if email == signin.STAFF:
        side, more["is_staff"], more["is_superuser"] = Side.STAFF, True, True
    joined = play.at(part.joined, "09:00", part.zone) if part else play.at(-480)
    if email == signin.HUGO:
        joined = play.ago(hours=31)
    user = User(email=email, full_name=name, side=side.value, password=hashed, date_joined=joined, **more)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    TOTP.activate(user, signin.authenticator_secret(email))
    return user


def _join(play: Play, part: Part) -> None:
    def act(now: datetime) -> None:
        row = people.become_performer(
            play.people[part.email],
            professional_name=part.name,
            time_zone=part.zone,
            locale=part.locale,
            date_of_birth=part.born,
            unions=part.unions,
            country=part.country,
            actor=play.person(part.email, now),
            now=now,
        )
        actor = play.performer(part.email, now)
        people.change_profile(
            row, crafts=part.crafts, languages=part.languages, about=part.about, has_counsel=part.counsel,
            actor=actor, now=now,
        )  # fmt: skip
        people.set_visibility(row, part.visibility, actor=actor, now=now)
        people.finish_onboarding(row, actor=actor, now=now)
        play.performers[part.email] = Performer.objects.get(pk=row.pk)

    play.scene(play.at(part.joined, "09:40", part.zone), act)


def _represent(play: Play, email: str, since: int, grid: Mapping[str, Any]) -> None:
    def act(now: datetime) -> None:
        actor = play.performer(email, now)
        offered = people.invite_representative(
            play.performers[email], signin.ROSALIND, agency="Pike & Larkin", actor=actor, now=now, **grid
        )
        people.accept_representation(
            offered, play.people[signin.ROSALIND], actor=play.person(signin.ROSALIND, now), now=now
        )

    play.scene(play.at(since, "17:30"), act)


def _invite_agent(play: Play) -> Act:
    """An invitation that still waits for its answer."""

    def act(now: datetime) -> None:
        people.invite_representative(
            play.performers[signin.DEV],
            "samira@fairhand.example",
            agency="Fair Hand",
            rights=_SEES,
            actor=play.performer(signin.DEV, now),
            now=now,
        )

    return act
