"""What an invented person looks like: the measures a bust is modelled from."""

from dataclasses import dataclass, replace

from portal.demo.art.dice import dice

# Lengths are in head units: the eyes are at height 0, a plain crown at 1.1, a plain chin at -1.1.


@dataclass(frozen=True)
class Look:
    """Measures of one head. Factors are 1.0 for the plain head; shifts are in head units."""

    width: float = 1.0
    jaw: float = 1.0
    chin: float = 0.0
    cheek: float = 1.0
    brow: float = 1.0
    socket: float = 1.0
    eyes: float = 0.29
    nose: float = 1.0
    nose_width: float = 1.0
    bridge: float = 0.0
    lips: float = 1.0
    mouth: float = 1.0
    ears: float = 1.0
    neck: float = 0.46
    shoulders: float = 1.36
    skin: float = 0.6
    hair: str = "none"  # none, cap, crop, quiff, curls, bun, bob, long
    hair_tone: float = 0.26
    hairline: float = 0.0
    beard: float = 0.0
    brows: float = 0.7
    collar: str = "crew"  # crew, scoop, vee, stand, roll
    cloth: float = 0.2

    @property
    def mouth_height(self) -> float:
        """Height of the line between the lips."""
        return -0.70 + self.chin / 3


CAST = {
    "imani-clarke": Look(
        width=0.97,
        jaw=0.93,
        cheek=1.15,
        nose=0.94,
        nose_width=1.16,
        lips=1.25,
        mouth=1.0,
        eyes=0.3,
        brow=0.8,
        neck=0.505,
        shoulders=1.26,
        skin=0.52,
        hair="cap",
        hair_tone=0.2,
        brows=0.55,
        collar="crew",
        cloth=0.16,
    ),
    "tomasz-wrona": Look(
        width=1.04,
        jaw=1.14,
        chin=-0.05,
        cheek=0.95,
        brow=1.35,
        nose=1.12,
        bridge=0.03,
        lips=0.8,
        mouth=1.05,
        ears=1.08,
        neck=0.53,
        shoulders=1.52,
        skin=0.64,
        hair="crop",
        hair_tone=0.26,
        hairline=7.0,
        beard=1.0,
        brows=0.9,
        collar="stand",
        cloth=0.24,
    ),
    "keiko-arata": Look(
        width=0.99,
        jaw=0.88,
        chin=0.05,
        cheek=1.05,
        brow=0.55,
        socket=0.7,
        nose=0.84,
        nose_width=0.98,
        bridge=-0.02,
        lips=0.98,
        mouth=0.88,
        neck=0.415,
        shoulders=1.18,
        skin=0.62,
        hair="bun",
        hair_tone=0.13,
        brows=0.7,
        collar="roll",
        cloth=0.3,
    ),
    "noor-haddad": Look(
        width=0.96,
        jaw=0.95,
        cheek=1.1,
        brow=1.0,
        nose=1.08,
        bridge=0.03,
        lips=1.08,
        mouth=0.96,
        eyes=0.3,
        neck=0.505,
        shoulders=1.24,
        skin=0.6,
        hair="bob",
        hair_tone=0.15,
        brows=1.0,
        collar="vee",
        cloth=0.42,
    ),
    "lucia-ferran": Look(
        width=0.95,
        jaw=0.9,
        chin=0.02,
        cheek=1.08,
        brow=0.75,
        nose=0.96,
        nose_width=0.92,
        lips=1.12,
        mouth=1.0,
        neck=0.42,
        shoulders=1.22,
        skin=0.65,
        hair="long",
        hair_tone=0.24,
        brows=0.75,
        collar="scoop",
        cloth=0.18,
    ),
    "dev-raman": Look(
        width=1.0,
        jaw=1.03,
        cheek=1.0,
        brow=1.1,
        nose=1.05,
        nose_width=1.06,
        lips=0.95,
        mouth=1.0,
        ears=1.05,
        neck=0.50,
        shoulders=1.42,
        skin=0.5,
        hair="quiff",
        hair_tone=0.13,
        hairline=3.0,
        beard=0.35,
        brows=1.1,
        collar="crew",
        cloth=0.5,
    ),
    "ada-okonjo": Look(
        width=0.99,
        jaw=0.96,
        cheek=1.2,
        brow=0.8,
        nose=0.92,
        nose_width=1.22,
        lips=1.35,
        mouth=1.04,
        eyes=0.305,
        neck=0.44,
        shoulders=1.28,
        skin=0.42,
        hair="curls",
        hair_tone=0.12,
        brows=0.7,
        collar="scoop",
        cloth=0.4,
    ),
}


def look_of(seed: str | int) -> Look:
    """The measures of one person: the drawn ones for a name of the cast, else invented from the seed, always alike."""
    drawn = CAST.get(str(seed))
    if drawn is not None:
        return drawn
    roll = dice(f"look {seed}")
    sturdy = roll.random()
    look = Look(
        width=roll.uniform(0.94, 1.05), jaw=0.9 + 0.24 * sturdy, chin=roll.uniform(-0.05, 0.05),
        cheek=roll.uniform(0.9, 1.2), brow=0.6 + 0.7 * sturdy, socket=roll.uniform(0.75, 1.1),
        eyes=roll.uniform(0.28, 0.305), nose=roll.uniform(0.86, 1.12), nose_width=roll.uniform(0.92, 1.2),
        bridge=roll.uniform(-0.02, 0.03), lips=roll.uniform(0.8, 1.3), mouth=roll.uniform(0.9, 1.06),
        ears=roll.uniform(0.94, 1.08), neck=0.42 + 0.12 * sturdy, shoulders=1.2 + 0.3 * sturdy,
        skin=roll.uniform(0.42, 0.68), hair_tone=roll.uniform(0.12, 0.4), brows=roll.uniform(0.5, 1.1),
        cloth=roll.choice((0.16, 0.22, 0.3, 0.4, 0.5)),
        hair=roll.choice(("none", "crop", "quiff", "curls", "bun", "bob", "long", "cap")),
        collar=roll.choice(("crew", "scoop", "vee", "stand", "roll")),
    )  # fmt: skip
    bearded = sturdy > 0.55 and roll.random() < 0.5
    return replace(look, beard=roll.uniform(0.3, 1.0)) if bearded else look
