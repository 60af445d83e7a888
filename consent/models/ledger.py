"""Rows of proof: one hash chain per performer (and per studio), facts, their erasable payloads, and the outbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from consent.models.fields import RefField
from consent.models.people import Performer, Studio
from consent.models.use_requests import UseRequest


class Chain(models.Model):
    """The head of one hash chain. Its row lock orders the facts of that chain."""

    performer = models.OneToOneField(Performer, on_delete=models.PROTECT, null=True, related_name="chain")
    studio = models.OneToOneField(Studio, on_delete=models.PROTECT, null=True, related_name="chain")
    head_seq = models.BigIntegerField(default=0)
    head_hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(performer__isnull=True) ^ models.Q(studio__isnull=True), name="chain_has_one_owner"
            )
        ]


class Fact(models.Model):
    """One append-only, hash-linked record: a trigger refuses UPDATE and DELETE. ``header`` is the text that was hashed."""

    ref = RefField("L")
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="facts")
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    effective_at = models.DateTimeField()
    use_request = models.ForeignKey(UseRequest, on_delete=models.PROTECT, null=True, related_name="facts")
    studio = models.ForeignKey(Studio, on_delete=models.PROTECT, null=True, related_name="+")
    subject_ref = models.CharField(max_length=24, blank=True, db_index=True)
    header = models.TextField()
    commitment = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["chain", "seq"], name="fact_numbered_once")]
        indexes: ClassVar = [models.Index(fields=["chain", "-at"], name="fact_history")]


class FactPayload(models.Model):
    """What the fact says, with the salt of its commitment. Erasure destroys this row and leaves the chain whole."""

    fact = models.OneToOneField(Fact, on_delete=models.PROTECT, related_name="payload", primary_key=True)
    salt = models.BinaryField()
    text = models.TextField()


class Outgoing(models.Model):
    """A fact that nobody has been told of yet: written with the fact, deleted when its deliveries are rows."""

    fact = models.OneToOneField(Fact, on_delete=models.CASCADE, related_name="outgoing", primary_key=True)
    created_at = models.DateTimeField(db_index=True)
