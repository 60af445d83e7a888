"""The portal as a Django app: commands, template tags and translations."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal import heartbeats  # noqa: F401  (connects its receivers; needs the models to be loaded)
