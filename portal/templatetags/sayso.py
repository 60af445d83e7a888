"""Template tags for the parts of a page: icons, tags of state, the line, term drawings, people, money, digests.

``{% load sayso %}``. Parts with more structure are templates in ``templates/components/``.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision, parse_pattern
from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from consent.render import times
from portal import drawing, icons, statuswords

register = template.Library()

# --- Icons and tags of state -----------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: int = 20, cls: str = "") -> SafeString:
    """``{% icon "clock" size=16 cls="flip" %}``: always beside a word."""
    return icons.draw(str(name), int(size), str(cls))


@register.simple_tag
def tag(kind: str, word: object, icon: str = "", size: int = 15) -> SafeString:
    """A tag of any colour: kinds allow, ask, never, pending, active, expired, draft, revoked, blue (and ``bare``)."""
    glyph = icons.draw(str(icon), int(size)) if icon else ""
    return format_html('<span class="tag {}">{}{}</span>', kind, glyph, word)


@register.simple_tag
def status(code: str, word: object = None, reader: str = "performer") -> SafeString:
    """The tag of a request's state or a grant's phase, in the words of the reader (performer, representative, studio,
    anyone)."""
    look = statuswords.of_state(code, reader)
    return tag(look.kind, word or look.word, look.icon)


@register.simple_tag
def stance(code: str, word: object = None) -> SafeString:
    """The tag of a stance: ALLOW, ASK, NEVER."""
    look = statuswords.STANCES[str(code)]
    return tag(look.kind, word or look.word, look.icon, 13)


@register.simple_tag
def standing(code: str, word: object = None, under: bool = False) -> SafeString:
    """The tag of a finding; ``under`` turns the arrow down (a fee below the minimum)."""
    look = statuswords.STANDINGS[str(code)]
    glyph = "arrow-down-right" if under else look.icon
    return tag(look.kind, word or look.word, glyph)


@register.filter
def stance_word(code: str) -> object:
    """A stance in one word, translated."""
    return statuswords.STANCES[str(code)].word


@register.simple_tag
def stance_glyph(code: str, size: int = 15) -> SafeString:
    """The circle of a stance, for legends and segments; the word stands beside it."""
    return icons.draw(statuswords.STANCES[str(code)].icon, int(size))


# --- Drawings --------------------------------------------------------------------------------------------------------


@register.simple_tag
def line(bands: drawing.Bands, size: int = 40, current: str = "", jump: bool = False) -> SafeString:
    """The line: ``bands`` is [(band label, [(use code, stance, use label), ...]), ...]."""
    return drawing.line(bands, size=int(size), current=str(current), jump=bool(jump))


@register.simple_tag
def line_counts(bands: drawing.Bands) -> dict[str, int]:
    """``{% line_counts bands as n %}`` gives n.ALLOW, n.ASK, n.NEVER."""
    return drawing.counts(bands)


@register.simple_tag
def pips(standings: Iterable[str], wide: bool = False) -> SafeString:
    """One pip per term; say the same in words beside it."""
    return drawing.pips(standings, wide=bool(wide))


@register.simple_tag
def cleared(done: int, waiting: int = 0, still_open: int = 0) -> SafeString:
    """Clearances of one production as pips."""
    return drawing.cleared(done, waiting, still_open)


@register.simple_tag
def years_asked(asked: float | None, allowed: float | None) -> SafeString:
    """Blocks of the years a studio asks for."""
    return drawing.years_asked(asked, allowed)


@register.simple_tag
def years_allowed(asked: float | None, allowed: float | None) -> SafeString:
    """Blocks of the years the performer allows."""
    return drawing.years_allowed(asked, allowed)


@register.simple_tag
def offered(amount: int, own: int) -> SafeString:
    """What is offered, on a scale shared with the performer's minimum."""
    return drawing.offered(drawing.money_scale(amount, own)[0])


