"""Rows of the post office: one delivery per fact, recipient and channel, and what each person chose to be told."""

from __future__ import annotations

import uuid
from datetime import time
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from consent.models import Fact, UseRequest
from consent.models.fields import CodeField, code_check


class Channel(StrEnum):
    EMAIL = "EMAIL"
    INAPP = "INAPP"


class State(StrEnum):
    """DIGEST waits for the daily mail. SKIPPED was never sent, because what it would have said is no longer true."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DIGEST = "DIGEST"
    DEAD = "DEAD"
    SKIPPED = "SKIPPED"


class Urgency(StrEnum):
    """NOW passes quiet hours; NORMAL and LOW wait for their end."""

    NOW = "NOW"
    NORMAL = "NORMAL"
    LOW = "LOW"


class Group(StrEnum):
    """What people choose by, in the order of the settings page."""

    REQUESTS = "REQUESTS"
    ANSWERS = "ANSWERS"
    GRANTS = "GRANTS"
    ENDINGS = "ENDINGS"
    MEDIA = "MEDIA"
    PEOPLE = "PEOPLE"
    SECURITY = "SECURITY"


class How(StrEnum):
    AT_ONCE = "AT_ONCE"
    DAILY = "DAILY"
    OFF = "OFF"


def new_message_id() -> str:
    """32 hex digits: the left side of the Message-ID, the same at every try, and the delivery's public name."""
    return uuid.uuid4().hex


class Delivery(models.Model):
    """One notification to one recipient through one channel; moves only by conditional updates (claim, send, settle).

    A digest is a delivery without a fact: ``digest_on`` is its local day, and the notices it carries point at it.
    ``address`` is filled only for somebody invited who has no account yet. Tokens and texts never land here.
    """

    message_id = models.CharField(max_length=32, unique=True, default=new_message_id, editable=False)
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, null=True, related_name="deliveries")
    digest_on = models.DateField(null=True)
    carried_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="carried")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    address = models.EmailField(blank=True)
    channel = CodeField(Channel)
    kind = models.CharField(max_length=60)
    audience = models.CharField(max_length=20)
    urgency = CodeField(Urgency, default=Urgency.NORMAL.value)
    use_request = models.ForeignKey(UseRequest, on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(null=True)
    subject_ref = models.CharField(max_length=24, blank=True)
    state = CodeField(State, default=State.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    first_tried_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    last_error_code = models.CharField(max_length=40, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            code_check("delivery", "channel", Channel),
            code_check("delivery", "state", State),
            code_check("delivery", "urgency", Urgency),
            models.CheckConstraint(
                condition=models.Q(fact__isnull=True) ^ models.Q(digest_on__isnull=True),
                name="delivery_of_a_fact_or_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=True) ^ models.Q(address=""),
                name="delivery_to_an_account_or_an_address",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="SENDING") | models.Q(claim__isnull=False, claimed_at__isnull=False),
                name="delivery_sending_is_claimed",
            ),
            models.UniqueConstraint(
                fields=["fact", "recipient", "channel"],
                condition=models.Q(recipient__isnull=False),
                name="delivery_once",
            ),
            models.UniqueConstraint(
                fields=["fact", "address", "channel"],
                condition=models.Q(recipient__isnull=True),
                name="delivery_once_to_address",
            ),
            models.UniqueConstraint(
                fields=["recipient", "channel", "digest_on"],
                condition=models.Q(digest_on__isnull=False),
                name="delivery_one_digest_a_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=models.Q(state="QUEUED")),
            models.Index(fields=["claimed_at"], name="delivery_sending", condition=models.Q(state="SENDING")),
            models.Index(
                fields=["recipient", "created_at"],
                name="delivery_for_digest",
                condition=models.Q(state="DIGEST", carried_by=None),
            ),
            models.Index(fields=["recipient", "-id"], name="delivery_inbox", condition=models.Q(channel="INAPP")),
            models.Index(
                fields=["recipient"], name="delivery_unread", condition=models.Q(channel="INAPP", read_at=None)
            ),
            models.Index(fields=["-settled_at"], name="delivery_dead", condition=models.Q(state="DEAD")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.state}"


class Choice(models.Model):
    """How one person wants to hear of one group by e-mail; no row is the catalogue's default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    group = CodeField(Group)
    how = CodeField(How)

    class Meta:
        constraints: ClassVar = [
            code_check("choice", "group", Group),
            code_check("choice", "how", How),
            models.UniqueConstraint(fields=["user", "group"], name="choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.how}"


class Settings(models.Model):
    """Quiet hours, in the person's own time zone, and subjects that say nothing on a lock screen; one row per person."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_settings", primary_key=True
    )
    quiet = models.BooleanField(default=False)
    quiet_from = models.TimeField(default=time(21, 0))
    quiet_to = models.TimeField(default=time(8, 0))
    neutral_subjects = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "settings"

    def __str__(self) -> str:
        return f"quiet {self.quiet_from:%H:%M} to {self.quiet_to:%H:%M}" if self.quiet else "no quiet hours"
