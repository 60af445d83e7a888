"""``manage.py load_demo``: the demo cast into an empty site, once; ``make demo`` calls it by itself."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demo import cast
from portal.demo.cast import SomebodyIsHere


class Command(BaseCommand):
    help = "Load the demo cast into an empty site: people, pictures, requests in every state, a year of history."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-pictures", action="store_true", help="leave the vaults empty, which is quicker")

    def handle(self, *_: Any, no_pictures: bool, **__: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo cast signs in with a printed password: it is never loaded in production.")
        began = time.monotonic()
        try:
            loaded = cast.load(now=timezone.now(), folder=None if no_pictures else settings.VAR / "demo-art")
        except SomebodyIsHere:
            raise CommandError(
                "There are accounts here already, and the demo cast wants an empty site: `make demo-reset` makes one."
            ) from None
        self.stdout.write(
            f"  {loaded.people} people, {loaded.facts} facts, {loaded.media} files in the vaults, "
            f"{loaded.versions} versions of Imani's preferences, in {time.monotonic() - began:.0f} s\n"
            f"  requests: {counted(loaded.states)}\n"
            f"  grants:   {counted(loaded.phases)}"
        )


def counted(codes: Counter[str]) -> str:
    return ", ".join(f"{number} {code.lower().replace('_', ' ')}" for code, number in sorted(codes.items()))
