"""Accounts and performers: who they are, who may find them, whether they take requests.

Studios and representatives have their own files; pages call all of them as ``people``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import transaction

from consent.core import places
from consent.core.actor import Actor
from consent.core.preferences import Preferences
from consent.models import Performer, PreferenceSet, User, Visibility
from consent.services import entitled, ledger, moves
from consent.services.moves import NotEntitled, Refused
from consent.services.representatives import (
    accept_representation,
    change_representation,
    invite_representative,
    revoke_representation,
)
from consent.services.studios import (
    accept_invitation,
    change_role,
    change_studio,
    found_studio,
    introduce,
    invite_member,
    refuse_studio,
    remove_member,
    verify_studio,
    withdraw_invitation,
)

__all__ = [
    "accept_invitation", "accept_representation", "become_performer", "change_account", "change_profile",
    "change_representation", "change_role", "change_studio", "correct_birth_date", "finish_onboarding", "found_studio",
    "introduce", "invite_member", "invite_representative", "pause", "refuse_studio", "remove_member",
    "revoke_representation", "set_visibility", "unpause", "verify_studio", "withdraw_invitation",
]  # fmt: skip

OLDEST_YEARS = 130
LONGEST_HOLD_MINUTES = 24 * 60
THEMES = ("", "light", "dark")


@transaction.atomic
def become_performer(
    user: User,
    *,
    professional_name: str,
    time_zone: str,
    locale: str,
    date_of_birth: date | None = None,
    unions: Collection[str] = (),
    country: str = "",
    also_known_as: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> Performer:
    """Open the performer's room: the row, its chain and the first answers, where nothing is allowed.

    Raises Refused ALREADY_A_PERFORMER, NAME_MISSING, UNKNOWN_TIME_ZONE, UNKNOWN_LANGUAGE, UNKNOWN_COUNTRY or
    BIRTH_DATE_UNLIKELY.
    """
    if actor.user_id != user.pk:
        raise NotEntitled("NOT_ENTITLED")
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Performer.objects.filter(user=person).exists():
        raise Refused("ALREADY_A_PERFORMER")
    said = {
        "professional_name": professional_name,
        "time_zone": time_zone,
        "locale": locale,
        "date_of_birth": date_of_birth,
        "unions": unions,
        "country": country,
        "also_known_as": also_known_as,
    }
    performer = Performer.objects.create(user=person, created_at=now, **_profile(said, now))
    ledger.open_chain(performer=performer)
    PreferenceSet.objects.create(
        performer=performer,
        number=1,
        actor=actor.header(),
        author_name=performer.professional_name,
        created_at=now,
        **PreferenceSet.columns_of(Preferences.first()),
    )
    _record("performer.joined", performer, actor=actor, now=now)
    return performer


@transaction.atomic
def change_profile(performer: Performer, *, actor: Actor, now: datetime, **fields: Any) -> Performer:
    """Change what is said of the performer: professional_name, also_known_as, date_of_birth, time_zone, locale, country,
    unions, has_counsel, crafts, languages, about, hold_minutes, approve_by_mail.

    The date of birth can be changed until onboarding is finished: after that only ``correct_birth_date``, because minors
    are protected by it. Raises Refused BIRTH_DATE_FIXED and what ``become_performer`` raises.
    """
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    wanted = _profile(fields, now)
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if "date_of_birth" in changed and row.date_of_birth is not None and row.onboarded_at is not None:
        raise Refused("BIRTH_DATE_FIXED")
    if changed:
        _set(row, **changed)
        _record("performer.profile_changed", row, actor=actor, now=now, fields=sorted(changed))
    return _refreshed(performer, row)


@transaction.atomic
def correct_birth_date(performer: Performer, date_of_birth: date, *, actor: Actor, now: datetime) -> Performer:
    """The operator's people correct a date of birth against a document they have seen."""
    entitled.staff(actor)
    row = moves.lock_performer(performer.pk)
    wanted = _profile({"date_of_birth": date_of_birth}, now)
    if row.date_of_birth != date_of_birth:
        _set(row, **wanted)
        _record("performer.profile_changed", row, actor=actor, now=now, fields=["date_of_birth"])
    return _refreshed(performer, row)


@transaction.atomic
def finish_onboarding(performer: Performer, *, actor: Actor, now: datetime) -> Performer:
    """From now on studios can send requests, within the performer's visibility. A second time changes nothing."""
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    if row.onboarded_at is None:
        _set(row, onboarded_at=now)
        _record("performer.onboarded", row, actor=actor, now=now)
    return _refreshed(performer, row)


@transaction.atomic
def set_visibility(performer: Performer, visibility: Visibility, *, actor: Actor, now: datetime) -> Performer:
    """Say who may find the performer. Studios that were introduced keep their requests; hidden means nobody finds them."""
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    if row.visibility != visibility:
        _set(row, visibility=Visibility(visibility).value)
        _record("performer.visibility_changed", row, actor=actor, now=now, visibility=row.visibility)
    return _refreshed(performer, row)


