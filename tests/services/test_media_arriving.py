"""Files on their way into the vault: sent in pieces, checked, cleaned, sealed, and swept where nobody waits for them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from consent.ingest import sandbox
from consent.ingest.refusal import Code
from consent.ingest.refusal import Refused as FileRefused
from consent.models import MediaItem, MediaState, Upload
from consent.services import checking, files, ledger, media
from consent.services.media import Variant
from tests import make
from tests.ingest import specimens
from tests.make import NOW, PerformerCast, at
from tests.services.test_races import at_once
from tests.services.vaults import arrive, kinds, on_disk, ready, refused, start

# --- On their way in -------------------------------------------------------------------------------------------------


class Dropping(io.BytesIO):
    """A line that breaks after so many bytes."""

    def __init__(self, body: bytes, after: int) -> None:
        super().__init__(body[:after])

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        if not block:
            raise OSError("the line dropped")
        return block


def test_an_upload_goes_on_where_the_line_dropped(imani: PerformerCast) -> None:
    body = specimens.jpg()
    upload = start(imani, body, caption="  Front,  neutral ", tags=["2026", " 2026 ", ""], purpose="PORTRAIT")
    upload = media.receive(upload, 0, Dropping(body, 1000), actor=imani.actor(), now=NOW)
    assert upload.offset == 1000
    with refused("UPLOAD_UNFINISHED") as info:
        media.arrived(upload, actor=imani.actor(), now=NOW)
    assert info.value.values == {"missing_bytes": len(body) - 1000}
    with refused("UPLOAD_OFFSET") as info:
        media.receive(upload, 0, io.BytesIO(body), actor=imani.actor(), now=NOW)
    assert info.value.values == {"offset": 1000}
    upload = media.receive(upload, 1000, io.BytesIO(body[1000:]), actor=imani.actor(), now=at(days=6))
    assert (upload.offset, upload.expires_at) == (len(body), at(days=13))
    item = media.arrived(upload, actor=imani.actor(), now=at(days=6))
    assert (item.caption, item.tags, item.purpose, item.number) == ("Front, neutral", ["2026"], "PORTRAIT", 1)
    assert media.arrived(upload, actor=imani.actor(), now=at(days=6)) == item
    assert kinds() == ["media.added"]


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("a.jpg", 0, "EMPTY_FILE"),
        ("a.jpg", -5, "EMPTY_FILE"),
        ("a.jpg", 1001, "FILE_TOO_LARGE"),
        ("a.jpg", 701, "VAULT_FULL"),
        ("  ", 5, "FILE_NAME_MISSING"),
        ("..", 5, "FILE_NAME_MISSING"),
        ("\x00\n", 5, "FILE_NAME_MISSING"),
    ],
)
def test_what_cannot_be_kept_is_not_started(
    imani: PerformerCast, settings: Any, name: str, size: int, code: str
) -> None:
    settings.MAX_UPLOAD_BYTES, settings.VAULT_QUOTA_BYTES = 1000, 1000
    start(imani, b"x" * 300, "waiting.jpg")
    with refused(code):
        media.start_upload(imani.performer, filename=name, size=size, actor=imani.actor(), now=NOW)
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"caption": "x" * 201}, "TEXT_TOO_LONG"),
        ({"tags": [f"tag {n}" for n in range(21)]}, "TOO_MANY_TAGS"),
        ({"purpose": "FUN"}, "DETAILS_UNREADABLE"),
        ({"captured_on": "yesterday"}, "DETAILS_UNREADABLE"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(imani: PerformerCast, details: dict[str, Any], code: str) -> None:
    with refused(code):
        start(imani, b"x", **details)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\imani\\scan 1.png", "scan 1.png"),
        ("front\u202egpj.exe", "front gpj.exe"),
        ("x" * 300 + ".jpg", "x" * 251 + ".jpg"),
    ],
)
def test_a_file_name_is_a_label_and_never_a_path(imani: PerformerCast, given: str, kept: str) -> None:
    upload = start(imani, b"x", given)
    assert upload.filename == kept
    assert media.part_path(upload).name == f"{upload.ref}.part"


def test_more_bytes_than_announced_are_not_kept(imani: PerformerCast) -> None:
    upload = start(imani, b"12345")
    with refused("UPLOAD_TOO_LONG"):
        media.receive(upload, 0, io.BytesIO(b"123456"), actor=imani.actor(), now=NOW)
    assert media.reached(upload) == 0


def test_an_upload_that_has_ended_takes_nothing_more(
    imani: PerformerCast, django_capture_on_commit_callbacks: Any
) -> None:
    upload = start(imani, b"12345")
    media.receive(upload, 0, io.BytesIO(b"123"), actor=imani.actor(), now=NOW)
    with refused("UPLOAD_OVER"):
        media.receive(upload, 3, io.BytesIO(b"45"), actor=imani.actor(), now=at(days=7))
    with django_capture_on_commit_callbacks(execute=True):
        media.cancel_upload(upload, actor=imani.actor(), now=NOW)
    assert not media.part_path(upload).exists()
    with refused("UPLOAD_OVER"):
        media.receive(upload, 3, io.BytesIO(b"45"), actor=imani.actor(), now=NOW)
    item = arrive(imani, b"whole", "note.jpg")
    with refused("UPLOAD_OVER"):
        media.cancel_upload(item.upload, actor=imani.actor(), now=NOW)


def test_there_is_an_end_to_uploads_at_once(imani: PerformerCast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MOST_UPLOADS", 2)
    start(imani, b"1")
    start(imani, b"2")
    with refused("TOO_MANY_UPLOADS"):
        start(imani, b"3")


# --- Checked and sealed ----------------------------------------------------------------------------------------------


def test_a_still_is_cleaned_previewed_and_sealed(
    imani: PerformerCast, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    body = specimens.jpg()
    item = arrive(imani, body)
    with django_capture_on_commit_callbacks(execute=True):
        assert checking.process(item.pk, now=NOW) is not None
    item.refresh_from_db()
    assert (item.state, item.kind, item.mime, item.width, item.height) == ("READY", "STILL", "image/jpeg", 320, 240)
    assert (item.raw_path, item.captured_on) == ("", date(2024, 5, 6))
    assert kinds() == ["media.added", "media.ready"]
    left = on_disk(settings)
    assert left
    assert all(path.suffix == ".sealed" for path in left)
    assert not any(mark in path.read_bytes() for path in left for mark in (*specimens.MARKS, b"JFIF", b"Exif"))
    for variant in (Variant.MASTER, Variant.THUMB, Variant.PREVIEW, Variant.LARGE):
        opened = media.open_variant(item, variant)
        clear = b"".join(opened.chunks)
        assert len(clear) == opened.length
        assert not any(mark in clear for mark in specimens.MARKS)
        Image.open(io.BytesIO(clear)).load()


def test_a_recording_and_a_film_are_kept_too(imani: PerformerCast) -> None:
    voice = ready(imani, specimens.wav(), "voice.wav", purpose="SPEECH")
    assert (voice.kind, voice.duration_ms, len(voice.waveform)) == ("VOICE", 1000, 240)
    with refused("NO_SUCH_VARIANT"):
        media.open_variant(voice, Variant.THUMB)
    film = ready(imani, specimens.mp4(), "walk.mp4")
    assert (film.kind, film.previewed) == ("VIDEO", True)
    assert media.open_variant(film, Variant.POSTER).mime.startswith("image/")


def test_a_piece_is_opened_without_the_rest(imani: PerformerCast) -> None:
    item = ready(imani, specimens.wav(), "voice.wav")
    whole = b"".join(media.open_variant(item, Variant.ORIGINAL).chunks)
    piece = media.open_variant(item, Variant.ORIGINAL, 100, 200)
    assert (b"".join(piece.chunks), piece.length) == (whole[100:200], len(whole))
    assert b"".join(media.open_variant(item, Variant.ORIGINAL, 100).chunks) == whole[100:]
    for start_at, end in ((len(whole) + 1, None), (200, 100), (-1, 5)):
        with refused("RANGE_OUTSIDE"):
            media.open_variant(item, Variant.ORIGINAL, start_at, end)


def test_what_was_cleaned_with_loss_is_also_kept_as_it_came(imani: PerformerCast) -> None:
    body = specimens.heic()
    item = ready(imani, body, "phone.heic")
    assert b"".join(media.open_variant(item, Variant.ORIGINAL).chunks) == body
    clean = media.open_variant(item, Variant.MASTER)
    assert (clean.mime, specimens.MARKS[0] in b"".join(clean.chunks)) == ("image/jpeg", False)


def test_a_hostile_file_is_refused_with_a_reason_and_removed(
    imani: PerformerCast, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    item = arrive(imani, b"<svg onload='alert(1)'/>", "face.jpg")
    with django_capture_on_commit_callbacks(execute=True):
        checking.process(item.pk, now=NOW)
    item.refresh_from_db()
    assert (item.state, item.refused_code, item.wrapped_key) == ("REFUSED", "NOT_AN_ALLOWED_TYPE", "")
    assert on_disk(settings) == []
    assert kinds() == ["media.added", "media.refused"]
    with refused("NOT_READY"):
        media.open_variant(item, Variant.ORIGINAL)
    assert media.usage(imani.performer).used == 0


def test_the_same_bytes_and_the_same_picture_are_pointed_out(imani: PerformerCast, cast: make.Cast) -> None:
    first = ready(imani)
    again = ready(imani, name="copy.jpg")
    smaller = io.BytesIO()
    specimens.picture().resize((200, 150)).save(smaller, "WEBP", quality=60)
    alike = ready(imani, smaller.getvalue(), "small.webp")
    other = io.BytesIO()
    specimens.picture(seed=9).save(other, "PNG")
    different = ready(imani, other.getvalue(), "other.png")
    elsewhere = ready(cast.stranger)
    found = [row.duplicate_of for row in (first, again, alike, different, elsewhere)]
    assert found == [None, first, first, None, None]


def test_a_fault_of_ours_is_tried_again_after_a_wait(imani: PerformerCast, monkeypatch: pytest.MonkeyPatch) -> None:
    item = arrive(imani, specimens.jpg())

    def no_process(*_: Any, **__: Any) -> None:
        raise FileRefused(Code.UNAVAILABLE)

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "process_upload", no_process)
        assert checking.process(item.pk, now=NOW) is None
    item.refresh_from_db()
    assert (item.state, item.attempts) == (MediaState.WAITING, 1)
    assert checking.due(now=at(seconds=119)) == []
    assert checking.due(now=at(seconds=120)) == [item.pk]
    assert checking.process(item.pk, now=at(seconds=120)) is not None
    assert kinds() == ["media.added", "media.ready"]


class Killed(BaseException):
    """What a worker that is killed looks like from inside: nothing after it runs."""


def test_a_file_that_kills_its_workers_is_given_up(imani: PerformerCast, monkeypatch: pytest.MonkeyPatch) -> None:
    item = arrive(imani, specimens.jpg())

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(sandbox, "process_upload", die)
    for death in range(checking.MOST_DEATHS):
        with pytest.raises(Killed):
            checking.process(item.pk, now=at(hours=death))
        assert checking.due(now=at(hours=death, minutes=14)) == []
    assert checking.due(now=at(hours=3)) == [item.pk]
    assert checking.process(item.pk, now=at(hours=3)) is None
    item.refresh_from_db()
    assert item.state == MediaState.REFUSED
    assert checking.due(now=at(days=9)) == []


def test_deleted_while_it_is_checked_stays_deleted(
    imani: PerformerCast, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    item = arrive(imani, specimens.jpg())
    honest = sandbox.process_upload

    def slow(path: Any, out: Any) -> Any:
        found = honest(path, out)
        media.delete(item, actor=imani.actor(), now=NOW)
        return found

    monkeypatch.setattr(sandbox, "process_upload", slow)
    with django_capture_on_commit_callbacks(execute=True):
        assert checking.process(item.pk, now=NOW) is None
    item.refresh_from_db()
    assert (item.state, item.wrapped_key) == (MediaState.DELETED, "")
    assert on_disk(settings) == []


# --- Swept -----------------------------------------------------------------------------------------------------------


def test_the_sweep_removes_what_nobody_waits_for_and_nothing_else(imani: PerformerCast, settings: Any) -> None:
    kept, waiting = ready(imani), arrive(imani, specimens.jpg(), "b.jpg")
    upload = start(imani, b"12345")
    media.receive(upload, 0, io.BytesIO(b"123"), actor=imani.actor(), now=NOW)
    orphan = files.part_path("T-0000000000")
    orphan.write_bytes(b"left by nobody")
    ghost = Path(settings.MEDIA_ROOT_ENCRYPTED) / "XX" / "M-00000000XX"
    ghost.mkdir(parents=True)
    early = checking.purge(now=at(days=6))
    assert (early.uploads, ghost.exists()) == (0, False)
    assert media.part_path(upload).exists()
    swept = checking.purge(now=at(days=3650))
    assert swept.uploads == 1
    assert not orphan.exists()
    assert not media.part_path(upload).exists()
    assert files.part_path(waiting.raw_path.removesuffix(".part")).exists()
    assert b"".join(media.open_variant(kept, Variant.MASTER).chunks)


# --- Two at once, on real connections --------------------------------------------------------------------------------


@pytest.fixture
def racing(transactional_db: None) -> PerformerCast:
    return make.a_performer("imani@example.org", "Imani Clarke")


@pytest.mark.django_db(transaction=True)
def test_two_workers_check_one_file_once(racing: PerformerCast) -> None:
    item = arrive(racing, specimens.jpg())
    outcomes = at_once(*[lambda: checking.process(item.pk, now=NOW)] * 3)
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert kinds() == ["media.added", "media.ready"]
    assert MediaItem.objects.get(pk=item.pk).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_files_that_arrive_at_once_get_a_number_each(racing: PerformerCast) -> None:
    uploads = [start(racing, b"12345", f"{n}.jpg") for n in range(4)]
    for upload in uploads:
        media.receive(upload, 0, io.BytesIO(b"12345"), actor=racing.actor(), now=NOW)
    actor = racing.actor()
    acts = [lambda upload=upload: media.arrived(upload, actor=actor, now=NOW) for upload in [*uploads, uploads[0]]]
    at_once(*acts)
    assert sorted(MediaItem.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert ledger.verify(racing.performer.chain) is None
