"""What a mail says: the whole request, the same in text and HTML, equal answers, and nothing that must not be there."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Iterator
from email.message import Message
from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings
from django.core import serializers
from django.db import connection, transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

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
    Performer,
    Production,
    Studio,
    ThreadKind,
    User,
    UseRequest,
)
from consent.render import money
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
from notifications.channels.email import MailPost, compose
from notifications.channels.style import inlined, ready
from notifications.letters import Letter
from notifications.models import Channel, Choice, Delivery, Settings, State
from tests import make
from tests.conftest import Sink
from tests.make import NOW, Cast, at
from tests.notifications import office

TOKEN = re.compile(r"sl1_[A-Za-z0-9_-]{43}")
DIGEST = re.compile(r"[0-9a-f]{8}(?: [0-9a-f]{8}){7}")


def written(row: Delivery, now: object = NOW) -> Letter:
    loaded = Delivery.objects.select_related(*WITH).get(pk=row.pk)
    return letters.write(loaded, Bag.pack([loaded], now=now))  # type: ignore[arg-type]


@pytest.fixture
def asked(cast: Cast) -> Delivery:
    """The mail of a new request to Imani."""
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    return office.mails(cast.imani.user)[0]


class Anchors(HTMLParser):
    """Every link of a mail: what it says, where it goes, and how it and its cell look."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.cell = ""
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "td":
            self.cell = json.dumps(sorted(given.items()))
        if tag == "a":
            self.open = True
            self.found.append(
                {"href": given["href"], "style": given["style"], "class": given["class"], "cell": self.cell, "says": ""}
            )

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.found[-1]["says"] += data


def anchors(page: str) -> list[dict[str, str]]:
    parser = Anchors()
    parser.feed(page)
    return parser.found


def words(page: str) -> str:
    """The text of a page without tags, head and whitespace."""
    body = page[page.index("<body") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).replace("\xa0", " ")


def test_the_three_answers_are_equal_and_no_comes_first(asked: Delivery) -> None:
    found = [
        link for link in anchors(written(asked).html) if link["says"] in ("Decline", "Change the terms", "Approve")
    ]
    assert [link["says"] for link in found] == ["Decline", "Change the terms", "Approve"]
    assert len({(link["style"], link["class"], link["cell"], link["href"]) for link in found}) == 1
    assert TOKEN.search(found[0]["href"])
    assert "?" not in found[0]["href"]
    assert "#" not in found[0]["href"]


def test_text_and_html_say_the_same(asked: Delivery) -> None:
    letter = written(asked)
    assert set(TOKEN.findall(letter.text)) == set(TOKEN.findall(letter.html))
    assert len(set(TOKEN.findall(letter.html))) == 1
    row = UseRequest.objects.get()
    assert DIGEST.findall(letter.text) == DIGEST.findall(letter.html)
    assert DIGEST.findall(letter.text)[0].replace(" ", "") == row.digest
    shown = words(letter.html)
    for line in filter(None, map(str.strip, letter.text.splitlines())):
        if "http" not in line and line != "--":
            label, colon, value = line.partition(": ")
            said = f"{label} {value}" if colon and line not in shown else line.rstrip(":")
            assert said in shown or said.lstrip("?↗ ") in shown, line


def test_the_whole_request_is_in_the_mail(asked: Delivery) -> None:
    letter = written(asked)
    assert letter.subject == "Northlight Pictures asks about The Salt Road"
    for said in (
        "20 years younger",
        "Episode 3, scenes 14 and 22",
        "£6,500 a year",
        "UK and Ireland",
        "They will not train any model on you.",
    ):
        assert said in letter.text
        assert said in words(letter.html)
    for said in (
        "Opening a link never sends an answer.",
        "Reply by Sunday 21 June, 10:30 BST. If you do nothing, the answer is no.",
        "Rosalind Pike has had the same e-mail.",
        "These links are for imani@example.org.",
        "we also ask you to type this address",
        "Why you got this",
        "Choose what we e-mail you",
        "Pause all requests",
    ):
        assert said in letter.text
        assert said in words(letter.html)


def test_the_link_opens_this_request_for_this_person(asked: Delivery, cast: Cast) -> None:
    link = by_link.open_(TOKEN.findall(written(asked).text)[0])
    assert (link.recipient, link.use_request_id, link.revision) == (cast.imani.user, asked.use_request_id, 1)
    assert by_link.open_(TOKEN.findall(written(asked).text)[0]).pk == link.pk  # a mail sent again carries the same link


def test_a_heightened_request_says_that_a_link_cannot_approve_it(cast: Cast) -> None:
    office.forget()
    make.pending(cast.northlight, cast.imani, make.terms(**make.VOICE_CLONE))
    office.dispatch()
    letter = written(office.mails(cast.imani.user)[0])
    assert "you sign in and prove that it is you once more" in letter.text
    assert "type this address" not in letter.text


