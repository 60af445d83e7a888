"""The site's addresses, and the floor and Django's own list of the same rows beside them."""

import hashlib
import os

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

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


@csrf_exempt
@login_not_required
def multipart(request: HttpRequest) -> HttpResponse:
    """How a site takes a large file without a protocol for it: a form, a temporary file, and a second pass for the digest.

    The file is synced, for an upload that was thanked for must be there after a power cut.
    """
    sent = request.FILES["file"]
    os.fsync(sent.file.fileno())
    sent.seek(0)
    return HttpResponse(hashlib.file_digest(sent.file, "sha256").hexdigest())


urlpatterns = [
    path("bench/multipart/", multipart),
    path("bench/floor/", floor),
    path("bench/admin/", site.urls),
    path("", include("portal.urls")),
]
