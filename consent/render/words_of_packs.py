"""The sentences of the rule packs for translation, by rule id; tests hold them equal to the packs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RULES: Mapping[str, Promise] = MappingProxyType(
    {
        "platform.minor-sexual": _(
            "This performer is under 18. Nude, sexual and romantic companion content is never available here, "
            "with any consent."
        ),
        "platform.portrayed-minor-sexual": _(
            "The likeness would appear under 18. Nude, sexual and romantic companion content is never available "
            "here, whatever the performer’s age."
        ),
        "platform.ageing-sexual": _(
            "An age change in nude, sexual or romantic companion content needs the age that would be portrayed, "
            "and it must be 18 or more."
        ),
        "platform.studio-unverified": _("This studio has not been verified yet. Verified studios can ask."),
        "platform.wildcard": _(
            "The description holds open-ended words, such as “any project” or “in perpetuity”. Each use needs "
            "its own words."
        ),
        "platform.posthumous-alone": _("Use after death is answered apart from every other use."),
        "platform.posthumous-living": _(
            "This use begins after the performer’s death. Only the performer can answer it, never a representative."
        ),
        "platform.minor-words": _(
            "The description mentions sexual content, and the performer is under 18. Please read it with care."
        ),
        "platform.engagement": _("A no may cost the job: the studio says that this is a condition of engagement."),
        "us-ca-lab-927.three-part": _(
            "All three conditions of California Labor Code 927 are met: the replica stands in for work, the use "
            "is not described specifically, and neither a lawyer nor a union agreement stands behind the "
            "performer."
        ),
        "us-ca-lab-927.unrepresented": _(
            "The replica would stand in for work, and neither a lawyer nor a union agreement stands behind you. "
            "You may want advice before you answer."
        ),
        "us-ca-lab-927.in-lieu-unsaid": _("It is not said whether the replica stands in for work."),
        "us-ny-gol-5-302.three-part": _(
            "All three conditions of New York General Obligations Law 5-302 are met: the replica stands in for "
            "work, the use is not described specifically, and neither a lawyer nor a union agreement stands "
            "behind the performer."
        ),
        "us-ny-gol-5-302.unrepresented": _(
            "The replica would stand in for work, and neither a lawyer nor a union agreement stands behind you. "
            "You may want advice before you answer."
        ),
        "us-ny-gol-5-302.in-lieu-unsaid": _("It is not said whether the replica stands in for work."),
        "us-il-hb4762.three-part": _(
            "All three conditions of the Illinois Digital Voice and Likeness Protection Act are met: the "
            "replica stands in for work, the use is not described specifically, and neither a lawyer nor a "
            "union agreement stands behind the performer."
        ),
        "us-il-hb4762.unrepresented": _(
            "The replica would stand in for work, and neither a lawyer nor a union agreement stands behind you. "
            "You may want advice before you answer."
        ),
        "us-il-hb4762.in-lieu-unsaid": _("It is not said whether the replica stands in for work."),
        "gdpr.granular": _(
            "Training and generation are separate purposes. Each needs a request of its own, so that each can "
            "have its own answer."
        ),
        "gdpr.training-in-generation": _(
            "A request to generate also asks to train a model. You can say no to training alone."
        ),
        "gdpr.retention": _("It is not said how long reference media and models would be kept."),
        "gdpr.withdrawal": _("Taking a yes back takes no more steps than giving it."),
        "sagaftra-tvt-2026.strike": _(
            "A strike is on under this agreement. Replicas that need consent are not used while it lasts."
        ),
        "sagaftra-tvt-2026.separate-instrument": _("Consent needs a writing of its own, apart from other terms."),
        "sagaftra-tvt-2026.notice": _(
            "Work would start in less than 48 hours. The agreement asks for 48 hours’ notice, or for notice at "
            "engagement."
        ),
        "sagaftra-tvt-2026.dub-language": _(
            "For photography from 1 July 2027 a replica dub needs a consent of its own for each language. Ask "
            "once per language."
        ),
        "sagaftra-tvt-2026.dub-photography-unsaid": _(
            "The start of photography is not said. From 1 July 2027 each dubbed language needs a consent of its own."
        ),
        "sagaftra-tvt-2026.minor-nudity": _(
            "A replica of a minor is never used for nudity or simulated sex, also not by digital ageing."
        ),
        "sagaftra-tvt-2026.scan-reason": _(
            "A scan seems to be asked for and no business reason is given. The agreement asks for the reason first."
        ),
        "sagaftra-tvt-2026.training-notice": _(
            "Licensing performances to train a model for sale needs written notice to the union, and a talk "
            "about pay if it asks."
        ),
        "sagaftra-tvt-2026.estimated-days": _(
            "The replica stands in for work, and no estimate of days is given. Pay is measured by the days you "
            "would have worked."
        ),
        "sagaftra-tvt-2026.unpaid": _(
            "No fee is offered for a replica that stands in for work. The agreement sets a minimum."
        ),
        "sagaftra-tvt-2026.security": _("No security baseline is promised for scans and models."),
        "sagaftra-tvt-2026.transfer": _(
            "No promise against transfer is made. The producer stays answerable unless the union approves who "
            "receives the replica."
        ),
        "sagaftra-ima-2025.strike": _(
            "A strike is on under this agreement. No new material is made with replicas while it lasts."
        ),
        "sagaftra-ima-2025.separate-instrument": _("Consent needs a writing of its own, apart from other terms."),
        "sagaftra-ima-2025.real-time-apart": _(
            "Real-time generation needs a consent of its own, apart from recorded uses."
        ),
        "sagaftra-ima-2025.voice-and-picture": _(
            "Voice and picture are asked for together. The agreement treats them as separate consents."
        ),
        "sagaftra-ima-2025.usage-reports": _("No usage reports are promised. The agreement asks for them."),
        "sagaftra-ima-2025.unpaid": _(
            "No fee is offered for a replica that stands in for work. The agreement sets a minimum."
        ),
        "sagaftra-comm-2025.strike": _(
            "A strike is on under this agreement. Replicas that need consent are not used while it lasts."
        ),
        "sagaftra-comm-2025.separate-instrument": _("Consent needs a writing of its own, apart from other terms."),
        "sagaftra-comm-2025.notice": _(
            "Work would start in less than 48 hours. The agreement asks for 48 hours’ notice, or for notice at "
            "engagement."
        ),
        "sagaftra-comm-2025.same-product": _(
            "Consent covers later spots only for the same advertiser and product line, begun within the first "
            "spot’s period of use."
        ),
        "sagaftra-comm-2025.period-of-use": _(
            "This is longer than 24 months, a common maximum period of use for a commercial."
        ),
        "sagaftra-comm-2025.unpaid": _(
            "No fee is offered for a replica that stands in for work. The agreement sets a minimum."
        ),
        "eu-ai-act-50.disclosure": _(
            "Whoever shows this in the EU must say that it was made or changed by AI, also with your consent. "
            "The duty to disclose is not among the terms."
        ),
        "us-nofakes-bill.ten-years": _(
            "This is longer than 10 years, the most that the bill would allow one licence to run."
        ),
        "us-nofakes-bill.minor-five-years": _(
            "This is longer than 5 years, the most that the bill would allow for a minor."
        ),
        "us-nofakes-bill.unspecific": _("The bill would ask for a reasonably specific description of the use."),
    }
)

_UNREPRESENTED = _(
    "The replica would stand in for work, and neither a lawyer nor a union agreement stands behind the performer. "
    "Advice may be wanted before the answer."
)
THEIR_RULES: Mapping[str, Promise] = MappingProxyType(
    {
        "us-ca-lab-927.unrepresented": _UNREPRESENTED,
        "us-ny-gol-5-302.unrepresented": _UNREPRESENTED,
        "us-il-hb4762.unrepresented": _UNREPRESENTED,
        "gdpr.training-in-generation": _(
            "A request to generate also asks to train a model. It is possible to say no to training alone."
        ),
        "sagaftra-tvt-2026.estimated-days": _(
            "The replica stands in for work, and no estimate of days is given. Pay is measured by the days the "
            "performer would have worked."
        ),
        "eu-ai-act-50.disclosure": _(
            "Whoever shows this in the EU must say that it was made or changed by AI, also with the performer’s "
            "consent. The duty to disclose is not among the terms."
        ),
    }
)
"""The sentences that speak to the performer, as everybody else reads them."""
