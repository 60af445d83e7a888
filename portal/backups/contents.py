"""What stands in the database at this moment, read with plain SQL so that it does not matter which version wrote it."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from portal.backups.manifest import Contents

_CHAINS = """
    SELECT coalesce(performer.ref, studio.ref), chain.head_seq, chain.head_hash FROM consent_chain AS chain
    LEFT JOIN consent_performer AS performer ON performer.id = chain.performer_id
    LEFT JOIN consent_studio AS studio ON studio.id = chain.studio_id
"""
_PEOPLE = "consent_user"


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def has_people() -> bool:
    """Is there any account? A database without the table has none."""
    if _PEOPLE not in tables():
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_PEOPLE})")  # noqa: S608 (a name of ours)
        return bool(cursor.fetchone()[0])


def read() -> Contents:
    """As the current transaction sees it."""
    with connection.cursor() as cursor:
        rows = {}
        for name in tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608 (a table's name)
            rows[name] = int(cursor.fetchone()[0])
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app")
        migrations = dict(cursor.fetchall())
        cursor.execute(_CHAINS)
        chains = {name: (int(seq), own) for name, seq, own in cursor.fetchall()}
    return Contents(rows=rows, migrations=migrations, chains=chains)


def unknown_here(contents: Contents) -> list[str]:
    """Migrations that this version of Sayso has never heard of: the database was written by a newer one."""
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    installed = {app for app, _name in known}
    return sorted(
        f"{app} {name}" for app, name in contents.migrations.items() if app in installed and (app, name) not in known
    )
