"""The agent's busiest clients, Tomasz Wrona, Keiko Arata and Noor Haddad: what waits for them, runs and is over."""

from __future__ import annotations

from datetime import timedelta

from consent.models import ThreadKind
from portal.demo.houses import introduce
from portal.demo.play import Play
from portal.demo.signin import CLEO, EDDA, GRETA, JONAS, KEIKO, MALIK, NOOR, ROSALIND, SUNNIVA, TOMASZ
from portal.demo.wishes import SCREENS, WORLD, a_year, flat, wish

TEN_DAYS = timedelta(days=10)
ALL_SCREENS = ("THEATRICAL", *SCREENS)


def play_their_year(play: Play) -> None:
    for email, studio, days in (
        (TOMASZ, "Northlight Pictures", -320), (TOMASZ, "Halden & Quay", -130), (TOMASZ, "Tern Interactive", -20),
        (KEIKO, "Northlight Pictures", -285), (KEIKO, "Tern Interactive", -30), (KEIKO, "Halden & Quay", -35),
        (NOOR, "Northlight Pictures", -180), (NOOR, "Bright Acre", -75), (NOOR, "Halden & Quay", -20),
    ):  # fmt: skip
        introduce(play, email, studio, days)
    _tomasz(play)
    _keiko(play)
    _noor(play)


def _tomasz(play: Play) -> None:
    """His agent may answer for him, and what he allows is answered by itself."""
    play.ask(
        "ferry", by=EDDA, of=TOMASZ, title="The Salt Road", sent=play.at(-316, "10:10"), reply_in=TEN_DAYS,
        terms=wish(
            play, "COSMETIC_FIX", "Remove a safety line and two rigging shadows from the ferry crossing",
            who="Jozef, the ferryman", scenes="Episode 6, scenes 20 to 24", extent="5 scenes, 8 minutes in all",
            how="Paint and tracked patches on the original frames", tools=["Silhouette 2025"], by=["Halden & Quay VFX"],
            days=(-310, -9, 310), keep=35, fee=a_year(2_400), channels=SCREENS, media=(TOMASZ, ("Front, bearded",)),
        ),
    )  # fmt: skip
    play.approve("ferry", play.at(-314, "20:20"), by=TOMASZ)
    play.download("ferry", play.at(-305, "11:10"), by=JONAS)
    play.ask(
        "undertow-lines", by=GRETA, of=TOMASZ, title="Undertow", sent=play.at(-120, "09:15"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DIALOGUE_CLEANUP", "Repair twelve lines that the wind on the quay covers",
            who="Harbour master Bielak", scenes="Sequences 3 and 17", extent="12 lines, 4 minutes",
            how="Noise removal and single words rebuilt from his other takes", tools=["Clearwater 4"], by=["Quay Sound"],
            modality="VOICE", days=(-115, 90, 600), keep=30, fee=flat(1_900), channels=ALL_SCREENS,
            media=(TOMASZ, ("Polish, natural read",)), caps={"lines": 12},
        ),
    )  # fmt: skip
    play.ask(
        "pans", by=JONAS, of=TOMASZ, title="The Salt Road, series 2", sent=play.at(-44, "12:30"), reply_in=TEN_DAYS,
        terms=wish(
            play, "COSMETIC_FIX", "Lengthen his beard by a few days in scenes shot out of order",
            who="Jozef, the ferryman", scenes="Camera tests 2 and 3", extent="2 scenes, 90 seconds",
            how="Tracked hair on the original frames", tools=["Silhouette 2025"], by=["Halden & Quay VFX"],
            days=(-38, 200, 700), keep=30, fee=a_year(3_000), where=("UKI", "EEA"),
        ),
    )  # fmt: skip
    play.approve("pans", play.at(-42, "11:00"), by=ROSALIND)
    play.ask(
        "tomasz-deage", by=EDDA, of=TOMASZ, title="The Salt Road, series 2", sent=play.at(-4, "16:00"),
        reply_in=timedelta(days=9),
        terms=wish(
            play, "AGE_CHANGE", "Look about 25 years younger in the flashback to the ice winter",
            who="Jozef, the ferryman, aged 28", scenes="Episode 3, scene 23", extent="50 seconds, 1 scene",
            how="Image-based de-ageing with a face model made for this production", tools=["Northlight Facelift 3"],
            by=["Halden & Quay VFX"], days=(24, 200, 1_115), keep=30, fee=a_year(4_000), where=WORLD,
            channels=("STREAMING", "BROADCAST"), media=(TOMASZ, ("Scan, front", "Front, bearded")), script="Blue revision",
        ),
    )  # fmt: skip
    play.ask(
        "match-crowd", by=SUNNIVA, of=TOMASZ, title="Touchline", sent=play.at(-3, "14:45"), reply_in=timedelta(days=21),
        terms=wish(
            play, "CROWD_FILL", "Sit among the home supporters in two matches, in copies that nobody can tell apart",
            who="A supporter", scenes="Cup match and derby", extent="2 matches, about 60 copies",
            how="Scanned figure, dressed and animated as background", tools=["Crowdmaker 3"], by=["Tern Characters"],
            modality="BODY", days=(30, 200, 760), keep=60, fee=flat(1_200), where=WORLD, channels=("GAME", "PROMOTIONAL"),
        ),
    )  # fmt: skip
    play.ask(
        "low-water-previs", by=GRETA, of=TOMASZ, title="Low Water", sent=play.ago(hours=5), reply_in=timedelta(days=14),
        terms=wish(
            play, "PREVISUALISATION", "A rough stand-in of him to plan the drowned-mill sequence",
            who="The miller Anton", scenes="Scenes 40 to 46", extent="Animatics for 7 scenes, seen by the crew only",
            how="Low-detail head on a generic body in a game engine", tools=["Unreal Engine 5"], by=["Halden & Quay VFX"],
            days=(6, 140, 140), keep=14, fee=flat(900), where=("GB",), channels=("INTERNAL",),
        ),
    )  # fmt: skip


