"""Every page by wing."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.web.public.urls")),
    path("", include("portal.web.performer.urls")),
    path("desk/", include("portal.web.desk.urls")),
    path("studio/", include("portal.web.studio.urls")),
    path("staff/", include("portal.web.staff.urls")),
    path("l/", include("portal.web.links.urls")),
]
