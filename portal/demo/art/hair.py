"""What people wear on their heads: a knitted cap, cropped hair, a quiff, curls, a bun, a bob, long hair."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from math import cos, pi, radians, sin, sqrt

from portal.demo.art.dice import dice
from portal.demo.art.field import Field, skull, way_out
from portal.demo.art.look import Look
from portal.demo.art.patch import EYE_OF_HEAD, Patch, Point, along, bell, half_turn, mirrored, opened, smooth, towards

Edge = Callable[[float], float]
Relief = Callable[[float, float], tuple[float, float]]  # (azimuth, way down) -> (thickness, factor on the tone)


def hair(look: Look, fineness: float) -> list[Patch]:
    """The patches of one person's hair or cap; none for a shaved head."""
    maker = STYLES.get(look.hair)
    return maker(look, skull(look), fineness) if maker else []


def shell(
    field: Field, columns: list[float], rows: int, edge: Edge, relief: Relief, tone: float, gloss: float
) -> Patch:
    """A layer over the skull from the crown down to `edge` (pitch in degrees by azimuth), as thick as `relief` says.

    The way runs from 0 at the crown to 1 at the edge. Columns up to pi are mirrored; columns beyond make the whole ring.
    """
    grid: list[list[Point]] = [[] for _ in range(rows)]
    tones: list[list[float]] = [[] for _ in range(rows)]
    for azimuth in columns:
        lowest = edge(azimuth)
        t = 0.9
        for i in range(rows):
            way = i / (rows - 1)
            step = towards(azimuth, radians(90.0 + (lowest - 90.0) * way))
            t = way_out(field, EYE_OF_HEAD, step, t * 0.9)
            thick, factor = relief(azimuth, way)
            grid[i].append(along(EYE_OF_HEAD, step, t + thick))
            tones[i].append(tone * factor)
    if columns[-1] <= pi:
        return mirrored(grid, tones, gloss, lift=0.04)
    points, shades = [point for row in grid for point in row], [shade for row in tones for shade in row]
    return Patch(rows, len(columns), points, shades, gloss=gloss, lift=0.04)


def rounded(way: float, start: float) -> float:
    """Full thickness up to `start`, then a quarter circle down to the edge."""
    t = (way - start) / (1.0 - start)
    return 1.0 if t <= 0 else sqrt(max(0.0, 1.0 - t * t))


def hairline(look: Look, azimuth: float) -> float:
    """Lowest pitch of cropped hair in degrees: forehead, temple, sideburn, over the ear, nape; a little uneven."""
    azimuth = min(azimuth, 2 * pi - azimuth)
    a = azimuth * 180.0 / pi
    front = 45.0 + look.hairline
    knots = (
        (0.0, front), (24.0, front + 1.0), (42.0, front - 6.0), (60.0, 18.0), (72.0, 0.0), (82.0, -3.0), (94.0, 12.0),
        (110.0, 8.0), (124.0, -18.0), (146.0, -36.0), (180.0, -41.0),
    )  # fmt: skip
    uneven = 0.8 * sin(azimuth * 13.0) + 0.5 * sin(azimuth * 31.0 + 1.0)
    for (a0, p0), (a1, p1) in pairwise(knots):
        if a <= a1:
            return p0 + (p1 - p0) * smooth(a0, a1, a) + uneven
    return knots[-1][1] + uneven


def strands(azimuth: float, way: float, count: float) -> float:
    """Ridges of combed hair, -1 to 1: locks of uneven width that wander a little on their way down."""
    bend = 0.05 * sin(way * 7.0 + azimuth * 3.0)
    a = (azimuth + bend) * count
    return 0.5 * sin(a) + 0.3 * sin(a * 1.7 + 2.0) + 0.2 * sin(a * 2.9 + way * 4.0)


