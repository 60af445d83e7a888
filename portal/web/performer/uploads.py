"""Files on their way into the vault: the tus 1.0 protocol (core, creation, expiration, termination), and a plain form.

Source: tus.io/protocols/resumable-upload, version 1.0.0. Bytes, quota and authority are the service's; this module only
speaks HTTP. What a dropped connection delivered is kept, so a client asks with HEAD and goes on from there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.access import NotFound, by_session
from consent.core.actor import Actor
from consent.models import MediaState, Performer, Upload, UploadState
from consent.render import words
from consent.services import media
from consent.services.moves import NotEntitled, Refused
from portal.visitor import visitor

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE = "application/offset+octet-stream"
SEE_OTHER = 303
# Without JavaScript a file comes in one request, whole or not at all, through the server's temporary folder.
MOST_FORM_BYTES = 2 * 2**30
_STATUS = {
    "UPLOAD_OFFSET": 409,
    "UPLOAD_BUSY": 423,
    "UPLOAD_OVER": 410,
    "UPLOAD_TOO_LONG": 413,
    "FILE_TOO_LARGE": 413,
    "VAULT_FULL": 413,
    "TOO_MANY_UPLOADS": 429,
    "DISK_FULL": 507,
}
_RETRY_SECONDS = 60

View = Callable[..., HttpResponse]


class BadHeader(Exception):
    """The request is not tus as version 1.0.0 speaks it; `status` says in which way."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def speaks_tus(view: View) -> View:
    """Check the version, answer refusals as plain sentences with tus' own statuses, and sign every answer with the version."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.headers.get("Tus-Resumable") != VERSION:
                raise BadHeader(412, _("This address speaks the resumable upload protocol tus 1.0.0."))
            response = view(request, *args, **kwargs)
        except BadHeader as problem:
            response = _said(problem.status, str(problem))
        except NotFound:
            response = _said(404, _("There is no such upload. Start it again."))
        except Refused as refused:
            response = _refusal(refused)
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Tus-Version"] = VERSION
        return response

    return answer


# --- The collection --------------------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["OPTIONS", "POST"])
@never_cache
def uploads(request: HttpRequest) -> HttpResponse:
    """OPTIONS tells what this server can; POST starts a tus upload, or takes a form with whole files.

    Exempt from the early CSRF check only to look at the length first: that check reads a form body to its end. Both
    branches are protected further down.
    """
    if request.method == "OPTIONS":
        return _abilities()
    if "Tus-Resumable" in request.headers:
        return _start(request)
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MOST_FORM_BYTES:
        messages.error(
            request,
            _("Without JavaScript, files may be 2 GB together at most. Send fewer at a time, or switch JavaScript on."),
        )
        return _to_vault()
    return _form(request)


def _abilities() -> HttpResponse:
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
    }
    return HttpResponse(status=204, headers=headers)


@csrf_protect
@speaks_tus
def _start(request: HttpRequest) -> HttpResponse:
    performer, actor = by_session.performer(visitor(request))
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    upload = media.start_upload(
        performer,
        filename=told.get("filename", ""),
        size=_number(request, "Upload-Length"),
        details={name: told[name] for name in ("caption", "purpose") if told.get(name)},
        actor=actor,
        now=timezone.now(),
    )
    response = HttpResponse(status=201)
    response.headers["Location"] = reverse("performer:upload", args=[upload.ref])
    return _dated(response, upload)


@csrf_protect
def _form(request: HttpRequest) -> HttpResponse:
    """Whole files at once, each with an answer of its own; the page that follows says which came in and which did not."""
    performer, actor = by_session.performer(visitor(request))
    sent = cast("list[UploadedFile[bytes]]", request.FILES.getlist("files"))
    if not sent:
        messages.error(request, _("Choose at least one file first."))
        return _to_vault()
    kept = 0
    for file in sent:
        try:
            _take(performer, file, actor)
        except Refused as refused:
            messages.error(request, f"{file.name}: {words.refusal(refused.code, refused.values)}")
        else:
            kept += 1
    if kept:
        messages.success(
            request,
            ngettext(
                "%(count)s file arrived. We are checking it.", "%(count)s files arrived. We are checking them.", kept
            )
            % {"count": kept},
        )
    return _to_vault()


def _take(performer: Performer, file: UploadedFile[bytes], actor: Actor) -> None:
    now = timezone.now()
    row = media.start_upload(performer, filename=file.name or "", size=file.size or 0, actor=actor, now=now)
    try:
        media.receive(row, 0, cast("Any", file), actor=actor, now=now)
        media.arrived(row, actor=actor, now=now)
    except Refused:
        # A form has no second half to send: nothing may wait for it.
        media.cancel_upload(row, actor=actor, now=now)
        raise


# --- One upload ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@never_cache
def upload(request: HttpRequest, ref: str) -> HttpResponse:
    """The tus resource. A person who opens its address is shown the item, or the vault while it is on its way."""
    if request.method == "GET":
        row, _actor = by_session.upload(visitor(request), ref)
        return redirect("performer:vault_item", ref=row.media.ref) if row.media else redirect("performer:vault")
    return _piece(request, ref)


@speaks_tus
def _piece(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = by_session.upload(visitor(request), ref)
    if request.method == "HEAD":
        return _where(row)
    if request.method == "DELETE":
        media.cancel_upload(row, actor=actor, now=timezone.now())
        return HttpResponse(status=204)
    if request.content_type != PIECE:
        raise BadHeader(415, _("A piece of a file must come as %(type)s.") % {"type": PIECE})
    row = media.receive(row, _number(request, "Upload-Offset"), cast("Any", request), actor=actor, now=timezone.now())
    if row.offset == row.size:
        _finish(row, actor)
    response = HttpResponse(status=204)
    response.headers["Upload-Offset"] = str(row.offset)
    return _dated(response, row)


def _where(row: Upload) -> HttpResponse:
    if row.state == UploadState.SENDING and row.expires_at <= timezone.now():
        raise Refused("UPLOAD_OVER")
    response = HttpResponse(status=200)
    response.headers["Upload-Offset"] = str(media.reached(row))
    response.headers["Upload-Length"] = str(row.size)
    return _dated(response, row)


def _finish(row: Upload, actor: Actor) -> None:
    media.arrived(row, actor=actor, now=timezone.now())


@require_POST
def arrived(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask once more for the check of an upload whose last answer was lost: all bytes are here, but nobody said so."""
    row, actor = by_session.upload(visitor(request), ref)
    _finish(row, actor)
    return _to_vault()


