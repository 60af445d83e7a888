"""The demo cast: everybody, and the year that led up to this moment, all of it done through the services."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from consent.models import Fact, Grant, MediaItem, MediaState, Outgoing, PreferenceSet, User, UseRequest
from portal.demo import answers, clients, houses, imani, others, papers, people, pictures, signin
from portal.demo.play import Play


class SomebodyIsHere(Exception):
    """The cast is loaded into an empty site only."""


@dataclass(frozen=True)
class Loaded:
    """What there is now; ``states`` and ``phases`` count requests and grants by their code at the moment of loading."""

    people: int
    facts: int
    news: int
    media: int
    versions: int
    states: Counter[str]
    phases: Counter[str]


def load(*, now: datetime, folder: Path | None) -> Loaded:
    """Load everything or nothing. ``folder`` keeps the drawn pictures; None leaves the vaults empty.

    Raises SomebodyIsHere where there is any account.
    """
    if User.objects.exists():
        raise SomebodyIsHere
    drawn = pictures.draw(folder) if folder is not None else []
    with transaction.atomic(), connection.cursor() as cursor:
        # While a file is checked in its sandbox this transaction waits, and nobody else is here to be held up.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        play = Play(now)
        people.meet(play)
        houses.open_doors(play)
        pictures.hang(play, drawn)
        answers.write(play)
        imani.play_her_year(play)
        clients.play_their_year(play)
        others.play_their_year(play)
        papers.lay_out(play)
        play.run()
    return _count(now)


def _count(now: datetime) -> Loaded:
    owner = PreferenceSet.objects.filter(performer__user__email=signin.IMANI)
    held = Grant.objects.select_related("performer").prefetch_related("suspensions")
    return Loaded(
        people=User.objects.count(),
        facts=Fact.objects.count(),
        news=Outgoing.objects.count(),
        media=MediaItem.objects.filter(state=MediaState.READY).count(),
        versions=owner.count(),
        states=Counter(row.state_at(now).value for row in UseRequest.objects.all()),
        phases=Counter(grant.phase(now).value for grant in held),
    )
