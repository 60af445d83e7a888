"""What happened, in words: one sentence per fact for the performer's and the studio's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from consent.core.roles import Capacity
from consent.render import times, words
from consent.render.preference_words import what_changed
from consent.render.words_of_history import (
    BECAUSE,
    BY_THEMSELVES,
    ERASED,
    HISTORY,
    STUDIO_MAY_READ,
    SUSPENDED,
    UNKNOWN,
)

_CHANGES_SHOWN = 3
_INSTANTS = ("held_until", "deadline_at", "muted_until", "expires_at")
_ENDS = ("generate_until", "exploit_until", "destroy_by", "ends_at")


def line(
    kind: str,
    payload: Mapping[str, Any],
    *,
    actor: Mapping[str, str],
    reader: str = "performer",
    zone: str = "UTC",
) -> str:
    """``payload`` and ``actor`` (the header's) as the ledger keeps them; ``payload`` is empty once erased.

    ``reader`` is "performer", "representative", "studio" or "staff". A studio is given no words for what is not its to
    read (``studio_may_read``): "".
    """
    if reader == "studio" and not studio_may_read(kind):
        return ""
    if not payload:
        return str(ERASED)
    told = HISTORY.get(kind)
    if told is None:
        return str(UNKNOWN)
    if reader != "performer":
        template: Promise | str = told.other
    elif actor.get("capacity") == Capacity.PERFORMER and told.you:
        template = told.you
    else:
        template = told.performer or told.other
    sentence = str(template) % _Blank(_values(payload, actor, reader, zone))
    plain = " ".join(sentence.split()).replace(",.", ".")
    return plain[:1].upper() + plain[1:]


def studio_may_read(kind: str) -> bool:
    """Is this fact part of what a studio's history shows?"""
    return kind in STUDIO_MAY_READ


class _Blank(dict[str, Any]):
    """Facts of older releases may lack a value; the sentence still reads."""

    def __missing__(self, key: str) -> str:
        return ""


def _values(payload: Mapping[str, Any], actor: Mapping[str, str], reader: str, zone: str) -> dict[str, Any]:
    said: dict[str, Any] = {name: value for name, value in payload.items() if isinstance(value, (str, int))}
    said["who"] = _who(payload, actor, reader)
    said["uses"] = words.labels("Use", list(payload.get("uses", ())), you=reader == "performer")
    said["caption"] = payload.get("caption") or gettext("a file")
    said["changes"] = _changes(payload.get("changes", ()))
    said["because"] = str(BECAUSE.get(str(payload.get("because", "")), ""))
    said["suspended"] = str(SUSPENDED.get(str(payload.get("reason", "")), ""))
    said["file"] = words.media_refusal(str(payload.get("code", "")), payload.get("values"))
    said["visibility"] = words.label_of("Visibility", str(payload.get("visibility", "")))
    said["role"] = words.label_of("StudioRole", str(payload.get("role", "")))
    said["clock"] = words.label_of("Clock", str(payload.get("clock", "")))
    for name in _INSTANTS:
        if payload.get(name):
            said[name] = times.moment(datetime.fromisoformat(payload[name]), zone)
    for name in _ENDS:
        if payload.get(name):
            said[name] = times.day(times.last_day(datetime.fromisoformat(payload[name]), zone))
    until = payload.get("until")
    said["until"] = gettext(" until %(day)s") % {"day": _until(until, zone)} if until else ""
    return said


def _who(payload: Mapping[str, Any], actor: Mapping[str, str], reader: str) -> str:
    """ "Rosalind Pike, acting for Imani Clarke,", or "for you"."""
    name = payload.get("by") or str(BY_THEMSELVES.get(actor.get("capacity", ""), BY_THEMSELVES["CLOCK"]))
    if actor.get("capacity") in (Capacity.REPRESENTATIVE, Capacity.GUARDIAN) and payload.get("for"):
        whom = gettext("you") if reader == "performer" else payload["for"]
        return gettext("%(name)s, acting for %(whom)s,") % {"name": name, "whom": whom}
    return str(name)


def _changes(changes: Any) -> str:
    lines = what_changed(list(changes)[:_CHANGES_SHOWN])
    more = len(changes) - len(lines)
    if more > 0:
        lines.append(ngettext("%(count)d more change", "%(count)d more changes", more) % {"count": more})
    return " ".join(gettext("%(line)s.") % {"line": each} for each in lines)


def _until(instant: str, zone: str) -> str:
    return str(times.deadline(datetime.fromisoformat(instant), zone))
