"""Terms as one plain paragraph, built from whole templates per language and per use.

Parts carry the Dimension they speak of, so that a page can underline them with one line (goes further) or two (yours to
decide); ``str(statement)`` is the plain text for mail. The terms prevail: the paragraph is only ever generated from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consent.core.terms import Terms, needs_languages
from consent.core.vocabulary import Channel, Dimension, Modality, OutputStage, Sensitivity
from consent.render import money, phrases, places_words, times
from consent.render.parts import Part, Parts, Statement, fill, joined, paragraph, redlined
from consent.render.preference_words import conditions, narrowed, preference, what_changed
from consent.render.words import noun
from consent.render.words_of_uses import NEEDS_DEPICTION, SEVERAL, UNDEPICTED, USES

__all__ = [
    "Part",
    "Statement",
    "conditions",
    "narrowed",
    "preference",
    "short",
    "statement",
    "what_changed",
]

WHAT, REACH, OFFER, AFTERWARDS = 2, 3, 4, 5
"""The steps of the request form that fill the blanks of an unfinished statement."""

_APPROVAL = {
    OutputStage.SCRIPT: (
        _("You see the script before they begin."),
        _("{performer} sees the script before they begin."),
    ),
    OutputStage.ROUGH: (
        _("You see the rough version before it is finished."),
        _("{performer} sees the rough version before it is finished."),
    ),
    OutputStage.FINAL: (
        _("You see the finished work before it is shown."),
        _("{performer} sees the finished work before it is shown."),
    ),
}


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who reads: "you", or others about ``performer``; ``fees`` says whether sums are for them to read."""

    you: bool
    fees: bool
    studio: Part
    performer: Part
    project: Part

    def pick(self, pair: tuple[Promise, Promise]) -> Promise:
        return pair[0] if self.you else pair[1]

    def say(self, you: str | Promise, other: str | Promise, /, **values: Part | Parts) -> Parts:
        return fill(you if self.you else other, studio=self.studio, performer=self.performer, **values)


def statement(
    terms: Terms,
    *,
    studio: str,
    project: str,
    reader: str = "performer",
    performer: str = "",
    media: str = "",
    was: Terms | None = None,
    sees_fees: bool | None = None,
) -> Statement:
    """The whole paragraph. ``reader`` "performer" says "you"; "studio" and "representative" name ``performer``.
    ``media`` is what they would work from, in words; empty: counted from the terms. ``was`` marks what changed since.
    ``sees_fees`` None: a representative reads no sums, everybody else does."""
    voice = _voice(studio, project, reader, performer, sees_fees)
    said = _sentences(terms, voice, media)
    if was is None:
        return Statement(paragraph(said.values()))
    before = _sentences(was, voice, media)
    order = [*said, *(name for name in before if name not in said)]
    return Statement(paragraph(redlined(said.get(name, ()), before.get(name, ())) for name in order))


def short(
    terms: Terms,
    *,
    studio: str = "",
    project: str,
    reader: str = "performer",
    performer: str = "",
    sees_fees: bool | None = None,
) -> Statement:
    """One sentence for inbox rows and home cards; an empty ``studio`` reads "They". ``sees_fees`` as in ``statement``."""
    voice = _voice(studio, project, reader, performer, sees_fees)
    scenes = phrases.inside(terms.description.scenes)
    where = (Part(text=scenes, dimension=Dimension.DESCRIPTION),) if phrases.is_phrase(scenes) else (voice.project,)
    values: dict[str, Part | Parts] = {
        "what": _clause(terms, voice, where),
        "term": _term(terms),
        "money": _money(terms, voice),
    }
    if terms.channels == (Channel.INTERNAL,):
        return Statement(paragraph([fill(_("{what}, inside the production, for {term}, for {money}."), **values)]))
    if not terms.territories and terms.dates is None and not terms.fees:
        return Statement(paragraph([fill(_("{what}."), what=values["what"])]))
    values["places"] = _places(terms)
    return Statement(paragraph([fill(_("{what}, shown {places} for {term}, for {money}."), **values)]))


