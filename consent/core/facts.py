"""What rules may know about terms, people, production and day: the closed list of facts, and how each is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from consent.core.conditions import Kind
from consent.core.specificity import Specificity
from consent.core.terms import Terms
from consent.core.vocabulary import Agreement, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the resolver must know besides preferences and terms. ``now`` is aware UTC.

    ``exclusives`` are the categories and countries that live grants have closed; ``union_covers`` says that a union
    agreement that addresses digital replicas covers the work; ``performer_territory`` is a country or "US-CA";
    ``separate_instrument`` says that the consent is a writing of its own, as Sayso's always is.
    """

    now: datetime
    is_minor: bool = False
    is_estate: bool = False
    stopped: bool = False
    paused: bool = False
    represented_by_counsel: bool = False
    union_members: frozenset[str] = frozenset()
    union_covers: bool = False
    agreement: Agreement | None = None
    photography_on: date | None = None
    struck: frozenset[Agreement] = frozenset()
    exclusives: tuple[tuple[str, frozenset[str]], ...] = ()
    studio_verified: bool = True
    enabled_packs: frozenset[str] | None = None
    performer_territory: str | None = None
    separate_instrument: bool = True


FACTS: Mapping[str, Kind] = MappingProxyType(
    {
        "terms.level": Kind.TEXT,
        "terms.uses": Kind.CODES,
        "terms.use_count": Kind.NUMBER,
        "terms.modalities": Kind.CODES,
        "terms.sensitivities": Kind.CODES,
        "terms.channels": Kind.CODES,
        "terms.territories": Kind.CODES,
        "terms.languages": Kind.CODES,
        "terms.language_count": Kind.NUMBER,
        "terms.duties": Kind.CODES,
        "terms.fee_bases": Kind.CODES,
        "terms.months": Kind.NUMBER,
        "terms.retention_days": Kind.NUMBER,
        "terms.portrayed_age": Kind.NUMBER,
        "terms.estimated_days": Kind.NUMBER,
        "terms.in_lieu": Kind.FLAG,
        "terms.trains": Kind.FLAG,
        "terms.bundles_training": Kind.FLAG,
        "terms.derivatives": Kind.FLAG,
        "terms.exclusive": Kind.FLAG,
        "terms.condition_of_engagement": Kind.FLAG,
        "terms.asks_scan": Kind.FLAG,
        "terms.business_reason": Kind.FLAG,
        "terms.mentions_sexual_content": Kind.FLAG,
        "terms.wildcards": Kind.NUMBER,
        "specificity.met": Kind.FLAG,
        "specificity.score": Kind.NUMBER,
        "person.is_minor": Kind.FLAG,
        "person.is_estate": Kind.FLAG,
        "person.country": Kind.TEXT,
        "person.territory": Kind.TEXT,
        "person.unions": Kind.CODES,
        "representation.counsel": Kind.FLAG,
        "representation.union": Kind.FLAG,
        "production.agreement": Kind.TEXT,
        "production.photography_on": Kind.DAY,
        "production.struck": Kind.FLAG,
        "studio.verified": Kind.FLAG,
        "request.date": Kind.DAY,
        "request.notice_hours": Kind.NUMBER,
        "request.separate_instrument": Kind.FLAG,
    }
)

# Asking for a scan to be made, not working from one that exists already ("her 2019 scan").
_SCAN = re.compile(
    r"\b(?:(?:new|fresh|full|further|additional|on-set|body|3d) (?:\w+[ -])?scan\w*|scanning|rescan\w*"
    r"|scan (?:session|day|of (?:her|his|their|the performer))|photogrammetry|lidar|volumetric capture|light ?stage"
    r"|nuevo escaneo|escanear\w*|fotogrametr[ií]a|nouveau scan|nouvelle num[eé]risation|num[eé]riser|photogramm[eé]trie)",
    re.IGNORECASE,
)
_SEXUAL = re.compile(
    r"\b(?:sex|sexo|sexe|sexual\w*|sexuel\w*|sexy|nude|nudes|nudity|naked|topless|desnud\w*|nue?s?|nudité|undress\w*"
    r"|erotic\w*|er[oó]tic\w*|[eé]roti\w*|porn\w*|lingerie|striptease|orgasm\w*)\b",
    re.IGNORECASE,
)


def of(terms: Terms, context: Context, specificity: Specificity) -> dict[str, Any]:
    """Every fact of FACTS; None where nothing is said."""
    dates = terms.dates
    description = terms.description
    levels = {use.level for use in terms.uses}
    territory = context.performer_territory
    made_with = " ".join((description.technique, description.extent, *description.tools))
    told = " ".join((description.depiction, description.scenes, description.extent, description.character))
    return {
        "terms.level": terms.level.value,
        "terms.uses": terms.uses,
        "terms.use_count": len(terms.uses),
        "terms.modalities": terms.modalities,
        "terms.sensitivities": terms.sensitivities,
        "terms.channels": terms.channels,
        "terms.territories": terms.territories,
        "terms.languages": terms.languages,
        "terms.language_count": len(terms.languages),
        "terms.duties": terms.duties,
        "terms.fee_bases": tuple(line.basis for line in terms.fees),
        "terms.months": dates.months if dates else None,
        "terms.retention_days": dates.retention_days if dates else None,
        "terms.portrayed_age": description.portrayed_age,
        "terms.estimated_days": terms.in_lieu.estimated_days,
        "terms.in_lieu": terms.in_lieu.answer,
        "terms.trains": terms.training.trains,
        "terms.bundles_training": Level.TRAIN in levels and len(levels) > 1,
        "terms.derivatives": terms.training.derivatives,
        "terms.exclusive": terms.exclusive,
        "terms.condition_of_engagement": terms.condition_of_engagement,
        "terms.asks_scan": bool(_SCAN.search(made_with)),
        "terms.business_reason": bool(terms.business_reason),
        "terms.mentions_sexual_content": bool(_SEXUAL.search(told)),
        "terms.wildcards": len(specificity.wildcards),
        "specificity.met": specificity.met,
        "specificity.score": specificity.score,
        "person.is_minor": context.is_minor,
        "person.is_estate": context.is_estate,
        "person.country": territory[:2] if territory else None,
        "person.territory": territory,
        "person.unions": tuple(context.union_members),
        "representation.counsel": context.represented_by_counsel,
        "representation.union": context.union_covers,
        "production.agreement": context.agreement.value if context.agreement else None,
        "production.photography_on": context.photography_on.isoformat() if context.photography_on else None,
        "production.struck": context.agreement in context.struck,
        "studio.verified": context.studio_verified,
        "request.date": context.now.date().isoformat(),
        "request.notice_hours": _notice_hours(terms, context.now),
        "request.separate_instrument": context.separate_instrument,
    }


def _notice_hours(terms: Terms, now: datetime) -> int | None:
    """Whole hours until the first day on which material may be made, or until the needed-by day where that is unsaid."""
    begins = terms.dates.starts_on if terms.dates else terms.needed_by
    if begins is None:
        return None
    return int((datetime.combine(begins, time.min, UTC) - now).total_seconds() // 3600)
