"""Countries, regions, masks, and languages."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.core import places
from consent.core.places import (
    COUNTRIES,
    REGIONS,
    Countries,
    EverywhereExcept,
    Region,
    RegionKind,
    UnknownLanguage,
    UnknownPlace,
)

# --- tables --------------------------------------------------------------------------------------------------------


def test_the_order_of_the_first_countries_never_changes():
    """Their places are bits in stored masks: append, never sort in."""
    pinned = ",".join(COUNTRIES[:250])
    assert (
        hashlib.sha256(pinned.encode()).hexdigest()
        == "f414083c9f5eec3b4ab92d710e4ae7a2683d33e3dadad5cae7e5626920cee320"
    )


def test_countries_are_distinct_codes():
    assert len(set(COUNTRIES)) == len(COUNTRIES)
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)


def test_regions_and_countries_share_no_code():
    assert not set(REGIONS) & set(COUNTRIES)


def test_every_country_lies_in_the_world_and_every_region_holds_countries():
    assert REGIONS["001"] == set(COUNTRIES)
    assert all(members and members <= set(COUNTRIES) for members in REGIONS.values())


def test_the_five_continents_and_antarctica_share_nothing_and_make_the_world():
    parts = places.CONTAINS["001"]
    assert sum(len(places.expand([part])) for part in parts) == len(COUNTRIES)


@pytest.mark.parametrize(("code", "size"), [("EU", 27), ("EEA", 30), ("UKI", 2), ("USCA", 2), ("150", 52), ("021", 5)])
def test_known_sizes(code, size):
    assert len(REGIONS[code]) == size


def test_what_the_blocs_hold():
    assert REGIONS["UKI"] == {"GB", "IE"}
    assert REGIONS["USCA"] == {"US", "CA"}
    assert REGIONS["EEA"] == REGIONS["EU"] | {"IS", "LI", "NO"}
    assert "GB" not in REGIONS["EU"]
    assert {code for code in REGIONS if places.KIND[code] is RegionKind.WORLD} == {"001"}
    assert all(code.isdigit() is (places.KIND[code] is not RegionKind.BLOC) for code in REGIONS)


# --- expand and masks ----------------------------------------------------------------------------------------------


def test_expand_mixes_regions_and_countries():
    assert places.expand(["UKI", "FR", "GB"]) == {"GB", "IE", "FR"}
    assert places.expand([]) == frozenset()
    assert places.expand(["001"]) == set(COUNTRIES)


@pytest.mark.parametrize("code", ["UK", "gb", "", "XX", "999", "GB ", "EUROPE", "840"])
def test_unknown_places(code):
    with pytest.raises(UnknownPlace) as refused:
        places.expand(["FR", code])
    assert refused.value.args == (code,)
    with pytest.raises(UnknownPlace):
        places.mask([code])
    with pytest.raises(UnknownPlace):
        places.group([code])


def test_a_mask_takes_countries_only():
    with pytest.raises(UnknownPlace):
        places.mask(["EU"])


_countries = st.sets(st.sampled_from(COUNTRIES))


@given(_countries, _countries)
def test_masks_are_sets(one, other):
    assert places.unmask(places.mask(one)) == one
    assert places.unmask(places.mask(one) & places.mask(other)) == one & other
    assert places.unmask(places.mask(one) | places.mask(other)) == one | other
    assert (places.mask(one) & ~places.mask(other) == 0) is (one <= other)


def test_bits_follow_the_order_of_countries():
    assert places.mask([]) == 0
    assert [places.mask([code]) for code in COUNTRIES] == [1 << number for number in range(len(COUNTRIES))]
    assert places.unmask((1 << len(COUNTRIES)) - 1) == set(COUNTRIES)


@pytest.mark.parametrize("bits", [-1, 1 << len(COUNTRIES)])
def test_bits_of_no_country(bits):
    with pytest.raises(ValueError, match="no country"):
        places.unmask(bits)


# --- a short way to show a set -------------------------------------------------------------------------------------

TWELVE = ("AR", "BR", "CL", "IN", "JP", "KE", "KR", "MX", "NG", "TH", "TR", "ZA")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], ()),
        (["GB"], (Countries(("GB",)),)),
        (["GB", "FR"], (Countries(("FR", "GB")),)),
        (["UKI"], (Region("UKI"),)),
        (["UKI", "EU", *TWELVE], (Region("UKI"), Region("EU"), Countries(TWELVE))),
        (["UKI", "EEA", "USCA", "419"], (Region("UKI"), Region("EEA"), Region("USCA"), Region("419"))),
        (["EU", "LU"], (Region("EU"),)),
        (["150"], (Region("150"),)),
        (["150", "MX"], (Region("150"), Countries(("MX",)))),
        (["001"], (Region("001"),)),
        (["BE", "NL", "LU"], (Region("BENELUX"),)),
        (["EU", "IS", "NO"], (Region("EU"), Countries(("IS", "NO")))),  # too little of NORDIC is new
        (["EU", "GB"], (Region("UKI"), Region("EU"))),
    ],
)
def test_group(codes, expected):
    assert places.group(places.expand(codes)) == expected


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        (["RU"], (Countries(("RU",)),)),
        (["RU", "BY"], (Countries(("BY", "RU")),)),
        (["EU"], (Region("EU"),)),
        (["USCA", "CN"], (Region("USCA"), Countries(("CN",)))),
    ],
)
def test_everywhere_except(left_out, expected):
    there = set(COUNTRIES) - places.expand(left_out)
    assert places.group(there) == (EverywhereExcept(expected),)


def test_a_country_missing_from_a_region_is_not_hidden_by_its_name():
    assert Region("EU") not in places.group(REGIONS["EU"] - {"MT"})


def said(groups):
    countries = set()
    for found in groups:
        if isinstance(found, EverywhereExcept):
            countries |= set(COUNTRIES) - said(found.groups)
        else:
            countries |= REGIONS[found.code] if isinstance(found, Region) else set(found.codes)
    return countries


_mixed = st.builds(
    lambda regions, countries, without: (places.expand(regions) | countries) - without,
    st.sets(st.sampled_from(sorted(REGIONS)), max_size=4),
    _countries,
    st.sets(st.sampled_from(COUNTRIES), max_size=3),
)


@given(_mixed)
def test_groups_say_exactly_the_set_and_say_nothing_twice(countries):
    groups = places.group(countries)
    assert said(groups) == countries
    if groups and isinstance(groups[0], EverywhereExcept):
        assert len(groups) == 1
        groups = groups[0].groups
    for number in range(len(groups)):
        assert said(groups[:number] + groups[number + 1 :]) != said(groups)
    kinds = [isinstance(found, Region) for found in groups]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds.count(False) <= 1


# --- languages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_tag", "canonical"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-gb", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("ES-419", "es-419"),
        ("zh-YUE-hk", "zh-yue-HK"),
        ("sl-ROZAJ-biske", "sl-rozaj-biske"),
        ("de-1996", "de-1996"),
        ("de-de-U-CO-PHONEBK", "de-DE-u-co-phonebk"),
        ("en-X-Stage", "en-x-stage"),
        ("haw", "haw"),
        ("sr-Latn-RS", "sr-Latn-RS"),
    ],
)
def test_canonical_case(given_tag, canonical):
    assert places.language(given_tag) == canonical
    assert places.language(canonical) == canonical


@pytest.mark.parametrize(
    "tag",
    [
        "", "e", "english", "cant", "en_GB", "en-", "-en", "en--GB", "en-GB-GB", "x-stage", "i-klingon", "en-u", "*",
        "en GB", "en\n", "12", "en-rozaj-rozaj", "en-u-co-a-bb-u-nu", "françai", "en-abcdefghi", "zh-aaa-bbb-ccc-ddd",
        "ｅｎ",
    ],
)  # fmt: skip
def test_what_is_no_language(tag):
    with pytest.raises(UnknownLanguage) as refused:
        places.language(tag)
    assert refused.value.args == (tag,)


@pytest.mark.parametrize(
    ("allowed", "asked", "expected"),
    [
        ("en", "en", True),
        ("en", "en-GB", True),
        ("en", "EN-gb", True),
        ("EN", "en-GB", True),
        ("en-GB", "en", False),
        ("en-GB", "en-US", False),
        ("zh-Hant", "zh-Hant-TW", True),
        ("zh-Hans", "zh-Hant-TW", False),
        ("es-419", "es-MX", False),
        ("en", "enm", False),
        ("fr", "frr", False),
    ],
)
def test_covers(allowed, asked, expected):
    assert places.covers(allowed, asked) is expected


def test_covers_refuses_what_is_no_language():
    with pytest.raises(UnknownLanguage):
        places.covers("en", "English (any)")
