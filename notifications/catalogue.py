"""The one list of who is told what: every fact kind has a row here, also where nobody is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from notifications.models import Group, How, Urgency


class Audience(StrEnum):
    """A circle of recipients, as seen from the fact. NAMED is the account, INVITED the address that the fact speaks of."""

    PERFORMER = "PERFORMER"
    REPRESENTATIVES = "REPRESENTATIVES"
    CLEARANCE = "CLEARANCE"
    OWNERS = "OWNERS"
    NAMED = "NAMED"
    INVITED = "INVITED"
    STAFF = "STAFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A fact with its payload, flat: all that is needed to say whom it concerns."""

    fact_id: int
    kind: str
    at: datetime
    capacity: str
    user_ref: str
    performer_id: int | None
    studio_id: int | None
    use_request_id: int | None
    subject_ref: str
    payload: Mapping[str, Any] = field(default_factory=dict)


Condition = Callable[[Happening], bool]


def _always(_happening: Happening) -> bool:
    return True


def _from_studio(happening: Happening) -> bool:
    return happening.capacity == "STUDIO"


def _from_performer_side(happening: Happening) -> bool:
    return happening.capacity != "STUDIO"


def _not_by_stop(happening: Happening) -> bool:
    """A stop is told once to the performer, and grant by grant to the studios."""
    return happening.payload.get("reason") != "STOP"


def _not_told_by_the_studios_move(happening: Happening) -> bool:
    """A held yes that the studio's own move undid is told with that move, in one letter; unless nobody is asked by it."""
    because = happening.payload.get("because")
    return because != "WITHDRAWN" and not (because == "AMENDED" and _waits(happening))


def _waits(happening: Happening) -> bool:
    """A standing answer may have spoken at once: then its own fact is told, and nobody is asked."""
    return bool(happening.payload.get("outcome", "ASK") == "ASK")


def _due_to_performer(happening: Happening) -> bool:
    return happening.payload.get("to") != "REPRESENTATIVES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one audience is told of a fact.

    ``asks``: the notice asks for an answer, so it is not sent once the request has moved on. ``link``: the mail carries
    the recipient's own link to the request. ``to_actor``: also to whoever did it, as the receipt of a decision. ``civil``:
    sent between 09:00 and 20:00 at the recipient's place, where that is still before the deadline. ``how``: for whoever
    has not chosen otherwise.
    """

    to: Audience
    template: str
    urgency: Urgency = Urgency.NORMAL
    asks: bool = False
    link: bool = False
    to_actor: bool = False
    email: bool = True
    civil: bool = False
    how: How = How.AT_ONCE
    when: Condition = _always


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A mandatory row cannot be turned off or put into a digest: security, and what has legal effect."""

    group: Group
    notices: tuple[Notice, ...] = ()
    mandatory: bool = False


def _tell(to: Audience, template: str, **more: Any) -> Notice:
    return Notice(to=to, template=template, **more)


def _ask(template: str, urgency: Urgency = Urgency.NORMAL, **more: Any) -> tuple[Notice, Notice]:
    """To the performer and to every representative who may see: the mail that can be answered."""
    return (
        _tell(Audience.PERFORMER, template, urgency=urgency, asks=True, link=True, **more),
        _tell(Audience.REPRESENTATIVES, template, urgency=urgency, asks=True, link=True, **more),
    )


def _answer(template: str, urgency: Urgency = Urgency.NORMAL, **more: Any) -> tuple[Notice, Notice]:
    """The receipt of an answer, also to whoever gave it; its link is where the answer can be undone."""
    return (
        _tell(Audience.PERFORMER, template, urgency=urgency, link=True, to_actor=True, **more),
        _tell(Audience.REPRESENTATIVES, template, urgency=urgency, link=True, to_actor=True, **more),
    )


