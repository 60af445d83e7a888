"""Terms, preferences and contexts to test with: a request that fits Imani's answers, and ways to bend either."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from consent.core import places
from consent.core.facts import Context
from consent.core.preferences import Preferences
from consent.core.terms import Dates, Terms
from consent.core.vocabulary import (
    PERIOD_UNITS,
    Channel,
    Dimension,
    Duty,
    FeeBasis,
    FeeUnit,
    Modality,
    OutputStage,
    Sensitivity,
    Stance,
    Use,
    may_allow,
)

NOW = datetime(2026, 6, 9, 12, tzinfo=UTC)

FITTING: dict[str, Any] = {
    "uses": ["AGE_CHANGE"],
    "modalities": ["FACE"],
    "description": {
        "depiction": "Make her look about 20 years younger in two flashback scenes with her brother",
        "character": "Mara",
        "scenes": "Episode 1, scenes 12 and 14",
        "extent": "4 minutes 30 seconds in all",
        "technique": "frame by frame face replacement, graded by hand",
        "tools": ["FaceForge 3"],
        "vendors": ["Harbour Pictures"],
        "portrayed_age": 24,
    },
    "in_lieu": {"answer": False},
    "channels": ["STREAMING"],
    "territories": ["GB", "IE"],
    "dates": {
        "starts_on": "2026-07-01",
        "generate_until": "2026-12-31",
        "exploit_until": "2028-06-30",
        "destroy_by": "2027-01-30",
    },
    "training": {"trains": False},
    "fees": [{"basis": "FLAT", "amount": 650_000, "currency": "GBP"}],
}

IMANI: dict[str, Any] = {
    "defaults": {
        "territories": ["UKI", "EU", "US", "CA"],
        "channels": {
            "THEATRICAL": "ALLOW",
            "BROADCAST": "ALLOW",
            "STREAMING": "ALLOW",
            "INTERNAL": "ALLOW",
            "ADVERTISING": "NEVER",
            "MERCHANDISE": "NEVER",
        },
        "modalities": {
            "FACE": "ALLOW",
            "BODY": "ALLOW",
            "VOICE": "ALLOW",
            "MOTION": "ALLOW",
            "NAME": "ALLOW",
            "STYLE": "NEVER",
        },
        "sensitivities": {"VIOLENCE": "ALLOW", "POLITICS": "NEVER", "GAMBLING": "NEVER"},
        "longest_months": 36,
        "retention_days": 60,
        "floor": {"amount": 500_000, "currency": "GBP", "basis": "FLAT"},
    },
    "uses": {
        "PREVISUALISATION": {"stance": "ALLOW"},
        "LOOK_TEST": {"stance": "ALLOW"},
        "DIALOGUE_CLEANUP": {"stance": "ALLOW"},
        "COSMETIC_FIX": {"stance": "ASK"},
        "AGE_CHANGE": {"stance": "ALLOW"},
        "DUB_LIP_SYNC": {"stance": "ALLOW"},
        "DUB_OWN_VOICE": {"stance": "ALLOW", "overrides": {"languages": ["fr", "es", "de"]}},
        "ADDITIONAL_LINES": {"stance": "ASK", "overrides": {"languages": ["en"], "caps": {"lines": 200}}},
        "DIGITAL_DOUBLE": {"stance": "ASK"},
        "SCENE_COMPLETION": {"stance": "ASK"},
        "CROWD_FILL": {"stance": "NEVER"},
        "PROMOTION": {"stance": "ASK"},
        "REPLICA_PERFORMANCE": {"stance": "ASK"},
        "VOICE_CLONE": {"stance": "NEVER"},
        "INTERACTIVE_AVATAR": {"stance": "ASK"},
        "POSTHUMOUS": {"stance": "ASK"},
        "TRAIN_OWN_MODEL": {"stance": "ASK"},
        "TRAIN_GENERAL_MODEL": {"stance": "NEVER"},
    },
    "auto_approve": True,
}


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """``base`` with ``over`` laid on it, object by object; None takes a field out."""
    answer = dict(base)
    for name, value in over.items():
        if value is None:
            answer.pop(name, None)
        elif isinstance(value, dict) and isinstance(answer.get(name), dict):
            answer[name] = merged(answer[name], value)
        else:
            answer[name] = value
    return answer


def ask(**over: Any) -> Terms:
    """The fitting request with some fields replaced: ``ask(channels=["GAME"])``."""
    return Terms.from_data(merged(FITTING, over))


def answers(**over: Any) -> Preferences:
    """Imani's preferences with some defaults replaced; ``uses`` and ``auto_approve`` as in JSON."""
    whole = {name: over.pop(name) for name in ("uses", "auto_approve", "publication") if name in over}
    return Preferences.from_data(merged(IMANI, {**whole, "defaults": over}))


def around(**over: Any) -> Context:
    return replace(Context(now=NOW), **over)


