"""The style sheets keep their promises: contrast in both themes, one source of colour, no inline style, little weight."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
SHEETS = sorted(CSS.rglob("*.css"))
EVERY_PAGE = ("tokens", "base", "components")
MOST_GZIPPED = 12 * 1024

_DECLARATION = re.compile(r"--([\w-]+):\s*([^;]+);")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def _block(start: str) -> dict[str, str]:
    """The custom properties declared in the rule that begins with ``start``."""
    body = TOKENS[TOKENS.index(start) :]
    return dict(_DECLARATION.findall(body[body.index("{") : body.index("}")]))


LIGHT = _block(":root {")
SYSTEM_DARK = _block(':root:not([data-theme="light"]) {')
CHOSEN_DARK = _block(':root[data-theme="dark"] {')
THEMES = {"light": LIGHT, "dark": LIGHT | CHOSEN_DARK}

_STATES = ("allow", "ask", "never", "pending", "active", "expired", "revoked")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("page", "desk", "sunk")],
    ("on-ink", "ink"),
    ("on-tape", "tape"),
    ("ink", "tape-soft"),
    ("ink-2", "tape-soft"),
    *[("ink", f"rev-{paper}") for paper in ("blue", "pink", "yellow")],
    *[("ink-2", f"rev-{paper}") for paper in ("blue", "pink", "yellow")],
    *[(state, f"{state}-bg") for state in _STATES],
    *[(state, ground) for state in _STATES for ground in ("page", "desk")],
    *[(state, "rev-blue") for state in ("never", "allow", "ask")],
    ("on-active", "active-solid"),
    ("on-active", "revoked-solid"),
    ("bar-ink", "bar"),
    ("bar-ink-2", "bar"),
    ("bar-ink", "bar-well"),
    ("tape", "film"),
    ("film-ink", "film"),
    ("film-edge", "film"),
]
SHAPES = [
    ("line-strong", "page"),
    ("line-strong", "desk"),
    *[(f"{state}-solid", ground) for state in _STATES for ground in ("page", "desk")],
]


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_right() -> None:
    assert _contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert _contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_text_is_legible(theme: str) -> None:
    values = THEMES[theme]
    weak = [(a, b, round(r, 2)) for a, b in TEXT if (r := _contrast(values[a], values[b])) < 4.5]
    assert not weak


@pytest.mark.parametrize("theme", THEMES)
def test_shapes_stand_out(theme: str) -> None:
    values = THEMES[theme]
    weak = [(a, b, round(r, 2)) for a, b in SHAPES if (r := _contrast(values[a], values[b])) < 3]
    assert not weak


def test_both_ways_into_dark_are_the_same() -> None:
    assert SYSTEM_DARK == CHOSEN_DARK
    assert set(CHOSEN_DARK) <= set(LIGHT)


def test_every_variable_in_use_is_declared() -> None:
    unknown = []
    for sheet in SHEETS:
        text = sheet.read_text(encoding="utf-8")
        own = {name for name, _value in _DECLARATION.findall(text)}
        unknown += [
            f"{sheet.name}: --{name}"
            for name in re.findall(r"var\(--([\w-]+)", text)
            if name not in LIGHT and name not in own
        ]
    assert not unknown


def test_colours_live_in_the_tokens() -> None:
    """Elsewhere only pure black and white, for print, QR codes and the dark bars."""
    strays = []
    for sheet in SHEETS:
        if sheet.name == "tokens.css":
            continue
        text = _COMMENT.sub("", sheet.read_text(encoding="utf-8"))
        strays += [
            f"{sheet.name}: {colour}"
            for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])", text)
            if colour.lower() not in ("#fff", "#000")
        ]
    assert not strays


def test_sheets_of_every_page_are_light() -> None:
    weight = sum(len(gzip.compress((CSS / f"{name}.css").read_bytes(), 9)) for name in EVERY_PAGE)
    assert weight <= MOST_GZIPPED


def test_no_inline_style_or_handler_in_pages() -> None:
    """The content security policy would refuse them. Mail is written for mail programs and is left out."""
    inline = re.compile(r"\s(style|on[a-z]+)=[\"']")
    found = [
        f"{page.relative_to(ROOT)}: {match.group().strip()}"
        for page in (ROOT / "templates").rglob("*.html")
        if page.relative_to(ROOT / "templates").parts[0] != "email"
        for match in inline.finditer(page.read_text(encoding="utf-8"))
    ]
    assert not found


def test_every_static_file_a_template_names_exists() -> None:
    """The manifest storage of the running site answers 500 for a missing one."""
    named = re.compile(r"{%\s*static\s+['\"]([^'\"]+)['\"]")
    ours = ("css/", "js/", "fonts/", "img/", "vendor/")
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in (ROOT / "templates").rglob("*.html")
        for name in named.findall(page.read_text(encoding="utf-8"))
        if name.startswith(ours) and not (ROOT / "static" / name).is_file()
    ]
    assert not missing
