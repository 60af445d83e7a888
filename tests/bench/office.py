"""A mail server that takes everything and keeps nothing, as a program of its own: ``python -m tests.bench.office PORT``."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As little of RFC 5321 as a client needs; it must never be what a run waits for."""
    writer.write(b"220 bench\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            writer.write(b"354 go on\r\n")
            while (line := await reader.readline()) not in (b".\r\n", b""):
                pass
            writer.write(b"250 taken\r\n")
        elif word == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        elif word == b"EHLO":
            writer.write(b"250-bench\r\n250 8BITMIME\r\n")
        else:
            writer.write(b"250 ok\r\n")
    writer.close()


async def _main(port: int) -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", port, limit=2**20)
    await server.serve_forever()


@contextmanager
def office() -> Iterator[int]:
    """The port of a server that is up for the length of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.office", str(port)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
