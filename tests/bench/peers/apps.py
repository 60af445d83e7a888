"""The bench's application; its tables are made without migrations."""

from django.apps import AppConfig


class PeersConfig(AppConfig):
    name = "tests.bench.peers"
    label = "peers"
    default_auto_field = "django.db.models.BigAutoField"
