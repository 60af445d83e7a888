"""``manage.py rewrap_second_factors``: after SECRET_KEY was changed, seals every second factor under the new one."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from portal import second_factor


class Command(BaseCommand):
    help = "Seal the secrets of all second factors under SECRET_KEY. Afterwards the old key can leave SECRET_KEY_FALLBACKS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = second_factor.rewrap()
        except InvalidToken as problem:
            raise CommandError(
                "A second factor could not be opened. Keep every old key in SECRET_KEY_FALLBACKS until this command ends "
                "without an error."
            ) from problem
        self.stdout.write(f"{done} second factors sealed under the new key.")