def knitted_cap(look: Look, field: Field, fineness: float) -> list[Patch]:
    """A close beanie: staggered stitches, and a turned-up ribbed band."""
    columns = half_turn(max(20, int(116 * fineness)), 1.0)

    def edge(azimuth: float) -> float:
        return 34.0 + 6.0 * cos(azimuth) - 32.0 * smooth(0.7, 2.6, azimuth)

    def relief(azimuth: float, way: float) -> tuple[float, float]:
        band = smooth(0.80, 0.83, way)
        course = way * 26.0
        stitch = sin(azimuth * 24.0 + (pi if int(course) % 2 else 0.0)) * sin(pi * (course % 1.0))
        stitch *= smooth(0.05, 0.3, way) * (1.0 - band)
        rib = cos(azimuth * 40.0) * band
        body = 0.075 + 0.05 * band + 0.06 * bell(way - 0.25, 0.4)
        thick = (body + 0.010 * rib) * rounded(way, 0.94) - 0.03 * smooth(0.985, 1.0, way) + 0.020 * stitch
        return thick, 1.0 + 0.16 * stitch + 0.10 * rib

    return [shell(field, columns, max(16, int(78 * fineness)), edge, relief, look.hair_tone, 0.06)]


def crop(look: Look, field: Field, fineness: float) -> list[Patch]:
    """Short hair, close at the sides."""

    def relief(azimuth: float, way: float) -> tuple[float, float]:
        lock = strands(azimuth, way, 15.0)
        top = 0.035 + 0.05 * smooth(0.95, 0.35, way)
        thick = 0.016 + (top + 0.010 * lock) * smooth(1.0, 0.62, way) - 0.010 * smooth(0.975, 1.0, way)
        return thick, 1.0 + 0.12 * lock + 0.3 * smooth(0.6, 0.95, way) + 0.5 * smooth(0.9, 1.0, way)

    columns = half_turn(max(20, int(84 * fineness)), 0.8)
    return [
        shell(field, columns, max(14, int(52 * fineness)), lambda a: hairline(look, a), relief, look.hair_tone, 0.2)
    ]


def quiff(look: Look, field: Field, fineness: float) -> list[Patch]:
    """Short at the sides, long on top and brushed up and over to one side."""

    def relief(azimuth: float, way: float) -> tuple[float, float]:
        lock = strands(azimuth, way, 11.0)
        lift = 0.20 * smooth(1.25, 0.3, azimuth) * bell(way - 0.72, 0.42) + 0.09 * smooth(0.8, 0.2, way)
        thick = 0.014 + (0.02 + lift + (0.008 + 0.09 * lift) * lock) * rounded(way, 0.82)
        thick -= 0.010 * smooth(0.975, 1.0, way)
        return thick, 1.0 + 0.16 * lock + 0.3 * smooth(0.7, 1.0, way) * smooth(0.8, 1.5, azimuth)

    columns = half_turn(max(20, int(92 * fineness)), 0.7)
    patch = shell(field, columns, max(14, int(60 * fineness)), lambda a: hairline(look, a), relief, look.hair_tone, 0.4)
    swept = []
    for x, y, z in patch.points:
        front = smooth(0.45, 0.95, y) * smooth(-0.2, 0.6, z)
        lean = 0.06 * front * smooth(-0.5, 0.5, x)
        swept.append((x + 0.05 * front, y + lean, z))
    return [Patch(patch.rows, patch.cols, swept, patch.tone, gloss=patch.gloss, lift=patch.lift)]


def curls(look: Look, field: Field, fineness: float) -> list[Patch]:
    """A round head of tight curls, each a small knob."""
    knobs = scattered(640)
    heights = [y for y, _ in knobs]

    def relief(azimuth: float, way: float) -> tuple[float, float]:
        pitch = radians(90.0 + (edge(azimuth) - 90.0) * way)
        x, y, z = towards(azimuth, pitch)
        low, high = bisect_left(heights, y - 0.11), bisect_left(heights, y + 0.11)
        nearest = 9.0
        for _, (kx, ky, kz) in knobs[low:high]:
            gap = (x - kx) ** 2 + (y - ky) ** 2 + (z - kz) ** 2
            nearest = gap if gap < nearest else nearest
        knob = sqrt(max(0.0, 1.0 - nearest / 0.0105))
        body = 0.02 + 0.17 * smooth(1.03, 0.5, way)
        thick = body * rounded(way, 0.9) + 0.02 + 0.06 * knob * smooth(1.0, 0.86, way) - 0.01 * smooth(0.97, 1.0, way)
        return thick, 0.62 + 0.55 * knob

    def edge(azimuth: float) -> float:
        return hairline(look, azimuth) + 2.0

    count = max(40, int(230 * fineness))
    columns = [2 * pi * (i / count) for i in range(count)]
    return [shell(field, columns, max(16, int(76 * fineness)), edge, relief, look.hair_tone, 0.15)]