@register.simple_tag
def floor(amount: int, own: int) -> SafeString:
    """The performer's minimum on the scale of ``offered``. Never on a page that a studio reads."""
    return drawing.floor(drawing.money_scale(amount, own)[1])


@register.simple_tag
def ruler(
    asked: int, mine: int, asked_label: object, mine_label: object, floor: int | None = None, own: bool = True
) -> SafeString:
    """Theirs, yours and (performer's side only) the floor on one rule; ``own``: the performer reads it."""
    return drawing.ruler(int(asked), int(mine), floor, asked_label, mine_label, own=bool(own))


@register.simple_tag
def bar(percent: float, height: int = 8) -> SafeString:
    """A plain level from 0 to 100."""
    return drawing.bar(percent, height=int(height))


@register.simple_tag
def bullet(used: float, allowed: float) -> SafeString:
    """Use against allowance."""
    return drawing.bullet(used, allowed)


@register.simple_tag
def chunks(percent: float, label: object) -> SafeString:
    """The 24 blocks of an upload."""
    return drawing.chunks(percent, label)


@register.simple_tag
def term_bar(
    starts: date, ends: date, state: str = "ACTIVE", now: datetime | None = None, height: int = 6, marker: bool = False
) -> SafeString:
    """A term from start to end."""
    return drawing.term(starts, ends, now or timezone.now(), state, height=int(height), marker=bool(marker))


@register.simple_tag
def track(row: Mapping[str, Any], first_year: int, years: int = 3, now: datetime | None = None) -> SafeString:
    """One row of the timeline; ``row`` has state, starts, ends, end_label and, when taken back, cut."""
    window = drawing.Window(int(first_year), int(years))
    return drawing.track(
        window,
        row["state"],
        row["starts"],
        row.get("ends"),
        row.get("end_label", ""),
        now or timezone.now(),
        cut=row.get("cut"),
    )


@register.simple_tag
def today_flag(first_year: int, years: int = 3, now: datetime | None = None) -> SafeString:
    """The flag over today's line."""
    return drawing.today_flag(drawing.Window(int(first_year), int(years)), now or timezone.now())


@register.simple_tag
def year_list(first_year: int, years: int = 3) -> list[int]:
    """The years in a timeline's head."""
    return list(range(int(first_year), int(first_year) + int(years)))


@register.simple_tag
def grease(number: int = 0) -> SafeString:
    """A grease-pencil ring round a frame that is out on a grant; ``number`` varies the hand."""
    return drawing.grease(int(number))


# --- Words on a page -------------------------------------------------------------------------------------------------

# mark -> opening tag, closing tag, and its meaning in words for screen readers (before the text when True)
_MARKS: dict[str, tuple[SafeString, SafeString, object, bool]] = {
    "strong": (mark_safe("<b>"), mark_safe("</b>"), "", False),
    "title": (mark_safe("<i>"), mark_safe("</i>"), "", False),
    "own": (mark_safe('<b class="hl">'), mark_safe("</b>"), "", False),
    "over": (mark_safe('<span class="over">'), mark_safe("</span>"), _("goes further than you allow"), False),
    "mine": (mark_safe('<span class="mine-to-say">'), mark_safe("</span>"), _("yours to decide"), False),
    "beyond": (
        mark_safe('<span class="over">'),
        mark_safe("</span>"),
        _("goes further than the preferences allow"),
        False,
    ),
    "theirs": (mark_safe('<span class="mine-to-say">'), mark_safe("</span>"), _("for the performer to decide"), False),
    "blank": (mark_safe('<span class="blank">'), mark_safe("</span>"), "", False),
    "del": (mark_safe("<del>"), mark_safe("</del>"), _("removed:"), True),
    "ins": (mark_safe('<ins class="hl">'), mark_safe("</ins>"), _("added:"), True),
}