def _both(template: str, **more: Any) -> tuple[Notice, Notice]:
    return _tell(Audience.PERFORMER, template, **more), _tell(Audience.REPRESENTATIVES, template, **more)


def _nobody(group: Group) -> Row:
    """Written in the history, and a notice to nobody: the echo of one's own act, or of no interest to others."""
    return Row(group=group)


CATALOGUE: Mapping[str, Row] = MappingProxyType(
    {
        # --- the performer and their standing answers
        "performer.joined": _nobody(Group.PEOPLE),
        "performer.onboarded": _nobody(Group.PEOPLE),
        "performer.profile_changed": _nobody(Group.PEOPLE),
        "performer.visibility_changed": _nobody(Group.PEOPLE),
        "performer.paused": Row(
            group=Group.PEOPLE, notices=(_tell(Audience.REPRESENTATIVES, "paused", urgency=Urgency.LOW),)
        ),
        "performer.resumed": Row(
            group=Group.PEOPLE, notices=(_tell(Audience.REPRESENTATIVES, "resumed", urgency=Urgency.LOW),)
        ),
        "performer.stopped": Row(
            group=Group.SECURITY,
            mandatory=True,
            notices=(
                _tell(Audience.PERFORMER, "stopped", urgency=Urgency.NOW, to_actor=True),
                _tell(Audience.REPRESENTATIVES, "stopped", urgency=Urgency.NOW),
            ),
        ),
        "performer.restarted": Row(
            group=Group.SECURITY,
            mandatory=True,
            notices=(
                _tell(Audience.PERFORMER, "restarted", urgency=Urgency.NOW, to_actor=True),
                _tell(Audience.REPRESENTATIVES, "restarted", urgency=Urgency.NOW),
            ),
        ),
        "preferences.changed": _nobody(Group.SECURITY),
        "preferences.proposed": Row(
            group=Group.SECURITY,
            notices=(_tell(Audience.PERFORMER, "preferences_proposed", to_actor=True, email=False),),
        ),
        "preferences.confirmed": Row(
            group=Group.SECURITY,
            mandatory=True,
            notices=(_tell(Audience.PERFORMER, "preferences_loosened", urgency=Urgency.NOW, to_actor=True),),
        ),
        "preferences.discarded": _nobody(Group.SECURITY),
        # --- the vault
        "media.added": _nobody(Group.MEDIA),
        "media.ready": _nobody(Group.MEDIA),
        "media.refused": Row(group=Group.MEDIA, notices=(_tell(Audience.PERFORMER, "upload_refused", to_actor=True),)),
        "media.described": _nobody(Group.MEDIA),
        "media.deleted": Row(group=Group.MEDIA, notices=(_tell(Audience.PERFORMER, "media_deleted"),)),
        "media.vault_deleted": Row(
            group=Group.SECURITY, mandatory=True, notices=_both("vault_deleted", urgency=Urgency.NOW, to_actor=True)
        ),
        "media.downloaded": Row(
            group=Group.MEDIA,
            notices=(_tell(Audience.PERFORMER, "media_downloaded", urgency=Urgency.LOW, how=How.DAILY),),
        ),
        # --- asking and answering
        "use_request.previewed": _nobody(Group.REQUESTS),
        "use_request.submitted": Row(group=Group.REQUESTS, notices=_ask("new_request", when=_waits)),
        "use_request.amended": Row(group=Group.REQUESTS, notices=_ask("amended", when=_waits)),
        "use_request.counter_accepted": Row(group=Group.REQUESTS, notices=_ask("counter_accepted")),
        "use_request.reminder_due": Row(
            group=Group.REQUESTS,
            notices=(
                _tell(
                    Audience.PERFORMER,
                    "reminder",
                    urgency=Urgency.NOW,
                    asks=True,
                    link=True,
                    civil=True,
                    when=_due_to_performer,
                ),
                _tell(Audience.REPRESENTATIVES, "reminder", urgency=Urgency.NOW, asks=True, link=True, civil=True),
            ),
        ),
        "use_request.forwarded": Row(
            group=Group.REQUESTS,
            notices=(_tell(Audience.REPRESENTATIVES, "forwarded", urgency=Urgency.NOW, asks=True, link=True),),
        ),
        "use_request.withdrawn": Row(group=Group.REQUESTS, notices=_both("withdrawn")),
        "use_request.lapsed": Row(
            group=Group.REQUESTS, notices=(*_both("lapsed"), _tell(Audience.CLEARANCE, "studio_lapsed"))
        ),
        "use_request.question_asked": Row(
            group=Group.REQUESTS,
            notices=(
                *_both("question", link=True, when=_from_studio),
                _tell(Audience.CLEARANCE, "question", when=_from_performer_side),
            ),
        ),
        "use_request.question_answered": Row(
            group=Group.REQUESTS,
            notices=(
                *_both("question", link=True, when=_from_studio),
                _tell(Audience.CLEARANCE, "question", when=_from_performer_side),
            ),
        ),
        "use_request.note_left": Row(group=Group.REQUESTS, notices=_both("note_left")),
        "use_request.approved": Row(group=Group.ANSWERS, mandatory=True, notices=_answer("answer_held", Urgency.NOW)),
        "use_request.held_for_you": Row(
            group=Group.ANSWERS, mandatory=True, notices=_both("held_for_you", urgency=Urgency.NOW, link=True)
        ),
        "use_request.taken_back": Row(
            group=Group.ANSWERS, notices=_answer("taken_back", when=_not_told_by_the_studios_move)
        ),
        "use_request.declined": Row(
            group=Group.ANSWERS, notices=(*_answer("declined"), _tell(Audience.CLEARANCE, "studio_declined"))
        ),
        "use_request.declined_for_you": Row(
            group=Group.ANSWERS,
            notices=(
                *_both("declined_for_you", urgency=Urgency.LOW, how=How.DAILY),
                _tell(Audience.CLEARANCE, "studio_declined"),
            ),
        ),
        "use_request.reopened": Row(
            group=Group.ANSWERS, notices=(*_answer("reopened"), _tell(Audience.CLEARANCE, "studio_reopened"))
        ),
        "use_request.countered": Row(
            group=Group.ANSWERS, notices=(*_answer("countered"), _tell(Audience.CLEARANCE, "studio_countered"))
        ),
        "link.disowned": Row(
            group=Group.SECURITY, mandatory=True, notices=_both("link_disowned", urgency=Urgency.NOW, to_actor=True)
        ),
        "link.replaced": Row(
            group=Group.SECURITY,
            mandatory=True,
            notices=(_tell(Audience.NAMED, "new_link", urgency=Urgency.NOW, asks=True, link=True, to_actor=True),),
        ),
        # --- grants
        "grant.issued": Row(
            group=Group.GRANTS,
            mandatory=True,
            notices=(*_both("granted", to_actor=True), _tell(Audience.CLEARANCE, "studio_granted", to_actor=True)),
        ),
        "grant.ending": Row(
            group=Group.ENDINGS, notices=(*_both("grant_ending"), _tell(Audience.CLEARANCE, "studio_grant_ending"))
        ),
        "grant.clock_ended": Row(
            group=Group.ENDINGS,
            mandatory=True,
            notices=(*_both("clock_ended"), _tell(Audience.CLEARANCE, "studio_clock_ended")),
        ),
        "grant.withdrawn": Row(
            group=Group.GRANTS,
            mandatory=True,
            notices=(
                *_both("grant_withdrawn", urgency=Urgency.NOW, to_actor=True),
                _tell(Audience.CLEARANCE, "studio_grant_withdrawn", urgency=Urgency.NOW),
            ),
        ),
        "grant.suspended": Row(
            group=Group.GRANTS,
            mandatory=True,
            notices=(
                *_both("grant_suspended", when=_not_by_stop),
                _tell(Audience.CLEARANCE, "studio_grant_suspended", urgency=Urgency.NOW),
            ),
        ),
        "grant.resumed": Row(
            group=Group.GRANTS,
            mandatory=True,
            notices=(*_both("grant_resumed", when=_not_by_stop), _tell(Audience.CLEARANCE, "studio_grant_resumed")),
        ),
        # --- studios, and who acts for whom
        "studio.founded": Row(group=Group.PEOPLE, notices=(_tell(Audience.STAFF, "studio_waiting"),)),
        "studio.changed": _nobody(Group.PEOPLE),
        "studio.verified": Row(
            group=Group.PEOPLE, mandatory=True, notices=(_tell(Audience.OWNERS, "studio_verified"),)
        ),
        "studio.refused": Row(group=Group.PEOPLE, mandatory=True, notices=(_tell(Audience.OWNERS, "studio_refused"),)),
        "studio.member_invited": Row(
            group=Group.PEOPLE,
            mandatory=True,
            notices=(_tell(Audience.INVITED, "member_invited", urgency=Urgency.NOW),),
        ),
        "studio.invitation_withdrawn": _nobody(Group.PEOPLE),
        "studio.member_joined": Row(group=Group.PEOPLE, notices=(_tell(Audience.OWNERS, "member_joined"),)),
        "studio.member_removed": Row(
            group=Group.SECURITY,
            mandatory=True,
            notices=(_tell(Audience.NAMED, "member_removed"), _tell(Audience.OWNERS, "member_left")),
        ),
        "studio.role_changed": Row(
            group=Group.SECURITY, mandatory=True, notices=(_tell(Audience.NAMED, "role_changed"),)
        ),
        "studio.introduced": Row(group=Group.PEOPLE, notices=_both("introduced")),
        "representative.invited": Row(
            group=Group.PEOPLE,
            mandatory=True,
            notices=(_tell(Audience.INVITED, "representative_invited", urgency=Urgency.NOW),),
        ),
        "representative.accepted": Row(
            group=Group.SECURITY, mandatory=True, notices=(_tell(Audience.PERFORMER, "representative_accepted"),)
        ),
        "representative.revoked": Row(
            group=Group.SECURITY,
            mandatory=True,
            notices=(
                _tell(Audience.NAMED, "representative_revoked", to_actor=True),
                _tell(Audience.PERFORMER, "representative_left"),
            ),
        ),
        "representative.changed": Row(
            group=Group.SECURITY, mandatory=True, notices=(_tell(Audience.NAMED, "authority_changed"),)
        ),
        "production.created": _nobody(Group.PEOPLE),
        "production.changed": _nobody(Group.PEOPLE),
    }
)

TEMPLATES = tuple(sorted({notice.template for row in CATALOGUE.values() for notice in row.notices} | {"digest"}))
"""Every mail there is; ``templates/email/<name>.{subject.txt,txt,html}``."""

CHOOSABLE: tuple[Group, ...] = tuple(
    group
    for group in Group
    if any(
        row.group is group and not row.mandatory and any(notice.email for notice in row.notices)
        for row in CATALOGUE.values()
    )
)
"""The groups about which a person can choose; what is mandatory comes whatever they choose."""


def row_of(kind: str) -> Row:
    """The catalogue's row. Raises KeyError for a kind that this release does not know."""
    return CATALOGUE[kind]


def notice_of(kind: str, audience: str) -> Notice | None:
    """What an audience is told of such a fact; None once a release has dropped it."""
    row = CATALOGUE.get(kind)
    found = row.notices if row else ()
    return next((notice for notice in found if notice.to == audience), None)


def may_unsubscribe(row: Row) -> bool:
    """One-click headers stand on everything that is not an answer or security mail (experience.md section 7)."""
    return not row.mandatory and row.group not in (Group.ANSWERS, Group.SECURITY)
