"""A row per periodic job: when it last ran. ``/readyz`` and the staff page read it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class JobHeartbeat(models.Model):
    name = models.CharField(max_length=80, primary_key=True)
    ran_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)


class RateCount(models.Model):
    """A counted act in a window, for limits that must hold without a cache: pre-flights per studio and performer."""

    key = models.CharField(max_length=120)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "window_start"], name="rate_counted_once")]
