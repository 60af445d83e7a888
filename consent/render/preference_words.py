"""Standing answers in words: one use as a sentence, the defaults as lines, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.core.changes import Change
from consent.core.preferences import Conditions, Floor, Preferences
from consent.core.terms import Caps
from consent.core.vocabulary import Channel, Dimension, FeeBasis, FeeUnit, Sensitivity, Stance, Use
from consent.render import money, phrases, places_words, times, words
from consent.render.parts import Part, Parts, Statement, fill, joined, paragraph
from consent.render.words_of_uses import USES

_NAMED_CHANNELS = 3
NO_LONGEST, NO_RETENTION = 1200, 3660
"""The largest answers there are: what a published view says where nothing is shown."""

_PUBLICATION: Mapping[str, Promise] = {
    "line": _("Your answers shown to studios"),
    "conditions": _("Your conditions shown to studios"),
    "floors": _("Your minimum shown to studios"),
}


# --- One use as a sentence -------------------------------------------------------------------------------------------


def preference(preferences: Preferences, use: Use, *, reader: str = "performer", performer: str = "") -> Statement:
    """What the performer has said for one use. ``reader`` "studio" is given a published view (``policy.published_view``)
    and is told that a minimum may apply, whether or not there is one."""
    if reader != "performer":
        return Statement(paragraph(_for_studio(preferences, use, performer)))
    stance = preferences.stance(use)
    if stance is Stance.NEVER:
        return Statement(paragraph([fill(USES[use].never), fill(_("Such requests are declined for you."))]))
    held = preferences.effective(use)
    if stance is Stance.ASK:
        first = fill(_("You are asked each time. Your terms: {reach}, for up to {term}, {floor}."), **_values(held))
        return Statement(paragraph([first, *_limits(held)]))
    may = Part(text=str(USES[use].may))
    allowed = _channels(held, Stance.ALLOW)
    if allowed:
        first = fill(
            _("{may} {channels}, {reach}, for up to {term} and {floor}."), may=may, channels=allowed, **_values(held)
        )
    else:
        first = fill(_("{may} {reach}, for up to {term} and {floor}."), may=may, **_values(held))
    return Statement(paragraph([first, *_asked_about(held), *_limits(held)]))


def _for_studio(preferences: Preferences, use: Use, performer: str) -> list[Parts]:
    who = Part(text=performer or gettext("The performer"), strong=True)
    what = Part(text=str(USES[use].label))
    stance = preferences.stance(use)
    if stance is Stance.NEVER:
        return [fill(_("{use}: not open to requests."), use=what)]
    held = preferences.effective(use)
    values = _values(held, mine=False)
    lead = (
        fill(_("{use}: allowed by {performer} on terms."), use=what, performer=who)
        if stance is Stance.ALLOW
        else fill(_("{use}: {performer} decides each time."), use=what, performer=who)
    )
    said = [lead, fill(_("Where: {reach}."), reach=values["reach"])]
    if _limited(held.longest_months, NO_LONGEST):
        said.append(fill(_("How long: up to {term}."), term=values["term"]))
    if held.floor and held.floor.amount:
        said.append(fill(_("The fee: {floor}."), floor=values["floor"]))
    else:
        said.append(fill(_("A minimum fee may apply; it is not shown.")))
    return [*said, *_limits(held, mine=False)]


def _values(held: Conditions, *, mine: bool = True) -> dict[str, Part | Parts]:
    floor = held.floor or Floor(amount=0, currency="")
    return {
        "reach": Part(text=places_words.places_in(held.territories or ()), dimension=Dimension.TERRITORY, mine=mine),
        "term": Part(text=times.months(held.longest_months or 0), dimension=Dimension.TERM, mine=mine),
        "floor": Part(
            text=money.floor(floor) if floor.amount else gettext("with no minimum"),
            dimension=Dimension.FEE,
            mine=mine and bool(floor.amount),
        ),
    }


def _channels(held: Conditions, stance: Stance, *, mine: bool = True) -> Parts:
    said = held.channels or {}
    style: Literal["standard", "or"] = "or" if stance is Stance.NEVER else "standard"
    found = [
        Part(text=str(phrases.CHANNELS[code.value]), dimension=Dimension.CHANNEL, code=code.value, mine=mine)
        for code in Channel
        if said.get(code, Stance.ASK) is stance
    ]
    return joined(found, style=style) if found else ()


def _asked_about(held: Conditions) -> list[Parts]:
    """The channels an allowed use is still asked about, where some are allowed and others not."""
    asked, allowed = _channels(held, Stance.ASK), _channels(held, Stance.ALLOW)
    if asked and allowed and sum(1 for part in asked if part.code) > _NAMED_CHANNELS:
        return [fill(_("In anything else you are asked each time."))]
    if asked and allowed:
        return [fill(_("You are asked about use {channels}."), channels=asked)]
    if asked:
        return [fill(_("In what it is shown, you are asked each time."))]
    return []


def _limits(held: Conditions, *, mine: bool = True) -> list[Parts]:
    found: list[Parts] = []
    never = _channels(held, Stance.NEVER, mine=mine)
    if never:
        found.append(fill(_("Never {channels}."), channels=never))
    banned = [
        Part(text=str(phrases.SENSITIVITIES[code.value]), dimension=Dimension.SENSITIVITY, code=code.value, mine=mine)
        for code in Sensitivity
        if (held.sensitivities or {}).get(code) is Stance.NEVER
    ]
    if banned:
        found.append(fill(_("Never with {content}."), content=joined(banned, style="or")))
    if held.languages:
        spoken = Part(text=places_words.languages(held.languages), dimension=Dimension.LANGUAGE, mine=mine)
        found.append(fill(_("Only in {languages}."), languages=spoken))
    counted = [Part(text=text, dimension=Dimension.CAPS, mine=mine) for text in phrases.caps(held.caps or Caps())]
    if counted:
        found.append(fill(_("At most {caps}."), caps=joined(counted)))
    return found


# --- Short lines -----------------------------------------------------------------------------------------------------


def conditions(preferences: Preferences) -> list[tuple[Dimension, str]]:
    """The defaults as short lines for the box "For everything": (dimension, words)."""
    held = preferences.defaults
    lines = [
        (Dimension.TERRITORY, places_words.places(held.territories or ())),
        (
            Dimension.TERM,
            _at_most(times.months(held.longest_months or 0)) if _limited(held.longest_months, NO_LONGEST) else "",
        ),
        (Dimension.FEE, _upper(money.floor(held.floor)) if held.floor else ""),
        (Dimension.CHANNEL, _never_in(held)),
        (Dimension.SENSITIVITY, _never_with(held)),
        (Dimension.LANGUAGE, _upper(places_words.languages(held.languages)) if held.languages else ""),
        (
            Dimension.CAPS,
            _at_most(words.listed(phrases.caps(held.caps))) if held.caps and phrases.caps(held.caps) else "",
        ),
        (
            Dimension.RETENTION,
            gettext("Deleted within %(days)s") % {"days": times.days(held.retention_days or 0)}
            if _limited(held.retention_days, NO_RETENTION)
            else "",
        ),
        (Dimension.EXCLUSIVITY, words.label(held.exclusivity) if held.exclusivity else ""),
    ]
    return [(dimension, text) for dimension, text in lines if text]


def narrowed(preferences: Preferences, use: Use) -> str:
    """The answers of one use that differ from the defaults, as one short line under its name: "UK and Ireland, up to 200 lines".
    Empty when everything is as the defaults."""
    own = preferences.uses.get(use)
    if own is None:
        return ""
    held = own.overrides
    said = [
        places_words.places(held.territories, most=3) if held.territories is not None else "",
        _at_most(times.months(held.longest_months)) if held.longest_months is not None else "",
        money.floor(held.floor) if held.floor is not None else "",
        places_words.languages(held.languages) if held.languages else "",
        _at_most(words.listed(phrases.caps(held.caps))) if held.caps is not None and phrases.caps(held.caps) else "",
        *_own_stances("Channel", held.channels),
        *_own_stances("Modality", held.modalities),
        *_own_stances("Sensitivity", held.sensitivities),
        gettext("deleted within %(days)s") % {"days": times.days(held.retention_days)}
        if held.retention_days is not None
        else "",
    ]
    line = gettext(", ").join(filter(None, said))
    return _upper(line) if line else ""


def _own_stances(vocabulary: str, said: Mapping[Any, Stance] | None) -> list[str]:
    """ "never in Games", one per stance that was set."""
    found = []
    for stance, template in (
        (Stance.NEVER, _("never: %(codes)s")),
        (Stance.ASK, _("ask me: %(codes)s")),
        (Stance.ALLOW, _("allowed: %(codes)s")),
    ):
        codes = [words.label_of(vocabulary, code.value) for code, answer in (said or {}).items() if answer is stance]
        if codes:
            found.append(str(template) % {"codes": words.listed(codes)})
    return found


def _never_in(held: Conditions) -> str:
    codes = [words.label(code) for code in Channel if (held.channels or {}).get(code) is Stance.NEVER]
    return gettext("Never in %(channels)s") % {"channels": words.listed(codes)} if codes else ""


def _never_with(held: Conditions) -> str:
    codes = [words.label(code) for code in Sensitivity if (held.sensitivities or {}).get(code) is Stance.NEVER]
    return gettext("Never: %(content)s") % {"content": words.listed(codes)} if codes else ""


def _at_most(text: str) -> str:
    return gettext("%(amount)s at most") % {"amount": text}


def _limited(answer: int | None, most: int) -> bool:
    return answer is not None and answer < most


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- What changed ----------------------------------------------------------------------------------------------------


def what_changed(changes: Sequence[Change | Mapping[str, Any]]) -> list[str]:
    """One line per change, as stored or as computed: "De-ageing or ageing: from Ask me to Allow"."""
    read = [change if isinstance(change, Change) else Change.from_data(change) for change in changes]
    return [_line(change) for change in read]


def _line(change: Change) -> str:
    code = str(change.code)
    if code == "AUTO_APPROVE":
        return gettext("Approve for me what fits: on") if change.after else gettext("Approve for me what fits: off")
    if code == "PUBLICATION":
        what = str(_PUBLICATION[change.path.partition(".")[2]])
        return _pair(
            what, gettext("on") if change.before else gettext("off"), gettext("on") if change.after else gettext("off")
        )
    whose = words.label(change.use) if change.use else gettext("For everything")
    if code == "TELL_EACH_TIME":
        told = gettext("tell me each time: on") if change.after else gettext("tell me each time: off")
        return _of(whose, told)
    if code in ("CHANNEL", "MODALITY", "SENSITIVITY"):
        vocabulary = {"CHANNEL": "Channel", "MODALITY": "Modality", "SENSITIVITY": "Sensitivity"}[code]
        asked = words.label_of(vocabulary, change.path.rpartition(".")[2])
        return _pair(
            gettext("%(whose)s, %(what)s") % {"whose": whose, "what": asked},
            _stance(change.before),
            _stance(change.after),
        )
    if code == "TERRITORIES_ADDED":
        return _of(whose, gettext("%(places)s added") % {"places": places_words.places(change.after)})
    if code == "TERRITORIES_REMOVED":
        return _of(whose, gettext("%(places)s removed") % {"places": places_words.places(change.before)})
    if code == "FLOOR" and change.before is None and change.after is None:
        return _of(whose, gettext("the minimum was changed"))
    if code == "STANCE":
        return _pair(
            whose, _stance(change.before, first=gettext("no answer")), _stance(change.after, first=gettext("no answer"))
        )
    return _pair(
        gettext("%(whose)s, %(what)s") % {"whose": whose, "what": str(_SUBJECT[code])},
        _value(code, change.before),
        _value(code, change.after),
    )


_SUBJECT: Mapping[str, Promise] = {
    "TERRITORIES": _("where"),
    "LANGUAGES": _("languages"),
    "LONGEST": _("how long"),
    "RETENTION": _("deleted within"),
    "FLOOR": _("how much"),
    "CAPS": _("at most"),
    "EXCLUSIVITY": _("exclusivity"),
}


def _of(whose: str, what: str) -> str:
    return gettext("%(whose)s: %(what)s") % {"whose": whose, "what": what}


def _pair(whose: str, before: str, after: str) -> str:
    return gettext("%(whose)s: from %(before)s to %(after)s") % {"whose": whose, "before": before, "after": after}


def _stance(code: str | None, *, first: str = "") -> str:
    return words.label_of("Stance", code) if code else first or gettext("as my defaults")


def _value(code: str, value: Any) -> str:
    if value is None:
        return gettext("as my defaults")
    if code == "TERRITORIES":
        return places_words.places(value)
    if code == "LANGUAGES":
        return places_words.languages(value)
    if code == "LONGEST":
        return times.months(value)
    if code == "RETENTION":
        return times.days(value)
    if code == "FLOOR":
        return money.floor(floor_of(value))
    if code == "CAPS":
        counted = phrases.caps(Caps(**value))
        return words.listed(counted) if counted else gettext("no limit")
    return words.label_of("Stance", str(value))


def floor_of(data: Mapping[str, Any]) -> Floor:
    """A floor as ``core`` writes it into findings and changes."""
    unit = data.get("unit")
    return Floor(
        amount=data["amount"],
        currency=data["currency"],
        basis=FeeBasis(data["basis"]),
        unit=FeeUnit(unit) if unit else None,
    )
