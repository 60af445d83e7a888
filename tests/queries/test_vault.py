"""The contact sheet: filters, counts, holders and uploads, in a bounded number of queries."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from consent.models import MediaItem, MediaKind, MediaPurpose, MediaState
from consent.queries import vault
from consent.services import grants, media
from tests import make
from tests.make import NOW, PerformerCast, at

LIVE = NOW + timedelta(days=25)


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def item(who: PerformerCast, name: str, *, kind: str = "STILL", state: str = "READY", **details: Any) -> MediaItem:
    """Arrived through the service; the outcome of its check is set here, for the sheet looks at nothing else of it."""
    upload = media.start_upload(who.performer, filename=name, size=3, details=details, actor=who.actor(), now=NOW)
    media.receive(upload, 0, io.BytesIO(b"abc"), actor=who.actor(), now=NOW)
    row = media.arrived(upload, actor=who.actor(), now=NOW)
    MediaItem.objects.filter(pk=row.pk).update(kind=kind, state=state)
    row.refresh_from_db()
    return row


def test_the_sheet_filters_and_counts(cast: make.Cast) -> None:
    imani = cast.imani
    first = item(imani, "a.jpg", tags=["2026", "neutral"], purpose="PORTRAIT")
    second = item(imani, "b.jpg", tags=["2026"], purpose="SCAN")
    voice = item(imani, "c.wav", kind="VOICE")
    waiting = item(imani, "d.mov", kind="", state="WAITING")
    gone = item(imani, "e.jpg")
    media.delete(gone, actor=imani.actor(), now=NOW)
    item(cast.stranger, "x.jpg", tags=["theirs"])
    whole = vault.sheet(imani.performer, now=NOW)
    assert [frame.item for frame in whole.frames] == [waiting, voice, second, first]
    assert whole.counts == {"ALL": 4, "STILL": 2, "VOICE": 1, "VIDEO": 0}
    assert whole.tags == ("2026", "neutral")
    for wanted, found in (
        ({"kind": MediaKind.VOICE}, [voice]),
        ({"tag": "2026"}, [second, first]),
        ({"purpose": MediaPurpose.SCAN.value}, [second]),
        ({"tag": "2026", "purpose": "PORTRAIT"}, [first]),
        ({"tag": "theirs"}, []),
    ):
        shown = vault.sheet(imani.performer, now=NOW, **wanted)
        assert ([frame.item for frame in shown.frames], shown.total, shown.counts["ALL"]) == (found, len(found), 4)
    everything = vault.whole(imani.performer, now=NOW)
    assert everything.counts == {"ALL": 4, "STILL": 2, "VOICE": 1, "VIDEO": 0, "": 1}
    assert (everything.uploads, everything.holders, everything.copies) == (0, (), 0)


def test_pages_are_bounded_and_so_are_queries(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(vault, "PAGE", 2)
    items = [item(cast.imani, f"{n}.jpg") for n in range(5)]
    with django_assert_max_num_queries(7):
        last = vault.sheet(cast.imani.performer, now=NOW, page=50)
    assert ([frame.item for frame in last.frames], last.page, last.pages) == ([items[0]], 3, 3)
    assert vault.sheet(cast.stranger.performer, now=NOW).pages == 1


def test_a_ringed_frame_is_out_on_a_grant_while_the_grant_is_live(cast: make.Cast) -> None:
    out, home = item(cast.imani, "a.jpg"), item(cast.imani, "b.jpg")
    described = {**make.AGE_CHANGE["description"], "source_media": [out.ref]}
    grant = make.granted(cast.northlight, cast.imani, make.terms(description=described))
    held = {frame.item: frame.held_by for frame in vault.sheet(cast.imani.performer, now=LIVE).frames}
    assert held == {out: (grant,), home: ()}
    grants.record_download(grant, out, watermark="Northlight", actor=cast.northlight.actor(), now=LIVE)
    page = vault.item(out, now=LIVE)
    assert (page.held_by, [copy.user_name for copy in page.downloads]) == ((grant,), ["Northlight Pictures Clearance"])
    whole = vault.whole(cast.imani.performer, now=LIVE)
    assert (whole.holders, whole.copies) == ((grant,), 1)
    for quiet in (NOW, grant.generate_until):
        assert not any(frame.held_by for frame in vault.sheet(cast.imani.performer, now=quiet).frames)
    grants.stop_everything(cast.imani.performer, actor=cast.imani.actor(), now=LIVE)
    assert vault.item(out, now=LIVE).held_by == ()
    assert vault.whole(cast.imani.performer, now=LIVE).holders == ()


def test_a_duplicate_is_named_until_it_is_deleted(cast: make.Cast) -> None:
    first, second = item(cast.imani, "a.jpg"), item(cast.imani, "b.jpg")
    MediaItem.objects.filter(pk=second.pk).update(duplicate_of=first)
    assert vault.item(MediaItem.objects.get(pk=second.pk), now=NOW).duplicate_of == first
    media.delete(first, actor=cast.imani.actor(), now=NOW)
    assert vault.item(MediaItem.objects.get(pk=second.pk), now=NOW).duplicate_of is None


def test_uploads_are_shown_until_their_file_is_ready_or_refused(cast: make.Cast) -> None:
    imani = cast.imani
    sending = media.start_upload(imani.performer, filename="s.mov", size=9, actor=imani.actor(), now=NOW)
    waiting = item(imani, "w.jpg", kind="", state="WAITING")
    item(imani, "r.jpg")
    item(imani, "bad.jpg", kind="", state=MediaState.REFUSED.value)
    assert list(vault.uploads(imani.performer, now=NOW)) == [sending, waiting.upload]
    assert list(vault.uploads(imani.performer, now=at(days=8))) == [waiting.upload]
