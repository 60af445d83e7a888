"""Portraits of invented people: one call from a seed and a pose to a picture."""

from PIL import Image

from portal.demo.art.model import model
from portal.demo.art.paint import LIGHTS, Shot, clay, silhouette, wire
from portal.demo.art.stage import Pose

POSES = {
    "front": Pose(),
    "three-quarter-left": Pose(turn=36, torso=22, aside=-0.15),
    "three-quarter-right": Pose(turn=-36, torso=-22, aside=0.15),
    "profile-left": Pose(turn=-88, torso=-72, aside=0.08),
    "profile-right": Pose(turn=88, torso=72, aside=-0.08),
    "chin-up": Pose(nod=-17),
    "looking-down": Pose(turn=14, torso=4, nod=19, tilt=-3),
    "over-shoulder": Pose(turn=32, torso=-8, nod=3, tilt=4),
    "back": Pose(turn=180, torso=180),
}
SIDES = {  # where the backdrop is brightest, 0.5 unless said
    "front": -0.2,
    "chin-up": 1.1,
    "three-quarter-right": 1.1,
    "profile-right": 1.2,
    "looking-down": 1.1,
    "over-shoulder": 1.1,
}
STYLES = ("clay", "wire", "silhouette")


def bust(
    seed: str | int,
    pose: str | Pose = "front",
    size: tuple[int, int] = (960, 1200),
    light: str = "soft",
    style: str = "clay",
) -> Image.Image:
    """A portrait of the person of that seed, the same pixels every time.

    `pose` is a name from POSES or turns of one's own, `light` a name from LIGHTS, `style` one of STYLES; an unknown
    name is a KeyError or ValueError. `size` is width and height in pixels, best 4 to 5.
    """
    turned = POSES[pose] if isinstance(pose, str) else pose
    sitter = model(str(seed), 1.0 if size[1] > 480 else 0.6)
    shot = Shot(size, f"{seed} {pose} {light}", side=SIDES.get(pose, 0.5) if isinstance(pose, str) else 0.5)
    if style == "clay":
        return clay(sitter, turned, LIGHTS[light], shot)
    if style == "wire":
        return wire(sitter, turned, shot)
    if style == "silhouette":
        return silhouette(sitter, turned, shot)
    raise ValueError(f"A bust is drawn as {', '.join(STYLES)}, not as {style}.")
