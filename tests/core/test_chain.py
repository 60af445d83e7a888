"""The chain finds every tampering, erasure breaks nothing, and the tree is RFC 6962's."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consent.core import chain
from consent.core.chain import GENESIS, Break, Broken, Entry, Head, NotCanonical

# --- canonical JSON ------------------------------------------------------------------------------------------------


class Colour(StrEnum):
    RED = "RED"


class Number(IntEnum):
    TWO = 2


def test_keys_are_sorted_as_rfc_8785_sorts_them():
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert chain.canonical(value).decode() == '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"null"),
        (True, b"true"),
        (0, b"0"),
        (-(2**53) + 1, b"-9007199254740991"),
        ('a/"\\\n\x0f', b'"a/\\"\\\\\\n\\u000f"'),
        ([], b"[]"),
        ({}, b"{}"),
        ((1, "b", None), b'[1,"b",null]'),
        ({"b": [1], "a": {"d": False, "c": ""}}, b'{"a":{"c":"","d":false},"b":[1]}'),
        (OrderedDict(b=1, a=2), b'{"a":2,"b":1}'),
        (Colour.RED, b'"RED"'),
        (Number.TWO, b"2"),
    ],
)
def test_canonical(value, expected):
    assert chain.canonical(value) == expected
    assert chain.digest(value) == hashlib.sha256(expected).hexdigest()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (1.0, "$"),
        (float("nan"), "$"),
        (Decimal(1), "$"),
        (2**53, "$"),
        (-(2**53), "$"),
        ("\ud800", "$"),
        (b"bytes", "$"),
        ({1, 2}, "$"),
        (datetime(2026, 1, 1, tzinfo=UTC), "$"),
        ({1: "a"}, "$"),
        ({None: "a"}, "$"),
        ({"\udfff": "a"}, "$"),
        ({"a": [1, {"b": 0.5}]}, "$.a[1].b"),
        ([[], [2**60]], "$[1][0]"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_its_place(value, place):
    with pytest.raises(NotCanonical) as refused:
        chain.canonical(value)
    assert str(refused.value).startswith(f"{place}: ")


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_the_quick_way_writes_the_bytes_of_rfc_8785(value):
    assert chain.canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(st.text(), _json, max_size=5), st.randoms())
def test_the_order_in_which_keys_were_written_does_not_matter(value, random):
    keys = list(value)
    random.shuffle(keys)
    assert chain.canonical({key: value[key] for key in keys}) == chain.canonical(value)


# --- links ---------------------------------------------------------------------------------------------------------

SALT = bytes(range(32))
# Golden values: a change here orphans every ledger ever written.
GOLDEN_COMMITMENT = "90a32901ac65cc79dc966056905dfecc8c5905a57a1e3cc21072fe44b3369157"
GOLDEN_LINK = "899b3a8f02bff7412fa29fbd87fed0cce8b67a7aad9019c75dbc734a699bc7ff"
GOLDEN_GENESIS = "adecaaaee407aa20c3a801b1ec4e4fd94d76a3cb0f7191f0d94c8c4f60588953"


def test_stored_hashes_stay_what_they_are():
    assert GENESIS == GOLDEN_GENESIS
    assert chain.commitment(SALT, b'{"a":1}') == GOLDEN_COMMITMENT
    assert chain.link(GENESIS, b'{"seq":1}', GOLDEN_COMMITMENT) == GOLDEN_LINK


def test_chains_of_their_own_name_start_apart():
    assert len({GENESIS, chain.genesis("P-1"), chain.genesis("P-2")}) == 3


@pytest.mark.parametrize("salt", [b"", bytes(15)])
def test_a_guessable_salt_is_refused(salt):
    with pytest.raises(ValueError, match="salt"):
        chain.commitment(salt, b"payload")


def test_the_shortest_salt_that_nobody_can_guess():
    assert len(chain.commitment(bytes(16), b"payload")) == 64


@pytest.mark.parametrize("wrong", ["", "00", "zz" * 32, "AB" * 32, " " + "ab" * 32, "ab" * 33])
def test_a_hash_has_one_spelling(wrong):
    with pytest.raises(ValueError, match="hex"):
        chain.link(wrong, b"", GENESIS)
    with pytest.raises(ValueError, match="hex"):
        chain.link(GENESIS, b"", wrong)


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_header_and_commitment_cannot_slide_into_each_other(one, other):
    salted = chain.commitment(SALT, b"x")
    assert (chain.link(GENESIS, one, salted) == chain.link(GENESIS, other, salted)) is (one == other)


def written(count, *, start=GENESIS, first=1):
    entries, previous = [], start
    for seq in range(first, first + count):
        header = chain.canonical({"seq": seq, "kind": "use_request.submitted"})
        payload = chain.canonical({"title": f"The Salt Road {seq}"})
        salt = hashlib.sha256(str(seq).encode()).digest()
        hidden = chain.commitment(salt, payload)
        link = chain.link(previous, header, hidden)
        entries.append(
            Entry(seq=seq, header=header, commitment=hidden, previous=previous, hash=link, payload=payload, salt=salt)
        )
        previous = link
    return entries


CHAIN = written(24)
HEAD = Head(24, CHAIN[-1].hash)
OTHER = "ab" * 32


def test_a_whole_chain_holds():
    assert chain.verify(CHAIN) is None
    assert chain.verify(iter(CHAIN), head=HEAD) is None
    assert chain.verify([]) is None


def test_a_chain_with_its_own_start():
    own = written(3, start=chain.genesis("P-1"))
    assert chain.verify(own, start=chain.genesis("P-1")) is None
    assert chain.verify(own) == Broken(1, Break.WRONG_PREVIOUS)


def test_from_the_middle():
    assert chain.verify(CHAIN[10:], start=CHAIN[9].hash, first_seq=11, head=HEAD) is None
    assert chain.verify(CHAIN[10:], start=CHAIN[8].hash, first_seq=11) == Broken(11, Break.WRONG_PREVIOUS)
    assert chain.verify(CHAIN[10:], start=CHAIN[9].hash) == Broken(1, Break.MISSING)


def test_erased_payloads_are_fine():
    erased = [replace(entry, payload=None, salt=None) for entry in CHAIN]
    assert chain.verify(erased, head=HEAD) is None
    assert chain.verify([*CHAIN[:5], *erased[5:9], *CHAIN[9:]], head=HEAD) is None


def _relinked(entry):
    return replace(entry, hash=chain.link(entry.previous, entry.header, entry.commitment))


ATTACKS = {
    "payload": (lambda e: replace(e, payload=e.payload + b" "), Break.WRONG_COMMITMENT),
    "payload emptied": (lambda e: replace(e, payload=b""), Break.WRONG_COMMITMENT),
    "salt": (lambda e: replace(e, salt=bytes(32)), Break.WRONG_COMMITMENT),
    "salt gone": (lambda e: replace(e, salt=None), Break.WRONG_COMMITMENT),
    "salt cut": (lambda e: replace(e, salt=e.salt[:15]), Break.WRONG_COMMITMENT),
    "commitment": (lambda e: replace(e, commitment=OTHER), Break.WRONG_HASH),
    "commitment no hash": (lambda e: replace(e, commitment="erased"), Break.WRONG_HASH),
    "commitment relinked": (lambda e: _relinked(replace(e, commitment=OTHER)), Break.WRONG_COMMITMENT),
    "header": (lambda e: replace(e, header=e.header.replace(b"submitted", b"withdrawn")), Break.WRONG_HASH),
    "hash": (lambda e: replace(e, hash=OTHER), Break.WRONG_HASH),
    "hash upper case": (lambda e: replace(e, hash=e.hash.upper()), Break.WRONG_HASH),
    "previous": (lambda e: replace(e, previous=OTHER), Break.WRONG_PREVIOUS),
    "seq": (lambda e: replace(e, seq=e.seq + 1000), Break.MISSING),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_tampering_is_found_at_every_position(attack):
    change, code = ATTACKS[attack]
    for number, entry in enumerate(CHAIN):
        tampered = [*CHAIN[:number], change(entry), *CHAIN[number + 1 :]]
        assert chain.verify(tampered, head=HEAD) == Broken(entry.seq, code)


def test_a_rewritten_entry_breaks_the_next_one_or_the_head():
    for number, entry in enumerate(CHAIN):
        forged = _relinked(replace(entry, header=b'{"kind":"use_request.approved"}'))
        found = chain.verify([*CHAIN[:number], forged, *CHAIN[number + 1 :]], head=HEAD)
        last = entry.seq == HEAD.seq
        assert found == (Broken(24, Break.WRONG_HEAD) if last else Broken(entry.seq + 1, Break.WRONG_PREVIOUS))


def test_leaving_one_out_is_found_even_when_the_rest_is_renumbered():
    for number in range(len(CHAIN) - 1):
        gap = [*CHAIN[:number], *CHAIN[number + 1 :]]
        assert chain.verify(gap) == Broken(number + 1, Break.MISSING)
        closed = [replace(entry, seq=seq) for seq, entry in enumerate(gap, start=1)]
        assert chain.verify(closed) == Broken(number + 1, Break.WRONG_PREVIOUS)


def test_doubling_or_swapping_entries_is_found():
    for number in range(len(CHAIN) - 1):
        doubled = [*CHAIN[: number + 1], *CHAIN[number:]]
        assert chain.verify(doubled) == Broken(number + 2, Break.MISSING)
        swapped = [*CHAIN[:number], CHAIN[number + 1], CHAIN[number], *CHAIN[number + 2 :]]
        assert chain.verify(swapped) == Broken(number + 1, Break.MISSING)
        renumbered = [replace(entry, seq=seq) for seq, entry in enumerate(swapped, start=1)]
        assert chain.verify(renumbered) == Broken(number + 1, Break.WRONG_PREVIOUS)


def test_cutting_off_the_end_shows_against_a_noted_head_only():
    for kept in range(len(CHAIN)):
        assert chain.verify(CHAIN[:kept]) is None
        assert chain.verify(CHAIN[:kept], head=HEAD) == Broken(kept + 1, Break.TRUNCATED)


def test_a_chain_written_anew_shows_against_a_noted_head():
    anew = written(24, start=chain.genesis("P-2"))
    assert chain.verify(anew, start=chain.genesis("P-2"), head=HEAD) == Broken(24, Break.WRONG_HEAD)


def test_a_chain_that_has_grown_still_holds_against_an_older_head():
    assert chain.verify(CHAIN, head=Head(10, CHAIN[9].hash)) is None
    assert chain.verify(CHAIN, head=Head(10, CHAIN[8].hash)) == Broken(10, Break.WRONG_HEAD)


@given(st.data())
def test_any_flipped_bit_is_found(data):
    number = data.draw(st.integers(0, len(CHAIN) - 1))
    field = data.draw(st.sampled_from(["header", "payload", "salt", "commitment", "previous", "hash"]))
    entry = CHAIN[number]
    value = getattr(entry, field)
    raw = bytearray(value if isinstance(value, bytes) else bytes.fromhex(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    forged = replace(entry, **{field: bytes(raw) if isinstance(value, bytes) else raw.hex()})
    found = chain.verify([*CHAIN[:number], forged, *CHAIN[number + 1 :]])
    assert found is not None
    assert found.seq == entry.seq


# --- the tree ------------------------------------------------------------------------------------------------------

# Certificate Transparency's published test leaves and the roots over the first 0 to 8 of them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
    assert chain.merkle_root(LEAVES[:size]) == ROOTS[size]


def test_every_leaf_of_every_tree_has_a_proof_for_its_place_and_no_other():
    leaves = [str(number).encode() for number in range(20)]
    for size in range(1, 21):
        root = chain.merkle_root(leaves[:size])
        for index in range(size):
            proof = chain.inclusion_proof(leaves[:size], index)
            assert chain.verify_inclusion(leaves[index], index, size, proof, root)
            for other in range(size):
                if other != index:
                    assert not chain.verify_inclusion(leaves[index], other, size, proof, root)
                    assert not chain.verify_inclusion(leaves[other], index, size, proof, root)


@given(st.data())
def test_a_bent_proof_is_refused(data):
    leaves = [str(number).encode() for number in range(data.draw(st.integers(2, 40)))]
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = chain.merkle_root(leaves), chain.inclusion_proof(leaves, index)
    step = data.draw(st.integers(0, len(proof) - 1))
    for bent in (
        [*proof[:step], *proof[step + 1 :]],
        [*proof, proof[step]],
        [*proof[:step], OTHER, *proof[step + 1 :]],
        [*proof[:step], "not hex", *proof[step + 1 :]],
        [*proof[:step], proof[step].upper() + "00", *proof[step + 1 :]],
        [],
    ):
        assert not chain.verify_inclusion(leaves[index], index, len(leaves), bent, root)
    assert not chain.verify_inclusion(leaves[index], index, len(leaves), proof, OTHER)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4), (5, 4)])
def test_a_place_outside_the_tree(index, size):
    leaves = LEAVES[:size]
    assert not chain.verify_inclusion(b"", index, size, [], chain.merkle_root(leaves))
    with pytest.raises(IndexError):
        chain.inclusion_proof(leaves, index)


def test_a_node_cannot_pass_for_a_leaf():
    left, right = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in LEAVES[:2])
    assert not chain.verify_inclusion(left + right, 0, 1, [], chain.merkle_root(LEAVES[:2]))
