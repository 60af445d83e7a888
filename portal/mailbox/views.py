"""The mailbox in the browser and for scripts. Open to everyone on the machine: it exists in demo and test runs only."""

import re
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from portal.mailbox import store

PER_PAGE = 50

# A mail brings its own inline styles and drawings, and nothing that runs. Its links open in the whole window.
MAIL_POLICY: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "frame-ancestors": [SELF],
    "form-action": [NONE],
}


def _folder() -> Path:
    return Path(settings.MAILBOX_ROOT)


def _message(identifier: str) -> dict[str, Any]:
    try:
        return store.one(_folder(), identifier)
    except store.Unknown:
        raise Http404 from None


@require_safe
@never_cache
@login_not_required
def messages(request: HttpRequest) -> HttpResponse:
    to = request.GET.get("to", "").strip()
    page = Paginator(list(store.newest_first(_folder(), to=to)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mailbox/list.html", {"page": page, "to": to})


@require_safe
@never_cache
@login_not_required
def messages_json(request: HttpRequest) -> JsonResponse:
    """A list, newest first: id, to, from, subject, date, text, html, headers, attachments. ``?to=`` narrows it."""
    return JsonResponse(list(store.newest_first(_folder(), to=request.GET.get("to", ""))), safe=False)


@require_safe
@never_cache
@login_not_required
def message(request: HttpRequest, identifier: str) -> HttpResponse:
    return render(request, "mailbox/detail.html", {"mail": _message(identifier)})


@require_safe
@never_cache
@login_not_required
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # its types know only views without arguments
def html_part(request: HttpRequest, identifier: str) -> HttpResponse:
    html = _message(identifier)["html"]
    if not html:
        raise Http404
    target = '<base target="_top">'
    opened, found = re.subn(r"(<head\b[^>]*>)", rf"\1{target}", html, count=1, flags=re.IGNORECASE)
    return HttpResponse(opened if found else target + html)


@require_safe
@never_cache
@login_not_required
def source(request: HttpRequest, identifier: str) -> HttpResponse:
    try:
        return HttpResponse(store.raw(_folder(), identifier), content_type="text/plain; charset=utf-8")
    except store.Unknown:
        raise Http404 from None


@require_safe
@never_cache
@login_not_required
def attachment(request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    try:
        name, content_type, content = store.attachment(_folder(), identifier, number)
    except store.Unknown:
        raise Http404 from None
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{re.sub(r"[^A-Za-z0-9._-]", "_", name)}"'
    return response
