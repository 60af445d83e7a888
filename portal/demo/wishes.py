"""What the demo's studios ask for: terms written in few words, with days counted from the day of loading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from consent.core.terms import Terms
from portal.demo.play import Play

HOME = ("UKI", "EEA", "USCA")
WORLD = ("001",)
SCREENS = ("STREAMING", "BROADCAST")
CINEMA = ("STREAMING", "THEATRICAL")

_DUTIES = ("CREDIT", "REPORT_USE", "NO_TRANSFER", "DESTROY_AND_ATTEST")


def a_year(pounds: int, currency: str = "GBP") -> dict[str, Any]:
    return {"basis": "PER_PERIOD", "unit": "YEAR", "amount": pounds * 100, "currency": currency}


def flat(pounds: int, currency: str = "GBP") -> dict[str, Any]:
    return {"basis": "FLAT", "amount": pounds * 100, "currency": currency}


def wish(
    play: Play,
    use: str,
    what: str,
    *,
    who: str,
    scenes: str,
    extent: str,
    how: str,
    tools: Sequence[str],
    by: Sequence[str],
    days: tuple[int, int, int],
    keep: int,
    fee: dict[str, Any],
    modality: str = "FACE",
    where: Sequence[str] = HOME,
    channels: Sequence[str] = SCREENS,
    media: tuple[str, Sequence[str]] | None = None,
    in_lieu: bool = False,
    script: str = "",
    **more: Any,
) -> Callable[[], Terms]:
    """Whole, specific terms, made when their scene is played and the media exist.

    ``days``: start, last day of making, last day of showing, from today; ``keep``: days until what was lent is gone.
    ``media``: whose, and their captions. ``more`` are further parts of the terms' data.
    """
    start, made, shown = days

    def terms() -> Terms:
        vault = play.media.get(media[0], {}) if media else {}
        data = {
            "uses": [use],
            "modalities": [modality],
            "description": {
                "depiction": what,
                "character": who,
                "scenes": scenes,
                "extent": extent,
                "technique": how,
                "tools": list(tools),
                "vendors": list(by),
                "script_revision": script,
                "source_media": [vault[caption].ref for caption in media[1] if caption in vault] if media else [],
            },
            "in_lieu": {"answer": in_lieu},
            "channels": list(channels),
            "territories": list(where),
            "dates": {
                "starts_on": play.day(start).isoformat(),
                "generate_until": play.day(made).isoformat(),
                "exploit_until": play.day(shown).isoformat(),
                "destroy_by": play.day(made + keep).isoformat(),
            },
            "training": {"trains": False},
            "fees": [fee],
            "duties": list(_DUTIES),
            "output_approval": "FINAL",
            "condition_of_engagement": False,
        }
        return Terms.from_data(data | more)

    return terms
