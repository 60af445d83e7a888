"""What a state looks like to a reader: colour class, icon and word for every code that lists and pages show."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Look(NamedTuple):
    """How one code is shown: ``kind`` is the CSS class of the tag, ``icon`` a name ``portal.icons`` draws."""

    kind: str
    icon: str
    word: Promise


# The performer's side of the table; grants use the same words on both sides.
_BOTH = {
    "DRAFT": Look("draft", "pencil-line", _("Draft")),
    "HELD": Look("pending", "hourglass", _("Not told yet")),
    "APPROVED": Look("active", "circle-check", _("Approved")),
    "DECLINED": Look("draft", "circle-minus", _("Declined")),
    "WITHDRAWN": Look("draft", "circle-x", _("Withdrawn")),
    "LAPSED": Look("draft", "circle-slash", _("Lapsed")),
    "SCHEDULED": Look("draft", "calendar-clock", _("Not started")),
    "ACTIVE": Look("active", "circle-dot", _("In force")),
    "SUSPENDED": Look("pending", "circle-pause", _("Paused")),
    "WINDING_DOWN": Look("pending", "hourglass", _("Winding down")),
    "DESTRUCTION_DUE": Look("pending", "file-x", _("Deletion due")),
    "CLOSED": Look("expired", "calendar-check", _("Ended")),
    "VOID": Look("draft", "circle-slash", _("Never took effect")),
    "REVOKED": Look("revoked", "undo-2", _("Taken back")),
    "ENDING": Look("pending", "hourglass", _("Ends soon")),
}
_PERFORMER = _BOTH | {
    "PENDING": Look("pending", "clock", _("Waiting for you")),
    "COUNTERED": Look("blue", "file-pen-line", _("With the studio")),
}
_REPRESENTATIVE = _PERFORMER | {"PENDING": Look("pending", "clock", _("Waiting"))}
_STUDIO = _BOTH | {
    "PENDING": Look("pending", "clock", _("With the performer")),
    "HELD": Look("pending", "clock", _("With the performer")),
    "COUNTERED": Look("blue", "file-pen-line", _("Your move")),
}
_NEUTRAL = _BOTH | {
    "PENDING": Look("pending", "clock", _("Waiting")),
    "COUNTERED": Look("blue", "file-pen-line", _("Changed terms")),
}
BY_READER = {"performer": _PERFORMER, "representative": _REPRESENTATIVE, "studio": _STUDIO, "anyone": _NEUTRAL}

STANCES = {
    "ALLOW": Look("allow", "stance-allow", pgettext_lazy("stance", "Allow")),
    "ASK": Look("ask", "stance-ask", pgettext_lazy("stance", "Ask me")),
    "NEVER": Look("never", "stance-never", pgettext_lazy("stance", "Never")),
}

# The bands of the line in one or two words, to stand under their bars on a phone.
LEVELS = {
    "PREPARE": pgettext_lazy("band of the line", "Preparing"),
    "FINISH": pgettext_lazy("band of the line", "Finishing"),
    "EXTEND": pgettext_lazy("band of the line", "Extending"),
    "STAND_IN": pgettext_lazy("band of the line", "Standing in"),
    "TRAIN": pgettext_lazy("band of the line", "Training"),
}

STANDINGS = {
    "FITS": Look("allow bare", "check", _("Fits")),
    "YOURS_TO_DECIDE": Look("ask", "stance-ask", _("Yours to decide")),
    "GOES_FURTHER": Look("never", "arrow-up-right", _("Goes further")),
    "NEVER": Look("never", "stance-never", pgettext_lazy("stance", "Never")),
}

# The pips in lists: fits, yours to decide, goes further.
PIPS = {"FITS": "", "YOURS_TO_DECIDE": "half", "GOES_FURTHER": "no", "NEVER": "no"}


def of_state(code: str, reader: str = "performer") -> Look:
    """The look of a use request's state or a grant's phase, as ``reader`` (performer, representative, studio or anyone) sees
    it."""
    return BY_READER[reader][str(code)]