@transaction.atomic
def pause(performer: Performer, until: datetime | None = None, *, actor: Actor, now: datetime) -> Performer:
    """Take no new requests until further notice or until an instant. What is open stays open. Raises Refused PAUSE_IN_PAST."""
    entitled.performer(actor, performer.pk)
    if until is not None and until <= now:
        raise Refused("PAUSE_IN_PAST")
    row = moves.lock_performer(performer.pk)
    if not row.is_paused(now) or row.paused_until != until:
        _set(row, paused_at=now, paused_until=until)
        _record("performer.paused", row, actor=actor, now=now, until=until.isoformat() if until else "")
    return _refreshed(performer, row)


@transaction.atomic
def unpause(performer: Performer, *, actor: Actor, now: datetime) -> Performer:
    """Take requests again. A pause that ended by itself needs no word."""
    entitled.performer(actor, performer.pk)
    row = moves.lock_performer(performer.pk)
    if row.is_paused(now):
        _set(row, paused_at=None, paused_until=None)
        _record("performer.resumed", row, actor=actor, now=now)
    return _refreshed(performer, row)


@transaction.atomic
def change_account(
    user: User,
    *,
    full_name: str | None = None,
    time_zone: str | None = None,
    locale: str | None = None,
    theme: str | None = None,
    shortcuts: bool | None = None,
    actor: Actor,
    now: datetime,
) -> User:
    """Settings of one's own account; ``None`` leaves one as it is. They concern nobody else, so there is no fact."""
    if actor.user_id != user.pk:
        raise NotEntitled("NOT_ENTITLED")
    if theme is not None and theme not in THEMES:
        raise Refused("UNKNOWN_THEME")
    wanted: dict[str, Any] = {
        "full_name": " ".join(full_name.split())[:120] if full_name is not None else None,
        "time_zone": known_zone(time_zone) if time_zone is not None else None,
        "locale": _known_locale(locale) if locale is not None else None,
        "theme": theme,
        "shortcuts": shortcuts,
    }
    changed = {name: value for name, value in wanted.items() if value is not None}
    if changed:
        User.objects.filter(pk=user.pk).update(**changed)
    for name, value in changed.items():
        setattr(user, name, value)
    return user


def known_zone(name: str) -> str:
    """The name, if it is a time zone. Raises Refused UNKNOWN_TIME_ZONE."""
    if name not in available_timezones():
        raise Refused("UNKNOWN_TIME_ZONE", zone=name[:64])
    return name


def _set(row: Performer, **columns: Any) -> None:
    """Write these columns of a locked row, and nothing else."""
    Performer.objects.filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def _refreshed(performer: Performer, row: Performer) -> Performer:
    """The caller's own object, holding what stands now."""
    for name in (field.attname for field in Performer._meta.concrete_fields):
        setattr(performer, name, getattr(row, name))
    return performer


def _record(kind: str, row: Performer, *, actor: Actor, now: datetime, **more: Any) -> None:
    ledger.record(
        kind,
        performer=row,
        actor=actor,
        now=now,
        subject_ref=row.ref,
        payload={"performer": row.professional_name, **more},
    )


def _profile(said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Checked columns of what was said. Raises TypeError for a name that is no part of a profile."""
    unknown = set(said) - set(_CHECKS)
    if unknown:
        raise TypeError(f"no part of a profile: {', '.join(sorted(unknown))}")
    checked = {name: _CHECKS[name](value) for name, value in said.items()}
    born = checked.get("date_of_birth")
    if born is not None:
        today = now.astimezone(ZoneInfo("UTC")).date()
        if born > today or today.year - born.year > OLDEST_YEARS:
            raise Refused("BIRTH_DATE_UNLIKELY")
    return checked


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name:
        raise Refused("NAME_MISSING")
    if len(name) > 120:
        raise Refused("NAME_TOO_LONG", most=120)
    return name


def _names(values: Collection[str]) -> list[str]:
    return list(dict.fromkeys(_name(value) for value in values if value.strip()))[:20]


def _codes(values: Collection[str]) -> list[str]:
    return sorted({str(value).strip()[:32] for value in values if str(value).strip()})


def _languages(values: Collection[str]) -> list[str]:
    try:
        return sorted({places.language(value)[:16] for value in values if value.strip()})
    except places.UnknownLanguage as unknown:
        raise Refused("UNKNOWN_LANGUAGE", language=str(unknown.args[0])[:16]) from None


def _known_locale(code: str) -> str:
    if code not in dict(settings.LANGUAGES):
        raise Refused("UNKNOWN_LANGUAGE", language=code[:16])
    return code


def _country(code: str) -> str:
    """ISO 3166-1, or nothing."""
    if code and code.upper() not in places.COUNTRIES:
        raise Refused("UNKNOWN_COUNTRY", country=code[:8])
    return code.upper()


def _hold(minutes: int) -> int:
    if not 0 <= minutes <= LONGEST_HOLD_MINUTES:
        raise Refused("HOLD_OUT_OF_RANGE", most=LONGEST_HOLD_MINUTES)
    return minutes


_CHECKS: Mapping[str, Any] = {
    "professional_name": _name,
    "also_known_as": _names,
    "date_of_birth": lambda value: value,
    "time_zone": known_zone,
    "locale": _known_locale,
    "country": _country,
    "unions": _codes,
    "has_counsel": bool,
    "crafts": _codes,
    "languages": _languages,
    "about": lambda value: value.strip()[:1000],
    "hold_minutes": _hold,
    "approve_by_mail": bool,
}
