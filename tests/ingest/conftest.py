"""Specimens on disk, and the capped child that many hostile files go through."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from consent.ingest.outcome import Processed
from consent.ingest.process import process
from tests.ingest import specimens

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one specimen of each format, named by its extension."""
    folder = tmp_path_factory.mktemp("specimens")
    for extension in specimens.ALL:
        specimens.write(folder, f"specimen.{extension}", specimens.bytes_of(extension))
    return folder


@pytest.fixture(scope="session")
def processed(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Processed, Path]]:
    """process() of a specimen, once per run: (what it said, the folder with master and thumbnails)."""
    done: dict[str, tuple[Processed, Path]] = {}

    def run(extension: str) -> tuple[Processed, Path]:
        if extension not in done:
            out = tmp_path_factory.mktemp(extension)
            done[extension] = process(shelf / f"specimen.{extension}", out), out
        return done[extension]

    return run


@pytest.fixture
def through_the_child(tmp_path: Path) -> Callable[[dict[str, bytes]], dict[str, dict]]:
    """Process files by name in one capped child; fails if the child dies, naming the file it died on."""

    def run(files: dict[str, bytes]) -> dict[str, dict]:
        hostile, made = tmp_path / "hostile", tmp_path / "made"
        hostile.mkdir()
        made.mkdir()
        for name, content in files.items():
            (hostile / name).write_bytes(content)
        child = subprocess.run(
            [sys.executable, "-m", "tests.ingest.child", str(hostile), str(made)],
            cwd=ROOT,
            capture_output=True,
            timeout=110,
            check=False,
        )
        answers = [json.loads(line) for line in child.stdout.splitlines()]
        assert child.returncode == 0, (len(answers), sorted(files)[len(answers)], child.stderr[-400:])
        return {answer["name"]: answer for answer in answers}

    return run
