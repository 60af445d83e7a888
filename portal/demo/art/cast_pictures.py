"""The reference media of the demo cast: which pictures, voices and clips there are, and how to have them made."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from portal.demo.art import clip, voice
from portal.demo.art.bust import bust

STILL, VOICE, VIDEO = "still", "voice", "video"
PICTURE_SIZE = (640, 800)
EXIF_DATE, EXIF_BLOCK, EXIF_MODEL = 0x9003, 0x8769, 0x0110


@dataclass(frozen=True)
class Asset:
    """One file for a performer's vault. `kind` is still, voice or video; `purpose` a code of MediaPurpose."""

    person_slug: str
    kind: str
    path: Path
    caption: str
    captured_on: date
    tags: tuple[str, ...]
    purpose: str


@dataclass(frozen=True)
class Wish:
    """An asset not yet made; `make` writes it to the path it is given, or nothing where a library is missing."""

    name: str
    kind: str
    caption: str
    captured_on: date
    tags: tuple[str, ...]
    purpose: str
    make: Callable[[Path], object]


def make_cast_media(out_dir: Path, people: Iterable[str] | None = None, workers: int = 1) -> list[Asset]:
    """Make what is missing under `out_dir`, a folder per person, and list all of it in the order of a contact sheet.

    Files that exist are kept as they are. `people` limits the work to some slugs of CAST (KeyError for another);
    with `workers` above 1 the people are shared out among that many processes. Clips are left out without PyAV.
    """
    slugs = list(CAST if people is None else people)
    tasks = [(Path(out_dir), slug) for slug in slugs]
    if workers > 1 and len(slugs) > 1:
        with ProcessPoolExecutor(min(workers, len(slugs)), mp_context=get_context("spawn")) as pool:
            made = list(pool.map(of_person, tasks))
    else:
        made = [of_person(task) for task in tasks]
    return [asset for assets in made for asset in assets]


def of_person(task: tuple[Path, str]) -> list[Asset]:
    """The assets of one person; `task` is the folder of the whole cast and the person's slug."""
    out_dir, slug = task
    folder = out_dir / slug
    folder.mkdir(parents=True, exist_ok=True)
    assets = []
    for wish in CAST[slug](slug):
        path = folder / wish.name
        if not path.exists():
            unfinished = path.with_name(f"unfinished-{wish.name}")
            wish.make(unfinished)
            if not unfinished.exists():
                continue
            unfinished.replace(path)
        assets.append(Asset(slug, wish.kind, path, wish.caption, wish.captured_on, wish.tags, wish.purpose))
    return assets


def photograph(slug: str, pose: str, light: str, style: str, taken: date, path: Path) -> None:
    """Write one still as JPEG, with the date in its Exif block as a camera would."""
    picture: Image.Image = bust(slug, pose, PICTURE_SIZE, light, style)
    exif = Image.Exif()
    exif[EXIF_MODEL] = "Clay studio"
    exif.get_ifd(EXIF_BLOCK)[EXIF_DATE] = f"{taken:%Y:%m:%d} 12:00:00"
    picture.save(path, quality=90, exif=exif)


def speak(slug: str, seconds: float, manner: str, path: Path) -> None:
    """Write one recording in the format that the suffix names: WAV, or FLAC or MP3 where PyAV is installed."""
    if path.suffix == ".wav":
        voice.voice(slug, seconds, path, manner)
        return
    plain = path.with_suffix(".wav")
    clip.packed(voice.voice(slug, seconds, plain, manner), path)
    plain.unlink()


def still(
    slug: str,
    caption: str,
    pose: str,
    taken: date,
    *,
    light: str = "soft",
    style: str = "clay",
    tags: Sequence[str] = (),
) -> Wish:
    """A portrait, or a face scan when `style` is wire."""
    scan = style == "wire"
    name = f"{slug.split('-')[0]}_{taken.year}_{caption.lower().replace(', ', '_').replace(' ', '_')}.jpg"
    return Wish(
        name, STILL, caption, taken, ("face scan" if scan else "portrait", *tags), "SCAN" if scan else "PORTRAIT",
        partial(photograph, slug, pose, light, style, taken),
    )  # fmt: skip


def recording(
    slug: str, caption: str, seconds: float, taken: date, *, manner: str = "read", tags: Sequence[str] = (),
    packing: str = ".wav",
) -> Wish:  # fmt: skip
    """A voice recording; `packing` is used where PyAV is installed, WAV elsewhere."""
    suffix = packing if clip.AVAILABLE else ".wav"
    name = f"{slug.split('-')[0]}_{taken.year}_{caption.lower().replace(', ', '_').replace(' ', '_')}{suffix}"
    return Wish(name, VOICE, caption, taken, tuple(tags), "SPEECH", partial(speak, slug, seconds, manner))


def movement(slug: str, caption: str, move: str, taken: date, tags: Sequence[str] = ()) -> Wish:
    """A short clip."""
    name = f"{slug.split('-')[0]}_{taken.year}_{caption.lower().replace(', ', '_').replace(' ', '_')}.mp4"
    return Wish(name, VIDEO, caption, taken, tuple(tags), "MOVEMENT", partial(clip.clip, slug, move=move))