# --- Hypothesis ------------------------------------------------------------------------------------------------------

COUNTRY_POOL = ("GB", "IE", "US", "CA", "FR", "DE", "JP", "BR")
LANGUAGE_POOL = ("en", "en-GB", "es", "es-MX", "fr", "ja")
_UNITS = tuple(unit for unit in FeeUnit if unit not in PERIOD_UNITS)


def some(codes: Any, *, least: int = 0, most: int = 4) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(list(codes)), min_size=least, max_size=most, unique=True)


def _amounts(shape: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "amount": st.sampled_from([1, 100, 5_000, 60_000, 720_000]),
            "currency": st.sampled_from(["GBP", "EUR"]),
            **{name: st.sampled_from(list(values)) for name, values in shape.items()},
        }
    )


_PRICES = st.one_of(
    _amounts({"basis": [FeeBasis.FLAT.value]}),
    _amounts({"basis": [FeeBasis.PER_DAY.value]}),
    _amounts({"basis": [FeeBasis.PER_UNIT.value], "unit": [unit.value for unit in _UNITS[:3]]}),
    _amounts({"basis": [FeeBasis.PER_PERIOD.value], "unit": [unit.value for unit in sorted(PERIOD_UNITS)]}),
)
_SHARES = st.fixed_dictionaries(
    {"basis": st.just("REVENUE_SHARE"), "share_bp": st.integers(1, 9_999), "share_of": st.just("net receipts")}
)


def _one_currency(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Terms speak one currency: the first line's."""
    currencies = [line["currency"] for line in lines if "currency" in line]
    return [{**line, "currency": currencies[0]} if "currency" in line else line for line in lines]


fees = st.one_of(
    st.just([]), st.just([{"basis": "NONE"}]), st.lists(st.one_of(_PRICES, _SHARES), min_size=1, max_size=3)
).map(_one_currency)

_texts = st.sampled_from(
    ["", "tbd", "Mara", "Episode 1, scenes 12 and 14", FITTING["description"]["depiction"], "2 minutes", "any project"]
)
_caps = st.fixed_dictionaries(
    {}, optional={name: st.integers(1, 300) for name in ("lines", "seconds", "versions", "generations")}
)


@st.composite
def _dates(draw: st.DrawFn) -> dict[str, str]:
    start = draw(st.integers(0, 400))
    made = start + draw(st.integers(0, 400))
    day = date(2026, 7, 1).toordinal()
    return {
        "starts_on": date.fromordinal(day + start).isoformat(),
        "generate_until": date.fromordinal(day + made).isoformat(),
        "exploit_until": date.fromordinal(day + made + draw(st.integers(0, 1500))).isoformat(),
        "destroy_by": date.fromordinal(day + made + draw(st.integers(0, 120))).isoformat(),
    }


_TERMS: dict[str, st.SearchStrategy[Any]] = {
    "uses": some([use.value for use in Use], least=1, most=3),
    "modalities": some([code.value for code in Modality]),
    "description": st.one_of(
        st.just(FITTING["description"]),
        st.fixed_dictionaries(
            {},
            optional={
                **dict.fromkeys(("depiction", "character", "scenes", "extent", "technique"), _texts),
                "tools": st.lists(_texts, max_size=2),
                "vendors": st.lists(_texts, max_size=2),
            },
        ),
    ),
    "in_lieu": st.fixed_dictionaries({}, optional={"answer": st.booleans(), "estimated_days": st.integers(0, 30)}),
    "sensitivities": st.one_of(st.just([]), some([code.value for code in Sensitivity], most=2)),
    "channels": some([code.value for code in Channel]),
    "territories": some(COUNTRY_POOL, most=5),
    "languages": some(LANGUAGE_POOL, most=3),
    "dates": _dates(),
    "caps": _caps,
    "exclusivity": st.sampled_from([{}, {}, {"category": "beer", "territories": ["GB"]}]),
    "training": st.fixed_dictionaries({}, optional={"trains": st.booleans(), "derivatives": st.booleans()}),
    "output_approval": st.sampled_from([stage.value for stage in OutputStage]),
    "duties": some([code.value for code in Duty]),
    "fees": fees,
    "condition_of_engagement": st.booleans(),
    "business_reason": _texts,
    "reach_reason": _texts,
    "needed_by": st.sampled_from(["2026-07-01", "2026-09-30"]),
    "essential": some([code.value for code in Dimension]),
}


@st.composite
def _near_data(draw: st.DrawFn) -> dict[str, Any]:
    """The fitting request with up to three fields drawn anew: most of these say yes somewhere."""
    names = draw(some(_TERMS, most=3))
    return {**FITTING, **{name: draw(_TERMS[name]) for name in names}}


_wild = st.fixed_dictionaries(
    {"uses": _TERMS["uses"]}, optional={name: drawn for name, drawn in _TERMS.items() if name != "uses"}
)
terms_data = st.one_of(_near_data(), _near_data(), _wild)
any_terms = terms_data.map(Terms.from_data)


def _stances(codes: Any, free: bool = True) -> st.SearchStrategy[dict[str, str]]:
    answers_here = [stance.value for stance in Stance if free or stance is not Stance.ALLOW]
    return st.dictionaries(st.sampled_from([code.value for code in codes]), st.sampled_from(answers_here), max_size=6)


_CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "territories": some(COUNTRY_POOL, most=8),
    "channels": _stances(Channel),
    "modalities": _stances(Modality),
    "sensitivities": _stances(Sensitivity),
    "languages": some(LANGUAGE_POOL, most=3),
    "longest_months": st.integers(1, 60),
    "retention_days": st.integers(0, 200),
    "floor": st.one_of(st.just({"amount": 0}), _PRICES),
    "caps": _caps,
    "exclusivity": st.sampled_from([stance.value for stance in Stance]),
}
conditions_data = st.fixed_dictionaries({}, optional=_CONDITIONS)


