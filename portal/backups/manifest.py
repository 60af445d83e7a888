"""What a backup says about itself: ``manifest.json``, sealed under the backup's key so that nobody else can write one."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NAME = "manifest.json"
DATABASE = "database.sealed"
FORMAT = 1
_PURPOSE = b"sayso backup manifest v1"


class NotABackup(Exception):
    """The folder holds no backup, or one that was changed; the message is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What stands in a database at one instant: rows by table, last migration by application, head by chain."""

    rows: dict[str, int]
    migrations: dict[str, str]
    chains: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``absent`` names the media items whose files were not there any more when they were to be copied."""

    name: str
    version: str
    server: str
    contents: Contents
    parts: dict[str, Part]
    absent: list[str]


def part(path: Path) -> Part:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(bytes=path.stat().st_size, sha256=digest)


def write(manifest: Manifest, folder: Path, key: bytes) -> None:
    """The last file of a backup: a folder without it is none."""
    said = {"format": FORMAT, **asdict(manifest)}
    path = folder / NAME
    path.write_text(json.dumps(said | {"seal": _seal(said, key)}, indent=1, sort_keys=True) + "\n")
    path.chmod(0o600)


def named(folder: Path) -> str:
    """The name of the backup in a folder, before anything in it is believed. Raises NotABackup."""
    return str(_said(folder)["name"])


def read(folder: Path, key: bytes) -> Manifest:
    """Raises NotABackup, also for a manifest that this key did not seal."""
    said = _said(folder)
    if not hmac.compare_digest(str(said.pop("seal", "")), _seal(said, key)):
        raise NotABackup(f"{folder / NAME} was changed after the backup, or belongs to another key.")
    contents = said["contents"]
    chains = {name: (int(seq), str(own)) for name, (seq, own) in contents["chains"].items()}
    return Manifest(
        name=said["name"],
        version=said["version"],
        server=said["server"],
        contents=Contents(rows=contents["rows"], migrations=contents["migrations"], chains=chains),
        parts={name: Part(**each) for name, each in said["parts"].items()},
        absent=said["absent"],
    )


def _said(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        raise NotABackup(f"{folder} holds no whole backup: {NAME} is missing or cannot be read.") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("name"), str):
        raise NotABackup(f"{folder / NAME} is not of a form that this version of Sayso reads.")
    return said


def _seal(said: Mapping[str, Any], key: bytes) -> str:
    own = hmac.digest(key, _PURPOSE, "sha256")
    return hmac.digest(own, json.dumps(said, sort_keys=True).encode(), "sha256").hex()
