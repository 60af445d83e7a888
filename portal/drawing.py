"""Small server-drawn pictures of terms: the line, pips, year blocks, term bars, timeline tracks, rulers.

Every picture is decoration beside words and hidden from screen readers, except the line, which is an image with a
text alternative. Positions are SVG percentages, because the content security policy allows no inline style; pages
that run right to left get mirrored coordinates.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, gettext

from portal import statuswords

MOST_YEARS = 12
TRACK_HEIGHT = 56

# Phases and request states, to the fill patterns of static/css.
BARS = {
    "ACTIVE": "active",
    "ENDING": "soon",
    "WINDING_DOWN": "soon",
    "SUSPENDED": "suspended",
    "SCHEDULED": "scheduled",
    "PENDING": "asked",
    "COUNTERED": "asked",
    "HELD": "asked",
    "DESTRUCTION_DUE": "expired",
    "CLOSED": "expired",
    "VOID": "expired",
    "LAPSED": "expired",
    "REVOKED": "revoked",
}

# Four hands of grease pencil on a box of 100 by 124.
GREASE = (
    "M22 9C52 0 95 8 96 56c1 48-22 65-52 63C10 116 3 88 4 56 5 22 24 6 58 4c12 0 20 4 24 10",
    "M30 6c30-7 67 0 67 46 1 48-19 68-51 67C14 118 2 96 4 58 6 20 26 7 52 5c14-1 24 2 28 6",
    "M26 12C44 1 93 2 97 50c3 50-20 70-54 69C8 118 2 90 3 60 4 30 20 8 50 6c16-1 30 4 36 12",
    "M18 14C40-2 94 4 96 60c1 42-26 60-54 58C12 116 4 84 5 58 6 26 30 4 60 6c10 1 18 6 22 12",
)

Bands = Sequence[tuple[object, Sequence[tuple[str, str, object]]]]


def esc(words: object) -> str:
    """Text made safe for markup; lazy translations are resolved, safe strings kept."""
    return conditional_escape(words)  # type: ignore[arg-type]


# --- The line ------------------------------------------------------------------------------------------------------


def counts(bands: Bands) -> dict[str, int]:
    """How many uses are at each stance."""
    found = {"ALLOW": 0, "ASK": 0, "NEVER": 0}
    for _label, uses in bands:
        for _code, stance, _name in uses:
            found[str(stance)] += 1
    return found


def line_in_words(bands: Bands) -> str:
    """The text alternative of the line."""
    found = counts(bands)
    return gettext("%(allow)d allowed, %(ask)d ask first, %(never)d never, in order from preparing to training") % {
        "allow": found["ALLOW"],
        "ask": found["ASK"],
        "never": found["NEVER"],
    }


def line(bands: Bands, *, size: int = 40, current: str = "", jump: bool = False) -> SafeString:
    """The uses as bars in fixed order, grouped by band: full is allow, half is ask me, low is never.

    ``size`` is the height in px: 18 (no labels, for table rows), 40 or 72. ``current`` is the code of the use being
    edited. With ``jump``, a press on a bar goes to the element with id ``use-<CODE>`` (js/line.js).
    """
    parts = []
    for label, uses in bands:
        bars = []
        for code, stance, name in uses:
            mark = " cur" if current and str(code) == str(current) else ""
            target = f' data-use="use-{esc(code)}" title="{esc(name)}"' if jump else ""
            bars.append(f'<i class="{str(stance).lower()}{mark}"{target}></i>')
        parts.append(
            f'<span class="band n{len(bars)}"><span class="bars">{"".join(bars)}</span>'
            f"{'' if size <= 18 else f'<small>{esc(label)}</small>'}</span>"
        )
    height = "" if size == 40 else f" h{int(size)}"
    return mark_safe(
        f'<span class="bands{height}" role="img" aria-label="{esc(line_in_words(bands))}"'
        f"{' data-jump' if jump else ''}>{''.join(parts)}</span>"
    )


# --- Pips and blocks -------------------------------------------------------------------------------------------------


def pips(standings: Iterable[str], *, wide: bool = False) -> SafeString:
    """One pip per term: solid fits, half is yours to decide, barred goes further."""
    drawn = []
    for standing in standings:
        mark = statuswords.PIPS[str(standing)]
        drawn.append(f'<i class="{mark}"></i>' if mark else "<i></i>")
    return mark_safe(f'<span class="pips{" wide" if wide else ""}" aria-hidden="true">{"".join(drawn)}</span>')


def cleared(done: int, waiting: int, still_open: int) -> SafeString:
    """A production's clearances: in force, asked and waiting, not cleared."""
    drawn = "<i></i>" * int(done) + '<i class="soon"></i>' * int(waiting) + '<i class="open"></i>' * int(still_open)
    return mark_safe(f'<span class="pips count" aria-hidden="true">{drawn}</span>')


