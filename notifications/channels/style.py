"""The look of mail: one small stylesheet, inlined once per process, and the templates made ready once per language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import css_inline
from django.template import Engine, Origin, Template, engines
from django.template.loader import render_to_string
from django.template.loaders.filesystem import Loader
from django.utils import translation

_CLASS = re.compile(r"\.([a-z][a-z0-9_]*)")
_INLINED = re.compile(r'<p[^>]*\bid="([a-z0-9_]+)"[^>]*>')
_STYLE = re.compile(r'\bstyle="([^"]*)"')
_CSS_TAG = re.compile(r"\{\{ css\.([a-z0-9_]+) \}\}")
_EXTENDS = re.compile(r'\{% extends "([^"]+)" %\}')
_INCLUDE = re.compile(r'\{% include "([^"]+)" %\}')
_BLOCK = re.compile(r"\{% block (\w+) %\}(.*?)\{% endblock %\}", re.DOTALL)
_SUPER = "{{ block.super }}"
_WORDS_TAG = re.compile(r'\{% translate "([^"%]*)" %\}')


@cache
def inlined() -> Mapping[str, str]:
    """The declarations of every class of ``email/style.css``, as they stand in a style attribute.

    Mail programs drop style sheets, so each element carries its own. Inlining a whole mail costs more than writing it: a
    specimen of each class is inlined once instead, and the templates say ``style="{{ css.cell }}"``.
    """
    sheet = render_to_string("email/style.css")
    names = sorted(set(_CLASS.findall(sheet)))
    specimen = "".join(f'<p id="{name}" class="{name}"></p>' for name in names)
    page = f"<html><head><style>{sheet}</style></head><body>{specimen}</body></html>"
    page = css_inline.inline(page, load_remote_stylesheets=False)
    found = {}
    for tag in _INLINED.finditer(page):
        style = _STYLE.search(tag.group())
        found[tag.group(1)] = style.group(1) if style else ""
    return MappingProxyType(found)


class ReadyLoader(Loader):
    """Puts what is the same in every mail of a language into one flat source before it is compiled.

    Layout and parts are pasted in, styles and fixed words are written out: a mail has some 80 styles, 30 fixed sentences
    and 10 parts, and looking them up again for each mail took longer than all the rest of writing it.
    """

    def __init__(self, engine: Engine, language: str) -> None:
        super().__init__(engine)
        self.language = language

    def get_contents(self, origin: Origin) -> str:
        source = self._flat(super().get_contents(origin))
        source = _CSS_TAG.sub(lambda tag: inlined()[tag.group(1)], source)
        with translation.override(self.language):
            return _WORDS_TAG.sub(lambda tag: translation.gettext(tag.group(1)), source)

    def _flat(self, source: str) -> str:
        extended = _EXTENDS.match(source)
        if extended is not None:
            own: dict[str, str] = dict(_BLOCK.findall(source))
            layout = self._source(extended.group(1))
            source = _BLOCK.sub(lambda block: own.get(block[1], block[2]).replace(_SUPER, block[2]), layout)
        return _INCLUDE.sub(lambda include: self._flat(self._source(include.group(1))), source)

    def _source(self, name: str) -> str:
        return super().get_contents(next(iter(self.get_template_sources(name))))


@cache
def ready(name: str, language: str) -> Template:
    """A compiled template of ``email/`` in one language; render it while that language is active."""
    return _engine(language).get_template(f"email/{name}")


@cache
def _engine(language: str) -> Engine:
    site: Engine = engines["django"].engine  # type: ignore[attr-defined]
    loader = "notifications.channels.style.ReadyLoader"
    return Engine(
        dirs=site.dirs,
        libraries=site.libraries,
        loaders=[("django.template.loaders.cached.Loader", [(loader, language)])],
    )
