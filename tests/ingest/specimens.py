"""Files made in code, one of each format, each carrying MARK in every corner where its format has words."""

import io
import struct
import wave
import zlib
from functools import cache
from pathlib import Path
from random import Random

import av
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

MARK = "WHEREABOUTS-7"
MARKS = (MARK.encode(), MARK.encode("utf-16-le"), MARK.encode("utf-16-be"), b"+52.5200+013.4050")
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{MARK}</rdf:RDF></x:xmpmeta>'.encode()
DAY = "2024-05-06"
SIZE = (320, 240)

STILLS = ("jpg", "png", "webp", "heic")
VOICES = ("wav", "flac", "mp3", "m4a")
FILMS = ("mp4", "mov", "webm")
ALL = (*STILLS, *VOICES, *FILMS)


@cache
def picture(width: int = 320, height: int = 240, seed: int = 1) -> Image.Image:
    """A soft landscape of random discs: enough slopes for a fingerprint, enough flats to compress."""
    random = Random(seed)
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for _ in range(25):
        x, y, r = random.randrange(width), random.randrange(height), random.randrange(5, max(6, width // 6))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(random.randrange(256) for _ in range(3)))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = tags[0x010F] = tags[0x013B] = MARK
    tags.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    tags.get_ifd(0x8769)[0x927C] = MARK.encode()
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 0x1D: MARK})
    return tags


