"""Uploads over HTTP: tus as its version 1.0.0 says, one's own only, every refusal a sentence, and a form without script."""

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from consent.models import MediaItem, MediaState, Upload, UploadState
from consent.services import checking, media
from portal.web.performer import uploads
from tests import make
from tests.ingest import specimens

pytestmark = pytest.mark.django_db

HOME = "/vault/uploads/"
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


@pytest.fixture
def imani() -> make.PerformerCast:
    return make.a_performer("imani@example.org", "Imani Clarke")


@pytest.fixture
def room(imani: make.PerformerCast) -> Client:
    client = Client()
    client.force_login(imani.user)
    return client


def _told(**pairs: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def start(client: Client, size: int | str, name: str = "portrait.jpg", **headers: Any) -> Any:
    return client.post(
        HOME, **{**TUS, "HTTP_UPLOAD_LENGTH": str(size), "HTTP_UPLOAD_METADATA": _told(filename=name), **headers}
    )


def piece(client: Client, where: str, offset: int | str, content: bytes, **headers: Any) -> Any:
    return client.patch(
        where, content, content_type=uploads.PIECE, **{**TUS, "HTTP_UPLOAD_OFFSET": str(offset), **headers}
    )


def where(client: Client, address: str) -> Any:
    return client.head(address, **TUS)


def test_the_server_says_what_it_can(room: Client, settings: Any):
    answer = room.options(HOME)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)
    assert answer["Tus-Extension"] == "creation,expiration,termination"


def test_a_file_comes_in_pieces(room: Client):
    content = specimens.jpg()
    begun = start(
        room, len(content), "Sélfie.jpg", HTTP_UPLOAD_METADATA=_told(filename="Sélfie.jpg", caption="By the window")
    )
    assert begun.status_code == 201
    assert begun["Upload-Expires"].endswith("GMT")
    address = begun["Location"]
    assert where(room, address)["Upload-Offset"] == "0"
    first = piece(room, address, 0, content[:5000])
    assert (first.status_code, first["Upload-Offset"], first["Tus-Resumable"]) == (204, "5000", "1.0.0")
    told = where(room, address)
    assert (told.status_code, told["Upload-Offset"], told["Upload-Length"]) == (200, "5000", str(len(content)))
    assert "no-store" in told["Cache-Control"]
    last = piece(room, address, 5000, content[5000:])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(content)))
    item = MediaItem.objects.get()
    assert (item.filename, item.caption, item.size) == ("Sélfie.jpg", "By the window", len(content))
    assert where(room, address)["Upload-Offset"] == str(len(content))
    assert room.get(address)["Location"] == f"/vault/{item.ref}/"
    assert room.get(f"{address}state/").json()["state"] == "CHECKING"
    checking.process(item.pk, now=timezone.now())
    told = room.get(f"{address}state/").json()
    assert (told["state"], told["url"], told["offset"]) == ("READY", f"/vault/{item.ref}/", len(content))


def test_the_page_is_told_why_a_file_was_refused(room: Client):
    content = b"GIF89a" + bytes(50)
    address = start(room, len(content))["Location"]
    piece(room, address, 0, content)
    checking.process(MediaItem.objects.get().pk, now=timezone.now())
    told = room.get(f"{address}state/").json()
    assert told["state"] == "REFUSED"
    assert "does not keep GIF files" in told["sentence"]


def test_the_wrong_offset_is_told_the_right_one(room: Client):
    address = start(room, 100)["Location"]
    piece(room, address, 0, bytes(40))
    answer = piece(room, address, 10, bytes(20))
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "40")
    assert "40" in answer.content.decode()


def test_the_disk_knows_better_than_the_row(room: Client):
    """A worker that died between the bytes and the row leaves the row behind; the client is told what is on disk."""
    address = start(room, 100)["Location"]
    upload = Upload.objects.get()
    media.part_path(upload).write_bytes(bytes(70))
    assert where(room, address)["Upload-Offset"] == "70"
    assert piece(room, address, 70, bytes(30)).status_code == 204
    assert Upload.objects.get().state == UploadState.ARRIVED


