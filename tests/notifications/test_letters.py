"""What a mail says: the whole request, the same in text and HTML, equal answers, and nothing that must not be there."""

from __future__ import annotations

import html
import json
import re
from email.message import Message
from html.parser import HTMLParser

from django.conf import settings as django_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from consent.access import by_link
from consent.models import (
    Grant,
    Performer,
    Production,
    Studio,
    User,
    UseRequest,
)
from consent.render import money
from consent.services import (
    decisions,
    grants,
    use_requests,
)
from notifications.bag import WITH
from notifications.channels.email import MailPost, compose
from notifications.models import Channel, Delivery, Settings
from tests import make
from tests.conftest import Sink
from tests.make import NOW, Cast, at
from tests.notifications import office
from tests.notifications.office import written

TOKEN = re.compile(r"sl1_[A-Za-z0-9_-]{43}")
DIGEST = re.compile(r"[0-9a-f]{8}(?: [0-9a-f]{8}){7}")


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


def test_composing_needs_no_connection(asked: Delivery) -> None:
    message: Message = compose(Delivery.objects.select_related(*WITH).get(pk=asked.pk), written(asked)).message()
    assert message["Subject"] == "Northlight Pictures asks about The Salt Road"
    MailPost().__exit__(None, None, None)


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
