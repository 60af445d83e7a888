"""Appends facts to a hash chain inside the deciding transaction; the same rows are the outbox of notifications."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.dispatch import Signal

from consent.core import chain as links
from consent.core.actor import Actor
from consent.core.chain import Broken, Entry, Head
from consent.models import (
    Chain,
    Fact,
    FactPayload,
    Outgoing,
    Performer,
    Studio,
    UseRequest,
)

fact_recorded = Signal()
"""Sent once per fact, after its transaction has committed: ``fact_id``, ``kind``."""


class OutsideTransaction(RuntimeError):
    """A fact was recorded without the change it speaks of: a programming error."""


def record(
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    payload: Mapping[str, Any],
    performer: Performer | None = None,
    studio: Studio | None = None,
    use_request: UseRequest | None = None,
    subject_ref: str = "",
    effective_at: datetime | None = None,
) -> Fact:
    """Link one fact to the performer's chain (the studio's where no performer is concerned).

    ``payload`` is plain JSON with whole numbers only; it and the names of the people stand apart from the chain and can be
    erased. ``effective_at`` is when it became true where that is earlier than ``now``. Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind)
    chain = _locked(performer, studio)
    effective_at = effective_at or now
    seq = chain.head_seq + 1
    header = links.canonical(
        {
            "actor": actor.header(),
            "at": _instant(now),
            "chain": chain_name(chain),
            "effective_at": _instant(effective_at),
            "kind": kind,
            "seq": seq,
            "subject": subject_ref,
            "use_request": use_request.ref if use_request else "",
        }
    )
    text = links.canonical({"by": actor.name, "for": actor.for_name, **payload})
    salt = secrets.token_bytes(links.SALT_BYTES)
    commitment = links.commitment(salt, text)
    fact = Fact.objects.create(
        chain=chain,
        seq=seq,
        kind=kind,
        at=now,
        effective_at=effective_at,
        use_request=use_request,
        studio=studio,
        subject_ref=subject_ref or (use_request.ref if use_request else ""),
        header=header.decode(),
        commitment=commitment,
        previous=chain.head_hash,
        hash=links.link(chain.head_hash, header, commitment),
    )
    FactPayload.objects.create(fact=fact, salt=salt, text=text.decode())
    Outgoing.objects.create(fact=fact, created_at=now)
    Chain.objects.filter(pk=chain.pk).update(head_seq=seq, head_hash=fact.hash)
    transaction.on_commit(partial(fact_recorded.send_robust, sender=Fact, fact_id=fact.pk, kind=kind))
    return fact


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


def _locked(performer: Performer | None, studio: Studio | None) -> Chain:
    chain = open_chain(performer=performer, studio=studio)
    return (
        Chain.objects.select_for_update(no_key=True, of=("self",))
        .select_related("performer", "studio")
        .get(pk=chain.pk)
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
