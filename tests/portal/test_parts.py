"""The drawn parts and tags: right figures, words beside every picture, nothing unescaped."""

import re
from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from lucide import IconDoesNotExist

from consent.core.clocks import Phase
from consent.core.compare import Standing
from consent.core.lifecycle import State
from consent.core.vocabulary import Stance
from portal import drawing, icons, statuswords

BANDS = [
    ("Preparing", [("PREVISUALISATION", "ALLOW", "Pre-visualisation"), ("LOOK_TEST", "ASK", "Tests <1>")]),
    ("Training", [("TRAIN_OWN_MODEL", "NEVER", "A model of you")]),
]
NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load sayso %}" + source).render(Context(context))


def test_every_code_has_glyph_word_and_kind() -> None:
    for reader in statuswords.BY_READER:
        for code in (*State, *Phase):
            look = statuswords.of_state(code, reader)
            assert str(look.word)
            assert look.kind
            assert icons.draw(look.icon).startswith("<svg")
    assert set(statuswords.STANCES) == set(Stance)
    assert set(statuswords.STANDINGS) == set(statuswords.PIPS) == set(Standing)


def test_a_studio_is_not_shown_that_a_yes_is_held() -> None:
    held, waiting = (statuswords.of_state(code, "studio") for code in ("HELD", "PENDING"))
    assert held == waiting


def test_every_state_has_a_bar() -> None:
    assert {*Phase} <= {*drawing.BARS}


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(IconDoesNotExist):
        icons.draw("no-such-drawing")


def test_icons_are_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in render('{% icon "clock" size=16 cls="flip" %}')


def test_the_line_says_itself_in_words() -> None:
    drawn = render('{% line bands current="LOOK_TEST" jump=True %}', bands=BANDS)
    assert 'aria-label="1 allowed, 1 ask first, 1 never, in order from preparing to training"' in drawn
    assert drawn.count("<i ") == 3
    assert drawn.count("cur") == 1
    assert 'data-use="use-LOOK_TEST" title="Tests &lt;1&gt;"' in drawn
    assert "<small>" not in render("{% line bands size=18 %}", bands=BANDS)


@pytest.mark.parametrize(
    ("asked", "allowed", "over", "mine", "rest"),
    [(5, 3, 2, 3, 2), (2, 3, 0, 3, 0), (None, 3, 9, 3, 9), (3, None, 0, 12, 0), (30, 10, 8, 4, 8)],
)
def test_year_blocks(asked: int | None, allowed: int | None, over: int, mine: int, rest: int) -> None:
    theirs, yours = drawing.years_asked(asked, allowed), drawing.years_allowed(asked, allowed)
    assert theirs.count("over") == over
    assert yours.count("mine") == mine
    assert yours.count("rest") == rest


@pytest.mark.parametrize(("percent", "full", "moving"), [(0, 0, 0), (1, 0, 1), (43, 10, 1), (99, 23, 1), (100, 24, 0)])
def test_an_upload_is_drawn_in_24_blocks(percent: int, full: int, moving: int) -> None:
    drawn = drawing.chunks(percent, "a <b>.mov")
    assert drawn.count("<i") == 24
    assert drawn.count('class="d"') == full
    assert drawn.count('class="n"') == moving
    assert f'aria-valuenow="{percent}"' in drawn
    assert "a &lt;b&gt;.mov" in drawn


def test_a_term_bar_shows_what_has_passed() -> None:
    assert 'width="50%"' in drawing.term(date(2026, 7, 2), date(2026, 7, 3), NOON, "ACTIVE")
    assert 'class="soon"' in drawing.term(date(2026, 1, 1), date(2026, 7, 3), NOON, "ENDING")


def test_the_timeline_is_mirrored_from_right_to_left() -> None:
    window = drawing.Window(2025, 3)
    args = ("ACTIVE", date(2025, 1, 1), date(2026, 1, 1), "1 Jan 2026", NOON)
    width = 100 * 365 / 1095
    ltr = drawing.track(window, *args)
    with translation.override("ar"):
        rtl = drawing.track(window, *args)
    assert 'class="active" x="0%"' in ltr
    assert f'class="active" x="{100 - width:.2f}%"' in rtl


