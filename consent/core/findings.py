"""What a comparison says: a relation, a standing that people read, both sides' values and the figures for a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from consent.core.vocabulary import Dimension, Use


class Relation(StrEnum):
    """How what is asked relates to what is allowed.

    LESS (strictly inside) comes from ``compare_terms`` alone; UNLIKE cannot be put in order (another currency, other words).
    """

    FITS = "FITS"
    LESS = "LESS"
    ASK = "ASK"
    UNLIKE = "UNLIKE"
    MISSING = "MISSING"
    UNDER = "UNDER"
    LONGER = "LONGER"
    WIDER = "WIDER"
    NEVER = "NEVER"


class Standing(StrEnum):
    """What people read; declaration order is strictness."""

    FITS = "FITS"
    YOURS_TO_DECIDE = "YOURS_TO_DECIDE"
    GOES_FURTHER = "GOES_FURTHER"
    NEVER = "NEVER"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = MappingProxyType({standing: rank for rank, standing in enumerate(Standing)})

STANDING_OF: Mapping[Relation, Standing] = MappingProxyType(
    {
        Relation.FITS: Standing.FITS,
        Relation.LESS: Standing.FITS,
        Relation.ASK: Standing.YOURS_TO_DECIDE,
        Relation.UNLIKE: Standing.YOURS_TO_DECIDE,
        Relation.MISSING: Standing.YOURS_TO_DECIDE,
        Relation.UNDER: Standing.GOES_FURTHER,
        Relation.LONGER: Standing.GOES_FURTHER,
        Relation.WIDER: Standing.GOES_FURTHER,
        Relation.NEVER: Standing.NEVER,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One dimension's answer. ``use`` names whose limit it is; ``code`` picks the sentence and ``values`` its figures.

    ``asked`` and ``allowed`` hold JSON-able codes and numbers; words for them live in templates.
    """

    dimension: Dimension
    relation: Relation
    standing: Standing
    use: Use | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    allowed: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        return {
            "dimension": self.dimension.value,
            "relation": self.relation.value,
            "standing": self.standing.value,
            "use": self.use.value if self.use else None,
            "asked": dict(self.asked),
            "allowed": dict(self.allowed),
            "code": self.code,
            "values": dict(self.values),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Finding:
        """Read what ``to_data`` wrote."""
        return cls(
            dimension=Dimension(data["dimension"]),
            relation=Relation(data["relation"]),
            standing=Standing(data["standing"]),
            use=Use(data["use"]) if data["use"] else None,
            asked=data["asked"],
            allowed=data["allowed"],
            code=data["code"],
            values=data["values"],
        )


def finding(
    dimension: Dimension,
    relation: Relation,
    suffix: str,
    *,
    use: Use | None = None,
    asked: Mapping[str, Any] | None = None,
    allowed: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Finding:
    """A finding whose standing follows from its relation and whose code is ``<DIMENSION>_<suffix>``."""
    return Finding(
        dimension=dimension,
        relation=relation,
        standing=STANDING_OF[relation],
        use=use,
        asked=asked or {},
        allowed=allowed or {},
        code=f"{dimension}_{suffix}",
        values=values or {},
    )


def _each(dimensions: str, suffixes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {f"{dimension}_{suffix}": names for dimension in dimensions.split() for suffix, names in suffixes.items()}


SENTENCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **_each("USE", {"FITS": (), "ASK": (), "NEVER": ()}),
        **_each(
            "MODALITY CHANNEL SENSITIVITY",
            {"FITS": ("count",), "ASK": ("codes", "count"), "NEVER": ("codes", "count")},
        ),
        **_each("MODALITY CHANNEL TERRITORY TERM RETENTION LANGUAGE TRAINING FEE", {"MISSING": ()}),
        "DESCRIPTION_FITS": ("score", "threshold"),
        "DESCRIPTION_SHORT": ("score", "threshold", "missing"),
        "DESCRIPTION_OPEN_ENDED": ("phrases",),
        "TERM_FITS": ("months", "limit"),
        "TERM_LONGER": ("months", "limit", "over"),
        "TERRITORY_FITS": ("count",),
        "TERRITORY_WIDER": ("count", "extra", "codes"),
        "SENSITIVITY_NONE": (),
        "LANGUAGE_FITS": ("count",),
        "LANGUAGE_NONE": (),
        "LANGUAGE_WIDER": ("codes", "count"),
        "FEE_FITS": (),
        "FEE_NO_FLOOR": (),
        "FEE_NONE": (),
        "FEE_UNPAID": (),
        "FEE_UNDER": ("short", "currency", "basis", "unit"),
        "FEE_OTHER_CURRENCY": ("currency",),
        "FEE_OTHER_BASIS": ("basis", "unit"),
        "FEE_HAS_MINIMUM": (),
        "CAPS_FITS": (),
        "CAPS_WIDER": ("over", "open"),
        "EXCLUSIVITY_NONE": (),
        "EXCLUSIVITY_FITS": ("category", "count"),
        "EXCLUSIVITY_ASK": ("category", "count"),
        "EXCLUSIVITY_NEVER": ("category", "count"),
        "TRAINING_NONE": (),
        "TRAINING_ASK": (),
        "TRAINING_DERIVATIVES": (),
        "TRAINING_NEVER": (),
        "OUTPUT_APPROVAL_SEEN": ("stage",),
        "OUTPUT_APPROVAL_UNSEEN": (),
        "RETENTION_FITS": ("days", "limit"),
        "RETENTION_LONGER": ("days", "limit", "over"),
        "DUTIES_SAID": ("codes", "count"),
        "DUTIES_NONE": (),
        **_each("TERM TERRITORY LANGUAGE CAPS RETENTION", {"NOT_SHOWN": ()}),
        # compare_terms
        **_each(" ".join(Dimension), {"SAME": ()}),
        **_each("USE MODALITY CHANNEL TERRITORY LANGUAGE SENSITIVITY DUTIES", {"MORE": ("added", "removed")}),
        **_each("USE MODALITY CHANNEL TERRITORY LANGUAGE SENSITIVITY DUTIES", {"LESS": ("added", "removed")}),
        **_each("TERM", {"MORE": ("months", "before", "over"), "LESS": ("months", "before", "over"), "MOVED": ()}),
        **_each("RETENTION", {"MORE": ("days",), "LESS": ("days",)}),
        **_each("TERM RETENTION", {"SAID": ()}),
        **_each("FEE", {"MORE": (), "LESS": (), "OTHER": ()}),
        **_each("CAPS", {"MORE": ("raised", "lowered"), "LESS": ("raised", "lowered")}),
        **_each("EXCLUSIVITY", {"MORE": ("category", "added"), "LESS": ("category", "added"), "OTHER": ("category",)}),
        **_each("TRAINING", {"MORE": (), "LESS": ()}),
        **_each("OUTPUT_APPROVAL", {"MORE": ("stage",), "LESS": ("stage",), "OTHER": ("stage",)}),
        "DESCRIPTION_OTHER": ("fields",),
    }
)
"""Every sentence code a finding can carry, with the names of its figures."""
