"""The pane beside the steps: the likely answer, each term's state with a quick fix, the score, and what will be read.

Only published preferences are asked (``use_requests.preflight``), every different question counts against the studio's
hourly limit, and the same question is answered from the cache. Looking at a page asks nothing: only a save or a live
preview does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from consent.core import facts, fitting, specificity
from consent.core.findings import Finding, Relation, Standing
from consent.core.policy import Context, Outcome, Verdict
from consent.core.rulepacks import Severity
from consent.core.specificity import Specificity
from consent.core.terms import Terms
from consent.core.vocabulary import Dimension
from consent.render import findings as findings_words
from consent.render import money, places_words, sentence, times, words
from consent.render.preference_words import floor_of
from consent.services import use_requests
from consent.services.moves import Refused
from portal.web import showing
from portal.web.forms import drafts
from portal.web.studio.paper import Paper

KEPT_SECONDS = 600
CLOSED_RULES = ("person.stopped", "person.paused")


@dataclass(frozen=True, slots=True)
class TermState:
    """One line of the pane. ``kind`` is ok, no, ask or un; ``fix`` is the dimension that a press would mend, or ""."""

    dimension: str
    label: str
    kind: str
    icon: str
    word: str
    why: str
    fix: str = ""
    fix_label: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """``outcome`` is "" while nobody was asked; ``likely`` is the one line that is read out."""

    likely: str
    outcome: str = ""
    known: bool = False
    states: tuple[TermState, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    score: Specificity | None = None
    score_words: str = ""
    parts: showing.Marked = field(default_factory=list)

    @property
    def nudges(self) -> dict[str, TermState]:
        """The lines that stand beside a field: what goes further and can be mended by a press."""
        return {state.dimension: state for state in self.states if state.fix}


def forecast(paper: Paper, draft: drafts.Draft, *, ask: bool) -> Forecast:
    """``ask`` puts a new question to the pre-flight; without it only an answer that is known already is shown."""
    performer, terms, unsaid = paper.performer, drafts.terms_so_far(draft), drafts.unsaid(draft)
    if terms is None:
        return Forecast(likely=_("Say what you want to make. The likely answer appears here."))
    score = specificity.score(terms)
    shown: dict[str, Any] = {
        "score": score,
        "score_words": words.specificity_summary(score),
        "parts": _read(paper, terms, unsaid),
    }
    if performer is None:
        return Forecast(likely=_("Choose whom you ask. The likely answer appears here."), **shown)
    try:
        verdict = verdict_on(paper, terms, ask=ask)
    except Refused as refusal:
        return Forecast(likely=words.refusal(refusal.code, refusal.values), **shown)
    if verdict is None:
        return Forecast(likely=_("Not asked yet."), **shown)
    return Forecast(
        likely=_likely(verdict, performer.short_name),
        outcome=verdict.outcome.value,
        known=True,
        states=_states(verdict, terms, unsaid, paper),
        rules=_rules(verdict),
        **shown,
    )


def verdict_on(paper: Paper, terms: Terms, *, ask: bool) -> Verdict | None:
    """The pre-flight of these terms, from the cache where the same was asked before. Raises PreflightLimit."""
    if paper.performer is None:
        return None
    key = _key(paper, terms)
    held = cache.get(key)
    if held is not None:
        return Verdict.from_data(held)
    if not ask:
        return None
    verdict = use_requests.preflight(
        paper.studio, paper.performer, paper.production, terms, actor=paper.actor, now=paper.now
    )
    cache.set(key, verdict.to_data(), KEPT_SECONDS)
    return verdict


def _key(paper: Paper, terms: Terms) -> str:
    """One key per question. Prose counts by what rules and score make of it, so typing on does not ask again and again."""
    score = specificity.score(terms)
    told = facts.of(terms, Context(now=paper.now), score)
    question = terms.to_data() | {
        "description": [score.score, list(score.missing), [wildcard.phrase for wildcard in score.wildcards]],
        "facts": {name: str(value) for name, value in told.items() if name.startswith("terms.")},
        "reasons": [bool(terms.business_reason), bool(terms.reach_reason)],
    }
    for name in ("business_reason", "reach_reason"):
        question.pop(name, None)
    digest = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
    performer = paper.performer.pk if paper.performer else 0
    production = paper.production.pk if paper.production else 0
    return f"forecast:{paper.studio.pk}:{performer}:{production}:{digest}"


def _read(paper: Paper, terms: Terms, unsaid: frozenset[Dimension]) -> showing.Marked:
    """The sentence that the performer will get, with a blank for every step that has not said its part."""
    said = sentence.statement(
        terms,
        studio=paper.studio.name,
        project=paper.production.title if paper.production else "",
        reader="performer",
    )
    blank = _("step %(number)d") % {"number": sentence.AFTERWARDS}
    parts = tuple(
        replace(part, text=blank, step=sentence.AFTERWARDS) if part.dimension in unsaid and part.step is None else part
        for part in said.parts
    )
    return showing.parts(sentence.Statement(parts))


def closed(verdict: Verdict) -> bool:
    """Takes no requests, for a reason that is nobody's business."""
    return any(reason.rule in CLOSED_RULES for reason in verdict.reasons)


