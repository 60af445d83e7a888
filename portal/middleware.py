"""What every answer carries, and how a busy or absent database is answered."""

import re
import secrets
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from portal import logs

RETRY_SECONDS = 3

Answer = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Name each request, so that its log lines can be found by what the person at the browser was shown.

    An id that a proxy gave is kept where it is one: letters, digits and hyphens.
    """

    GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        own = given if self.GIVEN.fullmatch(given) else secrets.token_hex(8)
        request.log_id = own  # type: ignore[attr-defined]
        before = logs.request_id.set(own)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(before)
        response.headers["X-Request-ID"] = own
        return response


class FixedHeaders:
    """Headers that no view decides: who may embed our answers, and which device features pages may use."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(),"
            " publickey-credentials-get=(self), publickey-credentials-create=(self)",
        )
        return response


class WholeText:
    """Answer 400 to an address that carries a null character: no reference and no search has one, PostgreSQL takes none.

    Forms refuse it by themselves, field by field.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("null character in the address")
        return self.get_response(request)


class OwnLanguage:
    """Pages speak the language that the signed-in person chose, whatever the browser asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and translation.check_for_language(request.user.locale):
            translation.activate(request.user.locale)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class BusyDatabase:
    """Answer 503 with Retry-After when a row lock is not free in time or the database is away.

    The transaction is rolled back by then, so pressing the button again is safe.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        response = HttpResponse(
            _("Sayso is busy at the moment. Nothing was changed. Please try again in a few seconds."),
            status=503,
            content_type="text/plain; charset=utf-8",
        )
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        response.headers["Cache-Control"] = "no-store"
        return response
