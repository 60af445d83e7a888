"""Voice: length, shape and loudness envelope of a recording, decoded once in constant memory."""

from array import array
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from consent.ingest import decoder, fingerprint, limits
from consent.ingest.outcome import Sound
from consent.ingest.refusal import Code, Refused, decoding
from consent.ingest.sniff import SOUND_CODECS

AVAILABLE = decoder.AVAILABLE
_FULL_SCALE = 32_768
# Enough for an envelope. An hour at 8 kHz is a second of Python; a twelve-hour session gets a coarser grid.
_RATE, _COARSE_RATE = 8_000, 2_000
_COARSE_FROM_SECONDS = 3600


def process_sound(path: str | Path, extension: str) -> Sound:
    """Decode the recording and measure it. Raises Refused, also when PyAV is not installed."""
    with decoding(), decoder.opened(path, extension) as container:
        if not container.streams.audio:
            raise Refused(Code.NO_SOUND)
        stream = container.streams.audio[0]
        codec = decoder.codec_name(stream)
        if codec not in SOUND_CODECS:
            raise Refused(Code.CODEC, codec=codec)
        rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
        if not rate or not 1 <= channels <= limits.CHANNELS:
            raise Refused(Code.BROKEN, detail="no sample rate or channels")
        told = (container.duration or 0) / 1_000_000
        grid = _COARSE_RATE if told > _COARSE_FROM_SECONDS else _RATE
        envelope = Envelope(grid // 50)
        resampler = decoder.av.AudioResampler(format="s16", layout="mono", rate=grid)
        samples = 0
        for frame in decoder.frames(container, stream):
            samples += frame.samples
            if samples > limits.SECONDS * rate:
                raise Refused(Code.TOO_LONG, hours=limits.SECONDS // 3600)
            _measure(resampler.resample(frame), envelope)
        _measure(resampler.resample(None), envelope)
        peaks = envelope.peaks()
        return Sound(samples * 1000 // rate, channels, rate, codec, peaks, fingerprint.of_peaks(peaks))


def _measure(frames: Iterable[Any], envelope: "Envelope") -> None:
    for frame in frames:
        block = array("h")
        block.frombytes(memoryview(frame.planes[0])[: frame.samples * 2])
        envelope.add(block)


class Envelope:
    """Loudest sample per span, over a recording of unknown length: when the grid is full, neighbours merge and spans double."""

    _MOST = 16 * limits.PEAKS

    def __init__(self, span: int):
        self.span = span
        self.spans: list[int] = []
        self.rest = array("h")

    def add(self, block: "array[int]") -> None:
        self.rest.extend(block)
        at = 0
        while len(self.rest) - at >= self.span:
            part = self.rest[at : at + self.span]
            at += self.span
            self.spans.append(max(max(part), -min(part)))
            if len(self.spans) == self._MOST:
                self.spans = [max(pair) for pair in zip(self.spans[::2], self.spans[1::2], strict=True)]
                self.span *= 2
        del self.rest[:at]

    def peaks(self, count: int = limits.PEAKS) -> list[int]:
        """`count` numbers from 0 to 255 over the whole length; a very short recording repeats its few spans."""
        spans = self.spans + ([max(max(self.rest), -min(self.rest))] if self.rest else [])
        if not spans:
            return []
        edges = [len(spans) * n // count for n in range(count + 1)]
        return [
            min(255, max(spans[start : max(start + 1, stop)]) * 255 // (_FULL_SCALE - 1))
            for start, stop in pairwise(edges)
        ]
