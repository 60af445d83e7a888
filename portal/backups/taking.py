"""Takes a backup: one snapshot of the database, sealed, and beside it the encrypted files that this snapshot speaks of."""

from __future__ import annotations

import errno
import os
import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from consent.ingest import vault
from consent.models import MediaItem
from consent.services import files
from portal.backups import contents, keys, programs
from portal.backups import manifest as paper
from portal.backups.manifest import Contents, Manifest, Part

MEDIA = "media"


class Refused(Exception):
    """The backup is not taken; the message is a sentence."""


@dataclass(frozen=True)
class Pruned:
    """What became unreadable with this run: backups whose key was dropped, and how many of their folders went too."""

    names: list[str]
    folders: int


def take(folder: Path, *, now: datetime) -> Manifest:
    """Write a whole backup into a new or empty folder, or nothing. Raises Refused or programs.NoProgram."""
    _refuse_bad_place(folder)
    existed = folder.exists()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = keys.new_name(now)
    key = keys.make(name)
    try:
        return _written(folder, name, key)
    except BaseException:
        keys.place(name).unlink(missing_ok=True)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not existed:
            folder.rmdir()
        raise


def prune(parent: Path, *, before: datetime) -> Pruned:
    """Drop the keys of old backups, and remove those folders below ``parent`` that nothing opens any more."""
    gone = keys.drop(before=before)
    removed = 0
    for path in sorted(parent.iterdir()) if parent.is_dir() else ():
        if path.is_dir() and (path / paper.NAME).exists() and _over(path, before):
            shutil.rmtree(path)
            removed += 1
    return Pruned(gone, removed)


def _over(folder: Path, before: datetime) -> bool:
    try:
        return keys.taken_at(paper.named(folder)) <= before
    except (paper.NotABackup, ValueError):
        return False  # not ours to remove


def _refuse_bad_place(folder: Path) -> None:
    kept = Path(settings.BACKUP_KEY_FOLDER).resolve()
    wanted = folder.resolve()
    if wanted == kept or kept in wanted.parents or wanted in kept.parents:
        raise Refused(f"Keys and backups must not lie together: choose a folder apart from {kept}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty. A backup wants a new folder, so that it never mixes with another.")


def _written(folder: Path, name: str, key: bytes) -> Manifest:
    seen, items = _dumped(folder / paper.DATABASE, name, key)
    parts = {paper.DATABASE: paper.part(folder / paper.DATABASE)}
    absent = []
    for ref, stored in items:
        copied = _copied(folder, ref, stored)
        parts |= copied
        if len(copied) < len(stored):
            absent.append(ref)
    made = Manifest(name=name, version=_version(), server=_server(), contents=seen, parts=parts, absent=sorted(absent))
    paper.write(made, folder, key)
    return made


def _dumped(target: Path, name: str, key: bytes) -> tuple[Contents, list[tuple[str, list[str]]]]:
    """Dump the database and count it in the very same snapshot; also the files that it names, by media item."""
    with files.workbench() as bench, transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # it waits for as long as the dump takes
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = str(cursor.fetchone()[0])
        plain = bench / "database.dump"
        programs.run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={plain}")
        rows = MediaItem.objects.exclude(wrapped_key="").order_by("pk").values_list("ref", "stored")
        items = [(ref, sorted(stored)) for ref, stored in rows.iterator(chunk_size=2_000)]
        seen = contents.read()
        vault.encrypt_file(plain, target, key, file_id=name)
    target.chmod(0o600)
    return seen, items


def _copied(folder: Path, ref: str, stored: list[str]) -> dict[str, Part]:
    """Hard links where the disk is the same, else copies. Sealed files are never written to again, so a link stays true."""
    parts = {}
    for name in stored:
        source = files.sealed_path(ref, name)
        inside = Path(MEDIA, *source.parts[-3:])
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _link(source, target)
        except FileNotFoundError:  # deleted since the snapshot
            continue
        parts[inside.as_posix()] = paper.part(target)
    return parts


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as problem:
        if problem.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP):
            raise
        shutil.copyfile(source, target)


def _server() -> str:
    return f"PostgreSQL {'.'.join(str(each) for each in connection.get_database_version())}"


def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])
