"""What every test run stands on: a PostgreSQL and a Valkey of its own, a real SMTP server, and a browser if there is one."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import setup_databases
from django.utils import translation

from portal import embedded, env
from tests.sink import Sink, free_port

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROMIUM = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)

# --- Servers: up before Django reads its settings, gone when this process is gone ------------------------------------

_folder = Path(tempfile.mkdtemp(prefix="sayso-test-"))
_folder.chmod(0o755)
(_folder / "static").mkdir()

env.impose("SAYSO_MODE", "test")
env.impose("SAYSO_VAR", str(_folder))
env.impose("DJANGO_SETTINGS_MODULE", "portal.settings")
for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "EMAIL_URL", "SITE_URL", "ALLOWED_HOSTS"):
    env.withdraw(name)  # a test run never touches the servers its shell happens to point at


django.setup()  # before any other conftest imports a model


_guard = pytest.StashKey[embedded.Guard]()


def pytest_configure(config: pytest.Config) -> None:
    """Start this process's own servers while the tests are collected; one that only hands out work needs none."""
    if getattr(config.option, "tx", None):
        env.withdraw("DJANGO_SETTINGS_MODULE")  # those who take the work read the settings after they have servers
    else:
        config.stash[_guard] = embedded.Guard(_folder, throwaway=True)


@pytest.fixture(scope="session", autouse=True)
def servers(pytestconfig: pytest.Config) -> embedded.Addresses:
    """PostgreSQL and Valkey, ready to answer."""
    try:
        pytestconfig.stash[_guard].wait()
    except embedded.NotStarted as problem:
        pytest.exit(str(problem), returncode=1)
    return embedded.addresses(_folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _guard in config.stash:
        config.stash[_guard].stop()
    else:
        shutil.rmtree(_folder)


# --- Tables ----------------------------------------------------------------------------------------------------------


def schema_mark() -> str:
    """Changes whenever a migration, an installed package or the list of applications does."""
    root = django_settings.BASE_DIR
    migrations = [
        path for name in ("consent", "notifications", "portal") for path in (root / name).glob("migrations/*.py")
    ]
    mark = hashlib.sha256(repr(django_settings.INSTALLED_APPS).encode())
    for path in [*sorted(migrations), root / "requirements.lock"]:
        mark.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return mark.hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_setup(servers: embedded.Addresses, django_test_environment: None, django_db_blocker: Any) -> None:
    """Migrate once per state of the migrations; after that, every run restores the dump of what came out.

    The server is thrown away at the end, and the database with it.
    """
    kept = django_settings.BASE_DIR / "var" / "test-schemas"
    dump = kept / f"{schema_mark()}.sql"
    name = f"test_{django_settings.DATABASES['default']['NAME']}"
    tool = embedded.Runner(_folder).tool
    who = ("-h", str(servers.sockets), "-U", "postgres")
    with django_db_blocker.unblock():
        if dump.exists():
            subprocess.run([tool("createdb"), *who, name], check=True)
            restore = [
                tool("psql"),
                *who,
                "-d",
                name,
                "-q",
                "-o",
                "/dev/null",
                "-v",
                "ON_ERROR_STOP=1",
                "-f",
                str(dump),
            ]
            subprocess.run(restore, check=True)
            connection.close()
            django_settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
            return
        setup_databases(verbosity=0, interactive=False)
        kept.mkdir(parents=True, exist_ok=True)
        half = kept / f".{dump.name}-{_folder.name}"
        subprocess.run([tool("pg_dump"), *who, "-d", name, "-f", str(half)], check=True)
        for older in sorted(kept.glob("*.sql"), key=lambda path: path.stat().st_mtime)[:-4]:
            older.unlink(missing_ok=True)
        half.rename(dump)


# --- The browser -----------------------------------------------------------------------------------------------------


def find_chromium() -> str:
    """The path of a Chromium of this machine, or an empty string."""
    named = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")
    return named or next((path for path in MAC_CHROMIUM if Path(path).exists()), "")


NO_BROWSER = "NO BROWSER: Chromium was not found, so the browser tests were not run."


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if find_chromium() or env.flag("CI", default=False):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    count = sum(NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ()))
    if count:
        terminalreporter.section("browser tests", sep="!", yellow=True, bold=True)
        terminalreporter.write_line(f"{NO_BROWSER} {count} tests skipped. Debian: apt-get install chromium libatomic1")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; tests that use it carry the marker ``browser``, and are skipped where there is none but in CI."""
    found = find_chromium()
    if not found:
        pytest.fail("In CI the browser tests must run, and no Chromium was found: install it.")
    return found


# --- Between tests ---------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Rate limits live in the cache: no test inherits another's."""
    cache.clear()


@pytest.fixture(autouse=True)
def english() -> None:
    """The language that the last request of another test spoke is no concern of this one."""
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    """Uploads, vault files and the development mailbox of one test are invisible to the next."""
    settings.MEDIA_ROOT_ENCRYPTED = tmp_path / "media"
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    settings.MAILBOX_ROOT = tmp_path / "mailbox"
    settings.BACKUP_KEY_FOLDER = tmp_path / "backup-keys"


# --- Mail ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[tuple[Sink, int]]:
    sink, port = Sink(), free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink, port
    controller.stop()


@pytest.fixture
def smtp(smtp_server: tuple[Sink, int], settings: Any) -> Sink:
    """Send this test's mail over real SMTP; what arrived is in ``smtp.messages``."""
    sink, port = smtp_server
    sink.messages.clear()
    sink.answer = ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    return sink


@pytest.fixture
def mailbox(settings: Any) -> None:
    """Send this test's mail into the development mailbox, readable at /mailbox/messages.json."""
    settings.EMAIL_BACKEND = "portal.mailbox.backend.MailboxBackend"


# --- Real processes --------------------------------------------------------------------------------------------------

Spawn = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def spawn(
    transactional_db: None, servers: embedded.Addresses, tmp_path: Path, smtp_server: tuple[Sink, int]
) -> Iterator[Spawn]:
    """Start real processes (a Celery worker, a beat, a web server) on this test's database, broker and SMTP server.

    ``spawn("-m", "celery", "-A", "portal", "worker", "-c", "1")`` runs the interpreter with those arguments; keyword
    arguments are environment variables. Output goes to ``tmp_path/<n>.log``. All of them are killed at the end.
    """
    running: list[subprocess.Popen[bytes]] = []
    base = env.everything() | {
        "DATABASE_URL": servers.database_url.replace("/sayso?", f"/{connection.settings_dict['NAME']}?"),
        "REDIS_URL": servers.redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_server[1]}",
    }

    def start(*arguments: str, **extra: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=django_settings.BASE_DIR,
                env=base | extra,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        running.append(process)
        return process

    yield start
    for process in running:
        embedded.kill_group(process)
