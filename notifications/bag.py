"""Everything a batch of deliveries needs to be written, read in a fixed number of queries whatever the batch's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from consent.access import by_link
from consent.core.lifecycle import State as RequestState
from consent.core.roles import Authority, Right
from consent.models import ActionLink, Offer, Performer, Representation, Studio, ThreadEntry, User, UseRequest
from notifications import recipients
from notifications.catalogue import Audience, Happening, Notice, notice_of
from notifications.models import Channel, Delivery, Settings

TERMS_CHANGED = frozenset({"use_request.amended", "use_request.counter_accepted"})
QUOTED = frozenset({"use_request.question_asked", "use_request.question_answered", "use_request.note_left"})


class Sight(NamedTuple):
    """What of money somebody may read (docs/decisions/0007)."""

    fees: bool
    floor: bool


@dataclass(slots=True)
class Bag:
    """``carried`` are the notices inside each digest; ``offers`` the two rounds that a changed request compares; ``memo``
    keeps what is the same for several readers once it has been put into words."""

    now: datetime
    happenings: dict[int, Happening] = field(default_factory=dict)
    use_requests: dict[int, UseRequest] = field(default_factory=dict)
    studios: dict[int, Studio] = field(default_factory=dict)
    performers: dict[int, Performer] = field(default_factory=dict)
    authorities: dict[tuple[int, int], Authority] = field(default_factory=dict)
    roles: dict[tuple[int, int], str] = field(default_factory=dict)
    settings: dict[int, Settings] = field(default_factory=dict)
    offers: dict[tuple[int, int], Offer] = field(default_factory=dict)
    entries: dict[int, ThreadEntry] = field(default_factory=dict)
    others: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    carried: dict[int, list[Delivery]] = field(default_factory=dict)
    links: dict[tuple[int, int], ActionLink] = field(default_factory=dict)
    memo: dict[tuple[object, ...], Any] = field(default_factory=dict)

    @classmethod
    def pack(cls, deliveries: Sequence[Delivery], *, now: datetime) -> Bag:
        """``deliveries`` come with ``recipient``, ``fact__chain`` and ``fact__payload`` loaded."""
        bag = cls(now=now)
        bag._pack_digests(deliveries)
        every = [*deliveries, *(row for rows in bag.carried.values() for row in rows)]
        found = recipients.read(row.fact for row in every if row.fact is not None)
        bag.happenings = {happening.fact_id: happening for happening in found}
        bag._pack_people(every)
        bag._pack_requests(deliveries)
        bag._mint(deliveries)
        return bag

    @classmethod
    def for_titles(cls, deliveries: Sequence[Delivery], *, now: datetime) -> Bag:
        """Enough for one line each, as the inbox shows them."""
        bag = cls(now=now)
        found = recipients.read(row.fact for row in deliveries if row.fact is not None)
        bag.happenings = {happening.fact_id: happening for happening in found}
        bag._pack_names()
        return bag

    def _pack_names(self) -> None:
        studio_ids = {h.studio_id for h in self.happenings.values() if h.studio_id is not None}
        performer_ids = {h.performer_id for h in self.happenings.values() if h.performer_id is not None}
        self.studios = Studio.objects.in_bulk(studio_ids) if studio_ids else {}
        self.performers = Performer.objects.in_bulk(performer_ids) if performer_ids else {}

    def _pack_digests(self, deliveries: Sequence[Delivery]) -> None:
        ids = [row.pk for row in deliveries if row.digest_on is not None]
        rows = Delivery.objects.filter(carried_by__in=ids).select_related(*WITH).order_by("pk") if ids else []
        for row in rows:
            self.carried.setdefault(row.carried_by_id or 0, []).append(row)

    def _pack_people(self, every: Sequence[Delivery]) -> None:
        self._pack_names()
        performer_ids, studio_ids = set(self.performers), set(self.studios)
        self.settings = Settings.objects.in_bulk({row.recipient_id for row in every if row.recipient_id is not None})
        audiences = {row.audience for row in every}
        if audiences & {Audience.REPRESENTATIVES.value, Audience.NAMED.value} and performer_ids:
            rows: list[Representation] = recipients.representations(performer_ids, now=self.now)
            self.authorities = {(row.performer_id, row.user_id or 0): row.authority() for row in rows}
        if audiences & {Audience.CLEARANCE.value, Audience.OWNERS.value} and studio_ids:
            for studio_id, people in recipients.members(studio_ids).items():
                self.roles.update({(studio_id, user.pk): role for role, user in people})

    def _pack_requests(self, deliveries: Sequence[Delivery]) -> None:
        notices = [(row, notice_of(row.kind, row.audience)) for row in deliveries]
        wanted = [row for row, notice in notices if notice is not None and (notice.link or notice.asks)]
        ids = {row.use_request_id for row in wanted if row.use_request_id is not None}
        if ids:
            rows = UseRequest.objects.select_related("studio", "production", "performer").filter(pk__in=ids)
            self.use_requests = {row.pk: row for row in rows}
        changed = {row.use_request_id for row in wanted if row.kind in TERMS_CHANGED}
        if changed:
            self.offers = {(o.use_request_id, o.number): o for o in Offer.objects.filter(use_request_id__in=changed)}
        quoted = {self._said(row).get("entry") for row in deliveries if row.kind in QUOTED} - {None}
        if quoted:
            self.entries = ThreadEntry.objects.in_bulk(quoted)
        facts = {row.fact_id for row in wanted if row.fact_id is not None}
        if facts:
            pairs = (
                Delivery.objects.filter(fact_id__in=facts, channel=Channel.EMAIL)
                .select_related("recipient")
                .order_by("pk")
            )
            for row in pairs:
                if row.recipient is not None:
                    self.others.setdefault(row.fact_id or 0, []).append((row.recipient.pk, row.recipient.display_name))

    def _mint(self, deliveries: Sequence[Delivery]) -> None:
        """Every recipient's own link, at send time and for the whole batch at once."""
        wanted = [
            (self.use_requests[row.use_request_id], row.recipient)
            for row in deliveries
            if row.use_request_id in self.use_requests and row.recipient is not None and self._linked(row)
        ]
        self.links = by_link.mint_all(wanted, now=self.now) if wanted else {}

    def _linked(self, row: Delivery) -> bool:
        """A link leads somewhere while the request can be answered, or its answer undone, before its deadline."""
        notice, use_request = notice_of(row.kind, row.audience), self.use_requests[row.use_request_id or 0]
        if notice is None or not notice.link or self.trouble(row):
            return False
        return use_request.deadline_at is not None and use_request.deadline_at > self.now

    def _said(self, row: Delivery) -> Mapping[str, Any]:
        happening = self.happenings.get(row.fact_id or 0)
        return happening.payload if happening is not None else {}

    def trouble(self, row: Delivery) -> str:
        """Why this must not be sent any more, as a code, or "": its truth or the recipient's right to it has gone."""
        happening = self.happenings.get(row.fact_id or 0)
        notice = notice_of(row.kind, row.audience)
        if happening is None:
            return "ERASED"
        if notice is None:
            return "NOT_TOLD_ANY_MORE"
        if row.recipient is not None and not self._entitled(row.recipient, row.audience, happening, notice):
            return "AUTHORITY"
        return self._stale(row) if notice.asks else ""

    def _stale(self, row: Delivery) -> str:
        use_request = self.use_requests.get(row.use_request_id or 0)
        if use_request is None or use_request.state_at(self.now) is not RequestState.PENDING:
            return "NOT_PENDING"
        return "TERMS_CHANGED" if row.revision is not None and row.revision != use_request.revision else ""

    def _entitled(self, user: User, audience: str, happening: Happening, notice: Notice) -> bool:
        if not user.is_active:
            return False
        performer = self.performers.get(happening.performer_id or 0)
        own = performer is not None and performer.user_id == user.pk
        represents = (happening.performer_id or 0, user.pk) in self.authorities
        if audience == Audience.PERFORMER:
            return own
        if audience == Audience.REPRESENTATIVES:
            return represents
        if audience in (Audience.CLEARANCE, Audience.OWNERS):
            return self.roles.get((happening.studio_id or 0, user.pk)) in recipients.ROLES[Audience(audience)]
        if audience == Audience.STAFF:
            return user.is_staff
        return own or represents if notice.link else True

    def authority(self, row: Delivery) -> Authority | None:
        """What a representative may do; None for everybody else."""
        happening = self.happenings.get(row.fact_id or 0)
        return self.authorities.get((happening.performer_id or 0, row.recipient_id or 0)) if happening else None

    def may_answer(self, row: Delivery) -> bool:
        """The three answers stand in the mail of whoever may give one."""
        authority = self.authority(row)
        return authority is None or bool(authority.rights & {Right.APPROVE, Right.DECLINE, Right.NEGOTIATE})

    def sight(self, row: Delivery) -> Sight:
        """What of money the recipient reads; the performer reads all of it."""
        happening = self.happenings.get(row.fact_id or 0)
        performer = self.performers.get(happening.performer_id or 0) if happening else None
        if performer is not None and performer.user_id == row.recipient_id:
            return Sight(fees=True, floor=True)
        authority = self.authority(row) or Authority()
        return Sight(fees=authority.sees_fees, floor=authority.sees_floor)


WITH = ("recipient__performer", "fact__chain", "fact__payload")
"""What every delivery is loaded with before it is written."""