def _voice(studio: str, project: str, reader: str, performer: str, sees_fees: bool | None) -> _Voice:
    return _Voice(
        you=reader == "performer",
        fees=money.shown(reader, sees_fees),
        studio=Part(text=studio or gettext("They"), strong=bool(studio)),
        performer=Part(text=performer or gettext("the performer")),
        project=Part(text=project or gettext("a project"), title=bool(project)),
    )


def _sentences(terms: Terms, voice: _Voice, media: str) -> dict[str, Parts]:
    """Every sentence that these terms need, by name and in reading order."""
    said: dict[str, Parts] = {
        "what": fill(_("{what}."), what=_clause(terms, voice, _where(terms, voice))),
        "in_words": _in_words(terms),
        "part": _character(terms),
        "modalities": _modalities(terms, voice),
        "media": _media(terms, media),
        "shown": _shown(terms),
        "made_until": _made_until(terms),
        "languages": _languages(terms),
        "content": _content(terms),
        "caps": _caps(terms),
        "money": fill(_("They offer {money}."), money=_money(terms, voice)),
        "exclusivity": _exclusivity(terms, voice),
        "in_lieu": _in_lieu(terms, voice),
        "afterwards": _afterwards(terms),
        "training": _training(terms, voice),
        "approval": _approval(terms, voice),
        "condition": _condition(terms, voice),
    }
    return {name: parts for name, parts in said.items() if parts}


# --- What, and in what of the project --------------------------------------------------------------------------------


def _clause(terms: Terms, voice: _Voice, scenes: Parts) -> Parts:
    values: dict[str, Part | Parts] = {"scenes": scenes}
    if len(terms.uses) > 1:
        named = [Part(text=noun(use, you=voice.you), dimension=Dimension.USE, code=use.value) for use in terms.uses]
        return voice.say(*SEVERAL, **values, uses=joined(named))
    use = terms.uses[0]
    pair = (USES[use].you, USES[use].other)
    if use in NEEDS_DEPICTION:
        depiction = phrases.depiction(use, terms.description.depiction)
        if terms.description.depiction and not depiction:
            pair = UNDEPICTED[use]
        else:
            values["depiction"] = _said_or(depiction, Dimension.DESCRIPTION, WHAT, strong=True)
    if needs_languages(terms.uses):
        languages = places_words.languages(terms.languages) if terms.languages else ""
        values["languages"] = _said_or(languages, Dimension.LANGUAGE, WHAT)
    return voice.say(*pair, **values)


def _where(terms: Terms, voice: _Voice) -> Parts:
    """ "two flashback scenes, four minutes in all, of The Salt Road", or "The Salt Road (Episode 3, scenes 14 and 22)"."""
    told = terms.description
    both = [phrases.trimmed(text) for text in (told.scenes, told.extent) if phrases.trimmed(text)]
    if not both:
        return (voice.project,)
    scenes = phrases.inside(told.scenes)
    if phrases.is_phrase(scenes):
        if told.extent:
            pair = {
                "scenes": Part(text=scenes, dimension=Dimension.DESCRIPTION),
                "extent": Part(text=phrases.inside(told.extent), dimension=Dimension.DESCRIPTION),
            }
            return fill(_("{scenes}, {extent}, of {project}"), project=voice.project, **pair)
        whole = Part(text=scenes, dimension=Dimension.DESCRIPTION)
        return fill(_("{scenes} of {project}"), scenes=whole, project=voice.project)
    listed = Part(text=gettext("; ").join(both), dimension=Dimension.DESCRIPTION)
    return fill(_("{project} ({scenes})"), scenes=listed, project=voice.project)


def _in_words(terms: Terms) -> Parts:
    """What the studio typed, in its own words, wherever it is not part of the clause already."""
    told = phrases.trimmed(terms.description.depiction)
    use = terms.uses[0]
    if not told or (len(terms.uses) == 1 and use in NEEDS_DEPICTION and phrases.depiction(use, told)):
        return ()
    return fill(_("In their words: “{depiction}”."), depiction=Part(text=told, dimension=Dimension.DESCRIPTION))


def _character(terms: Terms) -> Parts:
    told = phrases.trimmed(terms.description.character)
    return (
        fill(_("The part is {character}."), character=Part(text=told, dimension=Dimension.DESCRIPTION)) if told else ()
    )


