"""Every text that people read goes through gettext: no template and no form holds words of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TAGS = re.compile(
    r"{% block (?:main_class|keys) %}.*?{% endblock %}"  # names of styles and switches
    r"|{%\s*comment.*?{%\s*endcomment\s*%}|{#.*?#}"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SAID = ("alt", "title", "placeholder", "aria-label", "aria-description")
SILENT = {"script", "style", "code", "kbd", "svg"}
WORDS = re.compile(r"[^\W\d_]{2,}")
NAMES = {"Sayso", "UTC", "SHA", "CSV", "ms", "NORTHLIGHT", "IMANI", "EIDR", "ISAN", "IMDb"}
"""The same in every language."""
READ = {"label", "help_text", "empty_label", "title", "lede", "sentence"}
PAGES = sorted({*(ROOT / "templates").rglob("*.html")} - {ROOT / "templates/components/own_home.html"})  # an address


class Reader(HTMLParser):
    """Collects what a page says by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        for name, value in attrs:
            if name in SAID and value:
                self.keep(value)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.keep(data)

    def keep(self, text: str) -> None:
        if set(WORDS.findall(text)) - NAMES:
            self.found.append(" ".join(text.split()))


def words_of(template: str) -> list[str]:
    reader = Reader()
    reader.feed(TAGS.sub(" ", template))
    return reader.found


def test_the_reader_finds_words_and_only_those() -> None:
    page = '{% load i18n %}<p title="Help me">{% translate "Fine" %} Hello <b>{{ name }}</b></p>{# not this #}<code>x yz</code>'
    assert words_of(page) == ["Help me", "Hello"]
    assert words_of("{% blocktranslate trimmed %}Whole sentence{% endblocktranslate %} Sayso 12") == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_has_words_of_its_own(path: Path) -> None:
    assert words_of(path.read_text()) == []


def literals() -> Iterator[str]:
    """Words given to people by a keyword such as ``label``, written as a bare string."""
    for folder in ("portal", "notifications", "consent/render", "consent/services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "demo" in path.parts or "migrations" in path.parts or "commands" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg in READ and isinstance(node.value, ast.Constant):
                    said = node.value.value
                    if isinstance(said, str) and set(WORDS.findall(said)) - NAMES:
                        yield f"{path.relative_to(ROOT)}: {node.arg}={said!r}"


def test_no_form_has_words_of_its_own() -> None:
    assert not list(literals())
