"""Each refusal has one sentence that says what is wrong and what to do."""

import pytest

from consent.ingest import limits
from consent.ingest.refusal import Code
from consent.render.words import media_refusal
from consent.render.words_of_files import FILES, FILES_BY_VALUE, OTHER_FILE

VALUES: dict[str, dict[str, str | int]] = {
    Code.NOT_AN_ALLOWED_TYPE: {"found": "GIF"},
    Code.POLYGLOT: {"found": "ZIP"},
    Code.CODEC: {"codec": "rv40"},
    Code.TOO_LARGE: {"megabytes": 300},
    Code.TOO_MANY_PIXELS: {"megapixels": 64, "side": limits.SIDE},
    Code.TOO_LONG: {"hours": 12},
}


def test_the_codes_of_the_words_are_the_codes_of_the_room():
    assert FILES.keys() == {code.value for code in Code}
    assert FILES_BY_VALUE.keys() == {code.value for code in VALUES}


@pytest.mark.parametrize("code", Code)
def test_every_code_says_what_is_wrong_and_what_to_do(code: Code):
    for values in ({}, VALUES.get(code, {})):
        words = media_refusal(code.value, values)
        assert words != str(OTHER_FILE)
        assert words.endswith(".")
        assert words.count(". ") >= 1
        assert "%" not in words
        assert "!" not in words
        for value in values.values():
            assert str(value) in words


def test_an_unknown_code_still_gets_a_sentence():
    assert media_refusal("OF_ANOTHER_DAY", {}) == str(OTHER_FILE)
