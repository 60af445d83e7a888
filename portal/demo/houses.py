"""The studios of the demo: founded, verified, filled with members and productions, and introduced to performers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from consent.access import by_session
from consent.core.actor import Actor
from consent.core.roles import StudioRole
from consent.models import Studio
from consent.services import people, productions
from portal.demo import signin
from portal.demo.play import Play


@dataclass(frozen=True, kw_only=True)
class House:
    """A studio; ``members`` joined the day after it was verified."""

    name: str
    legal_name: str
    country: str
    website: str
    registration: str
    about: str
    owner: str
    founded: int
    members: tuple[tuple[str, StudioRole], ...] = ()
    titles: tuple[Mapping[str, Any], ...] = ()


def _title(title: str, kind: str, agreement: str, synopsis: str, shoots: int, released: int) -> Mapping[str, Any]:
    """``shoots`` and ``released`` in days from today."""
    return MappingProxyType(
        {"title": title, "kind": kind, "agreement": agreement, "synopsis": synopsis, "days": (shoots, released)}
    )


STUDIOS = (
    House(
        name="Northlight Pictures", legal_name="Northlight Pictures Ltd", country="GB",
        website="https://northlight.example", registration="Companies House 09114552",
        about="Series and features from Bristol.", owner=signin.EDDA, founded=-475,
        members=((signin.JONAS, StudioRole.CLEARANCE), (signin.PRIYA, StudioRole.VIEWER)),
        titles=(
            _title("The Salt Road", "SERIES", "EQUITY_UK", "A family on the old salt road, over forty years.", -640, -300),
            _title("The Salt Road, series 2", "SERIES", "EQUITY_UK", "Ada Reyes goes back to the salt pans.", 25, 390),
            _title("Glasshouse", "FEATURE", "EQUITY_UK", "Three strangers wait out a flood in a palm house.", -150, 78),
        ),
    ),
    House(
        name="Tern Interactive", legal_name="Tern Interactive AB", country="SE", website="https://tern.example",
        registration="Bolagsverket 559102-4417", about="Online worlds, made in Malmö.", owner=signin.MALIK,
        founded=-420, members=((signin.SUNNIVA, StudioRole.CLEARANCE),),
        titles=(
            _title("Hollow Crown Online", "GAME", "OTHER", "A kingdom whose throne nobody wants.", -380, 120),
            _title("Touchline", "GAME", "NON_UNION", "Football, seen from the bench.", -90, 200),
        ),
    ),
    House(
        name="Halden & Quay", legal_name="Halden & Quay Studios LLP", country="GB", website="https://haldenquay.example",
        registration="Companies House OC418830", about="Feature films.", owner=signin.GRETA, founded=-430,
        titles=(
            _title("Undertow", "FEATURE", "EQUITY_UK", "A lifeboat crew and the night they lost.", -360, 40),
            _title("Low Water", "FEATURE", "EQUITY_UK", "A river runs dry in one summer.", 60, 520),
        ),
    ),
    House(
        name="Meridian Dub", legal_name="Meridian Dub S.L.", country="ES", website="https://meridiandub.example",
        registration="Registro Mercantil M-692117", about="Dubbing in eleven languages.", owner=signin.PAULO,
        founded=-360, titles=(
            _title("Low Season", "DUB", "OTHER", "A hotel on the coast, in the months without guests.", -500, -40),
            _title("The Long Field", "DUB", "OTHER", "Two sisters inherit a farm.", -270, 90),
        ),
    ),
    House(
        name="Bright Acre", legal_name="Bright Acre Ltd", country="IE", website="https://brightacre.example",
        registration="CRO 688214", about="Campaigns for radio, screen and street.", owner=signin.CLEO, founded=-330,
        titles=(
            _title("Kestrel campaign", "COMMERCIAL", "EQUITY_UK", "A bicycle maker’s first campaign.", -265, -200),
            _title("Harbour radio spots", "AUDIO", "EQUITY_UK", "A ferry line, in thirty seconds.", -30, 20),
        ),
    ),
)  # fmt: skip


def open_doors(play: Play) -> None:
    """Put the studios' own story onto the calendar."""
    for house in STUDIOS:
        _found(play, house)
    _newcomers(play)


def _found(play: Play, house: House) -> None:
    def found(now: datetime) -> None:
        play.studios[house.name] = _studio(play, house, now)

    def verify(now: datetime) -> None:
        play.studios[house.name] = people.verify_studio(play.studios[house.name], actor=_staff(play, now), now=now)

    def fill(now: datetime) -> None:
        studio, by = play.studios[house.name], play.member(house.owner, house.name, now)
        for email, role in house.members:
            invitation = people.invite_member(studio, email, role, actor=by, now=now)
            people.accept_invitation(invitation, play.people[email], actor=play.person(email, now), now=now)

    def announce(now: datetime) -> None:
        for said in house.titles:
            shoots, released = said["days"]
            made = productions.create(
                play.studios[house.name],
                **{name: value for name, value in said.items() if name != "days"},
                photography_on=play.day(shoots),
                release_on=play.day(released),
                actor=play.member(house.owner, house.name, now),
                now=now,
            )
            play.productions[made.title] = made

    play.scene(play.at(house.founded, "09:20"), found)
    play.scene(play.at(house.founded + 1, "15:05"), verify)
    play.scene(play.at(house.founded + 2, "11:10"), fill)
    play.scene(play.at(house.founded + 3, "14:20"), announce)


def _studio(play: Play, house: House, when: datetime) -> Studio:
    return people.found_studio(
        play.people[house.owner],
        name=house.name,
        legal_name=house.legal_name,
        country=house.country,
        website=house.website,
        registration=house.registration,
        about=house.about,
        actor=play.person(house.owner, when),
        now=when,
    )


def introduce(play: Play, email: str, studio: str, days: int) -> None:
    """The studio learns the performer's reference."""

    def act(now: datetime) -> None:
        row = play.studios[studio]
        owner = next(house.owner for house in STUDIOS if house.name == studio)
        people.introduce(row, play.performers[email].ref, actor=play.member(owner, studio, now), now=now)

    play.scene(play.at(days, "11:45"), act)


def _newcomers(play: Play) -> None:
    """What waits for somebody's first look: a studio for staff, an invitation for a colleague."""
    low_tide = House(
        name="Low Tide Media", legal_name="Low Tide Media UG", country="DE", website="https://lowtide.example",
        registration="HRB 214077 B", about="Documentaries about the coast.", owner=signin.HUGO, founded=-1,
    )  # fmt: skip

    def found(now: datetime) -> None:
        play.studios[low_tide.name] = _studio(play, low_tide, now)

    def invite_colleague(now: datetime) -> None:
        people.invite_member(
            play.studios["Northlight Pictures"],
            "editorial@northlight.example",
            StudioRole.VIEWER,
            actor=play.member(signin.EDDA, "Northlight Pictures", now),
            now=now,
        )

    play.scene(play.ago(hours=29), found)
    play.scene(play.ago(hours=27), invite_colleague)


def _staff(play: Play, when: datetime) -> Actor:
    return by_session.staff(play.visitor(signin.STAFF, when))
