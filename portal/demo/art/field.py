"""The body as a smooth field: negative inside, positive outside, roughly the distance to the skin in head units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from portal.demo.art.look import Look

Field = Callable[[float, float, float], float]


@dataclass(frozen=True)
class Lump:
    """An ellipsoid of clay pressed on (or scooped out); `blend` is how wide its seam is. Fields mirror it in x."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    blend: float = 0.1
    scoop: bool = False


def _packed(lumps: Sequence[Lump]) -> list[tuple[float, ...]]:
    return [
        (-1.0 if lump.scoop else 1.0, lump.blend, -min(lump.radii), *lump.centre, *(1.0 / r for r in lump.radii))
        for lump in lumps
    ]


def _pressed(lumps: list[tuple[float, ...]], px: float, py: float, pz: float, start: float) -> float:
    """Add each lump to the running field by a smooth minimum (a smooth maximum of its complement for a scoop)."""
    f = start
    for sign, blend, core, cx, cy, cz, ix, iy, iz in lumps:
        x, y, z = (px - cx) * ix, (py - cy) * iy, (pz - cz) * iz
        k0 = sqrt(x * x + y * y + z * z)
        x, y, z = x * ix, y * iy, z * iz
        d = k0 * (k0 - 1.0) / (sqrt(x * x + y * y + z * z) + 1e-9)
        d = core if d < core else d
        if sign > 0:
            gap = f - d
            h = blend - (gap if gap > 0 else -gap)
            f = d if gap > 0 else f
            if h > 0:
                f -= h * h / (4.0 * blend)
        else:
            gap = f + d
            h = blend - (gap if gap > 0 else -gap)
            f = f if gap > 0 else -d
            if h > 0:
                f += h * h / (4.0 * blend)
    return f


def skull_lumps(look: Look) -> list[Lump]:
    """The head without a face: what hair and caps sit on."""
    w, j, chin = look.width, look.jaw, look.chin
    return [
        Lump((0, 0.31, -0.14), (0.735 * w, 0.79, 0.92), 0.01),
        Lump((0, -0.24, 0.11), (0.62 * w, 0.76, 0.64), 0.28),
        Lump((0.17 * j, -0.60 + chin / 2, 0.10), (0.38 * j, 0.38, 0.54), 0.24),
        Lump((0, -0.94 + chin, 0.50), (0.19 * j, 0.16, 0.20), 0.26),
        Lump((0.41 * w, -0.25, 0.40), (0.20, 0.17, 0.17 + 0.04 * look.cheek), 0.30),
        Lump((0.86 * w, -0.60, 0.44), (0.16, 0.24, 0.28), 0.24, scoop=True),
        Lump((0, -0.55, -0.42), (0.40, 0.42, 0.42), 0.30),
    ]


def face_lumps(look: Look) -> list[Lump]:
    """Brow, sockets, closed eyes, nose and mouth, in the order a sculptor would press them on."""
    e, n, nw = look.eyes, look.nose, look.nose_width
    tip = 0.79 + 0.17 * n
    mouth_y = look.mouth_height
    lips, m = look.lips, look.mouth
    return [
        Lump((0.15, 0.17, 0.62), (0.15, 0.085, 0.10 + 0.035 * look.brow), 0.14),
        Lump((0.38, 0.175, 0.50), (0.17, 0.075, 0.12 + 0.03 * look.brow), 0.16),
        Lump((e + 0.02, -0.01, 0.83), (0.185, 0.105, 0.185 * look.socket + 0.03), 0.15, scoop=True),
        Lump((e + 0.005, -0.04, 0.505), (0.155, 0.105, 0.165), 0.045),
        Lump((0, 0.02, 0.69 + look.bridge), (0.07, 0.22, 0.085), 0.14),
        Lump((0, -0.18, 0.755 + look.bridge * 0.8 + 0.02 * n), (0.085, 0.26, 0.10), 0.09),
        Lump((0, -0.39, tip - 0.10), (0.105 * nw, 0.09, 0.115), 0.12),
        Lump((0.11 * nw, -0.43, 0.765), (0.068 * nw, 0.066, 0.105), 0.06),
        Lump((0, -0.67, 0.56), (0.30, 0.23, 0.215), 0.20),
        Lump((0.055, mouth_y + 0.050, 0.745), (0.175 * m, 0.044 * lips, 0.085 + 0.028 * lips), 0.05),
        Lump((0.04, mouth_y - 0.060, 0.740), (0.150 * m, 0.050 * lips, 0.085 + 0.034 * lips), 0.045),
        Lump((0, -0.585, 0.865), (0.03, 0.06, 0.05), 0.06, scoop=True),
    ]


def neck_lumps(look: Look) -> list[Lump]:
    """Neck, collar bones and the slope down to the shoulders."""
    r, s = look.neck, look.shoulders
    return [
        Lump((0, -0.70, -0.20), (r * 0.98, 0.95, r * 1.02), 0.12),
        Lump((0, -1.40, -0.30), (r, 0.95, r * 1.02), 0.30),
        Lump((s * 0.34, -1.80, -0.38), (s * 0.52, 0.30, 0.30), 0.55),
        Lump((s * 0.78, -2.38, -0.36), (s * 0.235, 0.68, 0.37), 0.42),
        Lump((0, -2.58, -0.20), (s * 0.74, 0.95, 0.60), 0.40),
    ]


def body(look: Look) -> Field:
    """The whole bust, face included."""
    skull, face, neck = _packed(skull_lumps(look)), _packed(face_lumps(look)), _packed(neck_lumps(look))

    def field(x: float, y: float, z: float) -> float:
        x = -x if x < 0 else x
        f = 9.0
        if y > -1.9:
            f = _pressed(skull, x, y, z, f)
            if z > 0.25 and -1.3 < y < 0.5:
                f = _pressed(face, x, y, z, f)
        return _pressed(neck, x, y, z, f) if y < -0.2 else f

    return field


def torso(look: Look) -> Field:
    """Neck and shoulders alone: what a garment is laid on."""
    neck = _packed(neck_lumps(look)[:5])
    return lambda x, y, z: _pressed(neck, -x if x < 0 else x, y, z, 9.0)


def skull(look: Look) -> Field:
    """Head and neck without a face: what hair is laid on."""
    lumps = _packed([*skull_lumps(look), *neck_lumps(look)[:2]])
    return lambda x, y, z: _pressed(lumps, -x if x < 0 else x, y, z, 9.0)


def way_out(
    field: Field, origin: tuple[float, float, float], step: tuple[float, float, float], start: float = 0.0
) -> float:
    """How far along the unit vector `step` from inside the body the skin is met, in head units, to about 0.0002."""
    ox, oy, oz = origin
    dx, dy, dz = step
    t = start
    f = field(ox + dx * t, oy + dy * t, oz + dz * t)
    while f > 0 and t > 0.02:
        t *= 0.8
        f = field(ox + dx * t, oy + dy * t, oz + dz * t)
    for _ in range(24):
        inside, deep = t, f
        t += max(-f, 0.004)
        f = field(ox + dx * t, oy + dy * t, oz + dz * t)
        while f > 0.004:  # overshot: the field is only roughly a distance deep inside
            t -= (t - inside) * max(0.05, min(0.95, f / (f - deep)))
            f = field(ox + dx * t, oy + dy * t, oz + dz * t)
        if f > -0.004 and t > inside:
            slope = (f - deep) / (t - inside)
            return t - f / slope if slope > 0.2 else t
    return t
