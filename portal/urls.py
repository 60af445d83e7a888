"""Every address of the site, by wing."""

from django.conf import settings
from django.urls import include, path

from portal import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("account/", include("portal.web.account")),
    path("account/", include("allauth.urls")),
    path("notices/", include("portal.web.notices")),
    path("", include("portal.web.urls")),
]

if settings.MAILBOX:
    urlpatterns.append(path("mailbox/", include("portal.mailbox.urls")))
