"""Tighter answers start at once, looser ones wait, and nothing is lost between the two."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from consent.core.changes import Change, ChangeCode, apply, diff, split
from consent.core.preferences import Conditions, Preferences, UsePreference
from consent.core.vocabulary import Channel, Stance, Use
from tests.core.asking import IMANI, answers, any_preferences, merged, open_preferences

Row = tuple[str, dict[str, Any], list[tuple[str, str, Any, Any, bool]]]
GBP = {"currency": "GBP", "basis": "FLAT", "unit": None}

# A table reads by its rows.
# fmt: off
ROWS: list[Row] = [
    ("nothing", {}, []),
    ("auto-approval off", {"auto_approve": False}, [("auto_approve", "AUTO_APPROVE", True, False, False)]),
    ("floors published", {"publication": {"floors": True}}, [("publication.floors", "PUBLICATION", False, True, True)]),
    ("line hidden", {"publication": {"line": False}}, [("publication.line", "PUBLICATION", True, False, False)]),
    ("a channel closed", {"channels": {"STREAMING": "NEVER"}},
     [("defaults.channels.STREAMING", "CHANNEL", "ALLOW", "NEVER", False)]),
    ("a channel opened", {"channels": {"GAME": "ALLOW"}},
     [("defaults.channels.GAME", "CHANNEL", "ASK", "ALLOW", True)]),
    ("a modality to ask", {"modalities": {"STYLE": "ASK"}},
     [("defaults.modalities.STYLE", "MODALITY", "NEVER", "ASK", True)]),
    ("a sensitivity to never", {"sensitivities": {"VIOLENCE": "NEVER"}},
     [("defaults.sensitivities.VIOLENCE", "SENSITIVITY", "ALLOW", "NEVER", False)]),
    ("shorter", {"longest_months": 24}, [("defaults.longest_months", "LONGEST", 36, 24, False)]),
    ("longer", {"longest_months": 48}, [("defaults.longest_months", "LONGEST", 36, 48, True)]),
    ("kept shorter", {"retention_days": 30}, [("defaults.retention_days", "RETENTION", 60, 30, False)]),
    ("kept longer", {"retention_days": 90}, [("defaults.retention_days", "RETENTION", 60, 90, True)]),
    ("floor raised", {"floor": {"amount": 600_000}},
     [("defaults.floor", "FLOOR", {"amount": 500_000, **GBP}, {"amount": 600_000, **GBP}, False)]),
    ("floor lowered", {"floor": {"amount": 400_000}},
     [("defaults.floor", "FLOOR", {"amount": 500_000, **GBP}, {"amount": 400_000, **GBP}, True)]),
    ("floor gone", {"floor": {"amount": 0}},
     [("defaults.floor", "FLOOR", {"amount": 500_000, **GBP}, {"amount": 0, **GBP, "currency": ""}, True)]),
    ("floor in another currency", {"floor": {"amount": 900_000, "currency": "EUR"}},
     [("defaults.floor", "FLOOR", {"amount": 500_000, **GBP}, {"amount": 900_000, **GBP, "currency": "EUR"}, True)]),
    ("first cap", {"caps": {"lines": 50}}, [("defaults.caps", "CAPS", {}, {"lines": 50}, False)]),
    ("exclusivity never", {"exclusivity": "NEVER"}, [("defaults.exclusivity", "EXCLUSIVITY", "ASK", "NEVER", False)]),
    ("first language limit", {"languages": ["en"]}, [("defaults.languages", "LANGUAGES", [], ["en"], False)]),
    ("a use to never", {"uses": {"AGE_CHANGE": {"stance": "NEVER"}}},
     [("uses.AGE_CHANGE.stance", "STANCE", "ALLOW", "NEVER", False)]),
    ("a use to allow", {"uses": {"COSMETIC_FIX": {"stance": "ALLOW"}}},
     [("uses.COSMETIC_FIX.stance", "STANCE", "ASK", "ALLOW", True)]),
    ("tell me each time", {"uses": {"AGE_CHANGE": {"tell_each_time": True}}},
     [("uses.AGE_CHANGE.tell_each_time", "TELL_EACH_TIME", False, True, False)]),
    ("a use taken out", {"uses": {"AGE_CHANGE": None}}, [("uses.AGE_CHANGE.stance", "STANCE", "ALLOW", None, False)]),
    ("tighter for one use", {"uses": {"AGE_CHANGE": {"overrides": {"longest_months": 12}}}},
     [("uses.AGE_CHANGE.overrides.longest_months", "LONGEST", None, 12, False)]),
    ("looser for one use", {"uses": {"AGE_CHANGE": {"overrides": {"longest_months": 60}}}},
     [("uses.AGE_CHANGE.overrides.longest_months", "LONGEST", None, 60, True)]),
    ("as the defaults, said aloud", {"uses": {"AGE_CHANGE": {"overrides": {"longest_months": 36}}}},
     [("uses.AGE_CHANGE.overrides.longest_months", "LONGEST", None, 36, False)]),
    ("a channel for one use", {"uses": {"AGE_CHANGE": {"overrides": {"channels": {"GAME": "NEVER"}}}}},
     [("uses.AGE_CHANGE.overrides.channels.GAME", "CHANNEL", None, "NEVER", False)]),
    ("caps of one use back to the defaults", {"uses": {"ADDITIONAL_LINES": {"overrides": {"caps": None}}}},
     [("uses.ADDITIONAL_LINES.overrides.caps", "CAPS", {"lines": 200}, None, True)]),
    ("caps, one up and one new", {"uses": {"ADDITIONAL_LINES": {"overrides": {"caps": {"lines": 250, "versions": 2}}}}},
     [("uses.ADDITIONAL_LINES.overrides.caps", "CAPS", {"lines": 200}, {"lines": 200, "versions": 2}, False),
      ("uses.ADDITIONAL_LINES.overrides.caps", "CAPS", {"lines": 200, "versions": 2}, {"lines": 250, "versions": 2},
       True)]),
    ("languages exchanged in part", {"uses": {"DUB_OWN_VOICE": {"overrides": {"languages": ["de", "it"]}}}},
     [("uses.DUB_OWN_VOICE.overrides.languages", "LANGUAGES", ["de", "es", "fr"], ["de"], False),
      ("uses.DUB_OWN_VOICE.overrides.languages", "LANGUAGES", ["de"], ["de", "it"], True)]),
    ("languages exchanged whole", {"uses": {"DUB_OWN_VOICE": {"overrides": {"languages": ["it"]}}}},
     [("uses.DUB_OWN_VOICE.overrides.languages", "LANGUAGES", ["de", "es", "fr"], ["it"], True)]),
]
# fmt: on


@pytest.mark.parametrize(("edit", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_changes(edit: dict[str, Any], expected: list[tuple[str, str, Any, Any, bool]]) -> None:
    before, after = answers(), answers(**edit)
    changes = diff(before, after)
    assert [(c.path, str(c.code), c.before, c.after, c.looser) for c in changes] == expected
    assert {c.code for c in changes} <= set(ChangeCode)
    assert apply(before, changes) == after


def test_countries_added_and_removed_are_two_changes() -> None:
    before, after = answers(territories=["GB", "IE", "US"]), answers(territories=["GB", "JP"])
    removed, added = diff(before, after)
    assert (removed.path, removed.code, removed.before, removed.after, removed.looser) == (
        "defaults.territories.removed",
        "TERRITORIES_REMOVED",
        ["IE", "US"],
        [],
        False,
    )
    assert (added.path, added.code, added.before, added.after, added.looser) == (
        "defaults.territories.added",
        "TERRITORIES_ADDED",
        [],
        ["JP"],
        True,
    )
    in_force, waiting = split(before, after)
    assert in_force.defaults.territories == {"GB"}
    assert apply(in_force, waiting).defaults.territories == {"GB", "JP"}


def test_countries_that_wait_are_added_to_whatever_is_open_by_then() -> None:
    _, waiting = split(answers(territories=["GB"]), answers(territories=["GB", "JP"]))
    assert apply(answers(territories=["GB", "FR"]), waiting).defaults.territories == {"GB", "FR", "JP"}
    one_use = {"uses": {"AGE_CHANGE": {"overrides": {"territories": ["GB", "JP"]}}}}
    _, waiting = split(
        answers(**merged(one_use, {"uses": {"AGE_CHANGE": {"overrides": {"territories": ["GB"]}}}})), answers(**one_use)
    )
    opened = apply(answers(territories=["FR"]), waiting).effective(Use.AGE_CHANGE).territories
    assert opened == {"FR", "JP"}


def test_a_use_goes_back_to_defaults_only_if_those_are_as_tight() -> None:
    """The use gives up its own limit for defaults that loosen in the same breath: both wait."""
    own = {"uses": {"AGE_CHANGE": {"overrides": {"longest_months": 40}}}}
    before, after = answers(longest_months=36, **own), answers(longest_months=48)
    in_force, waiting = split(before, after)
    assert in_force == before
    assert [change.path for change in waiting] == [
        "defaults.longest_months",
        "uses.AGE_CHANGE.overrides.longest_months",
    ]
    # Defaults that cannot be put in order wait, so the use keeps a floor of its own until they are in force.
    own = {"uses": {"AGE_CHANGE": {"overrides": {"floor": {"amount": 800_000, "currency": "GBP"}}}}}
    before = answers(floor={"amount": 1, "currency": "EUR"}, **own)
    after = answers(floor={"amount": 900_000, "currency": "GBP"})
    in_force, waiting = split(before, after)
    floor = in_force.effective(Use.AGE_CHANGE).floor
    assert floor is not None
    assert (floor.amount, floor.currency) == (900_000, "GBP")
    assert apply(in_force, waiting) == after


def test_a_use_answered_for_the_first_time_waits_with_its_conditions_in_place() -> None:
    before = answers(uses={"AGE_CHANGE": None})
    after = answers(uses={"AGE_CHANGE": {"stance": "ASK", "overrides": {"channels": {"GAME": "NEVER"}}}})
    in_force, waiting = split(before, after)
    assert in_force.stance(Use.AGE_CHANGE) is Stance.NEVER
    assert in_force.effective(Use.AGE_CHANGE).channels[Channel.GAME] is Stance.NEVER  # type: ignore[index]
    assert [change.path for change in waiting] == ["uses.AGE_CHANGE.stance"]
    assert apply(in_force, waiting) == after


@pytest.mark.parametrize(
    "path",
    ["colour", "defaults.colour", "uses.AGE_CHANGE.colour", "uses.NOBODY.stance", "defaults.channels.NOWHERE"],
)
def test_an_address_that_does_not_exist_is_refused(path: str) -> None:
    use = Use.AGE_CHANGE if path.startswith("uses") else None
    with pytest.raises(ValueError, match=r"NOBODY|NOWHERE|no answer at"):
        apply(answers(), [Change(path, use, "STANCE", None, "NEVER", looser=False)])


preference_sets = any_preferences | open_preferences


@settings(max_examples=150)
@given(preference_sets, preference_sets)
def test_nothing_is_lost_and_nothing_invented(before: Preferences, after: Preferences) -> None:
    changes = diff(before, after)
    assert apply(before, changes) == after
    assert (not changes) is (before == after)
    assert [Change.from_data(json.loads(json.dumps(change.to_data()))) for change in changes] == list(changes)
    in_force, waiting = split(before, after)
    assert apply(in_force, waiting) == after
    assert all(change.looser for change in waiting)
    assert not any(change.looser for change in diff(before, in_force))
    assert all(change.looser for change in diff(in_force, after))


@settings(max_examples=60)
@given(preference_sets)
def test_a_set_beside_itself_has_no_changes(preferences: Preferences) -> None:
    assert diff(preferences, preferences) == ()
    assert split(preferences, preferences) == (preferences, ())


def test_order_and_empty_mappings_are_no_change() -> None:
    own = UsePreference(stance=Stance.ASK, overrides=Conditions(channels={}, languages=("fr", "en", "fr")))
    before = Preferences.from_data(IMANI)
    after = replace(before, uses={**before.uses, Use.DIGITAL_DOUBLE: own})
    assert [change.path for change in diff(before, after)] == ["uses.DIGITAL_DOUBLE.overrides.languages"]
    assert own.overrides == Conditions(languages=("en", "fr"))
