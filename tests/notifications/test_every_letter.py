"""Every mail there is: each that happens can be written in every language, and no token stays behind in a row."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.core import serializers
from django.db import connection, transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe

from consent.access import by_link
from consent.core.actor import Actor
from consent.core.roles import Right, StudioRole
from consent.core.vocabulary import Stance, Use
from consent.models import (
    ActionLink,
    Fact,
    FactPayload,
    Grant,
    Membership,
    ThreadKind,
    UseRequest,
)
from consent.services import (
    decisions,
    expirations,
    grants,
    ledger,
    links,
    moves,
    people,
    representatives,
    studios,
    use_requests,
)
from notifications import letters, reminders
from notifications.bag import WITH, Bag
from notifications.catalogue import CATALOGUE, TEMPLATES
from notifications.channels.style import inlined, ready
from notifications.models import Channel, Choice, Delivery, State
from tests import make
from tests.conftest import Sink
from tests.make import NOW, Cast, at
from tests.notifications import office

TOKEN = re.compile(r"sl1_[A-Za-z0-9_-]{43}")
DIGEST = re.compile(r"[0-9a-f]{8}(?: [0-9a-f]{8}){7}")


def everything(cast: Cast) -> None:
    """One of nearly everything that can happen."""
    owner = cast.northlight.actor(as_="owner")
    row = make.pending(cast.northlight, cast.imani)
    use_requests.say(row, "Who trains the model?", actor=cast.imani.actor(), now=NOW)
    use_requests.say(row, "Nobody does.", actor=cast.northlight.actor(), now=NOW)
    decisions.not_now(row, actor=cast.imani.actor(), now=NOW)
    use_requests.amend(row, make.terms(channels=["STREAMING"]), revision=1, actor=cast.northlight.actor(), now=NOW)
    row = UseRequest.objects.get(pk=row.pk)
    decisions.counter(
        row,
        make.terms(territories=["GB"]),
        revision=row.revision,
        digest=row.digest,
        nonce=uuid.uuid4(),
        actor=cast.imani.actor(),
        now=NOW,
    )
    row = UseRequest.objects.get(pk=row.pk)
    use_requests.accept_counter(row, revision=row.revision, actor=cast.northlight.actor(), now=NOW)
    row = UseRequest.objects.get(pk=row.pk)
    make.approve(row, cast.imani)
    decisions.take_back(row, actor=cast.imani.actor(), now=NOW)
    row = UseRequest.objects.get(pk=row.pk)
    make.decline(row, cast.imani, reason="Not this part.")
    decisions.reopen(row, actor=cast.imani.actor(), now=NOW)
    row = UseRequest.objects.get(pk=row.pk)
    by_link.mint(row, cast.imani.user, now=NOW)
    decisions.disown(row, actor=cast.imani.actor(), now=NOW)
    grant = make.granted(cast.northlight, cast.imani)
    lapsing = make.pending(cast.northlight, cast.imani, days=2)
    withdrawn = make.pending(cast.northlight, cast.imani)
    use_requests.withdraw(withdrawn, revision=1, actor=cast.northlight.actor(), now=NOW)
    expirations.sweep(now=at(days=2, minutes=1))
    assert UseRequest.objects.get(pk=lapsing.pk).state == "LAPSED"
    grants.stop_everything(cast.imani.performer, actor=cast.imani.actor(), now=at(days=3))
    grants.start_again(cast.imani.performer, actor=cast.imani.actor(), now=at(days=4))
    expirations.sweep(now=at(days=150))
    grants.withdraw(Grant.objects.get(pk=grant.pk), actor=cast.imani.actor(), now=at(days=151))
    studios.invite_member(cast.northlight.studio, "new@example.org", StudioRole.VIEWER, actor=owner, now=NOW)
    fresh = make.a_studio("fresh", "Fresh Films", verified=False)
    studios.refuse_studio(fresh.studio, "No such company.", actor=make.staff(), now=NOW)


def the_rest(cast: Cast) -> None:
    """What answers by itself, what the clocks say, and the vault."""
    mine = cast.imani.actor(second_factor=True)
    people.pause(cast.imani.performer, actor=mine, now=NOW)
    people.unpause(cast.imani.performer, actor=mine, now=NOW)
    row = make.pending(cast.northlight, cast.imani)
    use_requests.say(row, "I would take it.", kind=ThreadKind.NOTE, actor=mine, now=NOW)
    link = by_link.mint(row, cast.imani.user, now=NOW)
    links.send_again(link, now=NOW)
    reminders.send_due(now=at(days=7))
    cast.imani.stance(Use.AGE_CHANGE, Stance.ALLOW)
    cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER)
    make.pending(cast.northlight, cast.imani, make.terms(essential=["USE"]))
    grant = Grant.objects.select_related("use_request", "performer", "studio", "production").get()
    told = {"caption": "Left profile", "media": ["M-0000000000"], "performer": "Imani Clarke"}
    later = (row.deadline_at or NOW).isoformat()
    synthetic: dict[str, dict[str, object]] = {
        "use_request.held_for_you": moves.facts_of(row) | {"held_until": later},
        "media.refused": told | {"code": "BROKEN", "values": {}},
        "media.deleted": told,
        "media.vault_deleted": {"performer": "Imani Clarke", "count": 3},
        "media.downloaded": grants.facts_of(grant) | told,
    }
    synthetic |= {
        f"grant.clock_ended {clock}": grants.facts_of(grant) | {"clock": clock, "days": 0, "ends_at": later}
        for clock in ("GENERATE", "EXPLOIT", "DESTROY")
    }
    with transaction.atomic():
        for kind, payload in synthetic.items():
            ledger.record(
                kind.partition(" ")[0],
                performer=cast.imani.performer,
                studio=None if kind.startswith("media.r") else cast.northlight.studio,
                use_request=row if kind.startswith("use_request") else None,
                subject_ref="M-0000000000" if kind.startswith("media") else grant.ref,
                actor=Actor.clock(),
                now=NOW,
                payload=payload,
            )


def partings(cast: Cast) -> None:
    """Who comes, who goes, and who may do what."""
    owner = cast.northlight.actor(as_="owner")
    viewer = Membership.objects.get(user=cast.northlight.viewer)
    studios.change_role(viewer, StudioRole.CLEARANCE, actor=owner, now=NOW)
    studios.remove_member(Membership.objects.get(pk=viewer.pk), actor=owner, now=NOW)
    studios.introduce(cast.tern.studio, cast.imani.performer.ref, actor=cast.tern.actor(), now=NOW)
    mine = cast.imani.actor(second_factor=True)
    representatives.invite_representative(
        cast.imani.performer, "second@agency.example", agency="Two", rights=(Right.SEE,), actor=mine, now=NOW
    )
    representatives.change_representation(cast.authority, rights=(Right.SEE,), actor=mine, now=NOW)
    representatives.revoke_representation(cast.authority, actor=mine, now=at(days=202))


def all_written() -> set[str]:
    """Write everything that waits, in every language; returns the kinds."""
    rows = list(Delivery.objects.select_related(*WITH))
    bag = Bag.pack(rows, now=NOW)
    for code, _name in django_settings.LANGUAGES:
        with translation.override(code):
            for row in rows:
                assert letters.title(row, bag)
                assert "functools" not in letters.title(row, bag)
                assert letters.page_of(row, bag).startswith("/")
    for row in rows:
        if row.channel == Channel.EMAIL and not bag.trouble(row):
            letter = letters.write(row, bag)
            everything_said = letter.subject + letter.text + letter.html
            assert letter.subject
            assert "functools" not in everything_said
            assert not re.search(r"\{[{%]|%\(", everything_said)
            assert not re.search(r"\bNone\b(?! came)", letter.text.replace("training: None", "")), letter.text
            assert not re.search(r"(?m)^[,.;:]", letter.text)
    return {row.kind for row in rows}


def test_every_notice_that_happens_can_be_written_in_every_language(cast: Cast) -> None:
    everything(cast)
    the_rest(cast)
    office.dispatch()
    kinds = all_written()
    partings(cast)
    office.dispatch()
    told = {kind for kind, row in CATALOGUE.items() if row.notices}
    assert told - kinds - all_written() == set()


@pytest.mark.parametrize("code", [code for code, _name in django_settings.LANGUAGES])
@pytest.mark.parametrize("name", TEMPLATES)
def test_all_templates_render_for_all_locales(name: str, code: str) -> None:
    """With nothing known at all: a template may say little, and must not fail."""
    values = {"css": inlined(), "title": "T", "subject": "S", "href": "https://sayso.example/", "count": 2, "items": []}
    with translation.override(code):
        for neutral in (False, True):
            for part in ("subject.txt", "txt"):
                template = get_template(f"email/{name}.{part}").template
                assert template.render(Context(values | {"neutral": neutral}, autoescape=False)).strip()
        assert "</html>" in get_template(f"email/{name}.html").template.render(Context(values))


def test_every_class_in_a_mail_carries_its_style() -> None:
    page = get_template("email/new_request.html").template.render(Context({"css": inlined()}))
    for tag in re.findall(r"<(?:td|table|a|span|div|h1|th|b)\b[^>]*class=[^>]*>", page):
        assert 'style="' in tag, tag
        assert 'style=""' not in tag, tag


def rows_of(model: type) -> Iterator[str]:
    yield serializers.serialize("json", model.objects.all())  # type: ignore[attr-defined]


def test_no_token_lands_in_a_row(cast: Cast, smtp: Sink) -> None:
    everything(cast)
    office.run()
    tokens = {token for message in smtp.messages for token in TOKEN.findall(office.part(message, "plain"))}
    assert len(tokens) >= 4
    for model in (Delivery, ActionLink, Fact, FactPayload, UseRequest, Choice):
        for dumped in rows_of(model):
            assert "sl1_" not in dumped
            assert not any(token[4:] in dumped for token in tokens)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(d::text, '') FROM notifications_delivery d")
        assert "sl1_" not in cursor.fetchone()[0]


def test_a_digest_of_facts_has_no_fact_of_its_own(cast: Cast) -> None:
    assert all(kind in CATALOGUE for kind in Delivery.objects.filter(digest_on=None).values_list("kind", flat=True))
    assert State.DIGEST in State


@pytest.mark.parametrize("name", TEMPLATES)
def test_ready_templates_say_what_the_plain_ones_say(name: str) -> None:
    """Flattening, inlining and translating ahead must change nothing but the time it takes."""
    known = {
        "css": {key: mark_safe(style) for key, style in inlined().items()},
        "title": "T <i>",
        "subject": "S",
        "href": "https://sayso.example/?a=1&b=2",
        "studio": "Night & Light",
        "project": 'The "Salt" Road',
        "performer": "Imani <Clarke>",
        "choose": "/notices/",
        "pause": "/pause/",
        "audience": "PERFORMER",
        "mine": True,
        "acted": True,
        "count": 2,
        "items": [{"title": "A & B", "href": "/x", "at": "now"}],
        "ask": {
            "may_answer": True,
            "rows": [
                {"label": "Where", "value": "a<b", "tag": "wider"},
                {"label": "What", "value": "b", "decide": True},
            ],
            "changes": [{"label": "How", "value": "a<b", "was": "b & c"}],
            "others": "R & S",
            "others_count": 2,
            "proof": "ADDRESS",
        },
        "dates": [{"label": "Until", "value": "<now>"}],
        "message": "Hello <b>",
        "reason": "Not & never",
    }
    for code, _name in django_settings.LANGUAGES:
        with translation.override(code):
            for part, escaped in (("subject.txt", False), ("txt", False), ("html", True)):
                plain = get_template(f"email/{name}.{part}").template.render(Context(known, autoescape=escaped))
                fast = ready(f"{name}.{part}", code).render(Context(known, autoescape=escaped))
                assert fast == plain
