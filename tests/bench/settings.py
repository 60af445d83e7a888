"""The site's settings with what only the bench needs: Django's admin, the peers' applications, and pages to compare with."""

import importlib.util

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS, MIDDLEWARE

PEERS = [name for name in ("post_office", "simple_history", "auditlog") if importlib.util.find_spec(name)]
INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin", *PEERS, "tests.bench.peers"]
MIDDLEWARE = list(MIDDLEWARE)
ROOT_URLCONF = "tests.bench.urls"
SILENCED_SYSTEM_CHECKS = ["admin.E410", "admin.E409", "admin.E408"]
CONN_HEALTH_CHECKS = False
POST_OFFICE = {"CELERY_ENABLED": False, "BATCH_SIZE": 100, "THREADS_PER_PROCESS": 5, "MESSAGE_ID_ENABLED": True}
LOGGING = {"version": 1, "disable_existing_loggers": True}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # signing in is no row of the bench
