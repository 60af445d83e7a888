"""The site's addresses, and the floor and Django's own list of the same rows beside them."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from consent.models import UseRequest


class Requests(admin.ModelAdmin):
    """The change list of use requests as one writes it: five columns, related rows joined."""

    list_display = ("ref", "studio", "production", "state", "deadline_at")
    list_select_related = ("studio", "production")
    list_per_page = 25
    ordering = ("deadline_at",)


site = admin.AdminSite("bench")
site.register(UseRequest, Requests)


def floor(request: HttpRequest) -> HttpResponse:
    """A page that knows who asks, and says nothing else."""
    return HttpResponse(f"Signed in as {request.user.display_name}")


urlpatterns = [
    path("bench/floor/", floor),
    path("bench/admin/", site.urls),
    path("", include("portal.urls")),
]
