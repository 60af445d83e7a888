"""``/metrics``: what an operator watches, in Prometheus' text format, for whoever holds METRICS_TOKEN.

Every figure is read from the database (and the key folder of backups) at the moment of the scrape, so it is the same
whichever of many processes answers, and no process counts anything by itself. Labels are codes of ours: no name, no
address, no reference.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.core.lifecycle import State as RequestState
from consent.models import JobHeartbeat, MediaItem, MediaState, Outgoing, UseRequest
from notifications.models import Channel, Delivery, State
from portal.backups import keys
from portal.schedule import EVERY_SECONDS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """One figure that goes up and down, once per set of labels. A name that ends in ``_seconds`` is an age."""

    name: str
    help: str
    values: list[tuple[dict[str, str], float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.values:
            said = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            yield f"{self.name}{{{said}}} {value:g}" if said else f"{self.name} {value:g}"


@require_safe
@never_cache
@login_not_required  # a scraper has no session: it shows the token instead
def metrics(request: HttpRequest) -> HttpResponse:
    """404 for everybody else, as if there were no such page."""
    expected = settings.METRICS_TOKEN
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not expected or not hmac.compare_digest(shown.encode(), expected.encode()):
        raise Http404
    return HttpResponse(text(collect(now=timezone.now())), content_type=CONTENT_TYPE)


def text(gauges: Iterable[Gauge]) -> str:
    return "\n".join(line for gauge in gauges for line in gauge.lines()) + "\n"


def collect(*, now: datetime) -> Iterator[Gauge]:
    """Every figure as of ``now``."""
    yield _requests()
    yield from _facts(now)
    yield from _deliveries(now)
    yield from _media(now)
    yield from _jobs(now)
    yield from _backups(now)


def _requests() -> Gauge:
    found = dict(UseRequest.objects.values_list("state").annotate(Count("pk")))
    values = [({"state": state.value}, float(found.get(state.value, 0))) for state in RequestState]
    return Gauge(
        "sayso_use_requests", "Requests by stored state; a deadline that has passed shows after a sweep.", values
    )


def _facts(now: datetime) -> Iterator[Gauge]:
    waiting = Outgoing.objects.aggregate(count=Count("pk"), oldest=Min("created_at"))
    yield _one("sayso_outgoing_facts", "Facts nobody has been told of yet.", waiting["count"])
    yield _age(
        "sayso_outgoing_facts_oldest_seconds", "Age of the oldest of them; 0 without any.", waiting["oldest"], now
    )


def _deliveries(now: datetime) -> Iterator[Gauge]:
    found: dict[tuple[str, str], tuple[int, int]] = {
        (channel, state): (count, tries or 0)
        for channel, state, count, tries in Delivery.objects.values_list("channel", "state").annotate(
            Count("pk"), Sum("attempts")
        )
    }
    pairs = [(channel.value, state.value) for channel in Channel for state in State]
    yield Gauge(
        "sayso_deliveries",
        "Notices by channel and state; DEAD are dead letters.",
        [
            ({"channel": channel, "state": state}, float(found.get((channel, state), (0, 0))[0]))
            for channel, state in pairs
        ],
    )
    mail = Channel.EMAIL.value
    yield Gauge(
        "sayso_mail_tries",
        "Tries that mails have taken so far, by their present state; a retry by staff counts anew.",
        [({"state": state}, float(found.get((mail, state), (0, 0))[1])) for channel, state in pairs if channel == mail],
    )
    due = Q(state=State.QUEUED, next_try_at__lte=now)
    late = Delivery.objects.filter(due).aggregate(count=Count("pk"), oldest=Min("next_try_at"))
    yield _one("sayso_deliveries_due", "Notices that could go out now.", late["count"])
    yield _age("sayso_deliveries_due_oldest_seconds", "How long the first of them has been due.", late["oldest"], now)
    held = Delivery.objects.filter(state=State.SENDING).aggregate(oldest=Min("claimed_at"))
    yield _age("sayso_deliveries_sending_oldest_seconds", "How long a worker has held a notice.", held["oldest"], now)
    failing = Delivery.objects.filter(state__in=[State.QUEUED, State.DEAD]).exclude(last_error_code="")
    codes = failing.values_list("last_error_code").annotate(Count("pk")).order_by("last_error_code")
    yield Gauge(
        "sayso_mails_failing",
        "Mails not sent yet whose last try failed, by the kind of failure.",
        [({"code": code}, float(count)) for code, count in codes],
    )


def _media(now: datetime) -> Iterator[Gauge]:
    rows = MediaItem.objects.filter(state__in=[MediaState.WAITING, MediaState.CHECKING])
    waiting = rows.aggregate(count=Count("pk"), oldest=Min("created_at"))
    yield _one("sayso_media_waiting", "Files that wait for their check, or are in it.", waiting["count"])
    yield _age(
        "sayso_media_waiting_oldest_seconds", "Age of the oldest of them; 0 without any.", waiting["oldest"], now
    )


def _jobs(now: datetime) -> Iterator[Gauge]:
    beats = {beat.name: beat for beat in JobHeartbeat.objects.filter(name__in=EVERY_SECONDS)}
    ages = [({"job": name}, _seconds(beats[name].ran_at, now)) for name in EVERY_SECONDS if name in beats]
    yield Gauge("sayso_job_age_seconds", "Since a job last succeeded; absent for one that never has.", ages)
    periods = [({"job": name}, float(seconds)) for name, seconds in EVERY_SECONDS.items()]
    yield Gauge("sayso_job_period_seconds", "How often it should.", periods)
    took = [({"job": name}, beats[name].took_ms / 1000) for name in EVERY_SECONDS if name in beats]
    yield Gauge("sayso_job_took_seconds", "How long it took the last time.", took)


def _backups(now: datetime) -> Iterator[Gauge]:
    """Known by their keys; the folder may be another machine's, and then nothing is said."""
    known = sorted(keys.taken_at(path.stem) for path in keys.kept(Path(settings.BACKUP_KEY_FOLDER)))
    newest: list[tuple[dict[str, str], float]] = [({}, _seconds(known[-1], now))] if known else []
    yield Gauge("sayso_backup_age_seconds", "Since the newest backup whose key is kept; absent without any.", newest)
    yield _one("sayso_backup_keys", "Backups that can still be opened.", len(known))


def _one(name: str, help_: str, value: int) -> Gauge:
    return Gauge(name, help_, [({}, float(value))])


def _age(name: str, help_: str, since: datetime | None, now: datetime) -> Gauge:
    return Gauge(name, help_, [({}, _seconds(since, now) if since else 0.0)])


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, round((now - since).total_seconds(), 3))


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
