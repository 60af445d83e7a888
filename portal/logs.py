"""What is written to the log: one line per event, without mail links and addresses.

A link is a key, and a log is read by more people, and kept longer, than either should be.
"""

import json
import logging
import re
from datetime import UTC, datetime

SECRETS = (
    (re.compile(r"\bsl1_[A-Za-z0-9_-]+"), "sl1_[link]"),
    (re.compile(r"(/account/(?:confirm-email|password/reset/key)/)[^\s\"'/]+"), r"\1[key]"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "[address]"),
)


def redact(text: str) -> str:
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class Plain(logging.Formatter):
    """For a person at a terminal. Tracebacks pass through here too, so they are cleaned as well."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonLine(logging.Formatter):
    """For a log collector: one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return redact(json.dumps(event, ensure_ascii=False))