@cache
def profile() -> bytes:
    """A true sRGB profile whose name and an unknown tag carry the mark."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = struct.unpack_from(">I", plain, 128)[0]
    extra = b"text" + bytes(4) + MARK.encode() + bytes(3)
    shifted = b""
    for number in range(count):
        name, at, size = struct.unpack_from(">4sII", plain, 132 + 12 * number)
        shifted += struct.pack(">4sII", name, at + 12, size)
    table = struct.pack(">I", count + 1) + shifted + struct.pack(">4sII", b"priv", len(plain) + 12, len(extra))
    whole = plain[:128] + table + plain[132 + 12 * count :] + extra + bytes(-len(extra) % 4)
    return struct.pack(">I", len(whole)) + whole[4:48] + MARK.encode()[:4] + whole[52:]


@cache
def jpg(orientation: int = 1, mode: str = "RGB", progressive: bool = False, size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    extras = {"icc_profile": profile()} if mode == "RGB" else {}
    picture(*size).convert(mode).save(
        out, "JPEG", quality=90, exif=exif(orientation), comment=MARK, xmp=XMP, progressive=progressive, **extras
    )
    whole = out.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x20\x1c\x02\x78\x00\x0d" + MARK.encode()
    app13 = struct.pack(">BBH", 0xFF, 0xED, len(iptc) + 2) + iptc
    return whole[:2] + app13 + whole[2:] + b"\xff\xd8second picture " + MARK.encode() + b"\xff\xd9"


@cache
def png(mode: str = "RGB", size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", MARK)
    info.add_text("Comment", MARK * 20, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add(b"tIME", struct.pack(">H5B", 2024, 5, 6, 7, 8, 9))
    info.add(b"prVt", MARK.encode(), after_idat=True)
    extras = {"icc_profile": profile()} if mode == "RGB" else {}
    source = picture(*size).convert(mode)
    if mode in ("RGBA", "LA"):
        source.putalpha(Image.radial_gradient("L").resize(source.size))
    source.save(out, "PNG", pnginfo=info, exif=exif(6), **extras)
    return out.getvalue() + MARK.encode()


@cache
def webp(lossless: bool = False, size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    picture(*size).save(out, "WEBP", exif=exif(6), xmp=XMP, icc_profile=profile(), lossless=lossless)
    return out.getvalue()


@cache
def heic(width: int = 320, height: int = 240) -> bytes:
    """A HEIF container written by hand round one HEVC key frame, with an Exif item."""
    film = io.BytesIO()
    with av.open(film, "w", format="mp4") as container:
        stream = container.add_stream(
            "libx265", rate=1, options={"x265-params": "log-level=none:bframes=0:frame-threads=1"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.codec_tag = "hvc1"
        frame = av.VideoFrame.from_image(picture(width, height))
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    raw = film.getvalue()
    with av.open(io.BytesIO(raw)) as container:
        sample = bytes(next(container.demux(video=0)))
    at = raw.index(b"hvcC") - 4
    hvcc = raw[at : at + struct.unpack_from(">I", raw, at)[0]]
    tags = b"\x00\x00\x00\x06Exif\x00\x00" + exif(1).tobytes()[6:]

    def meta(offset: int) -> bytes:
        infos = [
            _full(b"infe", 2, struct.pack(">HH4sx", number, 0, kind)) for number, kind in ((1, b"hvc1"), (2, b"Exif"))
        ]
        places = ((1, offset, len(sample)), (2, offset + len(sample), len(tags)))
        iloc = (
            bytes([0x44, 0])
            + struct.pack(">H", 2)
            + b"".join(struct.pack(">HHHII", n, 0, 1, at, size) for n, at, size in places)
        )
        properties = _box(b"ipco", hvcc + _full(b"ispe", 0, struct.pack(">II", width, height)))
        associations = _full(b"ipma", 0, struct.pack(">IHBBB", 1, 1, 2, 0x81, 2))
        return _full(
            b"meta", 0,
            _full(b"hdlr", 0, bytes(4) + b"pict" + bytes(13)) + _full(b"pitm", 0, struct.pack(">H", 1)) + _full(b"iloc", 0, iloc)
            + _full(b"iinf", 0, struct.pack(">H", 2) + b"".join(infos)) + _box(b"iprp", properties + associations)
            + _full(b"iref", 0, _box(b"cdsc", struct.pack(">HHH", 2, 1, 1))),
        )  # fmt: skip

    head = _box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic")
    return head + meta(len(head) + len(meta(0)) + 8) + _box(b"mdat", sample + tags) + _box(b"free", MARK.encode())


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _full(kind: bytes, version: int, body: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + body)


@cache
def samples(seconds: float = 1.0, rate: int = 48_000, seed: int = 1) -> bytes:
    """Mono 16-bit noise whose loudness wanders, so that the envelope has a shape."""
    random, out = Random(seed), bytearray()
    level, span = 0, rate // 40
    for _ in range(int(seconds * 40)):
        level = min(30_000, max(500, level + random.randrange(-9000, 9000)))
        block = Random(seed).randbytes(span)
        out += struct.pack(f"<{span}h", *((byte - 128) * level // 128 for byte in block))
    return bytes(out)


@cache
def wav(seconds: float = 1.0, seed: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples(seconds, seed=seed))
    whole = out.getvalue()
    mark = MARK.encode() + b"\x00"
    extras = b"".join(
        kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
        for kind, body in (
            (b"LIST", b"INFOIART" + struct.pack("<I", len(mark)) + mark + bytes(len(mark) % 2)),
            (b"bext", mark.ljust(602, b"\0")),
            (b"iXML", b"<BWFXML><NOTE>" + mark[:-1] + b"</NOTE></BWFXML>"),
            (b"id3 ", b"ID3\x03\x00\x00" + bytes(4) + mark),
        )
    )
    return b"RIFF" + struct.pack("<I", len(whole) - 8 + len(extras)) + whole[8:36] + extras + whole[36:]


def _encoded(form: str, codec: str, layout: str = "s16", seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        container.metadata.update({"title": MARK, "artist": MARK, "comment": MARK, "creation_time": f"{DAY}T07:08:09Z"})
        stream = container.add_stream(codec, rate=48_000)
        _speak(container, stream, layout, seconds)
    return out.getvalue()


def _speak(container, stream, layout: str, seconds: float) -> None:
    resampler = av.AudioResampler(
        format=layout, layout="mono", rate=48_000, frame_size=stream.codec_context.frame_size or 1024
    )
    pcm = samples(seconds)
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.sample_rate = 48_000
    frame.planes[0].update(pcm.ljust(frame.planes[0].buffer_size, b"\0"))
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))


@cache
def flac(seconds: float = 1.0) -> bytes:
    picture_block = struct.pack(">II", 3, 10) + b"image/jpeg" + struct.pack(">I", len(MARK)) + MARK.encode() + bytes(20)
    whole = _encoded("flac", "flac", seconds=seconds)
    block = b"\x06" + len(picture_block).to_bytes(3, "big") + picture_block
    # Behind stream info (4 + 4 + 34 bytes).
    return whole[:42] + block + whole[42:]


@cache
def mp3(seconds: float = 1.0) -> bytes:
    return _encoded("mp3", "libmp3lame", "s16p", seconds=seconds) + b"TAG" + MARK.encode().ljust(125, b"\0")


@cache
def m4a(seconds: float = 1.0) -> bytes:
    return _encoded("ipod", "aac", "fltp", seconds=seconds)


def _film(form: str, picture_codec: str, sound_codec: str, layout: str, frames: int) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        container.metadata.update(
            {"title": MARK, "comment": MARK, "location": "+52.5200+013.4050/", "creation_time": f"{DAY}T07:08:09Z"}
        )
        options = {"deadline": "realtime", "cpu-used": "8"} if picture_codec == "libvpx" else {"preset": "ultrafast"}
        stream = container.add_stream(picture_codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        sound = container.add_stream(sound_codec, rate=48_000)
        for number in range(frames):
            frame = av.VideoFrame.from_image(picture(seed=2 + number // 10))
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        _speak(container, sound, layout, frames / 25)
    return out.getvalue()


@cache
def mp4(frames: int = 25) -> bytes:
    box = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC") + XMP
    return _film("mp4", "libx264", "aac", "fltp", frames) + _box(b"uuid", box) + _box(b"free", MARK.encode())


@cache
def mov(frames: int = 25) -> bytes:
    return _film("mov", "libx264", "pcm_s16le", "s16", frames)


@cache
def webm(frames: int = 25) -> bytes:
    return _film("webm", "libvpx", "libopus", "s16", frames)


def bytes_of(extension: str) -> bytes:
    return globals()[extension]()


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bomb(width: int, height: int, *, said: tuple[int, int] | None = None, colour: int = 2, depth: int = 8) -> bytes:
    """A PNG of zeros, tiny on disk; `said` is what its header claims instead of its true size."""
    told = said or (width, height)
    row = 1 + (width * {0: 1, 2: 3, 6: 4}[colour] * depth + 7) // 8
    packed = packed_zeros(row * height)
    header = struct.pack(">IIBBBBB", *told, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")


def packed_zeros(count: int) -> bytes:
    """A zlib stream of `count` zeros, made by repeating one block: the checksum of zeros is their number."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1024**2)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = last.compress(bytes(count % 1024**2)) + last.flush()
    return b"\x78\xda" + block * (count // 1024**2) + end + struct.pack(">HH", count % 65521, 1)
