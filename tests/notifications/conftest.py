"""The cast, and a post office whose clock the test holds."""

from __future__ import annotations

import pytest

from notifications.models import Delivery
from tests import make
from tests.notifications import office


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


@pytest.fixture
def asked(cast: make.Cast) -> Delivery:
    """The mail of a new request to Imani."""
    office.forget()
    make.pending(cast.northlight, cast.imani)
    office.dispatch()
    return office.mails(cast.imani.user)[0]
