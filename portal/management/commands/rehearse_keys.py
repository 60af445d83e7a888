"""``manage.py rehearse_keys``: would a rotation of the keys work here? Tries it on what is there and keeps nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import rehearsal


class Command(BaseCommand):
    help = "Rehearse the rotation of every ring: new key first, old one behind, old one dropped. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tried = rehearsal.rehearse(now=timezone.now())
        except rehearsal.Fault as fault:
            raise CommandError(f"A rotation would do harm: {fault}") from fault
        for each in tried:
            self.stdout.write(
                f"{each.ring}: {each.count:,} {each.what} tried; the old key can be put behind and dropped."
            )
        self.stdout.write("LEDGER_KEYS: nothing stands under it yet. Nothing was changed.")
