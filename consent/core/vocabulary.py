"""The field's standard codes, in the fixed order in which people read them.

Codes are stored and compared here; the words for them live in ``consent.render.words``.
Lists are append-only: their order is also the bit order of compiled preferences.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """The axis from augmentation to replacement; declaration order is its order."""

    PREPARE = "PREPARE"
    FINISH = "FINISH"
    EXTEND = "EXTEND"
    STAND_IN = "STAND_IN"
    TRAIN = "TRAIN"

    @property
    def rank(self) -> int:
        return _LEVEL_RANK[self]


_LEVEL_RANK = MappingProxyType({level: rank for rank, level in enumerate(Level)})


class Use(StrEnum):
    PREVISUALISATION = "PREVISUALISATION"
    LOOK_TEST = "LOOK_TEST"
    DIALOGUE_CLEANUP = "DIALOGUE_CLEANUP"
    COSMETIC_FIX = "COSMETIC_FIX"
    AGE_CHANGE = "AGE_CHANGE"
    DUB_LIP_SYNC = "DUB_LIP_SYNC"
    DUB_OWN_VOICE = "DUB_OWN_VOICE"
    ADDITIONAL_LINES = "ADDITIONAL_LINES"
    DIGITAL_DOUBLE = "DIGITAL_DOUBLE"
    SCENE_COMPLETION = "SCENE_COMPLETION"
    CROWD_FILL = "CROWD_FILL"
    PROMOTION = "PROMOTION"
    REPLICA_PERFORMANCE = "REPLICA_PERFORMANCE"
    VOICE_CLONE = "VOICE_CLONE"
    INTERACTIVE_AVATAR = "INTERACTIVE_AVATAR"
    POSTHUMOUS = "POSTHUMOUS"
    TRAIN_OWN_MODEL = "TRAIN_OWN_MODEL"
    TRAIN_GENERAL_MODEL = "TRAIN_GENERAL_MODEL"

    @property
    def level(self) -> Level:
        return LEVEL_OF[self]


USES_AT: MappingProxyType[Level, tuple[Use, ...]] = MappingProxyType(
    {
        Level.PREPARE: (Use.PREVISUALISATION, Use.LOOK_TEST),
        Level.FINISH: (
            Use.DIALOGUE_CLEANUP,
            Use.COSMETIC_FIX,
            Use.AGE_CHANGE,
            Use.DUB_LIP_SYNC,
            Use.DUB_OWN_VOICE,
        ),
        Level.EXTEND: (
            Use.ADDITIONAL_LINES,
            Use.DIGITAL_DOUBLE,
            Use.SCENE_COMPLETION,
            Use.CROWD_FILL,
            Use.PROMOTION,
        ),
        Level.STAND_IN: (Use.REPLICA_PERFORMANCE, Use.VOICE_CLONE, Use.INTERACTIVE_AVATAR, Use.POSTHUMOUS),
        Level.TRAIN: (Use.TRAIN_OWN_MODEL, Use.TRAIN_GENERAL_MODEL),
    }
)
LEVEL_OF: MappingProxyType[Use, Level] = MappingProxyType(
    {use: level for level, uses in USES_AT.items() for use in uses}
)


class Stance(StrEnum):
    ALLOW = "ALLOW"
    ASK = "ASK"
    NEVER = "NEVER"

    @property
    def strictness(self) -> int:
        """0 for ALLOW, 1 for ASK, 2 for NEVER: the larger answer wins."""
        return _STRICTNESS[self]


_STRICTNESS = MappingProxyType({stance: number for number, stance in enumerate(Stance)})


def strictest(*stances: Stance) -> Stance:
    """The answer that wins when several apply."""
    return max(stances, key=lambda stance: stance.strictness)


class Modality(StrEnum):
    FACE = "FACE"
    BODY = "BODY"
    VOICE = "VOICE"
    SINGING = "SINGING"
    MOTION = "MOTION"
    NAME = "NAME"
    STYLE = "STYLE"


class Channel(StrEnum):
    THEATRICAL = "THEATRICAL"
    BROADCAST = "BROADCAST"
    STREAMING = "STREAMING"
    HOME_VIDEO = "HOME_VIDEO"
    GAME = "GAME"
    INTERACTIVE = "INTERACTIVE"
    ADVERTISING = "ADVERTISING"
    SOCIAL = "SOCIAL"
    PRINT = "PRINT"
    LIVE = "LIVE"
    AUDIO = "AUDIO"
    MERCHANDISE = "MERCHANDISE"
    PROMOTIONAL = "PROMOTIONAL"
    INTERNAL = "INTERNAL"


class Sensitivity(StrEnum):
    NUDITY = "NUDITY"
    SEXUAL = "SEXUAL"
    VIOLENCE = "VIOLENCE"
    SEXUAL_VIOLENCE = "SEXUAL_VIOLENCE"
    SELF_HARM = "SELF_HARM"
    SUBSTANCES = "SUBSTANCES"
    HATE_SPEECH = "HATE_SPEECH"
    POLITICS = "POLITICS"
    RELIGION = "RELIGION"
    GAMBLING = "GAMBLING"
    MEDICAL_FINANCIAL_CLAIM = "MEDICAL_FINANCIAL_CLAIM"
    ENDORSEMENT = "ENDORSEMENT"
    IDENTITY_CHANGE = "IDENTITY_CHANGE"
    CRIMINAL_PORTRAYAL = "CRIMINAL_PORTRAYAL"
    ROMANTIC_COMPANION = "ROMANTIC_COMPANION"
    MINORS_AUDIENCE = "MINORS_AUDIENCE"


class FeeBasis(StrEnum):
    FLAT = "FLAT"
    PER_DAY = "PER_DAY"
    PER_UNIT = "PER_UNIT"
    PER_PERIOD = "PER_PERIOD"
    REVENUE_SHARE = "REVENUE_SHARE"
    NONE = "NONE"


class FeeUnit(StrEnum):
    """What one PER_UNIT or PER_PERIOD fee is paid for."""

    LINE = "LINE"
    WORD = "WORD"
    MINUTE = "MINUTE"
    SECOND = "SECOND"
    SHOT = "SHOT"
    VERSION = "VERSION"
    GENERATION = "GENERATION"
    MONTH = "MONTH"
    YEAR = "YEAR"


PERIOD_UNITS = frozenset({FeeUnit.MONTH, FeeUnit.YEAR})


class Duty(StrEnum):
    CREDIT = "CREDIT"
    DISCLOSE_AI = "DISCLOSE_AI"
    REPORT_USE = "REPORT_USE"
    APPROVE_OUTPUT = "APPROVE_OUTPUT"
    NO_TRANSFER = "NO_TRANSFER"
    SECURITY_BASELINE = "SECURITY_BASELINE"
    DESTROY_AND_ATTEST = "DESTROY_AND_ATTEST"
    NO_DEROGATORY_TREATMENT = "NO_DEROGATORY_TREATMENT"


class OutputStage(StrEnum):
    """When the performer sees the output before it is used; NONE means never."""

    NONE = "NONE"
    SCRIPT = "SCRIPT"
    ROUGH = "ROUGH"
    FINAL = "FINAL"


class Agreement(StrEnum):
    SAGAFTRA_TVT_2026 = "SAGAFTRA_TVT_2026"
    SAGAFTRA_IMA_2025 = "SAGAFTRA_IMA_2025"
    SAGAFTRA_COMM_2025 = "SAGAFTRA_COMM_2025"
    EQUITY_UK = "EQUITY_UK"
    NON_UNION = "NON_UNION"
    OTHER = "OTHER"


class ProductionKind(StrEnum):
    FEATURE = "FEATURE"
    SERIES = "SERIES"
    GAME = "GAME"
    COMMERCIAL = "COMMERCIAL"
    AUDIO = "AUDIO"
    DUB = "DUB"
    LIVE = "LIVE"
    OTHER = "OTHER"


class Dimension(StrEnum):
    """The rows in which terms and preferences are compared and read."""

    USE = "USE"
    MODALITY = "MODALITY"
    DESCRIPTION = "DESCRIPTION"
    TERM = "TERM"
    TERRITORY = "TERRITORY"
    CHANNEL = "CHANNEL"
    LANGUAGE = "LANGUAGE"
    SENSITIVITY = "SENSITIVITY"
    FEE = "FEE"
    CAPS = "CAPS"
    EXCLUSIVITY = "EXCLUSIVITY"
    TRAINING = "TRAINING"
    OUTPUT_APPROVAL = "OUTPUT_APPROVAL"
    RETENTION = "RETENTION"
    DUTIES = "DUTIES"


ALLOWABLE_LEVELS = frozenset({Level.PREPARE, Level.FINISH})
HEIGHTENED_LEVELS = frozenset({Level.STAND_IN, Level.TRAIN})

_NEVER_AT_FIRST = frozenset({Use.POSTHUMOUS, *USES_AT[Level.TRAIN]})
FIRST_STANCE: MappingProxyType[Use, Stance] = MappingProxyType(
    {use: Stance.NEVER if use in _NEVER_AT_FIRST else Stance.ASK for use in Use}
)
_SENSITIVE_NEVER_AT_FIRST = frozenset(
    {
        Sensitivity.NUDITY,
        Sensitivity.SEXUAL,
        Sensitivity.SEXUAL_VIOLENCE,
        Sensitivity.SELF_HARM,
        Sensitivity.HATE_SPEECH,
        Sensitivity.ROMANTIC_COMPANION,
    }
)
FIRST_SENSITIVITY: MappingProxyType[Sensitivity, Stance] = MappingProxyType(
    {code: Stance.NEVER if code in _SENSITIVE_NEVER_AT_FIRST else Stance.ASK for code in Sensitivity}
)


def may_allow(use: Use) -> bool:
    """True where ALLOW may be chosen: above FINISH each use needs its own informed yes (product.md section 2)."""
    return use.level in ALLOWABLE_LEVELS
