"""Two thousand damaged files: each is kept or refused with a code, none ends the process, none costs more than its caps."""

from collections import Counter
from random import Random

from consent.ingest import sandbox
from consent.ingest.refusal import Code
from tests.ingest import specimens

COUNT = 2_000
SEED = 20_261_122
SMALL = (96, 72)


def mutated(content: bytes, random: Random) -> bytes:
    """One of the ways in which files break, or are broken."""
    data = bytearray(content)
    way = random.randrange(7)
    if way == 0:
        del data[random.randrange(len(data)) :]
    elif way == 1:
        for _ in range(random.randrange(1, 30)):
            data[random.randrange(len(data))] = random.randrange(256)
    elif way == 2:
        for _ in range(random.randrange(1, 8)):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    elif way == 3:
        at = random.randrange(len(data))
        data[at:at] = random.randbytes(random.randrange(1, 64))
    elif way == 4:
        at = random.randrange(len(data))
        del data[at : at + random.randrange(1, 64)]
    elif way == 5:
        # Sizes and counts live in the first kilobyte: put extremes there.
        at = random.randrange(min(len(data) - 4, 1024))
        data[at : at + 4] = random.choice(
            (b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x00\x00\x00\x01")
        )
    else:
        source, target, length = random.randrange(len(data)), random.randrange(len(data)), random.randrange(1, 512)
        data[target : target + length] = data[source : source + length]
    return bytes(data)


def seeds() -> list[bytes]:
    short = {"frames": 6}
    return [
        specimens.jpg(size=SMALL),
        specimens.jpg(progressive=True, size=SMALL),
        specimens.png(size=SMALL),
        specimens.png("P", size=SMALL),
        specimens.webp(size=SMALL),
        specimens.webp(lossless=True, size=SMALL),
        specimens.heic(128, 96),
        specimens.wav(0.2),
        specimens.flac(0.2),
        specimens.mp3(0.5),
        specimens.m4a(0.5),
        specimens.mp4(**short),
        specimens.mov(**short),
        specimens.webm(**short),
    ]


def test_damaged_files_are_kept_or_refused_and_nothing_else(through_the_child):
    random = Random(SEED)
    kinds = seeds()
    files = {f"{number:05}": mutated(kinds[number % len(kinds)], random) for number in range(COUNT)}
    answers = through_the_child(files)
    assert len(answers) == COUNT
    tally = Counter(answer["code"] for answer in answers.values())
    assert tally.keys() <= {"KEPT", *Code}
    assert tally[Code.UNAVAILABLE] == tally[Code.TIMEOUT] == 0
    # Both outcomes occur in number, or the test looks at nothing.
    assert tally["KEPT"] > COUNT // 10
    assert tally[Code.BROKEN] > COUNT // 10
    assert max(answer["peak_megabytes"] for answer in answers.values()) <= sandbox.MEGABYTES
