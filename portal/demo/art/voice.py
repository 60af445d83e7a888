"""Voices of people who do not exist: speech-like sound from a buzzing source and five resonators, saying nothing."""

import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, exp, pi, sin
from pathlib import Path
from random import Random

from portal.demo.art.dice import dice

RATE = 22_050  # samples per second, 16 bit, mono
PEAK = 23_000  # 3 dB below full scale
FRAME = 110  # samples between two settings of the resonators, about 5 ms

# Formants of plain vowels in hertz, for a throat of average length; the source is ordinary phonetics.
VOWELS = (
    (300.0, 2250.0, 2950.0), (400.0, 2050.0, 2700.0), (550.0, 1800.0, 2500.0), (700.0, 1650.0, 2450.0),
    (730.0, 1150.0, 2450.0), (580.0, 900.0, 2450.0), (450.0, 850.0, 2350.0), (320.0, 900.0, 2250.0),
    (500.0, 1450.0, 2450.0), (620.0, 1250.0, 2500.0),
)  # fmt: skip
CONSONANTS = ("stop", "stop", "nasal", "hiss", "glide", "hiss", "none")


@dataclass(frozen=True)
class Throat:
    """What makes a voice one person's: pitch in hertz, length of the throat as a factor on formants, breath 0 to 1."""

    pitch: float
    size: float
    breath: float = 0.05
    liveliness: float = 1.0
    pace: float = 1.0


CAST = {
    "imani-clarke": Throat(186.0, 1.10, 0.05, 1.1, 1.0),
    "tomasz-wrona": Throat(98.0, 0.94, 0.04, 0.8, 0.92),
    "keiko-arata": Throat(218.0, 1.16, 0.08, 1.0, 1.12),
    "noor-haddad": Throat(198.0, 1.12, 0.05, 1.25, 1.05),
    "lucia-ferran": Throat(207.0, 1.13, 0.06, 1.3, 1.18),
    "dev-raman": Throat(121.0, 0.98, 0.05, 1.05, 1.08),
    "ada-okonjo": Throat(172.0, 1.07, 0.04, 1.2, 0.96),
}
MANNERS = ("read", "scripted", "efforts")


@dataclass(frozen=True)
class Frame:
    """5 ms of speech: pitch in hertz, three formants, how strong the buzz, the breath in it and the hiss are."""

    pitch: float
    formants: tuple[float, float, float]
    buzz: float
    breath: float
    hiss: float
    hiss_at: float = 4_500.0


def throat_of(seed: str | int) -> Throat:
    """The voice of one person: the given one for a name of the cast, else invented from the seed."""
    known = CAST.get(str(seed))
    if known is not None:
        return known
    roll = dice(f"throat {seed}")
    size = roll.uniform(0.93, 1.16)
    return Throat(
        100.0 + (size - 0.93) * 520.0 * roll.uniform(0.85, 1.1), size, roll.uniform(0.03, 0.09),
        roll.uniform(0.8, 1.3), roll.uniform(0.9, 1.15),
    )  # fmt: skip


def voice(seed: str | int, seconds: float, path: Path, manner: str = "read") -> Path:
    """Write `seconds` of a person talking, as 16-bit mono WAV at 22.05 kHz, the same bytes every time.

    `manner` is one of MANNERS: an easy read, a faster scripted one, or the shouts of a game session. ValueError for
    another. No words are said.
    """
    if manner not in MANNERS:
        raise ValueError(f"A voice can be {', '.join(MANNERS)}, not {manner}.")
    samples = sounded(seed, round(seconds * RATE), manner)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return path


def sounded(seed: str | int, length: int, manner: str) -> bytes:
    """`length` 16-bit samples of talk, gently compressed, over a quiet room."""
    roll = dice(f"talk {seed} {manner}")
    throat = throat_of(seed)
    raw = resonated(talk(throat, roll, manner), throat, roll, length)
    loudest = max(max(raw), -min(raw), 1e-9)
    gain = 1.0 / loudest
    hush = roll.randbytes(length)
    levelled = (
        int(PEAK * 3.0 * value * gain / (1.0 + 2.0 * abs(value) * gain) + (noise - 128) * 0.12)
        for value, noise in zip(raw, hush, strict=True)
    )
    return array("h", levelled).tobytes()


def talk(throat: Throat, roll: Random, manner: str) -> Iterator[Frame]:
    """Frames without end: phrases of syllables with a falling melody, and breaths between them."""
    if manner == "efforts":
        yield from efforts(throat, roll)
    if manner == "scripted":
        throat = replace(throat, pace=throat.pace * 1.15, liveliness=throat.liveliness * 1.15)
    yield from silence(throat, 0.18)
    here = VOWELS[8]
    while True:
        count = roll.randint(4, 10)
        stressed = {roll.randrange(count), roll.randrange(count)}
        start = throat.pitch * (1.0 + 0.12 * throat.liveliness * roll.uniform(0.4, 1.0))
        for number in range(count):
            fall = 1.0 - 0.24 * number / count
            strong = number in stressed
            last = number == count - 1
            target = roll.choice(VOWELS)
            length = roll.uniform(0.11, 0.2) * (1.25 if strong else 1.0) * (1.5 if last else 1.0) / throat.pace
            accent = (0.16 if strong else 0.0) * throat.liveliness
            yield from syllable(throat, roll, here, target, start * fall, accent, length, 1.0 if strong else 0.72)
            here = target
        yield from silence(throat, roll.uniform(0.22, 0.6) / throat.pace)


