"""``manage.py rewrap_media_keys``: after MEDIA_KEYS was rotated, puts every file's key under the new first key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.ingest import vault
from consent.services import checking


class Command(BaseCommand):
    help = "Put the keys of all media under the first key of MEDIA_KEYS. Afterwards the old key can leave the ring."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        try:
            while batch := checking.rewrap():
                done += batch
        except (vault.Tampered, vault.KeyUnavailable) as problem:
            raise CommandError(
                f"{done} keys put under the new key, then one could not be opened ({problem}). Keep every old key in "
                "MEDIA_KEYS until this command ends without an error."
            ) from problem
        self.stdout.write(f"{done} keys put under the new key.")
