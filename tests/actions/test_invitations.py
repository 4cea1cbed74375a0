"""Inviting staff, accepting once, and what an invitation never does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub import crypto
from hub.actions import invitations
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.invitation import Invitation
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.user import Role, User
from hub.queries import invitations as questions
from hub.queries.users import get_user

GOOD = "drei blaue Tassen im Regal"


def invite(world, key="nora", home="club", role=Role.PARTNER, email="neu@demo.invalid", name="Neu"):
    actor = world.actor(key)
    with world.database.transaction() as session:
        opening = questions.get_opening(session, actor, world.cast.organisations[home].public_id, role)
        return invitations.invite_staff(session, actor=actor, opening=opening, email=email, name=name, at=world.at)


def token_of(invitation):
    return crypto.ring().derived_token("invitation", invitation.public_id)


def accept(world, invitation, at=None, fitting=None, name="Neu Neumann"):
    at = at or world.at
    with world.database.transaction() as session:
        found = questions.get_invitation_by_token(session, token_of(invitation), at=at)
        facts = {"name": name, "password_hash": crypto.hash_password(GOOD), "fitting": fitting, "at": at}
        return invitations.accept_invitation(session, invitation=found, **facts)


def actor_by(world, user):
    with world.database.reading() as session:
        return get_user(session, world.actor("otto"), user.public_id)


def test_an_accepted_invitation_is_an_account_with_that_role(world):
    user = accept(world, invite(world))
    found = actor_by(world, user)
    assert (found.email, found.name) == ("neu@demo.invalid", "Neu Neumann")
    assert [(m.organisation_id, m.role) for m in found.memberships] == [(world.cast.club.id, Role.PARTNER)]
    assert crypto.verify_password(found.password_hash, GOOD)


def test_the_invited_are_told_by_mail_and_it_is_logged(world):
    invitation = invite(world)
    with world.database.reading() as session:
        assert session.scalars(select(Notice.template).where(Notice.invitation_id == invitation.id)).all() == [
            "invitation"
        ]
        entry = session.scalars(select(LogEntry).where(LogEntry.action == "invitation.made")).one()
    assert (entry.object_ref, entry.purpose) == (invitation.public_id, "partner")


def test_the_token_is_not_stored(world):
    invitation = invite(world)
    assert len(token_of(invitation)) == 32
    assert invitation.token_digest == crypto.token_digest(token_of(invitation))


@pytest.mark.parametrize(
    ("home", "role"), [("club", Role.COACH), ("jc_meissen", Role.COACH), ("office", Role.OPERATOR)]
)
def test_a_coordinator_invites_only_partners(world, home, role):
    with pytest.raises(NotAllowed):
        invite(world, home=home, role=role)


def test_a_coordinator_does_not_see_organisations_of_other_networks(world):
    with world.database.transaction() as session:
        stranger = Organisation(kind=OrganisationKind.CLUB, name="Fremder Verein")
        session.add(stranger)
    with pytest.raises(NotFound), world.database.reading() as session:
        questions.get_opening(session, world.actor("nora"), stranger.public_id, Role.PARTNER)


def test_the_operator_invites_into_every_role_everywhere(world, subtests):
    for role in list(Role):
        with subtests.test(role=role):
            assert invite(world, key="otto", home="jc_bautzen", role=role).role is role


def test_nobody_else_invites(world, subtests):
    for key in ["clara", "lena", "petra", "anna", "fred"]:
        with subtests.test(key=key), pytest.raises((NotAllowed, NotFound)):
            invite(world, key=key)


def test_an_invitation_is_accepted_once(world):
    invitation = invite(world)
    accept(world, invitation)
    with pytest.raises(NotFound):
        accept(world, invitation)


def test_two_acceptances_at_once_make_one_account(world):
    invitation = invite(world)

    def one_try(_number):
        try:
            return accept(world, invitation).id
        except (NotFound, StepNotPossible, InvalidInput):
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [result for result in pool.map(one_try, range(4)) if result is not None]
    assert len(made) == 1


def test_an_invitation_ends_after_seven_days(world):
    invitation = invite(world)
    with pytest.raises(NotFound):
        accept(world, invitation, at=world.at + timedelta(days=7))
    assert accept(world, invitation, at=world.at + timedelta(days=7, seconds=-1)) is not None


def test_a_withdrawn_invitation_opens_nothing(world):
    invitation = invite(world)
    withdraw(world, "nora", invitation)
    with pytest.raises(NotFound):
        accept(world, invitation)
    with pytest.raises(StepNotPossible):
        withdraw(world, "nora", invitation)


def withdraw(world, key, invitation):
    actor = world.actor(key)
    with world.database.transaction() as session:
        found = questions.get_invitation(session, actor, invitation.public_id)
        opening = questions.opening_in(session, found.organisation, found.role)
        invitations.withdraw_invitation(session, actor=actor, invitation=found, opening=opening, at=world.at)


def test_a_coordinator_withdraws_only_what_a_coordinator_may_invite(world):
    with pytest.raises(NotAllowed):
        withdraw(world, "nora", invite(world, key="otto", home="jc_meissen", role=Role.COACH))
    with pytest.raises(NotFound):
        withdraw(world, "clara", invite(world))


def test_an_existing_account_is_extended_only_with_its_own_password(world):
    invitation = invite(world, email="Sven@demo.invalid", home="town")
    for fitting in (None, "another hash"):
        with pytest.raises(InvalidInput):
            accept(world, invitation, fitting=fitting)
    before = world.user("sven").password_hash
    accept(world, invitation, fitting=before)
    assert world.actor("sven").organisations(Role.PARTNER) == {world.cast.club.id, world.cast.town.id}
    with world.database.reading() as session:
        sven = session.get_one(User, world.user("sven").id)
    assert (sven.password_hash, sven.name) == (before, "Sven Krause")


def test_a_disabled_account_accepts_nothing(world):
    with world.database.transaction() as session:
        session.get_one(User, world.user("sven").id).disabled_at = world.at
    invitation = invite(world, email="sven@demo.invalid", home="town")
    with pytest.raises(RuleBroken):
        accept(world, invitation, fitting=world.user("sven").password_hash)
    with world.database.reading() as session:
        assert session.get_one(Invitation, invitation.id).accepted_at is None


def _loaded(world, key):
    with world.database.reading() as session:
        return get_user(session, world.actor("otto"), world.user(key).public_id)


def test_team_lead_and_case_manager_of_one_jobcenter_are_two_people(world):
    with pytest.raises(RuleBroken):
        invite(world, key="otto", home="jc_meissen", role=Role.CASE_MANAGER, email="lena@demo.invalid")
    lead = invite(world, key="otto", home="jc_leipzig", role=Role.TEAM_LEAD)
    manager = invite(world, key="otto", home="jc_leipzig", role=Role.CASE_MANAGER)
    user = accept(world, lead)
    with pytest.raises(RuleBroken):
        accept(world, manager, fitting=user.password_hash)


def test_a_reset_takes_the_password_away_and_only_the_owner_chooses_the_next(world):
    with world.database.transaction() as session:
        clara = get_user(session, world.actor("otto"), world.user("clara").public_id)
        invitation = invitations.reset_access(session, actor=world.actor("otto"), user=clara, at=world.at)
        assert clara.password_hash is None
    accept(world, invitation, name="Somebody Else")
    found = _loaded(world, "clara")
    assert crypto.verify_password(found.password_hash, GOOD)
    assert found.name == "Clara Winkler"
    assert len(found.memberships) == 1


def test_only_the_operator_resets(world):
    clara = _loaded(world, "clara")
    with pytest.raises(NotAllowed):
        world.do(invitations.reset_access, actor=world.actor("nora"), user=clara, at=world.at)
