"""The reference vault: the contact sheet, voice and film with players, one item and who holds it, and its files."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.access import by_session
from consent.core import actor as proofs
from consent.models import Grant, MediaItem, MediaKind, MediaPurpose, MediaState
from consent.queries import vault as reads
from consent.queries.vault import Frame, Whole
from consent.render import times, words
from consent.services import media
from consent.services.files import Variant
from consent.services.moves import Refused
from portal.doors import prove_again
from portal.visitor import visitor
from portal.web import request_pages
from portal.web.forms.fields import commas
from portal.web.performer import uploads

ICONS = {MediaKind.STILL: "image", MediaKind.VOICE: "audio-lines", MediaKind.VIDEO: "film", "": "file"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@require_safe
def vault(request: HttpRequest) -> HttpResponse:
    performer, _actor = by_session.performer(visitor(request))
    now = timezone.now()
    kind = request.GET.get("kind", "")
    tag = request.GET.get("tag", "")[:40]
    chosen = MediaKind(kind) if kind in set(MediaKind) else None
    sheet = reads.sheet(performer, now=now, kind=chosen, tag=tag, page=request_pages.page_number(request))
    used = media.usage(performer)
    frames = [_frame(frame) for frame in sheet.frames]
    context = {
        "nav": "vault",
        "tabs": _tabs(sheet.counts, chosen),
        "stills": [frame for frame in frames if frame["kind"] == MediaKind.STILL],
        "voices": [frame for frame in frames if frame["kind"] == MediaKind.VOICE],
        "films": [frame for frame in frames if frame["kind"] == MediaKind.VIDEO],
        "others": [frame for frame in frames if not frame["kind"]],
        "most": words.size(settings.MAX_UPLOAD_BYTES),
        "on_their_way": uploads.rows(one for one in reads.uploads(performer, now=now) if one.media is None),
        "used": words.size(used.used),
        "quota": words.size(used.quota),
        "used_percent": min(100, used.used * 100 // used.quota) if used.quota else 100,
        "tags": sheet.tags,
        "tag": tag,
        "page": sheet.page,
        "more": sheet.page < sheet.pages,
        "page_query": f"kind={chosen.value}" if chosen else "",
        "empty": not sheet.counts["ALL"],
    }
    return render(request, "performer/vault.html", context)


def _tabs(counts: dict[str, int], chosen: MediaKind | None) -> list[dict[str, Any]]:
    labels = {MediaKind.STILL: _("Stills"), MediaKind.VOICE: _("Voice"), MediaKind.VIDEO: _("Movement")}
    first = {"label": _("Everything"), "count": counts["ALL"], "url": "?", "current": chosen is None}
    return [first] + [
        {"label": labels[kind], "count": counts[kind.value], "url": f"?kind={kind.value}", "current": kind is chosen}
        for kind in MediaKind
    ]


def _frame(frame: Frame) -> dict[str, Any]:
    item = frame.item
    ready = item.state == MediaState.READY
    picture = ready and item.previewed and item.kind != MediaKind.VOICE
    variant = Variant.POSTER if item.kind == MediaKind.VIDEO else Variant.THUMB
    return {
        "ref": item.ref,
        "url": reverse("performer:vault_item", args=[item.ref]),
        "kind": item.kind,
        "src": file_url(item, variant) if picture else "",
        "play": file_url(item, Variant.ORIGINAL) if ready else "",
        "number": item.number,
        "year": item.captured_on.year if item.captured_on else item.created_at.year,
        "caption": item.caption or item.filename,
        "held": _held(frame.held_by),
        "out": bool(frame.held_by),
        "icon": ICONS.get(item.kind, "file"),
        "state": item.state,
        "state_words": _state_words(item),
        "length": times.seconds(item.duration_ms) if item.duration_ms else "",
        "wave": item.waveform,
        "captured": times.day(item.captured_on) if item.captured_on else "",
    }


def _held(grants: tuple[Grant, ...]) -> str:
    """ "Northlight Pictures, to 14 November 2026"; the last to end where several hold it."""
    if not grants:
        return ""
    last = grants[-1]
    until = times.day(times.last_day(last.generate_until, last.time_zone))
    return _("%(studio)s, to %(day)s") % {"studio": last.studio.name, "day": until}


def _state_words(item: MediaItem) -> str:
    if item.state == MediaState.REFUSED:
        return words.media_refusal(item.refused_code, item.refused_values)
    if item.state in (MediaState.WAITING, MediaState.CHECKING):
        return _("Checking")
    return ""


def file_url(item: MediaItem, variant: Variant) -> str:
    return reverse("performer:vault_file", args=[item.ref, variant.value])


class DescribeForm(forms.Form):
    caption = forms.CharField(label=gettext_lazy("Caption"), required=False, max_length=200)
    purpose = forms.ChoiceField(label=gettext_lazy("What it shows"), choices=lambda: words.choices(MediaPurpose))
    captured_on = forms.DateField(
        label=gettext_lazy("Captured on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        help_text=gettext_lazy("Separate several with commas."),
        required=False,
        max_length=400,
    )
    listed = forms.BooleanField(
        label=gettext_lazy("Studios that may see me may know that this exists"),
        help_text=gettext_lazy("They read the caption and can ask for it. They never see it before you say yes."),
        required=False,
    )

    def clean_tags(self) -> list[str]:
        return commas(self.cleaned_data["tags"])


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, ref: str) -> HttpResponse:
    """One piece of media: describe it, play it, see who holds it and who fetched it, delete it."""
    row, actor = by_session.media(visitor(request), ref)
    initial = {
        "caption": row.caption,
        "purpose": row.purpose,
        "captured_on": row.captured_on,
        "tags": ", ".join(row.tags),
        "listed": row.listed,
    }
    form = DescribeForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            media.describe(row, **{**said, "purpose": MediaPurpose(said["purpose"])}, actor=actor, now=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("performer:vault_item", ref=ref)
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal.code, refusal.values))
    page = reads.item(row, now=timezone.now())
    zone = row.performer.time_zone
    large = Variant.POSTER if row.kind == MediaKind.VIDEO else Variant.LARGE
    context = {
        "nav": "vault",
        "item": row,
        "frame": _frame(Frame(row, page.held_by)),
        "large": file_url(row, large) if row.previewed and row.kind != MediaKind.VOICE else "",
        "original": file_url(row, Variant.ORIGINAL),
        "size": words.size(row.size),
        "form": form,
        "held_by": [
            {
                "studio": grant.studio.name,
                "project": grant.production.title,
                "until": times.day(times.last_day(grant.generate_until, zone)),
                "url": reverse("performer:grant", args=[grant.ref]),
            }
            for grant in page.held_by
        ],
        "downloads": [
            {"when": times.moment(one.at, zone), "who": f"{one.user_name}, {one.grant.studio.name}"}
            for one in page.downloads
        ],
        "duplicate": page.duplicate_of,
    }
    return render(request, "performer/vault_item.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, ref: str) -> HttpResponse:
    """Deleting destroys the key and the file at once; the page says first who holds copies."""
    row, actor = by_session.media(visitor(request), ref)
    if request.method == "POST":
        media.delete(row, actor=actor, now=timezone.now())
        messages.success(request, _("Deleted. The file and its key are gone."))
        return redirect("performer:vault")
    page = reads.item(row, now=timezone.now())
    context = {"nav": "vault", "item": row, "held_by": page.held_by, "copies": len(page.downloads)}
    return render(request, "performer/vault_delete.html", context)


class DeleteAllForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, destroy everything in my vault"),
        error_messages={"required": gettext_lazy("Tick this to go on, or keep the vault. Nothing was deleted.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delete_all(request: HttpRequest) -> HttpResponse:
    """The whole vault: what goes and what stays first, then who it is once more, then a tick and a press."""
    performer, actor = by_session.performer(visitor(request))
    now = timezone.now()
    proven = proofs.proven_lately(actor, now=now)
    if request.method == "POST" and not proven:
        return prove_again(request, back_to=request.path)
    form = DeleteAllForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        media.delete_vault(performer, actor=actor, now=now)
        messages.success(request, _("Your vault is empty. The files and their keys are gone."))
        return redirect("performer:vault")
    whole = reads.whole(performer, now=now)
    context = {"nav": "vault", "form": form, "proven": proven, "whole": whole, "goes": _goes(whole)}
    return render(request, "performer/vault_delete_all.html", context, status=422 if form.is_bound else 200)


def _goes(whole: Whole) -> list[str]:
    counted = [
        (ngettext("%(n)s still", "%(n)s stills", whole.counts[MediaKind.STILL]), whole.counts[MediaKind.STILL]),
        (ngettext("%(n)s recording", "%(n)s recordings", whole.counts[MediaKind.VOICE]), whole.counts[MediaKind.VOICE]),
        (ngettext("%(n)s film", "%(n)s films", whole.counts[MediaKind.VIDEO]), whole.counts[MediaKind.VIDEO]),
        (ngettext("%(n)s file not checked yet", "%(n)s files not checked yet", whole.counts[""]), whole.counts[""]),
        (ngettext("%(n)s upload on its way", "%(n)s uploads on their way", whole.uploads), whole.uploads),
    ]
    return [text % {"n": number_format(n)} for text, n in counted if n]


@require_POST
def portrait(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = by_session.media(visitor(request), ref)
    media.set_portrait(row, actor=actor, now=timezone.now())
    messages.success(request, _("This is your picture now. Only you and those who act for you see it."))
    return redirect("performer:vault_item", ref=ref)


@require_safe
def file(request: HttpRequest, ref: str, variant: str) -> HttpResponseBase:
    """The bytes of one variant to its owner, in ranges where the player asks for them; never cached by anybody else."""
    row, _actor = by_session.media(visitor(request), ref)
    if variant not in set(Variant):
        raise Http404
    start, end = 0, None
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    try:
        whole = media.open_variant(row, Variant(variant), 0, 0)
        if asked and (asked[1] or asked[2]):
            start, end = _range(asked, whole.length)
        opened = media.open_variant(row, Variant(variant), start, end)
    except Refused as refusal:
        if refusal.code == "RANGE_OUTSIDE":
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{whole.length}"})
        raise Http404 from refusal
    stop = opened.length if end is None else end
    response = StreamingHttpResponse(opened.chunks, content_type=opened.mime, status=206 if end is not None else 200)
    response.headers["Content-Length"] = str(stop - start)
    response.headers["Accept-Ranges"] = "bytes"
    if end is not None:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{opened.length}"
    response.headers["Cache-Control"] = "private, no-store" if variant == Variant.ORIGINAL else "private, max-age=300"
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(row.filename)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _range(asked: re.Match[str], length: int) -> tuple[int, int]:
    """Half-open start and end of a Range header. Raises Refused RANGE_OUTSIDE."""
    first, last = asked[1], asked[2]
    start = int(first) if first else max(0, length - int(last))
    end = min(length, int(last) + 1) if first and last else length
    if start >= length or end <= start:
        raise Refused("RANGE_OUTSIDE")
    return start, end


urlpatterns = [
    path("vault/", vault, name="vault"),
    path("vault/delete/", delete_all, name="vault_delete_all"),
    path("vault/<str:ref>/", item, name="vault_item"),
    path("vault/<str:ref>/delete/", delete, name="vault_delete"),
    path("vault/<str:ref>/portrait/", portrait, name="vault_portrait"),
    path("vault/<str:ref>/file/<str:variant>/", file, name="vault_file"),
]
