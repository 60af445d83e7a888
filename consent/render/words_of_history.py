"""What happened, as templates: for each fact kind how the performer reads it and how others do.

``you`` is read by the performer of their own act, ``performer`` by the performer of somebody else's, ``other`` by
representatives, studios and staff. ``%(who)s`` is who acted, in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Told(NamedTuple):
    """An empty template falls back on the next one."""

    other: Promise
    performer: Promise | str = ""
    you: Promise | str = ""


HISTORY: Mapping[str, Told] = MappingProxyType(
    {
        # --- the performer
        "performer.joined": Told(_("%(performer)s joined Sayso."), "", _("You joined Sayso.")),
        "performer.onboarded": Told(_("%(performer)s finished setting up."), "", _("You finished setting up.")),
        "performer.profile_changed": Told(
            _("Details of %(performer)s were changed by %(who)s."),
            _("Your details were changed by %(who)s."),
            _("You changed your details."),
        ),
        "performer.visibility_changed": Told(
            _("%(performer)s changed who can find them: %(visibility)s."),
            "",
            _("You changed who can find you: %(visibility)s."),
        ),
        "performer.paused": Told(
            _("%(performer)s paused new requests%(until)s."), "", _("You paused new requests%(until)s.")
        ),
        "performer.resumed": Told(_("%(performer)s takes requests again."), "", _("You take requests again.")),
        "performer.stopped": Told(_("%(performer)s stopped everything."), "", _("You stopped everything.")),
        "performer.restarted": Told(
            _("%(performer)s started again after the stop."), "", _("You started again after the stop.")
        ),
        # --- standing answers
        "preferences.changed": Told(
            _("%(performer)s changed preferences, version %(number)s. %(changes)s"),
            _("Your preferences changed, version %(number)s. %(changes)s"),
            _("You changed your preferences, version %(number)s. %(changes)s"),
        ),
        "preferences.proposed": Told(
            _("%(performer)s made preferences looser; they wait for a confirm. %(changes)s"),
            "",
            _("You made preferences looser; they wait for you to confirm. %(changes)s"),
        ),
        "preferences.confirmed": Told(
            _("%(performer)s confirmed looser preferences, version %(number)s. %(changes)s"),
            "",
            _("You confirmed looser preferences, version %(number)s. %(changes)s"),
        ),
        "preferences.discarded": Told(
            _("%(performer)s let looser preferences go. %(changes)s"),
            "",
            _("You let looser preferences go. %(changes)s"),
        ),
        # --- the vault
        "media.added": Told(
            _("%(who)s added “%(caption)s” to the vault."),
            _("%(who)s added “%(caption)s” to your vault."),
            _("You added “%(caption)s” to your vault."),
        ),
        "media.ready": Told(_("“%(caption)s” was checked and encrypted.")),
        "media.refused": Told(_("“%(caption)s” could not be kept. %(file)s")),
        "media.described": Told(
            _("%(who)s changed the description of “%(caption)s”."),
            "",
            _("You changed the description of “%(caption)s”."),
        ),
        "media.deleted": Told(
            _("%(who)s deleted “%(caption)s” from the vault."),
            _("%(who)s deleted “%(caption)s” from your vault."),
            _("You deleted “%(caption)s” from your vault."),
        ),
        "media.vault_deleted": Told(
            _("%(performer)s deleted the whole vault. Files destroyed: %(count)s."),
            "",
            _("You deleted your whole vault. Files destroyed: %(count)s."),
        ),
        "media.downloaded": Told(_("%(who)s at %(studio)s opened “%(caption)s” for %(production)s.")),
        # --- asking
        "use_request.submitted": Told(
            _("%(who)s at %(studio)s asked %(performer)s about %(production)s: %(uses)s."),
            _("%(studio)s asked about %(production)s: %(uses)s."),
        ),
        "use_request.amended": Told(
            _("%(who)s at %(studio)s changed the terms for %(production)s."),
            _("%(studio)s changed the terms for %(production)s."),
        ),
        "use_request.withdrawn": Told(
            _("%(who)s at %(studio)s withdrew the request about %(production)s."),
            _("%(studio)s withdrew the request about %(production)s."),
        ),
        "use_request.lapsed": Told(
            _("The request of %(studio)s about %(production)s lapsed without an answer, and counts as no.")
        ),
        "use_request.counter_accepted": Told(
            _("%(who)s at %(studio)s took the changed terms for %(production)s. The final yes is with %(performer)s."),
            _("%(studio)s took your terms for %(production)s. The final yes is yours."),
        ),
        "use_request.question_asked": Told(
            _("%(who)s asked a question about %(production)s."), "", _("You asked a question about %(production)s.")
        ),
        "use_request.question_answered": Told(
            _("%(who)s answered a question about %(production)s."),
            "",
            _("You answered a question about %(production)s."),
        ),
        "use_request.note_left": Told(
            _("%(who)s left a note on %(production)s."),
            _("%(by)s left you a note on %(production)s."),
            _("You left a note on %(production)s."),
        ),
        "use_request.forwarded": Told(
            _("%(performer)s passed %(production)s to their representatives. Reminders are mute for 24 hours."),
            "",
            _("You passed %(production)s to your representatives. Reminders are mute for 24 hours."),
        ),
        "use_request.reminder_due": Told(
            _("A reminder about %(production)s was sent."), _("We reminded you about %(production)s, once.")
        ),
        "use_request.previewed": Told(
            _("%(studio)s checked how %(performer)s is likely to answer: %(uses)s."),
            _("%(studio)s checked how you are likely to answer: %(uses)s."),
        ),
        # --- answering
        "use_request.approved": Told(
            _("%(who)s approved %(production)s for %(studio)s. It can be taken back until %(held_until)s."),
            "",
            _("You approved %(production)s for %(studio)s. You can take it back until %(held_until)s."),
        ),
        "use_request.held_for_you": Told(
            _("The preferences of %(performer)s approved %(production)s. It can be stopped until %(held_until)s."),
            _("Your preferences approved %(production)s for %(studio)s. You can stop it until %(held_until)s."),
        ),
        "use_request.taken_back": Told(
            _("%(who)s took the yes to %(production)s back, before anyone was told."),
            _("The yes to %(production)s was taken back before anyone was told. %(because)s"),
            _("You took your yes to %(production)s back, before anyone was told. %(because)s"),
        ),
        "use_request.declined": Told(_("%(who)s declined %(production)s."), "", _("You declined %(production)s.")),
        "use_request.declined_for_you": Told(
            _("%(performer)s declined %(production)s."),
            _("%(production)s by %(studio)s was declined for you. %(because)s"),
        ),
        "use_request.reopened": Told(_("%(who)s reopened %(production)s."), "", _("You reopened %(production)s.")),
        "use_request.countered": Told(
            _("%(who)s sent changed terms for %(production)s."), "", _("You sent changed terms for %(production)s.")
        ),
        "link.disowned": Told(
            _("Somebody said that the mail about %(production)s was not meant for them. Its links no longer work.")
        ),
        "link.replaced": Told(_("A new link for %(production)s was sent to the registered address.")),
        # --- grants
        "grant.issued": Told(
            _("%(studio)s may use %(performer)s in %(production)s: %(uses)s, until %(exploit_until)s."),
            _("%(studio)s may use you in %(production)s: %(uses)s, until %(exploit_until)s."),
        ),
        "grant.ending": Told(_("%(clock)s for %(production)s ends on %(ends_at)s.")),
        "grant.clock_ended": Told(_("%(clock)s for %(production)s has ended.")),
        "grant.withdrawn": Told(
            _("%(who)s took back what %(studio)s had for %(production)s."),
            "",
            _("You took back what %(studio)s had for %(production)s."),
        ),
        "grant.suspended": Told(_("The permission for %(production)s is paused. %(suspended)s")),
        "grant.resumed": Told(_("The permission for %(production)s is in force again.")),
        # --- studios
        "studio.founded": Told(_("%(who)s founded %(studio)s.")),
        "studio.changed": Told(_("%(who)s changed the details of %(studio)s.")),
        "studio.verified": Told(_("%(studio)s was verified.")),
        "studio.refused": Told(_("%(studio)s was not verified: %(reason)s")),
        "studio.member_invited": Told(_("%(who)s invited %(email)s to %(studio)s as %(role)s.")),
        "studio.invitation_withdrawn": Told(_("%(who)s withdrew the invitation of %(email)s.")),
        "studio.member_joined": Told(_("%(member)s joined %(studio)s as %(role)s.")),
        "studio.member_removed": Told(_("%(member)s is no longer a member of %(studio)s.")),
        "studio.role_changed": Told(_("%(member)s is now %(role)s at %(studio)s.")),
        "studio.introduced": Told(
            _("%(studio)s has the reference of %(performer)s and may ask."),
            _("%(studio)s has your reference and may ask you."),
        ),
        # --- representatives
        "representative.invited": Told(
            _("%(performer)s invited %(representative)s to act for them."),
            "",
            _("You invited %(representative)s to act for you."),
        ),
        "representative.changed": Told(
            _("%(performer)s changed what %(representative)s may do."),
            "",
            _("You changed what %(representative)s may do for you."),
        ),
        "representative.accepted": Told(
            _("%(representative)s acts for %(performer)s."), _("%(representative)s now acts for you.")
        ),
        "representative.revoked": Told(
            _("%(representative)s no longer acts for %(performer)s."),
            _("%(representative)s no longer acts for you."),
            _("You ended the authority of %(representative)s."),
        ),
        # --- productions
        "production.created": Told(_("%(who)s added the production %(production)s.")),
        "production.changed": Told(_("%(who)s changed the production %(production)s.")),
    }
)

STUDIO_MAY_READ = frozenset(
    {
        "use_request.submitted", "use_request.amended", "use_request.withdrawn", "use_request.lapsed",
        "use_request.counter_accepted", "use_request.question_asked", "use_request.question_answered",
        "use_request.declined", "use_request.declined_for_you", "use_request.reopened", "use_request.countered",
        "grant.issued", "grant.ending", "grant.clock_ended", "grant.withdrawn", "grant.suspended", "grant.resumed",
        "media.downloaded", "studio.founded", "studio.changed", "studio.verified", "studio.refused",
        "studio.member_invited", "studio.invitation_withdrawn", "studio.member_joined", "studio.member_removed",
        "studio.role_changed", "studio.introduced", "production.created", "production.changed",
    }
)  # fmt: skip
"""A yes that is held, notes, pauses and preferences are between the performer and their representatives."""

BECAUSE: Mapping[str, Promise] = MappingProxyType(
    {
        "STOP": _("You stopped everything."),
        "PREFERENCES": _("Your preferences no longer allow it."),
        "DATES": _("Its dates had passed."),
        "AMENDED": _("The studio changed the terms, and terms that changed need a new answer."),
        "WITHDRAWN": _("The studio withdrew the request."),
        "USE_NEVER": _("You marked this Never."),
        "MODALITY_NEVER": _("You marked what they would use of you Never."),
        "CHANNEL_NEVER": _("You marked where it would be shown Never."),
        "SENSITIVITY_NEVER": _("You marked its content Never."),
        "EXCLUSIVITY_NEVER": _("You marked exclusivity Never."),
        "TRAINING_NEVER": _("You marked training Never."),
    }
)

SUSPENDED: Mapping[str, Promise] = MappingProxyType(
    {
        "STOP": _("The performer stopped everything."),
        "STRIKE": _("The agreement is under strike."),
        "NON_PAYMENT": _("A payment is missing."),
        "SECURITY": _("Media may not be safe."),
        "DISPUTE": _("There is a dispute about it."),
    }
)

BY_THEMSELVES: Mapping[str, Promise] = MappingProxyType(
    {
        "PERFORMER": _("the performer"),
        "REPRESENTATIVE": _("a representative"),
        "GUARDIAN": _("a guardian"),
        "STUDIO": _("the studio"),
        "STAFF": _("Sayso staff"),
        "CLOCK": _("Sayso"),
    }
)
ERASED = _("Something was recorded here. What it said has been erased.")
UNKNOWN = _("Something was recorded here that this page has no words for yet.")
