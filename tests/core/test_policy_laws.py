"""Laws of the resolver that hold for any preferences, any terms and any context."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consent.core import places
from consent.core.changes import apply, diff, split
from consent.core.compare import Finding, Relation, Standing, compare_all, compare_each
from consent.core.compiled import compile_preferences, decide, mask_terms, quick
from consent.core.facts import Context
from consent.core.findings import SENTENCES
from consent.core.policy import CODES, Outcome, Verdict, evaluate, preflight, published_view
from consent.core.preferences import Floor, Preferences
from consent.core.rulepacks import RULES, Severity
from consent.core.terms import Exclusivity, Terms
from consent.core.vocabulary import Channel, Dimension, FeeBasis, Modality, Sensitivity, Stance, Use
from tests.core.asking import NOW, answers, any_preferences, any_terms, around, ask, contexts, later, open_preferences

preference_sets = st.one_of(any_preferences, open_preferences)


def freer(one: Verdict, other: Verdict) -> bool:
    return one.outcome.strictness < other.outcome.strictness


@settings(max_examples=60)
@given(preference_sets, any_terms, contexts)
def test_a_block_or_a_never_always_wins(preferences: Preferences, terms: Terms, context: Context) -> None:
    verdict = evaluate(preferences, terms, context)
    blocked = context.stopped or context.paused or not context.studio_verified
    blocks = [reason for reason in verdict.reasons if reason.severity is Severity.BLOCK]
    never = any(preferences.stance(use) is Stance.NEVER for use in terms.uses)
    sexual = {Sensitivity.NUDITY, Sensitivity.SEXUAL, Sensitivity.SEXUAL_VIOLENCE, Sensitivity.ROMANTIC_COMPANION}
    if context.is_minor and sexual & set(terms.sensitivities):
        assert verdict.outcome is Outcome.BLOCKED
        assert verdict.reasons[0].rule.startswith("platform.")
    if blocked or blocks:
        assert verdict.outcome is Outcome.BLOCKED
    elif never:
        assert verdict.outcome is Outcome.DECLINE
    if verdict.heightened:
        assert verdict.outcome is not Outcome.ALLOW


@settings(max_examples=60)
@given(preference_sets, any_terms, contexts)
def test_a_verdict_explains_itself(preferences: Preferences, terms: Terms, context: Context) -> None:
    for verdict in (evaluate(preferences, terms, context), preflight(preferences, terms, context)):
        outcomes = [reason.outcome for reason in verdict.reasons if reason.outcome]
        assert verdict.reasons[0].outcome is verdict.outcome
        assert max(outcomes, key=lambda outcome: outcome.strictness) is verdict.outcome
        assert [found.dimension for found in verdict.findings] == list(Dimension)
        for reason in verdict.reasons:
            assert reason.code in SENTENCES or reason.code in CODES
            assert (reason.code == "RULE") is (reason.rule in RULES)
        for found in verdict.findings:
            assert set(found.values) == set(SENTENCES[found.code]), found.code
        assert Verdict.from_data(json.loads(json.dumps(verdict.to_data()))) == verdict


@settings(max_examples=60)
@given(open_preferences, any_terms, contexts)
def test_allow_means_that_everything_fits(preferences: Preferences, terms: Terms, context: Context) -> None:
    verdict = evaluate(preferences, terms, context)
    if verdict.outcome is Outcome.ALLOW:
        assert {found.standing for found in verdict.findings} == {Standing.FITS}
        assert not verdict.heightened
        assert preferences.auto_approve
        assert not terms.gaps()


@st.composite
def widened(draw: st.DrawFn, terms: Terms) -> Terms:
    """The same terms, asking for more somewhere. What is not said stays unsaid: saying it is no widening."""
    changes: dict[str, object] = {"uses": (*terms.uses, *draw(st.lists(st.sampled_from(Use), max_size=2)))}
    if terms.modalities:
        changes["modalities"] = (*terms.modalities, *draw(st.lists(st.sampled_from(Modality), max_size=2)))
    if terms.channels:
        changes["channels"] = (*terms.channels, *draw(st.lists(st.sampled_from(Channel), max_size=2)))
    if terms.territories:
        more = draw(st.lists(st.sampled_from(("GB", "US", "FR", "JP", "BR")), max_size=3))
        changes["territories"] = (*terms.territories, *more)
    if terms.languages:
        changes["languages"] = (*terms.languages, *draw(st.lists(st.sampled_from(("en", "ja", "es-MX")), max_size=2)))
    changes["sensitivities"] = (*terms.sensitivities, *draw(st.lists(st.sampled_from(Sensitivity), max_size=1)))
    if terms.dates:
        shown, kept = draw(st.integers(0, 900)), draw(st.integers(0, 90))
        changes["dates"] = later(terms.dates, shown=shown, kept=kept)
    if draw(st.booleans()):
        changes["training"] = replace(terms.training, trains=True)
    if draw(st.booleans()):
        changes["caps"] = replace(terms.caps, lines=None, versions=None)
    if not terms.exclusive and draw(st.booleans()):
        changes["exclusivity"] = Exclusivity(category="beer", territories=("GB",))
    if terms.fees and draw(st.booleans()):
        changes["fees"] = tuple(
            replace(line, amount=max(1, line.amount // 2)) if line.amount else line for line in terms.fees
        )
    return replace(terms, **changes)  # type: ignore[arg-type]


@settings(max_examples=120)
@given(preference_sets, any_terms, contexts, st.data())
def test_asking_for_more_never_gets_a_freer_answer(
    preferences: Preferences, terms: Terms, context: Context, data: st.DataObject
) -> None:
    # What is unsaid may become said by asking for more ("trains"), and a scan of the words stays the same.
    assume(terms.training.trains is not None)
    wider = data.draw(widened(terms))
    assert not freer(evaluate(preferences, wider, context), evaluate(preferences, terms, context))


@settings(max_examples=120)
@given(preference_sets, preference_sets, any_terms, contexts)
def test_tighter_answers_never_give_a_freer_verdict(
    before: Preferences, after: Preferences, terms: Terms, context: Context
) -> None:
    in_force, waiting = split(before, after)
    assert not freer(evaluate(in_force, terms, context), evaluate(before, terms, context))
    assert apply(in_force, waiting) == after
    assert apply(before, diff(before, after)) == after


@settings(max_examples=60)
@given(preference_sets, any_terms, contexts, st.randoms(use_true_random=False))
def test_order_does_not_matter(preferences: Preferences, terms: Terms, context: Context, random: Random) -> None:
    def shuffled(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(values, len(values)))

    names = ("uses", "modalities", "channels", "territories", "languages", "sensitivities", "duties", "essential")
    turned = replace(terms, **{name: shuffled(getattr(terms, name)) for name in names})
    assert turned == terms
    assert turned.digest() == terms.digest()
    moved = Preferences.from_data(dict(reversed(preferences.to_data().items())))
    assert evaluate(moved, turned, context) == evaluate(preferences, terms, context)


@settings(max_examples=60)
@given(preference_sets, any_terms)
def test_the_strictest_use_speaks_for_each_dimension(preferences: Preferences, terms: Terms) -> None:
    each = compare_each(terms, preferences)
    for place, found in enumerate(compare_all(terms, preferences)):
        column = [findings[place] for findings in each.values()]
        assert found in column
        assert found.standing.rank == max(other.standing.rank for other in column)


floors = st.builds(
    Floor,
    amount=st.sampled_from([0, 1, 5_000, 10**9]),
    currency=st.sampled_from(["GBP", "EUR"]),
    basis=st.sampled_from([FeeBasis.FLAT, FeeBasis.PER_DAY]),
)


@settings(max_examples=60)
@given(preference_sets, floors, any_terms, contexts)
def test_preflight_says_the_same_for_any_private_floor(
    preferences: Preferences, floor: Floor, terms: Terms, context: Context
) -> None:
    private = replace(preferences, publication=replace(preferences.publication, floors=False))
    other = replace(
        private,
        defaults=replace(private.defaults, floor=floor),
        uses={use: replace(own, overrides=replace(own.overrides, floor=floor)) for use, own in private.uses.items()},
    )
    assert preflight(private, terms, context) == preflight(other, terms, context)
    assert published_view(private) == published_view(other)


@settings(max_examples=60)
@given(preference_sets, preference_sets, any_terms, contexts)
def test_preflight_knows_nothing_of_what_is_not_published(
    one: Preferences, other: Preferences, terms: Terms, context: Context
) -> None:
    hidden = [
        replace(each, publication=replace(each.publication, line=False, conditions=False, floors=False))
        for each in (one, other)
    ]
    assert preflight(hidden[0], terms, context) == preflight(hidden[1], terms, context)


@settings(max_examples=60)
@given(preference_sets, any_terms, contexts)
def test_preflight_knows_nothing_of_the_person_but_the_platforms_lines(
    preferences: Preferences, terms: Terms, context: Context
) -> None:
    plain = replace(
        context, represented_by_counsel=False, union_covers=False, exclusives=(), performer_territory="US-CA"
    )
    seen = preflight(preferences, terms, context)
    assert seen == preflight(preferences, terms, plain)
    grown = preflight(preferences, terms, replace(context, is_minor=False))
    if seen != grown:
        assert context.is_minor
        assert seen.reasons[0].rule == "platform.minor-sexual"


@settings(max_examples=60)
@given(preference_sets)
def test_a_view_of_a_view_changes_nothing(preferences: Preferences) -> None:
    view = published_view(preferences)
    assert published_view(view) == view
    assert Preferences.from_data(view.to_data()) == view


@settings(max_examples=150)
@given(preference_sets, any_terms)
def test_the_compiled_row_answers_as_the_resolver_does(preferences: Preferences, terms: Terms) -> None:
    context = Context(now=NOW, enabled_packs=frozenset(), represented_by_counsel=True)
    verdict = evaluate(preferences, terms, context)
    assume(verdict.outcome is not Outcome.BLOCKED)
    compiled = json.loads(json.dumps(compile_preferences(preferences)))
    outcome, gaps = decide(compiled, mask_terms(terms))
    assert outcome is quick(compiled, mask_terms(terms)) is verdict.outcome
    unfit = {found.dimension for found in verdict.findings if found.standing is not Standing.FITS}
    assert {gap.dimension for gap in gaps} | ({Dimension.RETENTION} & unfit) == unfit
    never = {found.dimension for found in verdict.findings if found.standing is Standing.NEVER}
    assert {gap.dimension for gap in gaps if gap.relation is Relation.NEVER} == never


@pytest.mark.parametrize("stances", list(product([Stance.ASK, Stance.NEVER], repeat=2)))
@pytest.mark.parametrize("uses", [["AGE_CHANGE"], ["TRAIN_OWN_MODEL"], ["TRAIN_GENERAL_MODEL"]])
def test_the_compiled_row_knows_training_as_the_resolver_does(uses: list[str], stances: tuple[Stance, Stance]) -> None:
    own, general = stances
    said = answers(uses={"TRAIN_OWN_MODEL": {"stance": own.value}, "TRAIN_GENERAL_MODEL": {"stance": general.value}})
    asked = ask(uses=uses, training={"trains": True}, essential=["TRAINING"])
    verdict = evaluate(said, asked, around(enabled_packs=frozenset()))
    assert quick(compile_preferences(said), mask_terms(asked)) is verdict.outcome
    never = own is general is Stance.NEVER if uses == ["AGE_CHANGE"] else said.stance(asked.uses[0]) is Stance.NEVER
    assert (verdict.outcome is Outcome.DECLINE) is never


def test_every_sentence_a_finding_can_carry_is_listed_once() -> None:
    assert all(code.startswith(tuple(Dimension)) for code in SENTENCES)
    assert not set(SENTENCES) & set(CODES)
    assert len(places.COUNTRIES) > 240
    assert isinstance(around(), Context)
    assert Relation.FITS.value == Standing.FITS.value == "FITS"
    assert Finding.from_data(Finding(Dimension.FEE, Relation.FITS, Standing.FITS, Use.LOOK_TEST).to_data()) == Finding(
        Dimension.FEE, Relation.FITS, Standing.FITS, Use.LOOK_TEST
    )
