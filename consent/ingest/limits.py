"""How large, long and wide a file may be; every other module of the room reads its caps here."""

from consent.ingest.refusal import Code, Refused

STILL_BYTES = 300 * 1024**2
MEDIA_BYTES = 20 * 1024**3

# 64 MP: every camera a performer is likely to meet; 64 MP of RGBA is 256 MB decoded, which the child's memory cap still holds.
PIXELS = 64_000_000
SIDE = 16_384
# libjpeg-turbo's advice against progressive bombs is a cap on scans; a camera writes ten.
JPEG_SCANS = 100

# 8K DCI, either way up.
FRAME_SIDE = 8_192
FRAME_PIXELS = 8_192 * 4_320
SECONDS = 12 * 3600
CHANNELS = 32
TRACKS = 32

THUMB_SIDES = (320, 960, 2048)
PEAKS = 240


def refuse_large_picture(width: int, height: int) -> None:
    """For every place that reads a picture's size from a header, before anything is unpacked."""
    if width * height > PIXELS or max(width, height) > SIDE:
        raise Refused(Code.TOO_MANY_PIXELS, megapixels=PIXELS // 10**6, side=SIDE)


def refuse_large_frame(width: int, height: int) -> None:
    """The same for a frame of a film."""
    if width * height > FRAME_PIXELS or max(width, height) > FRAME_SIDE:
        raise Refused(Code.TOO_MANY_PIXELS, megapixels=FRAME_PIXELS // 10**6, side=FRAME_SIDE)
