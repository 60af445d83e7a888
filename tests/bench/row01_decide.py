"""Row 1: one request against 40 rules with every reason; Sayso beside Cedar, Casbin and Zen, which answer the same."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from consent.core import policy
from consent.core.compiled import Masked, compile_preferences, decide, mask_terms
from consent.core.policy import Context
from consent.core.terms import Terms
from tests.bench import answers
from tests.bench.board import Line, at_least, at_most, rate, span
from tests.bench.engines import ENGINES, Rules
from tests.bench.run import Run
from tests.bench.turns import Times, in_turns

NOW = datetime(2026, 6, 11, 9, 30, tzinfo=UTC)
GOALS = {"cedarpy": at_least(20)}


def run(run: Run) -> Iterator[Line]:
    asked = answers.requests(50 if run.quick else 200)
    masked = [mask_terms.__wrapped__(terms) for terms in asked]
    forty = answers.forty()
    compiled = compile_preferences(forty)
    engines = {name: engine for name, make in ENGINES.items() if (engine := _engine(run, name, make, asked, compiled))}
    flat = dict(enumerate(masked))
    cases: dict[str, Callable[[], object]] = {
        "decide": _cycle(masked, lambda terms: decide(compiled, terms)),
        "masked": _cycle(asked, lambda terms: decide(compiled, mask_terms.__wrapped__(terms))),
        "verdict": _cycle(asked, _verdict(forty)),
        "lookup": _cycle(list(flat), flat.__getitem__),
        **{name: _cycle(asked_of, ask) for name, (ask, asked_of) in engines.items()},
    }
    times = in_turns(cases, rounds=run.rounds, seconds=run.seconds, clock=time.process_time)
    yield from _against_engines(times, engines)
    yield _line("one lookup in a dictionary (floor)", times["decide"], times["lookup"], "every reason, 40 rules")
    yield from _growing(run, masked)


def _against_engines(times: dict[str, Times], engines: dict[str, Any]) -> Iterator[Line]:
    for name in engines:
        yield Line(
            1, "every reason, 40 rules", ENGINES[name].title, rate(times["decide"].per_second), rate(times[name].per_second),
            times[name].over(times["decide"]), GOALS.get(name),
        )  # fmt: skip
    for case, key in (
        ("the same, the request read anew each time", "masked"),
        ("the whole verdict in words, law and agreements included", "verdict"),
    ):
        if "cedarpy" in engines:
            yield Line(
                1, case, ENGINES["cedarpy"].title, rate(times[key].per_second), rate(times["cedarpy"].per_second),
                times["cedarpy"].over(times[key]),
            )  # fmt: skip


def _line(peer: str, ours: Times, theirs: Times, case: str) -> Line:
    return Line(1, case, peer, span(ours.median), span(theirs.median), ours.over(theirs))


def _growing(run: Run, masked: list[Masked]) -> Iterator[Line]:
    """Few rules against all that can be said; both are asked the same requests."""
    few, (all_, count) = compile_preferences(answers.eleven()), answers.everything()
    many = compile_preferences(all_)
    cases = {
        "few": _cycle(masked, lambda terms: decide(few, terms)),
        "many": _cycle(masked, lambda terms: decide(many, terms)),
    }
    times = in_turns(cases, rounds=run.rounds, seconds=run.seconds, clock=time.process_time)
    yield Line(
        1, f"{count:,} rules", "itself with 11", span(times["many"].median), span(times["few"].median),
        times["many"].over(times["few"]), at_most(5),
        f"{count:,} rules are all that can be said: 18 uses, each with an answer of its own on every channel, body part, subject,"
        " country asked about and limit.",
    )  # fmt: skip


def _verdict(preferences: Any) -> Callable[[Terms], object]:
    context = Context(now=NOW)
    return lambda terms: policy.evaluate(preferences, terms, context)


def _cycle(things: list[Any], act: Callable[[Any], object]) -> Callable[[], object]:
    """Take the next one at every call."""
    following = itertools.cycle(things).__next__
    return lambda: act(following())


def _engine(run: Run, name: str, engine: Any, asked: list[Terms], compiled: Any) -> Any:
    """The engine and its requests in its own form, once it has given our answer to each of them."""
    package = run.peer(engine.package)
    if package is None:
        return None
    ask, form = engine.build(package, Rules.of(answers.forty()))
    formed = [form(terms) for terms in asked]
    sample = random.Random(1).sample(range(len(asked)), min(len(asked), 40))
    for place in sample:
        outcome, _gaps = decide(compiled, mask_terms.__wrapped__(asked[place]))
        theirs = engine.outcome(ask(formed[place]), asked[place])
        if theirs is not outcome and not engine.first_only:
            raise AssertionError(f"{name} says {theirs}, Sayso {outcome}: {asked[place].to_data()}")
    return ask, formed
