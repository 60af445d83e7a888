"""Findings of a comparison as the rows people read: what they ask, what you said, and the difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, ngettext

from consent.core.findings import Finding, Standing
from consent.core.vocabulary import Dimension, FeeBasis, FeeUnit, Use
from consent.render import finding_sides, money, places_words, times, words, words_of_findings

ORDER = (
    Dimension.TERM,
    Dimension.TERRITORY,
    Dimension.FEE,
    Dimension.CHANNEL,
    Dimension.USE,
    Dimension.SENSITIVITY,
    Dimension.TRAINING,
    Dimension.RETENTION,
    Dimension.MODALITY,
    Dimension.LANGUAGE,
    Dimension.CAPS,
    Dimension.EXCLUSIVITY,
    Dimension.OUTPUT_APPROVAL,
    Dimension.DUTIES,
    Dimension.DESCRIPTION,
)
"""The order in which rows of the same standing are read."""

ALWAYS = frozenset(ORDER[:8])
"""Rows that are shown where everything fits too; the others only when they say something."""

_SILENT = frozenset({"NONE", "UNSEEN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``tag`` is the difference in two words, ``sentence`` explains it.

    ``figures`` are what a page may draw: ``years`` (asked, allowed); ``fee`` (offered, own minimum) in minor units;
    ``they_bits`` [(words, "" or "extra" or "ask")] beside ``you_bits`` [words].
    """

    dimension: Dimension
    standing: Standing
    label: str
    asked: str
    said: str
    tag: str
    sentence: str
    use: Use | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the rows shown stand where."""

    never: int
    further: int
    decide: int
    fits: int

    @property
    def all(self) -> int:
        return self.never + self.further + self.decide + self.fits


@dataclass(frozen=True, slots=True)
class _Reader:
    you: bool
    fees: bool
    floor: bool
    studio: str
    performer: str


def rows(
    findings: Iterable[Finding],
    *,
    reader: str = "performer",
    studio: str = "",
    performer: str = "",
    sees_fees: bool | None = None,
    sees_floor: bool | None = None,
) -> list[Row]:
    """Sorted never, goes further, yours to decide, fits. ``reader`` is "performer", "representative" or "studio".

    A studio is never told a floor, whatever the findings hold. What a representative may read of money is told by
    ``sees_fees`` and ``sees_floor``, and is nothing where they are left out. Limits that a performer keeps private are
    kept by giving a studio the findings of a pre-flight, and no others.
    """
    who = _Reader(
        you=reader == "performer",
        fees=money.shown(reader, sees_fees),
        floor=reader != "studio" and money.shown(reader, sees_floor),
        studio=studio or gettext("The studio"),
        performer=performer or gettext("The performer"),
    )
    return [_row(found, who) for found in sorted(_shown(findings), key=_place)]


def counts(findings: Iterable[Finding]) -> Counts:
    """Over the rows that are shown, so that "3 of 8" is what people can count."""
    standings = [found.standing for found in _shown(findings)]
    return Counts(
        never=standings.count(Standing.NEVER),
        further=standings.count(Standing.GOES_FURTHER),
        decide=standings.count(Standing.YOURS_TO_DECIDE),
        fits=standings.count(Standing.FITS),
    )


def summary(findings: Iterable[Finding], *, reader: str = "performer") -> str:
    """ "3 of 8 terms go further than your preferences, and 1 is yours to decide." """
    count = counts(findings)
    if not count.all:
        return ""
    you = reader == "performer"
    said = []
    if count.never:
        named = {"count": count.never, "all": count.all}
        if you:
            words_ = ngettext(
                "%(count)d of %(all)d terms is something you marked Never.",
                "%(count)d of %(all)d terms are something you marked Never.",
                count.never,
            )
        else:
            words_ = ngettext(
                "%(count)d of %(all)d terms is not open to requests.",
                "%(count)d of %(all)d terms are not open to requests.",
                count.never,
            )
        said.append(words_ % named)
    if count.further:
        said.append(_further(count, you=you))
    elif count.decide:
        named = {"count": count.decide, "all": count.all}
        if you:
            words_ = ngettext(
                "%(count)d of %(all)d terms is yours to decide.",
                "%(count)d of %(all)d terms are yours to decide.",
                count.decide,
            )
        else:
            words_ = ngettext(
                "%(count)d of %(all)d terms is for the performer to decide.",
                "%(count)d of %(all)d terms are for the performer to decide.",
                count.decide,
            )
        said.append(words_ % named)
    if not said:
        whole = (
            gettext("All %(all)d terms are within your preferences.")
            if you
            else gettext("All %(all)d terms are within the preferences.")
        )
        return whole % {"all": count.all}
    return " ".join(said)


def pips(findings: Iterable[Finding]) -> list[tuple[Dimension, Standing]]:
    """One pip per row shown, in reading order of the dimensions."""
    return [
        (found.dimension, found.standing) for found in sorted(_shown(findings), key=lambda f: ORDER.index(f.dimension))
    ]


def _further(count: Counts, *, you: bool) -> str:
    further = {"count": count.further, "all": count.all}
    if you:
        lead = (
            ngettext(
                "%(count)d of %(all)d terms goes further than your preferences",
                "%(count)d of %(all)d terms go further than your preferences",
                count.further,
            )
            % further
        )
    else:
        lead = (
            ngettext(
                "%(count)d of %(all)d terms goes further than the preferences",
                "%(count)d of %(all)d terms go further than the preferences",
                count.further,
            )
            % further
        )
    if not count.decide:
        return gettext("%(lead)s.") % {"lead": lead}
    if you:
        rest = ngettext("%(count)d is yours to decide", "%(count)d are yours to decide", count.decide)
    else:
        rest = ngettext(
            "%(count)d is for the performer to decide", "%(count)d are for the performer to decide", count.decide
        )
    return gettext("%(lead)s, and %(rest)s.") % {"lead": lead, "rest": rest % {"count": count.decide}}


def _shown(findings: Iterable[Finding]) -> list[Finding]:
    return [found for found in findings if _says_something(found)]


def _says_something(found: Finding) -> bool:
    if found.dimension in ALWAYS or found.standing is not Standing.FITS:
        return True
    if found.dimension is Dimension.DESCRIPTION or found.code.rpartition("_")[2] in _SILENT:
        return found.code.endswith(("_MORE", "_LESS", "_OTHER"))
    return any(value not in (None, "", []) for value in found.asked.values())


def _place(found: Finding) -> tuple[int, int]:
    return -found.standing.rank, ORDER.index(found.dimension)


def _row(found: Finding, who: _Reader) -> Row:
    said = words_of_findings.of(found.code)
    private = found.dimension is Dimension.FEE and not (who.fees and who.floor)
    values = _Blank(_values(found, who))
    return Row(
        dimension=found.dimension,
        standing=found.standing,
        label=words.label(found.dimension) if who.you else words.their_label(found.dimension),
        asked=_asked(found, who),
        said=_said(found, who),
        tag=_tag(found, said, values, who),
        sentence=_private(found, who) if private else str(said.you if who.you else said.other) % values,
        use=found.use,
        figures={} if private else finding_sides.figures(found),
    )


def _asked(found: Finding, who: _Reader) -> str:
    if found.dimension is Dimension.FEE and not who.fees:
        return str(money.NOT_SHOWN)
    return finding_sides.side(found.dimension, found.asked, asked=True, you=who.you)


def _said(found: Finding, who: _Reader) -> str:
    """The performer's side. Where a floor would stand, the same words for a private one and for none."""
    if found.code.endswith("_NOT_SHOWN"):
        return gettext("Not shown")
    if found.dimension is Dimension.FEE:
        if "lines" in found.allowed and not who.fees:
            return str(money.NOT_SHOWN)
        if "lines" not in found.allowed and not who.floor:
            return gettext("Has a minimum, kept private")
    return finding_sides.side(found.dimension, found.allowed, asked=False, you=who.you)


