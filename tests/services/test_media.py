"""The vault on a real disk and a real sandbox: resumed uploads, sealed files, duplicates, refusals, and deletion for good."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from consent.access import by_session
from consent.core.actor import Actor
from consent.core.roles import Right
from consent.ingest import sandbox
from consent.ingest.refusal import Code
from consent.ingest.refusal import Refused as FileRefused
from consent.models import Fact, Grant, MediaItem, MediaPurpose, MediaState, Upload, UploadState, User
from consent.queries import vault as reads
from consent.services import grants, ledger, media, people
from consent.services.media import Variant
from consent.services.moves import NotEntitled, StepUpNeeded
from tests import make
from tests.ingest import specimens
from tests.make import NOW, PerformerCast, at
from tests.services.vaults import arrive, kinds, on_disk, ready, refused, start

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
