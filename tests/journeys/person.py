"""Somebody at a browser without scripts: opens pages, fills the forms that are really on them, reads mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

_LINK = re.compile(r"https?://[^\s<>\"')]+")


@dataclass
class Form:
    """One form of a page: where it goes and what it would send if nobody touched it."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[list[str]] = field(default_factory=list)
    """Name, value and words of each."""

    def has(self, wanted: str) -> bool:
        return wanted in self.names or any(wanted in words for _name, _value, words in self.buttons)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""
        self._button: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", ""), said.get("method", "get").lower())
            self.found.append(self._form)
        form = self._form
        if form is None or "disabled" in said:
            return
        name = said.get("name", "")
        if tag == "input":
            self._input(form, name, said)
        elif tag == "select":
            self._select = name
            form.names.add(name)
        elif tag == "option" and self._select and "selected" in said:
            form.values.setdefault(self._select, []).append(said.get("value", ""))
        elif tag == "textarea":
            self._area = name
            form.names.add(name)
            form.values[name] = [""]
        elif tag == "button" and said.get("type", "submit") == "submit":
            self._button = [name, said.get("value", ""), ""]
            form.buttons.append(self._button)

    @staticmethod
    def _input(form: Form, name: str, said: dict[str, str]) -> None:
        kind = said.get("type", "text")
        if kind == "submit":
            form.buttons.append([name, said.get("value", ""), said.get("value", "")])
        elif name:
            form.names.add(name)
            if kind in ("radio", "checkbox"):
                if "checked" in said:
                    form.values.setdefault(name, []).append(said.get("value", "on"))
            elif kind != "file":
                form.values.setdefault(name, []).append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.values[self._area][0] += data.removeprefix("\n")
        if self._button is not None:
            self._button[2] = " ".join((self._button[2] + " " + data).split())

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "button":
            self._button = None


def forms(page: str) -> list[Form]:
    reader = _Forms()
    reader.feed(page)
    return reader.found


class Person:
    """One browser, with CSRF protection on; ``at`` is the address shown and ``page`` its HTML."""

    def __init__(self, email: str, password: str) -> None:
        self.email, self.password = email, password
        self.client = Client(enforce_csrf_checks=True)
        self.at, self.page, self.response = "", "", None

    def open(self, address: str, status: int = 200) -> str:
        """A GET, redirects followed, an absolute address of a mail as good as a path."""
        parts = urlsplit(address)
        return self._arrived(
            self.client.get(parts.path + (f"?{parts.query}" if parts.query else ""), follow=True), status
        )

    def fill(self, wanted: str, status: int = 200, *, press: str = "", **said: Any) -> str:
        """Send the one form that has a field or a button of that name; ``said`` replaces what stands in its fields.

        A field or button that the form does not have is an error: nobody can fill what they are not shown.
        """
        found = [form for form in forms(self.page) if form.has(wanted)]
        assert found, f"no form with “{wanted}” at {self.at}: {self.text()[:1500]}"
        form = found[0]
        missing = set(said) - form.names - {"files"}
        assert not missing, f"{missing} not in the form at {self.at}, only {sorted(form.names)}"
        data: dict[str, Any] = {**form.values, **said}
        label = press or (wanted if wanted not in form.names else "")
        button = next((each for each in form.buttons if label and label in each[2]), None)
        assert button or not press, f"no button “{press}” at {self.at}, only {form.buttons}"
        if button and button[0]:
            data[button[0]] = button[1]
        return self._arrived(self._send(form, data), status)

    def _send(self, form: Form, data: dict[str, Any]) -> Any:
        where = form.action or self.at
        assert form.method == "post", f"{where} is no form that acts"
        return self.client.post(where, data, follow=True)

    def _arrived(self, response: Any, status: int) -> str:
        if response.redirect_chain:
            self.at = urlsplit(response.redirect_chain[-1][0]).path
        else:
            self.at = response.request["PATH_INFO"]
        self.response = response
        streaming = getattr(response, "streaming", False)
        self.page = "" if streaming else response.content.decode()
        assert response.status_code == status, f"{self.at} answered {response.status_code}: {self.text()[:3000]}"
        return self.page

    def text(self) -> str:
        """The words of the page without its markup."""
        main = self.page.partition("<main")[2] or self.page
        return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", main, flags=re.DOTALL).split())

    def sign_in(self) -> None:
        self.client.logout()
        self.open("/account/login/")
        self.fill("password", login=self.email, password=self.password)

    def mails(self, about: str = "") -> list[dict[str, Any]]:
        """This person's mail, newest first, as the development mailbox shows it."""
        found = Client().get("/mailbox/messages.json", {"to": self.email}).json()
        return [mail for mail in found if about in mail["subject"] + mail["text"]]

    def link(self, part: str, about: str = "") -> str:
        """The newest link with ``part`` in it."""
        for mail in self.mails(about):
            for address in _LINK.findall(mail["text"]):
                if part in address:
                    return address
        raise AssertionError(f"{self.email} got no link with {part}, only {[mail['subject'] for mail in self.mails()]}")