@register.simple_tag
def statement(parts: str | Iterable[tuple[object, str]]) -> SafeString:
    """A statement in prose. ``parts``: plain text, or [(text, mark), ...] with marks "" strong title own over mine
    beyond theirs (over and mine, as others read them) blank del ins; a mark that means something is also said in words
    for screen readers."""
    if isinstance(parts, str):
        return format_html("{}", parts)
    return SafeString("".join([_marked(text, str(mark or "")) for text, mark in parts]))


def _marked(text: object, mark: str) -> SafeString:
    if not mark:
        return conditional_escape(str(text))
    before, after, meaning, first = _MARKS[mark]
    if not meaning:
        return before + conditional_escape(str(text)) + after
    if first:
        return format_html('{}<span class="vh">{} </span>{}{}', before, meaning, text, after)
    return format_html('{}{}<span class="vh"> ({})</span>{}', before, text, meaning, after)


@register.filter
def initials(name: str) -> str:
    """Two letters for a person without a picture: first of the first and of the last word."""
    words = [word for word in str(name).replace("&", " ").split() if word[0].isalnum()]
    if not words:
        return ""
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def avatar(name: str, src: str = "", kind: str = "") -> SafeString:
    """A small round picture, or initials. Decoration: the name stands beside it. ``kind``: dark, lg."""
    if src:
        return format_html('<img class="av {}" src="{}" alt="" loading="lazy">', kind, src)
    return format_html('<span class="av {}" aria-hidden="true">{}</span>', kind, initials(name))


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Integer minor units in the reader's notation; whole sums lose their decimals: 650000 GBP is £6,500."""
    if minor is None:
        return ""
    digits = get_currency_precision(currency)
    value = Decimal(int(minor)).scaleb(-digits)
    locale = _locale(get_language() or "en")
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (0, 0) if value == value.to_integral_value() else (digits, digits)
    return str(pattern.apply(value, locale, currency=currency, currency_digits=False))


@register.simple_tag
def digest(value: str, short: bool = False) -> SafeString:
    """A SHA-256 in Record type, in groups of eight; ``short`` shows the first two groups and keeps the whole in title."""
    text = str(value)
    groups = [text[at : at + 8] for at in range(0, len(text), 8)]
    if short:
        return format_html('<span class="digest" title="{}">{} …</span>', text, " ".join(groups[:2]))
    return format_html('<span class="digest"><bdi>{}</bdi></span>', format_html_join(" ", "{}", ((g,) for g in groups)))


PAPERS = ("white", "blue", "pink", "yellow")
_PAPER_WORDS = (
    _("White page"), _("Blue revision"), _("Pink revision"), _("Yellow revision"), _("Green revision"),
    _("Goldenrod revision"), _("Buff revision"), _("Salmon revision"), _("Cherry revision"),
)  # fmt: skip


@register.filter
def paper(round_number: int) -> str:
    """The paper of a negotiation round (1 is white); rounds past the fourth are on white and told apart in words."""
    number = int(round_number)
    return PAPERS[number - 1] if 1 <= number <= len(PAPERS) else "white"


@register.filter
def paper_word(round_number: int) -> object:
    """The round in words: always printed, because colour says nothing alone."""
    number = int(round_number)
    if 1 <= number <= len(_PAPER_WORDS):
        return _PAPER_WORDS[number - 1]
    return gettext("Revision %(number)d") % {"number": number}


# First match wins: browsers name each other in their user agent for old reasons.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """A browser and its device in words, from a user agent string: "Firefox on Windows"."""
    text = str(user_agent)
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Unknown browser")


@register.filter(expects_localtime=True)
def short_day(at: datetime) -> str:
    """ "2 Apr 2026" in the reader's language."""
    return times.short_day(at)


@register.filter
def first_error_id(field: object) -> str:
    """Where an error summary jumps: the first control of a field."""
    widget_id = field.id_for_label  # type: ignore[attr-defined]
    if widget_id:
        return str(widget_id)
    first = next(iter(field), None)  # type: ignore[call-overload]
    return str(first.id_for_label) if first is not None else str(field.auto_id)  # type: ignore[attr-defined]