def _blocks(marks: Iterable[str]) -> SafeString:
    drawn = "".join(f'<i class="{mark}"></i>' if mark else "<i></i>" for mark in marks)
    return mark_safe(f'<span class="years" aria-hidden="true">{drawn}</span>')


def _years(asked: float | None, allowed: float | None) -> tuple[int, int]:
    """Whole blocks for both sides, at most MOST_YEARS; no end counts as the most."""
    a, b = (MOST_YEARS if value is None else max(0.0, float(value)) for value in (asked, allowed))
    scale = min(1.0, MOST_YEARS / max(a, b, 1.0))
    return max(1, round(a * scale)), round(b * scale)


def years_asked(asked: float | None, allowed: float | None) -> SafeString:
    """A block per year asked for; those beyond the performer's limit are outlined."""
    a, b = _years(asked, allowed)
    return _blocks("over" if n >= b else "" for n in range(a))


def years_allowed(asked: float | None, allowed: float | None) -> SafeString:
    """A highlighted block per year allowed, dashed ones up to what is asked."""
    a, b = _years(asked, allowed)
    return _blocks("mine" if n < b else "rest" for n in range(max(a, b)))


def chunks(percent: float, label: object) -> SafeString:
    """A progress bar of 24 blocks. js/upload.js moves it on by class and ``aria-valuenow``."""
    value = min(100, max(0, int(percent)))
    full = value * 24 // 100
    drawn = ['<i class="d"></i>'] * full + (['<i class="n"></i>'] if 0 < value < 100 else [])
    drawn += ["<i></i>"] * (24 - len(drawn))
    return mark_safe(
        f'<div class="chunks" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{value}"'
        f' aria-label="{esc(label)}">{"".join(drawn)}</div>'
    )


def grease(number: int) -> SafeString:
    """A ring of grease pencil round a frame; ``number`` varies the hand."""
    return mark_safe(
        '<svg class="grease" viewBox="0 0 100 124" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="{GREASE[number % len(GREASE)]}" vector-effect="non-scaling-stroke"/></svg>'
    )


# --- Bars along a scale ----------------------------------------------------------------------------------------------


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _rect(kind: str, start: float, width: float, y: float, height: float, shift: float = 0) -> str:
    """A rectangle from ``start`` over ``width`` (both 0 to 100, in reading direction)."""
    x = 100 - start - width if get_language_bidi() else start
    move = f' transform="translate({shift:g})"' if shift else ""
    return f'<rect class="{kind}" x="{_percent(x)}" y="{y:g}" width="{_percent(width)}" height="{height:g}"{move}/>'


def _post(kind: str, at: float, y: float, height: float, wide: float = 3) -> str:
    x = 100 - at if get_language_bidi() else at
    return (
        f'<rect class="{kind}" x="{_percent(x)}" y="{y:g}" width="{wide:g}" height="{height:g}"'
        f' transform="translate({-wide / 2:g})"/>'
    )


