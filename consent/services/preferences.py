"""A performer's standing answers: tighter ones start at once, looser ones wait for a confirm, and every version stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from consent.core.actor import Actor
from consent.core.changes import Change, apply, diff, split
from consent.core.preferences import Preferences
from consent.core.roles import Capacity
from consent.core.vocabulary import Use
from consent.models import Performer, PreferenceSet, ProposedPreferences
from consent.services import ledger, moves
from consent.services.moves import NotEntitled, Refused

UNDO_WINDOW = timedelta(seconds=30)


class Saved(NamedTuple):
    """``in_force``: the version that this save made, or None if nothing started now. ``waiting``: the looser answers that
    wait, this save's and earlier ones. ``started`` and ``queued`` are this save's own changes; ``changes`` is both."""

    in_force: PreferenceSet | None
    waiting: ProposedPreferences | None
    started: tuple[Change, ...]
    queued: tuple[Change, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.started + self.queued


def current(performer: Performer) -> PreferenceSet:
    """The version in force."""
    return PreferenceSet.objects.get(performer=performer, current=True)


def shown(performer: Performer) -> Preferences:
    """What pages show and edit: the version in force with the waiting answers in it."""
    waiting = ProposedPreferences.objects.filter(performer=performer).first()
    return waiting.value if waiting else current(performer).value


@transaction.atomic
def save(
    performer: Performer,
    new: Preferences,
    *,
    base: int | None = None,
    over: Preferences | None = None,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Put in force what is tighter and queue what is looser.

    ``new`` was edited from ``over``; None: from what ``shown`` returns. Only the difference between the two is saved, so
    what already waits stays unless this edit speaks of it. ``base`` is the number of the version the page was made from:
    Refused PREFERENCES_MOVED_ON (values: base, number, changes since) if another one is in force by now.
    """
    standing, waiting = _locked(performer, actor, base)
    before = waiting.value if waiting else standing.value
    target = apply(before, diff(over or before, new))
    return _settle(performer, standing, waiting, target, actor=actor, now=now)


@transaction.atomic
def confirm_looser(performer: Performer, *, base: int | None = None, actor: Actor, now: datetime) -> PreferenceSet:
    """Make a version of all waiting answers. Raises Refused NOTHING_WAITS or PREFERENCES_MOVED_ON."""
    standing, waiting = _locked(performer, actor, base)
    if waiting is None:
        raise Refused("NOTHING_WAITS")
    changes = diff(standing.value, waiting.value)
    waiting.delete()
    made = _write(performer, standing, waiting.value, changes, actor=actor, now=now)
    _record("preferences.confirmed", performer, changes, number=made.number, actor=actor, now=now)
    return made


@transaction.atomic
def discard_looser(performer: Performer, *, use: Use | None = None, actor: Actor, now: datetime) -> None:
    """Let waiting answers go: all of them, or those of one use. Nothing waiting is no error."""
    standing, waiting = _locked(performer, actor, None)
    if waiting is None:
        return
    changes = diff(standing.value, waiting.value)
    gone = tuple(change for change in changes if use is None or change.use is use)
    kept = tuple(change for change in changes if change not in gone)
    if not gone:
        return
    _keep_waiting(performer, waiting, apply(standing.value, kept), kept, now=now)
    _record("preferences.discarded", performer, gone, actor=actor, now=now)


@transaction.atomic
def undo(performer: Performer, number: int, *, actor: Actor, now: datetime) -> Saved:
    """Bring back the version before ``number`` while that one is in force and younger than UNDO_WINDOW.

    A plain undo: at once, also where it loosens, for the answers were in force half a minute ago. Later on ``restore``
    follows the usual rule. Raises Refused UNDO_OVER, PREFERENCES_MOVED_ON or UNKNOWN_VERSION.
    """
    standing, waiting = _locked(performer, actor, number)
    if now - standing.created_at > UNDO_WINDOW:
        raise Refused("UNDO_OVER", number=number - 1)
    earlier = _version(performer, number - 1)
    changes = diff(standing.value, earlier.value)
    still = diff(standing.value, waiting.value) if waiting else ()
    made = _write(performer, standing, earlier.value, changes, restored_from=earlier.number, actor=actor, now=now)
    target = apply(earlier.value, still)
    _, left = split(earlier.value, target)
    kept = _keep_waiting(performer, waiting, target, left, now=now)
    _record(
        "preferences.changed", performer, changes, number=made.number, restored=earlier.number, actor=actor, now=now
    )
    return Saved(made, kept, changes, ())


