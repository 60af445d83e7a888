"""The face of Sayso: pages, API, settings and wiring. Nobody imports it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
