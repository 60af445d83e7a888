"""A backup is one instant, sealed; a restore proves itself; and what was deleted is not readable for longer than promised."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent.models import Chain, MediaItem, User
from consent.services import checking, files, media
from consent.services.media import Variant
from portal import embedded, tasks
from portal.backups import keys, manifest, programs
from tests import make
from tests.ingest import specimens
from tests.make import NOW, PerformerCast

pytestmark = pytest.mark.django_db(transaction=True)

BODY = specimens.jpg()


def added(who: PerformerCast, caption: str) -> MediaItem:
    upload = media.start_upload(
        who.performer, filename="front.jpg", size=len(BODY), details={"caption": caption}, actor=who.actor(), now=NOW
    )
    media.receive(upload, 0, io.BytesIO(BODY), actor=who.actor(), now=NOW)
    item = checking.process(media.arrived(upload, actor=who.actor(), now=NOW).pk, now=NOW)
    assert item is not None
    return item


@pytest.fixture
def imani(transactional_db: None) -> PerformerCast:
    return make.a_performer("imani@example.org", "Imani Clarke")


@pytest.fixture
def backup(imani: PerformerCast, tmp_path: Path) -> Path:
    """A site with one performer and one picture, backed up."""
    added(imani, "In her garden")
    Client().post("/account/login/", {"login": imani.user.email, "password": make.PASSWORD})
    folder = tmp_path / "backups" / "first"
    said("backup", str(folder))
    return folder


@pytest.fixture
def elsewhere(transactional_db: None, servers: embedded.Addresses, settings: Any, tmp_path: Path) -> Iterator[Callable]:
    """``elsewhere()``: from now on the site's database is a new one without tables, and its vault is empty."""
    own = connection.settings_dict["NAME"]

    def go() -> None:
        run(servers, "DROP DATABASE IF EXISTS elsewhere WITH (FORCE)", "CREATE DATABASE elsewhere")
        connection.close()
        connection.settings_dict["NAME"] = "elsewhere"
        settings.MEDIA_ROOT_ENCRYPTED = tmp_path / "elsewhere"

    yield go
    connection.close()
    connection.settings_dict["NAME"] = own
    ContentType.objects.clear_cache()
    run(servers, "DROP DATABASE IF EXISTS elsewhere WITH (FORCE)")


def run(servers: embedded.Addresses, *statements: str) -> None:
    with psycopg.connect(servers.database_url.replace("/sayso?", "/postgres?"), autocommit=True) as session:
        for statement in statements:
            session.execute(statement)


