"""Between a draft and terms: a draft is what the steps kept, in their own words; terms are the value that is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from consent.core.fitting import last_day
from consent.core.places import COUNTRIES
from consent.core.reading import Problem
from consent.core.terms import Dates, FeeLine, InvalidTerms, Terms
from consent.core.vocabulary import Dimension, FeeBasis
from consent.render import money
from portal.web.forms import fields
from portal.web.forms.terms import CAPS, SOME, STEP_FORMS, TOLD, WORLD, typed_key

Draft = Mapping[str, Any]

EXACT = "exact"
"""What the steps cannot say exactly, kept beside them: the last day of an odd term, further fee lines, exclusive places,
names that hold a comma."""

LISTS = ("tools", "vendors")


def to_terms(draft: Draft) -> Terms:
    """The terms that a draft says so far; unsaid parts are gaps. Raises InvalidTerms."""
    data: dict[str, Any] = {}
    for form in STEP_FORMS:
        data |= form.data_of(draft.get(form.key) or {})
    exact = draft.get(EXACT) or {}
    for name in LISTS:
        typed, meant = exact.get(name) or (None, None)
        if typed is not None and typed == (draft.get("what") or {}).get(name):
            data["description"][name] = meant
    dates = _dates(draft)
    if dates is not None:
        data["dates"] = {name: getattr(dates, name).isoformat() for name in Dates.__dataclass_fields__}
    if data["fees"] and data["fees"][0]["basis"] != FeeBasis.NONE:
        data["fees"] += exact.get("fees") or []
    category = (draft.get("offer") or {}).get("exclusive_category")
    if category and data["territories"]:
        same = exact.get("exclusive") == [category, data["territories"]]
        data["exclusivity"] = {
            "category": category,
            "territories": exact["exclusive_in"] if same else data["territories"],
        }
    return Terms.from_data(_without_none(data))


def unsaid(draft: Draft) -> frozenset[Dimension]:
    """What terms cannot leave open and the steps have not said: the terms made meanwhile hold the least there is."""
    told = (draft.get("afterwards") or {}).get("retention_days")
    return frozenset() if told is not None else frozenset({Dimension.RETENTION})


def terms_so_far(draft: Draft) -> Terms | None:
    """As ``to_terms``; ``None`` while there is not even a use, or the parts contradict each other."""
    try:
        return to_terms(draft)
    except InvalidTerms:
        return None


def contradictions(draft: Draft) -> tuple[Problem, ...]:
    """Why there are no terms although a use was chosen: what the steps say together and cannot mean."""
    if not (draft.get("what") or {}).get("uses"):
        return ()
    try:
        to_terms(draft)
    except InvalidTerms as invalid:
        return invalid.problems
    return ()


def from_terms(terms: Terms) -> dict[str, Any]:
    """A draft that says exactly these terms: ``to_terms(from_terms(terms)) == terms``. Overwrites every step."""
    told, dates = terms.description, terms.dates
    fee = terms.fees[0] if terms.fees else None
    draft: dict[str, Any] = {
        "what": {
            "uses": _codes(terms.uses),
            "modalities": _codes(terms.modalities),
            **{name: getattr(told, name) for name in TOLD},
            "portrayed_age": told.portrayed_age,
            "tools": ", ".join(told.tools),
            "vendors": ", ".join(told.vendors),
            "source_media": list(told.source_media),
            "sensitivities": _codes(terms.sensitivities),
            "in_lieu": fields.said(terms.in_lieu.answer),
            "estimated_days": terms.in_lieu.estimated_days,
            "in_lieu_basis": terms.in_lieu.basis,
            "essential": _codes(terms.essential),
        },
        "where": {
            **places_kept(terms.territories),
            "channels": _codes(terms.channels),
            "languages": ", ".join(terms.languages),
            "starts_on": dates.starts_on.isoformat() if dates else None,
            "months": dates.months if dates else None,
            "generate_until": dates.generate_until.isoformat() if dates else None,
            "reach_reason": terms.reach_reason,
        },
        "offer": {
            **fee_kept(fee),
            **{name: getattr(terms.caps, name) for name in CAPS},
            "exclusive_category": terms.exclusivity.category,
            "condition": fields.said(terms.condition_of_engagement),
            "needed_by": terms.needed_by.isoformat() if terms.needed_by else None,
        },
        "afterwards": {
            "retention_days": dates.retention_days if dates else None,
            "trains": fields.said(terms.training.trains),
            "derivatives": terms.training.derivatives,
            "output_approval": terms.output_approval.value,
            "duties": _codes(terms.duties),
            "business_reason": terms.business_reason,
        },
        **{typed_key(form.key): {} for form in STEP_FORMS},
    }
    draft[EXACT] = _exact(terms, draft)
    return draft


def places_kept(territories: tuple[str, ...]) -> dict[str, Any]:
    """What ``PlacesMixin`` holds for a set of countries."""
    if not territories:
        return {"reach": "", "regions": [], "countries": []}
    if len(territories) == len(COUNTRIES):
        return {"reach": WORLD, "regions": [], "countries": []}
    regions, countries = fields.split_places(territories)
    return {"reach": SOME, "regions": regions, "countries": countries}


def _codes(values: tuple[Any, ...]) -> list[str]:
    return [value.value for value in values]


def fee_kept(fee: FeeLine | None) -> dict[str, Any]:
    """What ``FeeMixin`` holds for one fee line."""
    if fee is None:
        return {"basis": ""}
    return {
        "basis": fee.basis.value,
        "amount": _typed(money.to_major(fee.amount, fee.currency)) if fee.currency else "",
        "currency": fee.currency,
        "unit": fee.unit.value if fee.unit else "",
        "estimate": fee.estimate,
        "share_percent": f"{fee.share_bp / 100:g}" if fee.share_bp else "",
        "share_of": fee.share_of,
    }


def _typed(amount: Decimal) -> str:
    """As people type it: 6500, not 6500.00."""
    return str(amount.to_integral_value() if amount == amount.to_integral_value() else amount)


def _exact(terms: Terms, draft: Draft) -> dict[str, Any]:
    exact: dict[str, Any] = {}
    dates = terms.dates
    if dates is not None and last_day(dates.starts_on, dates.months) != dates.exploit_until:
        exact["term"] = [dates.starts_on.isoformat(), dates.months]
        exact["exploit_until"] = dates.exploit_until.isoformat()
    for name in LISTS:
        meant = list(getattr(terms.description, name))
        if fields.commas(draft["what"][name]) != meant:
            exact[name] = [draft["what"][name], meant]
    if len(terms.fees) > 1:
        exact["fees"] = terms.to_data()["fees"][1:]
    if terms.exclusive:
        where = STEP_FORMS[1].data_of(draft["where"])["territories"]
        exact["exclusive"] = [terms.exclusivity.category, where]
        exact["exclusive_in"] = list(terms.exclusivity.territories)
    return exact


def _dates(draft: Draft) -> Dates | None:
    where, afterwards = draft.get("where") or {}, draft.get("afterwards") or {}
    if not where.get("starts_on") or not where.get("months"):
        return None
    starts_on = date.fromisoformat(where["starts_on"])
    exact = draft.get(EXACT) or {}
    exploit_until = last_day(starts_on, where["months"])
    if exact.get("term") == [where["starts_on"], where["months"]]:
        exploit_until = date.fromisoformat(exact["exploit_until"])
    made = where.get("generate_until")
    generate_until = date.fromisoformat(made) if made else exploit_until
    destroy_by = generate_until + timedelta(days=afterwards.get("retention_days") or 0)
    return Dates(starts_on=starts_on, generate_until=generate_until, exploit_until=exploit_until, destroy_by=destroy_by)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return value