def _keiko(play: Play) -> None:
    play.ask(
        "glass-double", by=JONAS, of=KEIKO, title="Glasshouse", sent=play.at(-282, "10:30"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DIGITAL_DOUBLE", "Put her face on a double in three falls from the palm-house gallery",
            who="Mari, the night gardener", scenes="Sequences 9, 18 and 27", extent="3 stunts, 70 seconds in 14 shots",
            how="Face replacement from a scan, on a double in wires", tools=["Northlight Facelift 3"],
            by=["Halden & Quay VFX"], days=(-275, 60, 1_180), keep=60, fee=flat(11_000), where=WORLD,
            channels=ALL_SCREENS, media=(KEIKO, ("Scan, three-quarter", "Scan, turning")), caps={"seconds": 90},
        ),
    )  # fmt: skip
    play.approve("glass-double", play.at(-279, "20:05", "Asia/Tokyo"), by=KEIKO)
    play.download("glass-double", play.at(-270, "15:20"), by=JONAS)
    play.download("glass-double", play.at(-9, "10:55"), by=EDDA)
    play.ask(
        "look-test", by=GRETA, of=KEIKO, title="Low Water", sent=play.at(-24, "11:50"), reply_in=TEN_DAYS,
        terms=wish(
            play, "LOOK_TEST", "Try three hair colours and a scar on her scan before she is called",
            who="Surveyor Hana Mori", scenes="Look book, pages 4 to 6", extent="3 looks, 12 stills",
            how="Shaders on an existing scan", tools=["Maya 2026"], by=["Halden & Quay VFX"],
            days=(15, 60, 60), keep=14, fee=flat(800), where=("GB",), channels=("INTERNAL",),
            media=(KEIKO, ("Scan, three-quarter",)),
        ),
    )  # fmt: skip
    play.approve("look-test", play.at(-22, "09:15", "Asia/Tokyo"), by=KEIKO)
    play.take_back("look-test", play.at(-16, "21:30", "Asia/Tokyo"), by=KEIKO, reason="I will come to the test myself.")
    play.ask(
        "stunt-double", by=MALIK, of=KEIKO, title="Hollow Crown Online", sent=play.at(-5, "10:20"),
        reply_in=timedelta(days=16),
        terms=wish(
            play, "DIGITAL_DOUBLE", "Put her face on the duelist in eleven finishing moves",
            who="Sen, the duelist", scenes="Finishers 1 to 11", extent="11 shots, 50 seconds",
            how="Face model on a motion-captured double", tools=["Unreal Engine 5"], by=["Tern Characters"],
            days=(20, 200, 1_480), keep=60, fee=flat(9_000), where=WORLD, channels=("GAME",),
            media=(KEIKO, ("Scan, three-quarter", "Scan, turning")), sensitivities=["VIOLENCE"], caps={"seconds": 60},
        ),
    )  # fmt: skip
    play.say(
        "stunt-double", play.at(-4, "09:10", "Asia/Tokyo"), "Four years is long for a game. Would you ask for two?",
        by=KEIKO, kind=ThreadKind.NOTE,
    )  # fmt: skip