def efforts(throat: Throat, roll: Random) -> Iterator[Frame]:
    """Grunts and shouts, one after the other, without end."""
    yield from silence(throat, 0.2)
    while True:
        high = roll.uniform(1.35, 1.9)
        for number in range(roll.choice((1, 1, 2, 3))):
            open_mouth = roll.choice((VOWELS[3], VOWELS[4], VOWELS[9]))
            length = roll.uniform(0.16, 0.34) if number else roll.uniform(0.25, 0.7)
            pitch = throat.pitch * high * (0.95**number)
            yield from syllable(throat, roll, VOWELS[8], open_mouth, pitch, 0.3, length, 1.25)
        yield from silence(throat, roll.uniform(0.35, 0.8))


def silence(throat: Throat, seconds: float) -> Iterator[Frame]:
    """A pause, with a breath in it when it is long."""
    count = int(seconds * RATE / FRAME)
    for i in range(count):
        breath = 0.018 * sin(pi * i / count) if seconds > 0.35 else 0.0
        yield Frame(throat.pitch, VOWELS[8], 0.0, breath, 0.0)


def syllable(
    throat: Throat, roll: Random, before: tuple[float, float, float], vowel: tuple[float, float, float], pitch: float,
    accent: float, seconds: float, loud: float,
) -> Iterator[Frame]:  # fmt: skip
    """An opening consonant and a vowel that glides from the one before."""
    opening = roll.choice(CONSONANTS)
    high = roll.uniform(3_600.0, 6_200.0)
    if opening == "stop":
        for _ in range(int(0.045 * RATE / FRAME)):
            yield Frame(pitch, before, 0.0, 0.0, 0.0)
        for i in range(3):
            yield Frame(pitch, vowel, 0.0, 0.1, 0.5 - 0.15 * i, high * 0.7)
    elif opening == "hiss":
        count = int(roll.uniform(0.06, 0.1) * RATE / FRAME)
        for i in range(count):
            yield Frame(pitch, before, 0.0, 0.0, 0.42 * sin(pi * (i + 0.5) / count), high)
    elif opening == "nasal":
        for _ in range(int(0.055 * RATE / FRAME)):
            yield Frame(pitch, (260.0, 1100.0, 2300.0), 0.38 * loud, 0.0, 0.0)
    count = max(6, int(seconds * RATE / FRAME))
    ease = 0.5 if opening == "glide" else 0.28
    for i in range(count):
        t = i / count
        near = min(1.0, t / ease)
        near = near * near * (3.0 - 2.0 * near)
        formants = tuple(a + (b - a) * near for a, b in zip(before, vowel, strict=True))
        swell = min(1.0, t / 0.12, (1.0 - t) / 0.22)
        bend = 1.0 + accent * sin(pi * min(1.0, t * 1.3)) - 0.05 * t
        yield Frame(pitch * bend, formants, loud * swell, throat.breath, 0.0)  # type: ignore[arg-type]


def resonator(hertz: float, width: float) -> tuple[float, float, float]:
    """Coefficients of a two-pole resonator with unit gain at 0 Hz (a digital formant)."""
    radius = exp(-pi * width / RATE)
    c = -radius * radius
    b = 2.0 * radius * cos(2.0 * pi * min(hertz, RATE * 0.46) / RATE)
    return 1.0 - b - c, b, c


def resonated(frames: Iterator[Frame], throat: Throat, roll: Random, length: int) -> list[float]:
    """Sound of the frames: pulses and breath through four resonators in a row, hiss through a fifth beside them."""
    out: list[float] = []
    phase = buzz = breath = hiss = 0.0
    y1 = y2 = y3 = y4 = z1 = z2 = z3 = z4 = h1 = h2 = 0.0
    a4, b4, c4 = resonator(3_500.0 * throat.size, 220.0)
    last = 0.0
    while len(out) < length:
        frame = next(frames)
        f1, f2, f3 = (hertz * throat.size for hertz in frame.formants)
        a1, b1, c1 = resonator(f1, 70.0)
        a2, b2, c2 = resonator(f2, 100.0)
        a3, b3, c3 = resonator(f3, 150.0)
        ah, bh, ch = resonator(frame.hiss_at, 1_400.0)
        ah = (1.0 - ch) * 0.02
        step = frame.pitch * roll.uniform(0.992, 1.008) / RATE
        buzz_by, breath_by = (frame.buzz - buzz) / FRAME, (frame.breath - breath) / FRAME
        hiss_by = (frame.hiss - hiss) / FRAME
        for grain in roll.randbytes(FRAME):
            phase += step
            if phase >= 1.0:
                phase -= 1.0
            buzz += buzz_by
            breath += breath_by
            hiss += hiss_by
            noise = (grain - 127.5) * 0.0078
            # A glottal flow that opens slowly, shuts fast and rests; its change is what is heard.
            flow = phase * phase * (2.4 - 4.0 * phase) * 6.0 if phase < 0.6 else 0.0
            source = (flow - last) * buzz * 8.0 + noise * breath * (0.3 + flow)
            last = flow
            x = a1 * source + b1 * y1 + c1 * z1
            z1, y1 = y1, x
            x = a2 * x + b2 * y2 + c2 * z2
            z2, y2 = y2, x
            x = a3 * x + b3 * y3 + c3 * z3
            z3, y3 = y3, x
            x = a4 * x + b4 * y4 + c4 * z4
            z4, y4 = y4, x
            h = ah * noise * hiss + bh * h1 + ch * h2
            h2, h1 = h1, h
            out.append(x + h)
    return out[:length]
