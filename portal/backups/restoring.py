"""Restores a backup into a site without people, and then believes nothing: counts, chains and files are checked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from consent.ingest import vault
from consent.models import Chain, MediaItem, MediaState
from consent.services import files, ledger
from portal.backups import contents, keys, programs, taking
from portal.backups import manifest as paper
from portal.backups.manifest import Manifest


class Refused(Exception):
    """Nothing was restored; the message is a sentence."""


@dataclass
class Restored:
    """What was done. ``faults`` are sentences: where there are any, the site is not what the backup says it was."""

    manifest: Manifest
    migrated: bool = False
    chains: int = 0
    opened: int = 0
    sessions: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.manifest.contents.rows.values())

    @property
    def files(self) -> int:
        return len(self.manifest.parts) - 1


def restore(folder: Path, *, key_file: Path | None = None) -> Restored:
    """Check the backup, restore it, check what came of it. Raises Refused, paper.NotABackup, keys.KeyGone, programs.NoProgram.

    Whatever can be wrong with the backup or the place is found before the first change.
    """
    name = paper.named(folder)
    key = keys.read(key_file or keys.place(name))
    manifest = paper.read(folder, key)
    _refuse_changed_parts(folder, manifest)
    _refuse_bad_target(folder, manifest)
    done = Restored(manifest)
    _load(folder, manifest, key)
    done.faults += _differences(manifest)
    for inside, source, target in _media(folder, manifest):
        _copy(source, target, manifest.parts[inside].sha256)
    done.migrated = _bring_up_to_date()
    _check_chains(done)
    _check_files(done)
    done.sessions = Session.objects.all().delete()[0]
    UserSession.objects.all().delete()
    return done


def _refuse_changed_parts(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.parts.items():
        path = folder / name
        if not path.is_file():
            raise Refused(f"The backup is not whole: {name} is missing.")
        if paper.part(path) != expected:
            raise Refused(f"The backup is damaged: {name} is not what was written.")


def _refuse_bad_target(folder: Path, manifest: Manifest) -> None:
    unknown = contents.unknown_here(manifest.contents)
    if unknown:
        raise Refused(f"The backup was made by a newer Sayso ({', '.join(unknown)}): install {manifest.version} first.")
    if contents.has_people():
        raise Refused("There are people in this database. A backup is restored into an empty one only.")
    for inside, _source, target in _media(folder, manifest):
        if target.exists() and paper.part(target) != manifest.parts[inside]:
            raise Refused(f"{target} is already there and is another file. Move the old media folder away first.")


def _media(folder: Path, manifest: Manifest) -> Iterator[tuple[str, Path, Path]]:
    """Each media file: its name in the backup, where it is there, and where it belongs."""
    for inside in manifest.parts:
        if inside != paper.DATABASE:
            place = Path(settings.MEDIA_ROOT_ENCRYPTED) / Path(inside).relative_to(taking.MEDIA)
            yield inside, folder / inside, place


def _load(folder: Path, manifest: Manifest, key: bytes) -> None:
    with files.workbench() as bench:
        plain = bench / "database.dump"
        with plain.open("xb") as out:
            out.writelines(vault.decrypt_stream(folder / paper.DATABASE, key, file_id=manifest.name))
        if contents.tables():  # made by ``migrate``, without a person in them
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        connection.close()
        programs.run(
            "pg_restore",
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"),
            str(plain),
        )
    ContentType.objects.clear_cache()


def _copy(source: Path, target: Path, name: str) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{name}.part")
    shutil.copyfile(source, part)
    part.chmod(0o600)
    part.replace(target)


def _differences(manifest: Manifest) -> list[str]:
    """Where the restored database is not what the manifest says, in sentences."""
    found, expected = contents.read(), manifest.contents
    said = []
    for name in sorted(found.rows.keys() | expected.rows.keys()):
        if found.rows.get(name) != expected.rows.get(name):
            said.append(f"{name} has {found.rows.get(name, 0)} rows, and had {expected.rows.get(name, 0)}.")
    for name in sorted(found.chains.keys() | expected.chains.keys()):
        if found.chains.get(name) != expected.chains.get(name):
            said.append(f"The chain {name} does not end where it ended.")
    return said


def _bring_up_to_date() -> bool:
    """Run the migrations that are newer than the backup. Returns whether there were any."""
    before = contents.read().migrations
    call_command("migrate", interactive=False, verbosity=0)
    return contents.read().migrations != before


def _check_chains(done: Restored) -> None:
    """Walk every chain to its head, which was compared with the manifest's."""
    for chain in Chain.objects.select_related("performer", "studio").order_by("pk").iterator(chunk_size=500):
        fault = ledger.verify(chain)
        done.chains += 1
        if fault is not None:
            done.faults.append(f"The chain {ledger.chain_name(chain)} is broken at fact {fault.seq}.")


def _check_files(done: Restored) -> None:
    """Open the beginning of every file: its key must open under MEDIA_KEYS, and the file under its key."""
    absent = set(done.manifest.absent)
    for item in MediaItem.objects.filter(state=MediaState.READY).exclude(wrapped_key="").order_by("pk").iterator():
        if item.ref in absent:
            continue
        try:
            for name in item.stored:
                files.prove(item, name)
                done.opened += 1
        except (vault.Tampered, vault.KeyUnavailable, FileNotFoundError) as problem:
            done.faults.append(f"The file of {item.ref} does not open ({type(problem).__name__}: {problem}).")