def test_a_changed_request_says_what_changed(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    changed = make.terms(channels=["STREAMING", "ADVERTISING"])
    use_requests.amend(row, changed, revision=1, actor=cast.northlight.actor(), now=NOW)
    office.dispatch()
    letter = written(office.mails(cast.imani.user)[0])
    assert letter.subject == "Northlight Pictures changed the request about The Salt Road"
    changes = letter.text.partition("What changed since the last version")[2].partition("The terms as they stand")[0]
    assert "Streaming and Advertising" in changes
    assert "before: Cinema and Streaming" in changes
    assert "UK and Ireland" not in changes


def test_times_stand_in_the_readers_zone_and_language(cast: Cast, asked: Delivery) -> None:
    Performer.objects.filter(pk=cast.imani.performer.pk).update(time_zone="America/Los_Angeles", locale="es")
    letter = written(asked)
    assert "02:30" in letter.text or "2:30" in letter.text
    assert "21 de junio" in letter.text
    assert "21 June" not in letter.text
    assert '<html lang="es"' in letter.html


def test_no_mail_reads_anything_from_elsewhere(asked: Delivery) -> None:
    page = written(asked).html
    assert "<img" not in page
    assert "<link" not in page
    assert "url(" not in page
    assert "@import" not in page
    assert "<script" not in page
    assert 'name="color-scheme" content="light dark"' in page
    assert "prefers-color-scheme: dark" in page
    assert all(link["href"].startswith(django_settings.SITE_URL) for link in anchors(page))


def test_headers(asked: Delivery, cast: Cast, smtp: Sink) -> None:
    office.send()
    message = next(found for found in smtp.messages if "imani" in found["To"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{asked.message_id}@localhost>"
    assert re.fullmatch(r"[0-9a-f]{32}", asked.message_id)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https?://[^>]+/su1\.[^>]+>", message["List-Unsubscribe"].strip())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/html"]


def test_answers_and_security_offer_no_unsubscribing(cast: Cast, smtp: Sink) -> None:
    row = make.pending(cast.northlight, cast.imani)
    office.forget()
    by_link.mint(row, cast.imani.user, now=NOW)
    make.approve(row, cast.imani)
    decisions.disown(row, actor=cast.imani.actor(), now=NOW)
    office.run()
    assert len(smtp.messages) == 4
    assert all(message["List-Unsubscribe"] is None for message in smtp.messages)


def test_neutral_subjects_are_neutral_and_titles_are_not(asked: Delivery, cast: Cast) -> None:
    Settings.objects.create(user=cast.imani.user, neutral_subjects=True)
    letter = written(asked)
    assert letter.subject == "A studio has sent you a request"
    assert "Northlight Pictures asks about The Salt Road" in letter.text


def test_a_name_cannot_break_out_of_a_header_or_into_the_page(cast: Cast) -> None:
    nasty = "Salt\r\nBcc: all@example.org <script>alert(1)</script>"
    Production.objects.filter(pk=cast.northlight.production.pk).update(title=nasty)
    Studio.objects.filter(pk=cast.northlight.studio.pk).update(name='"><a href="http://evil.example">')
    User.objects.filter(pk=cast.imani.user.pk).update(full_name="Imani\r\nBcc: x@example.org")
    cast.northlight.studio.refresh_from_db()
    cast.northlight.production.refresh_from_db()
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    asked = office.mails(cast.imani.user)[0]
    letter = written(asked)
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject
    assert "<script" not in letter.html
    assert "evil.example" not in [link["href"] for link in anchors(letter.html)]
    loaded = Delivery.objects.select_related(*WITH).get(pk=asked.pk)
    sent = compose(loaded, letter).message()
    assert sent["Bcc"] is None
    assert len(sent.parsed().get_all("To")) == 1


FEES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"basis": st.just("FLAT"), "amount": st.integers(1_00, 9_999_999_00)}),
        st.fixed_dictionaries(
            {
                "basis": st.just("PER_PERIOD"),
                "unit": st.sampled_from(["MONTH", "YEAR"]),
                "amount": st.integers(100_00, 9_999_999_00),
            }
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(fees=FEES, currency=st.sampled_from(["GBP", "USD", "EUR"]))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_subject_ever_names_a_fee_a_use_or_a_content(
    asked: Delivery, cast: Cast, fees: list[dict[str, object]], currency: str
) -> None:
    terms = make.terms(fees=[fee | {"currency": currency} for fee in fees], sensitivities=["VIOLENCE"])
    row = make.pending(cast.northlight, cast.imani, terms)
    office.dispatch()
    for mail in Delivery.objects.filter(use_request=row, channel=Channel.EMAIL, kind="use_request.submitted"):
        letter = written(mail)
        for fee in terms.fees:
            assert money.money(fee.amount, fee.currency) not in letter.subject
            assert str(fee.amount // 100) not in letter.subject
        assert not re.search(r"[£$€\d]", letter.subject)
        assert not re.search(r"age|voice|violen", letter.subject, re.IGNORECASE)


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


def test_composing_needs_no_connection(asked: Delivery) -> None:
    message: Message = compose(Delivery.objects.select_related(*WITH).get(pk=asked.pk), written(asked)).message()
    assert message["Subject"] == "Northlight Pictures asks about The Salt Road"
    MailPost().__exit__(None, None, None)


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


def test_days_read_as_days_for_every_reader(cast: Cast) -> None:
    """The terms say 30 June 2029, end of day in London. A reader elsewhere is told the same day, and whose it is."""
    grant = make.granted(cast.northlight, cast.imani)
    User.objects.filter(pk=cast.northlight.owner.pk).update(time_zone="America/New_York")
    office.forget()
    grants.withdraw(Grant.objects.get(pk=grant.pk), actor=cast.imani.actor(), now=at(days=60))
    office.dispatch(at(days=60))
    mine = written(office.mails(cast.imani.user)[0], at(days=60)).text
    theirs = written(office.mails(cast.northlight.owner)[0], at(days=60)).text
    assert "Finished work may be shown until: 30 June 2029\n" in mine
    assert "Finished work may be shown until: 30 June 2029 (Europe/London)\n" in theirs
    assert "10 August 2026, 10:30" in mine
    assert "10 August 2026, 05:30" in theirs