def scattered(count: int) -> list[tuple[float, Point]]:
    """Points spread about evenly over the unit sphere, lowest first, each with its height."""
    roll = dice(f"knobs {count}")
    spots = []
    for i in range(count):
        y = 1.0 - 2.0 * (i + 0.5) / count + roll.uniform(-0.015, 0.015)
        turn = i * 2.399963 + roll.uniform(-0.25, 0.25)
        flat = sqrt(max(0.0, 1.0 - y * y))
        spots.append((y, (cos(turn) * flat, y, sin(turn) * flat)))
    return sorted(spots)


def bun(look: Look, field: Field, fineness: float) -> list[Patch]:
    """Hair drawn up tightly into a knot on the crown."""

    def relief(azimuth: float, way: float) -> tuple[float, float]:
        lock = strands(azimuth, way * 0.4, 13.0)
        thick = 0.014 + (0.05 + 0.010 * lock) * smooth(1.0, 0.7, way) - 0.010 * smooth(0.975, 1.0, way)
        return thick, 1.0 + 0.14 * lock

    columns = half_turn(max(20, int(92 * fineness)), 0.8)
    tight = shell(field, columns, max(14, int(52 * fineness)), lambda a: hairline(look, a), relief, look.hair_tone, 0.6)
    rows, cols = max(12, int(40 * fineness)), max(16, int(64 * fineness))
    points: list[Point] = []
    tone: list[float] = []
    for i in range(rows):
        polar = 0.03 + 0.86 * pi * i / (rows - 1)
        for j in range(cols):
            around = -2 * pi * j / cols
            wind = sin(around + polar * 6.5)
            wide = 0.33 * (1.0 + 0.07 * wind)
            up, east, north = (
                0.27 * cos(polar) * (1.0 + 0.05 * wind),
                sin(polar) * cos(around),
                sin(polar) * sin(around),
            )
            x, y, z = wide * east, up, wide * north
            points.append((x, 1.09 + y * 0.84 + z * 0.54, -0.70 + z * 0.84 - y * 0.54))
            tone.append(look.hair_tone * (1.0 + 0.22 * wind))
    return [tight, Patch(rows, cols, points, tone, gloss=0.6)]


def fall(look: Look, field: Field, fineness: float) -> list[Patch]:
    """Hair that hangs: to the shoulders, or a bob with a fringe."""
    long = look.hair == "long"
    half, rows = max(16, int(70 * fineness)), max(24, int(96 * fineness))
    cut, share = (-1.40 if long else -0.98), 0.42
    grid: list[list[Point]] = []
    tones: list[list[float]] = []
    for i in range(rows):
        v = i / (rows - 1)
        pitch = 90.0 - 66.0 * min(1.0, v / share)
        drop = max(0.0, (v - share) / (1.0 - share))
        parting = opening(long, pitch, drop)
        row, shades = [], []
        for j in range(half):
            u = j / (half - 1)
            azimuth = parting + (pi - parting) * (0.75 * u + 0.25 * u * u)
            lock = strands(azimuth, v * 1.5, 12.0)
            curtain = 1.0 if parting < 0.02 else rounded(1.0 - u, 0.93)
            step = towards(azimuth, radians(pitch))
            t = way_out(field, EYE_OF_HEAD, step, 0.6)
            thick = ((0.11 if long else 0.13) + 0.016 * lock) * (0.15 + 0.85 * curtain)
            x, y, z = along(EYE_OF_HEAD, step, t + thick)
            if drop > 0.0:
                sway = hang(long, drop, azimuth, lock)
                x, z = x * sway, (z + 0.12) * sway - 0.12
                y += (cut + 0.05 * cos(azimuth * 2.0) + 0.03 * lock * long - y) * drop
            row.append((x, y, z))
            shades.append(look.hair_tone * (1.0 + 0.18 * lock) * (0.85 + 0.15 * curtain))
        grid.append(row)
        tones.append(shades)
    grid = combed(grid, 5)
    hanging = opened(grid, tones, 0.5, front=False)
    return [hanging] if long else [hanging, fringe(look, field, fineness)]


