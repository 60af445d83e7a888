"""Inline SVG icons: Lucide's drawings and the three stance glyphs, each built once and kept for the life of the process."""

from functools import lru_cache
from xml.etree import ElementTree

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

# Stances are the product's own signs: full, half and barred circles that read without colour.
_STANCES = {
    "stance-allow": '<circle cx="8" cy="8" r="7" fill="currentColor" stroke="none"/>'
    '<path d="M4.6 8.3l2.3 2.3 4.6-5" stroke="var(--page)" stroke-width="1.9"/>',
    "stance-ask": '<circle cx="8" cy="8" r="6.2" stroke-width="1.7"/>'
    '<path d="M8 1.8a6.2 6.2 0 0 0 0 12.4z" fill="currentColor" stroke="none"/>',
    "stance-never": '<circle cx="8" cy="8" r="6.2" stroke-width="1.7"/><path d="M3.7 12.3l8.6-8.6" stroke-width="1.9"/>',
}


@lru_cache(maxsize=1024)
def draw(name: str, size: int = 20, extra: str = "") -> SafeString:
    """The icon called ``name`` as SVG, ``size`` px square, hidden from screen readers: a word always stands beside it.

    ``extra`` holds further class names, such as ``flip`` for arrows that turn round in right-to-left pages.
    Raises ``lucide.IconDoesNotExist`` for a name Lucide does not have.
    """
    if name in _STANCES:
        box, body, classes = 16, _STANCES[name], "i dot"
    else:
        drawing = ElementTree.fromstring(lucide(str(name), size=None))
        box, body, classes = 24, "".join(_inner(node) for node in drawing), "i"
    if extra:
        classes = f"{classes} {escape(extra)}"
    return mark_safe(
        f'<svg class="{classes}" width="{size}" height="{size}" viewBox="0 0 {box} {box}"'
        f' aria-hidden="true" focusable="false">{body}</svg>'
    )


def _inner(node: ElementTree.Element) -> str:
    node.tail = None
    return ElementTree.tostring(node, encoding="unicode").replace(' xmlns="http://www.w3.org/2000/svg"', "")
