"""Rows of what the uses are for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from consent.core.vocabulary import Agreement, ProductionKind
from consent.models.fields import CodeField, RefField, code_check
from consent.models.people import Studio


class Production(models.Model):
    """The title a use is for."""

    ref = RefField("F")
    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="productions")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=160)
    kind = CodeField(ProductionKind, default=ProductionKind.FEATURE.value)
    agreement = CodeField(Agreement, default=Agreement.NON_UNION.value)
    synopsis = models.TextField(max_length=2000, blank=True)
    eidr = models.CharField(max_length=40, blank=True)
    isan = models.CharField(max_length=40, blank=True)
    imdb = models.CharField(max_length=20, blank=True)
    photography_on = models.DateField(null=True, blank=True)
    release_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["studio", "slug"], name="production_slug_once"),
            code_check("production", "kind", ProductionKind),
            code_check("production", "agreement", Agreement),
        ]

    def __str__(self) -> str:
        return self.title


class Strike(models.Model):
    """An agreement under strike: while it lasts, nothing new is granted or generated under that agreement."""

    agreement = CodeField(Agreement)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [code_check("strike", "agreement", Agreement)]
