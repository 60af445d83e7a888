"""Reads for the preference pages: the line, one use, versions, what waits, and what studios see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from consent.access import NotFound
from consent.core import policy
from consent.core.preferences import Conditions, Preferences, UsePreference
from consent.core.vocabulary import USES_AT, Level, Stance, Use
from consent.models import Performer, PreferenceSet, ProposedPreferences


@dataclass(frozen=True, slots=True)
class UseRow:
    """One use as in force. ``own``: it has conditions of its own. ``waiting`` is the looser stance that waits for a confirm,
    if any; ``waits`` says that anything of this use does."""

    use: Use
    stance: Stance
    own: bool
    conditions: Conditions
    waiting: Stance | None
    waits: bool
    tell_each_time: bool


@dataclass(frozen=True, slots=True)
class Band:
    level: Level
    uses: tuple[UseRow, ...]


def current(performer: Performer) -> PreferenceSet:
    """The version in force."""
    return PreferenceSet.objects.get(performer=performer, current=True)


def waiting(performer: Performer) -> ProposedPreferences | None:
    """Looser answers that wait for the performer's confirm; ``changes`` lists them as data."""
    return ProposedPreferences.objects.filter(performer=performer).first()


def shown(performer: Performer) -> tuple[PreferenceSet, Preferences]:
    """(the current version, the set a form edits: that version with the waiting answers in it)."""
    standing, proposed = current(performer), waiting(performer)
    return standing, proposed.value if proposed else standing.value


def bands(performer: Performer) -> list[Band]:
    """Every use in its band, in the fixed order, with what waits for it."""
    standing, proposed = current(performer).value, waiting(performer)
    after = proposed.value if proposed else standing
    return [Band(level, tuple(_row(use, standing, after) for use in uses)) for level, uses in USES_AT.items()]


def versions(performer: Performer) -> QuerySet[PreferenceSet]:
    """Newest first, without the documents."""
    return PreferenceSet.objects.filter(performer=performer).defer("document", "compiled").order_by("-number")


def version(performer: Performer, number: int) -> PreferenceSet:
    """Raises NotFound."""
    found = PreferenceSet.objects.filter(performer=performer, number=number).first()
    if found is None:
        raise NotFound
    return found


def as_studio(performer: Performer) -> Preferences:
    """Exactly what a studio may know; what is not shown reads like what was never set."""
    return policy.published_view(current(performer).value)


def _row(use: Use, standing: Preferences, after: Preferences) -> UseRow:
    own = standing.uses.get(use) or UsePreference(stance=Stance.NEVER)
    later = after.uses.get(use) or own
    return UseRow(
        use=use,
        stance=standing.stance(use),
        own=own.overrides != Conditions(),
        conditions=standing.effective(use),
        waiting=after.stance(use) if after.stance(use) is not standing.stance(use) else None,
        waits=later != own,
        tell_each_time=own.tell_each_time,
    )
