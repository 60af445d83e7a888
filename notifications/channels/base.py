"""The one contract of a channel: send a claimed delivery, or say whether trying again can help."""

from __future__ import annotations

from typing import Protocol

from notifications.bag import Bag
from notifications.models import Delivery


class NotSent(Exception):
    """``code`` is short and stable (``SMTP_550``); the text is the other side's, shown to staff."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text)
        self.code = code


class Temporary(NotSent):
    """Trying again later may help."""


class Away(Temporary):
    """The channel itself does not answer: nothing else can be sent through it now."""


class Permanent(NotSent):
    """Trying again cannot help: this address or this mail is refused."""


class Post(Protocol):
    """A channel in use. ``send`` returns once the other side has taken the delivery over; it raises NotSent otherwise."""

    def send(self, delivery: Delivery, bag: Bag) -> None: ...
