"""Soft shade: how much open sky each point of a bust sees, measured once per person."""

from collections.abc import Sequence
from math import sqrt

from portal.demo.art.patch import Patch
from portal.demo.art.stage import Facets, Lamp, Pose, posed

DOME = (
    (0.0, 1.0, 0.15), (0.75, 0.65, 0.2), (-0.75, 0.65, 0.2), (0.0, 0.65, 0.8), (0.0, 0.55, -0.8), (0.55, 0.1, 0.85),
    (-0.55, 0.1, 0.85), (0.0, 0.05, 1.0), (0.95, 0.05, 0.1), (-0.95, 0.05, 0.1), (0.6, 0.2, -0.75), (-0.6, 0.2, -0.75),
    (0.3, -0.45, 0.8), (-0.3, -0.45, 0.8),
)  # fmt: skip
FULL_SKY = 4.4


def sky(patches: Sequence[Patch]) -> list[list[float]]:
    """How much open sky each point of each patch sees, 0 to 1: the soft shade in hollows, the same in every pose."""
    scene = [posed(patch, Pose()) for patch in patches]
    outward = [normals(facets) for facets in scene]
    totals = [[0.0] * len(facets.x) for facets in scene]
    for direction in DOME:
        lamp = Lamp(direction, softness=1.0)
        lamp.look(scene)
        for facets, directions, total in zip(scene, outward, totals, strict=True):
            add_daylight(facets, directions, lamp, total)
    return [evened(facets.patch, total) for facets, total in zip(scene, totals, strict=True)]


def normals(facets: Facets) -> list[tuple[float, float, float]]:
    """The unit vector out of the surface at every point of a posed patch."""
    patch, xs, ys, zs = facets.patch, facets.x, facets.y, facets.z
    cols, last = patch.cols, patch.cols - 1
    found = []
    for r in range(patch.rows):
        base, up, down = r * cols, max(r - 1, 0) * cols, min(r + 1, patch.rows - 1) * cols
        for c in range(cols):
            left = base + (c - 1 if c else last if patch.closed else 0)
            right = base + (c + 1 if c < last else 0 if patch.closed else last)
            ux, uy, uz = xs[down + c] - xs[up + c], ys[down + c] - ys[up + c], zs[down + c] - zs[up + c]
            vx, vy, vz = xs[right] - xs[left], ys[right] - ys[left], zs[right] - zs[left]
            nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            long = sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
            found.append((nx / long, ny / long, nz / long))
    return found


def add_daylight(facets: Facets, outward: Sequence[tuple[float, float, float]], lamp: Lamp, total: list[float]) -> None:
    """Add what one direction of the sky gives to every point."""
    lx, ly, lz = lamp.towards
    for i, (x, y, z, (nx, ny, nz)) in enumerate(zip(facets.x, facets.y, facets.z, outward, strict=True)):
        slope = nx * lx + ny * ly + nz * lz
        if slope > 0.05:
            total[i] += slope * lamp.reaches(x + nx * 0.04, y + ny * 0.04, z + nz * 0.04)


def evened(patch: Patch, total: list[float]) -> list[float]:
    """Smooth out the steps of the depth pictures and scale to 0 to 1."""
    rows, cols = patch.rows, patch.cols
    across = [0.0] * len(total)
    for r in range(rows):
        base = r * cols
        row = total[base : base + cols]
        row = row[-2:] + row + row[:2] if patch.closed else row[:1] * 2 + row + row[-1:] * 2
        for c in range(cols):
            across[base + c] = (row[c] + row[c + 1] + row[c + 2] + row[c + 3] + row[c + 4]) * 0.2
    even = []
    for r in range(rows):
        above, base, below = max(r - 1, 0) * cols, r * cols, min(r + 1, rows - 1) * cols
        even += [
            min(1.0, (across[above + c] + across[base + c] + across[below + c]) / (3.0 * FULL_SKY)) for c in range(cols)
        ]
    return even


def refined(coarse: Patch, shade: list[float], fine: Patch) -> list[float]:
    """The shade measured on a coarse patch, carried over to a finer patch of the same surface."""
    down = (coarse.rows - 1) / (fine.rows - 1)
    across = coarse.cols / fine.cols if fine.closed else (coarse.cols - 1) / (fine.cols - 1)
    carried = []
    stops = []
    for c in range(fine.cols):
        at = c * across
        left = int(at)
        stops.append((left, (left + 1) % coarse.cols, at - left))
    for r in range(fine.rows):
        at = r * down
        row = min(int(at), coarse.rows - 2)
        low = at - row
        base, below = row * coarse.cols, (row + 1) * coarse.cols
        for left, right, part in stops:
            upper = shade[base + left] + (shade[base + right] - shade[base + left]) * part
            lower = shade[below + left] + (shade[below + right] - shade[below + left]) * part
            carried.append(upper + (lower - upper) * low)
    return carried
