"""The cast, on real PostgreSQL."""

from __future__ import annotations

import pytest

from tests import make


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


@pytest.fixture
def imani(cast: make.Cast) -> make.PerformerCast:
    return cast.imani