def _uses_data(stances: list[int], own: dict[str, Any], told: list[str]) -> dict[str, Any]:
    """Every use answered by a number (3 leaves it unanswered), some of them with conditions of their own."""
    answered = {use: stance for use, stance in zip(Use, stances, strict=True) if stance < 3}
    return {
        use.value: {
            "stance": list(Stance)[stance if stance or may_allow(use) else 1].value,
            "overrides": own.get(use.value, {}),
            "tell_each_time": use.value in told,
        }
        for use, stance in answered.items()
    }


_use_codes = st.sampled_from([use.value for use in Use])
preferences_data = st.fixed_dictionaries(
    {},
    optional={
        "defaults": conditions_data,
        "uses": st.builds(
            _uses_data,
            st.lists(st.integers(0, 3), min_size=len(Use), max_size=len(Use)),
            st.dictionaries(_use_codes, conditions_data, max_size=3),
            st.lists(_use_codes, max_size=2),
        ),
        "auto_approve": st.booleans(),
        "publication": st.fixed_dictionaries(
            {}, optional={name: st.booleans() for name in ("line", "conditions", "floors")}
        ),
    },
)
any_preferences = preferences_data.map(Preferences.from_data)
"""Any preference set at all."""

OPEN: dict[str, Any] = {
    "defaults": {
        "territories": list(places.COUNTRIES),
        "channels": dict.fromkeys([code.value for code in Channel], "ALLOW"),
        "modalities": dict.fromkeys([code.value for code in Modality], "ALLOW"),
        "sensitivities": dict.fromkeys([code.value for code in Sensitivity], "ALLOW"),
        "longest_months": 600,
        "retention_days": 3660,
        "exclusivity": "ALLOW",
    },
    "uses": {use.value: {"stance": "ALLOW" if may_allow(use) else "ASK"} for use in Use},
    "auto_approve": True,
}


@st.composite
def _nearly_open(draw: st.DrawFn) -> Preferences:
    """A set that says yes to most things, with up to three conditions and two uses drawn anew."""
    base = draw(st.sampled_from([OPEN, OPEN, IMANI]))
    defaults = {name: draw(_CONDITIONS[name]) for name in draw(some(_CONDITIONS, most=3))}
    uses = {
        use: {
            "overrides": {name: draw(_CONDITIONS[name]) for name in draw(some(_CONDITIONS, most=2))},
            **draw(st.sampled_from([{}, {}, {"stance": "NEVER"}])),
        }
        for use in draw(some([use.value for use in Use], most=2))
    }
    return Preferences.from_data(merged(base, {"defaults": defaults, "uses": uses, **draw(_auto)}))


_auto = st.sampled_from([{}, {}, {"auto_approve": False}])
open_preferences = _nearly_open()

_contexts = st.builds(
    Context,
    now=st.just(NOW),
    is_minor=st.booleans(),
    is_estate=st.booleans(),
    stopped=st.sampled_from([False, False, False, True]),
    paused=st.sampled_from([False, False, False, True]),
    represented_by_counsel=st.booleans(),
    union_covers=st.booleans(),
    exclusives=st.sampled_from([(), (("beer", frozenset({"GB"})),)]),
    studio_verified=st.sampled_from([True, True, True, False]),
    performer_territory=st.sampled_from([None, "GB", "US", "US-CA", "JP"]),
)


contexts = st.one_of(st.just(Context(now=NOW)), _contexts)


def later(dates: Dates, *, shown: int = 0, kept: int = 0) -> Dates:
    """The same dates with work shown or media kept some days longer."""
    return replace(
        dates,
        exploit_until=date.fromordinal(dates.exploit_until.toordinal() + shown),
        destroy_by=date.fromordinal(dates.destroy_by.toordinal() + kept),
    )
