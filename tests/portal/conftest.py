"""The cast on the pages, and a studio's clearance member signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


@pytest.fixture
def clearance(client: Client, cast: make.Cast) -> Client:
    client.force_login(cast.northlight.clearance, backend="django.contrib.auth.backends.ModelBackend")
    return client
