"""``manage.py verify_ledger``: walks every hash chain and names the first broken link."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.models import Chain
from consent.services import ledger


class Command(BaseCommand):
    help = "Verify every hash chain (or one); exits with 1 and names the first broken link of each broken chain."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--chain", help="the reference of one performer (P-...) or studio (S-...)")

    def handle(self, *args: Any, **options: Any) -> None:
        chains = Chain.objects.select_related("performer", "studio").order_by("pk")
        checked = facts = broken = 0
        for chain in chains.iterator(chunk_size=500):
            name = ledger.chain_name(chain)
            if options["chain"] and options["chain"] != name:
                continue
            fault = ledger.verify(chain)
            checked += 1
            facts += chain.head_seq
            if fault is not None:
                broken += 1
                self.stderr.write(f"{name}: broken at fact {fault.seq}: {fault.code.value}")
        if options["chain"] and not checked:
            raise CommandError(f"There is no chain {options['chain']}.")
        if broken:
            raise CommandError(f"{broken} of {checked} chains are broken.")
        self.stdout.write(f"{checked} chains, {facts} facts: whole.")
