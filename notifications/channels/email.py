"""E-mail over one kept connection: text and HTML, honest headers, and errors told apart by what can help."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.encoding import punycode

from notifications import addresses, letters
from notifications.bag import Bag
from notifications.channels import mime
from notifications.channels.base import Away, Permanent, Temporary
from notifications.channels.mime import Mail
from notifications.letters import Letter
from notifications.models import Delivery

_SECRET = re.compile(r"\b(sl1_|su1\.)[\w.\-]+")
_NOT_ASKED_FOR = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class MailPost:
    """``with MailPost() as post``: opens the connection at the first mail and closes it at the end."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend = get_connection()
        self._open = False
        self._sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, delivery: Delivery, bag: Bag) -> None:
        """Write the mail and hand it over. Raises Temporary, Away or Permanent."""
        letter = letters.write(delivery, bag)
        if not self._open:
            self._connect()
        try:
            message = compose(delivery, letter)
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _by_code(*next(iter(refused.recipients.values()))) from refused
        except smtplib.SMTPSenderRefused as refused:
            # Our own sender address or account is the trouble: another try helps once the operator has mended it.
            raise Temporary(f"SMTP_{refused.smtp_code}", _said(refused.smtp_error)) from refused
        except smtplib.SMTPServerDisconnected as gone:
            self._close()
            raise Temporary("DISCONNECTED", _clean(str(gone))) from gone
        except smtplib.SMTPResponseException as refused:
            raise _by_code(refused.smtp_code, refused.smtp_error) from refused
        except OSError as problem:  # SMTPException is one too: a timeout, a reset, a broken TLS record
            self._close()
            raise Temporary("CONNECTION", _clean(str(problem))) from problem
        except ValueError as problem:  # an address or header that cannot be written
            raise Permanent("BAD_ADDRESS", _clean(str(problem))) from problem

    def _hand_over(self, message: Mail) -> None:
        """Bytes straight into the kept SMTP session; a development mailbox or another backend gets the message."""
        session = getattr(self._connection, "connection", None)
        if isinstance(session, smtplib.SMTP):
            session.sendmail(self._sender, [message.mailbox[1]], mime.raw(message))
        else:
            self._connection.send_messages([message])

    def _connect(self) -> None:
        try:
            self._connection.open()
        except OSError as problem:
            self._close()
            raise Away("AWAY", _clean(str(problem))) from problem
        self._open = True

    def _close(self) -> None:
        self._open = False
        with suppress(OSError):  # a connection that is gone cannot say goodbye
            self._connection.close()


def compose(delivery: Delivery, letter: Letter) -> Mail:
    """The message with its headers. The Message-ID is the delivery's own, the same at every try; hex, as colons are cut."""
    headers = {"Message-ID": f"<{delivery.message_id}@{_host()}>", **_NOT_ASKED_FOR}
    if letter.unsubscribe:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    user = delivery.recipient
    name = " ".join(user.display_name.split()) if user is not None and user.full_name else ""
    return Mail(
        name=name,
        to=mime.address(letter.to),
        subject=letter.subject,
        body=letter.text,
        html=letter.html,
        from_email=settings.DEFAULT_FROM_EMAIL,
        headers=headers,
    )


def _host() -> str:
    return punycode(addresses.domain())


def _by_code(code: int, said: bytes | str) -> Temporary | Permanent:
    """RFC 5321: 4yz may go well later, 5yz will not."""
    kind = Permanent if 500 <= code < 600 else Temporary
    return kind(f"SMTP_{code}", _said(said))


def _said(text: bytes | str) -> str:
    return _clean(text.decode(errors="replace") if isinstance(text, bytes) else text)


def _clean(text: str) -> str:
    """A server may quote the mail in its refusal: what opens a request never reaches a row or a log."""
    return " ".join(_SECRET.sub(r"\1…", text).split())
