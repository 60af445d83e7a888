"""Rows of the versioned standing answers."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from consent.core.compiled import compile_preferences
from consent.core.preferences import Preferences
from consent.models.people import Performer


class PreferenceSet(models.Model):
    """One version of a performer's answers: canonical text, its digest, and the compiled masks that a check reads."""

    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="preference_sets")
    number = models.PositiveIntegerField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    compiled = models.JSONField()
    changes = models.JSONField(default=list)
    actor = models.JSONField(default=dict)
    author_name = models.CharField(max_length=120, blank=True)
    restored_from = models.PositiveIntegerField(null=True)
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["performer", "number"], name="preferences_numbered_once"),
            models.UniqueConstraint(
                fields=["performer"], condition=models.Q(current=True), name="preferences_one_current"
            ),
        ]

    @cached_property
    def value(self) -> Preferences:
        return Preferences.from_data(json.loads(self.document))

    @staticmethod
    def columns_of(value: Preferences) -> dict[str, Any]:
        """The columns that hold a set: text, digest and masks always belong together."""
        return {
            "document": value.canonical().decode(),
            "digest": value.digest(),
            "compiled": compile_preferences(value),
        }


class ProposedPreferences(models.Model):
    """Looser answers that wait for the performer's confirm: the whole set as it would be, over the version it was made from."""

    performer = models.OneToOneField(Performer, on_delete=models.CASCADE, related_name="proposed_preferences")
    document = models.TextField()
    changes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    @cached_property
    def value(self) -> Preferences:
        return Preferences.from_data(json.loads(self.document))
