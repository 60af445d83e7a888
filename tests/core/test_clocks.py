"""The three clocks: phases, half-open windows, withdrawal, notices, and the ends of local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.core import clocks
from consent.core.clocks import Announcement, Clock, ClockProblem, Clocks, InvalidClocks, Phase, UnknownZone

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def at(days):
    return START + timedelta(days=days)


def running(generate=100, exploit=200, destroy=130):
    return Clocks(START, at(generate), at(exploit), at(destroy))


def phase(c, now, *, suspended=False, withdrawn_at=None, voided=False, destroyed=False):
    return clocks.phase(c, now=now, suspended=suspended, withdrawn_at=withdrawn_at, voided=voided, destroyed=destroyed)


def flags(*, suspended=False, withdrawn_at=None, voided=False):
    return {"suspended": suspended, "withdrawn_at": withdrawn_at, "voided": voided}


# --- order ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((0, 0, 5, 5), ClockProblem.EMPTY),
        ((1, 0, 5, 5), ClockProblem.EMPTY),
        ((0, 5, 4, 5), ClockProblem.EXPLOIT_BEFORE_GENERATE),
        ((0, 5, 5, 4), ClockProblem.DESTROY_BEFORE_GENERATE),
    ],
)
def test_clocks_out_of_order(days, code):
    with pytest.raises(InvalidClocks) as refused:
        Clocks(*(at(day) for day in days))
    assert refused.value.code is code


def test_clocks_may_end_together():
    same = Clocks(at(0), at(1), at(1), at(1))
    assert phase(same, at(1)) is Phase.DESTRUCTION_DUE
    assert phase(same, at(1), destroyed=True) is Phase.CLOSED


@pytest.mark.parametrize("which", range(4))
def test_an_instant_without_an_offset_is_refused(which):
    instants = [at(0), at(1), at(2), at(3)]
    instants[which] = instants[which].replace(tzinfo=None)
    with pytest.raises(InvalidClocks) as refused:
        Clocks(*instants)
    assert refused.value.code is ClockProblem.NAIVE


# --- phases --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected", "suspended", "destroyed"),
    [
        (START - TICK, Phase.SCHEDULED, Phase.SUSPENDED, Phase.SCHEDULED),
        (START, Phase.ACTIVE, Phase.SUSPENDED, Phase.ACTIVE),
        (at(100) - TICK, Phase.ACTIVE, Phase.SUSPENDED, Phase.ACTIVE),
        (at(100), Phase.WINDING_DOWN, Phase.WINDING_DOWN, Phase.WINDING_DOWN),
        (at(130) - TICK, Phase.WINDING_DOWN, Phase.WINDING_DOWN, Phase.WINDING_DOWN),
        (at(130), Phase.DESTRUCTION_DUE, Phase.DESTRUCTION_DUE, Phase.WINDING_DOWN),
        (at(200) - TICK, Phase.DESTRUCTION_DUE, Phase.DESTRUCTION_DUE, Phase.WINDING_DOWN),
        (at(200), Phase.DESTRUCTION_DUE, Phase.DESTRUCTION_DUE, Phase.CLOSED),
        (at(9999), Phase.DESTRUCTION_DUE, Phase.DESTRUCTION_DUE, Phase.CLOSED),
    ],
)
def test_phases_at_the_edges(now, expected, suspended, destroyed):
    assert phase(running(), now) is expected
    assert phase(running(), now, suspended=True) is suspended
    assert phase(running(), now, destroyed=True) is destroyed
    assert phase(running(), now, voided=True, suspended=True, destroyed=True) is Phase.VOID


def test_material_kept_longer_than_the_work_is_shown():
    kept = running(generate=100, exploit=120, destroy=300)
    assert phase(kept, at(120)) is Phase.WINDING_DOWN
    assert phase(kept, at(120), destroyed=True) is Phase.CLOSED
    assert phase(kept, at(300)) is Phase.DESTRUCTION_DUE


@pytest.mark.parametrize("now", [START - DAY, START, at(50), at(99)])
def test_a_withdrawal_counts_at_the_next_read_even_on_a_slow_clock(now):
    later = now + timedelta(seconds=1)
    assert phase(running(), now, withdrawn_at=later) in (Phase.WINDING_DOWN, Phase.CLOSED)
    assert not clocks.may_generate(running(), now=now, **flags(withdrawn_at=later))


@pytest.mark.parametrize("when", [START - DAY, START])
def test_withdrawn_before_it_began_nothing_is_left_of_it(when):
    for now in (when, at(50), at(150), at(500)):
        assert phase(running(), now, withdrawn_at=when) is Phase.CLOSED
        assert not clocks.may_exploit(running(), now=now, **flags(withdrawn_at=when))
    assert clocks.withdraw(running(), at=when, retention_days=30) == running()


_RANK = {
    phase: rank
    for rank, phase in enumerate(
        [Phase.SCHEDULED, Phase.ACTIVE, Phase.SUSPENDED, Phase.WINDING_DOWN, Phase.DESTRUCTION_DUE, Phase.CLOSED]
    )
}
_minutes = st.integers(1, 3 * 365 * 24 * 60)


@st.composite
def any_clocks(draw):
    generate = draw(_minutes)
    exploit, destroy = generate + draw(_minutes) - 1, generate + draw(_minutes) - 1
    return Clocks(START, *(START + timedelta(minutes=number) for number in (generate, exploit, destroy)))


@st.composite
def interesting_instants(draw, c):
    edge = draw(st.sampled_from([c.starts_at, c.generate_until, c.exploit_until, c.destroy_by]))
    return edge + draw(st.one_of(st.sampled_from([-TICK, timedelta(0), TICK]), st.timedeltas(-400 * DAY, 400 * DAY)))


@given(st.data())
def test_phase_only_moves_forward(data):
    c = data.draw(any_clocks())
    withdrawn_at = data.draw(st.none() | interesting_instants(c))
    if withdrawn_at is not None:
        c = clocks.withdraw(c, at=withdrawn_at, retention_days=data.draw(st.integers(0, 400)))
    suspended, destroyed = data.draw(st.booleans()), data.draw(st.booleans())
    instants = sorted(data.draw(st.lists(interesting_instants(c), min_size=2, max_size=12)))
    ranks = [
        _RANK[phase(c, now, suspended=suspended, withdrawn_at=withdrawn_at, destroyed=destroyed)] for now in instants
    ]
    assert ranks == sorted(ranks)


@given(st.data())
def test_phase_and_predicates_agree(data):
    c = data.draw(any_clocks())
    now = data.draw(interesting_instants(c))
    withdrawn_at = data.draw(st.none() | interesting_instants(c))
    suspended, voided, destroyed = (data.draw(st.booleans()) for _ in range(3))
    state = flags(suspended=suspended, withdrawn_at=withdrawn_at, voided=voided)
    found = clocks.phase(c, now=now, destroyed=destroyed, **state)
    generate, exploit = clocks.may_generate(c, now=now, **state), clocks.may_exploit(c, now=now, **state)
    assert generate is (found is Phase.ACTIVE)
    assert exploit or not generate
    if found in (Phase.VOID, Phase.CLOSED, Phase.SCHEDULED):
        assert not exploit


# --- predicates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "generate", "exploit"),
    [
        (START - TICK, False, False),
        (START, True, True),
        (at(100) - TICK, True, True),
        (at(100), False, True),
        (at(200) - TICK, False, True),
        (at(200), False, False),
    ],
)
def test_windows_are_half_open(now, generate, exploit):
    assert clocks.may_generate(running(), now=now, **flags()) is generate
    assert clocks.may_exploit(running(), now=now, **flags()) is exploit


def test_a_suspension_or_withdrawal_stops_making_and_leaves_finished_work_to_the_terms():
    for state in (flags(suspended=True), flags(withdrawn_at=at(49))):
        assert not clocks.may_generate(running(), now=at(50), **state)
        assert clocks.may_exploit(running(), now=at(50), **state)


def test_a_void_grant_gives_nothing():
    assert not clocks.may_generate(running(), now=at(50), **flags(voided=True))
    assert not clocks.may_exploit(running(), now=at(50), **flags(voided=True))


# --- withdrawal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "retention", "generate", "destroy"),
    [
        (50, 30, 50, 80),
        (50, 0, 50, 50),
        (50, 500, 50, 130),
        (110, 10, 100, 120),
        (110, 30, 100, 130),
        (150, 30, 100, 130),
    ],
)
def test_withdraw_shortens(day, retention, generate, destroy):
    left = clocks.withdraw(running(), at=at(day), retention_days=retention)
    assert left == Clocks(START, at(generate), at(200), at(destroy))


@given(st.data())
def test_withdraw_never_lengthens_a_clock_and_repeats_itself(data):
    c = data.draw(any_clocks())
    when, days = data.draw(interesting_instants(c)), data.draw(st.integers(0, 3660))
    left = clocks.withdraw(c, at=when, retention_days=days)
    assert left.generate_until <= c.generate_until
    assert left.exploit_until == c.exploit_until
    assert left.destroy_by <= c.destroy_by
    assert clocks.withdraw(left, at=when, retention_days=days) == left


def test_negative_retention_is_refused():
    with pytest.raises(ValueError, match="negative"):
        clocks.withdraw(running(), at=at(5), retention_days=-1)


# --- announcements -------------------------------------------------------------------------------------------------


def test_every_notice_of_a_long_grant_in_order():
    found = clocks.announcements(running(generate=100, exploit=200, destroy=130))
    assert [(code.value, when) for code, when in found] == [
        ("GENERATE_ENDS_90", at(10)),
        ("DESTROY_DUE_90", at(40)),
        ("GENERATE_ENDS_30", at(70)),
        ("GENERATE_ENDS_7", at(93)),
        ("GENERATE_ENDS_1", at(99)),
        ("GENERATE_ENDED", at(100)),
        ("DESTROY_DUE_30", at(100)),
        ("EXPLOIT_ENDS_90", at(110)),
        ("DESTROY_DUE_7", at(123)),
        ("DESTROY_DUE_1", at(129)),
        ("DESTROY_DUE", at(130)),
        ("EXPLOIT_ENDS_30", at(170)),
        ("EXPLOIT_ENDS_7", at(193)),
        ("EXPLOIT_ENDS_1", at(199)),
        ("EXPLOIT_ENDED", at(200)),
    ]


def test_a_short_grant_is_not_warned_before_it_starts():
    codes = [code for code, _ in clocks.announcements(running(generate=7, exploit=7, destroy=7))]
    assert [code for code in codes if code.clock is Clock.GENERATE] == [
        Announcement.GENERATE_ENDS_1,
        Announcement.GENERATE_ENDED,
    ]


def test_notices_older_than_what_they_speak_of_are_left_out():
    left = clocks.withdraw(running(), at=at(50), retention_days=10)
    found = clocks.announcements(left, since=at(50))
    assert [code for code, _ in found if code.clock is Clock.DESTROY] == [
        Announcement.DESTROY_DUE_7,
        Announcement.DESTROY_DUE_1,
        Announcement.DESTROY_DUE,
    ]
    assert (Announcement.GENERATE_ENDED, at(50)) in found


@pytest.mark.parametrize("code", Announcement)
def test_codes_say_their_clock_and_days(code):
    assert code.value.startswith(code.clock.value)
    assert code.days == (int(code.value.split("_")[-1]) if code.value[-1].isdigit() else 0)


def test_each_clock_has_four_notices_and_its_end():
    for clock in Clock:
        assert [code.days for code in Announcement if code.clock is clock] == [90, 30, 7, 1, 0]


# --- local days ----------------------------------------------------------------------------------------------------

ZONES = {
    "Europe/London": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "America/Sao_Paulo": [date(2018, 2, 18), date(2018, 11, 4)],
    "America/Santiago": [date(2024, 4, 6), date(2024, 9, 8)],
    "America/Havana": [date(2024, 3, 10), date(2024, 11, 3)],
    "America/St_Johns": [date(2010, 3, 14), date(2010, 11, 7)],
    "Asia/Beirut": [date(2024, 3, 31), date(2024, 10, 27)],
    "Africa/Cairo": [date(2024, 4, 26), date(2024, 10, 31)],
    "Asia/Kathmandu": [date(1986, 1, 1), date(2026, 1, 1)],
    "Asia/Dhaka": [date(2009, 6, 20), date(2009, 12, 31)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Pacific/Apia": [date(2011, 12, 30), date(2012, 4, 1)],
    "America/Toronto": [date(1919, 3, 30), date(1919, 10, 25)],
    "UTC": [date(2026, 1, 1)],
}
QUARTER = timedelta(minutes=15)


def local_date(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).date()


def check_day(day, zone):
    """Every quarter of an hour of three days around, and the last microsecond, against the zone's own calendar."""
    start, end = clocks.start_of_day(day, zone), clocks.end_of_day(day, zone)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    inside = [t for t in (noon + QUARTER * n for n in range(-160, 161)) if local_date(t, zone) == day]
    assert start <= end
    assert all(start <= t < end for t in inside)
    if inside:
        assert local_date(start, zone) == day
        assert local_date(start - TICK, zone) < day
        assert local_date(end - TICK, zone) == day
        assert local_date(end, zone) > day
    else:
        assert start == end
    assert start.tzinfo is UTC
    assert end.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (zone, edge + timedelta(days=n))
        for zone, edges in ZONES.items()
        for edge, n in product(edges, (-2, -1, 0, 1, 2))
    ],
)
def test_days_at_the_change_of_clocks(zone, day):
    check_day(day, zone)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(ZONES)), st.dates(date(1920, 1, 1), date(2090, 12, 31)))
