"""Kept mail: one ``.eml`` and one ``.json`` per message in a folder, named so that names sort by time of arrival."""

import email
import json
import re
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default as parsing
from pathlib import Path
from typing import Any

IDENTIFIER = re.compile(r"[0-9a-f]{24}")


class Unknown(Exception):
    """There is no message, or no attachment, of that name."""


def keep(folder: Path, raw: bytes, recipients: list[str]) -> str:
    """Store one message as it would have gone over the wire; returns its identifier.

    The summary appears last and whole, so a reader never meets half a message.
    """
    folder.mkdir(parents=True, exist_ok=True)
    identifier = f"{time.time_ns():016x}{secrets.token_hex(4)}"
    summary = {"id": identifier, "to": recipients} | _summary(_parse(raw))
    (folder / f"{identifier}.eml").write_bytes(raw)
    half = folder / f".{identifier}.json"
    half.write_text(json.dumps(summary, ensure_ascii=False))
    half.rename(folder / f"{identifier}.json")
    return identifier


def newest_first(folder: Path, *, to: str = "") -> Iterator[dict[str, Any]]:
    """Summaries as /mailbox/messages.json gives them, optionally of the mail to one address only."""
    wanted = to.strip().casefold()
    for path in sorted(folder.glob("[0-9a-f]*.json"), reverse=True):
        summary = json.loads(path.read_text())
        if not wanted or wanted in (address.casefold() for address in summary["to"]):
            yield summary


def one(folder: Path, identifier: str) -> dict[str, Any]:
    """Raises Unknown."""
    summary: dict[str, Any] = json.loads(_path(folder, identifier, "json").read_text())
    return summary


def raw(folder: Path, identifier: str) -> bytes:
    """The message as it was sent, headers and all. Raises Unknown."""
    return _path(folder, identifier, "eml").read_bytes()


def attachment(folder: Path, identifier: str, number: int) -> tuple[str, str, bytes]:
    """File name, content type and content of the attachment `number`, counted from 0. Raises Unknown."""
    parts = list(_parse(raw(folder, identifier)).iter_attachments())
    if number >= len(parts):
        raise Unknown
    part = parts[number]
    content = part.get_payload(decode=True)
    known = content if isinstance(content, bytes) else b""
    return part.get_filename() or f"attachment-{number}", part.get_content_type(), known


def _path(folder: Path, identifier: str, ending: str) -> Path:
    path = folder / f"{identifier}.{ending}"
    if not IDENTIFIER.fullmatch(identifier) or not path.exists():
        raise Unknown
    return path


def _parse(raw_message: bytes) -> EmailMessage:
    return email.message_from_bytes(raw_message, policy=parsing)


def _summary(message: EmailMessage) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers[name] = f"{headers[name]}\n{value}" if name in headers else str(value)
    return {
        "from": headers.get("From", ""),
        "subject": headers.get("Subject", ""),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "headers": headers,
        "attachments": [part.get_filename() or "" for part in message.iter_attachments()],
    }


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
