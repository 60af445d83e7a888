"""``/healthz``: the process is alive. ``/readyz``: it can serve, and the background work keeps up."""

from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.models import JobHeartbeat
from portal.schedule import EVERY_SECONDS

GRACE = timedelta(minutes=2)  # on top of three periods, before a job counts as late

_migrated = False


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when pages cannot work. 200 with ``degraded`` when only Redis or the background jobs are behind."""
    database = _database()
    if database != "ok":
        return JsonResponse({"status": "failing", "database": database}, status=503)
    jobs = late_jobs(now=timezone.now())
    broker = _redis()
    status = "ok" if broker == "ok" and not jobs else "degraded"
    return JsonResponse({"status": status, "database": "ok", "redis": broker, "late_jobs": jobs})


def _database() -> str:
    """``ok``, ``unreachable`` or ``migrations missing``. Applied migrations stay applied: looked up once."""
    global _migrated
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "migrations missing"
            _migrated = True
    except DatabaseError:
        return "unreachable"
    return "ok"


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=None)
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable"
    finally:
        client.close()
    return "ok"


def late_jobs(*, now: datetime) -> dict[str, int | None]:
    """Name -> seconds since its last success (None: never) of each scheduled job that should have run by now.

    A job that has never run is judged from the day the tables were made.
    """
    seen = dict(JobHeartbeat.objects.filter(name__in=EVERY_SECONDS).values_list("name", "ran_at"))
    born = MigrationRecorder(connection).migration_qs.aggregate(born=Min("applied"))["born"]
    late: dict[str, int | None] = {}
    for name, seconds in EVERY_SECONDS.items():
        ran_at = seen.get(name)
        if now - (ran_at or born) > 3 * timedelta(seconds=seconds) + GRACE:
            late[name] = round((now - ran_at).total_seconds()) if ran_at else None
    return late
