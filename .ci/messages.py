#!/usr/bin/env python3
"""Gathers every text of the site into the catalogues of its languages, and compiles them.

``messages.py`` brings ``portal/locale/<language>/LC_MESSAGES/django.po`` up to date with the sources (new texts are
empty, texts that went are dropped, nothing is guessed) and writes the ``.mo`` beside it. ``messages.py --holes`` prints
what a language still lacks, as JSON: a list of {"id", "plural", "context", "where"}.

Babel reads Python; Django's own ``templatize`` turns a template into something Babel can read. No GNU gettext needed.
"""

import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from babel.messages.catalog import Catalog, Message  # noqa: E402
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python  # noqa: E402
from babel.messages.mofile import write_mo  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402
from django.utils.translation.template import templatize  # noqa: E402

LOCALES = ROOT / "portal" / "locale"
LANGUAGES = ("es", "fr")
SOURCES = (
    ("consent", "*.py"),
    ("notifications", "*.py"),
    ("portal", "*.py"),
    ("templates", "*.html"),
    ("templates", "*.txt"),
)
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # a catalogue changes when its texts do, not with the day it was compiled
SILENT = {"demo", "commands"}  # what they say stays on the console, in English, or is somebody's own words
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "say": None,  # gettext, where "_" is its lazy sister
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
Found = tuple[str | tuple[str, str], str | None, str]  # the text (with its plural), its context, where it stands


def gathered() -> Iterator[Found]:
    """Every text of the sources, in the order of the files."""
    for folder, pattern in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if not SILENT.isdisjoint(path.parts):
                continue
            where = str(path.relative_to(ROOT))
            text = path.read_text()
            code = text if pattern == "*.py" else templatize(text, origin=where)
            for line, keyword, arguments, _comments in extract_python(
                io.BytesIO(code.encode()), list(KEYWORDS), [], {"encoding": "utf-8"}
            ):
                yield *_message(keyword, arguments), f"{where}:{line}"


def _message(keyword: str, arguments: object) -> tuple[str | tuple[str, str], str | None]:
    given = list(arguments) if isinstance(arguments, tuple) else [arguments]
    context = given.pop(0) if keyword.lstrip("n").startswith("pgettext") else None
    if keyword.startswith(("ngettext", "npgettext")):
        return (given[0], given[1]), context
    return given[0], context


def template() -> Catalog:
    """All texts without translations."""
    catalog = Catalog(project="Sayso", charset="utf-8")
    for text, context, where in gathered():
        catalog.add(text, context=context, locations=[(where.rpartition(":")[0], None)])
    return catalog


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = path_of(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, wanted: Catalog) -> Catalog:
    """The catalogue as it should be: the texts of the sources, with the translations that there are."""
    known = read(language) if path_of(language).exists() else Catalog(locale=language)
    catalog = Catalog(locale=language, project="Sayso", charset="utf-8", fuzzy=False)
    catalog.header_comment = ""
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        said = old.string if old is not None and isinstance(old.string, tuple) == message.pluralizable else ""
        files = sorted({(where, None) for where, _line in message.locations})
        catalog.add(message.id, said or None, locations=files, context=message.context, flags=message.flags)
    return catalog


def hollow(message: Message) -> bool:
    """Has it no translation, or only half of one?"""
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    return not all(said)


def po_text(catalog: Catalog) -> bytes:
    """The file as it is kept: no dates, so that it changes only when its texts do."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_output=True, omit_header=True, include_lineno=False)
    head = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return f'{head}"Plural-Forms: {catalog.plural_forms}\\n"\n\n'.encode() + out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    said = Catalog(locale=catalog.locale, project="Sayso", creation_date=NO_DAY, revision_date=NO_DAY)
    for message in catalog:
        if message.id and not hollow(message):  # a hole speaks English
            said.add(message.id, message.string, context=message.context)
    out = io.BytesIO()
    write_mo(out, said)
    return out.getvalue()


def main(wish: str) -> int:
    wanted = template()
    for language in LANGUAGES:
        catalog = updated(language, wanted)
        holes = [message for message in catalog if message.id and hollow(message)]
        if wish == "--holes":
            print(json.dumps({language: [_hole(message) for message in holes]}, ensure_ascii=False, indent=1))
            continue
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_text(catalog))
        with path.open("rb") as file:
            path.with_suffix(".mo").write_bytes(mo_bytes(read_po(file, locale=language)))
        print(f"  {language}: {len(catalog)} texts, {len(holes)} without a translation.")
    return 0


def _hole(message: Message) -> dict[str, object]:
    plural = message.id if isinstance(message.id, tuple) else (message.id, "")
    return {
        "id": plural[0],
        "plural": plural[1],
        "context": message.context,
        "where": [w for w, _ in message.locations],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
