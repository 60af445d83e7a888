"""Every code that can reach a person has words, in every language that is installed, and no template breaks on its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from consent import models
from consent.core import clocks, lifecycle, roles, rulepacks, specificity, vocabulary
from consent.core.actor import Door
from consent.core.findings import SENTENCES, Standing
from consent.core.policy import Outcome
from consent.core.preferences import InvalidPreferences, Preferences
from consent.core.reading import Problem
from consent.core.rulepacks import Severity
from consent.core.terms import InvalidTerms, Terms
from consent.core.vocabulary import Level, Use
from consent.render import words, words_of_findings
from consent.render.words_of_codes import LABELS, MEANINGS
from consent.render.words_of_packs import RULES
from consent.render.words_of_refusals import PROBLEMS, REFUSALS
from consent.render.words_of_rules import SENDABLE
from consent.render.words_of_uses import BANDS, USES
from portal.web.forms.people import UnionForm
from tests import make

SHOWN = (
    vocabulary.Stance, vocabulary.Modality, vocabulary.Channel, vocabulary.Sensitivity, vocabulary.FeeBasis,
    vocabulary.FeeUnit, vocabulary.Duty, vocabulary.OutputStage, vocabulary.Agreement, vocabulary.ProductionKind,
    vocabulary.Dimension, Standing, Outcome, Severity, Door, lifecycle.State, clocks.Phase, clocks.Clock, roles.Capacity,
    roles.StudioRole, roles.Right, models.Side, models.Visibility, models.MediaKind, models.MediaPurpose, models.MediaState,
    models.UploadState, models.Resolution, models.SuspensionReason, models.LinkEnd,
)  # fmt: skip
SOURCES = [*Path(settings.BASE_DIR, "consent").rglob("*.py"), *Path(settings.BASE_DIR, "portal").rglob("*.py")]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
LEFT_OVER = re.compile(r"%\(|\{\w+\}|  ")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with override(request.param):
        yield request.param


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_every_code_has_a_label_of_its_own(kind: type[vocabulary.Stance]) -> None:
    assert LABELS[kind.__name__].keys() == {code.value for code in kind}
    assert len({words.label(code) for code in kind}) == len(kind)


def test_every_label_belongs_to_a_vocabulary() -> None:
    assert LABELS.keys() - {kind.__name__ for kind in SHOWN} == {"Union", "Craft"}
    assert all(MEANINGS[name].keys() <= LABELS[name].keys() for name in MEANINGS)


def test_the_uses_and_bands_read_as_in_the_pictures() -> None:
    assert USES.keys() == set(Use)
    assert BANDS.keys() == set(Level)
    assert words.label(Use.AGE_CHANGE) == "De-ageing or ageing"
    assert words.meaning(Use.AGE_CHANGE) == "Making you look younger or older in scenes you acted."
    assert words.label(Use.VOICE_CLONE) == "Voice clone"
    assert [words.band(level) for level in Level] == [
        "Preparing",
        "Finishing what you performed",
        "Extending what you performed",
        "Standing in for you",
        "Training AI models",
    ]
    assert words.band_meaning(Level.STAND_IN) == "A performance you never gave"
    assert len({words.label(use) for use in Use}) == len({words.meaning(use) for use in Use}) == len(Use)


def test_clauses_hold_only_gaps_that_are_filled() -> None:
    for said in USES.values():
        for clause, gaps in ((said.you, {"studio", "scenes"}), (said.other, {"studio", "scenes", "performer"})):
            found = set(re.findall(r"\{(\w+)\}", str(clause)))
            assert gaps <= found <= {*gaps, "depiction", "languages"}, clause


def test_every_refusal_that_is_raised_has_its_sentence() -> None:
    raised = set()
    for path in SOURCES:
        raised |= set(re.findall(r"\b(?:Refused|NotEntitled|\w+Limit|refusal)\(\s*\"([A-Z_]+)\"", path.read_text()))
    raised |= {f"ALREADY_{state}" for state in lifecycle.State}
    raised |= {f"DEADLINE_{problem}" for problem in lifecycle.DeadlineProblem}
    raised |= {"STEP_UP_NEEDED", "TERMS_CHANGED"}
    assert raised == REFUSALS.keys()


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_reads_with_and_without_its_values(code: str, language: str) -> None:
    values = {
        "missing": ["MISSING_FEE", "WILDCARD"], "most": 5, "left": 10, "size": 2_000_000, "offset": 7, "number": 3,
        "zone": "Mars", "language": "tlh", "country": "ZZ", "email": "a@b.example",
    }  # fmt: skip
    for given in (values, {}, None):
        sentence = words.refusal(code, given)
        assert sentence.endswith((".", "://"))
        assert "%(" not in sentence


def test_refusals_put_their_values_into_words() -> None:
    assert words.refusal("TERMS_UNFINISHED", {"missing": ["FEE", "TERM"]}) == (
        "Something is still unsaid: what is paid, or that nothing is and for how long."
    )
    assert words.refusal("VAULT_FULL", {"left": 1_500, "size": 4_200_000_000}) == (
        "Your vault has 1.5 KB left, and this file needs 4.2 GB. Delete something first."
    )
    assert words.refusal("UPLOAD_UNFINISHED", {"missing_bytes": 1}).startswith("Still missing: 1 byte. ")
    blocked = words.refusal("BLOCKED", {"rules": ["platform.minor-sexual"]})
    assert rulepacks.RULES["platform.minor-sexual"].sentence in blocked
    assert words.refusal("SOMETHING_NEW") == "This could not be done. Nothing was changed."


def test_every_problem_of_terms_and_preferences_has_its_sentence() -> None:
    core = Path(settings.BASE_DIR, "consent", "core")
    readers = [path.read_text() for path in core.glob("*.py") if "core.reading" in path.read_text()]
    found = set(re.findall(r"\"([A-Z]+(?:_[A-Z]+)+|MISSING)\"", (core / "reading.py").read_text()))
    for text in readers:
        found |= set(re.findall(r"fail\([^)]*?\"([A-Z][A-Z_]+)\"", text))
        found |= set(re.findall(r"\(\"\w+\", \"([A-Z][A-Z_]+)\"", text))
        found |= set(re.findall(r"\"([A-Z][A-Z_]+)\" if .* else \"[A-Z_]+\"", text))
        found |= set(re.findall(r"\"[A-Z][A-Z_]+\" if .* else \"([A-Z_]+)\"", text))
    assert len(readers) >= 3
    assert found == PROBLEMS.keys()


def test_problems_of_real_data_read_well() -> None:
    with pytest.raises(InvalidTerms) as terms:
        Terms.from_data(
            {**make.AGE_CHANGE, "territories": ["XX"], "channels": ["MOON"], "fees": [{"basis": "FLAT"}], "odd": 1}
        )
    with pytest.raises(InvalidPreferences) as preferences:
        Preferences.from_data({"uses": {"VOICE_CLONE": {"stance": "ALLOW"}}})
    said = [words.problem(found) for found in (*terms.value.problems, *preferences.value.problems)]
    assert "“XX” is no country or region we know. Choose from the list." in said
    assert "“MOON” is not one of the choices." in said
    assert "This use needs a yes of its own each time. Choose Ask me or Never." in said
    assert "Check this." not in said
    assert words.problem(Problem("x", "SOMETHING_NEW")) == "Check this."


def test_what_keeps_terms_from_being_sent_has_words() -> None:
    assert SENDABLE.keys() == set(specificity.SENDABLE_CODES)
    lacking = Terms.from_data({**make.VOICE_CLONE, "description": {"depiction": "Any project in perpetuity"}})
    assert words.specificity_summary(specificity.score(lacking)).startswith("Open-ended words: “")
    short = Terms.from_data({**make.VOICE_CLONE, "description": {"depiction": "Speak 140 short lines"}})
    summary = words.specificity_summary(specificity.score(short))
    assert summary.startswith("Not specific enough: ")
    assert "with which tool" in summary
    enough = words.specificity_summary(specificity.score(make.terms()))
    assert enough == "Specific enough. It could still say what people will see or hear."
    assert {words.specificity_part(code) for code in specificity.OF}.isdisjoint(specificity.OF)


def test_the_packs_and_their_words_are_the_same() -> None:
    with override("en"):
        assert {rule: str(sentence) for rule, sentence in RULES.items()} == {
            rule.id: rule.sentence for rule in rulepacks.RULES.values()
        }


def test_every_reason_of_the_resolver_has_words() -> None:
    text = "".join(path.read_text() for path in Path(settings.BASE_DIR, "consent", "core").glob("*.py"))
    own = set(re.findall(r"own_reason\([^)]*?\"([A-Z_]+)\"", text))
    assert len(own) >= 6
    differing = {code for code in SENTENCES if _bears(code)}
    for code in own | differing:
        assert words.reason("preferences.x", code) != "A rule bears on these terms.", code
    assert words.reason("preferences.term", "TERM_LONGER") == "How long: longer than the limit."


def _bears(code: str) -> bool:
    """Can a verdict carry it? Fits are no reasons, and new terms are never weighed against old ones."""
    silent = ("_FITS", "_SAME", "_MORE", "_LESS", "_MOVED", "_SAID", "_OTHER", "_SEEN", "_UNSEEN", "_NO_FLOOR")
    return not code.endswith(silent) and code not in (
        "SENSITIVITY_NONE", "LANGUAGE_NONE", "EXCLUSIVITY_NONE", "TRAINING_NONE", "DUTIES_NONE",
    )  # fmt: skip


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_finding_has_a_tag(code: str, language: str) -> None:
    values = dict.fromkeys((*SENTENCES[code], "use", "studio", "performer", "limit"), "x")
    said = words_of_findings.of(code)
    for template in said:
        assert "%(" not in str(template) % values
    assert str(said.tag)
    if _bears(code):
        assert said is not words_of_findings.FITS


def test_choices_keep_the_order_of_the_vocabulary() -> None:
    assert words.choices(vocabulary.Stance) == [("ALLOW", "Allow"), ("ASK", "Ask me"), ("NEVER", "Never")]
    assert words.choices_of("Craft")[0] == ("SCREEN", "Screen acting")
    assert words.label_of("Channel", "HOLODECK") == "HOLODECK"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 KB"),
        (1_840_000_000, "1.8 GB"),
        (612_000_000, "612 MB"),
    ],
)
def test_sizes_as_people_read_them(count: int, text: str) -> None:
    assert words.size(count) == text


def test_people_choose_crafts_and_unions_from_the_words_that_are_shown() -> None:
    form = UnionForm()
    assert list(form.fields["crafts"].choices) == words.choices_of("Craft")
    assert list(form.fields["unions"].choices) == words.choices_of("Union")
