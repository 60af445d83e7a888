"""The vault on a real disk and a real sandbox: resumed uploads, sealed files, duplicates, refusals, and deletion for good."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from consent.access import by_session
from consent.core.actor import Actor
from consent.core.roles import Right
from consent.ingest import sandbox
from consent.ingest.refusal import Code
from consent.ingest.refusal import Refused as FileRefused
from consent.models import Fact, Grant, MediaItem, MediaPurpose, MediaState, Upload, UploadState, User
from consent.queries import vault as reads
from consent.services import checking, files, grants, ledger, media, people
from consent.services.media import Variant
from consent.services.moves import NotEntitled, Refused, StepUpNeeded
from tests import make
from tests.ingest import specimens
from tests.make import NOW, PerformerCast, at
from tests.services.test_races import at_once


@pytest.fixture
def imani(cast: make.Cast) -> PerformerCast:
    return cast.imani


def start(who: PerformerCast, body: bytes, name: str = "front.jpg", **details: Any) -> Upload:
    return media.start_upload(who.performer, filename=name, size=len(body), details=details, actor=who.actor(), now=NOW)


def arrive(who: PerformerCast, body: bytes, name: str = "front.jpg", **details: Any) -> MediaItem:
    upload = start(who, body, name, **details)
    media.receive(upload, 0, io.BytesIO(body), actor=who.actor(), now=NOW)
    return media.arrived(upload, actor=who.actor(), now=NOW)


def ready(who: PerformerCast, body: bytes | None = None, name: str = "front.jpg", **details: Any) -> MediaItem:
    item = arrive(who, body or specimens.jpg(), name, **details)
    checked = checking.process(item.pk, now=NOW)
    assert checked is not None
    return checked


def kinds() -> list[str]:
    return [kind for kind in Fact.objects.order_by("pk").values_list("kind", flat=True) if kind.startswith("media.")]


def on_disk(settings: Any) -> list[Path]:
    """Every file under both roots."""
    roots = [Path(settings.MEDIA_ROOT_ENCRYPTED), Path(settings.UPLOAD_ROOT)]
    return [path for root in roots if root.is_dir() for path in root.rglob("*") if path.is_file()]


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


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


# --- Described and deleted -------------------------------------------------------------------------------------------


def test_a_description_writes_what_changed_and_nothing_else(imani: PerformerCast) -> None:
    item = ready(imani)
    MediaItem.objects.filter(pk=item.pk).update(is_portrait=True)
    said: dict[str, Any] = {
        "caption": "Front",
        "captured_on": date(2026, 1, 2),
        "tags": ["a"],
        "purpose": MediaPurpose.SCAN,
    }
    media.describe(item, **said, actor=imani.actor(), now=NOW)
    media.describe(item, **said, actor=imani.actor(), now=NOW)
    assert (item.caption, item.captured_on, item.tags, item.purpose, item.is_portrait) == (
        "Front",
        date(2026, 1, 2),
        ["a"],
        "SCAN",
        True,
    )
    assert kinds().count("media.described") == 1
    with refused("CAPTURED_IN_FUTURE"):
        media.describe(item, **{**said, "captured_on": date(2026, 6, 13)}, actor=imani.actor(), now=NOW)


def test_one_ready_still_is_the_portrait(imani: PerformerCast) -> None:
    first, second = ready(imani), ready(imani, specimens.png(), "b.png")
    media.set_portrait(first, actor=imani.actor(), now=NOW)
    media.set_portrait(second, actor=imani.actor(), now=NOW)
    assert list(MediaItem.objects.filter(is_portrait=True)) == [second]
    for item in (ready(imani, specimens.wav(), "v.wav"), arrive(imani, specimens.jpg())):
        with refused("NOT_A_PORTRAIT"):
            media.set_portrait(item, actor=imani.actor(), now=NOW)


def granted_with(cast: make.Cast, item: MediaItem) -> Grant:
    asked = make.terms(description={**make.AGE_CHANGE["description"], "source_media": [item.ref]})
    grant: Grant = make.granted(cast.northlight, cast.imani, asked)
    assert list(grant.media.all()) == [item]
    return grant


LIVE = NOW + timedelta(days=25)
"""Inside the dates of the cast's terms."""


