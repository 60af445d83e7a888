"""Standing answers of a known size, and requests that hit them here and there: what rows 1 to 3 decide on."""

from __future__ import annotations

import random
from typing import Any

from consent.core.preferences import Conditions, Preferences, UsePreference
from consent.core.terms import Terms
from consent.core.vocabulary import Channel, Modality, Sensitivity, Stance, Use, may_allow
from tests import make

COUNTRIES = ("GB", "IE", "FR", "DE", "ES", "IT", "US", "CA", "AU", "NZ", "JP", "BR")
RULES = 40


def forty() -> Preferences:
    """12 uses, 10 channels, 5 modalities and 9 sensitivities at ASK or NEVER, and four limits: 40 rules; all else is allowed."""
    return Preferences(
        defaults=_general(
            channels=_answers(Channel, 10), modalities=_answers(Modality, 5), sensitivities=_answers(Sensitivity, 9)
        ),
        uses=_uses(12),
        auto_approve=True,
    )


def eleven() -> Preferences:
    """The fewest rules that answers can have: 11 uses that are never simply allowed, and nothing else."""
    free = _general(
        channels=_answers(Channel, 0), modalities=_answers(Modality, 0), sensitivities=_answers(Sensitivity, 0)
    )
    return Preferences(defaults=free, uses=_uses(11), auto_approve=True)


def everything() -> tuple[Preferences, int]:
    """All that can be said: every use with an answer of its own on every code and every limit. Returns how many answers."""
    uses = {}
    for number, use in enumerate(Use):
        conditions = _general(
            channels=_answers(Channel, 14, number),
            modalities=_answers(Modality, 7, number),
            sensitivities=_answers(Sensitivity, 16, number),
            longest_months=24 + number,
            retention_days=30 + number,
        )
        uses[use] = UsePreference(stance=Stance.NEVER if number % 7 == 6 else Stance.ASK, overrides=conditions)
    each = 1 + len(Channel) + len(Modality) + len(Sensitivity) + 4 + len(COUNTRIES)
    return Preferences(uses=uses, auto_approve=True), each * len(Use)


def _uses(closed: int) -> dict[Use, UsePreference]:
    """The first of them at ASK or NEVER, beginning with those that may never be allowed; the others at ALLOW."""
    ordered = sorted(Use, key=may_allow)
    return {
        use: UsePreference(stance=_stance(number) if number < closed else Stance.ALLOW)
        for number, use in enumerate(ordered)
    }


def _stance(number: int) -> Stance:
    return Stance.NEVER if number % 2 else Stance.ASK


def _answers(kind: Any, closed: int, shift: int = 0) -> dict[Any, Stance]:
    return {code: _stance(number + shift) if number < closed else Stance.ALLOW for number, code in enumerate(kind)}


def _general(**more: Any) -> Conditions:
    first = Preferences.first().defaults
    given: dict[str, Any] = {name: getattr(first, name) for name in first.__dataclass_fields__}
    given |= {
        "territories": frozenset(COUNTRIES[:8]),
        "longest_months": 36,
        "retention_days": 60,
        "exclusivity": Stance.ASK,
    }
    return Conditions(**{**given, **more})


def requests(count: int) -> list[Terms]:
    """Whole, specific terms of every shape: one to three uses, channels and countries, now and then too long or exclusive."""
    dice = random.Random(20260611)
    uses = [use for use in Use if use is not Use.POSTHUMOUS and not use.value.startswith("TRAIN")]
    found = []
    for _ in range(count):
        found.append(
            make.terms(
                uses=[use.value for use in sorted(dice.sample(uses, dice.randint(1, 3)), key=list(Use).index)],
                modalities=[code.value for code in dice.sample(list(Modality), dice.randint(1, 3))],
                channels=[code.value for code in dice.sample(list(Channel), dice.randint(1, 3))],
                sensitivities=[code.value for code in dice.sample(list(Sensitivity), dice.choice((0, 0, 1, 2)))],
                territories=dice.sample(COUNTRIES, dice.randint(1, 4)),
                languages=["en"],
                dates={**make.AGE_CHANGE["dates"], "exploit_until": f"{dice.choice((2027, 2028, 2029, 2031))}-06-30"},
                exclusivity=_exclusive(dice),
            )
        )
    return found


def _exclusive(dice: random.Random) -> dict[str, Any]:
    if dice.random() < 0.8:
        return {}
    return {"category": "Sparkling water", "territories": ["GB"]}
