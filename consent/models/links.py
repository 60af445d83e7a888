"""Rows of the e-mail door. The token itself is never stored: it is recomputed from the row when the mail is rendered."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.db import models

from consent.models.fields import CodeField, code_check
from consent.models.people import User
from consent.models.use_requests import UseRequest


class LinkPurpose(StrEnum):
    """What the link may lead to. ANSWER: the whole request and its answers; the rest only show."""

    ANSWER = "ANSWER"


class LinkEnd(StrEnum):
    AMENDED = "AMENDED"
    REPLACED = "REPLACED"
    NOT_ME = "NOT_ME"
    AUTHORITY = "AUTHORITY"


class ActionLink(models.Model):
    """Binds one recipient to one request at one revision and digest, until it expires or is killed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kid = models.CharField(max_length=16)
    use_request = models.ForeignKey(UseRequest, on_delete=models.CASCADE, related_name="links")
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    address_hash = models.CharField(max_length=64)
    purpose = CodeField(LinkPurpose, default=LinkPurpose.ANSWER.value)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = CodeField(LinkEnd, blank=True)

    class Meta:
        constraints: ClassVar = [
            code_check("link", "purpose", LinkPurpose),
            code_check("link", "ended_because", LinkEnd, blank=True),
            models.UniqueConstraint(
                fields=["use_request", "revision", "recipient"], condition=models.Q(ended_at=None), name="link_one_live"
            ),
        ]


class LinkTry(models.Model):
    """One wrong typed address, or one asked-for new link; counted in the database so that no cache can lose it."""

    link = models.ForeignKey(ActionLink, on_delete=models.CASCADE, related_name="tries")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["link", "kind", "at"], name="link_tries")]
