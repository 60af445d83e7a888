"""Who is who: rooms are opened once, studios keep an owner, invitations bind to an address, authority ends at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from consent.access import by_link, by_session
from consent.core.actor import Actor, Door
from consent.core.roles import Capacity, Right, StudioAct, StudioRole
from consent.core.vocabulary import Level, Stance
from consent.models import (
    ActionLink,
    Fact,
    Introduction,
    Invitation,
    LinkEnd,
    Membership,
    Performer,
    PreferenceSet,
    Representation,
    Side,
    Studio,
    Visibility,
)
from consent.services import ledger, people
from consent.services.moves import NotEntitled, Refused
from tests import make
from tests.make import NOW, at


def person(account: Any) -> Actor:
    return by_session.person(make.visitor(account))


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


def kinds(chain_owner: Performer | Studio) -> list[str]:
    return list(Fact.objects.filter(chain=chain_owner.chain).order_by("seq").values_list("kind", flat=True))


# --- Performers ------------------------------------------------------------------------------------------------------


def test_a_new_performer_has_a_room_where_nothing_is_allowed(db: None) -> None:
    ada = make.a_performer("ada@example.org", "  Ada   Reyes ")
    standing = PreferenceSet.objects.get(performer=ada.performer)
    assert ada.performer.professional_name == "Ada Reyes"
    assert (standing.number, standing.current) == (1, True)
    assert Stance.ALLOW not in {each.stance for each in standing.value.uses.values()}
    assert standing.digest == standing.value.digest()
    assert kinds(ada.performer) == ["performer.joined", "performer.onboarded"]
    assert ledger.verify(ada.performer.chain) is None


def test_a_room_is_opened_once_and_by_its_owner(db: None) -> None:
    ada, other = make.a_performer("ada@example.org", "Ada Reyes"), make.user("other@example.org")
    with refused("ALREADY_A_PERFORMER"):
        open_room(ada.user, actor=person(ada.user))
    with pytest.raises(NotEntitled):
        open_room(other, actor=person(ada.user))
    assert Performer.objects.count() == 1


def open_room(account: Any, *, actor: Actor, **fields: Any) -> Performer:
    said = {"professional_name": "Bo Lind", "time_zone": "Europe/Stockholm", "locale": "en", **fields}
    return people.become_performer(account, actor=actor, now=NOW, **said)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"professional_name": "  "}, "NAME_MISSING"),
        ({"professional_name": "x" * 121}, "NAME_TOO_LONG"),
        ({"time_zone": "Europe/Atlantis"}, "UNKNOWN_TIME_ZONE"),
        ({"locale": "tlh"}, "UNKNOWN_LANGUAGE"),
        ({"country": "ZZ"}, "UNKNOWN_COUNTRY"),
        ({"date_of_birth": date(2027, 1, 1)}, "BIRTH_DATE_UNLIKELY"),
        ({"date_of_birth": date(1890, 1, 1)}, "BIRTH_DATE_UNLIKELY"),
    ],
)
def test_a_room_needs_a_plausible_owner(db: None, fields: dict[str, Any], code: str) -> None:
    account = make.user("bo@example.org")
    with refused(code):
        open_room(account, actor=person(account), **fields)
    assert not Performer.objects.exists()
    assert open_room(account, actor=person(account), country="se").country == "SE"


def test_only_what_changed_is_written_and_told(cast: make.Cast) -> None:
    imani = cast.imani
    Performer.objects.filter(pk=imani.performer.pk).update(about="written by another tab")
    before = Fact.objects.count()
    people.change_profile(
        imani.performer,
        crafts=["SCREEN", "VOICE"],
        languages=["en-gb", "fr"],
        country="GB",
        actor=imani.actor(),
        now=NOW,
    )
    row = Performer.objects.get(pk=imani.performer.pk)
    assert (row.about, row.crafts, row.languages) == ("written by another tab", ["SCREEN", "VOICE"], ["en-GB", "fr"])
    assert imani.performer.about == "written by another tab"
    assert '"fields":["crafts","languages"]' in Fact.objects.latest("pk").payload.text
    people.change_profile(imani.performer, crafts=["VOICE", "SCREEN"], actor=imani.actor(), now=NOW)
    assert Fact.objects.count() == before + 1


def test_a_profile_has_no_other_fields(cast: make.Cast) -> None:
    with pytest.raises(TypeError, match="stopped_at"):
        people.change_profile(cast.imani.performer, stopped_at=None, actor=cast.imani.actor(), now=NOW)


def test_the_date_of_birth_is_fixed_once_the_room_is_open(cast: make.Cast) -> None:
    imani = cast.imani
    with refused("BIRTH_DATE_FIXED"):
        people.change_profile(imani.performer, date_of_birth=date(2012, 4, 2), actor=imani.actor(), now=NOW)
    with pytest.raises(NotEntitled):
        people.correct_birth_date(imani.performer, date(2012, 4, 2), actor=imani.actor(), now=NOW)
    people.correct_birth_date(imani.performer, date(1988, 4, 3), actor=make.staff(), now=NOW)
    assert Performer.objects.get(pk=imani.performer.pk).date_of_birth == date(1988, 4, 3)


@pytest.mark.parametrize(
    "act",
    [
        lambda row, **who: people.change_profile(row, about="x", **who),
        lambda row, **who: people.set_visibility(row, Visibility.HIDDEN, **who),
        lambda row, **who: people.pause(row, **who),
        lambda row, **who: people.unpause(row, **who),
        lambda row, **who: people.finish_onboarding(row, **who),
        lambda row, **who: people.invite_representative(row, "a@b.example", rights=[Right.SEE], **who),
    ],
)
def test_nobody_acts_in_another_performers_room(cast: make.Cast, act: Any) -> None:
    agent = by_session.client(make.visitor(cast.rosalind), cast.imani.performer.ref)[1]
    before = Fact.objects.count()
    for actor in (cast.stranger.actor(), agent, cast.northlight.actor(as_="owner"), make.staff(), Actor.clock()):
        with pytest.raises(NotEntitled):
            act(cast.imani.performer, actor=actor, now=NOW)
    assert Fact.objects.count() == before


def test_a_pause_ends_by_itself_or_by_hand(cast: make.Cast) -> None:
    imani = cast.imani
    with refused("PAUSE_IN_PAST"):
        people.pause(imani.performer, NOW, actor=imani.actor(), now=NOW)
    people.pause(imani.performer, at(days=3), actor=imani.actor(), now=NOW)
    assert imani.performer.is_paused(at(days=2))
    assert not imani.performer.is_paused(at(days=3))
    people.unpause(imani.performer, actor=imani.actor(), now=at(days=4))
    assert "performer.resumed" not in kinds(imani.performer)
    people.pause(imani.performer, actor=imani.actor(), now=at(days=4))
    people.unpause(imani.performer, actor=imani.actor(), now=at(days=5))
    assert kinds(imani.performer)[-2:] == ["performer.paused", "performer.resumed"]
    assert not Performer.objects.get(pk=imani.performer.pk).is_paused(at(days=5))


def test_ones_account_is_ones_own(cast: make.Cast) -> None:
    people.change_account(
        cast.rosalind, full_name="Rosalind  Pike", theme="dark", shortcuts=True, actor=person(cast.rosalind), now=NOW
    )
    cast.rosalind.refresh_from_db()
    assert (cast.rosalind.full_name, cast.rosalind.theme, cast.rosalind.time_zone) == ("Rosalind Pike", "dark", "UTC")
    for bad, code in (({"theme": "pink"}, "UNKNOWN_THEME"), ({"time_zone": "Mars"}, "UNKNOWN_TIME_ZONE")):
        with refused(code):
            people.change_account(cast.rosalind, **bad, actor=person(cast.rosalind), now=NOW)
    with pytest.raises(NotEntitled):
        people.change_account(cast.rosalind, theme="", actor=person(cast.imani.user), now=NOW)


# --- Studios ---------------------------------------------------------------------------------------------------------


def test_a_studio_starts_unverified_with_its_founder_as_owner(db: None) -> None:
    founder = make.user("f@tern.example", side=Side.STUDIO)
    studio = people.found_studio(founder, name="Tern  Interactive", actor=person(founder), now=NOW)
    assert (studio.slug, studio.verified, studio.name) == ("tern-interactive", False, "Tern Interactive")
    assert studio.memberships.get().role == StudioRole.OWNER
    assert kinds(studio) == ["studio.founded"]


def test_slugs_are_unique_and_never_the_name_of_a_page(db: None) -> None:
    founder = make.user("f@tern.example", side=Side.STUDIO)
    slugs = [
        people.found_studio(founder, name=name, actor=person(founder), now=NOW).slug
        for name in ("Tern", "Tern", "New", "Студия 8")
    ]
    assert slugs == ["tern", "tern-2", "new-2", "8"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "NAME_MISSING"),
        ({"name": "x" * 121}, "NAME_TOO_LONG"),
        ({"name": "Tern", "country": "XX"}, "UNKNOWN_COUNTRY"),
        ({"name": "Tern", "website": "javascript:alert(1)"}, "WEBSITE_UNREADABLE"),
    ],
)
def test_a_studio_needs_a_name_and_a_real_address(db: None, fields: dict[str, str], code: str) -> None:
    founder = make.user("f@tern.example", side=Side.STUDIO)
    with refused(code):
        people.found_studio(founder, **fields, actor=person(founder), now=NOW)
    assert not Studio.objects.exists()


def test_staff_verify_and_refuse_and_nobody_else(cast: make.Cast) -> None:
    tern = cast.tern.studio
    for actor in (cast.tern.actor(as_="owner"), cast.imani.actor()):
        with pytest.raises(NotEntitled):
            people.verify_studio(tern, actor=actor, now=NOW)
        with pytest.raises(NotEntitled):
            people.refuse_studio(tern, "no papers", actor=actor, now=NOW)
    with refused("REASON_MISSING"):
        people.refuse_studio(tern, "  ", actor=make.staff(), now=NOW)
    row = people.refuse_studio(tern, "The register does not know it.", actor=make.staff(), now=NOW)
    assert (row.verified, row.refused_reason) == (False, "The register does not know it.")
    row = people.verify_studio(tern, actor=make.staff(), now=at(days=1))
    assert (row.verified, row.refused_at, row.refused_reason) == (True, None, "")
    people.verify_studio(tern, actor=make.staff(), now=at(days=2))
    assert kinds(tern).count("studio.verified") == 2


def test_what_was_verified_stays_as_verified(cast: make.Cast) -> None:
    owner = cast.northlight.actor(as_="owner")
    with refused("VERIFIED_NAME_FIXED"):
        people.change_studio(cast.northlight.studio, name="Northlight & Sons", actor=owner, now=NOW)
    row = people.change_studio(cast.northlight.studio, about="We make series.", actor=owner, now=NOW)
    assert (row.name, row.about) == ("Northlight Pictures", "We make series.")
    with pytest.raises(NotEntitled):
        people.change_studio(cast.northlight.studio, about="x", actor=cast.northlight.actor(), now=NOW)


def test_an_invitation_binds_to_a_confirmed_address(cast: make.Cast) -> None:
    owner = cast.northlight.actor(as_="owner")
    invitation = people.invite_member(
        cast.northlight.studio, " New@Example.ORG ", StudioRole.CLEARANCE, actor=owner, now=NOW
    )
    assert (invitation.email, invitation.expires_at) == ("new@example.org", at(days=14))
    newcomer = make.user("someone@example.org", side=Side.STUDIO)
    with refused("INVITATION_OTHER_ADDRESS") as info:
        people.accept_invitation(invitation, newcomer, actor=person(newcomer), now=NOW)
    assert info.value.values["email"] == "ne…@example.org"
    address = EmailAddress.objects.create(user=newcomer, email="new@example.org", verified=False)
    with refused("INVITATION_OTHER_ADDRESS"):
        people.accept_invitation(invitation, newcomer, actor=person(newcomer), now=NOW)
    address.verified = True
    address.save()
    with refused("INVITATION_EXPIRED"):
        people.accept_invitation(invitation, newcomer, actor=person(newcomer), now=at(days=14))
    joined = people.accept_invitation(invitation, newcomer, actor=person(newcomer), now=at(days=14, seconds=-1))
    assert joined.role == StudioRole.CLEARANCE
    assert people.accept_invitation(invitation, newcomer, actor=person(newcomer), now=at(days=1)) == joined
    assert kinds(cast.northlight.studio).count("studio.member_joined") == 3
    other = make.user("third@example.org", side=Side.STUDIO)
    with pytest.raises(NotEntitled):
        people.accept_invitation(invitation, newcomer, actor=person(other), now=NOW)


def test_an_invitation_is_used_once_and_can_be_withdrawn(cast: make.Cast) -> None:
    owner, studio = cast.northlight.actor(as_="owner"), cast.northlight.studio
    newcomer = make.user("new@example.org", side=Side.STUDIO)
    first = people.invite_member(studio, newcomer.email, StudioRole.VIEWER, actor=owner, now=NOW)
    with refused("ALREADY_INVITED"):
        people.invite_member(studio, "NEW@example.org", StudioRole.OWNER, actor=owner, now=NOW)
    people.withdraw_invitation(first, actor=owner, now=NOW)
    with refused("INVITATION_WITHDRAWN"):
        people.accept_invitation(first, newcomer, actor=person(newcomer), now=NOW)
    second = people.invite_member(studio, newcomer.email, StudioRole.VIEWER, actor=owner, now=NOW)
    membership = people.accept_invitation(second, newcomer, actor=person(newcomer), now=NOW)
    with refused("INVITATION_ACCEPTED"):
        people.withdraw_invitation(second, actor=owner, now=NOW)
    with refused("ALREADY_A_MEMBER"):
        people.invite_member(studio, newcomer.email, StudioRole.OWNER, actor=owner, now=NOW)
    people.remove_member(membership, actor=owner, now=NOW)
    with refused("INVITATION_WITHDRAWN"):
        people.accept_invitation(second, newcomer, actor=person(newcomer), now=NOW)
    expired = people.invite_member(studio, newcomer.email, StudioRole.VIEWER, actor=owner, now=NOW)
    again = people.invite_member(studio, newcomer.email, StudioRole.VIEWER, actor=owner, now=at(days=15))
    assert Invitation.objects.get(pk=expired.pk).withdrawn_at is not None
    assert again.pk != expired.pk


def test_only_an_owner_manages_members(cast: make.Cast) -> None:
    studio = cast.northlight.studio
    membership = Membership.objects.get(studio=studio, user=cast.northlight.viewer)
    for actor in (
        cast.northlight.actor(),
        cast.northlight.actor(as_="viewer"),
        cast.tern.actor(as_="owner"),
        cast.imani.actor(),
    ):
        with pytest.raises(NotEntitled):
            people.invite_member(studio, "x@y.example", StudioRole.OWNER, actor=actor, now=NOW)
        with pytest.raises(NotEntitled):
            people.change_role(membership, StudioRole.OWNER, actor=actor, now=NOW)
    with pytest.raises(NotEntitled):
        people.remove_member(membership, actor=cast.northlight.actor(), now=NOW)
    people.remove_member(membership, actor=cast.northlight.actor(as_="viewer"), now=NOW)
    assert not Membership.objects.filter(pk=membership.pk).exists()


def test_the_last_owner_stays(cast: make.Cast) -> None:
    studio, owner = cast.northlight.studio, cast.northlight.actor(as_="owner")
    mine = Membership.objects.get(studio=studio, user=cast.northlight.owner)
    with refused("LAST_OWNER"):
        people.remove_member(mine, actor=owner, now=NOW)
    with refused("LAST_OWNER"):
        people.change_role(mine, StudioRole.VIEWER, actor=owner, now=NOW)
    second = Membership.objects.get(studio=studio, user=cast.northlight.clearance)
    people.change_role(second, StudioRole.OWNER, actor=owner, now=NOW)
    people.remove_member(mine, actor=owner, now=NOW)
    assert list(studio.memberships.filter(role=StudioRole.OWNER)) == [second]
    with refused("LAST_OWNER"):
        people.remove_member(second, actor=cast.northlight.actor(as_="clearance"), now=NOW)


def test_an_introduction_tells_unknown_and_hidden_apart_to_nobody(cast: make.Cast) -> None:
    tern = cast.tern
    hidden = make.a_performer("hidden@example.org", "Hidden One")
    people.set_visibility(hidden.performer, Visibility.HIDDEN, actor=hidden.actor(), now=NOW)
    for ref in (hidden.performer.ref, "P-0000000000", "", "M-7Q4M2K9D0X"):
        with refused("UNKNOWN_PERFORMER"):
            people.introduce(tern.studio, ref, actor=tern.actor(), now=NOW)
    row = people.introduce(tern.studio, f" {cast.imani.performer.ref.lower()} ", actor=tern.actor(), now=NOW)
    assert people.introduce(tern.studio, cast.imani.performer.ref, actor=tern.actor(), now=NOW) == row
    assert kinds(cast.imani.performer).count("studio.introduced") == 2
    with pytest.raises(NotEntitled):
        people.introduce(tern.studio, cast.stranger.performer.ref, actor=tern.actor(as_="viewer"), now=NOW)


def test_an_unverified_studio_meets_nobody(cast: make.Cast) -> None:
    young = make.a_studio("young", "Young Co", verified=False)
    with refused("STUDIO_NOT_VERIFIED"):
        people.introduce(young.studio, cast.imani.performer.ref, actor=young.actor(), now=NOW)
    assert not Introduction.objects.filter(studio=young.studio).exists()


# --- Representatives -------------------------------------------------------------------------------------------------


def invite(cast: make.Cast, email: str = "new@agency.example", *, now: Any = NOW, **grid: Any) -> Representation:
    return people.invite_representative(
        cast.imani.performer, email, **{"rights": [Right.DECLINE], **grid}, actor=cast.imani.actor(now=now), now=now
    )


def test_an_authority_holds_once_it_is_accepted(cast: make.Cast) -> None:
    row = invite(cast, agency="Pike  & Larkin")
    agent = make.user("new@agency.example", "Nell Agent", Side.REPRESENTATIVE)
    assert (row.rights, row.agency, row.accepted_at, row.user) == (["SEE", "DECLINE"], "Pike & Larkin", None, None)
    stranger = make.user("else@agency.example", side=Side.REPRESENTATIVE)
    with refused("INVITATION_OTHER_ADDRESS"):
        people.accept_representation(row, stranger, actor=person(stranger), now=NOW)
    with refused("INVITATION_EXPIRED"):
        people.accept_representation(row, agent, actor=person(agent), now=at(days=14))
    row = people.accept_representation(row, agent, actor=person(agent), now=NOW)
    assert row.in_force(NOW.date())
    assert people.accept_representation(row, agent, actor=person(agent), now=NOW).accepted_at == NOW
    assert kinds(cast.imani.performer).count("representative.accepted") == 2


@pytest.mark.parametrize(
    ("grid", "code"),
    [
        ({"rights": [Right.APPROVE]}, "APPROVE_NEEDS_LEVEL"),
        ({"rights": [Right.APPROVE], "approve_level": Level.TRAIN}, "TRAIN_NEVER_DELEGATED"),
        (
            {"rights": [Right.APPROVE], "approve_level": Level.FINISH, "approve_fee_ceiling": 5},
            "CEILING_NEEDS_CURRENCY",
        ),
        ({"ends_on": NOW.date() - timedelta(days=1)}, "ENDS_IN_PAST"),
        ({"email": "imani@example.org"}, "OWN_ADDRESS"),
        ({"email": "rosalind@pikelarkin.example"}, "ALREADY_REPRESENTS"),
        ({"email": "not an address"}, "EMAIL_UNREADABLE"),
    ],
)
def test_an_authority_that_cannot_hold_is_not_given(cast: make.Cast, grid: dict[str, Any], code: str) -> None:
    before = Representation.objects.count()
    with refused(code):
        invite(cast, **grid)
    assert Representation.objects.count() == before


def test_an_open_invitation_is_not_sent_twice_until_it_has_expired(cast: make.Cast) -> None:
    first = invite(cast)
    with refused("ALREADY_INVITED"):
        invite(cast, "NEW@agency.example")
    second = invite(cast, now=at(days=15))
    assert Representation.objects.get(pk=first.pk).revoked_at == at(days=15)
    assert second.revoked_at is None


def test_a_changed_grid_counts_at_the_next_act(cast: make.Cast) -> None:
    row = people.change_representation(cast.authority, rights=[Right.COMMENT], actor=cast.imani.actor(), now=NOW)
    actor = by_session.client(make.visitor(cast.rosalind), cast.imani.performer.ref)[1]
    assert actor.authority is not None
    assert actor.authority.rights == {Right.SEE, Right.COMMENT}
    before = Fact.objects.count()
    people.change_representation(row, rights=[Right.COMMENT], actor=cast.imani.actor(), now=NOW)
    assert Fact.objects.count() == before
    with pytest.raises(NotEntitled):
        people.change_representation(row, rights=list(Right), approve_level=Level.FINISH, actor=actor, now=NOW)


def test_revoking_ends_the_mail_links_of_the_representative_too(cast: make.Cast) -> None:
    asked = make.pending(cast.northlight, cast.imani)
    link = by_link.mint(asked, cast.rosalind, now=NOW)
    own = by_link.mint(asked, cast.imani.user, now=NOW)
    people.revoke_representation(cast.authority, actor=cast.imani.actor(), now=NOW)
    assert ActionLink.objects.get(pk=link.pk).ended_because == LinkEnd.AUTHORITY
    assert ActionLink.objects.get(pk=own.pk).ended_at is None
    with pytest.raises(by_session.NotFound):
        by_session.client(make.visitor(cast.rosalind), cast.imani.performer.ref)
    people.revoke_representation(cast.authority, actor=cast.imani.actor(), now=at(days=1))
    assert Representation.objects.get(pk=cast.authority.pk).revoked_at == NOW
    with refused("REPRESENTATION_OVER"):
        people.change_representation(cast.authority, rights=[Right.SEE], actor=cast.imani.actor(), now=NOW)


def test_a_representative_can_step_down_and_an_invited_person_can_say_no(cast: make.Cast) -> None:
    people.revoke_representation(cast.authority, actor=person(cast.rosalind), now=NOW)
    assert '"stepped_down":true' in Fact.objects.latest("pk").payload.text
    row = invite(cast)
    invited, stranger = make.user("new@agency.example"), make.user("x@y.example")
    with pytest.raises(NotEntitled):
        people.revoke_representation(row, actor=person(stranger), now=NOW)
    with pytest.raises(NotEntitled):
        people.revoke_representation(row, actor=cast.stranger.actor(), now=NOW)
    assert people.revoke_representation(row, actor=person(invited), now=NOW).revoked_at == NOW


def test_a_clock_or_a_link_founds_nothing(db: None) -> None:
    account = make.user("f@tern.example", side=Side.STUDIO)
    for actor in (Actor.clock(), Actor(capacity=Capacity.STUDIO, door=Door.EMAIL_LINK)):
        with pytest.raises(NotEntitled):
            people.found_studio(account, name="Tern", actor=actor, now=NOW)


def test_every_room_chain_holds_after_all_this(cast: make.Cast) -> None:
    people.revoke_representation(cast.authority, actor=cast.imani.actor(), now=NOW)
    for owner in (cast.imani.performer, cast.northlight.studio, cast.tern.studio):
        assert ledger.verify(owner.chain) is None
    assert by_session.studio(make.visitor(cast.northlight.owner), "northlight-pictures", StudioAct.SEE)
