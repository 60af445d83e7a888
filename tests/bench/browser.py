"""Somebody signed in who asks the site for pages, through WSGI and the whole middleware, without a network in between."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.test import Client

from consent.models import User

STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')


class Browser:
    def __init__(self, account: User) -> None:
        client = Client()
        client.force_login(account)
        self._app = get_wsgi_application()
        self._cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def get(self, address: str, **headers: str) -> bytes:
        """The body, as it would go over the wire. Anything but a page is a mistake of the bench."""
        said: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said.update(status=status, headers=dict(headers))

        path, _mark, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8000", "HTTP_COOKIE": self._cookies,
            "HTTP_ACCEPT_LANGUAGE": "en", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False, **headers,
        }  # fmt: skip
        answer: Iterable[bytes] = self._app(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        if not said["status"].startswith("200"):
            raise AssertionError(f"{address}: {said['status']}")
        return body

    def weight(self, address: str) -> tuple[int, int]:
        """Bytes of (the page, its style sheets), compressed as a browser gets them."""
        page = self.get(address, HTTP_ACCEPT_ENCODING="gzip, br")
        sheets = STYLES.findall(page.decode(errors="replace")) if page[:1] == b"\n" or page[:1] == b"<" else []
        if not sheets:
            sheets = STYLES.findall(self.get(address).decode())
        return len(page), sum(len(self.get(sheet, HTTP_ACCEPT_ENCODING="gzip, br")) for sheet in sheets)