def _modalities(terms: Terms, voice: _Voice) -> Parts:
    if not terms.modalities:
        return ()
    what = joined([_coded(Dimension.MODALITY, code, phrases.MODALITIES) for code in terms.modalities])
    return voice.say(_("It uses your {what}."), _("It uses the {what} of {performer}."), what=what)


def _media(terms: Terms, media: str) -> Parts:
    count = len(terms.description.source_media)
    if not media and not count:
        return ()
    counted = ngettext("%(count)d file from the vault", "%(count)d files from the vault", count) % {"count": count}
    return fill(_("They would work from {media}."), media=Part(text=media or counted))


# --- Where, in what, how long ----------------------------------------------------------------------------------------


def _shown(terms: Terms) -> Parts:
    if not terms.channels and not terms.territories and terms.dates is None:
        return fill(_("It would be shown {reach}."), reach=_blank(Dimension.TERRITORY, REACH))
    values: dict[str, Part | Parts] = {"places": _places(terms), "term": _term(terms)}
    if terms.channels == (Channel.INTERNAL,):
        inside = Part(text=gettext("inside the production"), dimension=Dimension.CHANNEL, code=Channel.INTERNAL.value)
        return fill(_("It stays {inside}, {places}, for {term}."), inside=inside, **values)
    if terms.channels:
        values["channels"] = joined([_coded(Dimension.CHANNEL, code, phrases.CHANNELS) for code in terms.channels])
    else:
        values["channels"] = _blank(Dimension.CHANNEL, REACH)
    if terms.channels == (Channel.AUDIO,):
        return fill(_("It would be heard {places}, {channels}, for {term}."), **values)
    return fill(_("It would be shown {places}, {channels}, for {term}."), **values)


def _places(terms: Terms) -> Part:
    text = places_words.places_in(terms.territories) if terms.territories else ""
    return _said_or(text, Dimension.TERRITORY, REACH)


def _term(terms: Terms) -> Part:
    return _said_or(times.months(terms.dates.months) if terms.dates else "", Dimension.TERM, REACH)


def _made_until(terms: Terms) -> Parts:
    if terms.dates is None:
        return ()
    values = {
        "start": Part(text=times.day(terms.dates.starts_on), dimension=Dimension.TERM),
        "day": Part(text=times.day(terms.dates.generate_until), dimension=Dimension.TERM),
    }
    if terms.dates.generate_until == terms.dates.exploit_until:
        return fill(_("It begins on {start}."), start=values["start"])
    return fill(_("It begins on {start}, and nothing new is made after {day}."), **values)


def _languages(terms: Terms) -> Parts:
    if not terms.languages or needs_languages(terms.uses):
        return ()
    languages = Part(text=places_words.languages(terms.languages), dimension=Dimension.LANGUAGE)
    return fill(
        _("The language is {languages}.") if len(terms.languages) == 1 else _("The languages are {languages}."),
        languages=languages,
    )


def _content(terms: Terms) -> Parts:
    if not terms.sensitivities:
        return ()
    what = joined([_coded(Dimension.SENSITIVITY, code, phrases.SENSITIVITIES) for code in terms.sensitivities])
    return fill(_("The content includes {what}."), what=what)


def _caps(terms: Terms) -> Parts:
    counted = [Part(text=text, dimension=Dimension.CAPS) for text in phrases.caps(terms.caps)]
    return fill(_("At most {caps} may be made."), caps=joined(counted)) if counted else ()


# --- Money, and what it costs the performer --------------------------------------------------------------------------


def _money(terms: Terms, voice: _Voice) -> Part:
    if not voice.fees:  # "no fee" and a blank would be figures too
        return Part(text=str(money.NOT_SHOWN_SUM), dimension=Dimension.FEE)
    return _said_or(money.fees(terms.fees) if terms.fees else "", Dimension.FEE, OFFER, strong=True)


def _exclusivity(terms: Terms, voice: _Voice) -> Parts:
    if not terms.exclusive:
        return ()
    values: dict[str, Part | Parts] = {
        "category": Part(text=phrases.trimmed(terms.exclusivity.category), dimension=Dimension.EXCLUSIVITY),
        "places": Part(text=places_words.places_in(terms.exclusivity.territories), dimension=Dimension.EXCLUSIVITY),
    }
    return voice.say(
        _("While it lasts you may work for nobody else in {category}, {places}."),
        _("While it lasts {performer} may work for nobody else in {category}, {places}."),
        **values,
    )


