"""From posed patches to a picture: clay, wire and silhouette, with Pillow alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from portal.demo.art.dice import dice
from portal.demo.art.model import Model
from portal.demo.art.stage import CAMERA_DISTANCE, FRAME_CENTRE, FRAME_HEIGHT, Facets, Lamp, Pose, corners, posed

OVERSAMPLING = 2
TINT = ((0.99, 3.0), (0.985, 1.5), (0.965, 0.0))  # gain and lift of red, green, blue: a slightly warm print
NIGHT = (27, 30, 26)
RELIEF = (46, 66, 54)
LINE = (240, 238, 124)
Tile = tuple[float, tuple[float, ...], int]  # nearness, outline in pixels, brightness


@dataclass(frozen=True)
class Light:
    """One lighting of the studio. Directions point to the lamp; strengths are for white clay."""

    key: tuple[float, float, float]
    key_strength: float
    fill: float
    rim: tuple[float, float, float]
    rim_strength: float
    backdrop: tuple[float, float]  # reflectance in the middle and at the corners

    @property
    def paper(self) -> tuple[int, int]:
        """The backdrop as pixel values, square-root encoded like the bust."""
        middle, corner = self.backdrop
        return int(255 * sqrt(middle)), int(255 * sqrt(corner))


LIGHTS = {
    "soft": Light((-0.62, 0.62, 0.95), 0.78, 0.38, (0.9, 0.35, -0.55), 0.30, (0.52, 0.30)),
    "flat": Light((-0.15, 0.55, 1.0), 0.64, 0.56, (0.9, 0.35, -0.55), 0.20, (0.66, 0.46)),
    "key-left": Light((-1.0, 0.45, 0.28), 0.85, 0.07, (0.9, 0.3, -0.7), 0.30, (0.055, 0.02)),
    "key-right": Light((1.0, 0.5, 0.25), 0.85, 0.07, (-0.9, 0.3, -0.7), 0.30, (0.055, 0.02)),
}


@dataclass(frozen=True)
class Shot:
    """One exposure: its size in pixels, what its grain grows from, and where the backdrop is brightest.

    `side` is 0 at the left edge and 1 at the right; beyond is outside the picture. It differs from pose to pose because
    a vault that looks for duplicates compares slopes of brightness, and would take two plain portraits for copies.
    """

    size: tuple[int, int]
    seed: str
    frame: int = 0
    side: float = 0.5


def on_film(facets: Facets, width: int, height: int) -> list[tuple[float, float]]:
    """Pixel position of every point of a posed patch on a film of that size."""
    scale = CAMERA_DISTANCE * height / FRAME_HEIGHT
    middle, centre = width / 2.0, height / 2.0
    spots = []
    for x, y, z in zip(facets.x, facets.y, facets.z, strict=True):
        p = scale / (CAMERA_DISTANCE - z)
        spots.append((middle + x * p, centre - (y - FRAME_CENTRE) * p))
    return spots


def clay(sitter: Model, pose: Pose, light: Light, shot: Shot) -> Image.Image:
    """The bust as unglazed clay in front of a paper backdrop."""
    width, height = (side * OVERSAMPLING for side in shot.size)
    lamp = Lamp(light.key)
    lamp.look([posed(patch, pose) for patch in sitter.coarse])
    film = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(film)
    tiles: list[Tile] = []
    for patch, shade in zip(sitter.patches, sitter.shade, strict=True):
        facets = posed(patch, pose)
        tiles += lit_tiles(facets, shade, light, lamp, on_film(facets, width, height))
    tiles.sort()
    for _, outline, value in tiles:
        pen.polygon(outline, (value, value, value, 255))
    sheet = film.convert("RGBa").reduce(OVERSAMPLING)
    mask = sheet.getchannel("a").filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MinFilter(3))  # shut pinholes
    bust = sheet.filter(ImageFilter.GaussianBlur(shot.size[1] / 480.0)).convert("RGBA").getchannel("R")
    return developed(Image.composite(bust, glow(shot, *light.paper), mask), shot)


def wire(sitter: Model, pose: Pose, shot: Shot) -> Image.Image:
    """The bust as a face scanner shows it: a lattice of light lines over a dark green relief, on black."""
    width, height = (side * OVERSAMPLING for side in shot.size)
    film = Image.new("RGB", (width, height), NIGHT)
    pen = ImageDraw.Draw(film)
    tiles: list[tuple[float, tuple[float, ...], float, list[tuple[float, ...]]]] = []
    for patch in sitter.patches:
        facets = posed(patch, pose)
        spots = on_film(facets, width, height)
        every_row, every_col = max(2, round(patch.rows / 30)), max(2, round(patch.cols / 48))
        for number, (a, b, c, d) in enumerate(corners(patch)):
            pa, pb, pc, pd = spots[a], spots[b], spots[c], spots[d]
            if (pc[0] - pa[0]) * (pd[1] - pb[1]) - (pc[1] - pa[1]) * (pd[0] - pb[0]) <= 0:
                continue
            row, col = divmod(number, patch.cols if patch.closed else patch.cols - 1)
            facing = facing_camera(facets, a, b, c, d)
            bands = []
            if row % every_row == 0:
                bands.append(strip(pa, pb, pc, pd, height / 620.0))
            if col % every_col == 0:
                bands.append(strip(pb, pc, pd, pa, height / 620.0))
            nearness = (facets.z[a] + facets.z[c]) * 0.5 + patch.lift
            tiles.append((nearness, pa + pb + pc + pd, facing, bands))
    tiles.sort()
    for _, outline, facing, bands in tiles:
        pen.polygon(outline, tinted(RELIEF, 0.3 + 0.7 * facing))
        for band in bands:
            pen.polygon(band, tinted(LINE, 0.25 + 0.75 * facing))
    beam = glow(shot, 255, 84)
    return ImageChops.multiply(film.reduce(OVERSAMPLING), Image.merge("RGB", (beam, beam, beam)))


def tinted(ink: tuple[int, int, int], strength: float) -> tuple[int, int, int]:
    """An ink at that strength, 0 to 1."""
    return (int(ink[0] * strength), int(ink[1] * strength), int(ink[2] * strength))


def strip(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], width: float
) -> tuple[float, ...]:
    """A band `width` pixels wide along the middle of a facet, from its side d-a to its side b-c."""
    deep = abs(a[0] + b[0] - c[0] - d[0]) + abs(a[1] + b[1] - c[1] - d[1])
    part = min(0.5, width / (deep + 1e-6))
    low, high = 0.5 - part, 0.5 + part
    return (
        a[0] + (d[0] - a[0]) * low, a[1] + (d[1] - a[1]) * low, b[0] + (c[0] - b[0]) * low, b[1] + (c[1] - b[1]) * low,
        b[0] + (c[0] - b[0]) * high, b[1] + (c[1] - b[1]) * high, a[0] + (d[0] - a[0]) * high, a[1] + (d[1] - a[1]) * high,
    )  # fmt: skip


def facing_camera(facets: Facets, a: int, b: int, c: int, d: int) -> float:
    """How squarely a facet faces the camera, 0 to 1."""
    xs, ys, zs = facets.x, facets.y, facets.z
    ux, uy, uz = xs[c] - xs[a], ys[c] - ys[a], zs[c] - zs[a]
    vx, vy, vz = xs[b] - xs[d], ys[b] - ys[d], zs[b] - zs[d]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    return max(0.0, nz / (sqrt(nx * nx + ny * ny + nz * nz) + 1e-12))


def silhouette(sitter: Model, pose: Pose, shot: Shot) -> Image.Image:
    """The outline alone, dark before a light backdrop: somebody who shows no face."""
    width, height = (side * OVERSAMPLING for side in shot.size)
    film = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(film)
    for patch in sitter.coarse:
        spots = on_film(posed(patch, pose), width, height)
        for a, b, c, d in corners(patch):
            pen.polygon((*spots[a], *spots[b], *spots[c], *spots[d]), 255)
    mask = film.filter(ImageFilter.GaussianBlur(height / 400.0)).reduce(OVERSAMPLING)
    paper = glow(shot, *LIGHTS["flat"].paper)
    return developed(Image.composite(Image.new("L", shot.size, 74), paper, mask), shot)


def lit_tiles(
    facets: Facets, shade: Sequence[float], light: Light, lamp: Lamp, spots: list[tuple[float, float]]
) -> list[Tile]:
    """Facets that face the camera: nearness, outline in pixels, and brightness 0 to 255 (square-root encoded)."""
    xs, ys, zs = facets.x, facets.y, facets.z
    lx, ly, lz = lamp.towards
    reach = sqrt(sum(v * v for v in light.rim))
    rx, ry, rz = (v / reach for v in light.rim)
    half = sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1))
    hx, hy, hz = lx / half, ly / half, (lz + 1) / half
    tone, gloss, lined = facets.patch.tone, facets.patch.gloss, facets.patch.lined
    lift = facets.patch.lift
    strength, fill, rim = light.key_strength, light.fill, light.rim_strength
    tiles: list[Tile] = []
    for a, b, c, d in corners(facets.patch):
        pa, pb, pc, pd = spots[a], spots[b], spots[c], spots[d]
        away = (pc[0] - pa[0]) * (pd[1] - pb[1]) - (pc[1] - pa[1]) * (pd[0] - pb[0]) <= 0
        if away and not lined:
            continue
        ux, uy, uz = xs[c] - xs[a], ys[c] - ys[a], zs[c] - zs[a]
        vx, vy, vz = xs[b] - xs[d], ys[b] - ys[d], zs[b] - zs[d]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        long = sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
        if away:
            long = -long
        nx, ny, nz = nx / long, ny / long, nz / long
        cx, cy, cz = (xs[a] + xs[c]) * 0.5, (ys[a] + ys[c]) * 0.5, (zs[a] + zs[c]) * 0.5
        key = (nx * lx + ny * ly + nz * lz + 0.12) / 1.12
        open_sky = (shade[a] + shade[c]) * (0.12 if away else 0.5)
        shine = 0.0
        if key > 0:
            off = 0.03 + 0.11 * (1.0 - key)
            key *= lamp.reaches(cx + nx * off, cy + ny * off, cz + nz * off)
            shine = nx * hx + ny * hy + nz * hz
            shine = gloss * 0.22 * shine**18 * key if shine > 0.7 else 0.0
        else:
            key = 0.0
        edge = nx * rx + ny * ry + nz * rz
        edge = edge * edge * rim * open_sky if edge > 0 else 0.0
        around = fill * open_sky * (0.62 + 0.30 * ny + 0.14 * nz)
        bright = (tone[a] + tone[c]) * 0.5 * (strength * key + around + edge) + shine * strength
        value = int(255 * sqrt(bright)) if 0 < bright < 1 else 255 if bright >= 1 else 0
        tiles.append((cz + lift, pa + pb + pc + pd, value))
    return tiles


def glow(shot: Shot, middle: int, corner: int) -> Image.Image:
    """Light falling off from the brightest spot of a shot to its corners, between two values of 0 to 255."""
    width, height = shot.size
    wide = Image.radial_gradient("L").resize((width * 3, height * 2), Image.Resampling.BICUBIC)
    left, top = int(width * (1.5 - shot.side)), int(height * 0.55)
    spot = wide.crop((left, top, left + width, top + height))
    return spot.point([middle + (corner - middle) * min(255, v * 5 // 4) // 255 for v in range(256)])


def developed(picture: Image.Image, shot: Shot) -> Image.Image:
    """Grain and the slightly warm black of a fibre print."""
    width, height = picture.size
    noise = dice(f"grain {shot.seed} {shot.frame}").randbytes(width * height)
    grain = Image.frombytes("L", (width, height), noise)
    grain = grain.filter(ImageFilter.GaussianBlur(0.6)).point([128 + (v - 128) // 9 for v in range(256)])
    grey = ImageChops.add(picture, grain, 1, -128)
    warm = [grey.point([min(255, int(v * gain + lift)) for v in range(256)]) for gain, lift in TINT]
    return Image.merge("RGB", warm)
