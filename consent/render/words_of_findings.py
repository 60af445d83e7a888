"""The difference in words: for each sentence code of a finding its tag, and what is said to the performer and about them.

``you`` speaks to the performer; ``other`` names ``{performer}`` for representatives and studios. An empty pair is no
sentence. Figures arrive in words already; money that the reader may not see never reaches a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.core.findings import Standing


class Said(NamedTuple):
    tag: Promise
    you: Promise | str = ""
    other: Promise | str = ""


FITS = Said(_("Fits"))
BELOW = Said(_("Below the minimum"))
_ASKED = pgettext_lazy("difference", "Yours to decide")
_THEIRS = pgettext_lazy("difference", "Theirs to decide")
_NEVER = pgettext_lazy("difference", "Never")
_UNSAID = _("Not said")
_MORE, _LESS, _OTHER, _SAME = _("More"), _("Less"), _("Different"), _("Same")

SENTENCES: Mapping[str, Said] = MappingProxyType(
    {
        "USE_ASK": Said(
            _ASKED,
            _("You asked to be asked about %(use)s each time."),
            _("%(performer)s decides about %(use)s each time."),
        ),
        "USE_NEVER": Said(
            _NEVER, _("You marked %(use)s Never."), _("%(performer)s is not open to requests for %(use)s.")
        ),
        "MODALITY_ASK": Said(
            _ASKED,
            _("You asked to be asked about this each time: %(codes)s."),
            _("%(performer)s decides about this each time: %(codes)s."),
        ),
        "MODALITY_NEVER": Said(_NEVER, _("You marked this Never: %(codes)s."), _("Not open to requests: %(codes)s.")),
        "MODALITY_MISSING": Said(_UNSAID, _("They have not said what of you they would use."), _("Say what is used.")),
        "DESCRIPTION_SHORT": Said(
            _("Not specific"),
            _("The description does not say %(missing)s. Ask before you answer."),
            _("The description does not say %(missing)s."),
        ),
        "DESCRIPTION_OPEN_ENDED": Said(
            _("Open-ended"),
            _("These words could mean anything: %(phrases)s. Ask before you answer."),
            _("These words could mean anything: %(phrases)s. Name what is meant."),
        ),
        "TERM_LONGER": Said(
            _("%(over)s longer"),
            _("Your limit for %(use)s is %(limit)s, then they ask again."),
            _("The limit of %(performer)s for %(use)s is %(limit)s, then it is asked for again."),
        ),
        "TERM_MISSING": Said(_UNSAID, _("They have not said for how long."), _("Say for how long.")),
        "TERM_NOT_SHOWN": Said(_ASKED, "", _("%(performer)s shows no limit, and decides.")),
        "TERRITORY_WIDER": Said(
            _("Wider"),
            _("They ask for %(extra)s you have not opened."),
            _("This is %(extra)s more than %(performer)s has opened."),
        ),
        "TERRITORY_MISSING": Said(
            _UNSAID, _("They have not said where it would be shown."), _("Say where it is shown.")
        ),
        "TERRITORY_NOT_SHOWN": Said(_ASKED, "", _("%(performer)s shows no limit, and decides.")),
        "CHANNEL_ASK": Said(
            _ASKED,
            _("You asked to be asked about this each time: %(codes)s."),
            _("%(performer)s decides about this each time: %(codes)s."),
        ),
        "CHANNEL_NEVER": Said(_NEVER, _("You marked this Never: %(codes)s."), _("Not open to requests: %(codes)s.")),
        "CHANNEL_MISSING": Said(
            _UNSAID, _("They have not said in what it would be shown."), _("Say in what it is shown.")
        ),
        "LANGUAGE_WIDER": Said(
            _("More languages"),
            _("You have not opened %(codes)s for %(use)s."),
            _("%(performer)s has not opened %(codes)s for %(use)s."),
        ),
        "LANGUAGE_MISSING": Said(_UNSAID, _("They have not said which languages."), _("Say which languages.")),
        "LANGUAGE_NOT_SHOWN": Said(_ASKED, "", _("%(performer)s shows no limit, and decides.")),
        "SENSITIVITY_ASK": Said(
            _ASKED,
            _("You asked to be asked about this each time: %(codes)s."),
            _("%(performer)s decides about this each time: %(codes)s."),
        ),
        "SENSITIVITY_NEVER": Said(
            _NEVER, _("You marked this Never: %(codes)s."), _("Not open to requests: %(codes)s.")
        ),
        "FEE_UNDER": Said(
            _("%(short)s under"),
            _("%(studio)s have not been told your figure."),
            _("%(studio)s have not been told the figure."),
        ),
        "FEE_NONE": Said(
            _("Unpaid"),
            _("You have set a minimum. %(studio)s have not been told your figure."),
            _("%(performer)s has set a minimum. %(studio)s have not been told the figure."),
        ),
        "FEE_UNPAID": Said(
            pgettext_lazy("difference", "Unpaid"),
            _("They offer no fee, and you have set no minimum."),
            _("No fee is offered."),
        ),
        "FEE_OTHER_CURRENCY": Said(
            _("Another currency"),
            _(
                "Your minimum is in %(currency)s, so the two cannot be compared. %(studio)s have not been told your figure."
            ),
            _("The two cannot be compared."),
        ),
        "FEE_OTHER_BASIS": Said(
            _("Paid another way"),
            _("Your minimum is %(basis)s, so the two cannot be compared. %(studio)s have not been told your figure."),
            _("The two cannot be compared."),
        ),
        "FEE_HAS_MINIMUM": Said(_("Has a minimum"), "", _("A minimum may apply; it is kept private.")),
        "FEE_MISSING": Said(
            _UNSAID, _("They have not said what they pay."), _("Say what is paid, or that nothing is.")
        ),
        "CAPS_WIDER": Said(
            _("More"),
            _("Your limit for %(use)s: %(limit)s."),
            _("The limit of %(performer)s for %(use)s: %(limit)s."),
        ),
        "CAPS_NOT_SHOWN": Said(_ASKED, "", _("%(performer)s shows no limit, and decides.")),
        "EXCLUSIVITY_ASK": Said(
            _ASKED,
            _("You asked to be asked before you are bound to one studio."),
            _("%(performer)s decides about exclusivity each time."),
        ),
        "EXCLUSIVITY_NEVER": Said(
            _NEVER, _("You marked exclusivity Never."), _("%(performer)s does not work exclusively.")
        ),
        "TRAINING_ASK": Said(
            _ASKED,
            _("Training on you always needs a yes of its own."),
            _("Training always needs a yes of its own by %(performer)s."),
        ),
        "TRAINING_DERIVATIVES": Said(
            _ASKED,
            _("They would keep what is derived from the work. That needs a yes of its own."),
            _("Keeping what is derived needs a yes of its own by %(performer)s."),
        ),
        "TRAINING_NEVER": Said(_NEVER, _("You marked training Never."), _("%(performer)s is not open to training.")),
        "TRAINING_MISSING": Said(
            _UNSAID, _("They have not said whether a model is trained on you."), _("Say whether a model is trained.")
        ),
        "RETENTION_LONGER": Said(
            _("%(over)s longer"),
            _("You want your media deleted within %(limit)s."),
            _("%(performer)s wants media deleted within %(limit)s."),
        ),
        "RETENTION_MISSING": Said(
            _UNSAID, _("They have not said when they delete your media."), _("Say when media is deleted.")
        ),
        "RETENTION_NOT_SHOWN": Said(_ASKED, "", _("%(performer)s shows no limit, and decides.")),
        # --- new terms beside old ones
        "TERM_MORE": Said(_("%(over)s longer")),
        "TERM_LESS": Said(_("Shorter")),
        "TERM_MOVED": Said(_("Other dates")),
        "RETENTION_MORE": Said(_("%(days)s later")),
        "RETENTION_LESS": Said(_("%(days)s sooner")),
        "TERRITORY_MORE": Said(_("Wider")),
        "TERRITORY_LESS": Said(_("Narrower")),
        "FEE_MORE": Said(_("Less money")),
        "FEE_LESS": Said(_("More money")),
        "FEE_OTHER": Said(_("Paid another way")),
        "TRAINING_MORE": Said(_("More training")),
        "TRAINING_LESS": Said(_("Less training")),
        "OUTPUT_APPROVAL_MORE": Said(_("No longer shown first")),
        "OUTPUT_APPROVAL_LESS": Said(_("Shown first")),
        "OUTPUT_APPROVAL_OTHER": Said(_("Shown at another stage")),
        "DESCRIPTION_OTHER": Said(_("Other words")),
        "DUTIES_MORE": Said(_("Fewer duties")),
        "DUTIES_LESS": Said(_("More duties")),
    }
)

ENDINGS: Mapping[str, Said] = MappingProxyType(
    {
        "MORE": Said(_MORE),
        "LESS": Said(_LESS),
        "OTHER": Said(_OTHER),
        "SAME": Said(_SAME),
        "SAID": Said(_("New")),
        "MISSING": Said(_UNSAID),
    }
)
"""What the end of a code means where the code has no words of its own."""


def of(code: str) -> Said:
    """The words of a sentence code; a fit where nothing else is known of it."""
    return SENTENCES.get(code) or ENDINGS.get(code.rpartition("_")[2]) or FITS


def theirs(tag: Promise) -> Promise:
    """A tag as everybody but the performer reads it."""
    return _THEIRS if tag is _ASKED else tag


def unseen(code: str, standing: Standing) -> Said:
    """What may be said of a fee to somebody who may not read it: neither the sum nor that there is none."""
    if code.endswith("_SAME"):
        return Said(_SAME)
    if code.endswith(("_MORE", "_LESS", "_OTHER", "_SAID")):
        return Said(_OTHER)
    if standing is Standing.FITS:
        return FITS
    return BELOW if standing is Standing.GOES_FURTHER else Said(_ASKED)
