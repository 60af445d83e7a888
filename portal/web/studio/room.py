"""What every page of a studio's room needs: the studio, who is looking, and what their role lets them press."""

from __future__ import annotations

from typing import Any

from consent.core.actor import Actor
from consent.core.roles import StudioAct, studio_may
from consent.models import Studio


def context(studio: Studio, actor: Actor, nav: str) -> dict[str, Any]:
    """``may_ask`` hides what a viewer could not press; the services check it again."""
    return {"org": studio, "nav": nav, "may_ask": may(actor, StudioAct.ASK)}


def may(actor: Actor, act: StudioAct) -> bool:
    return studio_may(actor.studio_role, act)
