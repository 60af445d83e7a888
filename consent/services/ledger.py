"""Appends facts to a hash chain inside the deciding transaction; the same rows are the outbox of notifications."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.dispatch import Signal

from consent.core import chain as links
from consent.core.actor import Actor
from consent.core.chain import Broken, Entry, Head
from consent.models import (
    Chain,
    Fact,
    Performer,
    Studio,
    UseRequest,
)
from consent.models.fields import new_ref

fact_recorded = Signal()
"""Sent once per fact, after its transaction has committed: ``fact_id``, ``kind``."""


class OutsideTransaction(RuntimeError):
    """A fact was recorded without the change it speaks of: a programming error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One fact to be recorded: the arguments of ``record`` that differ from fact to fact."""

    kind: str
    payload: Mapping[str, Any]
    performer: Performer | None = None
    studio: Studio | None = None
    use_request: UseRequest | None = None
    subject_ref: str = ""
    effective_at: datetime | None = None


def record(kind: str, *, actor: Actor, now: datetime, **said: Any) -> Fact:
    """Link one fact to the performer's chain (the studio's where no performer is concerned).

    ``said`` is the rest of a ``Saying``. Its ``payload`` is plain JSON with whole numbers only; it and the names of the people
    stand apart from the chain and can be erased. ``effective_at`` is when it became true where that is earlier than ``now``.
    Raises OutsideTransaction.
    """
    return record_all([Saying(kind=kind, **said)], actor=actor, now=now)[0]


def record_all(sayings: Sequence[Saying], *, actor: Actor, now: datetime) -> list[Fact]:
    """``record`` for many facts at once, each on its own chain and in the order given; as many statements as for one.

    Locks every chain concerned, in the order of their ids.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(", ".join(sorted({said.kind for said in sayings})))
    heads = _locked(sayings)
    rows = [_linked(said, heads[_owner(said)], actor=actor, now=now) for said in sayings]
    _write(rows, list(heads.values()), now=now)
    for row in rows:
        transaction.on_commit(partial(fact_recorded.send_robust, sender=Fact, fact_id=row.fact.pk, kind=row.fact.kind))
    return [row.fact for row in rows]


def open_chain(*, performer: Performer | None = None, studio: Studio | None = None) -> Chain:
    """The chain of a performer or, without one, of a studio; made on first use. Two openers get the same row."""
    owner = performer or studio
    if owner is None:
        raise ValueError("a chain belongs to a performer or a studio")
    start = {"head_hash": links.genesis(owner.ref)}
    if performer is not None:
        return Chain.objects.get_or_create(performer=performer, defaults=start)[0]
    return Chain.objects.get_or_create(studio=studio, defaults=start)[0]


def chain_name(chain: Chain) -> str:
    """The public reference of whom the chain belongs to; it stands in every header."""
    return chain.performer.ref if chain.performer is not None else chain.studio.ref if chain.studio is not None else ""


def verify(chain: Chain) -> Broken | None:
    """Name the first broken link of a stored chain, or ``None``. Reads in batches; memory stays flat."""
    head = Head(seq=chain.head_seq, hash=chain.head_hash) if chain.head_seq else None
    return links.verify(_entries(chain), start=links.genesis(chain_name(chain)), head=head)


def _entries(chain: Chain) -> Iterator[Entry]:
    rows = (
        Fact.objects.filter(chain=chain)
        .order_by("seq")
        .values_list("seq", "header", "commitment", "previous", "hash", "payload__text", "payload__salt")
    )
    for seq, header, commitment, previous, own, text, salt in rows.iterator(chunk_size=2_000):
        yield Entry(
            seq=seq,
            header=header.encode(),
            commitment=commitment,
            previous=previous,
            hash=own,
            payload=text.encode() if text is not None else None,
            salt=bytes(salt) if salt is not None else None,
        )


@dataclass(slots=True)
class _Head:
    """A locked chain while facts are linked to it; ``grown`` counts them."""

    pk: int
    name: str
    seq: int
    hash: str
    grown: int = 0


class _Row(NamedTuple):
    fact: Fact
    salt: bytes
    text: str


def _owner(said: Saying) -> Performer | Studio:
    owner = said.performer or said.studio
    if owner is None:
        raise ValueError("a chain belongs to a performer or a studio")
    return owner


def _locked(sayings: Sequence[Saying]) -> dict[Performer | Studio, _Head]:
    """The heads of every chain concerned, locked in one statement; a chain is made on its first fact."""
    owners = {_owner(said) for said in sayings}
    performers = [owner.pk for owner in owners if isinstance(owner, Performer)]
    studios = [owner.pk for owner in owners if isinstance(owner, Studio)]
    by_key = {(isinstance(owner, Performer), owner.pk): owner for owner in owners}
    found = _lock_heads(by_key, performers, studios)
    missing = owners - set(found)
    for owner in missing:
        open_chain(**({"performer": owner} if isinstance(owner, Performer) else {"studio": owner}))
    return _lock_heads(by_key, performers, studios) if missing else found


