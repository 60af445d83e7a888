"""Standing answers: tighter at once, looser after a confirm, no update lost between two windows, every version kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from consent.access import by_session
from consent.core.actor import Actor
from consent.core.compiled import compile_preferences
from consent.core.lifecycle import State
from consent.core.preferences import Conditions, Floor, Preferences
from consent.core.vocabulary import Channel, FeeBasis, FeeUnit, Stance, Use
from consent.models import Fact, Performer, PreferenceSet, ProposedPreferences
from consent.queries import preferences as reads
from consent.render.preference_words import what_changed
from consent.services import ledger, people, preferences, use_requests
from consent.services.moves import NotEntitled, Refused
from consent.services.preferences import Saved
from tests import make
from tests.make import NOW, PerformerCast, at
from tests.services.test_races import at_once

AGE, LIPS, VOICE = Use.AGE_CHANGE, Use.DUB_LIP_SYNC, Use.VOICE_CLONE
ALLOW, ASK, NEVER = Stance.ALLOW, Stance.ASK, Stance.NEVER


@pytest.fixture
def imani(cast: make.Cast) -> PerformerCast:
    return cast.imani


def with_(value: Preferences, **stances: Stance) -> Preferences:
    """The same answers with some stances replaced: ``with_(value, AGE_CHANGE=ALLOW)``."""
    changed = {Use(code): replace(value.uses[Use(code)], stance=stance) for code, stance in stances.items()}
    return replace(value, uses={**value.uses, **changed})


def save(who: PerformerCast, *, now: Any = NOW, base: int | None = None, **stances: Stance) -> Saved:
    edited = with_(preferences.shown(who.performer), **stances)
    return preferences.save(who.performer, edited, base=base, actor=who.actor(), now=now)


def stance(who: PerformerCast, use: Use) -> Stance:
    return preferences.current(who.performer).value.stance(use)


def waits(who: PerformerCast) -> set[str]:
    row = ProposedPreferences.objects.filter(performer=who.performer).first()
    return {change["path"] for change in row.changes} if row else set()


def facts(kind: str) -> list[str]:
    return list(Fact.objects.filter(kind=kind).order_by("pk").values_list("payload__text", flat=True))


def test_tighter_starts_now_and_looser_waits(imani: PerformerCast) -> None:
    saved = save(imani, AGE_CHANGE=ALLOW, VOICE_CLONE=NEVER)
    assert saved.in_force is not None
    assert saved.waiting is not None
    assert saved.in_force.number == 2
    assert (stance(imani, AGE), stance(imani, VOICE)) == (ASK, NEVER)
    assert [change.path for change in saved.started] == ["uses.VOICE_CLONE.stance"]
    assert [change.path for change in saved.queued] == ["uses.AGE_CHANGE.stance"]
    assert waits(imani) == {"uses.AGE_CHANGE.stance"}
    assert (len(facts("preferences.changed")), len(facts("preferences.proposed"))) == (1, 1)


def test_saving_what_stands_is_no_version_and_no_fact(imani: PerformerCast) -> None:
    before = Fact.objects.count()
    saved = save(imani)
    assert saved == Saved(None, None, (), ())
    assert (PreferenceSet.objects.count(), Fact.objects.count()) == (2, before)


def test_a_confirm_makes_one_version_of_everything_that_waits(imani: PerformerCast) -> None:
    save(imani, AGE_CHANGE=ALLOW)
    save(imani, DIALOGUE_CLEANUP=ALLOW, now=at(minutes=1))
    made = preferences.confirm_looser(imani.performer, actor=imani.actor(), now=at(minutes=2))
    assert made.number == 2
    assert (stance(imani, AGE), stance(imani, Use.DIALOGUE_CLEANUP)) == (ALLOW, ALLOW)
    assert waits(imani) == set()
    assert what_changed(made.changes) == [
        "Dialogue clean-up (ADR): from Ask me to Allow",
        "De-ageing or ageing: from Ask me to Allow",
    ]
    with pytest.raises(Refused, match=r"^NOTHING_WAITS$"):
        preferences.confirm_looser(imani.performer, actor=imani.actor(), now=at(minutes=3))


def test_what_is_stored_belongs_together(imani: PerformerCast) -> None:
    save(imani, VOICE_CLONE=NEVER)
    for row in PreferenceSet.objects.filter(performer=imani.performer):
        assert row.digest == row.value.digest()
        assert row.compiled == compile_preferences(row.value)
    assert [row.number for row in reads.versions(imani.performer)] == [2, 1]
    assert PreferenceSet.objects.filter(performer=imani.performer, current=True).count() == 1


def test_taking_a_waiting_answer_back_leaves_nothing_waiting(imani: PerformerCast) -> None:
    save(imani, AGE_CHANGE=ALLOW, LOOK_TEST=ALLOW)
    saved = save(imani, AGE_CHANGE=ASK)
    assert (saved.in_force, saved.queued, waits(imani)) == (None, (), {"uses.LOOK_TEST.stance"})
    save(imani, LOOK_TEST=NEVER)
    assert waits(imani) == set()
    assert (stance(imani, AGE), stance(imani, Use.LOOK_TEST)) == (ASK, NEVER)
    assert len(facts("preferences.discarded")) == 1


def test_a_tighter_answer_elsewhere_leaves_what_waits(imani: PerformerCast) -> None:
    save(imani, AGE_CHANGE=ALLOW)
    standing = preferences.current(imani.performer).value
    preferences.save(
        imani.performer, with_(standing, VOICE_CLONE=NEVER), over=standing, actor=imani.actor(), now=at(minutes=1)
    )
    assert waits(imani) == {"uses.AGE_CHANGE.stance"}
    preferences.confirm_looser(imani.performer, actor=imani.actor(), now=at(minutes=2))
    assert (stance(imani, AGE), stance(imani, VOICE)) == (ALLOW, NEVER)


def test_waiting_answers_can_be_let_go_one_use_at_a_time(imani: PerformerCast) -> None:
    save(imani, AGE_CHANGE=ALLOW, LOOK_TEST=ALLOW)
    preferences.discard_looser(imani.performer, use=AGE, actor=imani.actor(), now=NOW)
    assert waits(imani) == {"uses.LOOK_TEST.stance"}
    preferences.discard_looser(imani.performer, actor=imani.actor(), now=NOW)
    preferences.discard_looser(imani.performer, actor=imani.actor(), now=NOW)
    assert waits(imani) == set()
    assert len(facts("preferences.discarded")) == 2


def test_a_page_made_from_an_older_version_saves_nothing_and_says_what_changed(imani: PerformerCast) -> None:
    save(imani, base=1, VOICE_CLONE=NEVER)
    for act in (
        lambda: save(imani, base=1, AGE_CHANGE=NEVER),
        lambda: preferences.confirm_looser(imani.performer, base=1, actor=imani.actor(), now=NOW),
        lambda: preferences.restore(imani.performer, 1, base=1, actor=imani.actor(), now=NOW),
    ):
        with pytest.raises(Refused, match=r"^PREFERENCES_MOVED_ON$") as info:
            act()
        assert what_changed(info.value.values["changes"]) == ["Voice clone: from Ask me to Never"]
    assert stance(imani, AGE) is ASK
    save(imani, base=2, AGE_CHANGE=NEVER)
    assert (stance(imani, AGE), stance(imani, VOICE)) == (NEVER, NEVER)


def test_undo_within_half_a_minute_brings_the_earlier_answers_back_at_once(imani: PerformerCast) -> None:
    save(imani, AGE_CHANGE=ALLOW, VOICE_CLONE=NEVER)
    undone = preferences.undo(imani.performer, 2, actor=imani.actor(), now=at(seconds=30))
    assert undone.in_force is not None
    assert (undone.in_force.number, undone.in_force.restored_from) == (3, 1)
    assert stance(imani, VOICE) is ASK
    assert waits(imani) == {"uses.AGE_CHANGE.stance"}
    again = preferences.undo(imani.performer, 3, actor=imani.actor(), now=at(seconds=40))
    assert again.in_force is not None
    assert stance(imani, VOICE) is NEVER


def test_undo_is_over_after_half_a_minute_and_never_skips_a_version(imani: PerformerCast) -> None:
    save(imani, VOICE_CLONE=NEVER)
    with pytest.raises(Refused, match=r"^UNDO_OVER$") as info:
        preferences.undo(imani.performer, 2, actor=imani.actor(), now=at(seconds=30, microseconds=1))
    assert info.value.values == {"number": 1}
    save(imani, AGE_CHANGE=NEVER, now=at(minutes=1))
    with pytest.raises(Refused, match=r"^PREFERENCES_MOVED_ON$"):
        preferences.undo(imani.performer, 2, actor=imani.actor(), now=at(minutes=1))
    fresh = make.a_performer("bo@example.org", "Bo Lind")
    with pytest.raises(Refused, match=r"^UNKNOWN_VERSION$"):
        preferences.undo(fresh.performer, 1, actor=fresh.actor(), now=at(days=-400))


def test_restoring_an_old_version_follows_the_rule_of_saving(imani: PerformerCast) -> None:
    save(imani, VOICE_CLONE=NEVER)
    save(imani, AGE_CHANGE=ALLOW)
    preferences.confirm_looser(imani.performer, actor=imani.actor(), now=NOW)
    restored = preferences.restore(imani.performer, 1, actor=imani.actor(), now=at(days=1))
    assert restored.in_force is not None
    assert (restored.in_force.number, restored.in_force.restored_from) == (4, 1)
    assert (stance(imani, AGE), stance(imani, VOICE)) == (ASK, NEVER)
    assert waits(imani) == {"uses.VOICE_CLONE.stance"}
    preferences.confirm_looser(imani.performer, actor=imani.actor(), now=at(days=1))
    assert (
        preferences.current(imani.performer).digest
        == PreferenceSet.objects.get(number=1, performer=imani.performer).digest
    )
    with pytest.raises(Refused, match=r"^UNKNOWN_VERSION$"):
        preferences.restore(imani.performer, 99, actor=imani.actor(), now=NOW)


def test_nobody_else_answers_for_a_performer(cast: make.Cast) -> None:
    agent = by_session.client(make.visitor(cast.rosalind), cast.imani.performer.ref)[1]
    value = with_(preferences.current(cast.imani.performer).value, AGE_CHANGE=NEVER)
    for actor in (agent, cast.stranger.actor(), cast.northlight.actor(as_="owner"), make.staff(), Actor.clock()):
        who: dict[str, Any] = {"actor": actor, "now": NOW}
        for act in (
            lambda who=who: preferences.save(cast.imani.performer, value, **who),
            lambda who=who: preferences.confirm_looser(cast.imani.performer, **who),
            lambda who=who: preferences.discard_looser(cast.imani.performer, **who),
            lambda who=who: preferences.undo(cast.imani.performer, 1, **who),
            lambda who=who: preferences.restore(cast.imani.performer, 1, **who),
        ):
            with pytest.raises(NotEntitled):
                act()
    assert preferences.current(cast.imani.performer).number == 1


def test_a_minimum_never_enters_the_history(imani: PerformerCast) -> None:
    own = replace(
        preferences.current(imani.performer).value.uses[AGE],
        overrides=Conditions(
            floor=Floor(amount=8_765_432, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR),
            channels={Channel.ADVERTISING: NEVER},
        ),
    )
    value = preferences.current(imani.performer).value
    saved = preferences.save(
        imani.performer, replace(value, uses={**value.uses, AGE: own}), actor=imani.actor(), now=NOW
    )
    assert saved.in_force is not None
    assert "8765432" in str(saved.in_force.changes)
    assert not any("8765432" in text for text in Fact.objects.values_list("payload__text", flat=True))
    assert "the minimum was changed" in " ".join(what_changed(saved_changes("preferences.changed")))


def saved_changes(kind: str) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = json.loads(facts(kind)[-1])["changes"]
    return changes


def test_a_tighter_answer_reaches_requests_that_are_open(cast: make.Cast) -> None:
    asked = make.pending(cast.northlight, cast.imani)
    cast.imani.stance(AGE, NEVER)
    with pytest.raises(Refused, match=r"^NEVER_NOW$"):
        make.approve(asked, cast.imani)


def test_a_pause_refuses_new_requests_without_saying_why(cast: make.Cast) -> None:
    people.pause(cast.imani.performer, actor=cast.imani.actor(), now=NOW)
    row = make.draft(cast.northlight, cast.imani)
    with pytest.raises(Refused, match=r"^NOT_TAKING_REQUESTS$") as info:
        use_requests.submit(row, make.terms(), deadline_at=at(days=10), actor=cast.northlight.actor(), now=NOW)
    assert info.value.values == {}
    row.refresh_from_db()
    assert row.state == State.DRAFT


def test_the_database_keeps_one_current_version(imani: PerformerCast) -> None:
    standing = preferences.current(imani.performer)
    with pytest.raises(IntegrityError, match="preferences_one_current"), transaction.atomic():
        PreferenceSet.objects.create(performer=imani.performer, number=2, **PreferenceSet.columns_of(standing.value))


# --- Reads -----------------------------------------------------------------------------------------------------------


def test_pages_read_what_stands_and_what_waits(imani: PerformerCast) -> None:
    save(imani, AGE_CHANGE=ALLOW, VOICE_CLONE=NEVER)
    rows = {row.use: row for band in reads.bands(imani.performer) for row in band.uses}
    assert list(rows) == list(Use)
    assert (rows[AGE].stance, rows[AGE].waiting, rows[AGE].waits) == (ASK, ALLOW, True)
    assert (rows[VOICE].stance, rows[VOICE].waiting, rows[VOICE].waits) == (NEVER, None, False)
    standing, shown = reads.shown(imani.performer)
    assert (standing.number, shown.stance(AGE)) == (2, ALLOW)
    with pytest.raises(reads.NotFound):
        reads.version(imani.performer, 3)


def test_studios_read_the_published_view_alone(imani: PerformerCast) -> None:
    floor = Floor(amount=800_000, currency="GBP")
    value = preferences.current(imani.performer).value
    preferences.save(
        imani.performer,
        replace(value, defaults=replace(value.defaults, floor=floor, longest_months=12)),
        actor=imani.actor(),
        now=NOW,
    )
    view = reads.as_studio(imani.performer)
    assert view.defaults.longest_months == 12
    assert view.defaults.floor is not None
    assert view.defaults.floor.amount == 0


# --- Two windows at once, on real connections ------------------------------------------------------------------------


@pytest.fixture
def racing(transactional_db: None) -> PerformerCast:
    return make.a_performer("imani@example.org", "Imani Clarke")


def act(who: PerformerCast, base: int | None = None, **stances: Stance) -> Callable[[], object]:
    edited = with_(preferences.shown(who.performer), **stances)
    over, actor = preferences.shown(who.performer), who.actor()
    return lambda: preferences.save(who.performer, edited, base=base, over=over, actor=actor, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_name_their_base_never_lose_an_update(racing: PerformerCast) -> None:
    outcomes = at_once(act(racing, base=1, AGE_CHANGE=NEVER), act(racing, base=1, VOICE_CLONE=NEVER))
    saved = [each for each in outcomes if isinstance(each, Saved)]
    late = [each for each in outcomes if isinstance(each, Refused)]
    assert (len(saved), len(late)) == (1, 1)
    assert late[0].code == "PREFERENCES_MOVED_ON"
    assert len(late[0].values["changes"]) == 1
    assert preferences.current(racing.performer).number == 2


@pytest.mark.django_db(transaction=True)
def test_two_windows_without_a_base_both_count(racing: PerformerCast) -> None:
    at_once(
        act(racing, AGE_CHANGE=NEVER),
        act(racing, VOICE_CLONE=NEVER),
        act(racing, LOOK_TEST=ALLOW),
        act(racing, COSMETIC_FIX=ALLOW),
    )
    assert (stance(racing, AGE), stance(racing, VOICE)) == (NEVER, NEVER)
    assert waits(racing) == {"uses.LOOK_TEST.stance", "uses.COSMETIC_FIX.stance"}
    numbers = list(PreferenceSet.objects.order_by("number").values_list("number", "current"))
    assert numbers == [(1, False), (2, False), (3, True)]
    assert ledger.verify(Performer.objects.get(pk=racing.performer.pk).chain) is None


@pytest.mark.django_db(transaction=True)
def test_a_confirm_and_a_never_at_once_end_in_never(racing: PerformerCast) -> None:
    save(racing, AGE_CHANGE=ALLOW)
    actor = racing.actor()
    at_once(
        lambda: preferences.confirm_looser(racing.performer, actor=actor, now=NOW),
        act(racing, AGE_CHANGE=NEVER),
    )
    assert stance(racing, AGE) is NEVER
    assert waits(racing) == set()