def _text(words: object, at: float, y: float, *, kind: str = "", anchor: str = "start", shift: float = 0) -> str:
    rtl = get_language_bidi()
    x = 100 - at if rtl else at
    return (
        f'<text x="{_percent(x)}" y="{y:g}" dx="{(-shift if rtl else shift):g}" text-anchor="{anchor}"'
        f' class="{kind}">{esc(words)}</text>'
    )


def _svg(height: float, body: str, kind: str = "") -> SafeString:
    extra = f" {kind}" if kind else ""
    return mark_safe(f'<svg class="drawn{extra}" width="100%" height="{height:g}" aria-hidden="true">{body}</svg>')


def bar(percent: float, *, height: int = 8) -> SafeString:
    """A plain level, such as the vault's quota."""
    level = min(100.0, max(0.0, float(percent)))
    return _svg(height, _rect("ground", 0, 100, 0, height) + _rect("ink", 0, level, 0, height))


def offered(percent: float) -> SafeString:
    """How much is offered, on the scale ``money_scale`` made."""
    return _svg(10, _rect("ground", 0, 100, 0, 10) + _rect("ink2", 0, float(percent), 0, 10), "mark")


def floor(percent: float) -> SafeString:
    """The performer's own minimum on the same scale. Only ever drawn for the performer and representatives."""
    return _svg(10, _rect("ground", 0, 100, 0, 10) + _post("tape", float(percent), -5, 20), "mark")


def money_scale(*amounts: int | None) -> list[float]:
    """Amounts of one currency as positions of 0 to 100, the largest at 80; missing amounts sit at 0."""
    most = max((amount or 0 for amount in amounts), default=0)
    return [80.0 * (amount or 0) / most if most else 0.0 for amount in amounts]


def bullet(used: float, allowed: float) -> SafeString:
    """Use against allowance: the limit is the reader's own mark; what runs past it is red-plum (and said in words)."""
    most = max(float(used), float(allowed), 1.0) * (1.0 if used > allowed else 1 / 0.86)
    at, mark = 100 * float(used) / most, 100 * float(allowed) / most
    kind = "bad" if used > allowed else "ink"
    return _svg(14, _rect("ground", 0, mark, 0, 14) + _rect(kind, 0, at, 3, 8) + _post("tape", mark, -4, 22))


def ruler(
    asked: int, mine: int, floor_at: int | None, asked_label: object, mine_label: object, *, own: bool = True
) -> SafeString:
    """Where a counter-offer's fee stands: theirs, the performer's private floor, the performer's own figure."""
    known = [value for value in (asked, mine, floor_at) if value is not None]
    low, high = min(known), max(known)
    spread = (high - low) or 1

    def at(value: int) -> float:
        return 12 + 68 * (value - low) / spread if high != low else 46.0

    body = _rect("ink", 0, 100, 25, 2) + _post("ink", at(asked), 18, 16, 2)
    body += _text(asked_label, at(asked), 52, anchor="middle")
    if floor_at is not None:
        body += "".join(_post("ink", at(floor_at), 18 + 4 * n, 2, 9) for n in range(4))
        body += _text(gettext("your floor") if own else gettext("the floor"), at(floor_at), 11, anchor="middle")
    body += _post("tape", at(mine), 15, 22, 11) + _text(mine_label, at(mine), 52, kind="own", anchor="middle")
    return _svg(58, body, "ruler")


# --- Terms and the timeline ------------------------------------------------------------------------------------------


