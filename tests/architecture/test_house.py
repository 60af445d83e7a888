"""The rules of the house (docs/ARCHITECTURE.md), kept by reading the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import source
from tests.architecture.source import ROOT

FLOORS = {
    "apps": 6,
    "receivers": 5,
    "tasks": 4,
    "management": 4,
    "admin": 4,
    "services": 3,
    "queries": 3,
    "access": 2,
    "models": 1.5,
    "ingest": 1,
    "render": 1,
    "core": 0,
}
"""Consent's floors: imports go down only; rooms of the same height are strangers. ``models`` may use core alone."""

SERVICE_RANKS = [
    {"expirations"},
    {"use_requests"},
    {"decisions"},
    {"grants"},
    {"usage", "media", "checking", "preferences", "people", "productions", "api_keys", "receipts"},
    {"representatives", "studios", "links", "files"},
    {"addresses", "entitled", "slugs"},
    {"judging"},
    {"moves"},
    {"seals"},
    {"ledger"},
]
MODEL_RANKS = [
    {"ledger", "grants", "usage", "links", "seals"},
    {"use_requests"},
    {"preferences", "media", "productions"},
    {"people"},
    {"fields", "heartbeats"},
]
BANNED_NAMES = {"utils", "helpers", "common", "misc", "exceptions", "constants", "managers"}
LONGEST = 500


def report(broken: list[str]) -> None:
    assert not broken, "\n" + "\n".join(broken)


def test_packages_point_one_way() -> None:
    allowed = {"consent": {"consent"}, "notifications": {"notifications", "consent"}, "portal": set(source.PACKAGES)}
    report(
        [
            str(found)
            for module in source.modules()
            for found in source.imports(module)
            if (top := found.target.partition(".")[0]) in source.PACKAGES
            and top not in allowed[module.name.partition(".")[0]]
        ]
    )


def room(name: str) -> str:
    """The room of a consent module: its second name."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_inside_consent_only_downward() -> None:
    broken = []
    for module in source.inside("consent"):
        here = room(module.name)
        for found in source.imports(module):
            there = room(found.target) if found.target.startswith("consent.") else ""
            if here and there and here != there and not FLOORS[there] < FLOORS[here]:
                broken.append(str(found))
    report(broken)


def test_every_folder_has_a_floor() -> None:
    rooms = {path.name for path in (ROOT / "consent").iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms - {"migrations"} <= set(FLOORS)


CORE_STRANGERS = {"django", "celery", "redis", "PIL", "allauth", "os", "socket", "time", "subprocess"}


def test_core_is_pure() -> None:
    broken = [
        str(found)
        for module in source.inside("consent.core")
        for found in source.imports(module)
        if found.target.partition(".")[0] in CORE_STRANGERS
    ]
    clock = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|timezone\.now)\b")
    broken += [
        f"{module.path.relative_to(ROOT)} reads the clock"
        for module in source.inside("consent.core")
        if clock.search(module.path.read_text())
    ]
    report(broken)


def test_services_never_read_the_clock() -> None:
    clock = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|timezone\.now)\(")
    report(
        [str(m.path.relative_to(ROOT)) for m in source.inside("consent.services") if clock.search(m.path.read_text())]
    )


@pytest.mark.parametrize(("package", "ranks"), [("services", SERVICE_RANKS), ("models", MODEL_RANKS)])
def test_ranks_point_down(package: str, ranks: list[set[str]]) -> None:
    height = {name: len(ranks) - number for number, names in enumerate(ranks) for name in names}
    broken = []
    for module in source.inside(f"consent.{package}"):
        own = module.name.split(".")
        if len(own) < 3:
            continue
        assert own[2] in height, f"{module.name} has no rank"
        for found in source.imports(module):
            parts = found.target.split(".")
            if parts[:2] != ["consent", package] or len(parts) < 3 or parts[2] == own[2]:
                continue
            if not height[parts[2]] < height[own[2]]:
                broken.append(str(found))
    report(broken)


def test_no_import_hides_in_a_function() -> None:
    report(
        [
            str(found)
            for module in source.modules()
            for found in source.imports(module)
            if found.inside and not (found.inside == "ready" and module.name.endswith(".apps"))
        ]
    )


def test_no_receiver_of_model_signals() -> None:
    banned = re.compile(
        r"\b(post_save|pre_save|m2m_changed|post_delete|pre_delete)\.connect"
        r"|import .*\b(post_save|pre_save|m2m_changed)"
    )
    report([str(m.path.relative_to(ROOT)) for m in source.modules() if banned.search(m.path.read_text())])


def test_services_never_import_tasks() -> None:
    report(
        [
            str(found)
            for module in source.inside("consent.services")
            for found in source.imports(module)
            if found.target.endswith("tasks") or found.target.startswith("celery")
        ]
    )


def test_only_env_reads_the_environment() -> None:
    reads = re.compile(r"\bos\.(environ|getenv)\b|\bfrom os import .*environ")
    report(
        [
            str(module.path.relative_to(ROOT))
            for module in source.modules()
            if module.name != "portal.env" and reads.search(module.path.read_text())
        ]
    )


def test_modules_are_short_and_well_named() -> None:
    broken = [f"{m.path.relative_to(ROOT)}: {m.lines} lines" for m in source.modules() if m.lines > LONGEST]
    broken += [str(m.path.relative_to(ROOT)) for m in source.modules() if m.path.stem in BANNED_NAMES]
    report(broken)


def test_every_module_says_its_job() -> None:
    report(
        [
            str(m.path.relative_to(ROOT))
            for m in source.modules()
            if m.path.read_text().strip() and not ast.get_docstring(m.tree)
        ]
    )


def test_services_take_now_and_actor_by_name() -> None:
    """Who and when are explicit: a use case that takes both takes them by name, and neither is ever optional."""
    broken = []
    for module in source.inside("consent.services"):
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            positional = {arg.arg for arg in node.args.args + node.args.posonlyargs}
            named = {arg.arg for arg in node.args.kwonlyargs}
            optional = {
                arg.arg
                for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                if default is not None
            }
            if {"now", "actor"} & optional or ("actor" in positional and "now" in positional | named):
                broken.append(f"{module.path.relative_to(ROOT)}:{node.lineno} {node.name}")
    report(broken)


TOP_LEVEL = {"portal", "consent", "notifications", "templates", "static", "tests", "docs"}


def test_top_level_names_are_fixed() -> None:
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")} - {"var"}
    assert folders <= TOP_LEVEL


INLINE = re.compile(r"""\s(style|on[a-z]+)\s*=\s*["']""")


def test_no_inline_style_or_handler_in_pages() -> None:
    """The content security policy refuses them; mails are the exception, for mail programs know no style sheets."""
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "email" not in path.parts]
    report([str(path.relative_to(ROOT)) for path in pages if INLINE.search(_tags_only(path))])


def _tags_only(path: Path) -> str:
    return re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text())


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    sources = [m.path for m in source.modules()] + list((ROOT / "templates").rglob("*.html"))
    report([str(path.relative_to(ROOT)) for path in sources if marks.search(path.read_text())])
