"""Sums and days are typed in many forms, and read in one way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.test import Client

from consent.models import Representation
from portal.web.forms import fields
from portal.web.forms.people import RepresentativeForm
from tests.make import Cast

SMALLER = "This currency has no smaller coin. Write a whole number."


class Sum(forms.Form):
    amount = forms.DecimalField(required=False)


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (Decimal("10.50"), "JPY", [SMALLER]),
        (Decimal("10.00"), "JPY", []),
        (Decimal("10.50"), "GBP", []),
        (Decimal("10.005"), "GBP", [SMALLER]),
        (Decimal("10.005"), "KWD", []),
        (None, "JPY", []),
        (Decimal("10.50"), "", []),
        (Decimal("10.50"), None, []),
    ],
)
def test_a_sum_that_has_no_coins_is_refused(amount: Decimal | None, currency: str | None, said: list[str]) -> None:
    form = Sum({})
    assert form.is_valid()
    fields.check_coins(form, "amount", amount, currency)
    assert form.errors.get("amount", []) == said


def test_currencies_that_are_known_already_stay_choosable() -> None:
    offered = [code for code, _label in fields.currency_choices()]
    assert offered[0] == "GBP"
    assert [code for code, _label in fields.currency_choices(["KWD", "GBP"])] == [*offered, "KWD"]
    assert fields.currency_choices(empty="–")[0] == ("", "–")


def test_a_day_is_filled_in_as_browsers_read_it() -> None:
    drawn = fields.DayInput(autocomplete="bday").render("born", date(1988, 4, 2))
    for part in ('type="date"', 'value="1988-04-02"', 'autocomplete="bday"'):
        assert part in drawn


@pytest.mark.django_db
def test_a_ceiling_in_yen_is_a_sentence_and_no_crash(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.imani.user, backend="django.contrib.auth.backends.ModelBackend")
    said = {"rights": ["SEE"], "approve_fee_ceiling": "10.50", "currency": "JPY"}
    answer = client.post(f"/representatives/{cast.authority.ref}/", said)
    assert answer.status_code == 422
    assert SMALLER in answer.content.decode()
    assert client.post(f"/representatives/{cast.authority.ref}/", {**said, "currency": "GBP"}).status_code == 302
    assert Representation.objects.get(pk=cast.authority.pk).revoked_at is None


def test_a_ceiling_without_a_currency_asks_for_one() -> None:
    form = RepresentativeForm({"email": "a@b.example", "rights": ["SEE"], "approve_fee_ceiling": "10"})
    assert set(form.errors) == {"currency"}