def test_a_term_that_runs_on_ends_in_an_arrow() -> None:
    window = drawing.Window(2025, 3)
    assert "<path" in drawing.track(window, "ACTIVE", date(2026, 1, 1), date(2029, 1, 1), "Jan 2029", NOON)
    assert "<path" not in drawing.track(window, "ACTIVE", date(2026, 1, 1), date(2027, 1, 1), "Jan 2027", NOON)


def test_a_grant_taken_back_is_cut() -> None:
    drawn = drawing.track(
        drawing.Window(2025, 3), "REVOKED", date(2025, 1, 1), date(2027, 1, 1), "x", NOON, cut=date(2026, 1, 1)
    )
    assert re.search(r'class="cut" x="33\.33%"[^>]*width="33\.33%"', drawn)


def test_the_floor_and_the_offer_share_a_scale() -> None:
    assert drawing.money_scale(650_000, 800_000) == [65.0, 80.0]
    assert drawing.money_scale(None, None) == [0.0, 0.0]


def test_a_statement_marks_and_says_what_it_marks() -> None:
    drawn = render(
        "{% statement parts %}",
        parts=[("Shown ", ""), ("world<wide>", "over"), (" for ", ""), ("5", "del"), ("3", "ins")],
    )
    assert '<span class="over">world&lt;wide&gt;<span class="vh"> (goes further than you allow)</span></span>' in drawn
    assert '<del><span class="vh">removed: </span>5</del>' in drawn
    assert '<ins class="hl"><span class="vh">added: </span>3</ins>' in drawn
    assert render("{% statement parts %}", parts="a < b") == "a &lt; b"


@pytest.mark.parametrize(
    ("name", "letters"), [("Imani Clarke", "IC"), ("Halden & Quay", "HQ"), ("Ólafur", "Ó"), ("", ""), ("& —", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert render("{{ name|initials }}", name=name) == letters


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (650_000, "GBP", "£6,500"),
        (650_050, "GBP", "£6,500.50"),
        (1800, "JPY", "¥1,800"),
        (0, "GBP", "£0"),
        (-100, "GBP", "-£1"),
    ],
)
def test_money(minor: int, currency: str, words: str) -> None:
    assert render("{{ minor|money:currency }}", minor=minor, currency=currency) == words


def test_money_follows_the_reader() -> None:
    with translation.override("fr"):
        assert render('{{ 650000|money:"EUR" }}').replace("\u202f", " ").replace("\xa0", " ") == "6 500 €"


def test_a_digest_is_read_in_eights() -> None:
    value = "0123456789abcdef" * 4
    shown = re.sub("<[^>]+>", "", render("{% digest value %}", value=value))
    assert shown.split() == [value[at : at + 8] for at in range(0, 64, 8)]
    assert f'title="{value}"' in render("{% digest value short=True %}", value=value)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("curl/8", "Unknown browser"),
    ],
)
def test_devices_in_words(agent: str, words: str) -> None:
    assert render("{{ agent|device }}", agent=agent) == words


def test_rounds_are_always_named_in_words() -> None:
    assert render("{{ 2|paper }} {{ 2|paper_word }}") == "blue Blue revision"
    assert render("{{ 9|paper }} {{ 9|paper_word }}") == "white Cherry revision"
    assert render("{{ 12|paper_word }}") == "Revision 12"


def test_the_three_answers_are_one_component() -> None:
    source = '{% include "components/answers.html" with answer_url="/a/" counter_url="/c/" hold_minutes=10 only %}'
    buttons = re.findall(r'<button class="([^"]+)" name="a" value="([a-z]+)"', render(source))
    assert buttons == [("btn", "decline"), ("btn", "change"), ("btn", "approve")]
    assert 'method="get"' in render(source)


def test_allow_is_not_offered_where_it_cannot_be_chosen() -> None:
    source = '{% include "components/segment.html" with label="Voice clone" name="s" value="NEVER" allow=allow only %}'
    assert re.findall('value="([A-Z]+)"', render(source, allow=False)) == ["ASK", "NEVER"]
    assert re.findall('value="([A-Z]+)"', render(source, allow=True)) == ["ALLOW", "ASK", "NEVER"]
    assert render(source, allow=True).count("checked") == 1
