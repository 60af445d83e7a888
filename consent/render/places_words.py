"""Places and languages in words, grouped the short way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consent.core import places as codes
from consent.core.places import Countries, EverywhereExcept, Group, Region
from consent.render.times import locale_of

_BLOCS: Mapping[str, Promise] = {
    "UKI": _("UK and Ireland"),
    "EU": _("EU"),
    "EEA": _("EU and EEA"),
    "USCA": _("US and Canada"),
    "ANZ": _("Australia and New Zealand"),
    "NORDIC": _("Nordic countries"),
    "DACH": _("Germany, Austria and Switzerland"),
    "BENELUX": _("Benelux"),
    "GCC": _("Gulf states"),
}
# Short names that people use where the official ones fill a line.
_SHORT: Mapping[str, Promise] = {"GB": _("United Kingdom"), "US": _("United States"), "001": _("Worldwide")}


def place(code: str, locale: str | None = None) -> str:
    """One country or region: "UK and Ireland"; an unknown code is shown as itself."""
    if code in _BLOCS:
        return str(_BLOCS[code])
    if code in _SHORT:
        return str(_SHORT[code])
    return str(locale_of(locale).territories.get(code, code))


def chips(countries: Iterable[str], locale: str | None = None) -> list[str]:
    """One label per group, for chips: ["UK and Ireland", "EU and EEA", "Japan"]."""
    labels: list[str] = []
    for group in codes.group(countries):
        if isinstance(group, Region):
            labels.append(place(group.code, locale))
        elif isinstance(group, Countries):
            labels += [place(code, locale) for code in group.codes]
        else:
            labels.append(_everywhere_except(group, locale))
    return labels


def places(countries: Iterable[str], locale: str | None = None, *, most: int = 4) -> str:
    """ "UK and Ireland, EU and EEA, + 12 countries"; "Worldwide"; "Nowhere"."""
    groups = codes.group(countries)
    if not groups:
        return gettext("Nowhere")
    named, more = _named(groups, locale, most)
    if more:
        named.append(ngettext("+ %(count)d country", "+ %(count)d countries", more) % {"count": more})
    return gettext(", ").join(named)


def places_in(countries: Iterable[str], locale: str | None = None, *, most: int = 6) -> str:
    """Inside a sentence: "worldwide", "in the UK and Ireland, Japan and 12 more countries", "nowhere"."""
    groups = codes.group(countries)
    if not groups:
        return gettext("nowhere")
    if groups == (Region(codes.WORLD),):
        return gettext("worldwide")
    if len(groups) == 1 and isinstance(groups[0], EverywhereExcept):
        return gettext("everywhere except %(places)s") % {"places": _list(_articled(groups[0].groups, locale), locale)}
    named, more = _named(groups, locale, most, articled=True)
    if more:
        named.append(ngettext("%(count)d more country", "%(count)d more countries", more) % {"count": more})
    return gettext("in %(places)s") % {"places": _list(named, locale)}


def language(tag: str, locale: str | None = None) -> str:
    """ "Spanish", "Brazilian Portuguese"; an unknown tag is shown as itself."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(locale_of(locale))
    except (UnknownLocaleError, ValueError):
        subtag = tag.partition("-")[0]
        found = locale_of(locale).languages.get(subtag)
        return f"{found} ({tag})" if found else tag
    return name or tag


def languages(tags: Iterable[str], locale: str | None = None) -> str:
    """ "French, German and Spanish"; "any language" for none."""
    names = [language(tag, locale) for tag in tags]
    return _list(names, locale) if names else gettext("any language")


def _list(items: list[str], locale: str | None) -> str:
    return format_list(items, style="standard", locale=locale_of(locale))


def _everywhere_except(group: EverywhereExcept, locale: str | None) -> str:
    return gettext("Everywhere except %(places)s") % {"places": _list(_articled(group.groups, locale), locale)}


def _articled(groups: Iterable[Region | Countries], locale: str | None) -> list[str]:
    return _named(tuple(groups), locale, 12, articled=True)[0]


def _named(
    groups: tuple[Group, ...], locale: str | None, most: int, *, articled: bool = False
) -> tuple[list[str], int]:
    """(labels, how many countries are left unnamed). A lone country too many is named rather than counted."""
    say = _with_article if articled else place
    named: list[str] = []
    more = 0
    for group in groups:
        if isinstance(group, EverywhereExcept):
            named.append(_everywhere_except(group, locale))
        elif isinstance(group, Region):
            named.append(say(group.code, locale))
        else:
            room = max(1, most - len(named))
            shown = group.codes if len(group.codes) <= room + 1 else group.codes[:room]
            named += [say(code, locale) for code in shown]
            more += len(group.codes) - len(shown)
    return named, more


# Names that English, and only English, puts an article before.
_ARTICLED = frozenset(
    {"UKI", "EU", "EEA", "USCA", "NORDIC", "GCC", "GB", "US", "NL", "PH", "AE", "BS", "GM", "MV", "DO", "019", "029"}
    | {"CD", "CG", "CF", "KY", "VG", "VI", "FK", "FO", "SB", "MH", "KM", "CK", "TC"}
)


def _with_article(code: str, locale: str | None = None) -> str:
    name = place(code, locale)
    if locale_of(locale).language == "en" and code in _ARTICLED:
        return f"the {name}"
    return name
