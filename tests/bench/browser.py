"""Somebody signed in who asks the site for pages, through WSGI and the whole middleware, without a network in between."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client

from consent.models import User

TOKEN = "benchbenchbenchbenchbenchbenchbe"
PLAIN = {
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost:8000",
    "HTTP_ACCEPT_LANGUAGE": "en",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')


class Browser:
    def __init__(self, account: User) -> None:
        client = Client()
        client.force_login(account)
        self._app = get_wsgi_application()
        cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {settings.CSRF_COOKIE_NAME: TOKEN}
        self._cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def get(self, address: str, **headers: str) -> bytes:
        """The body, as it would go over the wire. Anything but a page is a mistake of the bench."""
        status, _headers, body = self.send("GET", address, **headers)
        if status != 200:
            raise AssertionError(f"{address}: {status}")
        return body

    def send(
        self, method: str, address: str, content: Any = None, length: int = 0, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of any request; ``content`` is something that can be read, ``length`` bytes of it."""
        said: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said.update(status=int(status.split()[0]), headers=dict(headers))

        path, _mark, query = address.partition("?")
        environ = {
            **PLAIN,
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(length),
            "HTTP_COOKIE": self._cookies,
            "HTTP_X_CSRFTOKEN": TOKEN,
            "wsgi.input": content or io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **headers,
        }
        answer: Iterable[bytes] = self._app(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return said["status"], said["headers"], body

    def weight(self, address: str) -> tuple[int, int]:
        """Bytes of (the page, its style sheets), compressed as a browser gets them."""
        page = self.get(address, HTTP_ACCEPT_ENCODING="gzip, br")
        sheets = STYLES.findall(page.decode(errors="replace")) if page[:1] == b"\n" or page[:1] == b"<" else []
        if not sheets:
            sheets = STYLES.findall(self.get(address).decode())
        return len(page), sum(len(self.get(sheet, HTTP_ACCEPT_ENCODING="gzip, br")) for sheet in sheets)
