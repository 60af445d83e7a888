"""Column parts shared by the rows: public references, codes, and the abstract bases."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:  # generic for mypy only: Django's fields are no generics at run time
    StringColumn = models.CharField[str, str]
else:
    StringColumn = models.CharField

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


def new_ref(prefix: str) -> str:
    """A short public reference such as ``R-7Q4M2K9D0X``: 50 random bits in Crockford's alphabet, read aloud without doubt."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


class RefField(StringColumn):
    """A unique public reference with a one-letter prefix, made once; primary keys never leave the house."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        options.update(max_length=24, unique=True, editable=False)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for option in ("max_length", "unique", "editable"):
            kwargs.pop(option, None)
        return name, path, [self.prefix, *args], kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if not value:
            value = new_ref(self.prefix)
            setattr(model_instance, self.attname, value)
        return value


class CodeField(StringColumn):
    """One code of a vocabulary; a CHECK is added by ``code_check`` in the row's constraints."""

    def __init__(self, codes: type[StrEnum] | None = None, **options: Any) -> None:
        self.codes = codes
        options.setdefault("max_length", 32)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs


def code_check(table: str, field: str, codes: type[StrEnum], *, blank: bool = False) -> models.CheckConstraint:
    """A database CHECK that the column holds one of the codes."""
    values = [code.value for code in codes] + ([""] if blank else [])
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=f"{table}_{field}_known")
