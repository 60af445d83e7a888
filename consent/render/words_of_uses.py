"""The 18 uses in words: label, meaning, the noun inside a sentence, and the clauses that statements are made of.

A clause is one whole template per language, for a reader who is the performer ("you") and for anybody else. ``{scenes}``
may hold the scenes, the title, or both; ``{depiction}`` and ``{languages}`` stand only where the grammar needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.core.vocabulary import Level, Use


class UseWords(NamedTuple):
    """``you`` and ``other`` ask for the use; ``may`` and ``never`` are the performer's own standing answer."""

    label: Promise
    meaning: Promise
    noun: Promise
    you: Promise
    other: Promise
    may: Promise
    never: Promise


USES: Mapping[Use, UseWords] = MappingProxyType(
    {
        Use.PREVISUALISATION: UseWords(
            _("Pre-visualisation and animatics"),
            _("A rough stand-in of you, to plan shots and blocking."),
            _("pre-visualisation"),
            _("{studio} want to plan {scenes} with a rough digital stand-in of you"),
            _("{studio} want to plan {scenes} with a rough digital stand-in of {performer}"),
            _("A rough stand-in of you may be made to plan shots"),
            _("No rough stand-in of you is made to plan shots."),
        ),
        Use.LOOK_TEST: UseWords(
            _("Costume, make-up and lighting tests"),
            _("Looks tried on a scan of you before you are called."),
            _("look tests"),
            _("{studio} want to try costume, make-up and lighting on a scan of you for {scenes}"),
            _("{studio} want to try costume, make-up and lighting on a scan of {performer} for {scenes}"),
            _("Looks may be tried on a scan of you"),
            _("No looks are tried on a scan of you."),
        ),
        Use.DIALOGUE_CLEANUP: UseWords(
            _("Dialogue clean-up (ADR)"),
            _("Fixing a word or a breath in a line you spoke."),
            _("dialogue clean-up"),
            _("{studio} want to repair lines you spoke in {scenes}"),
            _("{studio} want to repair lines {performer} spoke in {scenes}"),
            _("Lines you spoke may be repaired"),
            _("The lines you spoke are left as you spoke them."),
        ),
        Use.COSMETIC_FIX: UseWords(
            _("Cosmetic and continuity fixes"),
            _("Hair, skin, wardrobe, removing a rig or a shadow."),
            _("cosmetic fixes"),
            _("{studio} want to retouch how you look in {scenes}"),
            _("{studio} want to retouch how {performer} looks in {scenes}"),
            _("How you look may be retouched"),
            _("How you look is not retouched."),
        ),
        Use.AGE_CHANGE: UseWords(
            _("De-ageing or ageing"),
            _("Making you look younger or older in scenes you acted."),
            _("de-ageing"),
            _("{studio} want to make you look {depiction} in {scenes}"),
            _("{studio} want to make {performer} look {depiction} in {scenes}"),
            _("You may be made younger or older"),
            _("You are never made younger or older."),
        ),
        Use.DUB_LIP_SYNC: UseWords(
            _("Lip-sync for dubbing"),
            _("Moving your mouth to match another language."),
            _("lip-sync for dubbing"),
            _("{studio} want to move your mouth to match {languages} in {scenes}"),
            _("{studio} want to move the mouth of {performer} to match {languages} in {scenes}"),
            _("Your mouth may be moved to match a dub"),
            _("Your mouth is never moved to match a dub."),
        ),
        Use.DUB_OWN_VOICE: UseWords(
            _("Your voice in another language"),
            _("A synthetic version of you, speaking the dub."),
            _("your voice in another language"),
            _("{studio} want a synthetic version of your voice to speak {languages} in {scenes}"),
            _("{studio} want a synthetic version of the voice of {performer} to speak {languages} in {scenes}"),
            _("A synthetic version of your voice may speak the dub"),
            _("No synthetic version of your voice speaks a dub."),
        ),
        Use.ADDITIONAL_LINES: UseWords(
            _("New lines in your voice"),
            _("Words you did not say, for a part you play."),
            _("new lines"),
            _("{studio} want to generate {depiction} in your voice for {scenes}"),
            _("{studio} want to generate {depiction} in the voice of {performer} for {scenes}"),
            _("New lines may be made in your voice"),
            _("No new lines are made in your voice."),
        ),
        Use.DIGITAL_DOUBLE: UseWords(
            _("Your face on a double"),
            _("Someone else moves. It looks like you."),
            _("your face on a double"),
            _("{studio} want to put your face on a double in {scenes}"),
            _("{studio} want to put the face of {performer} on a double in {scenes}"),
            _("Your face may be put on a double"),
            _("Your face is never put on a double."),
        ),
        Use.SCENE_COMPLETION: UseWords(
            _("Completing a scene"),
            _("Shots you could not play, made from what you did play."),
            _("scene completion"),
            _("{studio} want to complete your performance with a replica of you in {scenes}"),
            _("{studio} want to complete the performance of {performer} with a replica in {scenes}"),
            _("A scene you began may be completed with a replica of you"),
            _("No scene is completed with a replica of you."),
        ),
        Use.CROWD_FILL: UseWords(
            _("Filling a crowd with you"),
            _("Copies of you as background."),
            _("crowd filling"),
            _("{studio} want to fill a crowd with copies of you in {scenes}"),
            _("{studio} want to fill a crowd with copies of {performer} in {scenes}"),
            _("A crowd may be filled with copies of you"),
            _("No crowd is filled with copies of you."),
        ),
        Use.PROMOTION: UseWords(
            _("Trailers and promotion"),
            _("Selling a project with a replica of you."),
            _("promotion"),
            _("{studio} want to promote {scenes} with a replica of you"),
            _("{studio} want to promote {scenes} with a replica of {performer}"),
            _("A project may be promoted with a replica of you"),
            _("No project is promoted with a replica of you."),
        ),
        Use.REPLICA_PERFORMANCE: UseWords(
            _("Full synthetic performance"),
            _("A part played by a replica, without you."),
            _("synthetic performance"),
            _("{studio} want a replica of you to perform, without you, in {scenes}"),
            _("{studio} want a replica of {performer} to perform, without them, in {scenes}"),
            _("A replica of you may play a part"),
            _("No replica of you plays a part."),
        ),
        Use.VOICE_CLONE: UseWords(
            _("Voice clone"),
            _("A voice that can say anything, as you."),
            _("a voice clone"),
            _("{studio} want to make a clone of your voice that can say anything they write, for {scenes}"),
            _(
                "{studio} want to make a clone of the voice of {performer} that can say anything they write, for "
                "{scenes}"
            ),
            _("A clone of your voice may be made"),
            _("Your voice is never cloned."),
        ),
        Use.INTERACTIVE_AVATAR: UseWords(
            _("Interactive replica"),
            _("A replica that talks with people as you, without a script."),
            _("an interactive replica"),
            _("{studio} want to make a replica of you that talks with people by itself, for {scenes}"),
            _("{studio} want to make a replica of {performer} that talks with people by itself, for {scenes}"),
            _("A replica of you may talk with people"),
            _("No replica of you talks with people."),
        ),
        Use.POSTHUMOUS: UseWords(
            _("Use after your death"),
            _("Any of the above, decided by your estate."),
            _("use after your death"),
            _("{studio} want to use a replica of you after your death in {scenes}"),
            _("{studio} want to use a replica of {performer} after their death in {scenes}"),
            _("Your estate may agree to a replica of you after your death"),
            _("No replica of you is used after your death."),
        ),
        Use.TRAIN_OWN_MODEL: UseWords(
            _("A model of you"),
            _("Your media used to train a model of you, for one production."),
            _("a model of you"),
            _("{studio} want to train a model of you for {scenes}"),
            _("{studio} want to train a model of {performer} for {scenes}"),
            _("A model of you may be trained for one production"),
            _("No model of you is trained."),
        ),
        Use.TRAIN_GENERAL_MODEL: UseWords(
            _("Training AI models"),
            _("Your media used to teach a system, with or without your name."),
            pgettext_lazy("in a sentence", "AI training"),
            _("{studio} want to use your media from {scenes} to train AI models"),
            _("{studio} want to use media of {performer} from {scenes} to train AI models"),
            _("Your media may be used to train AI models"),
            _("Your media is never used to train AI models."),
        ),
    }
)


