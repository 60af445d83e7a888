"""The inner half of an SMTP server that keeps what it receives."""

import socket
from email.message import Message
from typing import Any

from aiosmtpd.handlers import Message as MessageHandler


class Sink(MessageHandler):
    """An SMTP server's inner half: keeps what it receives, and refuses or delays on request."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.answer = ""  # such as "451 try later", given to every message while it is set

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer:
            return self.answer
        return await super().handle_DATA(server, session, envelope)

    def handle_message(self, message: Message) -> None:
        self.messages.append(message)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
