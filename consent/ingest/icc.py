"""ICC profiles reduced to what colour needs: no names, no serial numbers, no dates, no private tags.

Source: ICC.1:2022 clauses 7.2 (header) and 7.3 (tag table).
"""

import struct

_MATRIX = {b"wtpt", b"chad", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"cicp"}
_TABLES = {b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt"}
_SPACES = {b"RGB ", b"CMYK", b"GRAY"}
LARGEST = 4 * 1024 * 1024


def space(profile: bytes | None) -> str:
    """RGB, CMYK or GRAY; empty when there is no sound profile."""
    if (
        profile is None
        or not 132 <= len(profile) <= LARGEST
        or profile[36:40] != b"acsp"
        or profile[16:20] not in _SPACES
    ):
        return ""
    return profile[16:20].decode().strip()


def scrubbed(profile: bytes | None) -> bytes | None:
    """The profile rebuilt from its colour tags alone; None when absent or unsound (the picture then counts as sRGB)."""
    if profile is None or not space(profile):
        return None
    count = struct.unpack_from(">I", profile, 128)[0]
    if count > 100 or 132 + 12 * count > len(profile):
        return None
    tags: list[tuple[bytes, bytes]] = []
    for number in range(count):
        name, at, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if name not in _MATRIX | _TABLES:
            continue
        if at < 132 or at + size > len(profile):
            return None
        tags.append((name, profile[at : at + size]))
    if not any(name in _TABLES or name in (b"rTRC", b"kTRC") for name, _body in tags):
        return None
    tags += [(b"desc", _described(profile[8])), (b"cprt", _text(profile[8], "none"))]
    return _assembled(profile, tags)


def _assembled(profile: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    at = 132 + 12 * len(tags)
    places: dict[bytes, int] = {}
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags:
        # Curves shared by the three channels are stored once, as profile makers do.
        if body not in places:
            places[body] = at
            padded = body + bytes(-len(body) % 4)
            bodies += padded
            at += len(padded)
        table += name + struct.pack(">II", places[body], len(body))
    header = bytearray(128)
    # Kept: version, class, colour spaces, signature, intent, illuminant. Zeroed: CMM, date, platform, maker, model, creator, id.
    for start, end in ((8, 24), (36, 40), (64, 80)):
        header[start:end] = profile[start:end]
    whole = bytes(header) + table + bodies
    return struct.pack(">I", len(whole)) + whole[4:]


def _described(version: int) -> bytes:
    if version >= 4:
        return _text(version, "Colour profile")
    name = b"Colour profile\x00"
    return b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)


def _text(version: int, words: str) -> bytes:
    if version >= 4:
        encoded = words.encode("utf-16-be")
        return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"GB", len(encoded), 28) + encoded
    return b"text" + bytes(4) + words.encode() + b"\x00"
