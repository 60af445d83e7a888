"""Django's e-mail backend that keeps messages in the development mailbox instead of sending them."""

from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.mailbox import store


class MailboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        kept = 0
        for message in email_messages:
            recipients = [parseaddr(recipient)[1] for recipient in message.recipients()]
            if recipients:
                raw = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own Message has it
                store.keep(Path(settings.MAILBOX_ROOT), raw, recipients)
                kept += 1
        return kept
