"""With Redis gone or silent, pages answer, publishing costs milliseconds, and nothing raises."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings as django_settings
from django.db import OperationalError
from django.test import Client, RequestFactory

from portal import cache, celery, env
from portal.breaker import Breaker
from portal.middleware import BusyDatabase
from portal.tasks import clear_sessions


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Path]:
    """A server that accepts and never says a word."""
    path = tmp_path / "s"
    held: list[socket.socket] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(16)

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield path
        server.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    yield
    cache.breaker.worked()
    celery.breaker.worked()


def forgiving(path: Path) -> cache.ForgivingRedisCache:
    return cache.ForgivingRedisCache(f"unix://{path}", {"OPTIONS": django_settings.CACHES["default"]["OPTIONS"]})


def use_everything(spare: cache.ForgivingRedisCache) -> None:
    assert spare.get("a") is None
    assert spare.get("a", default=8) == 8
    assert spare.add("a", 1) is True
    assert spare.add("a", 2) is False
    assert spare.incr("a") == 2
    spare.set("b", 1, timeout=5)
    assert spare.touch("b") is True
    assert spare.get_many(["a", "b"]) == {"a": 2, "b": 1}
    assert spare.set_many({"c": 1}) == []
    assert "c" in spare
    assert spare.get_or_set("d", 5) == 5
    assert spare.delete("d") is True
    spare.delete_many(["a"])
    spare.clear()
    with pytest.raises(ValueError, match="not found"):
        spare.incr("a")


def test_cache_without_redis_is_a_memory_of_the_process(tmp_path: Path) -> None:
    use_everything(forgiving(tmp_path / "nothing-here"))


def test_silent_redis_costs_one_timeout_not_one_per_question(silent: Path) -> None:
    began = time.monotonic()
    use_everything(forgiving(silent))
    assert time.monotonic() - began < 1.9


def test_what_the_spare_kept_is_gone_once_redis_is_back(tmp_path: Path) -> None:
    gone = forgiving(tmp_path / "nothing-here")
    gone.set("a", 3)
    assert gone.get("a") == 3
    back = cache.ForgivingRedisCache(django_settings.CACHES["default"]["LOCATION"], {})
    back.spare = gone.spare
    cache.breaker.rest, rest = 0.0, cache.breaker.rest
    cache.breaker.failed()
    cache.breaker.rest = rest
    assert back.get("a") is None
    assert gone.spare.get("a") is None


def app_at(path: Path) -> Celery:
    app = Celery("probe", task_cls=celery.Wake, set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = env.broker(f"unix://{path}")
    return app


def publish(app: Celery) -> list[float]:
    def nothing(**_: Any) -> None:
        raise AssertionError("nobody runs this")

    task = app.task(name="probe.task", shared=False, lazy=False)(nothing)
    took = []
    for _ in range(3):
        began = time.monotonic()
        assert task.apply_async(kwargs={"fact_id": 1}, queue="mail") is None
        took.append(time.monotonic() - began)
    return took


def test_publishing_without_a_broker_is_harmless_and_quick(tmp_path: Path) -> None:
    assert max(publish(app_at(tmp_path / "nothing-here"))) < 0.5


def test_publishing_to_a_silent_broker_gives_up_and_then_does_not_ask(silent: Path) -> None:
    first, second, third = publish(app_at(silent))
    assert first < 8
    assert second + third < 0.05


def test_publishing_works_with_a_broker() -> None:
    assert clear_sessions.apply_async() is not None


def test_breaker_closes_again_by_itself() -> None:
    breaker = Breaker(rest=0.05)
    assert not breaker.resting
    breaker.failed()
    assert breaker.resting
    time.sleep(0.06)
    assert not breaker.resting


@pytest.mark.django_db
def test_sign_in_page_needs_no_redis(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.CACHES = {
        "default": django_settings.CACHES["default"] | {"LOCATION": f"unix://{tmp_path}/nothing-here"},
    }
    assert client.get("/account/login/").status_code == 200
    answer = client.post("/account/login/", {"login": "nobody@example.org", "password": "wrong-password"})
    assert answer.status_code == 200


def test_busy_database_is_a_503_with_a_time_to_return(rf: RequestFactory) -> None:
    middleware = BusyDatabase(lambda request: None)
    answer = middleware.process_exception(rf.get("/"), OperationalError("canceling statement due to lock timeout"))
    assert answer is not None
    assert answer.status_code == 503
    assert answer["Retry-After"] == "3"
    assert middleware.process_exception(rf.get("/"), ValueError()) is None