def _tag(found: Finding, said: words_of_findings.Said, values: Mapping[str, Any], who: _Reader) -> str:
    """The difference in two words. Of a fee that is not shown: how it stands, and never by how much or why."""
    if found.dimension is Dimension.FEE:
        if not who.fees:
            said = words_of_findings.unseen(found.code, found.standing)
        elif not who.floor and found.code in ("FEE_UNDER", "FEE_NONE"):
            said = words_of_findings.BELOW
    return str(said.tag if who.you else words_of_findings.theirs(said.tag)) % values


def _private(found: Finding, who: _Reader) -> str:
    """What is said of a fee where the floor, or the fee itself, is not for this reader."""
    if found.code == "FEE_MISSING" and who.fees:
        said = words_of_findings.of(found.code)
        return str(said.you if who.you else said.other)
    if found.standing is Standing.FITS or "lines" in found.allowed:
        return ""
    return gettext("The figure is kept private.")


class _Blank(dict[str, Any]):
    """A template of another release may name a figure this finding lacks."""

    def __missing__(self, key: str) -> str:
        return ""


# --- Figures in words --------------------------------------------------------------------------------------------------


def _values(found: Finding, who: _Reader) -> dict[str, Any]:
    given = found.values
    said: dict[str, Any] = {
        "use": words.noun(found.use, you=who.you) if found.use else gettext("this"),
        "studio": who.studio,
        "performer": who.performer,
    }
    if found.dimension is Dimension.TERM:
        said |= {name: times.months(abs(int(given[name]))) for name in ("over", "limit", "months") if given.get(name)}
    elif found.dimension is Dimension.RETENTION:
        said |= {
            name: times.days(abs(int(given[name]))) for name in ("over", "limit", "days") if given.get(name) is not None
        }
    elif found.dimension is Dimension.TERRITORY:
        extra = int(given.get("extra", 0))
        said["extra"] = ngettext("%(count)d country", "%(count)d countries", extra) % {"count": extra}
    elif found.dimension is Dimension.FEE:
        said |= _money_values(given)
    elif found.dimension is Dimension.CAPS:
        said["limit"] = finding_sides.caps(found.allowed)
    elif found.dimension is Dimension.LANGUAGE:
        said["codes"] = places_words.languages(given.get("codes", ()))
    elif found.dimension is Dimension.DESCRIPTION:
        said["missing"] = words.listed([words.specificity_part(code) for code in given.get("missing", ())])
        said["phrases"] = words.listed([words.quoted(phrase) for phrase in given.get("phrases", ())])
    elif found.dimension in finding_sides.VOCABULARY:
        said["codes"] = words.labels(finding_sides.VOCABULARY[found.dimension], list(given.get("codes", ())))
    return said


def _money_values(given: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"currency": given.get("currency", "")}
    if given.get("short"):
        said["short"] = money.money(int(given["short"]), given["currency"])
    if given.get("basis"):
        unit = FeeUnit(given["unit"]) if given.get("unit") else None
        said["basis"] = _basis(FeeBasis(given["basis"]), unit)
    return said


def _basis(basis: FeeBasis, unit: FeeUnit | None) -> str:
    """ "a sum a year": how a minimum is paid, without its figure."""
    return money.per(basis, unit, gettext("a sum"))
