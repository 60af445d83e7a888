"""The child: capped, without the site's secrets, killable, and never an excuse for anything but Refused."""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from consent.ingest import mpegaudio, sandbox
from consent.ingest.outcome import Processed
from consent.ingest.refusal import Code, Refused, refusal_of
from consent.ingest.sandbox import process_upload, run_isolated, watermark_copy
from tests.ingest import specimens

SPARE = {"seconds": 20, "megabytes": sandbox.MEGABYTES}


def _instead(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a script play the decoder that went wrong."""
    monkeypatch.setattr(sandbox, "_COMMAND", (sys.executable, "-c", script))


def _refusal(**limits) -> Refused:
    with pytest.raises(Refused) as refusal:
        run_isolated("sniff", {"path": "/nowhere"}, **{**SPARE, **limits})
    return refusal.value


@pytest.mark.parametrize("extension", ["jpg", "wav", "mp4"])
def test_the_child_says_what_process_says(extension: str, shelf: Path, processed, tmp_path: Path):
    result = process_upload(shelf / f"specimen.{extension}", tmp_path)
    assert isinstance(result, Processed)
    assert result == processed(extension)[0]
    assert json.loads(json.dumps(result.to_json()))["sha256"] == result.sha256
    assert (tmp_path / result.master.name).stat().st_size == result.master.size


def test_a_licensees_copy_is_made_in_the_child(shelf: Path, tmp_path: Path):
    copy = watermark_copy(shelf / "specimen.jpg", "Northlight, G-1", tmp_path)
    assert (copy.name, copy.mime) == ("copy.jpg", "image/jpeg")
    assert b"Northlight, G-1" in (tmp_path / copy.name).read_bytes()


def test_a_refusal_crosses_over_with_its_values(tmp_path: Path):
    path = specimens.write(tmp_path, "x", b"GIF89a" + bytes(20))
    with pytest.raises(Refused) as refusal:
        process_upload(path, tmp_path)
    assert refusal.value.code is Code.NOT_AN_ALLOWED_TYPE
    assert refusal.value.values == {"found": "GIF"}
    assert not refusal.value.transient


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("import os; os.abort()", Code.BROKEN),
        ("import os; os.kill(os.getpid(), 11)", Code.BROKEN),
        ("import os; os.kill(os.getpid(), 9)", Code.OUT_OF_MEMORY),
        ("import sys; sys.exit(3)", Code.BROKEN),
        ("raise RuntimeError('odd')", Code.BROKEN),
        ("print('no json')", Code.BROKEN),
        ("print('[]')", Code.BROKEN),
        ("print('{}')", Code.BROKEN),
        ('print(\'{"refused": {"code": "NO_SUCH_CODE", "values": {}, "detail": ""}}\')', Code.BROKEN),
        ("print('x' * 3_000_000)", Code.BROKEN),
        ("import sys; sys.stdin.close(); sys.stdout.close(); sys.exit(1)", Code.BROKEN),
    ],
)
def test_every_way_to_die_is_a_refusal(script: str, code: Code, monkeypatch: pytest.MonkeyPatch):
    _instead(monkeypatch, script)
    assert _refusal().code is code


def test_an_endless_child_is_killed_with_everything_it_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    note = tmp_path / "pids"
    _instead(
        monkeypatch,
        "import os, subprocess, sys, time\n"
        f"other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{other.pid}}')\n"
        "time.sleep(60)",
    )
    start = time.monotonic()
    assert _refusal(wall_seconds=2).code is Code.TIMEOUT
    assert time.monotonic() - start < 10
    for pid in map(int, note.read_text().split()):
        assert not _alive(pid)


def test_a_child_that_closes_its_pipe_and_stays_is_killed_too(monkeypatch: pytest.MonkeyPatch):
    _instead(monkeypatch, "import os, time; os.close(1); time.sleep(60)")
    assert _refusal(wall_seconds=1).code is Code.TIMEOUT


def _alive(pid: int) -> bool:
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        if (
            Path(f"/proc/{pid}/stat").exists()
            and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        ):
            return False
        time.sleep(0.05)
    return True


def test_a_machine_that_starts_no_process_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "_COMMAND", ("/nowhere/python",))
    refusal = _refusal()
    assert refusal.code is Code.UNAVAILABLE
    assert refusal.transient


def test_a_missing_file_or_folder_is_not_the_senders_fault(shelf: Path, tmp_path: Path):
    for path, folder in ((tmp_path / "gone", tmp_path), (shelf / "specimen.jpg", tmp_path / "gone")):
        with pytest.raises(Refused) as refusal:
            process_upload(path, folder)
        assert refusal.value.code is Code.UNAVAILABLE


def test_too_little_memory_is_said_and_not_crashed_into(tmp_path: Path):
    path = specimens.write(tmp_path, "x.png", specimens.png_bomb(7_000, 7_000))
    with pytest.raises(Refused) as refusal:
        run_isolated("process_still", {"path": str(path), "out_dir": str(tmp_path)}, seconds=20, megabytes=330)
    assert refusal.value.code is Code.OUT_OF_MEMORY


def test_processor_time_ends_by_itself(tmp_path: Path):
    """An hour of sound: more than one second of work, ended by the kernel and not by our clock."""
    plain = io.BytesIO(specimens.mp3(8.0))
    frames = b"".join(mpegaudio.scrubbed(plain, mpegaudio.walk(plain, len(plain.getvalue()))))
    path = specimens.write(tmp_path, "x.mp3", frames * 500)
    start = time.monotonic()
    with pytest.raises(Refused) as refusal:
        run_isolated(
            "process",
            {"path": str(path), "out_dir": str(tmp_path)},
            seconds=1,
            megabytes=sandbox.MEGABYTES,
            wall_seconds=60,
        )
    assert refusal.value.code is Code.TIMEOUT
    assert time.monotonic() - start < 30


def test_a_copy_larger_than_its_cap_is_refused(shelf: Path, tmp_path: Path):
    path = specimens.write(tmp_path, "x.wav", specimens.wav(30.0))
    with pytest.raises(Refused) as refusal:
        run_isolated("process", {"path": str(path), "out_dir": str(tmp_path)}, **SPARE, file_megabytes=1)
    assert refusal.value.code is Code.TOO_LARGE


def test_the_child_knows_no_secret_and_no_django(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    code = (
        "import json, os, sys\n"
        "import consent.ingest.worker\n"
        "names = sorted({name.split('.')[0] for name in sys.modules})\n"
        "print(json.dumps({'result': {'environment': sorted(os.environ), 'modules': names}}))"
    )
    _instead(monkeypatch, code)
    said = run_isolated("sniff", {}, **SPARE)
    assert not {"django", "celery", "redis", "psycopg", "portal", "notifications"} & set(said["modules"])
    assert "DATABASE_URL" not in said["environment"]
    assert set(said["environment"]) <= {"LC_ALL", "LC_CTYPE", "OMP_NUM_THREADS", "__CF_USER_TEXT_ENCODING"}


def test_the_site_loads_no_decoder_to_ask_for_one():
    """The web process and the vault service import the sandbox; Pillow and PyAV stay in the child."""
    code = (
        "import sys; import consent.ingest.sandbox, consent.ingest.vault, consent.ingest.chunks, consent.ingest.fingerprint;"
        "print(*{name.split('.')[0] for name in sys.modules} & {'PIL', 'av', 'pi_heif', 'filetype'})"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=sandbox._ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), Code.OUT_OF_MEMORY),
        (OSError(28, "No space left on device"), Code.UNAVAILABLE),
        (OSError(27, "File too large"), Code.TOO_LARGE),
        (OSError("image file is truncated"), Code.BROKEN),
        (Refused(Code.ANIMATED), Code.ANIMATED),
        *((kind("x"), Code.BROKEN) for kind in (ValueError, SyntaxError, RuntimeError, EOFError, TypeError, KeyError)),
        *((kind("x"), Code.BROKEN) for kind in (IndexError, OverflowError, ZeroDivisionError, AttributeError)),
    ],
)
def test_every_class_of_error_has_its_refusal(error: Exception, code: Code):
    assert refusal_of(error).code is code


def test_a_refusal_survives_the_journey():
    refusal = Refused(Code.TOO_LONG, hours=12, detail="x")
    back = Refused.from_json(json.loads(json.dumps(refusal.to_json())))
    assert (back.code, back.values, back.detail) == (refusal.code, refusal.values, refusal.detail)
    assert "TOO_LONG" in str(back)
