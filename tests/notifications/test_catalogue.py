"""Every fact kind has its row, every row its words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import resolve

from notifications import addresses
from notifications.catalogue import CATALOGUE, CHOOSABLE, TEMPLATES, Audience, may_unsubscribe, notice_of
from notifications.models import Group
from tests.architecture.source import ROOT

ALWAYS = (
    "grant.issued",
    "grant.withdrawn",
    "performer.stopped",
    "link.disowned",
    "use_request.approved",
    "preferences.confirmed",
)
FAMILIES = {
    "performer", "preferences", "media", "use_request", "grant", "link", "studio", "representative", "production"
}  # fmt: skip


def kinds_recorded() -> set[str]:
    """Every text constant of the services that looks like a fact kind and stands in a call or an assignment."""
    found = set()
    for folder in ("consent/services", "notifications"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name == "catalogue.py" or "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    family, dot, rest = node.value.partition(".")
                    if dot and family in FAMILIES and rest.isidentifier():
                        found.add(node.value)
    return found


def test_the_search_finds_what_is_recorded() -> None:
    assert {"use_request.submitted", "grant.issued", "performer.stopped", "studio.founded"} <= kinds_recorded()


def test_every_recorded_kind_has_a_row() -> None:
    assert kinds_recorded() <= set(CATALOGUE)


def test_no_row_is_for_a_kind_that_nobody_records() -> None:
    assert set(CATALOGUE) <= kinds_recorded()


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("part", ["subject.txt", "txt", "html"])
def test_every_mail_has_subject_text_and_html(name: str, part: str) -> None:
    get_template(f"email/{name}.{part}")


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_every_notice_leads_to_a_page(kind: str) -> None:
    """The address exists, and reads as the kind of page that this audience has."""
    about_request = kind.startswith(("use_request.", "link."))
    for notice in CATALOGUE[kind].notices:
        address = addresses.page(
            notice.to,
            kind,
            slug="northlight",
            subject_ref="X-0000000000",
            performer_ref="P-0000000000",
            use_request_ref="R-0000000000" if about_request else "",
        )
        assert resolve(address).view_name.partition(":")[0] in PLACES[notice.to], address


PLACES = {
    Audience.PERFORMER: {"performer"},
    Audience.REPRESENTATIVES: {"desk"},
    Audience.CLEARANCE: {"studio"},
    Audience.OWNERS: {"studio"},
    Audience.NAMED: {"studio", "desk"},
    Audience.INVITED: {"studio", "desk"},
    Audience.STAFF: {"staff"},
}


def test_no_template_is_left_over() -> None:
    folder = Path(ROOT / "templates/email")
    assert {path.name.partition(".")[0] for path in folder.glob("*.html")} - {"base"} == set(TEMPLATES)


def test_security_and_receipts_are_mandatory_and_offer_no_way_out() -> None:
    for kind in ALWAYS:
        assert CATALOGUE[kind].mandatory, kind
    for kind, row in CATALOGUE.items():
        if row.group is Group.SECURITY and any(notice.email for notice in row.notices):
            assert row.mandatory, kind
        if row.mandatory or row.group in (Group.ANSWERS, Group.SECURITY):
            assert not may_unsubscribe(row), kind
    assert Group.SECURITY not in CHOOSABLE


def test_whoever_asks_for_an_answer_carries_the_link() -> None:
    for kind, row in CATALOGUE.items():
        for notice in row.notices:
            assert notice.link or not notice.asks, kind
            assert notice_of(kind, notice.to) is not None


def test_the_studio_is_never_told_of_a_yes_that_still_waits() -> None:
    for kind in ("approved", "held_for_you", "taken_back", "note_left", "forwarded"):
        assert {notice.to.value for notice in CATALOGUE[f"use_request.{kind}"].notices} <= {
            "PERFORMER",
            "REPRESENTATIVES",
        }
