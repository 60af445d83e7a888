"""The standing answers of the demo performers, and the year in which Imani Clarke's grew to their fourteenth version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from consent.core import places
from consent.core.preferences import NO_FLOOR, Floor, Preferences
from consent.core.terms import Caps
from consent.core.vocabulary import Channel, FeeBasis, FeeUnit, Modality, Sensitivity, Stance, Use
from consent.models import ProposedPreferences
from consent.services import preferences
from portal.demo import signin
from portal.demo.play import Play

Edit = Callable[[Preferences], Preferences]

ALLOW, ASK, NEVER = Stance.ALLOW, Stance.ASK, Stance.NEVER
HOME = frozenset(places.expand(["UKI", "EEA", "USCA"]))
_SCREENS = (Channel.THEATRICAL, Channel.BROADCAST, Channel.STREAMING, Channel.HOME_VIDEO)
_OPEN_CHANNELS: Mapping[Channel, Stance] = dict.fromkeys(
    (*_SCREENS, Channel.GAME, Channel.AUDIO, Channel.INTERNAL), ALLOW
)
_OPEN_MODALITIES: Mapping[Modality, Stance] = dict.fromkeys((Modality.FACE, Modality.BODY, Modality.VOICE), ALLOW)


def a_year(pounds: int) -> Floor:
    return Floor(amount=pounds * 100, currency="GBP", basis=FeeBasis.PER_PERIOD, unit=FeeUnit.YEAR)


def stances(stance: Stance, *uses: Use) -> Edit:
    """The same answer for some uses; their conditions stay."""
    return lambda now: replace(now, uses={**now.uses, **{use: replace(now.uses[use], stance=stance) for use in uses}})


def conditions(use: Use, *, stance: Stance | None = None, **overrides: Any) -> Edit:
    def edit(now: Preferences) -> Preferences:
        own = now.uses[use]
        new = replace(own, stance=stance or own.stance, overrides=replace(own.overrides, **overrides))
        return replace(now, uses={**now.uses, use: new})

    return edit


def tell_each_time(use: Use) -> Edit:
    return lambda now: replace(now, uses={**now.uses, use: replace(now.uses[use], tell_each_time=True)})


def defaults(**said: Any) -> Edit:
    """Change what holds for every use; a mapping changes the answers that it names."""

    def edit(now: Preferences) -> Preferences:
        mapped: dict[str, Any] = {
            name: {**getattr(now.defaults, name), **value} if isinstance(value, Mapping) else value
            for name, value in said.items()
        }
        return replace(now, defaults=replace(now.defaults, **mapped))

    return edit


def auto_approve(now: Preferences) -> Preferences:
    return replace(now, auto_approve=True)


_OPEN_DOOR = defaults(channels=_OPEN_CHANNELS, modalities=_OPEN_MODALITIES)
_FINISHING = (Use.DIALOGUE_CLEANUP, Use.COSMETIC_FIX)
_PREPARING = (Use.PREVISUALISATION, Use.LOOK_TEST)

IMANI: tuple[tuple[int, str, tuple[Edit, ...]], ...] = (
    (-463, "10:05", (_OPEN_DOOR, stances(ALLOW, *_PREPARING))),
    (-463, "10:20", (stances(ALLOW, *_FINISHING),)),
    (-462, "19:10", (defaults(territories=HOME, floor=a_year(2_500)),)),
    (-462, "19:25", (defaults(sensitivities={Sensitivity.POLITICS: NEVER, Sensitivity.GAMBLING: NEVER}),)),
    (
        -460,
        "08:40",
        (conditions(Use.AGE_CHANGE, floor=a_year(8_000), channels={Channel.GAME: NEVER, Channel.ADVERTISING: NEVER}),),
    ),
    (-457, "12:15", (stances(ALLOW, Use.AGE_CHANGE),)),
    (-390, "21:30", (conditions(Use.PREVISUALISATION, retention_days=14, floor=a_year(2_500)),)),
    (-330, "18:05", (conditions(Use.DUB_OWN_VOICE, languages=("de", "es", "fr")),)),
    (-295, "09:50", (conditions(Use.ADDITIONAL_LINES, languages=("en",), caps=Caps(lines=200)),)),
    (-248, "20:15", (conditions(Use.ADDITIONAL_LINES, floor=a_year(2_000)),)),
    (-170, "22:40", (stances(NEVER, Use.CROWD_FILL),)),
    (-69, "08:10", (stances(NEVER, Use.REPLICA_PERFORMANCE, Use.INTERACTIVE_AVATAR), tell_each_time(Use.AGE_CHANGE))),
    (-1, "18:20", (stances(NEVER, Use.VOICE_CLONE),)),
)
"""Day, hour and edits: one version each, the first being the one she began with."""

OTHERS: Mapping[str, tuple[tuple[int, tuple[Edit, ...]], ...]] = {
    signin.TOMASZ: (
        (-329, (_OPEN_DOOR, stances(ALLOW, *_PREPARING, Use.DIALOGUE_CLEANUP), auto_approve)),
        (-328, (defaults(channels={Channel.ADVERTISING: NEVER}, longest_months=60),)),
        (-200, (stances(NEVER, Use.VOICE_CLONE, Use.INTERACTIVE_AVATAR),)),
    ),
    signin.KEIKO: (
        (-299, (_OPEN_DOOR, stances(ALLOW, *_PREPARING, *_FINISHING))),
        (-298, (conditions(Use.DIGITAL_DOUBLE, floor=a_year(2_500), longest_months=48, channels={Channel.GAME: ASK}),)),
        (-120, (defaults(sensitivities={Sensitivity.GAMBLING: NEVER, Sensitivity.POLITICS: NEVER}),)),
    ),
    signin.NOOR: (
        (-289, (_OPEN_DOOR, stances(ALLOW, *_PREPARING, Use.DIALOGUE_CLEANUP))),
        (-288, (defaults(floor=a_year(4_000)), conditions(Use.ADDITIONAL_LINES, languages=("ar", "en")))),
        (-90, (stances(NEVER, Use.VOICE_CLONE),)),
    ),
    signin.LUCIA: (
        (-249, (_OPEN_DOOR, stances(ALLOW, Use.DIALOGUE_CLEANUP))),
        (-248, (defaults(territories=frozenset(places.expand(["EEA", "UKI", "419"])), longest_months=36),)),
        (-60, (stances(NEVER, Use.VOICE_CLONE, Use.REPLICA_PERFORMANCE, Use.CROWD_FILL),)),
    ),
    signin.DEV: (
        (-219, (_OPEN_DOOR, stances(ALLOW, *_PREPARING))),
        (-218, (stances(NEVER, Use.CROWD_FILL, Use.VOICE_CLONE), defaults(floor=NO_FLOOR))),
    ),
    signin.ADA: (
        (-199, (_OPEN_DOOR, stances(ALLOW, *_FINISHING))),
        (
            -198,
            (
                defaults(
                    territories=frozenset(places.expand(["002", "150", "EEA"])), longest_months=60, floor=a_year(1_500)
                ),
            ),
        ),
        (-45, (conditions(Use.DUB_OWN_VOICE, languages=("fr", "ig")),)),
    ),
}


def write(play: Play) -> None:
    """Put every change of mind onto the calendar."""
    for days, clock, edits in IMANI:
        play.scene(play.at(days, clock), _saving(play, signin.IMANI, edits))
    for email, changes in OTHERS.items():
        for days, edits in changes:
            play.scene(play.at(days, "19:30", "UTC"), _saving(play, email, edits))


def _saving(play: Play, email: str, edits: tuple[Edit, ...]) -> Callable[[datetime], None]:
    """Save as the page does, and confirm at once what is looser."""

    def act(now: datetime) -> None:
        performer, actor = play.performers[email], play.performer(email, now)
        wanted = preferences.shown(performer)
        for edit in edits:
            wanted = edit(wanted)
        preferences.save(performer, wanted, actor=actor, now=now)
        if ProposedPreferences.objects.filter(performer=performer).exists():
            preferences.confirm_looser(performer, actor=actor, now=now)

    return act
