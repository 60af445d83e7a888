"""The one transition: every door and the clock move a use request through here and nowhere else (promises.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from consent.core import lifecycle
from consent.core.actor import Tier
from consent.core.lifecycle import Action, State
from consent.models import ActionLink, LinkEnd, Performer, UseRequest

_ENDS_FREELY = frozenset({Action.WITHDRAW, Action.REOPEN, Action.SUBMIT})


class Refused(Exception):
    """A use case said no. ``code`` and ``values`` become one sentence (``consent.render.words.refusal``)."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class NotEntitled(Refused):
    """The actor may not do this, whoever they are."""


class StepUpNeeded(Refused):
    """The actor may do this after proving better that it is them."""

    def __init__(self, tier: Tier) -> None:
        super().__init__("STEP_UP_NEEDED", tier=int(tier))
        self.tier = tier


class Overtaken(Refused):
    """Somebody or something came first; ``state`` is what stands now."""

    def __init__(self, state: State) -> None:
        super().__init__(f"ALREADY_{state}", state=state.value)
        self.state = state


class TooLate(Overtaken):
    """The time in which this could be done has passed."""


class Stale(Refused):
    """The terms on the table are not the ones that were answered."""

    def __init__(self, revision: int) -> None:
        super().__init__("TERMS_CHANGED", revision=revision)
        self.revision = revision


def lock_performer(performer_id: int) -> Performer:
    """Lock the performer's row: first in the lock order performer -> use request -> grant -> chain."""
    return Performer.objects.select_for_update(no_key=True).get(pk=performer_id)


def lock(use_request: UseRequest) -> UseRequest:
    """Re-read a request under the performer's lock, with everything a decision looks at.

    Raises Overtaken where a draft was given to another performer in that moment: nobody is judged by somebody else's answers.
    """
    performer_id = UseRequest.objects.values_list("performer_id", flat=True).get(pk=use_request.pk)
    performer = lock_performer(performer_id) if performer_id is not None else None
    row = (
        UseRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("studio", "production")
        .get(pk=use_request.pk)
    )
    if row.performer_id != performer_id:
        raise Overtaken(State(row.state))
    if performer is not None:
        row.performer = performer
    return row


def check_version(row: UseRequest, revision: int, digest: str) -> None:
    """Terms that changed need a new answer. Raises Stale."""
    if row.revision != revision or row.digest != digest:
        raise Stale(row.revision)


def move(row: UseRequest, action: Action, *, now: datetime, despite_clock: bool = False, **columns: Any) -> UseRequest:
    """Compare and set on (state, revision) and the clock that guards the move; ``row`` then holds what was written.

    New terms come in ``columns`` with their digest; the revision is raised and every link to the old one dies.
    ``despite_clock`` is for a stop, which beats a held yes that nobody has told yet. Raises Overtaken or TooLate.
    """
    before = State(row.state)
    try:
        after = lifecycle.after(before, action)
    except lifecycle.IllegalMove:
        raise Overtaken(row.state_at(now)) from None
    new_terms = lifecycle.needs_revision_bump(action) or action is Action.SUBMIT
    changes: dict[str, Any] = {"state": after.value, "changed_at": now, **columns}
    if new_terms:
        changes["revision"] = F("revision") + 1
    guard = {} if despite_clock else _guard(before, action, now)
    guarded = UseRequest.objects.filter(pk=row.pk, state=before.value, revision=row.revision, **guard)
    if guarded.update(**changes) != 1:
        raise _classified(row, now)
    if new_terms:
        changes["revision"] = row.revision + 1
        end_links(row, LinkEnd.AMENDED, now=now)
    for name, value in changes.items():
        setattr(row, name, value)
    _forget_derived(row)
    return row


def end_links(row: UseRequest, because: LinkEnd, *, now: datetime) -> int:
    """Kill every live mail link of the request; the rows keep the reason that the link's page will show."""
    return ActionLink.objects.filter(use_request=row, ended_at=None).update(ended_at=now, ended_because=because.value)


def _guard(before: State, action: Action, now: datetime) -> dict[str, Any]:
    """A deadline beats an answer at the same instant; a hold ends at its instant and not before.

    A studio's moves meet the same guard on a held yes as on a request that waits, or the difference would tell of it.
    """
    if action is Action.LAPSE:
        return {"deadline_at__lte": now}
    if action is Action.RELEASE:
        return {"held_until__lte": now}
    if action in _ENDS_FREELY:
        return {}
    if before is State.HELD and action is not Action.AMEND:
        return {"held_until__gt": now}
    return {"deadline_at__gt": now}


def _classified(row: UseRequest, now: datetime) -> Overtaken:
    fresh = UseRequest.objects.get(pk=row.pk)
    if State(fresh.state) is State.HELD:
        return (
            TooLate(State.APPROVED)
            if fresh.held_until is not None and fresh.held_until <= now
            else Overtaken(State.HELD)
        )
    state = fresh.state_at(now)
    return TooLate(state) if state is State.LAPSED else Overtaken(state)


def _forget_derived(row: UseRequest) -> None:
    for name in ("terms", "verdict"):
        row.__dict__.pop(name, None)


def fresh_deadline(row: UseRequest, now: datetime) -> datetime:
    """Where a request comes back to the table: the old deadline, and at least 48 hours from now."""
    return lifecycle.restarted(row.deadline_at or now, now)


def facts_of(row: UseRequest) -> dict[str, Any]:
    """What every fact about a request says of it: names, codes and dates, never a fee."""
    return {
        "request": row.ref,
        "revision": row.revision,
        "digest": row.digest,
        "performer": row.performer.professional_name if row.performer else "",
        "studio": row.studio.name,
        "production": row.production.title if row.production else "",
        "uses": [use.value for use in row.terms.uses],
        "deadline_at": row.deadline_at.isoformat() if row.deadline_at else "",
        "held_until": row.held_until.isoformat() if row.held_until else "",
    }
