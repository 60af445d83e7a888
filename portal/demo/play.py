"""The demo's year as a play: scenes at past instants, and between them the clocks running as they would have.

Every scene is a use case called with the ``now`` of its instant. Between two scenes the sweep runs at each instant at
which something falls due, reminders go out twice a day, and what is long past is read and mailed to nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Min, Q

from consent.access import by_session
from consent.access.by_session import Visitor
from consent.core import clocks, lifecycle
from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import StudioAct
from consent.core.terms import Terms
from consent.models import Grant, MediaItem, Performer, Production, Studio, User, UseRequest
from consent.services import decisions, expirations, grants, use_requests
from notifications import outbox, reminders
from notifications.models import Channel, Delivery

RECENT = timedelta(days=2)
"""What is younger than this is still news when the demo starts: it is mailed."""

_REMINDING_HOURS = (10, 18, 34, 42)
"""In UTC, on the day itself and on the next: between them it is a civil hour wherever the cast lives."""

Act = Callable[[datetime], object]


class Stalled(RuntimeError):
    """A clock fell due and the sweep did nothing about it: a fault of the cast."""


@dataclass
class Play:
    """``now`` is the moment of loading. The names of studios, productions and media are those of the cast."""

    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    performers: dict[str, Performer] = field(default_factory=dict)
    studios: dict[str, Studio] = field(default_factory=dict)
    productions: dict[str, Production] = field(default_factory=dict)
    media: dict[str, dict[str, MediaItem]] = field(default_factory=dict)
    asked: dict[str, UseRequest] = field(default_factory=dict)
    scenes: list[tuple[datetime, int, Act]] = field(default_factory=list)

    # --- The calendar

    def day(self, days: int) -> date:
        """A day so many days from today; the past is negative."""
        return self.now.date() + timedelta(days=days)

    def at(self, days: int, clock: str = "10:00", zone: str = "Europe/London") -> datetime:
        """A local time of a past day; ``days`` is at most -1, where every hour has passed everywhere the cast lives."""
        hours, minutes = map(int, clock.split(":"))
        local = datetime.combine(self.day(days), time(hours, minutes), tzinfo=ZoneInfo(zone))
        return min(local.astimezone(UTC), self.now - timedelta(minutes=30))

    def ago(self, **much: float) -> datetime:
        return self.now - timedelta(**much)

    # --- Who acts

    def visitor(self, email: str, now: datetime) -> Visitor:
        """Signed in, and proven by a second factor at that very moment."""
        return Visitor(
            user=self.people[email], reauthenticated_at=now, second_factor_at=now, second_factor_enrolled=True
        )

    def person(self, email: str, now: datetime) -> Actor:
        return by_session.person(self.visitor(email, now))

    def performer(self, email: str, now: datetime) -> Actor:
        return by_session.performer(self.visitor(email, now))[1]

    def member(self, email: str, studio: str, now: datetime) -> Actor:
        return by_session.studio(self.visitor(email, now), self.studios[studio].slug, StudioAct.SEE)[1]

    def side_of(self, key: str, email: str, now: datetime) -> Actor:
        """The performer's side of a request: the performer, or whoever represents them."""
        return by_session.use_request(self.visitor(email, now), self.row(key).ref)[1]

    def row(self, key: str) -> UseRequest:
        return UseRequest.objects.select_related("performer", "studio", "production").get(pk=self.asked[key].pk)

    def grant(self, key: str) -> Grant:
        return self.row(key).grant

    # --- What can happen to a request or a grant

    def scene(self, when: datetime, act: Act) -> None:
        """Scenes of the same instant are played in the order in which they were written."""
        self.scenes.append((when, len(self.scenes), act))

    def ask(
        self, key: str, *, by: str, of: str, title: str, terms: Callable[[], Terms], sent: datetime, reply_in: timedelta
    ) -> None:
        """Draft it, see the likely answer, and send it a quarter of an hour later; the answer is wanted by the end of a day."""

        def prepare(now: datetime) -> None:
            production, performer = self.productions[title], self.performers[of]
            studio, actor = production.studio, self.member(by, production.studio.name, now)
            self.asked[key] = use_requests.create_draft(
                studio, performer=performer, production=production, actor=actor, now=now
            )
            use_requests.preflight(studio, performer, production, terms(), actor=actor, now=now)

        def send(now: datetime) -> None:
            row = self.row(key)
            actor = self.member(by, row.studio.name, now)
            until = clocks.end_of_day((now + reply_in).date(), self.performers[of].time_zone)
            use_requests.submit(row, terms(), deadline_at=until, actor=actor, now=now)

        self.scene(sent - timedelta(minutes=15), prepare)
        self.scene(sent, send)

    def approve(self, key: str, when: datetime, *, by: str) -> None:
        """Yes, as a ticked exception where the terms go further than the performer's answers."""

        def act(now: datetime) -> None:
            row = self.row(key)
            verdict = row.verdict
            decisions.approve(
                row,
                revision=row.revision,
                digest=row.digest,
                nonce=uuid.uuid4(),
                as_exception=verdict is not None and bool(decisions.beyond(verdict.findings)),
                actor=self.side_of(key, by, now),
                now=now,
            )

        self.scene(when, act)

    def decline(self, key: str, when: datetime, *, by: str, reason: str = "") -> None:
        def act(now: datetime) -> None:
            row = self.row(key)
            decisions.decline(
                row, revision=row.revision, digest=row.digest, nonce=uuid.uuid4(), reason=reason,
                actor=self.side_of(key, by, now), now=now,
            )  # fmt: skip

        self.scene(when, act)

    def undo(self, key: str, when: datetime, *, by: str) -> None:
        """Take a yes back inside its window, before anyone was told."""
        self.scene(when, lambda now: decisions.take_back(self.row(key), actor=self.side_of(key, by, now), now=now))

    def counter(self, key: str, when: datetime, *, by: str, note: str, **changes: Any) -> None:
        """Send back the terms with some of their data replaced."""

        def act(now: datetime) -> None:
            row = self.row(key)
            decisions.counter(
                row,
                Terms.from_data(row.terms.to_data() | changes),
                note=note,
                revision=row.revision,
                digest=row.digest,
                nonce=uuid.uuid4(),
                actor=self.side_of(key, by, now),
                now=now,
            )

        self.scene(when, act)

    def amend(self, key: str, when: datetime, *, by: str, note: str, **changes: Any) -> None:
        def act(now: datetime) -> None:
            row = self.row(key)
            new = Terms.from_data(row.terms.to_data() | changes)
            use_requests.amend(
                row, new, note=note, revision=row.revision, actor=self.member(by, row.studio.name, now), now=now
            )

        self.scene(when, act)

    def accept(self, key: str, when: datetime, *, by: str) -> None:
        """The studio takes the performer's version whole."""

        def act(now: datetime) -> None:
            row = self.row(key)
            actor = self.member(by, row.studio.name, now)
            use_requests.accept_counter(row, revision=row.revision, actor=actor, now=now)

        self.scene(when, act)

    def withdraw(self, key: str, when: datetime, *, by: str) -> None:
        def act(now: datetime) -> None:
            row = self.row(key)
            actor = self.member(by, row.studio.name, now)
            use_requests.withdraw(row, revision=row.revision, actor=actor, now=now)

        self.scene(when, act)

    def say(self, key: str, when: datetime, body: str, *, by: str, **kind: Any) -> None:
        """A question or an answer of either side; with ``kind=ThreadKind.NOTE`` between performer and representative."""

        def act(now: datetime) -> None:
            row = self.row(key)
            studio = self.people[by].memberships.filter(studio=row.studio).exists()
            actor = self.member(by, row.studio.name, now) if studio else self.side_of(key, by, now)
            use_requests.say(row, body, actor=actor, now=now, **kind)

        self.scene(when, act)

    def take_back(self, key: str, when: datetime, *, by: str, reason: str) -> None:
        """Withdraw a grant."""
        self.scene(
            when,
            lambda now: grants.withdraw(self.grant(key), reason=reason, actor=self.performer(by, now), now=now),
        )

    def download(self, key: str, when: datetime, *, by: str) -> None:
        """Fetch everything that the grant opens, a minute apart."""

        def act(now: datetime) -> None:
            grant = self.grant(key)
            for number, item in enumerate(grant.media.order_by("number")):
                at = now + timedelta(minutes=number)
                mark = f"{grant.studio.name}, {self.people[by].display_name}, {at:%d %B %Y}"
                actor = self.member(by, grant.studio.name, at)
                grants.record_download(grant, item, watermark=mark, actor=actor, now=at)

        self.scene(when, act)

    # --- Time

    def run(self) -> None:
        """Play every scene in the order of time, up to now."""
        reached = min(when for when, _, _ in self.scenes)
        for when, _, act in sorted(self.scenes, key=lambda scene: scene[:2]):
            self._walk(reached, when)
            act(when)
            self._post(when)
            reached = when
        self._walk(reached, self.now)
        self._forget_mail()

    def _walk(self, since: datetime, until: datetime) -> None:
        """Let the clocks run: every due instant in its order, none of them late."""
        moments = self._reminding(since, until)
        while True:
            due = self._next_due()
            upcoming = [moment for moment in (due, *moments[:1]) if moment is not None and moment <= until]
            if not upcoming:
                return
            moment = min(upcoming)
            if due == moment:
                expirations.sweep(now=moment)
                if self._next_due() == moment:
                    raise Stalled(f"nothing came of what fell due at {moment}")
            else:
                moments.pop(0)
                reminders.send_due(now=moment)
            self._post(moment)

    def _next_due(self) -> datetime | None:
        waiting = Q(state__in=[State.PENDING, State.COUNTERED])
        found = UseRequest.objects.aggregate(
            hold=Min("held_until", filter=Q(state=State.HELD)), deadline=Min("deadline_at", filter=waiting)
        )
        found |= Grant.objects.aggregate(notice=Min("announce_at"))
        return min((due for due in found.values() if due is not None), default=None)

    def _reminding(self, since: datetime, until: datetime) -> list[datetime]:
        """The hours at which a reminder of what is open now can go out."""
        rows = UseRequest.objects.filter(state=State.PENDING).values_list(
            "changed_at", "deadline_at", "reminded_at", "halfway_at"
        )
        due = {
            at
            for changed, deadline, reminded, halfway in rows
            if deadline is not None
            for at, sent in (
                (lifecycle.reminder_at(changed, deadline), reminded),
                (lifecycle.halfway_at(changed, deadline), halfway),
            )
            if at is not None and sent is None
        }
        midnights = {datetime.combine(max(at, since).date(), time(), tzinfo=UTC) for at in due}
        hours = {midnight + timedelta(hours=hour) for midnight in midnights for hour in _REMINDING_HOURS}
        return sorted(hour for hour in hours if since < hour <= until)

    def _post(self, at: datetime) -> None:
        """Turn old facts into notices of their day; leave the news to the worker."""
        if at <= self.now - RECENT:
            outbox.dispatch(now=at)

    def _forget_mail(self) -> None:
        """What is old was read in its day, and nobody is mailed about it now."""
        Delivery.objects.filter(channel=Channel.EMAIL).delete()
        Delivery.objects.filter(channel=Channel.INAPP).update(read_at=F("created_at"))