def _in_lieu(terms: Terms, voice: _Voice) -> Parts:
    if not terms.in_lieu.answer:
        return ()
    days = terms.in_lieu.estimated_days
    if not days:
        return voice.say(
            _("It takes the place of work you would be hired for."),
            _("It takes the place of work {performer} would be hired for."),
        )
    about = Part(text=times.days(days), dimension=Dimension.DESCRIPTION)
    return voice.say(
        _("It takes the place of about {days} of work you would be hired for."),
        _("It takes the place of about {days} of work {performer} would be hired for."),
        days=about,
    )


def _condition(terms: Terms, voice: _Voice) -> Parts:
    if not terms.condition_of_engagement:
        return ()
    return voice.say(
        _("They say that a no would cost you the job."), _("They say that a no would cost {performer} the job.")
    )


# --- Afterwards ------------------------------------------------------------------------------------------------------


def _afterwards(terms: Terms) -> Parts:
    dates = terms.dates
    if dates is None:
        return fill(_("Afterwards {afterwards}."), afterwards=_blank(Dimension.RETENTION, AFTERWARDS))
    days = Part(text=times.days(dates.retention_days), dimension=Dimension.RETENTION)
    if not dates.retention_days:
        day = Part(text=times.day(dates.destroy_by), dimension=Dimension.RETENTION)
        return fill(
            _("The media and every model made from it are deleted by {day}; finished work stays as it is."), day=day
        )
    if dates.generate_until == dates.exploit_until:
        return fill(
            _(
                "When the term ends they delete the media and every model made from it within {days}; "
                "finished work stays as it is."
            ),
            days=days,
        )
    return fill(
        _(
            "Within {days} of the last new material they delete the media and every model made from it; "
            "finished work stays as it is."
        ),
        days=days,
    )


def _training(terms: Terms, voice: _Voice) -> Parts:
    training = terms.training
    if training.trains is None:
        if terms.dates is None:
            return ()
        return fill(_("Training of models: {training}."), training=_blank(Dimension.TRAINING, AFTERWARDS))
    if not training.trains and not training.derivatives:
        return _whole(
            Dimension.TRAINING,
            voice.say(_("They will not train any model on you."), _("They will not train any model on {performer}.")),
        )
    if not training.trains:
        return _whole(
            Dimension.TRAINING,
            voice.say(
                _("They will not train any model on you, and would keep what is derived from the work."),
                _("They will not train any model on {performer}, and would keep what is derived from the work."),
            ),
        )
    if training.derivatives:
        return _whole(
            Dimension.TRAINING,
            voice.say(
                _("They would train a model on you, and keep what is derived from it."),
                _("They would train a model on {performer}, and keep what is derived from it."),
            ),
        )
    return _whole(
        Dimension.TRAINING,
        voice.say(_("They would train a model on you."), _("They would train a model on {performer}.")),
    )


def _approval(terms: Terms, voice: _Voice) -> Parts:
    if terms.output_approval is OutputStage.NONE:
        return ()
    return _whole(Dimension.OUTPUT_APPROVAL, voice.say(*_APPROVAL[terms.output_approval]))


# --- Parts -----------------------------------------------------------------------------------------------------------


def _coded(dimension: Dimension, code: Channel | Modality | Sensitivity, words: Mapping[str, Promise]) -> Part:
    return Part(text=str(words[code.value]), dimension=dimension, code=code.value)


def _said_or(text: str, dimension: Dimension, step: int, *, strong: bool = False) -> Part:
    return Part(text=text, dimension=dimension, strong=strong) if text else _blank(dimension, step)


def _blank(dimension: Dimension, step: int) -> Part:
    return Part(text=gettext("step %(number)d") % {"number": step}, dimension=dimension, step=step)


def _whole(dimension: Dimension, parts: Iterable[Part]) -> Parts:
    """A sentence that speaks of one dimension from end to end."""
    return tuple(replace(part, dimension=dimension) for part in parts)
