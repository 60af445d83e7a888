"""The working paper behind the steps of a request: a draft, or an amendment of a request that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from consent.access import NotFound, by_session
from consent.core.actor import Actor
from consent.core.lifecycle import State
from consent.core.roles import StudioAct
from consent.models import Performer, Production, Studio, UseRequest
from consent.services import use_requests
from portal.visitor import visitor
from portal.web.forms import drafts
from portal.web.forms.terms import StepForm, typed_key

AMENDING = "amending"
"""Where the draft of a sent request keeps the revision that the new terms begin from."""


class NoPaper(Exception):
    """The request is not open to being written on: it was answered, or its terms changed since the writing began."""

    def __init__(self, row: UseRequest) -> None:
        super().__init__(row.ref)
        self.row = row


@dataclass(slots=True, kw_only=True)
class Paper:
    """``performer`` is None where nobody is chosen, or where the studio may no longer see who was."""

    row: UseRequest
    studio: Studio
    actor: Actor
    performer: Performer | None
    now: datetime

    @property
    def amending(self) -> bool:
        return self.row.state != State.DRAFT

    @property
    def production(self) -> Production | None:
        return self.row.production

    @property
    def draft(self) -> drafts.Draft:
        written: drafts.Draft = self.row.draft
        return written

    def keep(self, data: dict[str, Any], **chosen: Any) -> None:
        """Save what was typed; ``chosen`` may name the performer and the production of a draft."""
        if self.amending:
            use_requests.keep_amendment(self.row, data, actor=self.actor, now=self.now)
        else:
            use_requests.save_draft(self.row, data, **chosen, actor=self.actor, now=self.now)

    def keep_step(self, form: StepForm) -> None:
        self.keep(kept(form))


def kept(form: StepForm) -> dict[str, Any]:
    """What a validated step leaves in the draft, understood or not."""
    return {form.key: form.kept(), typed_key(form.key): form.typed()}


def open_paper(request: HttpRequest, org: str, ref: str) -> Paper:
    """Through the studio's door; only for those who may ask. Raises NoPaper where there is nothing to write on."""
    seen = visitor(request)
    row, actor = by_session.studio_use_request(seen, org, ref, StudioAct.ASK)
    now = timezone.now()
    if row.state != State.DRAFT:
        writable = row.told_to_studio(now) in (State.PENDING, State.COUNTERED)
        if not writable or row.draft.get(AMENDING) != row.revision:
            raise NoPaper(row)
    performer = None
    if row.performer is not None:
        try:
            performer, _actor = by_session.studio_performer(seen, org, row.performer.ref)
        except NotFound:
            performer = row.performer if row.state != State.DRAFT else None
    return Paper(row=row, studio=row.studio, actor=actor, performer=performer, now=now)
