"""The development mailbox shows what was sent, runs nothing of it, and does not exist in production."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("mailbox")


def send(to: str = "imani@example.org", *, subject: str = "Ünder review", html: str = "<p>Hello</p>") -> None:
    mail = EmailMultiAlternatives(subject, "See http://localhost:8000/l/abc", "Sayso <post@example.org>", [to])
    if html:
        mail.attach_alternative(html, "text/html")
    mail.attach("terms.txt", "seen", "text/plain")
    mail.send()


def test_empty_mailbox_says_so(client: Client) -> None:
    assert b"No mail yet." in client.get("/mailbox/").content
    assert client.get("/mailbox/messages.json").json() == []


def test_messages_for_scripts_newest_first_and_by_address(client: Client) -> None:
    send(subject="first")
    send("Rosalind <rosalind@example.org>", subject="second")
    mails = client.get("/mailbox/messages.json").json()
    assert [mail["subject"] for mail in mails] == ["second", "first"]
    assert mails[0]["to"] == ["rosalind@example.org"]
    only = client.get("/mailbox/messages.json", {"to": "Imani@example.org"}).json()
    assert [mail["subject"] for mail in only] == ["first"]
    assert only[0]["text"].strip() == "See http://localhost:8000/l/abc"
    assert only[0]["html"].strip() == "<p>Hello</p>"
    assert only[0]["headers"]["From"] == "Sayso <post@example.org>"
    assert only[0]["attachments"] == ["terms.txt"]


def test_one_message_in_the_browser(client: Client) -> None:
    send()
    identifier = client.get("/mailbox/messages.json").json()[0]["id"]
    page = client.get(reverse("mailbox:message", args=[identifier])).content.decode()
    assert "Ünder review" in page
    assert 'href="http://localhost:8000/l/abc"' in page
    source = client.get(reverse("mailbox:source", args=[identifier]))
    assert source.content.startswith(b"Content-Type: multipart/mixed")
    attached = client.get(reverse("mailbox:attachment", args=[identifier, 0]))
    assert attached.content == b"seen"
    assert attached["Content-Disposition"] == 'attachment; filename="terms.txt"'


def test_html_part_may_style_but_not_run(client: Client) -> None:
    send(html="<html><head><title>x</title></head><body style='color:red'><script>alert(1)</script></body></html>")
    identifier = client.get("/mailbox/messages.json").json()[0]["id"]
    answer = client.get(reverse("mailbox:html", args=[identifier]))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_top">' in answer.content.decode()


@pytest.mark.parametrize("identifier", ["0" * 24, "..%2f..%2fkeys", "x", "0" * 23 + "g"])
def test_unknown_message(client: Client, identifier: str) -> None:
    for tail in ("", "html/", "source/", "attachments/0/"):
        assert client.get(f"/mailbox/{identifier}/{tail}").status_code == 404


def test_missing_parts(client: Client) -> None:
    send(html="")
    identifier = client.get("/mailbox/messages.json").json()[0]["id"]
    assert client.get(reverse("mailbox:html", args=[identifier])).status_code == 404
    assert client.get(reverse("mailbox:attachment", args=[identifier, 1])).status_code == 404