def fringe(look: Look, field: Field, fineness: float) -> Patch:
    """Hair combed from the crown straight down over the forehead."""
    half, rows = max(10, int(44 * fineness)), max(10, int(50 * fineness))
    grid: list[list[Point]] = [[] for _ in range(rows)]
    tones: list[list[float]] = [[] for _ in range(rows)]
    for j in range(half):
        side = j / (half - 1)
        azimuth = 1.12 * side
        edge = 21.5 + 1.2 * sin(azimuth * 19.0) - 2.0 * side
        for i in range(rows):
            way = i / (rows - 1)
            step = towards(azimuth, radians(84.0 + (edge - 84.0) * way))
            lock = strands(azimuth, way, 14.0)
            thick = 0.135 + 0.02 * smooth(0.0, 0.3, way) + 0.012 * lock - 0.06 * smooth(0.85, 1.0, side)
            thick = thick * rounded(way, 0.95) - 0.03 * bell(way, 0.06)
            grid[i].append(along(EYE_OF_HEAD, step, way_out(field, EYE_OF_HEAD, step, 0.6) + thick))
            tones[i].append(look.hair_tone * (1.0 + 0.18 * lock))
    return opened(grid, tones, 0.5, front=True)


def combed(grid: list[list[Point]], passes: int) -> list[list[Point]]:
    """Rows evened with the rows above and below, so that no crease runs across the strands."""
    for _ in range(passes):
        inner = [
            [
                tuple((p + 2 * q + r) / 4 for p, q, r in zip(a, b, c, strict=True))
                for a, b, c in zip(up, at, down, strict=True)
            ]
            for up, at, down in zip(grid, grid[1:], grid[2:], strict=False)
        ]
        grid = [grid[0], *inner, grid[-1]]  # type: ignore[list-item]
    return grid


def hang(long: bool, drop: float, azimuth: float, lock: float) -> float:
    """How wide hanging hair stands, as a factor on the width of the skull: in waves, or turned under at the tips."""
    if long:
        wave = sin(drop * 12.0 + azimuth * 2.0 + lock) * smooth(0.05, 0.5, drop)
        return 1.0 + 0.05 * bell(drop - 0.35, 0.3) - 0.30 * smooth(0.3, 1.0, drop) + 0.028 * wave
    return 1.0 + 0.06 * sin(pi * min(1.0, drop * 1.2)) - 0.24 * smooth(0.55, 1.0, drop)


def opening(long: bool, pitch: float, drop: float) -> float:
    """Half the gap, in radians of azimuth, through which the face is seen."""
    if long:
        arch = radians(62.0) * smooth(54.0, 20.0, pitch) ** 0.6 if pitch < 54.0 else 0.0
        return arch + radians(4.0) * bell(drop - 0.3, 0.2) - radians(10.0) * smooth(0.4, 1.0, drop)
    arch = radians(58.0) * smooth(50.0, 26.0, pitch) ** 0.6 if pitch < 50.0 else 0.0
    return arch - radians(8.0) * smooth(0.2, 1.0, drop)


STYLES: dict[str, Callable[[Look, Field, float], list[Patch]]] = {
    "cap": knitted_cap, "crop": crop, "quiff": quiff, "curls": curls, "bun": bun, "bob": fall, "long": fall,
}  # fmt: skip