def imani(slug: str) -> list[Wish]:
    """The contact sheet of the vault: six portraits in soft light, three in hard light and from behind, three scans."""
    spring, scanned = date(2026, 3, 14), date(2019, 5, 7)
    return [
        still(slug, "Front, neutral", "front", spring, tags=["neutral"]),
        still(slug, "Three-quarter left", "three-quarter-left", spring),
        still(slug, "Three-quarter right", "three-quarter-right", spring),
        still(slug, "Profile right", "profile-right", spring),
        still(slug, "Profile left", "profile-left", spring),
        still(slug, "Chin up", "chin-up", spring),
        still(slug, "Key from left", "three-quarter-right", spring, light="key-left", tags=["low key"]),
        still(slug, "Key from right", "three-quarter-left", spring, light="key-right", tags=["low key"]),
        still(slug, "Back", "back", spring),
        still(slug, "Scan, front", "front", scanned, style="wire"),
        still(slug, "Scan, three-quarter", "three-quarter-left", scanned, style="wire"),
        still(slug, "Scan, profile", "profile-right", scanned, style="wire"),
        recording(slug, "Natural read", 12.0, date(2025, 9, 2), tags=["home booth", "English"]),
        recording(slug, "Game efforts and shouts", 9.0, date(2026, 3, 16), manner="efforts", tags=["studio", "games"]),
        recording(slug, "Spanish, scripted", 8.0, date(2024, 11, 20), manner="scripted", tags=["studio", "Spanish"]),
        movement(slug, "Head turn, neutral", "turn", spring, ["head"]),
        movement(slug, "Nod and settle", "nod", spring, ["head"]),
    ]


def tomasz(slug: str) -> list[Wish]:
    """Portraits with a beard, and one scan for a de-ageing job."""
    autumn, scanned = date(2025, 10, 3), date(2024, 2, 12)
    return [
        still(slug, "Front, bearded", "front", autumn, tags=["beard"]),
        still(slug, "Three-quarter right", "three-quarter-right", autumn, tags=["beard"]),
        still(slug, "Profile left", "profile-left", autumn, tags=["beard"]),
        still(slug, "Key from left", "front", autumn, light="key-left", tags=["low key"]),
        still(slug, "Looking down", "looking-down", autumn),
        still(slug, "Scan, front", "front", scanned, style="wire"),
        recording(slug, "Polish, natural read", 7.0, autumn, tags=["Polish"]),
    ]


def keiko(slug: str) -> list[Wish]:
    """Portraits and a scan for stunt doubles, with the scan turning."""
    summer, scanned = date(2025, 7, 21), date(2025, 7, 22)
    return [
        still(slug, "Front, hair up", "front", summer, light="flat"),
        still(slug, "Three-quarter left", "three-quarter-left", summer),
        still(slug, "Profile right", "profile-right", summer),
        still(slug, "Over the shoulder", "over-shoulder", summer),
        still(slug, "Key from right", "three-quarter-left", summer, light="key-right", tags=["low key"]),
        still(slug, "Scan, three-quarter", "three-quarter-right", scanned, style="wire"),
        recording(slug, "Japanese, natural read", 6.0, summer, tags=["Japanese"]),
        movement(slug, "Scan, turning", "scan", scanned, ["face scan"]),
    ]


def noor(slug: str) -> list[Wish]:
    """Portraits, and the radio voice she is asked for."""
    winter = date(2026, 1, 18)
    return [
        still(slug, "Front, fringe", "front", winter),
        still(slug, "Three-quarter left", "three-quarter-left", winter),
        still(slug, "Three-quarter right", "three-quarter-right", winter, light="flat"),
        still(slug, "Looking down", "looking-down", winter),
        recording(slug, "Radio read", 8.0, winter, tags=["radio", "English"], packing=".flac"),
        recording(slug, "Arabic, scripted", 6.0, winter, manner="scripted", tags=["Arabic"]),
    ]


def lucia(slug: str) -> list[Wish]:
    """Portraits and a dubbing voice."""
    spring = date(2025, 4, 9)
    return [
        still(slug, "Front, hair down", "front", spring),
        still(slug, "Three-quarter right", "three-quarter-right", spring),
        still(slug, "Profile left", "profile-left", spring),
        still(slug, "Key from left", "three-quarter-right", spring, light="key-left", tags=["low key"]),
        recording(slug, "Spanish, natural read", 7.0, spring, tags=["Spanish"], packing=".mp3"),
    ]


def dev(slug: str) -> list[Wish]:
    """Portraits only, and one scan."""
    spring = date(2026, 2, 27)
    return [
        still(slug, "Front, neutral", "front", spring),
        still(slug, "Three-quarter left", "three-quarter-left", spring),
        still(slug, "Chin up", "chin-up", spring),
        still(slug, "Scan, front", "front", spring, style="wire"),
    ]


def ada(slug: str) -> list[Wish]:
    """Portraits and the voice that is wanted in French and German."""
    autumn = date(2025, 11, 5)
    return [
        still(slug, "Front, neutral", "front", autumn),
        still(slug, "Three-quarter right", "three-quarter-right", autumn),
        still(slug, "Profile right", "profile-right", autumn, light="flat"),
        still(slug, "Key from right", "front", autumn, light="key-right", tags=["low key"]),
        recording(slug, "English, natural read", 7.0, autumn, tags=["English"]),
        recording(slug, "French, scripted", 6.0, autumn, manner="scripted", tags=["French"], packing=".flac"),
    ]


CAST: dict[str, Callable[[str], list[Wish]]] = {
    "imani-clarke": imani, "tomasz-wrona": tomasz, "keiko-arata": keiko, "noor-haddad": noor, "lucia-ferran": lucia,
    "dev-raman": dev, "ada-okonjo": ada,
}  # fmt: skip