def _noor(play: Play) -> None:
    play.ask(
        "reels", by=JONAS, of=NOOR, title="Glasshouse", sent=play.at(-172, "13:00"), reply_in=TEN_DAYS,
        terms=wish(
            play, "DIALOGUE_CLEANUP", "Repair lines under the rain machine in the second and fourth reel",
            who="Doctor Salma Aziz", scenes="Reels 2 and 4", extent="22 lines, 7 minutes",
            how="Noise removal and single words rebuilt from her other takes", tools=["Clearwater 4"],
            by=["Northlight Sound"], modality="VOICE", days=(-165, 9, 9), keep=30, fee=flat(4_400), where=WORLD,
            channels=ALL_SCREENS, media=(NOOR, ("Radio read",)), caps={"lines": 22},
        ),
    )  # fmt: skip
    play.approve("reels", play.at(-169, "10:30"), by=ROSALIND)
    play.download("reels", play.at(-160, "12:00"), by=EDDA)
    play.ask(
        "noor-promo", by=CLEO, of=NOOR, title="Kestrel campaign", sent=play.at(-70, "10:00"), reply_in=timedelta(days=7),
        terms=wish(
            play, "PROMOTION", "Speak the Kestrel slogan in Arabic for two social films",
            who="Voice of the Kestrel campaign", scenes="Social films 3 and 4", extent="2 lines, 8 seconds",
            how="Text to speech with a voice model made from one recording", tools=["Voxwright 6"], by=["Bright Acre Post"],
            modality="VOICE", days=(-55, 20, 120), keep=30, fee=flat(900), where=("GB", "AE"), channels=("SOCIAL",),
        ),
    )  # fmt: skip
    play.ask(
        "radio", by=CLEO, of=NOOR, title="Harbour radio spots", sent=play.at(-8, "12:20"), reply_in=timedelta(days=10),
        terms=wish(
            play, "ADDITIONAL_LINES", "Speak new lines in her voice for three radio spots, as written in the script of May",
            who="The voice of the ferry line", scenes="Spots 1, 2 and 3", extent="3 spots of 30 seconds, 18 lines",
            how="Text to speech with a voice model made from her spots of last year", tools=["Voxwright 6"],
            by=["Bright Acre Post"], modality="VOICE", days=(12, 60, 195), keep=30, fee=flat(5_500), where=("GB", "IE"),
            channels=("AUDIO", "ADVERTISING"), languages=["en"], media=(NOOR, ("Radio read",)), caps={"lines": 18},
        ),
    )  # fmt: skip
    play.ask(
        "noor-trailer", by=JONAS, of=NOOR, title="Glasshouse", sent=play.at(-6, "15:30"), reply_in=timedelta(days=14),
        terms=wish(
            play, "PROMOTION", "Speak the last sentence of the trailer in her own voice, over the empty palm house",
            who="Doctor Salma Aziz", scenes="Trailer A, last 12 seconds", extent="1 sentence, 12 seconds",
            how="Text to speech with a voice model made from the film’s takes", tools=["Northlight Speak 1"],
            by=["Northlight Sound"], modality="VOICE", days=(10, 60, 380), keep=30, fee=a_year(3_500), where=WORLD,
            channels=("PROMOTIONAL", "SOCIAL"), media=(NOOR, ("Radio read",)),
        ),
    )  # fmt: skip
    play.counter(
        "noor-trailer", play.at(-3, "17:20"), by=ROSALIND, fees=[a_year(4_500)], channels=["PROMOTIONAL"],
        note="Noor will do the trailer, not the social cuts, and for what her radio work pays.",
    )  # fmt: skip
    play.ask(
        "noor-previs", by=GRETA, of=NOOR, title="Low Water", sent=play.at(-3, "11:10"), reply_in=timedelta(days=17),
        terms=wish(
            play, "PREVISUALISATION", "A rough stand-in of her to plan the council scene, deleted at wrap",
            who="Mayor Leila Tann", scenes="Scenes 12 and 13", extent="Animatics for 2 scenes, seen by the crew only",
            how="Low-detail head on a generic body in a game engine", tools=["Unreal Engine 5"], by=["Halden & Quay VFX"],
            days=(20, 150, 150), keep=14, fee=flat(2_000), where=("GB",), channels=("INTERNAL",),
        ),
    )  # fmt: skip