_LOCK = """
    SELECT id, performer_id, studio_id, head_seq, head_hash FROM consent_chain
    WHERE {owned} ORDER BY id FOR NO KEY UPDATE
"""


def _lock_heads(
    by_key: Mapping[tuple[bool, int], Performer | Studio], performers: list[int], studios: list[int]
) -> dict[Performer | Studio, _Head]:
    asked = {"performer_id": performers, "studio_id": studios}
    owned = " OR ".join(f"{column} = ANY(%s)" for column, ids in asked.items() if ids)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(owned=owned), [ids for ids in asked.values() if ids])
        rows = cursor.fetchall()
    heads = {}
    for pk, performer_id, studio_id, seq, own in rows:
        owner = by_key[performer_id is not None, performer_id if performer_id is not None else studio_id]
        heads[owner] = _Head(pk, owner.ref, seq, own)
    return heads


def _linked(said: Saying, head: _Head, *, actor: Actor, now: datetime) -> _Row:
    """The next link of a chain; ``head`` moves on to it."""
    effective_at = said.effective_at or now
    seq = head.seq + 1
    header = links.canonical(
        {
            "actor": actor.header(),
            "at": _instant(now),
            "chain": head.name,
            "effective_at": _instant(effective_at),
            "kind": said.kind,
            "seq": seq,
            "subject": said.subject_ref,
            "use_request": said.use_request.ref if said.use_request else "",
        }
    )
    text = links.canonical({"by": actor.name, "for": actor.for_name, **said.payload})
    salt = secrets.token_bytes(links.SALT_BYTES)
    commitment = links.commitment(salt, text)
    fact = Fact(
        ref=new_ref("L"),
        chain_id=head.pk,
        seq=seq,
        kind=said.kind,
        at=now,
        effective_at=effective_at,
        use_request=said.use_request,
        studio=said.studio,
        subject_ref=said.subject_ref or (said.use_request.ref if said.use_request else ""),
        header=header.decode(),
        commitment=commitment,
        previous=head.hash,
        hash=links.link(head.hash, header, commitment),
    )
    head.seq, head.hash, head.grown = seq, fact.hash, head.grown + 1
    return _Row(fact, salt, text.decode())


_FACT_COLUMNS = {
    "ref": "text",
    "chain_id": "bigint",
    "seq": "bigint",
    "kind": "text",
    "at": "timestamptz",
    "effective_at": "timestamptz",
    "use_request_id": "bigint",
    "studio_id": "bigint",
    "subject_ref": "text",
    "header": "text",
    "commitment": "text",
    "previous": "text",
    "hash": "text",
}
_NAMES = ", ".join(_FACT_COLUMNS)
_TYPED = ", ".join(f"{name} {kind}" for name, kind in _FACT_COLUMNS.items())
_HEADS = """
    UPDATE consent_chain SET head_seq = head.seq, head_hash = head.hash
    FROM json_to_recordset(%s) AS head (id bigint, seq bigint, hash text) WHERE consent_chain.id = head.id
"""
_WRITE = """
    WITH given AS MATERIALIZED (SELECT * FROM json_to_recordset(%s) AS g ({typed}, salt text, text text)),
    fact AS (INSERT INTO consent_fact ({names}) SELECT {names} FROM given RETURNING id, ref),
    payload AS (
        INSERT INTO consent_factpayload (fact_id, salt, text)
        SELECT fact.id, decode(given.salt, 'hex'), given.text FROM fact JOIN given USING (ref)
    ),
    outgoing AS (INSERT INTO consent_outgoing (fact_id, created_at) SELECT id, %s FROM fact){head}
    SELECT id, ref FROM fact
"""
_WRITE_AND_MOVE = _WRITE.format(typed=_TYPED, names=_NAMES, head=f", head AS ({_HEADS})")
_WRITE_ONLY = _WRITE.format(typed=_TYPED, names=_NAMES, head="")


def _write(rows: Sequence[_Row], heads: Sequence[_Head], *, now: datetime) -> None:
    """Facts, payloads, outbox and heads. A chain that grows by several links is moved afterwards: its trigger counts them."""
    values: list[Any] = [json.dumps([_columns(row) for row in rows], default=str), now]
    moved = [json.dumps([{"id": head.pk, "seq": head.seq, "hash": head.hash} for head in heads])]
    at_once = all(head.grown == 1 for head in heads)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_AND_MOVE if at_once else _WRITE_ONLY, values + moved if at_once else values)
        ids = {ref: pk for pk, ref in cursor.fetchall()}
        if not at_once:
            cursor.execute(_HEADS, moved)
    for row in rows:
        row.fact.pk = ids[row.fact.ref]
        row.fact._state.adding = False
        row.fact._state.db = connection.alias


def _columns(row: _Row) -> dict[str, Any]:
    """One row for the statement; as JSON it is one value to quote, however many facts there are."""
    columns = {name: getattr(row.fact, name) for name in _FACT_COLUMNS}
    return columns | {"salt": row.salt.hex(), "text": row.text}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
