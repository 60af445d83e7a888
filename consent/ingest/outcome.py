"""What this room says about a file it keeps: plain values that fit JSON, importable without any decoder."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """The shelves of the vault; the codes of MediaItem.kind."""

    STILL = "STILL"
    VOICE = "VOICE"
    VIDEO = "VIDEO"


class _Value:
    """A frozen record that becomes JSON."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload,no-any-return]


@dataclass(frozen=True, slots=True)
class Sniffed(_Value):
    """What a file is. `extension` is ours (no dot) and the only one ever used for a name on disk or a download."""

    kind: Kind
    mime: str
    extension: str


@dataclass(frozen=True, slots=True)
class Master(_Value):
    """A scrubbed copy: a file name in the folder given. `lossless` says that no sample or pixel changed."""

    name: str
    mime: str
    extension: str
    size: int
    lossless: bool


@dataclass(frozen=True, slots=True)
class Still(_Value):
    """A picture's own size as it is seen (turned by its orientation), and what was made of it.

    `thumbs` maps the longest side to a file name in the folder given; a smaller picture is never enlarged. `dhash` is
    None for a picture too plain to know again. `sha256` is of the file that was read.
    """

    width: int
    height: int
    thumbs: dict[int, str]
    dhash: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Sound(_Value):
    """What a recording is. `peaks` holds limits.PEAKS numbers from 0 to 255 (full scale), empty when it was not decoded."""

    duration_ms: int | None = None
    channels: int | None = None
    sample_rate: int | None = None
    codec: str = ""
    peaks: list[int] = field(default_factory=list)
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Film(_Value):
    """What a film is: its size as it is seen (turned, pixels squared), and what was made of it."""

    width: int
    height: int
    duration_ms: int
    codec: str
    thumbs: dict[int, str]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed(_Value):
    """All that the vault stores about a file.

    `mime`, `extension`, `size` and `sha256` are of the file as it came. `master` is the scrubbed copy, None where PyAV is
    missing and the format needs it. `thumbs` maps the longest side to a file name in the folder given, `thumb_mime` their
    type. `peaks` are 240 numbers from 0 to 255. `previewed` is False for sound and film that nothing here could decode.
    `captured_on` is the ISO date the file itself gives, as a proposal, or empty: it leaves the file with the rest.
    """

    kind: str
    mime: str
    extension: str
    size: int
    sha256: str
    master: Master | None
    previewed: bool
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    channels: int | None = None
    sample_rate: int | None = None
    codec: str = ""
    thumbs: dict[int, str] = field(default_factory=dict)
    thumb_mime: str = ""
    peaks: list[int] = field(default_factory=list)
    fingerprint: str = ""
    captured_on: str = ""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """JSON turned the sides of `thumbs` into text; here they are numbers again."""
        master = Master(**value["master"]) if value["master"] else None
        return cls(**{**value, "master": master, "thumbs": {int(side): name for side, name in value["thumbs"].items()}})
