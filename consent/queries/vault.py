"""Reads for the vault pages: the contact sheet, one item with who holds it, uploads on their way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Func, QuerySet

from consent.models import Download, Grant, MediaItem, MediaKind, MediaState, Performer, Upload, UploadState

PAGE = 60


@dataclass(frozen=True, slots=True)
class Frame:
    """An item on the sheet and the live grants that open it."""

    item: MediaItem
    held_by: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``counts`` by kind code and "ALL", whatever is filtered; ``tags`` in use, by name; ``total`` of this filter."""

    frames: tuple[Frame, ...]
    counts: dict[str, int]
    tags: tuple[str, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """``downloads`` newest first, 50 at most."""

    item: MediaItem
    held_by: tuple[Grant, ...]
    downloads: tuple[Download, ...]
    duplicate_of: MediaItem | None


@dataclass(frozen=True, slots=True)
class Whole:
    """The vault in numbers: ``counts`` by kind code, "ALL", and "" for files that were not told yet what they are;
    ``copies`` that studios have fetched so far."""

    counts: dict[str, int]
    uploads: int
    holders: tuple[Grant, ...]
    copies: int


def sheet(
    performer: Performer,
    *,
    now: datetime,
    kind: MediaKind | None = None,
    purpose: str = "",
    tag: str = "",
    page: int = 1,
) -> Sheet:
    """One page of the contact sheet, newest first; a page beyond the last is the last."""
    kept = _kept(performer)
    chosen = kept
    if kind is not None:
        chosen = chosen.filter(kind=kind)
    if purpose:
        chosen = chosen.filter(purpose=purpose)
    if tag:
        chosen = chosen.filter(tags__contains=[tag])
    total = chosen.count()
    pages = max(1, -(-total // PAGE))
    here = min(max(1, page), pages)
    items = list(chosen.order_by("-number")[(here - 1) * PAGE : here * PAGE])
    held = _held([item.pk for item in items], now)
    return Sheet(
        frames=tuple(Frame(item, tuple(held[item.pk])) for item in items),
        counts=_counts(kept),
        tags=tuple(sorted(set(kept.annotate(tag=Func("tags", function="unnest")).values_list("tag", flat=True)))),
        total=total,
        page=here,
        pages=pages,
    )


def item(media: MediaItem, *, now: datetime) -> ItemPage:
    """One item with who may open it now and who has."""
    copies = Download.objects.filter(media=media).select_related("grant__studio", "grant__production")
    twin = media.duplicate_of
    return ItemPage(
        item=media,
        held_by=tuple(_held([media.pk], now)[media.pk]),
        downloads=tuple(copies.order_by("-at")[:50]),
        duplicate_of=twin if twin is not None and twin.state != MediaState.DELETED else None,
    )


def uploads(performer: Performer, *, now: datetime) -> Sequence[Upload]:
    """Still on their way, and arrived but not checked yet; newest first."""
    found = Upload.objects.filter(performer=performer).select_related("media").order_by("-created_at")
    sending = list(found.filter(state=UploadState.SENDING, expires_at__gt=now))
    waiting = found.filter(state=UploadState.ARRIVED, media__state__in=[MediaState.WAITING, MediaState.CHECKING])
    return [*sending, *waiting]


def whole(performer: Performer, *, now: datetime) -> Whole:
    """Everything that goes with the vault, and who is concerned."""
    counts = _counts(_kept(performer))
    return Whole(
        counts=counts | {"": counts["ALL"] - sum(counts[kind.value] for kind in MediaKind)},
        uploads=Upload.objects.filter(performer=performer, state=UploadState.SENDING, expires_at__gt=now).count(),
        holders=tuple(_holders(performer, now)),
        copies=Download.objects.filter(media__performer=performer).count(),
    )


def _holders(performer: Performer, now: datetime) -> QuerySet[Grant]:
    """Live grants that open any of the performer's media."""
    live = Grant.objects.generating(now).filter(performer=performer, media__state=MediaState.READY).distinct()
    return live.select_related("studio", "production").order_by("generate_until")


def _kept(performer: Performer) -> QuerySet[MediaItem]:
    return MediaItem.objects.filter(performer=performer).exclude(state=MediaState.DELETED)


def _counts(kept: QuerySet[MediaItem]) -> dict[str, int]:
    counted = {row["kind"]: row["n"] for row in kept.order_by().values("kind").annotate(n=Count("pk"))}
    return {"ALL": sum(counted.values()), **{kind.value: counted.get(kind.value, 0) for kind in MediaKind}}


def _held(ids: Collection[int], now: datetime) -> dict[int, list[Grant]]:
    """The live grants of each item, in two queries whatever the page."""
    links = list(Grant.media.through.objects.filter(mediaitem_id__in=ids).values_list("mediaitem_id", "grant_id"))
    live = Grant.objects.generating(now).filter(pk__in={grant_id for _, grant_id in links}).distinct()
    grants = {row.pk: row for row in live.select_related("studio", "production").order_by("generate_until")}
    held: dict[int, list[Grant]] = defaultdict(list)
    for media_id, grant_id in links:
        if grant_id in grants:
            held[media_id].append(grants[grant_id])
    return held
