"""The studio: how a sitter is turned, where the camera stands, and which facets the lamps and the lens see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin, sqrt

from PIL import Image, ImageDraw

from portal.demo.art.patch import Patch, smooth

CAMERA_DISTANCE = 10.5
FRAME_HEIGHT = 4.1  # head units seen from the top to the bottom of a picture
FRAME_CENTRE = -0.52
NECK_PIVOT = (-0.95, -0.22)  # height and depth about which a head nods
SHADOW_SIDE = 176  # pixels of a lamp's depth picture
SHADOW_REACH = 2.9  # head units from its centre to its edge
SHADOW_SCALE = SHADOW_SIDE / (2 * SHADOW_REACH)
SHADOW_SLACK = 0.07  # head units by which a point may lie behind the depth picture and still be lit
SPREAD = (
    (0.8, -0.6), (-0.6, -0.8), (-0.8, 0.6), (0.6, 0.8), (0.0, 0.0), (0.5, 0.1), (-0.5, -0.1), (0.1, -0.5), (-0.1, 0.5),
)  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """Degrees: `turn` and `torso` to the sitter's left, `nod` downwards, `tilt` towards the right shoulder.

    `aside` is a step to the right of the picture, in head units.
    """

    turn: float = 0.0
    torso: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    aside: float = 0.0


@dataclass
class Facets:
    """Corner points of one posed patch in studio space: x right, y up, z towards the camera."""

    patch: Patch
    x: list[float]
    y: list[float]
    z: list[float]


def posed(patch: Patch, pose: Pose) -> Facets:
    """Turn a patch: the head fully, the torso as little as the pose says, the neck in between."""
    turns = []
    for i in range(33):
        w = i / 32.0
        yaw = radians(pose.torso + (pose.turn - pose.torso) * w)
        nod, tilt = radians(pose.nod * w), radians(pose.tilt * w)
        turns.append((cos(yaw), sin(yaw), cos(nod), sin(nod), cos(tilt), sin(tilt)))
    xs, ys, zs = [], [], []
    py, pz = NECK_PIVOT
    for x, y, z in patch.points:
        w = 32 if y > -0.85 else 0 if y < -1.8 else int(32.5 * smooth(-1.8, -0.85, y))
        cw, sw, cn, sn, ct, st = turns[w]
        y -= py
        z -= pz
        y, z = y * cn - z * sn, y * sn + z * cn
        x, y = x * ct + y * st, y * ct - x * st
        y += py
        z += pz
        xs.append(x * cw + z * sw + pose.aside)
        ys.append(y)
        zs.append(z * cw - x * sw)
    return Facets(patch, xs, ys, zs)


def corners(patch: Patch) -> list[tuple[int, int, int, int]]:
    """Indices of the four corners of every facet, in the order top left, top right, bottom right, bottom left."""
    return grid_corners(patch.rows, patch.cols, patch.closed)


@lru_cache(maxsize=32)
def grid_corners(rows: int, cols: int, closed: bool) -> list[tuple[int, int, int, int]]:
    """The same for any grid of that shape."""
    last = cols if closed else cols - 1
    quads = []
    for r in range(rows - 1):
        base = r * cols
        for c in range(last):
            right = c + 1 if c + 1 < cols else 0
            quads.append((base + c, base + right, base + cols + right, base + cols + c))
    return quads


class Lamp:
    """A lamp far away in direction `towards`; remembers how near the nearest surface is along each of its rays."""

    def __init__(self, towards: tuple[float, float, float], softness: float = 3.0) -> None:
        """Aim the lamp at the bust; `softness` is the width of a shadow's edge in pixels of the depth picture."""
        length = sqrt(sum(v * v for v in towards))
        self.towards = lx, ly, lz = tuple(v / length for v in towards)
        flat = sqrt(lx * lx + lz * lz) or 1e-6
        self.right = (lz / flat, 0.0, -lx / flat)
        rx, _, rz = self.right
        self.up = (ly * rz, lz * rx - lx * rz, -ly * rx)
        self.margin = int(softness) + 1
        self.around = [round(dv * softness) * SHADOW_SIDE + round(du * softness) for du, dv in SPREAD]
        self.depth: Sequence[float] = ()

    def seen(self, facets: Facets) -> list[tuple[float, float, float]]:
        """Column, row and nearness of every point of a patch in the lamp's depth picture."""
        rx, _, rz = (side * SHADOW_SCALE for side in self.right)
        ux, uy, uz = (side * SHADOW_SCALE for side in self.up)
        lx, ly, lz = self.towards
        middle, top = SHADOW_SIDE / 2.0, SHADOW_SIDE / 2.0 + FRAME_CENTRE * uy
        return [
            (middle + x * rx + z * rz, top - x * ux - y * uy - z * uz, x * lx + y * ly + z * lz)
            for x, y, z in zip(facets.x, facets.y, facets.z, strict=True)
        ]

    def look(self, scene: list[Facets]) -> None:
        """Fill the depth picture from the whole scene."""
        tiles = []
        for facets in scene:
            seen = self.seen(facets)
            for a, b, c, d in corners(facets.patch):
                pa, pb, pc, pd = seen[a], seen[b], seen[c], seen[d]
                if (pc[0] - pa[0]) * (pd[1] - pb[1]) - (pc[1] - pa[1]) * (pd[0] - pb[0]) > 0:
                    near = (pa[2] + pc[2]) * 0.5
                    tiles.append((near, (pa[0], pa[1], pb[0], pb[1], pc[0], pc[1], pd[0], pd[1])))
        tiles.sort()
        picture = Image.new("F", (SHADOW_SIDE, SHADOW_SIDE), -99.0)
        pen = ImageDraw.Draw(picture)
        for near, outline in tiles:
            pen.polygon(outline, near)
        self.depth = memoryview(picture.tobytes()).cast("f")

    def reaches(self, x: float, y: float, z: float) -> float:
        """How much of the lamp a studio point sees, 0 to 1."""
        rx, _, rz = self.right
        ux, uy, uz = self.up
        lx, ly, lz = self.towards
        column = int(SHADOW_SIDE / 2.0 + (x * rx + z * rz) * SHADOW_SCALE)
        row = int(SHADOW_SIDE / 2.0 - (x * ux + (y - FRAME_CENTRE) * uy + z * uz) * SHADOW_SCALE)
        if not (self.margin <= column < SHADOW_SIDE - self.margin and self.margin <= row < SHADOW_SIDE - self.margin):
            return 1.0
        near = x * lx + y * ly + z * lz + SHADOW_SLACK
        depth, around, here = self.depth, self.around, row * SHADOW_SIDE + column
        lit = 0
        for offset in around[:4]:
            if depth[here + offset] < near:
                lit += 1
        if lit in (0, 4):  # well inside the light or the shadow
            return lit / 4.0
        for offset in around[4:]:
            if depth[here + offset] < near:
                lit += 1
        return lit / len(around)
