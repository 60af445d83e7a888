#!/usr/bin/env python
"""Sayso from the command line; starts the embedded servers for the length of a command when none are configured."""

import contextlib
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from portal import embedded, env

OWN_SERVERS = {"demo", "help", "version", "--help", "-h", "--version"}  # these start their own, or need none


def main() -> int:
    env.provide("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in {"demo", "demo_code"}:
        env.provide("SAYSO_MODE", "demo")
    configured = env.text("DATABASE_URL") and env.text("REDIS_URL")
    production = env.text("SAYSO_MODE") == "production"
    with contextlib.ExitStack() as stack:
        if command not in OWN_SERVERS and not configured and not production:
            try:
                stack.enter_context(embedded.in_use(env.data_folder()))
            except embedded.NotStarted as problem:
                print(problem, file=sys.stderr)
                return 1
        try:
            execute_from_command_line(sys.argv)
        except ImproperlyConfigured as problem:
            print(problem, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
