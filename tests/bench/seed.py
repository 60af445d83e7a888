"""Rows by the thousand: one of each is made through the services, and then copied inside the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model


def copies(row: Model, count: int, /, start: int = 1, *, source: str = "", **columns: str) -> None:
    """``count`` copies of a row, their numbers beginning at ``start``. ``columns`` are SQL expressions over the number ``n``
    (and over what ``source`` joins); a public reference is made of the number by itself."""
    table = type(row)._meta.db_table
    names = [field.column for field in type(row)._meta.concrete_fields if not field.primary_key or field.remote_field]
    given = {**_references(row), **columns}
    values = ", ".join(given.get(name, f'own."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    key = type(row)._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({quoted}) SELECT {values} FROM generate_series(%s, %s) AS series (n)'
            f' JOIN "{table}" AS own ON own."{key}" = %s {source}',
            [start, start + count - 1, row.pk],
        )


def _references(row: Model) -> Mapping[str, str]:
    found = {}
    for field in type(row)._meta.concrete_fields:
        prefix = getattr(field, "prefix", None)
        if prefix:
            found[field.column] = f"'{prefix}-' || lpad(n::text, 10, '0')"
    return found


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def scalar(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]
