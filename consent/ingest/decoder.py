"""The door to PyAV, which is an extra: without it files are kept unseen (AVAILABLE is False) and marked so.

Every file is opened with the demuxer that its content named and with the file protocol alone, so that no playlist,
concat script or address inside a file makes the library read another one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consent.ingest.refusal import Code, Refused

av: Any
try:
    import av as library
except ImportError:
    av = None
else:
    av = library

AVAILABLE = av is not None

_DEMUXERS = {"wav": "wav", "flac": "flac", "mp3": "mp3", "m4a": "mov", "mp4": "mov", "mov": "mov", "webm": "matroska"}
# A damaged packet here and there is a scratch; more than one in a hundred is not the recording any more.
_SCRATCHES = 3


def opened(path: str | Path, extension: str) -> Any:
    """An input container for a file that sniff() called `extension`. Raises Refused without PyAV."""
    if av is None:
        raise Refused(Code.NEEDS_VIDEO_EXTRA)
    return av.open(
        f"file:{Path(path).absolute()}",
        format=_DEMUXERS[extension],
        options={"protocol_whitelist": "file"},
        metadata_errors="replace",
    )


def frames(container: Any, stream: Any) -> Iterator[Any]:
    """Decoded frames of one stream, stepping over a few damaged packets; Refused when they are many or nothing decodes."""
    stream.codec_context.thread_count = 1
    packets = damaged = decoded = 0
    for packet in container.demux(stream):
        packets += 1
        try:
            pictures = packet.decode()
        except av.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            damaged += 1
            if damaged > _SCRATCHES + packets // 100:
                raise Refused(Code.BROKEN, detail=f"{damaged} of {packets} packets: {error}") from error
            continue
        for picture in pictures:
            decoded += 1
            yield picture
    if not decoded:
        raise Refused(Code.BROKEN, detail="nothing decodes")


def codec_name(stream: Any) -> str:
    """The codec by the names of sniff's allow list: every PCM flavour is 'pcm', and decoders count as their codec."""
    name = stream.codec_context.codec.canonical_name if stream.codec_context else ""
    return "pcm" if name.startswith("pcm_") else name