def test_delete_means_delete_and_closes_live_access(
    cast: make.Cast, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    item = ready(cast.imani, caption="Front, neutral", tags=["scan"])
    grant = granted_with(cast, item)
    studio = make.visitor(cast.northlight.clearance)
    assert by_session.studio_media(studio, cast.northlight.studio.slug, item.ref, now=LIVE)[0] == item
    assert [frame.held_by for frame in reads.sheet(cast.imani.performer, now=LIVE).frames] == [(grant,)]
    with django_capture_on_commit_callbacks(execute=True):
        media.delete(item, actor=cast.imani.actor(), now=LIVE)
    item.refresh_from_db()
    assert (item.state, item.wrapped_key, item.stored, item.filename, item.caption, item.tags, item.sha256) == (
        MediaState.DELETED, "", {}, "", "", [], "",
    )  # fmt: skip
    assert not [path for path in on_disk(settings) if item.ref in str(path)]
    with refused("MEDIA_GONE"):
        media.open_variant(item, Variant.ORIGINAL)
    with pytest.raises(by_session.NotFound):
        by_session.studio_media(studio, cast.northlight.studio.slug, item.ref, now=LIVE)
    with refused("MEDIA_CLOSED"):
        grants.record_download(grant, item, actor=cast.northlight.actor(), now=LIVE)
    assert '"held_by":1' in Fact.objects.get(kind="media.deleted").payload.text
    assert reads.sheet(cast.imani.performer, now=LIVE).frames == ()
    media.delete(item, actor=cast.imani.actor(), now=LIVE)
    assert kinds().count("media.deleted") == 1
    assert ledger.verify(cast.imani.performer.chain) is None
    with refused("MEDIA_GONE"):
        media.describe(
            item, caption="x", captured_on=None, tags=[], purpose=MediaPurpose.SCAN, actor=cast.imani.actor(), now=LIVE
        )


def agent_of(cast: make.Cast, *rights: Right) -> Actor:
    people.change_representation(cast.authority, rights=rights, actor=cast.imani.actor(), now=NOW)
    return by_session.client(make.visitor(User.objects.get(pk=cast.rosalind.pk)), cast.imani.performer.ref)[1]


def test_the_vault_is_the_performers_and_may_be_handed_over_but_not_deleted_whole(cast: make.Cast) -> None:
    item = ready(cast.imani)
    without, handed = agent_of(cast, Right.COMMENT, Right.NEGOTIATE), agent_of(cast, Right.MANAGE_MEDIA)
    for actor in (without, cast.stranger.actor(), cast.northlight.actor(as_="owner"), make.staff(), Actor.clock()):
        with pytest.raises(NotEntitled):
            media.delete(item, actor=actor, now=NOW)
        with pytest.raises(NotEntitled):
            media.start_upload(cast.imani.performer, filename="a.jpg", size=5, actor=actor, now=NOW)
        with pytest.raises(NotEntitled):
            media.set_portrait(item, actor=actor, now=NOW)
    media.set_portrait(item, actor=handed, now=NOW)
    for actor in (handed, cast.stranger.actor(second_factor=True), make.staff(), Actor.clock()):
        with pytest.raises(NotEntitled):
            media.delete_vault(cast.imani.performer, actor=actor, now=NOW)
    media.delete(item, actor=handed, now=NOW)
    assert MediaItem.objects.get(pk=item.pk).state == MediaState.DELETED


def test_the_whole_vault_goes_at_one_word(
    imani: PerformerCast, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    ready(imani)
    arrive(imani, specimens.jpg())
    upload = start(imani, b"12345")
    media.receive(upload, 0, io.BytesIO(b"123"), actor=imani.actor(), now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        assert media.delete_vault(imani.performer, actor=imani.actor(second_factor=True), now=NOW) == 2
    assert on_disk(settings) == []
    assert media.usage(imani.performer).used == 0
    assert Upload.objects.get(pk=upload.pk).state == UploadState.CANCELLED
    assert media.delete_vault(imani.performer, actor=imani.actor(second_factor=True), now=NOW) == 0
    assert kinds().count("media.deleted") == 2
    assert kinds().count("media.vault_deleted") == 1


def test_the_whole_vault_waits_for_a_proof_of_who_it_is(imani: PerformerCast) -> None:
    ready(imani)
    long_ago = imani.actor(now=at(minutes=-6), second_factor=True)
    password = replace(imani.actor(), reauthenticated_at=NOW)
    enrolled = replace(password, second_factor_enrolled=True)
    for actor in (imani.actor(), long_ago, enrolled):
        with pytest.raises(StepUpNeeded):
            media.delete_vault(imani.performer, actor=actor, now=NOW)
    assert media.delete_vault(imani.performer, actor=password, now=NOW) == 1


def test_numbers_are_never_given_twice(imani: PerformerCast) -> None:
    media.delete(arrive(imani, b"1", "a.jpg"), actor=imani.actor(), now=NOW)
    assert arrive(imani, b"2", "b.jpg").number == 2


# --- Opened and copied -----------------------------------------------------------------------------------------------


def test_a_changed_or_missing_file_is_a_sentence_and_no_crash(imani: PerformerCast, settings: Any) -> None:
    item = ready(imani)
    sealed = next(path for path in on_disk(settings) if path.name == "MASTER.sealed")
    sealed.write_bytes(sealed.read_bytes()[:-1])
    with refused("MEDIA_UNREADABLE"):
        media.open_variant(item, Variant.MASTER)
    sealed.unlink()
    with refused("MEDIA_UNREADABLE"):
        media.open_variant(item, Variant.MASTER)


def test_the_key_of_one_file_opens_no_other(imani: PerformerCast, cast: make.Cast) -> None:
    mine, theirs = ready(imani), ready(cast.stranger)
    MediaItem.objects.filter(pk=mine.pk).update(wrapped_key=theirs.wrapped_key)
    with refused("MEDIA_UNREADABLE"):
        media.open_variant(mine, Variant.MASTER)


def test_a_licensed_copy_carries_its_holder_and_leaves_nothing_behind(imani: PerformerCast, settings: Any) -> None:
    still, voice = ready(imani), ready(imani, specimens.wav(), "voice.wav")
    before = on_disk(settings)
    for item, mime in ((still, "image/jpeg"), (voice, "audio/wav")):
        copy = media.licensed_copy(item, "Northlight Pictures, G-7Q4M2K9D0X")
        body = b"".join(copy.chunks)
        assert (len(body), copy.mime) == (copy.length, mime)
        assert b"Northlight Pictures, G-7Q4M2K9D0X" in body
        assert not any(mark in body for mark in specimens.MARKS)
    assert on_disk(settings) == before


def test_a_copy_that_cannot_be_marked_is_not_handed_out(
    imani: PerformerCast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = ready(imani)
    before = on_disk(settings)

    def cannot(*_: Any, **__: Any) -> None:
        raise FileRefused(Code.NEEDS_VIDEO_EXTRA)

    monkeypatch.setattr(sandbox, "watermark_copy", cannot)
    with refused("COPY_UNAVAILABLE"):
        media.licensed_copy(item, "Northlight")
    assert on_disk(settings) == before


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
