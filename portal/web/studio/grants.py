"""The studio's grants and the media that they open, each copy logged before its first byte leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consent.access import by_session
from consent.core.roles import StudioAct
from consent.models import Grant, MediaItem, Studio
from consent.queries import portfolio
from consent.render import times
from consent.services import grants as use_cases
from consent.services import media as vault
from portal.visitor import visitor
from portal.web import grant_pages, readers
from portal.web.studio import room


@require_safe
def grants(request: HttpRequest, org: str) -> HttpResponse:
    seen = visitor(request)
    studio, actor = by_session.studio(seen, org)
    now = timezone.now()
    found = portfolio.of_studio(studio, now=now)

    def row(grant: Grant) -> dict[str, Any]:
        url = reverse("studio:grant", args=[org, grant.ref])
        zone = seen.user.time_zone
        return grant_pages.row(grant, now=now, zone=zone, url=url, whose=grant.performer.professional_name)

    context = room.context(studio, actor, "grants") | {
        "groups": grant_pages.groups(found, row, row),
        "any": bool(found.in_force or found.over),
        "first_year": now.year - 1,
        "now": now,
    }
    return render(request, "studio/grants.html", context)


@require_safe
def grant(request: HttpRequest, org: str, ref: str) -> HttpResponse:
    row, actor = by_session.studio_grant(visitor(request), org, ref)
    now = timezone.now()
    story = portfolio.story(row, now=now)
    context = room.context(row.studio, actor, "grants")
    context |= grant_pages.context(story, now=now, zone=row.time_zone, reader=readers.of(actor, row.performer)) | {
        "media": [_media_row(row.studio, item) for item in story.media],
        "open": Grant.objects.generating(now).filter(pk=row.pk).exists(),
        "may_download": room.may(actor, StudioAct.DOWNLOAD),
    }
    return render(request, "studio/grant.html", context)


def _media_row(studio: Studio, item: MediaItem) -> dict[str, Any]:
    return {
        "ref": item.ref,
        "caption": item.caption or item.filename,
        "kind": item.kind,
        "size": item.size,
        "length": times.seconds(item.duration_ms) if item.duration_ms else "",
        "url": reverse("studio:media_download", args=[studio.slug, item.ref]),
        "gone": item.state != "READY",
    }


@require_safe
def media(request: HttpRequest, org: str) -> HttpResponse:
    """Everything that is open to this studio right now."""
    studio, actor = by_session.studio(visitor(request), org)
    now = timezone.now()
    live = Grant.objects.generating(now).filter(studio=studio).select_related("performer", "production")
    context = room.context(studio, actor, "media") | {
        "groups": [_group(studio, one, now) for one in live.prefetch_related("media").order_by("generate_until")],
        "may_download": room.may(actor, StudioAct.DOWNLOAD),
    }
    return render(request, "studio/media.html", context)


def _group(studio: Studio, one: Grant, now: datetime) -> dict[str, Any]:
    return {
        "title": _("%(name)s, %(project)s")
        % {"name": one.performer.professional_name, "project": one.production.title},
        "until": times.day(times.last_day(one.generate_until, one.time_zone)),
        "url": reverse("studio:grant", args=[studio.slug, one.ref]),
        "media": [_media_row(studio, item) for item in one.media.all() if item.state == "READY"],
    }


@require_POST
def download(request: HttpRequest, org: str, ref: str) -> HttpResponseBase:
    """Hand out one copy, marked with the licensee, after it was written in the performer's history."""
    now = timezone.now()
    item, opening, actor = by_session.studio_media(visitor(request), org, ref, now=now)
    mark = f"{opening.studio.name} · {opening.ref} · {now:%Y-%m-%d}"
    copy = vault.licensed_copy(item, mark)
    use_cases.record_download(opening, item, watermark=mark, actor=actor, now=now)
    response = StreamingHttpResponse(copy.chunks, content_type=copy.mime)
    response.headers["Content-Length"] = str(copy.length)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_name(item, copy.mime))}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _name(item: MediaItem, mime: str) -> str:
    """The file's own name, with the ending of the copy where that is another kind of file."""
    stem, _dot, ending = item.filename.rpartition(".")
    changed = mime == "image/jpeg" and ending.lower() not in ("jpg", "jpeg")
    return f"{stem or item.filename}.jpg" if changed else item.filename


urlpatterns = [
    path("<slug:org>/grants/", grants, name="grants"),
    path("<slug:org>/grants/<str:ref>/", grant, name="grant"),
    path("<slug:org>/media/", media, name="media"),
    path("<slug:org>/media/<str:ref>/", download, name="media_download"),
]