def test_more_than_was_announced_is_refused(room: Client):
    address = start(room, 10)["Location"]
    answer = piece(room, address, 0, bytes(11))
    assert answer.status_code == 413
    assert where(room, address)["Upload-Offset"] == "0"


def test_all_bytes_without_the_last_answer_can_be_asked_again(room: Client):
    """The last PATCH was cut off after its bytes: the page sees ARRIVING, and asks for the check itself."""
    address = start(room, 50)["Location"]
    media.part_path(Upload.objects.get()).write_bytes(bytes(50))
    assert room.get(f"{address}state/").json()["state"] == "ARRIVING"
    assert room.post(f"{address}arrived/").status_code == 303
    assert room.post(f"{address}arrived/").status_code == 303
    assert MediaItem.objects.count() == 1


def test_an_upload_that_ended_says_so(room: Client):
    address = start(room, 50)["Location"]
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (where(room, address), piece(room, address, 0, bytes(10)), room.post(f"{address}arrived/")):
        assert answer.status_code in (410, 422)


@pytest.mark.parametrize("by", ["tus", "button"])
def test_an_upload_can_be_cancelled(by: str, room: Client):
    address = start(room, 50)["Location"]
    piece(room, address, 0, bytes(10))
    upload = Upload.objects.get()
    part = media.part_path(upload)
    assert part.exists()
    answer = room.delete(address, **TUS) if by == "tus" else room.post(f"{address}cancel/")
    assert answer.status_code == (204 if by == "tus" else 303)
    assert where(room, address).status_code == 404
    assert Upload.objects.get().state == UploadState.CANCELLED


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_UPLOAD_LENGTH": ""}, 400),
        ({"HTTP_UPLOAD_LENGTH": "-5"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "1e3"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "٣"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "9" * 30}, 400),
        ({"HTTP_UPLOAD_LENGTH": "0"}, 422),
        ({"HTTP_UPLOAD_LENGTH": str(21 * 2**30)}, 413),
        ({"HTTP_UPLOAD_METADATA": "filename !!!"}, 400),
        ({"HTTP_UPLOAD_METADATA": "filename /w=="}, 400),
        ({"HTTP_UPLOAD_METADATA": ""}, 422),
        ({"HTTP_UPLOAD_METADATA": "filename"}, 422),
        ({"HTTP_UPLOAD_METADATA": _told(filename="x.jpg", purpose="NO_SUCH")}, 422),
        ({"HTTP_UPLOAD_METADATA": _told(filename="x.jpg", caption="x" * 300)}, 422),
        ({"HTTP_TUS_RESUMABLE": "0.2.2"}, 412),
    ],
)
def test_bad_beginnings_get_a_sentence(headers: dict[str, str], status: int, room: Client):
    answer = start(room, 100, **headers)
    assert answer.status_code == status
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().endswith(".")
    assert answer["Tus-Version"] == "1.0.0"
    assert not Upload.objects.exists()


def test_pieces_must_be_pieces(room: Client):
    address = start(room, 10)["Location"]
    assert room.patch(address, b"x", content_type="application/json", **TUS, HTTP_UPLOAD_OFFSET="0").status_code == 415
    assert piece(room, address, "x", b"x").status_code == 400
    assert room.patch(address, b"x", content_type=uploads.PIECE, HTTP_UPLOAD_OFFSET="0").status_code == 412
    assert room.put(address).status_code == 405
    assert where(room, address)["Upload-Offset"] == "0"


def test_a_full_vault_and_too_many_uploads(room: Client, settings: Any):
    settings.VAULT_QUOTA_BYTES = 1000
    assert start(room, 900).status_code == 201
    full = start(room, 200)
    assert full.status_code == 413
    assert "Delete something first." in full.content.decode()
    settings.VAULT_QUOTA_BYTES = 10**9
    for _ in range(media.MOST_UPLOADS - 1):
        assert start(room, 10).status_code == 201
    many = start(room, 10)
    assert (many.status_code, many["Retry-After"]) == (429, "60")


