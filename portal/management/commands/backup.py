"""``manage.py backup FOLDER``: the database and the encrypted files of one instant, sealed under a key of their own."""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.backups import keys, programs, taking

MOST_DAYS = 30


class Command(BaseCommand):
    help = "Write a consistent backup of database and media into a new folder, and make old backups unreadable."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is new or empty")
        parser.add_argument(
            "--keep-days",
            type=int,
            default=MOST_DAYS,
            metavar="N",
            help=f"drop the keys of backups older than this, at most {MOST_DAYS} days, and their folders beside this one",
        )

    def handle(self, *args: Any, folder: Path, keep_days: int, **options: Any) -> None:
        if not 1 <= keep_days <= MOST_DAYS:
            raise CommandError(f"Backups are kept for 1 to {MOST_DAYS} days: what is deleted must not live on in them.")
        now, began = timezone.now(), time.monotonic()
        try:
            made = taking.take(folder, now=now)
        except (taking.Refused, programs.NoProgram) as problem:
            raise CommandError(str(problem)) from problem
        rows, size = sum(made.contents.rows.values()), sum(part.bytes for part in made.parts.values())
        self.stdout.write(
            f"{made.name}: {rows:,} rows, {len(made.parts) - 1:,} media files and the heads of "
            f"{len(made.contents.chains):,} chains, {size:,} bytes, in {time.monotonic() - began:.1f} s.\n"
            f"Its key is {keys.place(made.name)}: keep a copy of it where no backup is."
        )
        if made.absent:
            self.stdout.write(f"Deleted while the backup ran, or missing: {', '.join(made.absent)}.")
        pruned = taking.prune(folder.resolve().parent, before=now - min(timedelta(days=keep_days), keys.KEPT))
        if pruned.names or pruned.folders:
            self.stdout.write(
                f"{len(pruned.names)} keys of older backups were dropped, so that nobody can read these any more, and "
                f"{pruned.folders} of their folders removed."
            )
