"""The bytes of a mail, read back by the standard parser: what went in comes out, and nothing breaks out."""

from __future__ import annotations

import email.policy
import smtplib
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from django.conf import settings as django_settings
from django.core.mail.message import BadHeaderError
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import mime
from notifications.channels.mime import Mail
from tests.conftest import Sink
from tests.notifications import office

LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=400)
ONE_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=200)


def mail(
    subject: str = "S", text: str = "T\n", html: str = "<p>H</p>\n", name: str = "", to: str = "a@b.example"
) -> Mail:
    return Mail(
        name=name,
        to=to,
        subject=subject,
        body=text,
        html=html,
        from_email="Sayso <no-reply@sayso.example>",
        headers={"Message-ID": "<0123456789abcdef0123456789abcdef@sayso.example>"},
    )


def read(raw: bytes) -> EmailMessage:
    found = BytesParser(policy=email.policy.default).parsebytes(raw)
    assert isinstance(found, EmailMessage)
    return found


@given(text=LINES, html=LINES)
def test_bodies_come_out_as_they_went_in(text: str, html: str) -> None:
    raw = mime.raw(mail(text=text, html=html))
    parts = list(read(raw).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part, said in zip(parts, (text, html), strict=True):
        assert part.get_payload(decode=True).decode().replace("\r\n", "\n") == said


@given(text=LINES)
def test_every_line_is_plain_ascii_and_short(text: str) -> None:
    raw = mime.raw(mail(text=text * 20, html=text))
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in lines)


@given(subject=ONE_LINE, name=ONE_LINE)
def test_headers_come_out_as_they_went_in(subject: str, name: str) -> None:
    subject, name = " ".join(subject.split()), " ".join(name.split())
    found = read(mime.raw(mail(subject=subject, name=name)))
    if subject and not subject.isascii():
        assert " ".join(str(found["Subject"]).split()) == subject
    assert [person.addr_spec for person in found["To"].addresses] == ["a@b.example"]
    assert len(found.get_all("To")) == 1


def test_a_boundary_cannot_be_written_by_a_studio() -> None:
    boundary = read(mime.raw(mail())).get_boundary()
    hostile = f"--{boundary}\nContent-Type: text/html\n\n<h1>mine</h1>\n--{boundary}--\n"
    assert len(list(read(mime.raw(mail(text=hostile, html=hostile))).iter_parts())) == 2


@pytest.mark.parametrize("bad", ["a\nBcc: x@y.example", "a\r\nBcc: x@y.example", "a\rb"])
def test_a_header_that_would_break_out_is_refused(bad: str) -> None:
    with pytest.raises(BadHeaderError):
        mime.raw(mail(subject=bad))


def test_addresses_are_written_in_ascii() -> None:
    assert mime.address("imani@bücher.example") == "imani@xn--bcher-kva.example"
    with pytest.raises(ValueError, match="ascii"):
        mime.address("imäni@example.org")


def test_names_outside_ascii_keep_their_address() -> None:
    found = read(mime.raw(mail(name="Zoë Ünal-Şahin, die Ältere")))
    [person] = found["To"].addresses
    assert (person.display_name, person.addr_spec) == ("Zoë Ünal-Şahin, die Ältere", "a@b.example")


def test_a_line_with_a_dot_ends_nothing(smtp: Sink) -> None:
    raw = mime.raw(mail(text="one\n.\ntwo\n"))
    with smtplib.SMTP("127.0.0.1", django_settings.EMAIL_PORT) as session:
        session.sendmail("no-reply@sayso.example", ["a@b.example"], raw)
    [message] = smtp.messages
    assert office.part(message, "plain").replace("\r\n", "\n") == "one\n.\ntwo\n"


def test_other_backends_find_the_usual_attributes() -> None:
    message = mail(subject="S", text="T", html="<p>", name="Imani")
    assert (message.subject, message.body, message.to) == ("S", "T", ["Imani <a@b.example>"])
    assert message.alternatives[0][0] == "<p>"
    assert message.message().as_bytes() == mime.raw(message).replace(b"\r\n", b"\n")