def test_any_day(zone, day):
    check_day(day, zone)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(ZONES)), st.dates(date(1920, 1, 1), date(2090, 12, 31)))
def test_days_follow_each_other_without_a_hole(zone, day):
    days = [day + timedelta(days=n) for n in range(9)]
    assert all(clocks.end_of_day(a, zone) >= clocks.start_of_day(b, zone) for a, b in pairwise(days))


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2026, 6, 30), "Europe/London", "2026-06-30T23:00"),
        (date(2026, 12, 31), "America/Los_Angeles", "2027-01-01T08:00"),
        (date(2026, 12, 31), "Asia/Kathmandu", "2026-12-31T18:15"),
        (date(2026, 12, 31), "Pacific/Kiritimati", "2026-12-31T10:00"),
        (date(2018, 11, 3), "America/Sao_Paulo", "2018-11-04T03:00"),  # the next midnight does not exist
        (date(2018, 2, 17), "America/Sao_Paulo", "2018-02-18T03:00"),  # the last hour comes twice
        (date(2024, 11, 2), "America/Havana", "2024-11-03T04:00"),  # the next midnight comes twice, both the next day
        (date(2010, 11, 6), "America/St_Johns", "2010-11-07T03:30"),  # a minute of Sunday, then Saturday again
        (date(1919, 3, 30), "America/Toronto", "1919-03-31T04:30"),  # 23:30 jumps to 00:30
        (date(2011, 12, 29), "Pacific/Apia", "2011-12-30T10:00"),  # the next day was left out
    ],
)
def test_known_ends(day, zone, expected):
    assert clocks.end_of_day(day, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_day_falling_back_over_midnight_overlaps_the_next():
    assert clocks.start_of_day(date(2010, 11, 7), "America/St_Johns") == datetime(2010, 11, 7, 2, 30, tzinfo=UTC)


def test_a_day_that_was_left_out_is_empty():
    skipped = date(2011, 12, 30)
    assert clocks.start_of_day(skipped, "Pacific/Apia") == clocks.end_of_day(skipped, "Pacific/Apia")


@pytest.mark.parametrize(
    "zone", ["", "Nowhere/At_All", "Europe", "../../etc/passwd", "/etc/passwd", "a\x00b", "x" * 5000]
)
def test_unknown_zones(zone):
    with pytest.raises(UnknownZone):
        clocks.end_of_day(date(2026, 1, 1), zone)


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(9999, 1, 1), date.max])
@pytest.mark.parametrize("edge", [clocks.start_of_day, clocks.end_of_day])
def test_days_out_of_range(day, edge):
    with pytest.raises(InvalidClocks) as refused:
        edge(day, "Pacific/Kiritimati")
    assert refused.value.code is ClockProblem.DAY_OUT_OF_RANGE


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_last_day_in_range(zone):
    assert clocks.start_of_day(date(1900, 1, 1), zone) < clocks.end_of_day(date(1900, 1, 1), zone)
    assert clocks.start_of_day(date(9998, 12, 31), zone) < clocks.end_of_day(date(9998, 12, 31), zone)