@transaction.atomic
def restore(performer: Performer, number: int, *, base: int | None = None, actor: Actor, now: datetime) -> Saved:
    """Bring back an old version as a whole, by the rule of ``save``: tighter at once, looser after a confirm. It replaces
    what waits. Raises Refused UNKNOWN_VERSION or PREFERENCES_MOVED_ON."""
    standing, waiting = _locked(performer, actor, base)
    old = _version(performer, number)
    return _settle(performer, standing, waiting, old.value, restored_from=number, actor=actor, now=now)


def _locked(performer: Performer, actor: Actor, base: int | None) -> tuple[PreferenceSet, ProposedPreferences | None]:
    """What stands, read under the performer's row lock: saves of one performer follow each other."""
    if actor.capacity is not Capacity.PERFORMER or actor.performer_id != performer.pk:
        raise NotEntitled("NOT_ENTITLED")
    moves.lock_performer(performer.pk)
    standing = current(performer)
    if base is not None and base != standing.number:
        seen = PreferenceSet.objects.filter(performer=performer, number=base).first()
        since = diff(seen.value, standing.value) if seen else ()
        raise Refused(
            "PREFERENCES_MOVED_ON", base=base, number=standing.number, changes=[change.to_data() for change in since]
        )
    return standing, ProposedPreferences.objects.filter(performer=performer).first()


def _settle(
    performer: Performer,
    standing: PreferenceSet,
    waiting: ProposedPreferences | None,
    target: Preferences,
    *,
    restored_from: int | None = None,
    actor: Actor,
    now: datetime,
) -> Saved:
    in_force, looser = split(standing.value, target)
    started = diff(standing.value, in_force)
    waited = diff(standing.value, waiting.value) if waiting else ()
    made = None
    if started:
        made = _write(performer, standing, in_force, started, restored_from=restored_from, actor=actor, now=now)
        extra = {"restored": restored_from} if restored_from else {}
        _record("preferences.changed", performer, started, number=made.number, actor=actor, now=now, **extra)
    kept = _keep_waiting(performer, waiting, target, looser, now=now)
    queued = tuple(change for change in looser if change not in waited)
    withdrawn = tuple(change for change in waited if _address(change) not in {_address(other) for other in looser})
    if queued:
        _record("preferences.proposed", performer, queued, actor=actor, now=now)
    elif withdrawn and not started:
        _record("preferences.discarded", performer, withdrawn, actor=actor, now=now)
    return Saved(made, kept, started, queued)


def _address(change: Change) -> tuple[str, Use | None]:
    return change.path, change.use


def _write(
    performer: Performer,
    standing: PreferenceSet,
    value: Preferences,
    changes: Iterable[Change],
    *,
    restored_from: int | None = None,
    actor: Actor,
    now: datetime,
) -> PreferenceSet:
    """The next version; the old one steps down by compare-and-set."""
    if PreferenceSet.objects.filter(pk=standing.pk, current=True).update(current=False) != 1:
        raise Refused("PREFERENCES_MOVED_ON", base=standing.number, number=current(performer).number, changes=[])
    return PreferenceSet.objects.create(
        performer=performer,
        number=standing.number + 1,
        changes=[change.to_data() for change in changes],
        actor=actor.header(),
        author_name=actor.name,
        restored_from=restored_from,
        created_at=now,
        **PreferenceSet.columns_of(value),
    )


def _keep_waiting(
    performer: Performer,
    waiting: ProposedPreferences | None,
    target: Preferences,
    looser: tuple[Change, ...],
    *,
    now: datetime,
) -> ProposedPreferences | None:
    """Let the row say what waits now, or be gone."""
    if not looser:
        ProposedPreferences.objects.filter(performer=performer).delete()
        return None
    columns = {"document": target.canonical().decode(), "changes": [change.to_data() for change in looser]}
    if waiting is not None and waiting.document == columns["document"]:
        columns_now: dict[str, Any] = columns
    else:
        columns_now = {**columns, "created_at": now}
    row, _made = ProposedPreferences.objects.update_or_create(performer=performer, defaults=columns_now)
    return row


def _version(performer: Performer, number: int) -> PreferenceSet:
    row = PreferenceSet.objects.filter(performer=performer, number=number).first()
    if row is None:
        raise Refused("UNKNOWN_VERSION", number=number)
    return row


def _record(
    kind: str, performer: Performer, changes: Iterable[Change], *, actor: Actor, now: datetime, **more: Any
) -> None:
    """The history says which answers changed; a floor's figure stays in the version alone."""
    ledger.record(
        kind,
        performer=performer,
        actor=actor,
        now=now,
        subject_ref=performer.ref,
        payload={
            "performer": performer.professional_name,
            "changes": [_without_figure(change) for change in changes],
            **more,
        },
    )


def _without_figure(change: Change) -> dict[str, Any]:
    data = change.to_data()
    if change.code == "FLOOR":
        data.update(before=None, after=None)
    return data
