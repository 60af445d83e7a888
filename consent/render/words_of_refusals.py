"""What people read when something was not done: refusals of services, problems of fields, files that were not kept.

Every sentence says what is so and, where there is a way on, what to do. ``%(name)s`` are the refusal's values.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: Mapping[str, Promise] = MappingProxyType(
    {
        # --- who may
        "NOT_ENTITLED": _("This is not yours to do. Nothing was changed."),
        "BEYOND_AUTHORITY": _(
            "This goes beyond the authority you were given. The performer can do it, or widen your authority."
        ),
        "AUTHORITY_ENDED": _("Your authority to act for this performer has ended. Nothing was changed."),
        "STEP_UP_NEEDED": _(
            "We need to check that it is you. Sign in again, and use your second factor if you are asked for it."
        ),
        "SECOND_FACTOR_FIRST": _(
            "Set up a passkey or an authenticator app first. What you were about to do needs it, and nothing was changed."
        ),
        # --- somebody or something came first
        "ALREADY_DRAFT": _("This request has not been sent yet."),
        "ALREADY_PENDING": _("This request is waiting for an answer again. Look at it once more."),
        "ALREADY_COUNTERED": _("Changed terms have been sent, and the other side has not answered them yet."),
        "ALREADY_HELD": _("This request has been approved already. The yes can still be taken back."),
        "ALREADY_APPROVED": _("This request has been approved already, and the studio knows."),
        "ALREADY_DECLINED": _("This request has been declined already."),
        "ALREADY_WITHDRAWN": _("The studio has withdrawn this request. There is nothing left to answer."),
        "ALREADY_LAPSED": _("The reply-by date has passed, so the request has lapsed and counts as no."),
        "TERMS_CHANGED": _("The terms have changed since you opened this page. Read them again, then answer."),
        "NOTHING_CHANGED": _("These are the same terms as before. Change at least one line."),
        "STOPPED": _("Everything is stopped. Start again first, then answer."),
        "MINOR": _("A performer under 18 cannot approve here. Declining is always possible."),
        "NEVER_NOW": _(
            "Your preferences say Never to something in these terms. Change the preference first, or decline."
        ),
        "GOES_FURTHER": _(
            "These terms go further than your preferences. Tick the exception if you want to say yes all the same."
        ),
        "BLOCKED": _("A rule forbids this, and nobody here can lift it. Read the rule beside the terms."),
        # --- asking
        "STUDIO_NOT_VERIFIED": _(
            "Your studio has not been verified yet. You can write drafts; sending opens once it is."
        ),
        "DRAFT_UNFINISHED": _("Choose a performer and a production first."),
        "NOT_TAKING_REQUESTS": _("This performer is not taking new requests now. Keep the draft and try again later."),
        "DEADLINE_TOO_SOON": _("Give at least 48 hours to answer."),
        "DEADLINE_TOO_FAR": _("Ask for an answer within 90 days."),
        "TERMS_UNFINISHED": _("Something is still unsaid: %(missing)s."),
        "NOT_SPECIFIC": _("This cannot be sent as it stands: %(missing)s."),
        "PREFLIGHT_LIMIT": _("You have checked this performer very often. Try again in an hour."),
        "LINK_LIMIT": _("Several new links were sent within the hour. Use the latest mail, or try again later."),
        "EMPTY_MESSAGE": _("Write something first."),
        "DATES_OVER": _("The time in which something may be made ends before today. Choose later dates."),
        "DATES_PASSED": _("The dates in these terms have passed. Ask for new dates."),
        # --- grants and media
        "ALREADY_TAKEN_BACK": _("This has been taken back already."),
        "GRANT_ENDED": _("This has ended by itself. There is nothing left to take back."),
        "MEDIA_CLOSED": _(
            "This media is not open to you now: the permission has ended, is paused, or the performer deleted it."
        ),
        "MEDIA_GONE": _("This has been deleted."),
        "NO_SUCH_VARIANT": _("There is no preview of this file."),
        "NOT_READY": _("This file is still being checked. Try again in a moment."),
        "EMPTY_FILE": _("This file is empty. Choose another one."),
        "FILE_TOO_LARGE": _("This file is larger than %(most)s. Choose a smaller one."),
        "FILE_NAME_MISSING": _("This file has no name. Name it and try again."),
        "VAULT_FULL": _("Your vault has %(left)s left, and this file needs %(size)s. Delete something first."),
        "UPLOAD_OFFSET": _("What arrived does not fit what we have. Send on from byte %(offset)s."),
        "UPLOAD_UNFINISHED": _("Still missing: %(missing)s. Keep the page open, or come back within 7 days."),
        "UPLOAD_OVER": _("This upload has ended. Start it again."),
        "UPLOAD_TOO_LONG": _("More bytes came than the upload announced. Start it again."),
        "UPLOAD_BUSY": _("Another window is sending this file. Wait for it, or close it."),
        "DISK_FULL": _("There is no room for uploads just now. What arrived is kept; try again later."),
        "RANGE_OUTSIDE": _("This part lies outside the file."),
        "MEDIA_UNREADABLE": _("This file cannot be opened. The operator has been told."),
        "COPY_UNAVAILABLE": _("A marked copy of this file cannot be made here. The operator has been told."),
        "CAPTURED_IN_FUTURE": _("The day it was taken is still to come. Check the date."),
        "DETAILS_UNREADABLE": _("The purpose or the date of this file is not readable. Choose them again."),
        "TOO_MANY_UPLOADS": _("%(most)s uploads are on their way already. Wait for one to finish, or cancel one."),
        "TOO_MANY_TAGS": _("Use at most %(most)s tags."),
        "NOT_A_PORTRAIT": _("Only a still that is ready can be your portrait."),
        # --- preferences
        "PREFERENCES_MOVED_ON": _(
            "Your preferences were changed in another window. Look at them as they are now, then change what you want."
        ),
        "NOTHING_WAITS": _("Nothing is waiting for you to confirm."),
        "UNDO_OVER": _("The half minute to undo is over. Restore version %(number)s instead."),
        "UNKNOWN_VERSION": _("There is no version %(number)s."),
        # --- people
        "ALREADY_A_PERFORMER": _("You have a performer's room already."),
        "NAME_MISSING": _("Enter a name."),
        "NAME_TOO_LONG": _("A name has at most %(most)s letters. Shorten it."),
        "TEXT_TOO_LONG": _("This is too long: at most %(most)s letters."),
        "NAME_TAKEN": _("Too many studios have this name. Add something that tells yours apart."),
        "UNKNOWN_TIME_ZONE": _("“%(zone)s” is no time zone. Choose one from the list."),
        "UNKNOWN_LANGUAGE": _("“%(language)s” is no language we know. Choose one from the list."),
        "UNKNOWN_COUNTRY": _("“%(country)s” is no country we know. Choose one from the list."),
        "UNKNOWN_THEME": _("Choose light, dark, or as your device."),
        "BIRTH_DATE_UNLIKELY": _("Check the date of birth."),
        "BIRTH_DATE_FIXED": _(
            "The date of birth stays as it is, because rules for minors hang on it. Write to the operator to "
            "correct it."
        ),
        "PAUSE_IN_PAST": _("Choose a day that is still to come, or leave it open."),
        "HOLD_OUT_OF_RANGE": _("The time to take a yes back is between 0 minutes and 24 hours."),
        "EMAIL_UNREADABLE": _("“%(email)s” is no e-mail address. Check it."),
        "OWN_ADDRESS": _("This is your own address. Nobody can act for themselves."),
        "WEBSITE_UNREADABLE": _("Enter the whole address, beginning with https://"),
        "VERIFIED_NAME_FIXED": _(
            "Name, legal name, country and registration were verified. Write to the operator to change them."
        ),
        "REASON_MISSING": _("Say why: the studio will read it."),
        "ALREADY_A_MEMBER": _("%(email)s is a member already."),
        "ALREADY_INVITED": _("%(email)s has an open invitation already."),
        "ALREADY_REPRESENTS": _("%(email)s acts for this performer already."),
        "NO_LONGER_A_MEMBER": _("This person is no longer a member."),
        "LAST_OWNER": _("A studio needs an owner. Make somebody else an owner first."),
        "INVITATION_OTHER_ADDRESS": _(
            "This invitation is for %(email)s. Sign in with that address, or add it to your account and confirm it."
        ),
        "INVITATION_EXPIRED": _("This invitation has expired. Ask for a new one."),
        "INVITATION_WITHDRAWN": _("This invitation is no longer open. Ask for a new one."),
        "INVITATION_ACCEPTED": _("This invitation has been accepted. Remove the member instead."),
        "UNKNOWN_PERFORMER": _("No performer with this reference takes requests. Check the reference."),
        "REPRESENTATION_OVER": _("This authority has ended. A new invitation is needed."),
        "APPROVE_NEEDS_LEVEL": _("Say up to which level they may approve for you."),
        "TRAIN_NEVER_DELEGATED": _("A yes to training is always yours alone. Choose a lower level."),
        "CEILING_NEEDS_CURRENCY": _("Enter the highest fee and its currency, or leave both empty."),
        "ENDS_IN_PAST": _("Choose a day that is still to come, or leave it open."),
        # --- productions
        "TITLE_MISSING": _("Enter a title."),
        "TITLE_TAKEN": _("You have too many productions with this title. Add something that tells them apart."),
        "PRODUCTION_IN_USE": _(
            "Requests name this production, so title, kind and agreement stay. Create another production instead."
        ),
        "RELEASED_BEFORE_SHOT": _("The release comes before photography. Check the two dates."),
    }
)
THEIR_REFUSALS: Mapping[str, Promise] = MappingProxyType(
    {
        "NEVER_NOW": _("The preferences say Never to something in these terms. Only the performer can change them."),
        "GOES_FURTHER": _(
            "These terms go further than the preferences. Tick the exception if you want to say yes all the same."
        ),
    }
)
"""What speaks to the performer, as those read it who act for them."""

BLOCKED_BY = _("This cannot be agreed here. %(rule)s")
OTHER_REFUSAL = _("This could not be done. Nothing was changed.")

PROBLEMS: Mapping[str, Promise] = MappingProxyType(
    {
        "MISSING": _("Say this too."),
        "NOT_TEXT": _("Use plain text here."),
        "TOO_LONG": _("This is too long. Shorten it."),
        "TOO_MANY": _("This is too many. Leave some out."),
        "NOT_YES_OR_NO": _("Answer yes or no."),
        "NOT_A_WHOLE_NUMBER": _("Enter a whole number."),
        "OUT_OF_RANGE": _("This number or date is out of range. Check it."),
        "NOT_A_DATE": _("Enter a date, such as 2026-06-19."),
        "UNKNOWN_CODE": _("“%(value)s” is not one of the choices."),
        "UNKNOWN_FIELD": _("There is no such field."),
        "NOT_AN_OBJECT": _("This part is not readable. Fill it in again."),
        "NOT_A_LIST": _("This list is not readable. Fill it in again."),
        "UNKNOWN_PLACE": _("“%(value)s” is no country or region we know. Choose from the list."),
        "UNKNOWN_LANGUAGE": _("“%(value)s” is no language we know. Choose from the list."),
        "UNKNOWN_CURRENCY": _("Choose the currency."),
        "BEFORE_START": _("This is before the first day. Choose a later day."),
        "BEFORE_GENERATION_ENDS": _("This is before the last day of making new material. Choose a later day."),
        "INDEFINITE": _("Every yes has an end. Choose a day within 100 years."),
        "NONE_WITH_OTHERS": _("No fee cannot stand beside another fee. Keep one of them."),
        "ONE_CURRENCY": _("Use one currency for all fees."),
        "NONE_HAS_NO_AMOUNT": _("No fee has no sum. Empty the sum, or choose another kind of fee."),
        "NOT_FOR_THIS_BASIS": _("This does not go with the kind of fee you chose. Empty it."),
        "NOT_FOR_A_FLOOR": _("A minimum is a sum, or a sum by the day, the piece, the month or the year."),
        "ALLOW_NOT_OFFERED": _("This use needs a yes of its own each time. Choose Ask me or Never."),
    }
)
OTHER_PROBLEM = _("Check this.")
