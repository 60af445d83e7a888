"""Every fact kind has a sentence for each reader, and a studio's history keeps the performer's secrets."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override

from consent.core.actor import Actor
from consent.models import Fact
from consent.render import history
from consent.render.words_of_history import HISTORY, STUDIO_MAY_READ
from consent.services import decisions, grants, people
from notifications.catalogue import CATALOGUE
from tests import make
from tests.make import at

PAYLOAD = {
    "by": "Rosalind Pike",
    "for": "Imani Clarke",
    "performer": "Imani Clarke",
    "studio": "Northlight Pictures",
    "production": "The Salt Road",
    "uses": ["AGE_CHANGE"],
    "held_until": "2026-06-11T10:00:00+00:00",
    "exploit_until": "2029-06-30T23:00:00+00:00",
    "ends_at": "2029-06-30T23:00:00+00:00",
    "until": "2026-06-20T23:00:00+00:00",
    "clock": "EXPLOIT",
    "caption": "walk.mov",
    "because": "USE_NEVER",
    "reason": "STOP",
    "code": "BROKEN",
    "number": 3,
    "visibility": "HIDDEN",
    "role": "CLEARANCE",
    "member": "Kit Lowe",
    "email": "kit@northlight.example",
    "representative": "Rosalind Pike",
    "changes": [
        {"path": f"uses.{use}.stance", "use": use, "code": "STANCE", "before": "ASK", "after": "NEVER", "looser": False}
        for use in ("AGE_CHANGE", "VOICE_CLONE", "LOOK_TEST", "PROMOTION", "CROWD_FILL")
    ],
}
CAPACITIES = ("PERFORMER", "REPRESENTATIVE", "STUDIO", "STAFF", "CLOCK")
READERS = ("performer", "representative", "studio", "staff")


def line(kind: str, capacity: str = "PERFORMER", reader: str = "performer", **changes: object) -> str:
    return history.line(kind, {**PAYLOAD, **changes}, actor={"capacity": capacity}, reader=reader, zone="Europe/London")


def test_every_fact_kind_is_told() -> None:
    assert HISTORY.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("kind", sorted(HISTORY))
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_line_reads_whole_for_every_reader(kind: str, language: str) -> None:
    with override(language):
        for reader in READERS:
            for capacity in CAPACITIES:
                told = line(kind, capacity, reader)
                if reader == "studio" and kind not in STUDIO_MAY_READ:
                    assert told == ""
                    continue
                assert told.endswith((".", "STOP"))
                assert told[0].isupper() or not told[0].isalpha()
                assert "%(" not in told
                assert "  " not in told


def test_lines_as_the_performer_reads_them() -> None:
    assert (
        line("use_request.submitted", "STUDIO") == "Northlight Pictures asked about The Salt Road: De-ageing or ageing."
    )
    assert line("use_request.approved") == (
        "You approved The Salt Road for Northlight Pictures. You can take it back until 11 June 2026, 11:00."
    )
    assert line("use_request.declined", "REPRESENTATIVE") == "Rosalind Pike, acting for you, declined The Salt Road."
    assert line("use_request.declined", "REPRESENTATIVE", "representative") == (
        "Rosalind Pike, acting for Imani Clarke, declined The Salt Road."
    )
    assert line("use_request.declined_for_you", "CLOCK") == (
        "The Salt Road by Northlight Pictures was declined for you. You marked this Never."
    )
    assert line("performer.paused") == "You paused new requests until Saturday 20 June."
    assert line("performer.paused", until="") == "You paused new requests."
    assert line("grant.clock_ended", "CLOCK") == "Showing finished work for The Salt Road has ended."
    assert line("media.downloaded", "STUDIO") == (
        "Rosalind Pike at Northlight Pictures opened “walk.mov” for The Salt Road."
    )


def test_long_lists_of_changes_are_cut() -> None:
    told = line("preferences.changed")
    assert told == (
        "You changed your preferences, version 3. De-ageing or ageing: from Ask me to Never. Voice clone: from Ask me to "
        "Never. Costume, make-up and lighting tests: from Ask me to Never. 2 more changes."
    )


def test_a_studio_learns_of_a_no_but_never_why() -> None:
    for kind in ("use_request.declined", "use_request.declined_for_you"):
        told = line(kind, "CLOCK", "studio", by="", because="CHANNEL_NEVER")
        assert "Never" not in told
        assert "for you" not in told
    assert line("use_request.declined_for_you", "CLOCK", "studio") == "Imani Clarke declined The Salt Road."


@pytest.mark.parametrize(
    "kind",
    [
        "use_request.approved", "use_request.held_for_you", "use_request.taken_back", "use_request.note_left",
        "use_request.forwarded", "use_request.previewed", "performer.stopped", "performer.paused", "preferences.changed",
        "media.added", "media.deleted", "representative.invited",
    ],
)  # fmt: skip
def test_what_is_not_a_studios_to_read(kind: str) -> None:
    assert not history.studio_may_read(kind)
    assert line(kind, reader="studio") == ""


def test_erased_and_unknown_facts_still_have_a_line() -> None:
    actor = {"capacity": "PERFORMER"}
    assert history.line("media.added", {}, actor=actor) == "Something was recorded here. What it said has been erased."
    assert history.line("moon.landed", {"by": "x"}, actor=actor).endswith("has no words for yet.")
    assert history.line("media.added", {"by": ""}, actor=actor) == "You added “a file” to your vault."


def told(reader: str, chain: object) -> list[str]:
    lines = []
    for fact in Fact.objects.filter(chain=chain).select_related("payload").order_by("seq"):
        header = json.loads(fact.header)
        said = history.line(
            fact.kind, json.loads(fact.payload.text), actor=header["actor"], reader=reader, zone="Europe/London"
        )
        lines += [said] if said else []
    return lines


def test_the_history_of_a_real_request(cast: make.Cast) -> None:
    imani = cast.imani
    row = make.pending(cast.northlight, imani)
    make.approve(row, imani)
    decisions.release(row, actor=Actor.clock(), now=at(minutes=10))
    grants.stop_everything(imani.performer, actor=imani.actor(), now=at(days=1))
    people.revoke_representation(cast.authority, actor=imani.actor(), now=at(days=2))
    mine = told("performer", imani.performer.chain)
    assert mine[0] == "You joined Sayso."
    assert "You invited rosalind@pikelarkin.example to act for you." in mine
    assert "Northlight Pictures has your reference and may ask you." in mine
    assert "Northlight Pictures may use you in The Salt Road: De-ageing or ageing, until 30 June 2029." in mine
    assert "You stopped everything." in mine
    assert "The permission for The Salt Road is paused. The performer stopped everything." in mine
    assert "You ended the authority of Rosalind Pike." in mine
    assert not [each for each in mine if "has no words" in each or "%(" in each]
    theirs = told("studio", imani.performer.chain)
    assert (
        "Northlight Pictures may use Imani Clarke in The Salt Road: De-ageing or ageing, until 30 June 2029." in theirs
    )
    assert not [each for each in theirs if "your" in each.lower().split() or "Rosalind" in each]
    studio = told("studio", cast.northlight.studio.chain)
    assert studio[0] == "Northlight Pictures Owner founded Northlight Pictures."
