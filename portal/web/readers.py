"""Who reads a page about a performer: the voice it speaks in, whom it names, and what of money it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from consent.core.actor import Actor
from consent.core.findings import Finding
from consent.core.policy import Reason
from consent.core.roles import Authority, Capacity
from consent.core.terms import Terms
from consent.core.vocabulary import Dimension
from consent.models import OfferSide, Performer
from consent.render import findings as findings_words
from consent.render import full_terms, sentence, words
from consent.render.findings import Row
from consent.render.full_terms import Line
from consent.render.sentence import Statement
from portal.web import showing

_VOICES = {Capacity.PERFORMER: "performer", Capacity.STUDIO: "studio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """``voice`` is "performer", "representative" or "studio" as ``consent.render`` knows them; ``name`` is the
    performer's. Everything that speaks of terms on a shared page is said through it, so that no page can forget who reads."""

    voice: str
    name: str
    sees_fees: bool
    sees_floor: bool

    @property
    def own(self) -> bool:
        """Is it the performer in person?"""
        return self.voice == "performer"

    def statement(self, terms: Terms, *, studio: str, project: str, was: Terms | None = None) -> Statement:
        """The whole paragraph."""
        return sentence.statement(
            terms,
            studio=studio,
            project=project,
            was=was,
            reader=self.voice,
            performer=self.name,
            sees_fees=self.sees_fees,
        )

    def short(self, terms: Terms, *, project: str) -> Statement:
        """The one sentence of a list."""
        return sentence.short(terms, project=project, reader=self.voice, performer=self.name, sees_fees=self.sees_fees)

    def rows(self, findings: Iterable[Finding], *, studio: str) -> list[Row]:
        """Findings as rows of words."""
        return findings_words.rows(
            findings,
            reader=self.voice,
            studio=studio,
            performer=self.name,
            sees_fees=self.sees_fees,
            sees_floor=self.sees_floor,
        )

    def compared(self, findings: Iterable[Finding], *, studio: str) -> list[dict[str, Any]]:
        """The rows of ``components/compare.html``, the ones that need a look first."""
        return [showing.compare_row(row) for row in self.rows(findings, studio=studio)]

    def summary(self, findings: Iterable[Finding]) -> str:
        return findings_words.summary(findings, reader=self.voice)

    def parts(self, said: Statement, findings: Iterable[Finding] = ()) -> showing.Marked:
        """A statement with its marks, explained in the reader's voice."""
        return showing.parts(said, findings, you=self.own)

    def full_terms(self, terms: Terms) -> Sequence[Line]:
        return full_terms.lines(terms, reader=self.voice, sees_fees=self.sees_fees)

    def rules(self, reasons: Iterable[Reason]) -> list[str]:
        """What law and agreements say of the terms; of a fee only to whom fees are shown."""
        said = (
            words.reason(found.rule, found.code, {**found.asked, **found.allowed}, you=self.own)
            for found in reasons
            if self.sees_fees or found.dimension is not Dimension.FEE
        )
        return list(dict.fromkeys(said))

    def refusal(self, code: str, values: Any) -> str:
        return words.refusal(code, values, you=self.own)

    @property
    def said_head(self) -> str:
        """Head of the column with the performer's answers."""
        return _("You said") if self.own else _("%(name)s said") % {"name": self.name}

    def whose(self, studio: str) -> dict[OfferSide, str]:
        """Whose a round is, as the performer's side reads it."""
        if self.own:
            return {OfferSide.PERFORMER: _("yours"), OfferSide.STUDIO: _("theirs")}
        return {OfferSide.PERFORMER: self.name, OfferSide.STUDIO: studio}


def of(actor: Actor, performer: Performer | None) -> Reader:
    """Whoever came through a door; everybody but the performer and studios reads as a representative."""
    return Reader(
        voice=_VOICES.get(actor.capacity, "representative"),
        name=_name(performer),
        sees_fees=actor.sees_fees,
        sees_floor=actor.sees_floor,
    )


def of_authority(authority: Authority, performer: Performer) -> Reader:
    """A representative, where many clients stand in one list and each has their own authority."""
    return Reader(
        voice="representative",
        name=_name(performer),
        sees_fees=authority.sees_fees,
        sees_floor=authority.sees_floor,
    )


def _name(performer: Performer | None) -> str:
    return performer.professional_name if performer else ""