def said(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def heads() -> dict[int, tuple[int, str]]:
    return {chain.pk: (chain.head_seq, chain.head_hash) for chain in Chain.objects.all()}


def rewritten(folder: Path, **changes: Any) -> None:
    path = folder / manifest.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


# --- There and back --------------------------------------------------------------------------------------------------


def test_a_site_comes_back_as_it_was(backup: Path, imani: PerformerCast, elsewhere: Callable) -> None:
    before, item = heads(), MediaItem.objects.get()
    assert Session.objects.exists()
    elsewhere()
    told = said("restore", str(backup))
    assert "Every count and the head of every chain is what the backup says it was." in told
    assert "Ended 1 sessions" in told
    assert heads() == before
    again = MediaItem.objects.get(ref=item.ref)
    assert b"".join(media.open_variant(again, Variant.ORIGINAL).chunks)[:2] == b"\xff\xd8"
    assert not Session.objects.exists()
    assert Client().login(username=imani.user.email, password=make.PASSWORD)
    assert "whole" in said("verify_ledger")


def test_tables_without_a_person_in_them_are_replaced(backup: Path, elsewhere: Callable) -> None:
    elsewhere()
    call_command("migrate", verbosity=0)
    said("restore", str(backup))
    assert User.objects.filter(email="imani@example.org").exists()


def test_the_snapshot_is_one_instant(
    imani: PerformerCast, tmp_path: Path, elsewhere: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed while pg_dump runs is neither in the dump nor in the counts; what is deleted meanwhile is named."""
    item, real, others = added(imani, "In her garden"), programs.run, psycopg.connect

    def slow(name: str, *arguments: str) -> None:
        url = f"host={connection.settings_dict['HOST']} user=postgres dbname={connection.settings_dict['NAME']}"
        with others(url, autocommit=True) as session:
            session.execute("UPDATE consent_user SET full_name = 'Too late'")
        files.unlink(item.ref)
        real(name, *arguments)

    monkeypatch.setattr(programs, "run", slow)
    folder = tmp_path / "backups" / "one"
    assert f"missing: {item.ref}" in said("backup", str(folder))
    monkeypatch.setattr(programs, "run", real)
    elsewhere()
    assert item.ref in said("restore", str(folder))
    assert User.objects.get(email="imani@example.org").full_name == "Imani Clarke"


def test_a_password_reaches_the_program_by_its_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hush")
    monkeypatch.setattr(programs, "find", lambda name, server: name)

    def instead(command: list[str], *, env: dict[str, str], **_: Any) -> Any:
        seen.extend([command, env])
        return type("Ended", (), {"returncode": 0})

    monkeypatch.setattr(programs.subprocess, "run", instead)
    programs.run("pg_dump", "--format=custom")
    assert "hush" not in " ".join(seen[0])
    assert seen[1]["PGPASSWORD"] == "hush"
    assert "lock_timeout" not in " ".join(seen[0])


def test_the_program_fits_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_candidates", lambda _name: iter(["old", "new", "newer"]))
    monkeypatch.setattr(programs, "_major", {"old": 15, "new": 17, "newer": 18}.get)
    assert [programs.find("pg_dump", server) for server in (15, 16, 18)] == ["old", "new", "newer"]
    with pytest.raises(programs.NoProgram, match="no pg_dump of PostgreSQL 19"):
        programs.find("pg_dump", 19)


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_a_folder_with_something_in_it_is_refused(imani: PerformerCast, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("keep me")
    with pytest.raises(CommandError, match="is not empty"):
        said("backup", str(tmp_path / "full"))
    assert (tmp_path / "full" / "letter.txt").read_text() == "keep me"
    with pytest.raises(CommandError, match="apart from"):
        said("backup", str(django_settings.BACKUP_KEY_FOLDER / "here"))


def test_a_backup_that_fails_leaves_nothing(
    imani: PerformerCast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(name: str, server: int) -> str:
        raise programs.NoProgram("There is no pg_dump.")

    monkeypatch.setattr(programs, "find", away)
    with pytest.raises(CommandError, match="There is no pg_dump"):
        said("backup", str(tmp_path / "one"))
    assert not (tmp_path / "one").exists()
    assert not list(django_settings.BACKUP_KEY_FOLDER.iterdir())


def test_people_are_never_overwritten(backup: Path) -> None:
    with pytest.raises(CommandError, match="There are people in this database"):
        said("restore", str(backup))


@pytest.mark.parametrize("victim", [manifest.DATABASE, "media"])
def test_a_changed_part_is_found_before_anything_happens(backup: Path, elsewhere: Callable, victim: str) -> None:
    path = next(path for path in sorted((backup / victim).rglob("*")) if path.is_file()) if victim == "media" else None
    path = path or backup / victim
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.unlink()  # the vault's own file is the same one
    path.write_bytes(body)
    elsewhere()
    with pytest.raises(CommandError, match="is not what was written"):
        said("restore", str(backup))
    assert not connection.introspection.table_names()
    path.unlink()
    with pytest.raises(CommandError, match="is missing"):
        said("restore", str(backup))


def test_a_changed_manifest_is_refused(backup: Path, elsewhere: Callable) -> None:
    elsewhere()
    rewritten(backup, absent=["M-NOTHING"])
    with pytest.raises(CommandError, match="was changed after the backup"):
        said("restore", str(backup))
    rewritten(backup, format=2)
    with pytest.raises(CommandError, match="not of a form"):
        said("restore", str(backup))
    (backup / manifest.NAME).unlink()
    with pytest.raises(CommandError, match="no whole backup"):
        said("restore", str(backup))


def test_a_backup_of_a_newer_version_is_refused(backup: Path, elsewhere: Callable) -> None:
    key = keys.read(next(django_settings.BACKUP_KEY_FOLDER.iterdir()))
    made = manifest.read(backup, key)
    made.contents.migrations["consent"] = "9999_flying_cars"
    manifest.write(made, backup, key)
    elsewhere()
    with pytest.raises(CommandError, match=r"newer Sayso .consent 9999_flying_cars"):
        said("restore", str(backup))


def test_another_file_in_the_vault_is_not_overwritten(backup: Path, elsewhere: Callable, settings: Any) -> None:
    elsewhere()
    inside = next(path for path in (backup / "media").rglob("*") if path.is_file()).relative_to(backup / "media")
    there = settings.MEDIA_ROOT_ENCRYPTED / inside
    there.parent.mkdir(parents=True)
    there.write_bytes(b"another")
    with pytest.raises(CommandError, match="already there and is another file"):
        said("restore", str(backup))
    assert there.read_bytes() == b"another"


def test_what_differs_after_a_restore_is_said(backup: Path, elsewhere: Callable) -> None:
    key = keys.read(next(django_settings.BACKUP_KEY_FOLDER.iterdir()))
    made = manifest.read(backup, key)
    made.contents.rows["consent_user"] += 1
    name, (seq, _own) = next(iter(made.contents.chains.items()))
    made.contents.chains[name] = (seq, "0" * 64)
    manifest.write(made, backup, key)
    elsewhere()
    out = io.StringIO()
    with pytest.raises(CommandError, match="NOT what the backup says"):
        call_command("restore", str(backup), stdout=out, stderr=out)
    assert "consent_user has 1 rows, and had 2." in out.getvalue()
    assert f"The chain {name} does not end where it ended." in out.getvalue()


def test_files_that_no_key_of_the_ring_opens_are_named(backup: Path, elsewhere: Callable, settings: Any) -> None:
    item = MediaItem.objects.get()
    elsewhere()
    settings.MEDIA_KEYS = {"other": os.urandom(32)}
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("restore", str(backup), stdout=out, stderr=out)
    assert f"The file of {item.ref} does not open (KeyUnavailable" in out.getvalue()


# --- Keys ------------------------------------------------------------------------------------------------------------


def test_no_key_and_no_name_is_readable_in_a_backup(backup: Path) -> None:
    bodies = b"".join(path.read_bytes() for path in backup.rglob("*") if path.is_file())
    own = keys.read(next(django_settings.BACKUP_KEY_FOLDER.iterdir()))
    rings = (django_settings.MEDIA_KEYS, django_settings.LINK_KEYS, django_settings.LEDGER_KEYS)
    for secret in [own, *(key for ring in rings for key in ring.values()), b"imani@example.org", b"Imani", b"garden"]:
        assert secret not in bodies
    assert {path.stat().st_mode & 0o077 for path in [backup, *django_settings.BACKUP_KEY_FOLDER.iterdir()]} == {0}


def test_delete_means_delete_in_backups_too(backup: Path, elsewhere: Callable, tmp_path: Path) -> None:
    """Thirty days later the file that was deleted after the backup is unreadable, in every copy of it that there may be."""
    copy = tmp_path / "another-town"
    shutil.copytree(backup, copy)
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        tasks.drop_backup_keys()
    elsewhere()
    with pytest.raises(CommandError, match="dropped on purpose"):
        said("restore", str(copy))
    assert not list(django_settings.BACKUP_KEY_FOLDER.iterdir())


def test_a_key_is_kept_until_then_and_a_copy_of_it_opens(backup: Path, elsewhere: Callable, tmp_path: Path) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        tasks.drop_backup_keys()
    kept = next(django_settings.BACKUP_KEY_FOLDER.iterdir()).rename(tmp_path / "copy.key")
    elsewhere()
    with pytest.raises(CommandError, match="No key opens this backup"):
        said("restore", str(backup))
    assert "Restored" in said("restore", str(backup), "--key", str(kept))


def test_older_backups_beside_it_go_and_strangers_stay(backup: Path) -> None:
    (backup.parent / "holiday").mkdir()
    (backup.parent / "holiday" / "beach.jpg").write_bytes(b"sand")
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert "1 keys of older backups were dropped" in said(
            "backup", str(backup.parent / "second"), "--keep-days", "2"
        )
    assert sorted(path.name for path in backup.parent.iterdir()) == ["holiday", "second"]
    with pytest.raises(CommandError, match="1 to 30 days"):
        said("backup", str(backup.parent / "third"), "--keep-days", "31")


def test_names_say_when() -> None:
    at = datetime(2026, 6, 11, 9, 30, tzinfo=UTC)
    assert keys.taken_at(keys.new_name(at)) == at
    with pytest.raises(ValueError, match="not the name"):
        keys.taken_at("B-today")
