"""The key rings of a demo or test run: made once, kept in ``var/keys.json``, readable by their owner only."""

import base64
import json
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

RINGS = ("LINK_KEYS", "LEDGER_KEYS", "MEDIA_KEYS")


def load(var: Path) -> dict[str, str]:
    """Read the file, or make it: ``{"SECRET_KEY": ..., "LINK_KEYS": "kid:base64", ...}``.

    Two processes that start together end with the same keys: the file appears whole, by a hard link that only the
    first of them can make.
    """
    path = var / "keys.json"
    try:
        if not path.exists():
            _make(path)
        kept: dict[str, str] = json.loads(path.read_text())
    except OSError as problem:
        raise ImproperlyConfigured(f"The file {path} cannot be read or made: {problem.strerror}.") from None
    return kept


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {"SECRET_KEY": secrets.token_urlsafe(64)}
    for ring in RINGS:
        fresh[ring] = "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # mkstemp makes the file with mode 0600
    with os.fdopen(handle, "w") as file:
        json.dump(fresh, file, indent=1)
    try:
        os.link(name, path)
    except FileExistsError:
        pass  # another process was first: its keys are the keys
    finally:
        Path(name).unlink()
