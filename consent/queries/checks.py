"""Checks of terms against standing answers: one performer, or a whole roster in one pass. Reads one compiled row each.

Nothing is cached between calls, so an answer that was changed or taken back counts from its commit on. What does not stand in
the answers (a stop, a strike, an exclusive elsewhere, law) is not looked at here: ``services.judging`` does that for a request.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, transaction

from consent.access import NotFound
from consent.core.compiled import Gap, Masked, decide, used
from consent.core.policy import Outcome

AT_A_TIME = 2_000
_KEPT = 10_000
_ASK, _NEVER = "1", "2"

_ONE = "SELECT compiled FROM consent_preferenceset WHERE performer_id = %s AND current"


def check(performer_id: int, masked: Masked) -> tuple[Outcome, tuple[Gap, ...]]:
    """The answer and every gap behind it. Raises NotFound where there are no answers."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [performer_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return decide(json.loads(row[0]), masked)


def check_all(performer_ids: Collection[int] | None, masked: Masked) -> Iterator[tuple[int, Outcome]]:
    """(performer id, answer) of many, or of everybody, read piece by piece: memory stays flat whatever their number.

    Only what the asked uses need leaves the database, and equal answers are weighed once.
    """
    places = used(masked)
    query, values = _query(places, performer_ids)
    known: dict[tuple[str, ...], Outcome] = {}
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(AT_A_TIME):
            for performer_id, *said in rows:
                key = tuple(said)
                outcome = known.get(key)
                if outcome is None:
                    if len(known) >= _KEPT:
                        known.clear()
                    outcome = known[key] = _outcome(places, key, masked)
                yield performer_id, outcome


def _query(places: tuple[int, ...], performer_ids: Collection[int] | None) -> tuple[str, list[Any]]:
    """Per use its stance and its conditions, as text."""
    columns = ["compiled->>'auto'"]
    for place in places:
        columns.append(f"compiled->'uses'->{place}->>0")
        columns.append(f"(compiled->'sets'->(compiled->'uses'->{place}->>1)::int)::text")
    query = f"SELECT performer_id, {', '.join(columns)} FROM consent_preferenceset WHERE current"  # noqa: S608  (numbers)
    return (query, []) if performer_ids is None else (f"{query} AND performer_id = ANY(%s)", [list(performer_ids)])


def _outcome(places: tuple[int, ...], said: tuple[str, ...], masked: Masked) -> Outcome:
    """As ``decide`` has it; conditions are read only where they can change the answer."""
    stances = said[1::2]
    asked = stances if not masked.trains else [stances[places.index(use)] for use in masked.uses]
    if _NEVER in asked:
        return Outcome.DECLINE
    settled = said[0] == "0" or _ASK in asked or masked.heightened or masked.trains or bool(masked.gaps)
    if settled and not masked.essential:
        return Outcome.ASK
    uses, sets = {}, []
    for number, place in enumerate(places):
        uses[place] = (int(stances[number]), number)
        sets.append(json.loads(said[2 + 2 * number]))
    return decide({"auto": said[0] == "1", "uses": uses, "sets": sets}, masked)[0]
