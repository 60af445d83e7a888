"""Drafts on the studios' desks: working papers that nobody was told of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consent.services import use_requests
from portal.demo.play import Play
from portal.demo.signin import ADA, JONAS, MALIK, PAULO
from portal.demo.wishes import a_year, flat, wish
from portal.web.forms import drafts


def lay_out(play: Play) -> None:
    """One draft that only has to be sent, one in the middle, and one with nobody's name on it yet."""
    ready = wish(
        play, "ADDITIONAL_LINES", "Speak six new lines of the harvest prayer, written after the shoot",
        who="Teacher Nnenna", scenes="Episode 2, scene 19", extent="6 lines, 30 seconds",
        how="Text to speech with a voice model made from her takes", tools=["Northlight Speak 1"], by=["Northlight Sound"],
        modality="VOICE", days=(35, 200, 900), keep=30, fee=a_year(1_900), where=("EEA", "UKI"), languages=["en"],
        caps={"lines": 6},
    )  # fmt: skip
    half = wish(
        play, "DUB_LIP_SYNC", "Match her mouth to the Igbo version",
        who="Aunt Grace", scenes="", extent="", how="", tools=[], by=[], days=(40, 200, 900), keep=60,
        fee=flat(1_000, "EUR"), where=("002",), languages=["ig"],
    )  # fmt: skip
    _draft(play, "draft-ready", play.at(-1, "16:30"), JONAS, "The Salt Road, series 2", ADA, ready)
    _draft(
        play, "draft-half", play.at(-5, "11:20"), PAULO, "The Long Field", ADA, half, leave_out=("offer", "afterwards")
    )
    _draft(play, "draft-empty", play.at(-2, "09:30"), MALIK, "Touchline", None, None)


def _draft(
    play: Play,
    key: str,
    when: datetime,
    by: str,
    title: str,
    of: str | None,
    terms: Any,
    leave_out: tuple[str, ...] = (),
) -> None:
    def act(now: datetime) -> None:
        production = play.productions[title]
        said = drafts.from_terms(terms()) if terms else {}
        play.asked[key] = use_requests.create_draft(
            production.studio,
            performer=play.performers[of] if of else None,
            production=production,
            data={step: answers for step, answers in said.items() if step not in leave_out},
            actor=play.member(by, production.studio.name, now),
            now=now,
        )

    play.scene(when, act)
