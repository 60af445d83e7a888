"""Every address of the site, by wing."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from portal import health, metrics

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("language/", login_not_required(set_language), name="language"),
    path("account/", include("portal.web.account")),
    path("account/", include("allauth.urls")),
    path("notices/", include("portal.web.notices")),
    path("", include("portal.web.urls")),
]

if settings.MAILBOX:
    urlpatterns.append(path("mailbox/", include("portal.mailbox.urls")))