def test_uploads_of_others_do_not_exist(room: Client):
    address = start(room, 10)["Location"]
    stranger = make.a_performer("stranger@example.org", "Nobody Special")
    studio = make.a_studio("tern", "Tern Interactive")
    for account in (stranger.user, studio.owner):
        client = Client()
        client.force_login(account)
        absent = address.replace(Upload.objects.get().ref, "T-0000000000")
        for foreign in (address, absent):
            assert where(client, foreign).status_code == 404
            assert piece(client, foreign, 0, b"x").status_code == 404
            assert client.delete(foreign, **TUS).status_code == 404
            for view in ("state/", ""):
                assert client.get(f"{foreign}{view}").status_code == 404
            for view in ("arrived/", "cancel/"):
                assert client.post(f"{foreign}{view}").status_code == 404
    assert start(client, 10).status_code == 404
    assert where(room, address)["Upload-Offset"] == "0"


def test_nobody_signed_out_gets_in(client: Client):
    assert start(client, 10).status_code == 302
    assert client.options(HOME).status_code == 302


def test_every_change_needs_the_token(imani: make.PerformerCast, room: Client, settings: Any):
    address = start(room, 10)["Location"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(imani.user)
    client.get("/vault/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    assert start(client, 10).status_code == 403
    assert client.post(HOME, {"files": SimpleUploadedFile("a.jpg", b"x")}).status_code == 403
    assert piece(client, address, 0, b"x").status_code == 403
    assert client.delete(address, **TUS).status_code == 403
    assert client.post(f"{address}cancel/").status_code == 403
    assert piece(client, address, 0, b"x", HTTP_X_CSRFTOKEN=token).status_code == 204
    assert start(client, 10, HTTP_X_CSRFTOKEN=token).status_code == 201
    sent = client.post(HOME, {"files": SimpleUploadedFile("a.jpg", b"x"), "csrfmiddlewaretoken": token})
    assert sent.status_code == 303


def test_without_javascript_a_form_is_enough(room: Client):
    files = [
        SimpleUploadedFile("one.jpg", specimens.jpg()),
        SimpleUploadedFile("two.wav", specimens.wav()),
        SimpleUploadedFile("no.jpg", b""),
    ]
    answer = room.post(HOME, {"files": files}, follow=True)
    assert answer.redirect_chain == [("/vault/", 303)]
    page = answer.content.decode()
    assert "2 files arrived. We are checking them." in page
    assert "no.jpg: This file is empty." in page
    assert {item.filename for item in MediaItem.objects.all()} == {"one.jpg", "two.wav"}
    for item in MediaItem.objects.all():
        assert checking.process(item.pk, now=timezone.now()).state == MediaState.READY


def test_an_empty_form_and_a_huge_one_get_a_sentence(room: Client):
    assert "Choose at least one file first." in room.post(HOME, {}, follow=True).content.decode()
    body = io.BytesIO(b"--x\r\n")
    answer = room.generic(
        "POST", HOME, body.read(), content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(3 * 2**30)
    )
    assert answer.status_code == 303
    assert "2 GB together" in room.get("/vault/").content.decode()


def test_a_form_that_fails_leaves_nothing_waiting(room: Client, monkeypatch: pytest.MonkeyPatch):
    def full(*_args: Any, **_more: Any) -> None:
        raise media.Refused("DISK_FULL")

    monkeypatch.setattr(media, "receive", full)
    page = room.post(HOME, {"files": SimpleUploadedFile("one.jpg", b"abc")}, follow=True).content.decode()
    assert "one.jpg: There is no room" in page
    assert Upload.objects.get().state == UploadState.CANCELLED


def test_what_stopped_half_way_is_shown_with_how_to_go_on(room: Client):
    address = start(room, 1000, "walk.mov")["Location"]
    piece(room, address, 0, bytes(710))
    page = room.get("/vault/").content.decode()
    assert "walk.mov" in page
    assert "710 bytes of 1 KB, 71%" in page
    assert 'aria-valuenow="71"' in page
    assert f'action="{address}cancel/"' in page
    assert 'style="' not in page