@require_POST
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """The button of the page; a tus client sends DELETE."""
    row, actor = by_session.upload(visitor(request), ref)
    media.cancel_upload(row, actor=actor, now=timezone.now())
    messages.success(request, _("%(file)s is not on its way any more.") % {"file": row.filename})
    return _to_vault()


@require_safe
@never_cache
def state(request: HttpRequest, ref: str) -> HttpResponse:
    """Where one upload stands, for the page that follows it: codes, and the sentence where it was refused."""
    row, _actor = by_session.upload(visitor(request), ref)
    return JsonResponse(standing(row))


def standing(row: Upload) -> dict[str, Any]:
    """`state` is SENDING, ARRIVING (all bytes are here, not yet taken in), CHECKING, READY, REFUSED or DELETED."""
    item = row.media
    here = row.size if item else media.reached(row)
    told: dict[str, Any] = {"ref": row.ref, "filename": row.filename, "size": row.size, "offset": here}
    if item is None:
        return told | {"state": "ARRIVING" if here >= row.size else "SENDING"}
    if item.state == MediaState.REFUSED:
        return told | {"state": "REFUSED", "sentence": words.media_refusal(item.refused_code, item.refused_values)}
    if item.state == MediaState.READY:
        return told | {"state": "READY", "url": reverse("performer:vault_item", args=[item.ref])}
    return told | {"state": "DELETED" if item.state == MediaState.DELETED else "CHECKING"}


def rows(on_their_way: Iterable[Upload]) -> list[dict[str, Any]]:
    """For components/upload_box.html: what stopped half-way, and how to go on."""
    return [_row(each) for each in on_their_way]


def _row(upload: Upload) -> dict[str, Any]:
    here = media.reached(upload)
    percent = here * 100 // upload.size
    return {
        "ref": upload.ref,
        "name": upload.filename,
        "state": _("Stopped on its way. Choose the same file again, and it goes on from there."),
        "percent": percent,
        "amount": _("%(sent)s of %(total)s, %(percent)s%%")
        % {"sent": words.size(here), "total": words.size(upload.size), "percent": percent},
        "cancel_url": reverse("performer:upload_cancel", args=[upload.ref]),
    }


# --- Parts -----------------------------------------------------------------------------------------------------------


def _number(request: HttpRequest, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise BadHeader(400, _("The header %(name)s must be a whole number.") % {"name": name})
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: pairs of a name and a base64 value, parted by commas."""
    told: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _blank, encoded = pair.partition(" ")
        try:
            told[name] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise BadHeader(400, _("The header Upload-Metadata must hold base64 of UTF-8 text.")) from None
        if "\0" in told[name]:
            raise BadHeader(400, _("The header Upload-Metadata must not hold null characters."))
    return told


def _refusal(refused: Refused) -> HttpResponse:
    status = 403 if isinstance(refused, NotEntitled) else _STATUS.get(refused.code, 422)
    response = _said(status, words.refusal(refused.code, refused.values))
    if refused.code == "UPLOAD_OFFSET":
        response.headers["Upload-Offset"] = str(refused.values["offset"])
    if status in (429, 507):
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _said(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _dated(response: HttpResponse, row: Upload) -> HttpResponse:
    if row.state == UploadState.SENDING:
        response.headers["Upload-Expires"] = http_date(row.expires_at.timestamp())
    return response


def _to_vault() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("performer:vault"), status=SEE_OTHER)


urlpatterns = [
    path("vault/uploads/", uploads, name="uploads"),
    path("vault/uploads/<str:ref>/", upload, name="upload"),
    path("vault/uploads/<str:ref>/state/", state, name="upload_state"),
    path("vault/uploads/<str:ref>/arrived/", arrived, name="upload_arrived"),
    path("vault/uploads/<str:ref>/cancel/", cancel, name="upload_cancel"),
]
