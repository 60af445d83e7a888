"""The WSGI door: ``granian --interface wsgi portal.wsgi:application``."""

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from portal import env

env.provide("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (read every address now: a site that cannot serve must not start)
