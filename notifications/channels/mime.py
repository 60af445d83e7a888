"""Builds a mail's bytes: text and HTML as quoted-printable, so that no server on the way needs to touch a line.

The standard library's generator folds every header and walks every part again for each mail, which cost more than writing
and sending it. A mail from here has one shape, so its bytes are put together directly; a test reads them back with the
standard parser.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from email.header import Header
from email.message import Message
from email.parser import BytesParser
from email.utils import formataddr, formatdate, parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError
from django.utils.encoding import punycode

_BREAK = re.compile(r"\n(?![ \t])|\r(?!\n[ \t])")  # a folded line goes on with a space
_LONGEST_PLAIN = 900  # octets; RFC 5322 allows 998 in a line


class Wire:
    """What Django's backends ask of a message, from bytes that are ready."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self._raw if linesep == "\r\n" else self._raw.replace(b"\r\n", linesep.encode())

    def parsed(self) -> Message:
        return BytesParser().parsebytes(self._raw)

    def __getitem__(self, name: str) -> Any:
        return self.parsed()[name]


class Mail(EmailMultiAlternatives):
    """A Django message to one person, whose bytes are made by ``raw``; every backend finds the rest in the usual attributes."""

    def __init__(self, *, name: str, to: str, html: str, **options: Any) -> None:
        super().__init__(to=[formataddr((name, to)) if name else to], **options)
        self.mailbox = (name, to)
        self.html = html
        self.attach_alternative(html, "text/html")

    def message(self) -> Wire:  # type: ignore[override]
        return Wire(raw(self))


def raw(mail: Mail) -> bytes:
    """The whole mail with CRLF line ends. Raises BadHeaderError (a ValueError) for a header that would break out."""
    # "=_" cannot stand in quoted-printable text, so the boundary can stand nowhere else.
    boundary = "=_" + binascii.hexlify(str(mail.extra_headers["Message-ID"]).encode()).decode()[:48]
    headers = {
        "From": _mailbox("From", *parseaddr(mail.from_email)),
        "To": _mailbox("To", *mail.mailbox),
        "Subject": mail.subject,
        "Date": formatdate(localtime=False),
        **mail.extra_headers,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    parts = (_part(boundary, "text/plain", str(mail.body)), _part(boundary, "text/html", mail.html))
    return _headers(headers) + b"\r\n" + b"".join(parts) + f"--{boundary}--\r\n".encode()


def address(local_at_domain: str) -> str:
    """The address as a server reads it: the domain in ASCII. Raises ValueError for a mailbox that is not."""
    local, _, domain = local_at_domain.rpartition("@")
    written = f"{local}@{punycode(domain)}"
    written.encode("ascii")
    return written


def _part(boundary: str, kind: str, content: str) -> bytes:
    head = (
        f'--{boundary}\r\nContent-Type: {kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    body = binascii.b2a_qp(content.replace("\r\n", "\n").encode(), istext=True)
    return head.encode() + body.replace(b"\n", b"\r\n") + b"\r\n"


def _headers(headers: Mapping[str, Any]) -> bytes:
    return b"".join(_header(name, str(value)) for name, value in headers.items())


def _header(name: str, value: str) -> bytes:
    if _BREAK.search(value):
        raise BadHeaderError(f"a line break in {name}")
    if value.isascii() and len(value) < _LONGEST_PLAIN:
        return f"{name}: {value}\r\n".encode()
    return b"%s: %s\r\n" % (name.encode(), _encoded(name, value).encode())


def _encoded(name: str, value: str) -> str:
    """RFC 2047 words, folded."""
    return Header(value, "utf-8", header_name=name).encode(linesep="\r\n")


def _mailbox(header: str, name: str, where: str) -> str:
    """A name outside ASCII is encoded, the address beside it never."""
    return formataddr((name, where)) if name.isascii() else f"{_encoded(header, name)} <{where}>"
