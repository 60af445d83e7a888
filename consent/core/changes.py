"""What changed between two preference sets, at the grain people see, and what of it starts at once.

Every answer is compared with the tightest answer that both sides agree on. What leads there starts at once; what leads
on from there waits for a confirm. An answer that cannot be put in order (a floor in another currency) waits as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from consent.core import answers
from consent.core.preferences import Conditions, Preferences, Publication, UsePreference
from consent.core.vocabulary import Channel, Modality, Sensitivity, Stance, Use


class ChangeCode(StrEnum):
    """The kinds of change that people read about."""

    STANCE = "STANCE"
    TELL_EACH_TIME = "TELL_EACH_TIME"
    CHANNEL = "CHANNEL"
    MODALITY = "MODALITY"
    SENSITIVITY = "SENSITIVITY"
    TERRITORIES = "TERRITORIES"
    TERRITORIES_ADDED = "TERRITORIES_ADDED"
    TERRITORIES_REMOVED = "TERRITORIES_REMOVED"
    LANGUAGES = "LANGUAGES"
    LONGEST = "LONGEST"
    RETENTION = "RETENTION"
    FLOOR = "FLOOR"
    CAPS = "CAPS"
    EXCLUSIVITY = "EXCLUSIVITY"
    AUTO_APPROVE = "AUTO_APPROVE"
    PUBLICATION = "PUBLICATION"


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that changed. ``path`` is its address (``uses.AGE_CHANGE.stance``, ``defaults.channels.GAME``,
    ``defaults.territories.added``); ``code`` is a ChangeCode; values are JSON-able and None means "as my defaults"
    (for a stance: a use never answered). ``looser`` changes wait for a confirm; all others start at once."""

    path: str
    use: Use | None
    code: str
    before: Any
    after: Any
    looser: bool

    def to_data(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "use": self.use.value if self.use else None,
            "code": str(self.code),
            "before": self.before,
            "after": self.after,
            "looser": self.looser,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Change:
        """Read what ``to_data`` wrote."""
        return cls(
            path=data["path"],
            use=Use(data["use"]) if data["use"] else None,
            code=data["code"],
            before=data["before"],
            after=data["after"],
            looser=data["looser"],
        )


_MAPPINGS: Mapping[str, tuple[ChangeCode, type[StrEnum]]] = {
    "channels": (ChangeCode.CHANNEL, Channel),
    "modalities": (ChangeCode.MODALITY, Modality),
    "sensitivities": (ChangeCode.SENSITIVITY, Sensitivity),
}
_SINGLES: Mapping[str, ChangeCode] = {
    "territories": ChangeCode.TERRITORIES,
    "languages": ChangeCode.LANGUAGES,
    "longest_months": ChangeCode.LONGEST,
    "retention_days": ChangeCode.RETENTION,
    "floor": ChangeCode.FLOOR,
    "caps": ChangeCode.CAPS,
    "exclusivity": ChangeCode.EXCLUSIVITY,
}


def diff(before: Preferences, after: Preferences) -> tuple[Change, ...]:
    """Every change, in a fixed order. ``apply(before, diff(before, after)) == after``."""
    general = tuple(_conditions("defaults", None, before.defaults, after.defaults, before, after, before.defaults))
    at_once = _with(before.defaults, (change for change in general if not change.looser), before.defaults)
    return (
        *_switches(before, after),
        *general,
        *(change for use in Use for change in _use(use, before, after, at_once)),
    )


def apply(preferences: Preferences, changes: Iterable[Change]) -> Preferences:
    """The preferences with the changes made, in the order given. Raises ValueError for an address that does not exist."""
    defaults, uses, publication = preferences.defaults, dict(preferences.uses), preferences.publication
    auto_approve = preferences.auto_approve
    for change in changes:
        room, _, rest = change.path.partition(".")
        if room == "auto_approve":
            auto_approve = change.after
        elif room == "publication":
            publication = replace(publication, **{rest: change.after})
        elif room == "defaults":
            defaults = _with(defaults, (change,), defaults)
        elif room == "uses":
            _apply_to_use(uses, change, defaults)
        else:
            raise ValueError(f"no answer at {change.path}")
    in_order = {use: uses[use] for use in Use if use in uses}
    return Preferences(defaults=defaults, uses=in_order, auto_approve=auto_approve, publication=publication)


def split(before: Preferences, after: Preferences) -> tuple[Preferences, tuple[Change, ...]]:
    """(what is in force now, looser changes that wait). Applying the waiting changes to the first gives ``after``; the
    first never answers anything more freely than ``before``."""
    changes = diff(before, after)
    in_force = apply(before, (change for change in changes if not change.looser))
    return in_force, tuple(change for change in changes if change.looser)


def _switches(before: Preferences, after: Preferences) -> Iterator[Change]:
    if before.auto_approve != after.auto_approve:
        yield Change(
            "auto_approve",
            None,
            ChangeCode.AUTO_APPROVE,
            before.auto_approve,
            after.auto_approve,
            looser=after.auto_approve,
        )
    for name in Publication.__dataclass_fields__:
        old, new = getattr(before.publication, name), getattr(after.publication, name)
        if old != new:
            yield Change(f"publication.{name}", None, ChangeCode.PUBLICATION, old, new, looser=new)


def _use(use: Use, before: Preferences, after: Preferences, at_once: Conditions) -> Iterator[Change]:
    """One use's changes. A use never answered is NEVER; ``at_once`` are the defaults once tighter answers are in force."""
    old, new = before.uses.get(use), after.uses.get(use)
    if old == new:
        return
    stance = old.stance.value if old else None
    stance_now = new.stance.value if new else None
    if stance != stance_now:
        yield Change(
            f"uses.{use}.stance",
            use,
            ChangeCode.STANCE,
            stance,
            stance_now,
            looser=after.stance(use).strictness < before.stance(use).strictness,
        )
    if new is None:
        return
    told = old.tell_each_time if old else False
    if told != new.tell_each_time:
        yield Change(
            f"uses.{use}.tell_each_time", use, ChangeCode.TELL_EACH_TIME, told, new.tell_each_time, looser=False
        )
    own = old.overrides if old else Conditions()
    yield from _conditions(f"uses.{use}.overrides", use, own, new.overrides, before, after, at_once)


def _conditions(
    path: str,
    use: Use | None,
    old: Conditions,
    new: Conditions,
    before: Preferences,
    after: Preferences,
    at_once: Conditions,
) -> Iterator[Change]:
    for name, (code, keys) in _MAPPINGS.items():
        olds, news = getattr(old, name) or {}, getattr(new, name) or {}
        for key in keys:
            yield from _answer(
                f"{path}.{name}.{key}",
                use,
                code,
                answers.Pair(olds.get(key), news.get(key)),
                answers.Pair(answers.stance(before.defaults, name, key), answers.stance(after.defaults, name, key)),
                answers.stance(at_once, name, key),
            )
    for name, code in _SINGLES.items():
        yield from _answer(
            f"{path}.{name}",
            use,
            code,
            answers.Pair(getattr(old, name), getattr(new, name)),
            answers.Pair(getattr(before.defaults, name), getattr(after.defaults, name)),
            getattr(at_once, name),
        )


def _answer(
    path: str, use: Use | None, code: ChangeCode, said: answers.Pair, general: answers.Pair, at_once: Any
) -> Iterator[Change]:
    """The one or two changes of one answer. ``general`` is what the defaults say where this one says nothing."""
    if said.before == said.after:
        return
    meant_before = general.before if said.before is None else said.before
    meant_after = general.after if said.after is None else said.after
    tightest = answers.meet(meant_before, meant_after)
    # "As my defaults" starts at once only if the defaults in force by then are as tight as the answer they replace.
    safe = said.after is not None or answers.meet(meant_before, at_once) == at_once
    if tightest == meant_after and safe:
        yield _change(path, use, code, said.before, said.after, looser=False)
    elif tightest is None or tightest == meant_before:
        yield _change(path, use, code, said.before, said.after, looser=True)
    else:
        yield _change(path, use, code, said.before, tightest, looser=False)
        yield _change(path, use, code, tightest, said.after, looser=True)


def _change(path: str, use: Use | None, code: ChangeCode, old: Any, new: Any, *, looser: bool) -> Change:
    if code is ChangeCode.TERRITORIES and old is not None and new is not None:
        if looser:
            return Change(f"{path}.added", use, ChangeCode.TERRITORIES_ADDED, [], sorted(new - old), looser)
        return Change(f"{path}.removed", use, ChangeCode.TERRITORIES_REMOVED, sorted(old - new), [], looser)
    return Change(path, use, code, answers.plain(old), answers.plain(new), looser)


def _apply_to_use(uses: dict[Use, UsePreference], change: Change, defaults: Conditions) -> None:
    _, code, room, *rest = change.path.split(".")
    use = Use(code)
    own = uses.get(use) or UsePreference(stance=Stance.NEVER)
    if room == "stance":
        if change.after is None:
            uses.pop(use, None)
            return
        own = replace(own, stance=Stance(change.after))
    elif room == "tell_each_time":
        own = replace(own, tell_each_time=change.after)
    elif room == "overrides" and rest:
        own = replace(own, overrides=_with(own.overrides, (change,), defaults))
    else:
        raise ValueError(f"no answer at {change.path}")
    uses[use] = own


def _with(conditions: Conditions, changes: Iterable[Change], defaults: Conditions) -> Conditions:
    for change in changes:
        path = change.path.split(".")
        name, *rest = path[path.index("overrides") + 1 :] if change.use else path[1:]
        if name in _MAPPINGS and rest:
            stances: Any = dict(getattr(conditions, name) or {})
            key = _MAPPINGS[name][1](rest[0])
            stances.pop(key, None)
            if change.after is not None:
                stances[key] = Stance(change.after)
            conditions = replace(conditions, **{name: stances})
        elif name == "territories" and rest:
            opened = conditions.territories if conditions.territories is not None else defaults.territories
            opened = (opened or frozenset()) - frozenset(change.before) | frozenset(change.after)
            conditions = replace(conditions, territories=opened)
        elif name in _SINGLES and not rest:
            conditions = replace(conditions, **{name: answers.read(name, change.after)})
        else:
            raise ValueError(f"no answer at {change.path}")
    return conditions
