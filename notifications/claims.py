"""Who still works on a claim: an advisory lock per claim token, which PostgreSQL ends together with the worker's connection.

The lease in the row is what correctness rests on; the lock only tells a dead worker from a slow one, so that mail does not
wait two minutes for a worker that was killed. Behind a pooler that hands out connections per transaction the locks mean
nothing: then only the lease counts, or a mail goes out twice under the same Message-ID.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import connection

_HELD = """
    SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def hold(token: uuid.UUID) -> None:
    """Taken before the claim is committed, so that no claim is ever seen without its holder."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_key(token)])


def let_go(token: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_key(token)])


def abandoned(tokens: Collection[uuid.UUID | None]) -> list[uuid.UUID]:
    """The claims that no connection holds any more."""
    if not tokens:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HELD)
        held = {row[0] for row in cursor.fetchall()}
    return [token for token in tokens if token is not None and _key(token) not in held]


def _key(token: uuid.UUID) -> int:
    """63 of the token's bits: advisory locks are named by a signed 64-bit number."""
    return token.int & (2**63 - 1)
