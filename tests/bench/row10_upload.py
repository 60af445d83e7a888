"""Row 10: a large file in pieces that can be resumed, beside a form with a second pass for the digest."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

from consent.models import Upload
from consent.services import media
from tests import make
from tests.bench.board import Line, at_most
from tests.bench.browser import Browser
from tests.bench.row09_stills import size_now
from tests.bench.run import Run
from tests.bench.turns import once_each

MEGABYTE = 2**20
PIECE = 16 * MEGABYTE
HOME = "/vault/uploads/"
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
NOTE = (
    "Both end with the bytes synced to the disk and their SHA-256 known; the site takes the digest when it looks at the file, and"
    " that is counted here. Bytes come from memory, so the disk and the path through the site are what is measured."
)


class Stream:
    """Readable bytes that need no memory: ``head``, then ``size`` bytes of a repeating block, then ``tail``."""

    def __init__(self, size: int, head: bytes = b"", tail: bytes = b"") -> None:
        self._block = random.Random(10).randbytes(MEGABYTE)
        self._head, self._left, self._tail = head, size, tail

    def read(self, wanted: int = -1) -> bytes:
        wanted = MEGABYTE if wanted < 0 else wanted
        if self._head:
            part, self._head = self._head[:wanted], self._head[wanted:]
            return part
        if self._left:
            part = self._block[: min(wanted, self._left, MEGABYTE)]
            self._left -= len(part)
            return part
        part, self._tail = self._tail[:wanted], self._tail[wanted:]
        return part

    def readline(self, wanted: int = -1) -> bytes:
        return self.read(wanted)


def run(run: Run) -> Iterator[Line]:
    size = run.size((1024 if run.full else 256) * MEGABYTE, quick=24 * MEGABYTE)
    browser = Browser(make.a_performer("upload@example.org", "Imani Clarke").user)
    cases = {"ours": lambda: _in_pieces(browser, size), "form": lambda: _in_a_form(browser, size)}
    for work in cases.values():
        work()
    times = once_each(cases, rounds=2 if run.quick else 5)
    ours, theirs = times["ours"], times["form"]
    title = f"{size // MEGABYTE:,} MiB in pieces of 16, digest included"
    yield Line(
        10, title, "multipart and a second pass", _speed(size, ours.median), _speed(size, theirs.median),
        ours.over(theirs), at_most(1), NOTE,
    )  # fmt: skip
    Path("/proc/self/clear_refs").write_text("5")
    before = size_now("VmRSS")
    _in_pieces(browser, size)
    risen = max(0.0, size_now("VmHWM") - before)
    yield Line(10, "memory taken, MB", "a budget", f"{risen:.0f} MB", "16 MB", (risen,), at_most(16))
    lost = _lost(browser)
    yield Line(
        10, "bytes to send again after the line breaks", "one piece", f"{lost:.1f} MiB", "16 MiB", (lost / 16,), at_most(1)
    )  # fmt: skip


def _speed(size: int, seconds: float) -> str:
    return f"{size / MEGABYTE / seconds:,.0f} MiB/s"


def _begin(browser: Browser, size: int) -> tuple[str, Upload]:
    status, headers, body = browser.send(
        "POST", HOME, **TUS, HTTP_UPLOAD_LENGTH=str(size), HTTP_UPLOAD_METADATA="filename d2Fsay5tb3Y="
    )
    if status != 201:
        raise AssertionError(body.decode())
    return headers["Location"], Upload.objects.order_by("-pk")[0]


def _send(browser: Browser, address: str, offset: int, length: int, *, announced: int = 0) -> int:
    status, headers, body = browser.send(
        "PATCH", address, Stream(length), announced or length, **TUS,
        HTTP_UPLOAD_OFFSET=str(offset), CONTENT_TYPE="application/offset+octet-stream",
    )  # fmt: skip
    if status != 204 and not announced:
        raise AssertionError(f"{status}: {body.decode()}")
    return int(headers.get("Upload-Offset", 0))


def _in_pieces(browser: Browser, size: int) -> int:
    """Everything but the last byte, so that no check is asked for; then the digest, as the check takes it."""
    address, upload = _begin(browser, size + 1)
    for offset in range(0, size, PIECE):
        _send(browser, address, offset, min(PIECE, size - offset))
    part = media.part_path(upload)
    with part.open("rb") as file:
        hashlib.file_digest(file, "sha256").hexdigest()
    browser.send("DELETE", address, **TUS)
    return 1


def _in_a_form(browser: Browser, size: int) -> int:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="walk.mov"\r\nContent-Type: video/quicktime\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    status, _headers, body = browser.send(
        "POST", "/bench/multipart/", Stream(size, head, tail), len(head) + size + len(tail),
        CONTENT_TYPE="multipart/form-data; boundary=x",
    )  # fmt: skip
    if status != 200:
        raise AssertionError(body[:300])
    return 1


def _lost(browser: Browser) -> float:
    """MiB that must be sent again when the line breaks 5.5 MiB into the second piece."""
    address, _upload = _begin(browser, 4 * PIECE)
    _send(browser, address, 0, PIECE)
    sent = PIECE + 5 * MEGABYTE + MEGABYTE // 2
    _send(browser, address, PIECE, sent - PIECE, announced=PIECE)
    _status, headers, _body = browser.send("HEAD", address, **TUS)
    browser.send("DELETE", address, **TUS)
    return max(0, sent - int(headers["Upload-Offset"])) / MEGABYTE
