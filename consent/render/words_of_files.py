"""One sentence per code of a file that was not kept: what is wrong with it, and what its owner can do.

The codes are ``consent.ingest.refusal.Code``; rooms of the same height are strangers, so a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FILES: Mapping[str, Promise] = MappingProxyType(
    {
        "EMPTY": _("This file is empty. Check it on your device and send it again."),
        "NOT_AN_ALLOWED_TYPE": _(
            "We do not know this kind of file. Send stills as JPEG, PNG, WebP or HEIC, voice as WAV, FLAC, MP3 or M4A, "
            "video as MP4, MOV or WebM."
        ),
        "POLYGLOT": _(
            "This file carries something else inside it. Export it again from the program that made it, "
            "and send the new file."
        ),
        "ANIMATED": _(
            "This picture moves. Send one frame of it as a still, or all of it as a video (MP4, MOV or WebM)."
        ),
        "BROKEN": _(
            "This file is damaged or cut short: it cannot be read to its end. Copy or export it again, and send the new file."
        ),
        "ENCRYPTED": _("This file is locked by copy protection. Send a copy without it."),
        "NO_SOUND": _("There is no sound in this file. Check the recording, and send it again."),
        "NO_PICTURE": _("There is no picture in this file. Check the recording, and send it again."),
        "CODEC": _(
            "This file is coded in a way we do not read. Export it as a plain JPEG, WAV, or H.264 video in MP4, "
            "and send that."
        ),
        "TOO_LARGE": _("This file is larger than we keep. Export it at a smaller size, or in parts, and send those."),
        "TOO_MANY_PIXELS": _("This picture has more pixels than we keep. Scale it down, and send it again."),
        "TOO_LONG": _("This recording is longer than we keep. Cut it into parts, and send those."),
        "TIMEOUT": _(
            "Checking this file took too long, so we stopped. Export it again, or in shorter parts, and send it again."
        ),
        "OUT_OF_MEMORY": _(
            "Reading this file takes more memory than we give one file. Export it at a smaller size, and send that."
        ),
        "NEEDS_VIDEO_EXTRA": _(
            "This site cannot make a clean copy of this kind of file. Ask whoever runs the site to install its video extra."
        ),
        "UNAVAILABLE": _("We could not check this file just now. It is safe, and we try again by ourselves."),
    }
)
"""What reads on without any value."""

FILES_BY_VALUE: Mapping[str, tuple[str, Promise]] = MappingProxyType(
    {
        "NOT_AN_ALLOWED_TYPE": (
            "found",
            _(
                "The vault does not keep %(found)s files. Send stills as JPEG, PNG, WebP or HEIC, voice as WAV, FLAC, "
                "MP3 or M4A, video as MP4, MOV or WebM."
            ),
        ),
        "POLYGLOT": (
            "found",
            _(
                "This file carries something else inside it (%(found)s). Export it again from the program that made it, "
                "and send the new file."
            ),
        ),
        "CODEC": (
            "codec",
            _(
                "This file is coded in a way we do not read (%(codec)s). Export it as a plain JPEG, WAV, or H.264 video in "
                "MP4, and send that."
            ),
        ),
        "TOO_LARGE": (
            "megabytes",
            _("This file is larger than %(megabytes)s MB. Export it at a smaller size, or in parts, and send those."),
        ),
        "TOO_MANY_PIXELS": (
            "megapixels",
            _(
                "This picture is larger than %(megapixels)s megapixels, or than %(side)s pixels on one side. "
                "Scale it down, and send it again."
            ),
        ),
        "TOO_LONG": ("hours", _("This recording is longer than %(hours)s hours. Cut it into parts, and send those.")),
    }
)
"""What says it with its value, where that value is there."""

OTHER_FILE = _("We cannot use this file. Export it again in a common format, and send that.")
