"""Imani Clarke's year of requests and grants: what her pages show, and how each of them came to be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from consent.models import ThreadKind
from portal.demo.houses import introduce
from portal.demo.play import Play
from portal.demo.signin import CLEO, EDDA, GRETA, IMANI, JONAS, MALIK, PAULO, ROSALIND, SUNNIVA
from portal.demo.wishes import CINEMA, HOME, SCREENS, WORLD, a_year, flat, wish

TEN_DAYS = timedelta(days=10)
ADA_REYES = "Ada Reyes"
SCANS = ("Scan, front", "Scan, three-quarter", "Scan, profile")
PORTRAITS = (
    "Front, neutral", "Three-quarter left", "Three-quarter right", "Profile right", "Profile left", "Chin up",
)  # fmt: skip
NORTHLIGHT_VFX: dict[str, Any] = {"tools": ["Northlight Facelift 3"], "by": ["Halden & Quay VFX"]}


def play_her_year(play: Play) -> None:
    for studio, days in (
        ("Northlight Pictures", -460), ("Halden & Quay", -385), ("Bright Acre", -270), ("Meridian Dub", -175),
        ("Tern Interactive", -92),
    ):  # fmt: skip
        introduce(play, IMANI, studio, days)
    _first_series(play)
    _undertow(play)
    _kestrel(play)
    _second_series(play)
    _low_season(play)
    _declined_for_her(play)
    _what_waits(play)


def _first_series(play: Play) -> None:
    title = "The Salt Road"
    play.ask(
        "cosmetic", by=EDDA, of=IMANI, title=title, sent=play.at(-455, "11:20"), reply_in=TEN_DAYS,
        terms=wish(
            play, "COSMETIC_FIX", "Remove a sunburn and a visible wig edge from four scenes on the salt pans",
            who=ADA_REYES, scenes="Episodes 2 and 5, scenes 8, 9, 31 and 40", extent="4 scenes, 6 minutes in all",
            how="Paint and tracked patches on the original frames", tools=["Silhouette 2025"], by=["Halden & Quay VFX"],
            days=(-452, 80, 263), keep=30, fee=a_year(3_000), where=("UKI", "EEA"),
        ),
    )  # fmt: skip
    play.approve("cosmetic", play.at(-453, "09:12"), by=IMANI)
    play.ask(
        "deage-1", by=EDDA, of=IMANI, title=title, sent=play.at(-452, "16:40"), reply_in=timedelta(days=14),
        terms=wish(
            play, "AGE_CHANGE", "Look about 15 years younger in the wedding and in the night after it",
            who=f"{ADA_REYES}, aged 25", scenes="Episode 1, scenes 3, 4 and 11", extent="3 scenes, 5 minutes in all",
            how="Image-based de-ageing with a face model made for this production", **NORTHLIGHT_VFX,
            days=(-445, -101, -72), keep=30, fee=a_year(7_500), channels=CINEMA, media=(IMANI, SCANS),
            script="Yellow revision",
        ),
    )  # fmt: skip
    play.say("deage-1", play.at(-451, "10:05"), "Who sees the face model besides your own people?", by=IMANI)
    play.say(
        "deage-1", play.at(-451, "15:30"),
        "Four artists at Halden & Quay VFX, by name, on machines without a network. We send you the list.", by=EDDA,
    )  # fmt: skip
    play.counter(
        "deage-1", play.at(-450, "20:45"), by=IMANI, fees=[a_year(9_000)],
        note="Happy to. Nine a year, as it is the opening episode.",
    )  # fmt: skip
    play.accept("deage-1", play.at(-449, "09:30"), by=EDDA)
    play.approve("deage-1", play.at(-449, "13:02"), by=IMANI)
    play.download("deage-1", play.at(-443, "10:15"), by=EDDA)


def _undertow(play: Play) -> None:
    play.ask(
        "double", by=GRETA, of=IMANI, title="Undertow", sent=play.at(-378, "12:10"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DIGITAL_DOUBLE", "Put her face on a stunt double in three sequences in heavy sea",
            who="Coxswain Morwenna Hale", scenes="Sequences 14, 15 and 22", extent="3 minutes of screen time in 26 shots",
            how="Face replacement from a scan, on a double who performs in a wave tank",
            tools=["Quay Composite 8"], by=["Halden & Quay VFX"],
            days=(-373, 120, 357), keep=30, fee=a_year(4_200), channels=("THEATRICAL", *SCREENS),
            media=(IMANI, (*SCANS, "Key from left", "Key from right")), caps={"seconds": 180},
        ),
    )  # fmt: skip
    play.say(
        "double", play.at(-376, "18:20"), "They have been fair on stunts before. I would ask for a credit for the double.",
        by=ROSALIND, kind=ThreadKind.NOTE,
    )  # fmt: skip
    play.approve("double", play.at(-374, "09:41"), by=IMANI)
    play.download("double", play.at(-366, "14:05"), by=GRETA)
    play.download("double", play.at(-12, "11:35"), by=GRETA)
    play.ask(
        "completion", by=GRETA, of=IMANI, title="Undertow", sent=play.at(-7, "10:50"), reply_in=timedelta(days=16),
        terms=wish(
            play, "SCENE_COMPLETION", "Complete the last radio call, which was cut short when the tank was closed",
            who="Coxswain Morwenna Hale", scenes="Sequence 31, shots 4 to 9", extent="40 seconds, 6 shots",
            how="Facial animation from the takes before and after, keyed by hand",
            tools=["Quay Composite 8"], by=["Halden & Quay VFX"],
            days=(12, 100, 700), keep=45, fee=a_year(2_800), channels=("THEATRICAL", *SCREENS),
            media=(IMANI, SCANS[:2]), in_lieu=True,
        ),
    )  # fmt: skip
    play.counter(
        "completion", play.at(-5, "21:15"), by=IMANI, fees=[a_year(3_600)],
        note="I would rather play it again. If you must complete it: half the length, and a day’s fee.",
    )  # fmt: skip


def _kestrel(play: Play) -> None:
    play.ask(
        "kestrel", by=CLEO, of=IMANI, title="Kestrel campaign", sent=play.at(-262, "09:30"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DUB_LIP_SYNC", "Move her mouth to the German and French voice-over in three filmed spots",
            who="The cyclist in the Kestrel film", scenes="Spots 1, 2 and 3", extent="3 spots of 30 seconds",
            how="Mouth and jaw only, matched to recorded voice-over artists", tools=["Lipline 2"], by=["Bright Acre Post"],
            days=(-257, -20, 80), keep=30, fee=flat(3_900), channels=("ADVERTISING", "SOCIAL"), where=("DE", "FR", "IE"),
            languages=["de", "fr"], caps={"versions": 3}, media=(IMANI, PORTRAITS[:2]),
        ),
    )  # fmt: skip
    play.approve("kestrel", play.at(-258, "17:25"), by=IMANI)
    play.take_back(
        "kestrel", play.at(-70, "08:05"), by=IMANI, reason="Four spots were shown. Three were agreed.",
    )  # fmt: skip
    play.ask(
        "kestrel-promo", by=CLEO, of=IMANI, title="Kestrel campaign", sent=play.at(-60, "15:00"), reply_in=TEN_DAYS,
        terms=wish(
            play, "PROMOTION", "Show her on the bicycle in front of the new colours, in four posters and two social films",
            who="The cyclist in the Kestrel film", scenes="Posters 1 to 4, social films 1 and 2", extent="6 pieces",
            how="Composite of filmed plates with a rendered bicycle", tools=["Composer 5"], by=["Bright Acre Post"],
            days=(-45, 20, 135), keep=30, fee=flat(2_200), channels=("SOCIAL", "PRINT"), where=("GB", "IE"),
        ),
    )  # fmt: skip


def _second_series(play: Play) -> None:
    title = "The Salt Road, series 2"
    play.ask(
        "previs", by=EDDA, of=IMANI, title=title, sent=play.at(-212, "10:35"), reply_in=TEN_DAYS,
        terms=wish(
            play, "PREVISUALISATION", "A rough stand-in of her to plan shots and blocking on the salt pans",
            who=ADA_REYES, scenes="Episodes 1 to 6", extent="Animatics for 40 scenes, seen by the crew only",
            how="Low-detail head on a generic body in a game engine", tools=["Unreal Engine 5"], by=["Northlight Previs"],
            days=(-209, 156, 156), keep=14, fee=a_year(2_800), channels=("INTERNAL",), where=("GB",),
            media=(IMANI, ("Scan, front", *PORTRAITS[:2])),
        ),
    )  # fmt: skip
    play.approve("previs", play.at(-210, "08:55"), by=IMANI)
    play.download("previs", play.at(-206, "09:20"), by=JONAS)
    play.ask(
        "glasshouse-promo", by=JONAS, of=IMANI, title="Glasshouse", sent=play.at(-118, "14:00"), reply_in=TEN_DAYS,
        terms=wish(
            play, "PROMOTION", "Speak a 20-second invitation to the first screening, as herself, for the trailer campaign",
            who="Imani Clarke, as herself", scenes="Trailer B, last 20 seconds", extent="1 piece of 20 seconds",
            how="Facial animation of an interview clip to a new text", tools=["Northlight Facelift 3"], by=["Bright Acre Post"],
            days=(-100, -40, 120), keep=30, fee=flat(1_500), channels=("PROMOTIONAL", "SOCIAL"), where=HOME,
            media=(IMANI, PORTRAITS[:1]),
        ),
    )  # fmt: skip
    play.decline(
        "glasshouse-promo", play.at(-116, "19:40"), by=IMANI,
        reason="I am not in Glasshouse. Ask me to come to the studio and say it myself.",
    )  # fmt: skip
    play.ask(
        "salt-completion", by=JONAS, of=IMANI, title=title, sent=play.at(-95, "16:20"), reply_in=TEN_DAYS,
        terms=wish(
            play, "SCENE_COMPLETION", "Finish a walk to the gate that the light cut short on the last day of tests",
            who=ADA_REYES, scenes="Camera test 7", extent="12 seconds, 1 shot",
            how="Body and face extended from the filmed take", tools=["Northlight Facelift 3"], by=["Halden & Quay VFX"],
            days=(-80, 60, 400), keep=30, fee=flat(6_000), media=(IMANI, PORTRAITS[:3]),
        ),
    )  # fmt: skip
    play.withdraw("salt-completion", play.at(-92, "12:10"), by=JONAS)


def _low_season(play: Play) -> None:
    title = "Low Season"
    play.ask(
        "dialogue", by=PAULO, of=IMANI, title=title, sent=play.at(-166, "10:00"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DIALOGUE_CLEANUP", "Repair forty lines in which the sea is louder than her voice",
            who="Elena, the night porter", scenes="Episodes 1 to 4", extent="40 lines, 11 minutes in all",
            how="Noise removal and single words rebuilt from her other takes", tools=["Clearwater 4"], by=["Meridian Sound"],
            modality="VOICE", days=(-161, 19, 19), keep=30, fee=flat(2_600), caps={"lines": 40}, where=("UKI", "EEA"),
            media=(IMANI, ("Spanish, scripted",)),
        ),
    )  # fmt: skip
    play.approve("dialogue", play.at(-164, "12:44"), by=IMANI)
    play.download("dialogue", play.at(-158, "09:05"), by=PAULO)
    play.ask(
        "spanish", by=PAULO, of=IMANI, title=title, sent=play.at(-138, "11:30"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DUB_OWN_VOICE", "Speak the Spanish version of Elena in a synthetic copy of her own voice",
            who="Elena, the night porter", scenes="Episodes 1 to 8", extent="310 lines, 64 minutes in all",
            how="Voice conversion of a Spanish dubbing actor’s performance", tools=["Meridian Timbre 2"], by=["Meridian Sound"],
            modality="VOICE", days=(-130, 200, 960), keep=60, fee=a_year(2_600), where=("ES", "419"),
            languages=["es"], media=(IMANI, ("Natural read", "Spanish, scripted")),
        ),
    )  # fmt: skip
    play.say("spanish", play.at(-136, "13:15"), "Which dubbing actor, and do they know?", by=IMANI)
    play.say("spanish", play.at(-135, "10:20"), "Lucía Ferrán. She knows, and she is credited beside you.", by=PAULO)
    play.approve("spanish", play.at(-133, "18:30"), by=IMANI)
    play.download("spanish", play.at(-128, "10:40"), by=PAULO)
    play.ask(
        "lip", by=PAULO, of=IMANI, title="The Long Field", sent=play.at(-34, "09:45"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DUB_LIP_SYNC", "Match her mouth to the French and German versions of the kitchen argument",
            who="Elena’s sister, Rosa", scenes="Episode 3, scene 12", extent="1 scene, 3 minutes",
            how="Mouth and jaw only, matched to recorded dubbing actors", tools=["Lipline 2"], by=["Meridian Picture"],
            days=(-25, 120, 500), keep=30, fee=a_year(2_700), languages=["de", "fr"], where=("EEA",),
        ),
    )  # fmt: skip
    play.approve("lip", play.at(-31, "22:10"), by=IMANI)
    play.undo("lip", play.at(-31, "22:14"), by=IMANI)
    play.decline(
        "lip", play.at(-30, "08:50"), by=IMANI, reason="I slept on it. I never shot that argument in close-up."
    )


def _declined_for_her(play: Play) -> None:
    """What asked for something that she had marked Never by then."""
    play.ask(
        "avatar", by=MALIK, of=IMANI, title="Hollow Crown Online", sent=play.at(-21, "13:30"), reply_in=TEN_DAYS,
        terms=wish(
            play, "INTERACTIVE_AVATAR", "Answer players in the tavern as Captain Oyelaran, live, within forty written topics",
            who="Captain Oyelaran", scenes="Tavern of Hollowgate, chapters 1 to 3", extent="40 topics, 90 seconds an answer",
            how="Language model with a fixed topic list, spoken by a voice model of the recorded sessions",
            tools=["Tern Converse 1"], by=["Tern Voice Lab"], modality="VOICE", days=(5, 300, 700), keep=60,
            fee=a_year(9_000), channels=("GAME", "INTERACTIVE"), languages=["en"], caps={"generations": 500_000}, in_lieu=True,
        ),
    )  # fmt: skip
    play.ask(
        "crowd", by=GRETA, of=IMANI, title="Low Water", sent=play.at(-13, "10:15"), reply_in=TEN_DAYS,
        terms=wish(
            play, "CROWD_FILL", "Stand among the people on the bridge in copies that nobody can tell apart",
            who="A woman on the bridge", scenes="Scenes 2 and 71", extent="2 scenes, about 30 copies",
            how="Scanned figure, dressed and animated as background", tools=["Crowdmaker 3"], by=["Halden & Quay VFX"],
            modality="BODY", days=(60, 200, 800), keep=30, fee=flat(3_200), channels=("THEATRICAL", *SCREENS),
        ),
    )  # fmt: skip
    play.ask(
        "replica", by=CLEO, of=IMANI, title="Harbour radio spots", sent=play.at(-6, "15:45"), reply_in=TEN_DAYS,
        terms=wish(
            play, "REPLICA_PERFORMANCE", "Play the ferry’s captain in three radio spots without coming to the studio",
            who="The captain of the ferry Linnet", scenes="Spots 1 to 3", extent="3 spots of 30 seconds",
            how="Text to speech with a voice model made from a home recording", tools=["Voxwright 6"], by=["Bright Acre Post"],
            modality="VOICE", days=(3, 30, 190), keep=30, fee=flat(4_000), channels=("AUDIO", "ADVERTISING"),
            where=("GB", "IE"), languages=["en"], caps={"seconds": 90}, in_lieu=True,
        ),
    )  # fmt: skip


def _what_waits(play: Play) -> None:
    """The two requests on her first page, young enough to be mailed when the demo starts."""
    play.ask(
        "deage-2", by=EDDA, of=IMANI, title="The Salt Road, series 2", sent=play.ago(hours=44),
        reply_in=timedelta(days=10),
        terms=wish(
            play, "AGE_CHANGE", "Look about 20 years younger in two flashback scenes",
            who=f"{ADA_REYES}, aged 20", scenes="Episode 3, scenes 14 and 22",
            extent="4.5 minutes in all, 2 scenes", script="Blue revision",
            how="Image-based de-ageing from her 2019 face scan, with a face model made for this production",
            **NORTHLIGHT_VFX, days=(19, 200, 1_845), keep=30, fee=a_year(6_500), where=WORLD,
            channels=("STREAMING", "THEATRICAL", "PROMOTIONAL"), media=(IMANI, ("Scan, front", *PORTRAITS)),
            reach_reason="The series launches everywhere on the same day, and the flashbacks are in the opening episode.",
        ),
    )  # fmt: skip
    play.say(
        "deage-2", play.ago(hours=3),
        "I’d counter. Three years, no promo, and hold at eight. They paid nine for series one.",
        by=ROSALIND, kind=ThreadKind.NOTE,
    )  # fmt: skip
    play.ask(
        "game-lines", by=SUNNIVA, of=IMANI, title="Hollow Crown Online", sent=play.ago(hours=26),
        reply_in=timedelta(days=20),
        terms=wish(
            play, "ADDITIONAL_LINES", "Speak 140 short game lines in her voice, from the sessions she recorded for the game",
            who="Captain Oyelaran", scenes="Barks and reactions of chapters 4 to 7",
            extent="140 lines, 12 minutes in all",
            how="Text to speech with a voice model made from the recorded sessions, deleted afterwards",
            tools=["Tern Voicekit 4"], by=["Tern Voice Lab"], modality="VOICE", days=(19, 300, 748), keep=60,
            fee=flat(4_200), channels=("GAME",), languages=["en"], caps={"lines": 140},
            media=(IMANI, ("Game efforts and shouts",)),
        ),
    )  # fmt: skip
    play.say(
        "game-lines", play.ago(hours=20), "Are there death screams in the 140? I do those live or not at all.", by=IMANI
    )
    play.say(
        "game-lines", play.ago(hours=4), "None. The longest is a sigh. The list is in the script we sent.", by=SUNNIVA
    )
