"""Surfaces as grids of points: skin, ears and clothes of one person."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, exp, pi, radians, sin, tan

from portal.demo.art.field import body, torso, way_out
from portal.demo.art.look import Look

Point = tuple[float, float, float]
EYE_OF_HEAD: Point = (0.0, -0.12, 0.0)
HEART: Point = (0.0, -2.33, -0.26)


@dataclass(frozen=True)
class Patch:
    """A grid of points, row by row, closed sideways when `closed`; `tone` is the clay's reflectance, 0 to 1, per point.

    Seen from outside, rows run down and columns run anticlockwise from above. A `lined` patch shows its inner side
    too; `lift` draws it as if it were so much nearer, in head units.
    """

    rows: int
    cols: int
    points: list[Point]
    tone: list[float]
    closed: bool = True
    gloss: float = 0.3
    lined: bool = False
    lift: float = 0.0


def smooth(low: float, high: float, value: float) -> float:
    """The usual S-curve from 0 at `low` to 1 at `high`; works downhill too."""
    t = (value - low) / (high - low)
    t = 0.0 if t < 0 else 1.0 if t > 1 else t
    return t * t * (3.0 - 2.0 * t)


def bell(x: float, width: float) -> float:
    """A hump of height 1 and half-width `width`."""
    x /= width
    return exp(-x * x)


def mirrored(rows: list[list[Point]], tones: list[list[float]], gloss: float = 0.3, lift: float = 0.0) -> Patch:
    """Close half rows, given from the front (x=0) to the back (x=0), into whole rings."""
    points: list[Point] = []
    tone: list[float] = []
    for row, shades in zip(rows, tones, strict=True):
        points += row
        points += [(-x, y, z) for x, y, z in row[-2:0:-1]]
        tone += shades
        tone += shades[-2:0:-1]
    return Patch(len(rows), 2 * len(rows[0]) - 2, points, tone, gloss=gloss, lift=lift)


def opened(rows: list[list[Point]], tones: list[list[float]], gloss: float, *, front: bool) -> Patch:
    """Double half rows into a sheet that is open at the back (half rows start in front) or in front."""
    points: list[Point] = []
    tone: list[float] = []
    for row, shades in zip(rows, tones, strict=True):
        other = [(-x, y, z) for x, y, z in reversed(row)]
        back = shades[::-1]
        points += other[:-1] + row if front else row + other[1:]
        tone += back[:-1] + shades if front else shades + back[1:]
    return Patch(len(rows), 2 * len(rows[0]) - 1, points, tone, closed=False, gloss=gloss, lined=not front)


def half_turn(count: int, crowding: float = 0.5) -> list[float]:
    """Angles from 0 (front) to pi (back), `crowding` times as far apart in front as on average."""
    return [pi * (crowding * u + (1.0 - crowding) * u * u) for u in (i / (count - 1) for i in range(count))]


def towards(azimuth: float, pitch: float) -> Point:
    """The unit vector at `azimuth` from the front (to the sitter's left) and `pitch` above the level."""
    return (sin(azimuth) * cos(pitch), sin(pitch), cos(azimuth) * cos(pitch))


def along(origin: Point, step: Point, distance: float) -> Point:
    """The point `distance` from `origin` in direction `step`."""
    return (origin[0] + step[0] * distance, origin[1] + step[1] * distance, origin[2] + step[2] * distance)


def skin(look: Look, fineness: float, crown: float) -> Patch:
    """Head and neck. `crown` is the pitch in degrees above which hair or a cap covers everything."""
    field = body(look)
    columns = half_turn(max(12, int(74 * fineness)))
    head = drops(crown, max(16, int((90 + crown * 0.45) * fineness)))
    neck_rows = max(6, int(26 * fineness))
    head_rows = len(head)
    grid: list[list[Point]] = [[] for _ in range(head_rows + neck_rows)]
    for azimuth in columns:
        turn = (1.0 + cos(azimuth)) / 2.0
        lowest = -50.0 - 22.0 * smooth(0.0, 1.0, turn)
        t = 0.6
        for i, drop in enumerate(head):
            step = towards(azimuth, radians(crown + (lowest - crown) * drop))
            t = way_out(field, EYE_OF_HEAD, step, t * 0.9)
            dent = 0.0
            if EYE_OF_HEAD[2] + step[2] * t > 0.4:
                dent = creases(look, EYE_OF_HEAD[0] + step[0] * t, EYE_OF_HEAD[1] + step[1] * t)
            grown = beard_depth(look, *along(EYE_OF_HEAD, step, t)) if look.beard > 0.5 else 0.0
            grid[i].append(along(EYE_OF_HEAD, step, t - dent + grown))
        bottom = radians(neckline(look, azimuth) - 7.0)
        step = towards(azimuth, bottom)
        end = HEART[1] + step[1] * way_out(field, HEART, step, 0.3)
        top = EYE_OF_HEAD[1] + t * sin(radians(lowest))
        reach = t * cos(radians(lowest))
        for i in range(neck_rows):
            u = (i + 1) / neck_rows
            back = 1.0 - (1.0 - u) ** 3
            slope = radians(lowest * (1.0 - back))
            origin = (0.0, top + (end - top) * u - tan(slope) * (reach + 0.24 * back), -0.24 * back)
            step = towards(azimuth, slope)
            t = way_out(field, origin, step, t * 0.6)
            grid[head_rows + i].append(along(origin, step, t))
    shade = complexion(look)
    return mirrored(grid, [[shade(*point) for point in row] for row in grid], gloss=0.35)


def drops(crown: float, count: int) -> list[float]:
    """Fractions of the way from the crown (0) to the throat (1), crowded at eyes, nose and mouth."""
    lowest, fine = -72.0, 400
    steps = []
    for i in range(fine):
        pitch = crown + (lowest - crown) * (i + 0.5) / fine
        steps.append(1.0 + 1.3 * bell(pitch - 6.0, 9.0) + 0.5 * bell(pitch + 20.0, 8.0) + 1.3 * bell(pitch + 37.0, 8.0))
    total, passed, fractions = sum(steps), 0.0, [0.0]
    for i, weight in enumerate(steps):
        passed += weight
        while passed >= total * len(fractions) / (count - 1) - 1e-9 and len(fractions) < count:
            fractions.append((i + 1) / fine)
    return fractions


def lash_line(look: Look, x: float) -> float:
    """Height of the closed lid's edge."""
    return -0.105 + 0.9 * (abs(x) - look.eyes - 0.01) ** 2


def lid_span(look: Look, x: float) -> float:
    """1 across the width of an eye, 0 beyond its corners."""
    off = abs(abs(x) - look.eyes - 0.005)
    return smooth(0.165, 0.12, off)


def lip_line(look: Look, x: float) -> float:
    """Height of the line between the lips: a shallow bow with corners lifted a little."""
    return look.mouth_height - 0.010 * bell(x, 0.05) + 0.012 * bell(abs(x) - 0.11, 0.07) + 1.1 * x * x * abs(x)


def creases(look: Look, x: float, y: float) -> float:
    """How deep the finest folds of the face lie below the skin: lids, lips, nostrils."""
    dent = 0.0
    if -0.2 < y < 0.1:
        dent += 0.020 * bell(y - lash_line(look, x), 0.016) * lid_span(look, x)
        dent += 0.010 * bell(y - 0.03 + 0.9 * (abs(x) - look.eyes) ** 2, 0.016) * lid_span(look, x)
    elif y < -0.55:
        dent += 0.035 * bell(y - lip_line(look, x), 0.018) * smooth(0.285 * look.mouth, 0.2 * look.mouth, abs(x))
    return dent


def beard(look: Look, x: float, y: float, z: float) -> float:
    """1 where a full beard grows, 0 elsewhere."""
    if y > 0.05 or y < -1.35 or z < -0.12:
        return 0.0
    side = abs(x)
    cheek = -0.02 - 0.62 * smooth(0.0, 0.55, z) + 0.12 * smooth(0.36, 0.2, side) * smooth(0.5, 0.6, z)
    grows = smooth(cheek + 0.05, cheek - 0.10, y) * smooth(-0.10, 0.0, z) * smooth(-1.3, -1.1, y)
    lips = (side / (0.235 * look.mouth)) ** 2 + ((y - look.mouth_height + 0.008) / 0.092) ** 2
    return grows * smooth(0.7, 1.15, lips)


def beard_depth(look: Look, x: float, y: float, z: float) -> float:
    """How far a full beard stands out from the skin, in head units; nothing next to the lips."""
    lips = bell(y - look.mouth_height, 0.15) * bell(x, 0.34) * smooth(0.4, 0.6, z)
    return 0.05 * look.beard * beard(look, x, y, z) ** 2 * (1.0 - lips)


def complexion(look: Look) -> Callable[[float, float, float], float]:
    """Reflectance of the skin at a point: clay, darker on lips, lashes, nostrils and brows."""

    def shade(x: float, y: float, z: float) -> float:
        tone = look.skin
        if z > 0.4:
            side = abs(x)
            lip = y - lip_line(look, x)
            wide = smooth(0.30 * look.mouth, 0.16 * look.mouth, side)
            tone *= (
                1.0
                - (0.22 + 0.16 * look.beard) * smooth(0.12, 0.06, abs(lip + 0.005)) * wide
                - 0.26 * bell(lip, 0.014) * wide
            )
            tone *= 1.0 - 0.45 * bell(y - lash_line(look, x), 0.014) * lid_span(look, x)
            if z > 0.7:
                tone *= 1.0 - 0.55 * bell(side - 0.065 * look.nose_width, 0.035) * bell(y + 0.478, 0.02)
            arch = 0.195 + 0.035 * bell(side - 0.36, 0.14)
            brow = bell(y - arch, 0.029) * smooth(0.10, 0.17, side) * smooth(0.56, 0.40, side)
            tone += (min(look.hair_tone, 0.3) - tone) * min(0.8, 0.6 * look.brows) * brow
        if look.beard:
            coarse = 0.85 + 0.3 * sin(x * 61 + y * 23) * sin(y * 71 - z * 29 + x * 17)
            tone += (look.hair_tone * coarse - tone) * beard(look, x, y, z) * min(0.92, 0.3 + 0.62 * look.beard)
        return tone

    return shade


def ear(look: Look, side: int, fineness: float) -> Patch:
    """One ear (side 1 or -1): a shell with a rolled rim, a bowl and a lobe, leaning away from the head."""
    rows, cols = max(9, int(24 * fineness)), max(14, int(38 * fineness))
    root = way_out(body(look), (0.0, -0.15, -0.08), (1.0, 0.0, 0.0), 0.3) + 0.07
    points: list[Point] = []
    tone: list[float] = []
    for i in range(rows):
        u = i / (rows - 1) / 0.82
        rho, tuck = min(1.0, u), max(0.0, u - 1.0) / 0.22
        for j in range(cols):
            around = 2 * pi * j / cols
            up, back = cos(around), -side * sin(around)
            rim = smooth(-0.75, -0.1, back) * (1.0 - 0.8 * smooth(-0.55, -0.95, up))
            lift = -0.085 * bell(rho, 0.36) + 0.04 * bell(rho - 0.6, 0.12) * rim + 0.055 * bell(rho - 0.94, 0.1) * rim
            lift += 0.03 * bell(rho - 0.5, 0.2) * smooth(-0.6, -1.0, back) - 0.16 * tuck
            grow = look.ears * rho * (1.0 - 0.22 * tuck * tuck)
            tall, deep = 0.255 * up * grow, (0.15 + 0.035 * up) * back * grow
            tall, deep = tall + 0.1 * deep, deep + 0.22 * tall
            out = lift * 0.9 + deep * 0.42
            points.append((side * (root + out), -0.15 + tall, -0.10 - deep * 0.9 + lift * 0.3))
            tone.append(look.skin * (1.0 - 0.15 * bell(rho, 0.4)))
    return Patch(rows, cols, points, tone, gloss=0.3)


def garment(look: Look, fineness: float) -> list[Patch]:
    """Clothes from the collar down to below the frame, and a standing or rolled collar if the look has one."""
    field = torso(look)
    columns = half_turn(max(12, int(58 * fineness)), 0.8)
    rows = max(10, int(46 * fineness))
    grid: list[list[Point]] = [[] for _ in range(rows)]
    edge: list[Point] = []
    for azimuth in columns:
        top = radians(neckline(look, azimuth))
        for i in range(rows):
            v = (i / (rows - 1)) ** 1.25
            pitch = top + (radians(-34.0) - top) * v
            step = towards(azimuth, pitch)
            t = way_out(field, HEART, step, 0.3)
            hem = 0.052 * smooth(-0.004, 0.012, v) - 0.014 * smooth(0.035, 0.05, v)
            t += hem + 0.012 * sin(azimuth * 5 + v * 9) * smooth(0.25, 0.7, v) - 0.012 * smooth(0.01, 0.0, v)
            grid[i].append(along(HEART, step, t))
        edge.append(grid[0][-1])
    cloth = mirrored(grid, [[look.cloth] * len(columns) for _ in grid], gloss=0.08)
    return [cloth, collar(look, edge, fineness)] if look.collar in COLLARS else [cloth]


def neckline(look: Look, azimuth: float) -> float:
    """How high the collar sits, as a pitch in degrees seen from the middle of the chest."""
    front = bell(azimuth, 0.85)
    return {
        "crew": 57.0 - 8.0 * front,
        "scoop": 50.0 - 17.0 * front,
        "vee": 57.0 - 33.0 * bell(azimuth, 0.5),
        "stand": 60.0 - 6.0 * front,
        "roll": 60.0 - 5.0 * front,
    }[look.collar]


COLLARS = {"stand": (0.30, 0.0), "roll": (0.46, 0.02)}  # rise above the neckline, and how far the roll stands out


def collar(look: Look, edge: list[Point], fineness: float) -> Patch:
    """A standing or rolled collar: the tube around the neck."""
    rise, out = COLLARS[look.collar]
    rows = max(7, int(22 * fineness))
    grid: list[list[Point]] = []
    for i in range(rows):
        turn = i / (rows - 1)
        lean = (1.0 - turn) * rise
        swell = 0.05 * sin(pi * turn) ** 0.5 + out + (0.035 * sin(pi * smooth(0.0, 0.62, turn)) if out else 0.0)
        row: list[Point] = []
        for x, y, z in edge:
            scale = (look.neck + 0.02 + swell + 0.1 * turn * turn) / (((x * x + (z + 0.27) ** 2) ** 0.5) + 1e-6)
            scale = scale * (1.0 - turn**3) + turn**3
            row.append((x * scale, y + lean, -0.27 + (z + 0.27) * scale + 0.02 * lean))
        grid.append(row)
    return mirrored(grid, [[look.cloth * 1.04] * len(edge) for _ in grid], gloss=0.08)
