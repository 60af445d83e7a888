"""Yes, no and everything between, against PostgreSQL."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from consent.access import by_link
from consent.core.actor import Actor, Tier
from consent.core.lifecycle import State
from consent.core.roles import Right
from consent.core.vocabulary import Level, Stance, Use
from consent.models import Decision, Fact, Grant, LinkEnd, Performer, Representation, UseRequest
from consent.services import decisions, expirations, grants, ledger, preferences, use_requests
from consent.services.moves import NotEntitled, Overtaken, Refused, Stale, StepUpNeeded, TooLate
from tests import make
from tests.make import NOW, Cast, at


def kinds(row: UseRequest) -> list[str]:
    return list(Fact.objects.filter(use_request=row).order_by("seq").values_list("kind", flat=True))


def again(row: UseRequest) -> UseRequest:
    return UseRequest.objects.get(pk=row.pk)


def test_a_sent_request_waits_and_says_by_what_it_was_judged(cast: Cast) -> None:
    row = again(make.pending(cast.northlight, cast.imani))
    assert row.state == State.PENDING
    assert row.revision == 1
    assert row.judged_by == preferences.current(cast.imani.performer)
    assert row.verdict is not None
    assert row.verdict.pack_versions
    assert kinds(row) == ["use_request.submitted"]


def test_a_yes_waits_in_held_and_becomes_one_grant_when_the_window_ends(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    assert again(row).state == State.HELD
    assert not Grant.objects.exists()
    assert expirations.sweep(now=at(minutes=9, seconds=59))["released"] == 0
    assert expirations.sweep(now=at(minutes=10))["released"] == 1
    assert expirations.sweep(now=at(minutes=10))["released"] == 0
    grant = Grant.objects.get()
    assert again(row).state == State.APPROVED
    assert (grant.terms_text, grant.digest) == (row.terms_text, row.digest)
    assert kinds(row) == ["use_request.submitted", "use_request.approved", "grant.issued"]


def test_a_hold_of_zero_minutes_grants_at_once(cast: Cast) -> None:
    Performer.objects.filter(pk=cast.imani.performer.pk).update(hold_minutes=0)
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    assert again(row).state == State.APPROVED
    assert Grant.objects.count() == 1


def test_the_same_press_twice_is_one_decision(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    nonce = uuid.uuid4()
    first = make.approve(row, cast.imani, nonce=nonce)
    second = make.approve(row, cast.imani, nonce=nonce)
    third = make.approve(row, cast.imani)
    assert first.pk == second.pk == third.pk
    assert kinds(row).count("use_request.approved") == 1


def test_a_yes_can_be_taken_back_inside_the_window_and_not_after(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    decisions.take_back(row, actor=cast.imani.actor(), now=at(minutes=5))
    assert again(row).state == State.PENDING
    assert Decision.objects.get().undone_at == at(minutes=5)
    make.approve(again(row), cast.imani, now=at(minutes=6))
    with pytest.raises(TooLate):
        decisions.take_back(row, actor=cast.imani.actor(), now=at(minutes=16))


def test_a_no_beats_a_held_yes(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    make.decline(row, cast.imani, now=at(minutes=1))
    assert again(row).state == State.DECLINED
    expirations.sweep(now=at(days=1))
    assert not Grant.objects.exists()


def test_a_no_can_be_reopened_for_a_day_by_the_performer_only(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, days=3)
    make.decline(row, cast.imani)
    agent = agent_actor(cast)
    with pytest.raises(NotEntitled):
        decisions.reopen(row, actor=agent, now=at(hours=1))
    decisions.reopen(row, actor=cast.imani.actor(), now=at(hours=23))
    assert again(row).state == State.PENDING
    assert again(row).deadline_at == at(days=3)
    make.decline(again(row), cast.imani, now=at(hours=24))
    with pytest.raises(TooLate):
        decisions.reopen(row, actor=cast.imani.actor(), now=at(hours=48))


def agent_actor(cast: Cast) -> Actor:
    return make.by_session.client(make.visitor(cast.rosalind), cast.imani.performer.ref)[1]


def test_never_ask_me_again_sets_the_use_to_never(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.decline(row, cast.imani, never_again=True)
    assert preferences.current(cast.imani.performer).value.stance(Use.AGE_CHANGE) is Stance.NEVER
    later = make.pending(cast.northlight, cast.imani, now=at(hours=1))
    assert again(later).state == State.DECLINED
    assert again(later).resolution == "PREFERENCE"


def test_terms_that_changed_need_a_new_answer(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    use_requests.amend(
        row, make.terms(channels=["STREAMING"]), revision=1, actor=cast.northlight.actor(), now=at(hours=1)
    )
    with pytest.raises(Stale):
        make.approve(row, cast.imani, now=at(hours=2))
    with pytest.raises(Stale):
        make.decline(row, cast.imani, now=at(hours=2))
    assert again(row).revision == 2


def test_deadline_beats_an_answer_at_the_same_instant(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, days=3)
    with pytest.raises(TooLate) as late:
        make.approve(row, cast.imani, now=at(days=3))
    assert late.value.state is State.LAPSED
    make.approve(row, cast.imani, now=at(days=3) - timedelta(microseconds=1))
    assert again(row).state == State.HELD


def test_an_unswept_deadline_reads_as_lapsed_and_is_swept_once(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, days=2)
    assert row.state_at(at(days=2)) is State.LAPSED
    assert expirations.sweep(now=at(days=5))["lapsed"] == 1
    assert expirations.sweep(now=at(days=5))["lapsed"] == 0
    fact = Fact.objects.get(kind="use_request.lapsed")
    assert fact.effective_at == at(days=2)
    assert fact.at == at(days=5)


def test_heightened_terms_need_a_fresh_second_factor(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, make.Terms.from_data(make.VOICE_CLONE))
    with pytest.raises(StepUpNeeded) as needed:
        make.approve(row, cast.imani)
    assert needed.value.tier is Tier.T3
    make.approve(row, cast.imani, second_factor=True)
    assert again(row).state == State.HELD


@pytest.mark.parametrize("typed", [False, True])
def test_a_link_alone_declines_but_a_yes_needs_the_typed_address(cast: Cast, typed: bool) -> None:
    row = make.pending(cast.northlight, cast.imani)
    link = by_link.mint(row, cast.imani.user, now=NOW)
    actor = by_link.actor(link, now=NOW, typed_address=typed)
    if typed:
        make.approve(row, cast.imani, actor=actor)
    else:
        with pytest.raises(StepUpNeeded):
            make.approve(row, cast.imani, actor=actor)
        make.decline(row, cast.imani, actor=actor)


def test_a_link_never_says_yes_to_heightened_terms(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani, make.Terms.from_data(make.VOICE_CLONE))
    link = by_link.mint(row, cast.imani.user, now=NOW)
    with pytest.raises(StepUpNeeded) as needed:
        make.approve(row, cast.imani, actor=by_link.actor(link, now=NOW, typed_address=True))
    assert needed.value.tier is Tier.T3


def test_a_performer_can_turn_yes_by_mail_off(cast: Cast) -> None:
    Performer.objects.filter(pk=cast.imani.performer.pk).update(approve_by_mail=False)
    row = make.pending(cast.northlight, cast.imani)
    link = by_link.mint(row, cast.imani.user, now=NOW)
    with pytest.raises(StepUpNeeded):
        make.approve(row, cast.imani, actor=by_link.actor(link, now=NOW, typed_address=True))


def test_amending_kills_the_links_of_the_old_revision(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    link = by_link.mint(row, cast.imani.user, now=NOW)
    token = by_link.token(link)
    use_requests.amend(
        row, make.terms(channels=["STREAMING"]), revision=1, actor=cast.northlight.actor(), now=at(hours=1)
    )
    dead = by_link.open_(token)
    assert by_link.trouble(dead, now=at(hours=1)) == LinkEnd.AMENDED


def test_a_representative_answers_only_inside_the_authority(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    with pytest.raises(NotEntitled):
        make.approve(row, cast.imani, actor=agent_actor(cast))
    make.decline(row, cast.imani, actor=agent_actor(cast))
    assert again(row).state == State.DECLINED


def test_authority_is_re_read_at_the_decision(cast: Cast) -> None:
    Representation.objects.filter(pk=cast.authority.pk).update(
        rights=[Right.SEE, Right.APPROVE], approve_level=Level.FINISH.value
    )
    row = make.pending(cast.northlight, cast.imani)
    seen = make.visitor(cast.rosalind, now=NOW, second_factor=True)
    actor = make.by_session.use_request(seen, row.ref)[1]
    Representation.objects.filter(pk=cast.authority.pk).update(revoked_at=NOW)
    with pytest.raises(NotEntitled):
        make.approve(row, cast.imani, actor=actor)
    Representation.objects.filter(pk=cast.authority.pk).update(revoked_at=None)
    make.approve(row, cast.imani, actor=actor)
    assert Decision.objects.get().author_name == "Rosalind Pike"


def test_a_stop_undoes_held_yeses_and_refuses_new_ones(cast: Cast) -> None:
    held = make.pending(cast.northlight, cast.imani)
    make.approve(held, cast.imani)
    grants.stop_everything(cast.imani.performer, actor=cast.imani.actor(), now=at(minutes=1))
    assert again(held).state == State.PENDING
    with pytest.raises(Refused) as no:
        make.approve(again(held), cast.imani, now=at(minutes=2))
    assert no.value.code == "STOPPED"


def test_a_stop_beats_a_yes_whose_window_ended_while_no_worker_ran(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    grants.stop_everything(cast.imani.performer, actor=cast.imani.actor(), now=at(hours=1))
    assert again(row).state == State.PENDING
    assert expirations.sweep(now=at(hours=2))["released"] == 0
    assert not Grant.objects.exists()


def test_a_never_beats_a_held_yes(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    cast.imani.stance(Use.AGE_CHANGE, Stance.NEVER, now=at(minutes=2))
    expirations.sweep(now=at(minutes=11))
    assert again(row).state == State.PENDING
    assert not Grant.objects.exists()


def test_everything_that_fits_is_held_for_a_day_when_auto_approval_is_on(cast: Cast) -> None:
    cast.imani.prefer(auto_approve=True)
    allow_everything_asked(cast)
    row = again(make.pending(cast.northlight, cast.imani))
    assert row.state == State.HELD
    assert row.held_until == at(hours=24)
    assert "use_request.held_for_you" in kinds(row)
    expirations.sweep(now=at(hours=24))
    assert again(row).state == State.APPROVED


def allow_everything_asked(cast: Cast) -> None:
    standing = preferences.current(cast.imani.performer).value
    defaults = make.replace(
        standing.defaults,
        channels=dict.fromkeys(standing.defaults.channels or {}, Stance.ALLOW),
        modalities=dict.fromkeys(standing.defaults.modalities or {}, Stance.ALLOW),
    )
    cast.imani.prefer(defaults=defaults)
    cast.imani.stance(Use.AGE_CHANGE, Stance.ALLOW)


def test_a_counter_goes_back_and_forth_and_ends_in_the_performers_own_yes(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    mine = make.terms(channels=["STREAMING"])
    decisions.counter(
        row,
        mine,
        note="No cinemas, please.",
        revision=1,
        digest=row.digest,
        nonce=uuid.uuid4(),
        actor=cast.imani.actor(),
        now=NOW,
    )
    assert again(row).state == State.COUNTERED
    assert again(row).revision == 2
    with pytest.raises(Overtaken):
        make.approve(again(row), cast.imani)
    use_requests.accept_counter(again(row), revision=2, actor=cast.northlight.actor(), now=at(hours=1))
    back = again(row)
    assert (back.state, back.revision, back.terms) == (State.PENDING, 3, mine)
    make.approve(back, cast.imani, now=at(hours=2))
    assert again(row).state == State.HELD


def test_every_move_keeps_the_chain_whole(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    make.approve(row, cast.imani)
    decisions.take_back(row, actor=cast.imani.actor(), now=at(minutes=1))
    make.decline(again(row), cast.imani, now=at(minutes=2))
    assert ledger.verify(cast.imani.performer.chain) is None


def test_not_now_asks_the_agent_and_mutes_reminders_for_a_day(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    decisions.not_now(row, actor=cast.imani.actor(), now=NOW)
    assert Performer.objects.get(pk=cast.imani.performer.pk).muted_until == at(hours=24)
    assert kinds(row)[-1] == "use_request.forwarded"
    assert again(row).state == State.PENDING


def test_nobody_elses_actor_moves_the_request(cast: Cast) -> None:
    row = make.pending(cast.northlight, cast.imani)
    for outsider in (cast.stranger.actor(), cast.tern.actor(), cast.northlight.actor()):
        with pytest.raises(NotEntitled):
            make.approve(row, cast.imani, actor=outsider)
        with pytest.raises(NotEntitled):
            make.decline(row, cast.imani, actor=outsider)
    for outsider in (cast.imani.actor(), cast.tern.actor(), cast.northlight.actor(as_="viewer")):
        with pytest.raises(NotEntitled):
            use_requests.withdraw(row, revision=1, actor=outsider, now=NOW)
    assert again(row).state == State.PENDING
