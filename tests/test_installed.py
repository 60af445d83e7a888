"""A run against this machine's servers really stands on them."""

from __future__ import annotations

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests import installed


@pytest.mark.django_db
def test_the_servers_are_those_that_were_asked_for() -> None:
    chosen = installed.machines()
    expected = int(chosen.postgres.name) if chosen else 18
    assert connection.get_database_version()[0] == expected >= 15
    said = redis.Redis.from_url(settings.REDIS_URL).info("server")
    ours = "valkey_version" in said
    assert ours is (chosen is None or chosen.redis.endswith("valkey-server"))
