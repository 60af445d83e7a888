"""The cast, and a post office whose clock the test holds."""

from __future__ import annotations

import pytest

from tests import make


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()
