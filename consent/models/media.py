"""Rows of the reference vault: uploads on their way in, and the media that arrived."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from consent.models.fields import CodeField, RefField, code_check
from consent.models.people import Performer


class MediaKind(StrEnum):
    STILL = "STILL"
    VOICE = "VOICE"
    VIDEO = "VIDEO"


class MediaPurpose(StrEnum):
    """What a piece of reference media shows, chosen by the performer."""

    PORTRAIT = "PORTRAIT"
    FULL_BODY = "FULL_BODY"
    EXPRESSION = "EXPRESSION"
    SCAN = "SCAN"
    SPEECH = "SPEECH"
    SINGING = "SINGING"
    MOVEMENT = "MOVEMENT"
    OTHER = "OTHER"


class MediaState(StrEnum):
    WAITING = "WAITING"
    CHECKING = "CHECKING"
    READY = "READY"
    REFUSED = "REFUSED"
    DELETED = "DELETED"


class UploadState(StrEnum):
    SENDING = "SENDING"
    ARRIVED = "ARRIVED"
    CANCELLED = "CANCELLED"


class MediaItem(models.Model):
    """One photo, recording or video. ``wrapped_key`` opens the encrypted file; emptying it destroys the file."""

    ref = RefField("M")
    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="media")
    number = models.PositiveIntegerField()
    kind = CodeField(MediaKind, blank=True)
    state = CodeField(MediaState, default=MediaState.WAITING.value)
    purpose = CodeField(MediaPurpose, default=MediaPurpose.OTHER.value)
    caption = models.CharField(max_length=200, blank=True)
    captured_on = models.DateField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    filename = models.CharField(max_length=255)
    mime = models.CharField(max_length=60, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=200, blank=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_ms = models.BigIntegerField(null=True)
    waveform = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    previewed = models.BooleanField(default=False)
    is_portrait = models.BooleanField(default=False)
    listed = models.BooleanField(
        default=False,
        help_text="Studios I know may see that this exists: caption and kind, never the picture.",
    )
    refused_code = models.CharField(max_length=40, blank=True)
    refused_values = models.JSONField(default=dict, blank=True)
    raw_path = models.CharField(max_length=255, blank=True)
    stored = models.JSONField(default=dict, blank=True)
    wrapped_key = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ready_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["performer", "number"], name="media_numbered_once"),
            code_check("media", "state", MediaState),
            code_check("media", "kind", MediaKind, blank=True),
        ]
        indexes: ClassVar = [
            models.Index(fields=["performer", "kind", "-number"], name="media_on_the_sheet"),
            models.Index(
                fields=["created_at"], name="media_to_process", condition=models.Q(state__in=["WAITING", "CHECKING"])
            ),
        ]


class Upload(models.Model):
    """One resumable upload (tus). Bytes wait in a part file; what arrived is kept for seven days."""

    ref = RefField("T")
    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="uploads")
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = CodeField(UploadState, default=UploadState.SENDING.value)
    details = models.JSONField(default=dict, blank=True)
    media = models.OneToOneField(MediaItem, on_delete=models.SET_NULL, null=True, related_name="upload")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            code_check("upload", "state", UploadState),
            models.CheckConstraint(
                condition=models.Q(offset__gte=0, offset__lte=models.F("size")), name="upload_within_size"
            ),
        ]
