"""The resolver's reasons in words: what keeps terms from being sent, what bears on a verdict, how specific they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SPECIFICITY: Mapping[str, Promise] = MappingProxyType(
    {
        "WHO": _("which part or character"),
        "WHAT": _("what people will see or hear"),
        "HOW_MUCH": _("which scenes, or how much"),
        "WHERE": _("where and in what it is shown"),
        "HOW_LONG": _("for how long"),
        "TECHNIQUE": _("by which technique"),
        "TOOL": _("with which tool"),
        "VENDOR": _("made by whom"),
    }
)

SENDABLE: Mapping[str, Promise] = MappingProxyType(
    {
        "MISSING_USE": _("what it is for"),
        "MISSING_MODALITY": _("what of the performer is used"),
        "MISSING_DESCRIPTION": _("a description"),
        "MISSING_TERM": _("for how long"),
        "MISSING_TERRITORY": _("where it is shown"),
        "MISSING_CHANNEL": _("in what it is shown"),
        "MISSING_LANGUAGE": _("which languages are dubbed"),
        "MISSING_SENSITIVITY": _("what the content is"),
        "MISSING_FEE": _("what is paid, or that nothing is"),
        "MISSING_CAPS": _("how many may be made"),
        "MISSING_EXCLUSIVITY": _("what is exclusive"),
        "MISSING_TRAINING": _("whether a model is trained"),
        "MISSING_OUTPUT_APPROVAL": _("whether the performer sees it first"),
        "MISSING_RETENTION": _("when media is deleted"),
        "MISSING_DUTIES": _("which duties you take on"),
        "MISSING_IN_LIEU": _("whether it takes the place of work"),
        "DESCRIPTION_SHORT": _("the description is not specific enough for this kind of use"),
        "WILDCARD": _("open-ended words must go, such as “in perpetuity” or “any project”"),
        "TRAINING_BUNDLED": _("training and generation need requests of their own"),
        "TRAINING_CONTRADICTED": _("it asks for training and says that nothing is trained"),
    }
)

REASONS: Mapping[str, Promise] = MappingProxyType(
    {
        "STOPPED": _("The performer has stopped everything."),
        "PAUSED": _("The performer is not taking new requests now."),
        "STRIKE": _("This agreement is under strike. Nothing new is granted while it lasts."),
        "EXCLUSIVE_ELSEWHERE": _("Another permission that is in force is exclusive in this category."),
        "HEIGHTENED": _("This always needs an answer in person."),
        "AUTO_APPROVE_OFF": _("Each request is answered in person."),
        "ALL_FITS": _("Everything is within the preferences."),
    }
)
"""The resolver's own reasons, by code."""

DIFFERENCES: Mapping[str, Promise] = MappingProxyType(
    {
        "LONGER": _("longer than the limit"),
        "WIDER": _("wider than the limit"),
        "UNDER": _("below the minimum"),
        "NONE": _("nothing is offered"),
        "UNPAID": _("nothing is offered"),
        "CURRENCY": _("in another currency than the minimum"),
        "BASIS": _("paid in another way than the minimum"),
        "MINIMUM": _("a minimum may apply"),
        "SHOWN": _("no limit is shown"),
        "NEVER": _("marked Never"),
        "ASK": _("to be asked about each time"),
        "MISSING": _("not said"),
        "SHORT": _("not specific enough"),
        "ENDED": _("open-ended words"),
        "DERIVATIVES": _("what is derived would be kept"),
    }
)
"""How a preference's reason differs, by the end of its code."""

OTHER_REASON = _("A rule bears on these terms.")

SEVERITY_LEAD: Mapping[str, Promise] = MappingProxyType(
    {
        "BLOCK": pgettext_lazy("rule", "Not possible"),
        "WARN": pgettext_lazy("rule", "Take care"),
        "LOG": pgettext_lazy("rule", "Noted"),
    }
)