class TheirWords(NamedTuple):
    label: Promise
    noun: Promise


THEIR_USES: Mapping[Use, TheirWords] = MappingProxyType(
    {
        Use.DUB_OWN_VOICE: TheirWords(_("Their voice in another language"), _("their voice in another language")),
        Use.ADDITIONAL_LINES: TheirWords(_("New lines in their voice"), _("new lines")),
        Use.DIGITAL_DOUBLE: TheirWords(_("Their face on a double"), _("their face on a double")),
        Use.CROWD_FILL: TheirWords(_("Filling a crowd with them"), _("crowd filling")),
        Use.POSTHUMOUS: TheirWords(_("Use after their death"), _("use after their death")),
        Use.TRAIN_OWN_MODEL: TheirWords(_("A model of them"), _("a model of them")),
    }
)
"""Names of uses that speak to the performer, as everybody else reads them."""

BANDS: Mapping[Level, tuple[Promise, Promise]] = MappingProxyType(
    {
        Level.PREPARE: (_("Preparing"), _("Nobody outside the production sees it")),
        Level.FINISH: (_("Finishing what you performed"), _("You gave the performance. They repair or adjust it.")),
        Level.EXTEND: (_("Extending what you performed"), _("New material, built on work you did")),
        Level.STAND_IN: (_("Standing in for you"), _("A performance you never gave")),
        Level.TRAIN: (pgettext_lazy("band", "Training AI models"), _("You as material to teach a system")),
    }
)

NEEDS_DEPICTION = frozenset({Use.AGE_CHANGE, Use.ADDITIONAL_LINES})
"""Uses whose clause cannot stand without the depiction in it."""

UNDEPICTED: Mapping[Use, tuple[Promise, Promise]] = MappingProxyType(
    {
        Use.AGE_CHANGE: (
            _("{studio} want to make you look younger or older in {scenes}"),
            _("{studio} want to make {performer} look younger or older in {scenes}"),
        ),
        Use.ADDITIONAL_LINES: (
            _("{studio} want to generate new lines in your voice for {scenes}"),
            _("{studio} want to generate new lines in the voice of {performer} for {scenes}"),
        ),
    }
)
"""The same clauses where what was typed is no short phrase; the words then follow after a colon."""

SEVERAL = (
    _("{studio} want to use a digital you in {scenes} for {uses}"),
    _("{studio} want to use a digital {performer} in {scenes} for {uses}"),
)

HINTS: Mapping[Use, tuple[Promise, Promise]] = MappingProxyType(
    {
        Use.AGE_CHANGE: (_("How will they look?"), _("about 20 years younger")),
        Use.ADDITIONAL_LINES: (_("What will be generated?"), _("140 short game lines")),
        Use.VOICE_CLONE: (_("What will the voice say?"), _("spoken directions in the museum guide")),
        Use.DIGITAL_DOUBLE: (_("What does the double do?"), _("a fall from the harbour wall")),
    }
)
HINT = (_("What will people see or hear?"), _("a wide shot of the performer on the pier"))
