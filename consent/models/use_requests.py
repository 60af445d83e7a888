"""Rows of asking and answering: use requests, rounds of terms, decisions, and the thread beside them."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils import timezone

from consent.core import lifecycle
from consent.core.findings import Finding
from consent.core.lifecycle import HOLD_DEFAULT, OPEN, State
from consent.core.policy import Verdict
from consent.core.terms import Terms
from consent.models.fields import CodeField, RefField, code_check
from consent.models.people import Performer, Studio, User
from consent.models.preferences import PreferenceSet
from consent.models.productions import Production


class Resolution(StrEnum):
    """What brought a request to its end."""

    PERSON = "PERSON"
    PREFERENCE = "PREFERENCE"
    DEADLINE = "DEADLINE"
    STUDIO = "STUDIO"
    STOP = "STOP"


class OfferSide(StrEnum):
    STUDIO = "STUDIO"
    PERFORMER = "PERFORMER"


class Answer(StrEnum):
    APPROVE = "APPROVE"
    DECLINE = "DECLINE"


class UseRequest(models.Model):
    """A studio's ask for one performer and one production. Moves only by compare-and-set on (state, revision)."""

    ref = RefField("R")
    studio = models.ForeignKey(Studio, on_delete=models.PROTECT, related_name="use_requests")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="use_requests", null=True)
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="use_requests", null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = CodeField(State, default=State.DRAFT.value)
    revision = models.PositiveIntegerField(default=0)
    terms_text = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    verdict_data = models.JSONField(null=True)
    judged_by = models.ForeignKey(PreferenceSet, on_delete=models.SET_NULL, null=True, related_name="+")
    draft = models.JSONField(default=dict)
    resolution = CodeField(Resolution, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    halfway_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            code_check("use_request", "state", State),
            code_check("use_request", "resolution", Resolution, blank=True),
            models.CheckConstraint(
                condition=models.Q(state="DRAFT")
                | models.Q(performer__isnull=False, production__isnull=False, deadline_at__isnull=False),
                name="use_request_whole_once_sent",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="HELD") | models.Q(held_until__isnull=False),
                name="use_request_held_until_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["performer", "state", "deadline_at"], name="use_request_inbox"),
            models.Index(fields=["studio", "state", "-changed_at"], name="use_request_board"),
            models.Index(
                fields=["deadline_at"], name="use_request_due", condition=models.Q(state__in=["PENDING", "COUNTERED"])
            ),
            models.Index(fields=["held_until"], name="use_request_held", condition=models.Q(state="HELD")),
        ]

    def __str__(self) -> str:
        return self.ref

    @cached_property
    def terms(self) -> Terms:
        return Terms.from_data(json.loads(self.terms_text))

    @cached_property
    def verdict(self) -> Verdict | None:
        return Verdict.from_data(self.verdict_data) if self.verdict_data else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of the stored verdict alone: lists show them, and reading every reason with them is dear."""
        return tuple(Finding.from_data(found) for found in self.verdict_data["findings"]) if self.verdict_data else ()

    def state_at(self, now: datetime) -> State:
        """The state that is true now: a passed deadline is LAPSED, swept or not.

        A yes is HELD until it is released, also when no worker runs: a stop or a Never still beats it until then.
        """
        state = State(self.state)
        if state in (State.PENDING, State.COUNTERED) and self.deadline_at is not None and self.deadline_at <= now:
            return State.LAPSED
        return state

    def told_to_studio(self, now: datetime) -> State:
        """The state that a studio may know: nobody is told of a yes inside its undo window."""
        state = self.state_at(now)
        return State.PENDING if state is State.HELD else state

    def hold_ends_at(self, now: datetime) -> datetime:
        """When a yes that is said now would be told: after the performer's own undo window, and by the deadline."""
        hold = timedelta(minutes=self.performer.hold_minutes) if self.performer else HOLD_DEFAULT
        return lifecycle.hold_ends_at(now, hold, deadline=self.deadline_at)

    @property
    def open(self) -> bool:
        return State(self.state) in OPEN


class Offer(models.Model):
    """One round of terms: the first ask, an amendment or a counter-offer. Number is the revision it made."""

    use_request = models.ForeignKey(UseRequest, on_delete=models.CASCADE, related_name="offers")
    number = models.PositiveIntegerField()
    side = CodeField(OfferSide)
    terms_text = models.TextField()
    digest = models.CharField(max_length=64)
    note = models.TextField(max_length=2000, blank=True)
    nonce = models.UUIDField(null=True, unique=True)
    actor = models.JSONField(default=dict)
    author_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["use_request", "number"], name="offer_numbered_once"),
            code_check("offer", "side", OfferSide),
        ]

    @cached_property
    def terms(self) -> Terms:
        return Terms.from_data(json.loads(self.terms_text))


class Decision(models.Model):
    """A yes or a no, by whom, through which door, on exactly which revision and digest."""

    use_request = models.ForeignKey(UseRequest, on_delete=models.CASCADE, related_name="decisions")
    answer = CodeField(Answer)
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.JSONField(default=dict)
    author_name = models.CharField(max_length=120, blank=True)
    reason = models.TextField(max_length=2000, blank=True)
    as_exception = models.BooleanField(default=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            code_check("decision", "answer", Answer),
            models.UniqueConstraint(
                fields=["use_request"], condition=models.Q(undone_at=None), name="decision_one_standing"
            ),
        ]


class ThreadKind(StrEnum):
    """A question or answer is read by both sides; a note stays between performer and representatives."""

    MESSAGE = "MESSAGE"
    NOTE = "NOTE"


class ThreadEntry(models.Model):
    """One entry beside a request. It never counts as an answer."""

    use_request = models.ForeignKey(UseRequest, on_delete=models.CASCADE, related_name="thread")
    kind = CodeField(ThreadKind, default=ThreadKind.MESSAGE.value)
    side = CodeField(OfferSide)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    author_name = models.CharField(max_length=120)
    body = models.TextField(max_length=4000)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [code_check("thread", "kind", ThreadKind), code_check("thread", "side", OfferSide)]
        ordering: ClassVar = ["at", "pk"]
