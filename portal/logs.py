"""How log lines look, and what never stands in them: who somebody is, what they wrote, and what opens a door.

A link is a key, and a log is read by more people, and kept longer, than either should be. In production a line names
what happened, where in the code, and under which request or task: never an address as it was asked for (its route
instead), never a query, and of an error its kind and place but not its message, because messages quote what they choke on.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from celery import current_task
from django.http import HttpRequest

SECRETS = (
    (re.compile(r"\bsl1_[A-Za-z0-9_-]+"), "sl1_[link]"),
    (re.compile(r"(/account/(?:confirm-email|password/reset/key)/)[^\s\"'/]+"), r"\1[key]"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "[address]"),
)
UNKNOWN = "[no such address]"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that this thread answers; see ``portal.middleware.RequestId``."""


def redact(text: str) -> str:
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class Plain(logging.Formatter):
    """For a person at a terminal. Tracebacks pass through here too, so they are cleaned as well.

    Not ``private``: errors say all they have to say, for a developer with data that is nobody's.
    """

    def __init__(self, *, private: bool = True) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(where)s")
        self.private = private

    def format(self, record: logging.LogRecord) -> str:
        shown = _private(record) if self.private else logging.makeLogRecord(vars(record))
        where = _where(record)
        shown.where = "".join(f" {name}={value}" for name, value in where.items())
        return redact(super().format(shown))

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name is logging's)
        return _kinds(ei) if self.private else super().formatException(ei)


class JsonLine(logging.Formatter):
    """For a log collector: one JSON object per line."""

    def __init__(self, *, private: bool = True) -> None:
        super().__init__()
        self.private = private

    def format(self, record: logging.LogRecord) -> str:
        shown = _private(record) if self.private else record
        event: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": shown.getMessage(),
            **_where(record),
        }
        status = getattr(record, "status_code", None)
        if isinstance(status, int):
            event["status"] = status
        if record.exc_info and record.exc_info[0] is not None:
            event["traceback"] = _kinds(record.exc_info) if self.private else self.formatException(record.exc_info)
        return redact(json.dumps(event, ensure_ascii=False))


def _where(record: logging.LogRecord) -> dict[str, str]:
    """The request or the task at work, by id."""
    found = {}
    request = getattr(record, "request", None)  # Django speaks of an answer once every middleware is through
    own = getattr(request, "log_id", "") or request_id.get()
    if own:
        found["request_id"] = own
    task = current_task
    if task and task.request.id:
        found["task_id"] = task.request.id
    return found


def _private(record: logging.LogRecord) -> logging.LogRecord:
    """The record with routes for addresses and without what an error has to say."""
    shown = logging.makeLogRecord(vars(record) | {"exc_text": None, "stack_info": None})
    if record.name.startswith("django.security."):
        shown.msg, shown.args = f"refused: {record.name.rpartition('.')[2]}", ()
    request = getattr(record, "request", None)
    path = request.path if isinstance(request, HttpRequest) else ""
    if isinstance(shown.args, tuple):
        shown.args = tuple(_quiet(each, request, path) for each in shown.args)
    elif isinstance(shown.args, dict):
        quiet = {name: _quiet(value, request, path) for name, value in shown.args.items()}
        hidden = {name: "" for name in ("exc", "traceback", "args", "kwargs", "return_value") if name in quiet}
        shown.args = quiet | hidden  # Celery's names for what a task was given, gave back and broke on
    return shown


def _quiet(value: Any, request: Any, path: str) -> Any:
    if isinstance(value, BaseException):
        return type(value).__name__
    if path and value in (path, path.encode("unicode_escape").decode()):  # as it is, and as Django escapes it
        match = request.resolver_match
        return f"/{match.route}" if match is not None else UNKNOWN
    return value


def _kinds(
    info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
) -> str:
    """What kind of error, and where: frames without the lines' text, and no message. A database error names its rule."""
    said: list[str] = []
    error = info[1]
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        said += [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        said.append(type(error).__name__ + _rule(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(said)


def _rule(error: BaseException) -> str:
    """The SQLSTATE and the constraint of a database error: names of ours, never a row."""
    diagnosis = getattr(error, "diag", None)
    named = [getattr(diagnosis, name, None) for name in ("sqlstate", "constraint_name")]
    return "".join(f" {name}" for name in named if name)
