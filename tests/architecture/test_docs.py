"""Docs are part of the work: every setting, command and fact kind stands in them, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifications import catalogue
from portal.celery import app
from portal.schedule import EVERY_SECONDS
from tests.architecture import source
from tests.architecture.source import ROOT

OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text()
SETTING = re.compile(r'(?:env\.(?!impose|withdraw)\w+|_key)\(\s*"([A-Z][A-Z_]+)"')


def settings() -> list[str]:
    text = "".join(module.path.read_text() for module in source.inside("portal"))
    return sorted(set(SETTING.findall(text)))


@pytest.mark.parametrize("name", settings())
def test_a_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in OPERATIONS


def commands() -> list[str]:
    found = [path for package in source.PACKAGES for path in (ROOT / package).glob("management/commands/*.py")]
    return sorted(path.stem for path in found if path.stem != "__init__")


@pytest.mark.parametrize("name", commands())
def test_a_command_is_documented(name: str) -> None:
    assert f"manage.py {name}" in OPERATIONS


@pytest.mark.parametrize("kind", sorted(catalogue.CATALOGUE))
def test_a_fact_kind_is_documented(kind: str) -> None:
    assert f"`{kind}`" in OPERATIONS


DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    dead = [target for target in LINK.findall(path.read_text()) if not (path.parent / target).exists()]
    assert not dead


def test_every_job_of_the_beat_table_exists() -> None:

    app.loader.import_default_modules()
    assert set(EVERY_SECONDS) <= set(app.tasks)
