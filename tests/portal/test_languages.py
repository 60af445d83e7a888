"""Pages speak the language that somebody chose, and every text of the sources has its place in every catalogue."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.test import Client
from django.utils import timezone

from consent.access import by_link
from consent.models import Performer, User
from tests import make

sys.path.insert(0, str(settings.BASE_DIR / ".ci"))
import messages

PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?[a-z]+[^>]*>")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return messages.template()


@pytest.fixture(params=messages.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def texts(language: str, wanted: Catalog) -> Iterator[Message]:
    yield from (message for message in messages.updated(language, wanted) if message.id)


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each translation with the original that it stands for."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return [(message.id[min(number, 1)], said) for number, said in enumerate(message.string)]


def test_no_catalogue_has_a_hole(language: str, wanted: Catalog) -> None:
    assert not [message.id for message in texts(language, wanted) if messages.hollow(message)]


def test_the_catalogues_are_those_of_the_sources(language: str, wanted: Catalog) -> None:
    assert messages.path_of(language).read_bytes() == messages.po_text(messages.updated(language, wanted)), (
        "make messages"
    )


def test_what_is_read_is_what_was_written(language: str) -> None:
    compiled = messages.path_of(language).with_suffix(".mo").read_bytes()
    assert compiled == messages.mo_bytes(messages.read(language)), "make messages"


def test_gaps_and_marks_are_kept(language: str, wanted: Catalog) -> None:
    """The singular may say its number in a word, and nothing else may be lost or invented."""
    for message in texts(language, wanted):
        for number, (original, said) in enumerate(pairs(message)):
            lost = set(PLACES.findall(original)) - set(PLACES.findall(said))
            invented = set(PLACES.findall(said)) - set(PLACES.findall(original))
            alone = isinstance(message.id, tuple) and number == 0
            assert not invented or (alone and invented <= set(PLACES.findall(message.id[1]))), (original, said)
            assert not lost or alone, (original, said)
            assert (original[:1].isspace(), original[-1:].isspace()) == (said[:1].isspace(), said[-1:].isspace()), said


# --- Whose language --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_person_reads_pages_in_their_own_language(client: Client) -> None:
    cast = make.cast()
    User.objects.filter(pk=cast.imani.user.pk).update(locale="es")
    client.force_login(cast.imani.user)
    page = client.get("/requests/", headers={"accept-language": "fr"})
    assert page["Content-Language"] == "es"
    assert '<html lang="es"' in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/account/login/"])
def test_a_visitor_picks_a_language_with_one_press(client: Client, path: str) -> None:
    assert '<html lang="fr"' in client.get(path, headers={"accept-language": "fr"}).content.decode()
    answer = client.post("/language/", {"language": "es", "next": path})
    assert answer["Location"] == path
    page = client.get(path, headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="es"' in page
    assert re.search(r'<button[^>]*value="es"[^>]*aria-current="true"', page)


@pytest.mark.django_db
def test_nobody_is_sent_elsewhere_by_the_choice_of_a_language(client: Client) -> None:
    answer = client.post("/language/", {"language": "es", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert client.get("/language/").status_code in (302, 405)


@pytest.mark.django_db
def test_the_page_behind_a_link_speaks_as_its_mail_did(client: Client) -> None:
    cast = make.cast()
    row = make.pending(cast.northlight, cast.imani)
    User.objects.filter(pk=cast.imani.user.pk).update(locale="fr")
    Performer.objects.filter(pk=cast.imani.performer.pk).update(locale="fr")
    link = by_link.mint(row, cast.imani.user, now=timezone.now())
    page = client.get(f"/l/{by_link.token(link)}", follow=True)
    assert page["Content-Language"] == "fr"
    client.post("/language/", {"language": "es", "next": "/"})
    assert client.get(page.request["PATH_INFO"])["Content-Language"] == "es"
