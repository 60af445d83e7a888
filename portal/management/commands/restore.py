"""``manage.py restore FOLDER``: a backup into an empty site, checked against what the backup said of itself."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.backups import keys, programs, restoring
from portal.backups.manifest import NotABackup


class Command(BaseCommand):
    help = "Restore a backup into a database without people; exits with 1 and says what differs from the backup."
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder of one backup")
        parser.add_argument("--key", type=Path, help="the file of its key, where BACKUP_KEY_FOLDER does not have it")

    def handle(self, *args: Any, folder: Path, key: Path | None, **options: Any) -> None:
        began = time.monotonic()
        try:
            done = restoring.restore(folder, key_file=key)
        except keys.KeyGone as gone:
            raise CommandError(
                f"No key opens this backup ({gone}). After thirty days it was dropped on purpose; else name its copy with --key."
            ) from gone
        except (restoring.Refused, NotABackup, programs.NoProgram) as problem:
            raise CommandError(str(problem)) from problem
        made = done.manifest
        self.stdout.write(
            f"Restored {made.name} (Sayso {made.version}, {made.server}): {done.rows:,} rows in "
            f"{len(made.contents.rows)} tables and {done.files:,} media files, in {time.monotonic() - began:.1f} s."
        )
        if done.migrated:
            self.stdout.write("The tables were then brought up to date with this version of Sayso.")
        self.stdout.write(
            f"Walked {done.chains:,} chains to their ends; opened {done.opened:,} files under MEDIA_KEYS."
        )
        if made.absent:
            self.stdout.write(f"Not in the backup, because they were being deleted: {', '.join(made.absent)}.")
        self.stdout.write(
            f"Ended {done.sessions:,} sessions: everybody signs in again.\n"
            f"Whatever happened after {keys.taken_at(made.name):%Y-%m-%d %H:%M} UTC is not here: decisions, stops and "
            "deletions of that time must be made again."
        )
        if done.faults:
            for fault in done.faults:
                self.stderr.write(fault)
            raise CommandError("The restored site is NOT what the backup says it was. Do not open it.")
        self.stdout.write("Every count and the head of every chain is what the backup says it was.")
