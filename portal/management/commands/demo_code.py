"""``manage.py demo_code <e-mail>``: the current second-factor code of a demo person, as their phone would show it."""

import time
from argparse import ArgumentParser
from typing import Any

from allauth.mfa import app_settings as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Print the current second-factor code of a demo person."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whom the code is for")

    def handle(self, *_: Any, email: str, **__: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("Second-factor codes are printed for demo people only, never in production.")
        user = get_user_model().objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if factor is None:
            raise CommandError(f"{email} has no authenticator app; signing in asks for no code.")
        secret = decrypt(factor.data["secret"])
        counter = int(time.time()) // mfa.TOTP_PERIOD
        left = mfa.TOTP_PERIOD - int(time.time()) % mfa.TOTP_PERIOD
        self.stdout.write(format_hotp_value(hotp_value(secret, counter)))
        self.stderr.write(f"valid for {left} more seconds")
