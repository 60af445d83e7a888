"""A studio that asks through the form: what each step says, and where it is said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from consent.core.preferences import Floor
from consent.core.vocabulary import FeeBasis, FeeUnit
from consent.models import UseRequest
from tests import make

WHAT = {
    "uses": ["AGE_CHANGE"],
    "modalities": ["FACE"],
    "depiction": "Look about 20 years younger in two flashback scenes",
    "character": "Ada Reyes, aged 20",
    "scenes": "Episode 3, scenes 14 and 22",
    "extent": "4.5 minutes in all, 2 scenes",
    "technique": "Image-based de-ageing with a face model made for this production",
    "tools": "Northlight Facelift 3",
    "vendors": "Halden & Quay VFX",
    "in_lieu": "no",
}
OFFER = {"basis": "PER_PERIOD", "amount": "6500", "currency": "GBP", "unit": "YEAR", "condition": "no"}
AFTERWARDS = {"retention_days": "30", "trains": "no", "output_approval": "FINAL", "duties": ["CREDIT"]}


def where(**changes: Any) -> dict[str, Any]:
    start = (timezone.now() + timedelta(days=40)).date().isoformat()
    return {"reach": "WORLD", "channels": ["STREAMING"], "starts_on": start, "months": "60", **changes}


def at(row: UseRequest | str, step: str = "") -> str:
    ref = row if isinstance(row, str) else row.ref
    return f"/studio/northlight-pictures/requests/{ref}/{step + '/' if step else ''}"


def begin(client: Client, cast: make.Cast) -> UseRequest:
    data = {"performer": cast.imani.performer.ref, "production": cast.northlight.production.slug}
    answer = client.post("/studio/northlight-pictures/requests/new/", data)
    assert answer.status_code == 303, answer.content.decode()
    return UseRequest.objects.get()


def written(client: Client, cast: make.Cast) -> UseRequest:
    """A draft with every step filled in."""
    row = begin(client, cast)
    for step, data in (("what", WHAT), ("where", where()), ("offer", OFFER), ("afterwards", AFTERWARDS)):
        answer = client.post(at(row, step), data)
        assert answer.status_code == 303, answer.content.decode()
    return row


def fresh(row: UseRequest) -> UseRequest:
    return UseRequest.objects.get(pk=row.pk)


def pending(cast: make.Cast) -> UseRequest:
    now = timezone.now()
    start = (now + timedelta(days=40)).date()
    dates = {
        "starts_on": start.isoformat(),
        "generate_until": (start + timedelta(days=100)).isoformat(),
        "exploit_until": (start + timedelta(days=700)).isoformat(),
        "destroy_by": (start + timedelta(days=130)).isoformat(),
    }
    return make.pending(cast.northlight, cast.imani, make.terms(dates=dates), now=now - timedelta(hours=1))


def minimum(cast: make.Cast, amount: int) -> None:
    """A minimum per year that studios are not shown."""
    standing = make.preferences.current(cast.imani.performer).value
    floor = Floor(amount=amount, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)
    cast.imani.prefer(defaults=replace(standing.defaults, floor=floor), now=timezone.now())