def _instant(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def term(
    starts: date | datetime,
    ends: date | datetime,
    now: date | datetime,
    state: str,
    *,
    height: int = 6,
    marker: bool = False,
) -> SafeString:
    """One term from start to end with what has passed filled in; ``marker`` adds the highlighted mark of today."""
    first, last, today = _instant(starts), _instant(ends), _instant(now)
    whole = (last - first).total_seconds() or 1.0
    passed = min(100.0, max(0.0, 100 * (today - first).total_seconds() / whole))
    kind = BARS.get(str(state), "active")
    body = _rect("ground", 0, 100, 0, height)
    if kind in ("scheduled", "asked"):
        body = _rect(kind, 0, 100, 1, height - 2)
    else:
        body += _rect(kind, 0, passed, 0, height)
    if marker and 0 < passed < 100 and kind in ("active", "soon", "suspended"):
        body += _post("tape", passed, -4, height + 8)
    return _svg(height, body)


class Window:
    """The years a timeline shows, as a scale from instants to 0 to 100."""

    def __init__(self, first_year: int, years: int) -> None:
        self.opens = datetime(first_year, 1, 1, tzinfo=UTC)
        self.shuts = datetime(first_year + years, 1, 1, tzinfo=UTC)

    def at(self, value: date | datetime) -> float:
        """Position of an instant; below 0 and above 100 when it lies outside."""
        return 100 * (_instant(value) - self.opens) / (self.shuts - self.opens)


def today_flag(window: Window, now: date | datetime) -> SafeString:
    """The flag over today's line, in the timeline's head."""
    at = window.at(now)
    words = gettext("Today")
    wide = 8 * len(words) + 16
    x = 100 - at if get_language_bidi() else at
    flag = (
        f'<svg x="{_percent(x)}" overflow="visible"><rect class="tape" x="{-wide / 2:g}" y="1" width="{wide}" height="20"/>'
        f'<text x="0" y="15.5" text-anchor="middle">{esc(words)}</text></svg>'
    )
    return _svg(22, flag if 0 <= at <= 100 else "", "today")


def track(
    window: Window,
    state: str,
    starts: date | datetime,
    ends: date | datetime | None,
    label: object,
    now: date | datetime,
    *,
    cut: date | datetime | None = None,
) -> SafeString:
    """One row of the timeline: today's line, the bar with its state's pattern, and its end in words.

    ``ends`` None runs on past the window. ``cut``: when a grant was taken back; the rest of its term is dashed.
    """
    kind = BARS.get(str(state), "active")
    begin = max(0.0, window.at(starts))
    end = 101.0 if ends is None else window.at(ends)
    runs_on = end > 100
    stop = min(100.0, end)
    body = _post("ink", window.at(now), 0, TRACK_HEIGHT, 2) if 0 <= window.at(now) <= 100 else ""
    if stop > begin:
        if cut is not None:
            solid = min(stop, max(begin, window.at(cut)))
            body += _rect("cut", solid, stop - solid, 15.75, 24.5) + _rect(kind, begin, solid - begin, 15, 26)
        else:
            body += _rect(kind, begin, stop - begin, 15, 26)
    if runs_on and kind == "active":
        notch = '<path class="desk" d="M-10 14V15L0 28V14zM-10 42V41L0 28V42z"/>'
        turned = notch if not get_language_bidi() else f'<g transform="scale(-1 1)">{notch}</g>'
        body += f'<svg x="{"0" if get_language_bidi() else "100%"}" overflow="visible">{turned}</svg>'
    body += _label(kind, begin, stop, label, runs_on=runs_on)
    return _svg(TRACK_HEIGHT, body, "track")


def _label(kind: str, begin: float, stop: float, words: object, *, runs_on: bool) -> str:
    """The end of a bar in words: beside it where there is room, otherwise inside it."""
    if not words:
        return ""
    if kind in ("asked", "scheduled") and stop - begin > 14:
        return _text(words, begin, 32.5, shift=10)
    if stop <= 80 and not (kind == "expired" and stop - begin > 30):
        return _text(words, max(stop, 0.0), 32.5, kind="out", shift=8)
    if stop - begin > 16 and kind not in ("soon", "suspended"):
        inside = "on" if kind in ("active", "revoked") else ""
        return _text(words, stop, 32.5, kind=inside, anchor="end", shift=-18 if runs_on else -8)
    return _text(words, begin, 32.5, kind="out", anchor="end", shift=-8)
