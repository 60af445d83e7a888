"""The resolver: preferences and terms in, a verdict with every reason out. Pure, explainable, strictest answer wins.

``evaluate`` answers for the performer. ``preflight`` forecasts for a studio, from published answers only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from consent.core import facts, places, specificity
from consent.core.compare import Finding, Relation, Standing, compare_each
from consent.core.facts import Context
from consent.core.preferences import NO_FLOOR, Conditions, Preferences, Publication, UsePreference
from consent.core.rulepacks import Pack, Rule, Severity, packs_in_force, versions
from consent.core.terms import Caps, Terms
from consent.core.verdicts import CODES, Outcome, Reason, Verdict, judge, own_reason, rule_reason
from consent.core.vocabulary import Channel, Dimension, Modality, Sensitivity, Stance, Use

__all__ = ["CODES", "Context", "Outcome", "Reason", "Verdict", "evaluate", "preflight", "published_view"]


def evaluate(preferences: Preferences, terms: Terms, context: Context) -> Verdict:
    """The answer that these preferences give to these terms, with every reason.

    A use marked NEVER is always declined for the performer; another NEVER declines only where the studio calls that
    dimension essential. After the performer's death every use is also one after death, so POSTHUMOUS is asked too.
    """
    packs, rules = _fired(terms, context)
    reasons = [*map(rule_reason, rules), *_standing_orders(context), *_clash(terms, context)]
    return judge(
        terms,
        tuple(compare_each(terms, preferences, _uses(terms, context)).values()),
        reasons,
        versions(packs),
        heightened=terms.heightened or context.is_minor or context.is_estate,
        auto_approve=preferences.auto_approve,
    )


def preflight(published: Preferences, terms: Terms, context: Context) -> Verdict:
    """The likely outcome before sending; works on unfinished terms.

    Only the published view counts, so answers kept private and answers never given look the same. Of the people only
    what sending would show anyway is used: nothing on lawyer, union, country, age or other studios' grants, but for the
    platform's own lines, which hold against everyone. A block that rests on something not said yet is a warning here.
    """
    view = published_view(published)
    seen = _seen_by_studios(context)
    packs, rules = _fired(terms, seen)
    _, hard = _fired(terms, replace(context, enabled_packs=frozenset()))
    blocks = tuple(rule for rule in hard if rule.severity is Severity.BLOCK)
    kept = (*blocks, *(rule for rule in rules if rule not in blocks))
    each = tuple(
        tuple(_forecast(found, view.effective(use)) for found in findings)
        for use, findings in compare_each(terms, view, _uses(terms, context)).items()
    )
    return judge(
        terms,
        each,
        [*map(_draft_reason, kept), *_standing_orders(seen)],
        versions(packs),
        heightened=terms.heightened or context.is_estate,
        auto_approve=view.auto_approve,
    )


def published_view(preferences: Preferences) -> Preferences:
    """What studios may know: unpublished parts are neutral, so that private and never set are one and the same.

    Everything left in the view may be shown; a view of a view changes nothing.
    """
    shown = preferences.publication
    defaults = preferences.defaults if shown.conditions else NEUTRAL
    if not shown.floors:
        defaults = replace(defaults, floor=NO_FLOOR)
    uses = {}
    for use in Use:
        own = preferences.uses.get(use)
        overrides = own.overrides if own and shown.conditions else Conditions()
        if not shown.floors:
            overrides = replace(overrides, floor=None)
        stance = preferences.stance(use) if shown.line else Stance.ASK
        uses[use] = UsePreference(stance=stance, overrides=overrides)
    return Preferences(
        defaults=defaults,
        uses=uses,
        auto_approve=preferences.auto_approve and shown.line and shown.conditions,
        publication=Publication(line=True, conditions=True, floors=True),
    )


NEUTRAL = Conditions(
    territories=frozenset(places.COUNTRIES),
    channels=dict.fromkeys(Channel, Stance.ASK),
    modalities=dict.fromkeys(Modality, Stance.ASK),
    sensitivities=dict.fromkeys(Sensitivity, Stance.ASK),
    languages=(),
    longest_months=1200,
    retention_days=3660,
    floor=NO_FLOOR,
    caps=Caps(),
    exclusivity=Stance.ASK,
)
"""Conditions that say nothing: everything is asked about and no limit is set."""

_LIMITS = {
    Dimension.TERM: "longest_months",
    Dimension.TERRITORY: "territories",
    Dimension.LANGUAGE: "languages",
    Dimension.CAPS: "caps",
    Dimension.RETENTION: "retention_days",
}


def _forecast(found: Finding, allowed: Conditions) -> Finding:
    """A finding as a studio may read it: where no limit is shown, the performer decides; money "has a minimum"."""
    name = _LIMITS.get(found.dimension)
    unlimited = name is not None and getattr(allowed, name) == getattr(NEUTRAL, name)
    if unlimited and found.relation is Relation.FITS and found.code != "LANGUAGE_NONE":
        return _undecided(found, "NOT_SHOWN")
    if found.dimension is Dimension.FEE and found.relation is not Relation.MISSING and allowed.floor == NO_FLOOR:
        return _undecided(found, "HAS_MINIMUM")
    return found


def _undecided(found: Finding, suffix: str) -> Finding:
    return replace(
        found,
        relation=Relation.ASK,
        standing=Standing.YOURS_TO_DECIDE,
        allowed={},
        code=f"{found.dimension}_{suffix}",
        values={},
    )


def _seen_by_studios(context: Context) -> Context:
    return replace(
        context,
        is_minor=False,
        represented_by_counsel=True,
        union_members=frozenset(),
        union_covers=True,
        exclusives=(),
        performer_territory=None,
    )


def _draft_reason(rule: Rule) -> Reason:
    reason = rule_reason(rule)
    if rule.mends_when_said and rule.severity is Severity.BLOCK:
        return replace(reason, outcome=None, severity=Severity.WARN)
    return reason


def _uses(terms: Terms, context: Context) -> set[Use]:
    return {*terms.uses, Use.POSTHUMOUS} if context.is_estate else set(terms.uses)


def _fired(terms: Terms, context: Context) -> tuple[tuple[Pack, ...], tuple[Rule, ...]]:
    """The packs in force that apply, and their rules that hold."""
    known = facts.of(terms, context, specificity.score(terms))
    packs = tuple(pack for pack in packs_in_force(context.now.date(), context.enabled_packs) if pack.applies(known))
    return packs, tuple(rule for pack in packs for rule in pack.rules if rule.test(known))


def _standing_orders(context: Context) -> Iterator[Reason]:
    """What closes the door whatever is asked: the performer's stop or pause, and a strike."""
    if context.stopped:
        yield own_reason("person.stopped", Outcome.BLOCKED, "STOPPED")
    if context.paused:
        yield own_reason("person.paused", Outcome.BLOCKED, "PAUSED")
    if context.agreement is not None and context.agreement in context.struck:
        yield own_reason("strike", Outcome.BLOCKED, "STRIKE", asked={"agreement": context.agreement.value})


_SELLING = frozenset({Channel.ADVERTISING, Channel.SOCIAL, Channel.MERCHANDISE, Channel.PROMOTIONAL})


def _clash(terms: Terms, context: Context) -> Iterator[Reason]:
    """A live exclusive in the same countries: for the same category, or where the request sells something and the
    category cannot be told apart."""
    countries = set(terms.territories) | set(terms.exclusivity.territories)
    asked = _plain(terms.exclusivity.category)
    sells = not _SELLING.isdisjoint(terms.channels)
    for category, closed in context.exclusives:
        shared = countries & closed
        if shared and (sells or asked == _plain(category)):
            yield own_reason(
                "exclusivity.clash",
                Outcome.ASK,
                "EXCLUSIVE_ELSEWHERE",
                dimension=Dimension.EXCLUSIVITY,
                asked={"category": terms.exclusivity.category, "codes": sorted(shared)},
                allowed={"category": category},
            )


def _plain(category: str) -> str:
    return " ".join(category.casefold().split())
