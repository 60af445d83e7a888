"""Perceptual fingerprints: short codes that stay close when a file is saved again, scaled or recompressed.

A fingerprint is text, `<kind><version>:<hex>[.<hex>...]`, 64 bits each. Different kinds are never near. A duplicate is
pointed out to its owner, never acted on, so a rare chance likeness costs a sentence.
"""

from collections.abc import Sequence
from itertools import pairwise

BITS = 64
# Out of 64 bits; strangers sit around 32. Re-saved, scaled and recoloured copies of a photograph stay under 6. An envelope
# shifts a little with each codec's delay, so recordings get more room.
NEAR = {"s1": 8, "f1": 8, "v1": 12}
LEAST_CONTRAST = 6


def of_still(hash_: int | None) -> str:
    """Empty when there is nothing to compare by."""
    return "" if hash_ is None else f"s1:{_hex(hash_)}"


def of_frames(hashes: Sequence[int | None]) -> str:
    """One fingerprint for a film out of the hashes of frames at fixed fractions of its length."""
    known = [hash_ for hash_ in hashes if hash_ is not None]
    return "f1:" + ".".join(map(_hex, known)) if known else ""


def of_peaks(peaks: Sequence[int]) -> str:
    """Rise and fall of the loudness envelope over 65 equal spans: blind to codec, level and sample rate, not to a trim."""
    if not peaks:
        return ""
    spans = [
        sum(peaks[start:stop]) / (stop - start)
        for start, stop in (
            (len(peaks) * n // 65, max(len(peaks) * n // 65 + 1, len(peaks) * (n + 1) // 65)) for n in range(65)
        )
    ]
    if max(spans) - min(spans) < LEAST_CONTRAST:
        return ""
    bits = 0
    for here, there in pairwise(spans):
        bits = bits << 1 | (here < there)
    return f"v1:{_hex(bits)}"


def near(a: str, b: str) -> bool:
    """Whether two fingerprints are of the same content, by Hamming distance per 64 bits (the mean over a film's frames)."""
    kind, _colon, left = a.partition(":")
    other, _colon, right = b.partition(":")
    ours, theirs = left.split("."), right.split(".")
    if not a or not b or kind != other or len(ours) != len(theirs):
        return False
    apart = sum((int(x, 16) ^ int(y, 16)).bit_count() for x, y in zip(ours, theirs, strict=True))
    return apart <= NEAR[kind] * len(ours)


def _hex(hash_: int) -> str:
    return f"{hash_ & (1 << BITS) - 1:016x}"
