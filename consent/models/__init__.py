"""Rows, constraints and querysets; derivations of one row live on the row."""

from consent.models.grants import (
    Announcement,
    Download,
    Grant,
    Suspension,
    SuspensionReason,
)
from consent.models.heartbeats import JobHeartbeat, RateCount
from consent.models.ledger import Chain, Fact, FactPayload, Outgoing
from consent.models.links import ActionLink, LinkEnd, LinkPurpose, LinkTry
from consent.models.media import (
    MediaItem,
    MediaKind,
    MediaPurpose,
    MediaState,
    Upload,
    UploadState,
)
from consent.models.people import (
    Introduction,
    Invitation,
    Membership,
    Performer,
    Representation,
    Side,
    Studio,
    User,
    Visibility,
)
from consent.models.preferences import PreferenceSet, ProposedPreferences
from consent.models.productions import Production, Strike
from consent.models.use_requests import (
    Answer,
    Decision,
    Offer,
    OfferSide,
    Resolution,
    ThreadEntry,
    ThreadKind,
    UseRequest,
)

__all__ = [
    "ActionLink", "Announcement", "Answer", "Chain", "Decision", "Download", "Fact", "FactPayload", "Grant", "Introduction",
    "Invitation", "JobHeartbeat", "LinkEnd", "LinkPurpose", "LinkTry", "MediaItem", "MediaKind", "MediaPurpose", "MediaState",
    "Membership", "Offer", "OfferSide", "Outgoing", "Performer", "PreferenceSet", "Production", "ProposedPreferences",
    "RateCount", "Representation", "Resolution", "Side", "Strike", "Studio", "Suspension", "SuspensionReason", "ThreadEntry",
    "ThreadKind", "Upload", "UploadState", "UseRequest", "User", "Visibility",
]  # fmt: skip
