"""Facts wake the worker, tasks claim by id, and the operator's commands do what they say."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consent import receivers, tasks
from consent.models import MediaItem, MediaState, Performer
from consent.services import media
from consent.services.media import Variant
from portal.schedule import EVERY_SECONDS
from tests import make
from tests.ingest import specimens
from tests.make import NOW, PerformerCast


@pytest.fixture
def imani(db: None) -> PerformerCast:
    return make.a_performer("imani@example.org", "Imani Clarke")


def arrive(who: PerformerCast, body: bytes) -> MediaItem:
    upload = media.start_upload(who.performer, filename="a.jpg", size=len(body), actor=who.actor(), now=NOW)
    media.receive(upload, 0, io.BytesIO(body), actor=who.actor(), now=NOW)
    return media.arrived(upload, actor=who.actor(), now=NOW)


def test_what_arrives_wakes_the_check_and_nothing_else_does(
    imani: PerformerCast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(tasks.process_pending_media, "delay", lambda: woken.append("check"))
    with django_capture_on_commit_callbacks(execute=True):
        item = arrive(imani, specimens.jpg())
    assert woken == ["check"]
    with django_capture_on_commit_callbacks(execute=True):
        media.delete(item, actor=imani.actor(), now=NOW)
    assert woken == ["check"]
    assert receivers.wake_media_check(kind="media.ready") is None
    assert woken == ["check"]


def test_the_tasks_work_by_id_and_take_what_later_releases_may_add(
    imani: PerformerCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = arrive(imani, specimens.jpg())
    sent: list[dict[str, int]] = []
    monkeypatch.setattr(tasks.process_media, "delay", lambda **named: sent.append(named))
    tasks.process_pending_media(later="x")
    assert sent == [{"media_id": item.pk}]
    tasks.process_media(**sent[0], later="x")
    assert MediaItem.objects.get(pk=item.pk).state == MediaState.READY
    tasks.process_media(**sent[0])
    tasks.purge_uploads(later="x")
    assert b"".join(media.open_variant(item, Variant.MASTER).chunks)
    named = {"consent.tasks.process_pending_media", "consent.tasks.purge_uploads", "consent.tasks.sweep_expirations"}
    assert named <= EVERY_SECONDS.keys()


def test_keys_move_to_the_new_ring_and_files_stay_as_they_are(imani: PerformerCast, settings: Any, capsys: Any) -> None:
    item = arrive(imani, specimens.jpg())
    tasks.process_media(item.pk)
    before = b"".join(media.open_variant(item, Variant.MASTER).chunks)
    old = dict(settings.MEDIA_KEYS)
    settings.MEDIA_KEYS = {"fresh": b"k" * 32, **old}
    call_command("rewrap_media_keys")
    call_command("rewrap_media_keys")
    assert capsys.readouterr().out.split("\n")[:2] == ["1 keys put under the new key.", "0 keys put under the new key."]
    settings.MEDIA_KEYS = {"fresh": b"k" * 32}
    assert b"".join(media.open_variant(item, Variant.MASTER).chunks) == before
    settings.MEDIA_KEYS = {"other": b"o" * 32}
    with pytest.raises(CommandError, match="Keep every old key"):
        call_command("rewrap_media_keys")


def test_the_operator_corrects_a_date_of_birth(imani: PerformerCast, capsys: Any) -> None:
    call_command("correct_birth_date", imani.performer.ref, "2010-04-02")
    assert capsys.readouterr().out == f"{imani.performer.ref} was born on 2010-04-02.\n"
    assert Performer.objects.get(pk=imani.performer.pk).is_minor_on(NOW.date())
    for ref, day, words in (
        (imani.performer.ref, "1800-01-01", "Check the date of birth"),
        ("P-0", "1990-01-01", "no performer P-0"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("correct_birth_date", ref, day)