def _likely(verdict: Verdict, name: str) -> str:
    if closed(verdict):
        return _("%(name)s is not taking new requests now.") % {"name": name}
    if verdict.outcome is Outcome.BLOCKED:
        return _("As it stands, a rule forbids this.")
    if verdict.outcome is Outcome.DECLINE:
        return _("This would be declined by preference.")
    summary = findings_words.summary(verdict.findings, reader="studio")
    if verdict.outcome is Outcome.ALLOW:
        return _("%(name)s allows this. It is held for 24 hours, in which it can be stopped.") % {"name": name}
    return _("%(name)s decides. %(summary)s") % {"name": name, "summary": summary}


def _rules(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """(lead, sentence) of what law, agreement or the platform hold against these terms, the blocking ones first."""
    said = []
    for reason in verdict.reasons:
        if reason.rule != "strike" and reason.severity not in (Severity.BLOCK, Severity.WARN):
            continue
        sentence_ = words.reason(reason.rule, reason.code, {**reason.asked, **reason.allowed})
        lead = words.severity_lead(reason.severity.value) if reason.severity else ""
        said.append((lead, sentence_))
    return tuple(dict.fromkeys(said))


def _states(verdict: Verdict, terms: Terms, unsaid: frozenset[Dimension], paper: Paper) -> tuple[TermState, ...]:
    found = {finding.dimension: finding for finding in verdict.findings}
    silent = {
        name: Finding(name, Relation.MISSING, Standing.YOURS_TO_DECIDE, code=f"{name}_MISSING") for name in unsaid
    }
    found |= silent
    name = paper.performer.short_name if paper.performer else ""
    rows = findings_words.rows(found.values(), reader="studio", studio=paper.studio.name, performer=name)
    ordered = sorted(rows, key=lambda row: findings_words.ORDER.index(row.dimension))
    states = (_state(row, found[row.dimension], terms, name) for row in ordered)
    return tuple(state for state in states if state is not None)


def _state(row: findings_words.Row, found: Finding, terms: Terms, name: str) -> TermState | None:
    """None for limits that are not shown on something that is not asked for."""
    kind, icon = _look(found)
    word = row.tag
    if found.code.endswith("_NOT_SHOWN"):
        if not any(found.asked.values()):
            return None
        word = _("No limit shown")
    elif kind == "ask":
        word = _("%(name)s decides") % {"name": name}
    fix = fix_label(found, terms)
    return TermState(
        dimension=row.dimension.value,
        label=row.label,
        kind=kind,
        icon=icon,
        word=word,
        why=row.sentence if kind in ("no", "ask") else "",
        fix=row.dimension.value if fix else "",
        fix_label=fix,
    )


def _look(found: Finding) -> tuple[str, str]:
    if found.relation is Relation.MISSING:
        return "un", "circle-dashed"
    if found.code.endswith(("_HAS_MINIMUM", "_NOT_SHOWN")):
        return "un", "lock"
    return {
        Standing.FITS: ("ok", "check"),
        Standing.YOURS_TO_DECIDE: ("ask", "message-circle-question-mark"),
        Standing.GOES_FURTHER: ("no", "arrow-up-right"),
        Standing.NEVER: ("no", "ban"),
    }[found.standing]


def fix_label(found: Finding, terms: Terms) -> str:
    """What a press would do, in words; "" where no press mends it."""
    if not fitting.closes(terms, found):
        return ""
    dimension, allowed = found.dimension, found.allowed
    if dimension is Dimension.TERM:
        return _("Make it %(term)s") % {"term": times.months(allowed["months"])}
    if dimension is Dimension.RETENTION:
        return _("Make it %(days)s") % {"days": times.days(allowed["days"])}
    if dimension is Dimension.TERRITORY:
        fits = fitting.fitted(terms, [found]).territories
        return _("Use these places: %(places)s") % {"places": places_words.places(fits, most=3)}
    if dimension is Dimension.LANGUAGE:
        fits = fitting.fitted(terms, [found]).languages
        return _("Only %(languages)s") % {"languages": places_words.languages(fits)}
    if dimension is Dimension.FEE:
        return _("Offer %(sum)s") % {"sum": money.floor_sum(floor_of(allowed["floor"]))}
    return {
        Dimension.CHANNEL: _("Leave these out"),
        Dimension.SENSITIVITY: _("Leave these out"),
        Dimension.MODALITY: _("Leave these out"),
        Dimension.CAPS: _("Use these limits"),
        Dimension.EXCLUSIVITY: _("Ask for no exclusivity"),
        Dimension.TRAINING: _("Train no model"),
    }[dimension]
