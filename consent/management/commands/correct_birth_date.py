"""``manage.py correct_birth_date P-... 1988-04-02``: the operator corrects a date of birth against a document."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consent.core.actor import Actor, Door
from consent.core.roles import Capacity
from consent.models import Performer
from consent.render import words
from consent.services import people
from consent.services.moves import Refused


class Command(BaseCommand):
    help = "Correct a performer's date of birth, which they cannot change themselves once their room is open."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("performer", help="the reference of the performer (P-...)")
        parser.add_argument("born", type=date.fromisoformat, help="the date of birth, as YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        performer = Performer.objects.filter(ref=options["performer"]).first()
        if performer is None:
            raise CommandError(f"There is no performer {options['performer']}.")
        actor = Actor(capacity=Capacity.STAFF, door=Door.CONSOLE)
        try:
            people.correct_birth_date(performer, options["born"], actor=actor, now=timezone.now())
        except Refused as refused:
            raise CommandError(words.refusal(refused.code, refused.values)) from refused
        self.stdout.write(f"{performer.ref} was born on {performer.date_of_birth}.")
