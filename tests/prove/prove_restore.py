"""The drill: a site with a year of history is backed up, destroyed and restored, and held against what an outsider noted."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from consent.models import MediaItem, User
from consent.services import checking, media
from portal import embedded
from portal.demo import signin
from tests.ingest import specimens
from tests.journeys.person import Person
from tests.make import PerformerCast
from tests.prove.conftest import Size, Tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(7200)]

HEADS = """
    SELECT coalesce(p.ref, s.ref), head_seq, head_hash FROM consent_chain
    LEFT JOIN consent_performer p ON p.id = performer_id LEFT JOIN consent_studio s ON s.id = studio_id
"""
MOST_SECONDS = 30 * 60
Site = Callable[[], None]


@pytest.fixture
def new_database(servers: embedded.Addresses) -> Iterator[Site]:
    """Each call destroys the site's database, if there was one, and makes an empty one."""
    own = connection.settings_dict["NAME"]

    def destroyed() -> None:
        connection.close()
        with psycopg.connect(servers.database_url.replace("/sayso?", "/postgres?"), autocommit=True) as session:
            session.execute("DROP DATABASE IF EXISTS drill WITH (FORCE)")
            session.execute("CREATE DATABASE drill")
        connection.settings_dict["NAME"] = "drill"
        ContentType.objects.clear_cache()

    yield destroyed
    destroyed()
    connection.close()
    connection.settings_dict["NAME"] = own


def checkpoint(servers: embedded.Addresses) -> dict[str, tuple[int, str]]:
    """The head of every chain, noted down by somebody who trusts neither the site nor its backup."""
    with psycopg.connect(servers.database_url.replace("/sayso?", "/drill?")) as session:
        return {name: (seq, own) for name, seq, own in session.execute(HEADS)}


def said(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def more_pictures(count: int) -> None:
    account = User.objects.get(email=signin.IMANI)
    imani = PerformerCast(account, account.performer)
    for number in range(count):
        now = timezone.now()
        body = specimens.jpg(size=(640, 480 + number))
        upload = media.start_upload(
            imani.performer, filename=f"{number}.jpg", size=len(body), actor=imani.actor(now=now), now=now
        )
        media.receive(upload, 0, io.BytesIO(body), actor=imani.actor(now=now), now=now)
        assert checking.process(media.arrived(upload, actor=imani.actor(now=now), now=now).pk, now=now)


def test_a_site_that_was_destroyed_comes_back_as_it_was(
    new_database: Site, servers: embedded.Addresses, settings: Any, tmp_path: Path, tell: Tell, size: Size
) -> None:
    new_database()
    call_command("migrate", verbosity=0)
    call_command("load_demo", stdout=io.StringIO())
    more_pictures(size(5, 2_000))
    noted = checkpoint(servers)

    began = time.monotonic()
    said("backup", str(tmp_path / "backup"))
    backed_up = time.monotonic() - began

    new_database()
    shutil.rmtree(settings.MEDIA_ROOT_ENCRYPTED)
    assert not connection.introspection.table_names()

    began = time.monotonic()
    told = said("restore", str(tmp_path / "backup"))
    restored = time.monotonic() - began

    assert "Every count and the head of every chain is what the backup says it was." in told
    assert checkpoint(servers) == noted
    assert "whole" in said("verify_ledger")
    somebody_signs_in_and_opens_a_file()
    assert restored < MOST_SECONDS
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    tell(
        "restore",
        f"demo cast, {MediaItem.objects.count():,} items of media",
        rows=sum(count_rows().values()),
        files=len(files) - 2,
        bytes=sum(path.stat().st_size for path in files),
        chains_as_noted_outside=len(noted),
        facts=sum(seq for seq, _own in noted.values()),
        backup_seconds=backed_up,
        restore_seconds=restored,
    )


def count_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        rows = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            rows[name] = cursor.fetchone()[0]
    return rows


def somebody_signs_in_and_opens_a_file() -> None:
    imani = Person(signin.IMANI, signin.PASSWORD)
    imani.sign_in()
    imani.fill("code", code=said("demo_code", signin.IMANI).split()[0])
    imani.open("/home/")
    item = MediaItem.objects.filter(performer__user__email=signin.IMANI).exclude(wrapped_key="").order_by("pk")[0]
    imani.open(f"/vault/{item.ref}/file/ORIGINAL/")
    assert imani.response is not None
    body = b"".join(imani.response.streaming_content)
    assert len(body) == int(imani.response.headers["Content-Length"]) > 0
