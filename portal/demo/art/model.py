"""One person, modelled once and kept: patches, soft shade, and the coarse twin that casts shadows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.demo.art.hair import hair
from portal.demo.art.look import Look, look_of
from portal.demo.art.patch import Patch, ear, garment, skin
from portal.demo.art.shade import refined, sky

COARSE = 0.45
CROWNS = {"none": 88.0, "cap": 60.0, "bob": 50.0}  # pitch above which the scalp is out of sight


@dataclass(frozen=True)
class Model:
    """`shade` holds, patch by patch and point by point, how much open sky is seen, 0 to 1."""

    patches: Sequence[Patch]
    shade: Sequence[Sequence[float]]
    coarse: Sequence[Patch]


def parts(look: Look, fineness: float) -> list[Patch]:
    """Every patch of a person; `fineness` 1.0 suits pictures about 800 pixels high."""
    crown = CROWNS.get(look.hair, 66.0)
    return [
        skin(look, fineness, crown), ear(look, 1, fineness), ear(look, -1, fineness), *garment(look, fineness),
        *hair(look, fineness),
    ]  # fmt: skip


@lru_cache(maxsize=4)
def model(seed: str, fineness: float = 1.0) -> Model:
    """The person of that seed, modelled."""
    look = look_of(seed)
    patches, coarse = parts(look, fineness), parts(look, COARSE * min(1.0, fineness))
    shade = [refined(rough, value, fine) for rough, value, fine in zip(coarse, sky(coarse), patches, strict=True)]
    return Model(patches, shade, coarse)
