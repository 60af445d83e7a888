"""Lucía Ferrán, Dev Raman and Ada Okonjo: a grant that has not begun, one that is stopped, one whose material is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from consent.models import Visibility
from consent.services import grants, people
from portal.demo.houses import introduce
from portal.demo.play import Play
from portal.demo.signin import ADA, DEV, EDDA, JONAS, LUCIA, PAULO
from portal.demo.wishes import HOME, SCREENS, a_year, flat, wish

TEN_DAYS = timedelta(days=10)
ALL_SCREENS = ("THEATRICAL", *SCREENS)


def play_their_year(play: Play) -> None:
    for email, studio, days in (
        (LUCIA, "Meridian Dub", -235), (LUCIA, "Northlight Pictures", -40), (DEV, "Northlight Pictures", -200),
        (ADA, "Meridian Dub", -150), (ADA, "Northlight Pictures", -30),
    ):  # fmt: skip
        introduce(play, email, studio, days)
    _lucia(play)
    _dev(play)
    _ada(play)


def _lucia(play: Play) -> None:
    play.ask(
        "lucia-lip", by=JONAS, of=LUCIA, title="The Salt Road, series 2", sent=play.at(-11, "10:40"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DUB_LIP_SYNC", "Match her mouth to the Brazilian version of the market scenes",
            who="Inés, the salt trader", scenes="Episodes 1 to 6, market scenes", extent="9 scenes, 14 minutes",
            how="Mouth and jaw only, matched to recorded dubbing actors", tools=["Lipline 2"], by=["Northlight Picture"],
            days=(30, 300, 1_840), keep=30, fee=flat(3_000), where=("419",), languages=["pt-BR"],
        ),
    )  # fmt: skip
    play.decline(
        "lucia-lip", play.at(-8, "18:15", "Europe/Madrid"), by=LUCIA, reason="Cinco años por tres mil libras no es una oferta.",
    )  # fmt: skip
    play.ask(
        "long-field", by=PAULO, of=LUCIA, title="The Long Field", sent=play.at(-19, "09:20"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DUB_OWN_VOICE", "Speak the Catalan version of Marta in a synthetic copy of her own voice",
            who="Marta, the younger sister", scenes="Episodes 1 to 4", extent="120 lines, 26 minutes",
            how="Voice conversion of her own Spanish performance", tools=["Meridian Timbre 2"], by=["Meridian Sound"],
            modality="VOICE", days=(14, 160, 900), keep=60, fee=flat(5_200, "EUR"), where=("ES", "AD"), languages=["ca"],
            media=(LUCIA, ("Spanish, natural read",)),
        ),
    )  # fmt: skip
    play.approve("long-field", play.at(-15, "20:00", "Europe/Madrid"), by=LUCIA)


def _dev(play: Play) -> None:
    """He has stopped everything, so what he granted is suspended."""
    play.ask(
        "harbour", by=JONAS, of=DEV, title="Glasshouse", sent=play.at(-190, "17:30"), reply_in=TEN_DAYS,
        terms=wish(
            play, "AGE_CHANGE", "Look ten years older in the last scene, after the flood has gone",
            who="The harbour master’s son, aged 39", scenes="Scene 88", extent="100 seconds, 1 scene",
            how="Image-based ageing with a face model made for this production", tools=["Northlight Facelift 3"],
            by=["Halden & Quay VFX"], days=(-180, 45, 890), keep=45, fee=flat(5_000, "USD"), channels=ALL_SCREENS,
            where=HOME, media=(DEV, ("Front, neutral", "Scan, front")),
        ),
    )  # fmt: skip
    play.approve("harbour", play.at(-186, "19:10", "America/Los_Angeles"), by=DEV)
    play.download("harbour", play.at(-175, "10:10"), by=JONAS)
    play.ask(
        "harbour-crowd", by=JONAS, of=DEV, title="Glasshouse", sent=play.at(-26, "15:10"), reply_in=TEN_DAYS,
        terms=wish(
            play, "CROWD_FILL", "Stand on the quay in copies that nobody can tell apart",
            who="A dock worker", scenes="Harbour, day 12", extent="1 scene, about 20 copies",
            how="Scanned figure, dressed and animated as background", tools=["Crowdmaker 3"], by=["Halden & Quay VFX"],
            modality="BODY", days=(-15, 60, 700), keep=30, fee=flat(700, "USD"), channels=ALL_SCREENS, where=HOME,
        ),
    )  # fmt: skip

    def hide(now: datetime) -> None:
        people.set_visibility(play.performers[DEV], Visibility.HIDDEN, actor=play.performer(DEV, now), now=now)

    def stop(now: datetime) -> None:
        grants.stop_everything(play.performers[DEV], actor=play.performer(DEV, now), now=now)

    play.scene(play.at(-25, "20:30", "America/Los_Angeles"), hide)
    play.scene(play.at(-3, "08:20", "America/Los_Angeles"), stop)


def _ada(play: Play) -> None:
    play.ask(
        "ada-fix", by=PAULO, of=ADA, title="Low Season", sent=play.at(-140, "10:10"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DIALOGUE_CLEANUP", "Repair nine lines that an air conditioner covers",
            who="The hotel’s owner", scenes="Episode 7, scenes 2 and 6", extent="9 lines, 3 minutes",
            how="Noise removal and single words rebuilt from her other takes", tools=["Clearwater 4"],
            by=["Meridian Sound"], modality="VOICE", days=(-132, -60, -35), keep=30, fee=flat(1_600), where=("EEA",),
            media=(ADA, ("English, natural read",)), caps={"lines": 9},
        ),
    )  # fmt: skip
    play.approve("ada-fix", play.at(-137, "19:20"), by=ADA)
    play.download("ada-fix", play.at(-130, "09:40"), by=PAULO)
    play.ask(
        "ada-gate", by=EDDA, of=ADA, title="The Salt Road, series 2", sent=play.at(-27, "12:00"), reply_in=TEN_DAYS,
        terms=wish(
            play, "COSMETIC_FIX", "Remove a wristwatch from the harvest scenes",
            who="Teacher Nnenna", scenes="Camera tests 9 and 10", extent="2 scenes, 3 minutes",
            how="Paint and tracked patches on the original frames", tools=["Silhouette 2025"], by=["Halden & Quay VFX"],
            days=(-10, 200, 900), keep=30, fee=a_year(1_800), where=("EEA", "UKI"),
        ),
    )  # fmt: skip
    play.withdraw("ada-gate", play.at(-24, "17:05"), by=EDDA)
    play.ask(
        "ada-voice", by=PAULO, of=ADA, title="The Long Field", sent=play.at(-3, "09:50"), reply_in=timedelta(days=15),
        terms=wish(
            play, "DUB_OWN_VOICE", "Speak the French and German versions of Aunt Grace in a copy of her own voice",
            who="Aunt Grace", scenes="The whole film", extent="86 lines, 19 minutes",
            how="Voice conversion of two dubbing actors’ performances", tools=["Meridian Timbre 2"], by=["Meridian Sound"],
            modality="VOICE", days=(21, 200, 3_673), keep=90, fee=flat(7_500, "EUR"), where=("EEA", "CH", "CA"),
            languages=["de", "fr"], media=(ADA, ("English, natural read", "French, scripted")),
        ),
    )  # fmt: skip
