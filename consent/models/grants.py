"""Rows of the licence that a yes creates: three clocks, suspensions, the media it opens, and who fetched what."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils import timezone

from consent.core import clocks
from consent.core.clocks import Clocks, Phase
from consent.core.terms import Terms
from consent.models.fields import CodeField, RefField, code_check
from consent.models.media import MediaItem
from consent.models.people import Performer, Studio, User
from consent.models.productions import Production
from consent.models.use_requests import UseRequest


class SuspensionReason(StrEnum):
    STOP = "STOP"
    STRIKE = "STRIKE"
    NON_PAYMENT = "NON_PAYMENT"
    SECURITY = "SECURITY"
    DISPUTE = "DISPUTE"


class GrantQuerySet(models.QuerySet["Grant"]):
    """Validity is one predicate, computed at read (promises.md, "Time")."""

    def generating(self, now: datetime) -> GrantQuerySet:
        """Grants under which new material may be made and media fetched at this instant."""
        live = self.filter(starts_at__lte=now, generate_until__gt=now, withdrawn_at=None, voided_at=None)
        return live.filter(performer__stopped_at=None).exclude(suspensions__lifted_at=None, suspensions__isnull=False)


class Grant(models.Model):
    """Created once per use request. Its phase is computed from the clocks whenever it is read, never stored."""

    ref = RefField("G")
    use_request = models.OneToOneField(UseRequest, on_delete=models.PROTECT, related_name="grant")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="grants")
    studio = models.ForeignKey(Studio, on_delete=models.PROTECT, related_name="grants")
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="grants")
    terms_text = models.TextField()
    digest = models.CharField(max_length=64)
    time_zone = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    generate_until = models.DateTimeField()
    exploit_until = models.DateTimeField()
    destroy_by = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(max_length=2000, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)
    announce_at = models.DateTimeField(null=True, blank=True)
    media = models.ManyToManyField(MediaItem, related_name="grants")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("generate_until"))
                & models.Q(generate_until__lte=models.F("exploit_until"))
                & models.Q(generate_until__lte=models.F("destroy_by")),
                name="grant_clocks_in_order",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["performer", "-exploit_until"], name="grant_of_performer"),
            models.Index(fields=["studio", "-exploit_until"], name="grant_of_studio"),
            models.Index(
                fields=["announce_at"], name="grant_to_announce", condition=models.Q(announce_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @cached_property
    def terms(self) -> Terms:
        return Terms.from_data(json.loads(self.terms_text))

    @property
    def use_codes(self) -> list[str]:
        """The uses alone: reading whole terms is dear where many grants are spoken of."""
        return list(json.loads(self.terms_text)["uses"])

    @property
    def clocks(self) -> Clocks:
        return Clocks(
            starts_at=self.starts_at,
            generate_until=self.generate_until,
            exploit_until=self.exploit_until,
            destroy_by=self.destroy_by,
        )

    @property
    def suspended(self) -> bool:
        """The performer's stop, or a suspension that nobody has lifted. Uses prefetched rows where there are any."""
        return self.performer.stopped_at is not None or any(s.lifted_at is None for s in self.suspensions.all())

    def phase(self, now: datetime) -> Phase:
        return clocks.phase(
            self.clocks,
            now=now,
            suspended=self.suspended,
            withdrawn_at=self.withdrawn_at,
            voided=self.voided_at is not None,
            destroyed=self.destroyed_at is not None,
        )


class Suspension(models.Model):
    """Blocks new generation and media access under a grant until lifted; finished work is left to the terms."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="suspensions")
    reason = CodeField(SuspensionReason)
    starts_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            code_check("suspension", "reason", SuspensionReason),
            models.UniqueConstraint(
                fields=["grant", "reason"], condition=models.Q(lifted_at=None), name="suspension_one_open"
            ),
        ]


class Announcement(models.Model):
    """A clock of a grant was announced, once: the row is the proof that nobody is told twice."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="announcements")
    code = models.CharField(max_length=40)
    effective_at = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["grant", "code"], name="announcement_once")]


class Download(models.Model):
    """One copy of reference media handed to a studio member; the performer reads this list."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="downloads")
    media = models.ForeignKey(MediaItem, on_delete=models.PROTECT, related_name="downloads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    user_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    watermark = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["media", "-at"], name="download_of_media")]
