"""Staff accounts: roles, closing, passwords."""

import pytest
from sqlalchemy import select

from hub import crypto
from hub.actions import users
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from hub.models.log import LogEntry
from hub.models.login import Login
from hub.models.user import Role, User
from hub.passwords import weakness
from hub.policy.actor import SYSTEM
from hub.queries.users import find_user_with_roles, get_user
from hub.seeds.cast import PASSWORD

GOOD = "drei blaue Tassen im Regal"


def logins_of(world, key):
    with world.database.reading() as session:
        query = select(Login).where(Login.user_id == world.user(key).id, Login.ended_at.is_(None))
        return len(session.scalars(query).all())


def signed_in(world, key, token):
    with world.database.transaction() as session:
        digest = crypto.token_digest(token)
        session.add(Login(user_id=world.user(key).id, token_digest=digest, created_at=world.at, seen_at=world.at))


def act(world, verb, key, user, **facts):
    """Run a verb on a freshly loaded account."""
    with world.database.transaction() as session:
        loaded = get_user(session, world.actor("otto"), world.user(user).public_id)
        return verb(session, actor=world.actor(key), user=loaded, at=world.at, **facts)


@pytest.mark.parametrize(
    "password",
    [
        *("short", "elf zeichen", "password1234", "123456789012", "qwertyuiop12", "passwordpassword", "aaaaaaaaaaaa"),
        *("Passwort1234", "Jobcenter2026", "Willkommen12", "Clara Winkler", "claraclara2026", "x" * 129),
    ],
)
def test_weak_passwords_are_refused_with_a_reason(password):
    assert weakness(password, ["Clara Winkler", "clara@demo.invalid"]) is not None


@pytest.mark.parametrize("password", [GOOD, PASSWORD, "zwölf Äpfel!", "🌳 Birke Tasse Schnee", "kx7 qpw 9zt 4mv " * 8])
def test_long_passwords_of_any_signs_are_good(password):
    assert weakness(password, ["Clara Winkler"]) is None


def test_the_first_account_comes_from_the_command_line_with_its_organisation(world):
    facts = {"email": "Neu@demo.invalid", "name": "Neu", "organisation": "Neues Büro", "role": Role.OPERATOR}
    user = world.do(users.add_user, actor=SYSTEM, password=GOOD, at=world.at, **facts)
    assert user.email == "neu@demo.invalid"
    assert crypto.verify_password(user.password_hash, GOOD)
    with pytest.raises(InvalidInput):
        world.do(users.add_user, actor=SYSTEM, password=GOOD, at=world.at, **facts)
    with pytest.raises(InvalidInput):
        world.do(users.add_user, actor=SYSTEM, password="short", at=world.at, **{**facts, "email": "b@demo.invalid"})
    with pytest.raises(NotAllowed):
        world.do(users.add_user, actor=world.actor("otto"), password=GOOD, at=world.at, **facts)


@pytest.mark.parametrize("email", ["", "clara", "clara@", "a b@demo.invalid", "a@demo.invalid\r\nBcc: b@demo.invalid"])
def test_what_is_no_address_is_refused(world, email):
    with pytest.raises(InvalidInput):
        world.do(users.make_user, email=email, name="Neu", password_hash="", at=world.at)


def test_closing_an_account_ends_its_logins_and_opening_brings_no_login_back(world):
    signed_in(world, "clara", "one")
    act(world, users.disable_user, "otto", "clara")
    assert logins_of(world, "clara") == 0
    act(world, users.enable_user, "otto", "clara")
    assert logins_of(world, "clara") == 0
    assert world.actor("clara").has(Role.COACH)


@pytest.mark.parametrize("verb", [users.disable_user, users.enable_user, users.end_logins])
@pytest.mark.parametrize("key", ["clara", "nora", "lena", "anna", "fred"])
def test_only_the_operator_changes_accounts(world, verb, key):
    with pytest.raises(NotAllowed):
        act(world, verb, key, "cem")


def test_nobody_closes_the_own_account_or_ends_the_own_role(world):
    with pytest.raises(RuleBroken):
        act(world, users.disable_user, "otto", "otto")
    role = world.user("otto").memberships[0].public_id
    with pytest.raises(RuleBroken):
        act(world, users.end_role, "otto", "otto", public_id=role)


def test_an_ended_role_is_lost_at_the_next_request(world):
    role = world.user("clara").memberships[0].public_id
    act(world, users.end_role, "otto", "clara", public_id=role)
    assert not world.actor("clara").has(Role.COACH)
    with pytest.raises(NotFound):
        act(world, users.end_role, "otto", "clara", public_id=role)


@pytest.mark.parametrize(
    ("key", "home", "role"),
    [("lena", "jc_meissen", Role.CASE_MANAGER), ("frank", "jc_meissen", Role.TEAM_LEAD)],
)
def test_nobody_is_team_lead_and_case_manager_of_one_jobcenter(world, key, home, role):
    with pytest.raises(RuleBroken):
        give(world, key, home, role)
    give(world, key, "jc_leipzig", role)
    assert role in {seat.role for seat in world.actor(key).seats}


def give(world, key, home, role):
    with world.database.transaction() as session:
        user = find_user_with_roles(session, world.user(key).email)
        organisation_id = world.cast.organisations[home].id
        return users.give_role(
            session, actor=SYSTEM, user=user, organisation_id=organisation_id, role=role, at=world.at
        )


def test_an_ended_role_does_not_stand_in_the_way(world):
    act(world, users.end_role, "otto", "frank", public_id=world.user("frank").memberships[0].public_id)
    assert give(world, "frank", "jc_meissen", Role.TEAM_LEAD) is not None


def test_a_role_is_held_once(world):
    assert give(world, "clara", "jc_meissen", Role.COACH) is None


def test_a_new_password_ends_every_login_and_opens_a_fresh_one(world):
    signed_in(world, "clara", "one")
    signed_in(world, "clara", "two")
    facts = {"fitting": world.user("clara").password_hash, "password_hash": crypto.hash_password(GOOD), "client": ""}
    token, login = act(world, users.change_password, "clara", "clara", **facts)
    assert logins_of(world, "clara") == 1
    assert login.token_digest == crypto.token_digest(token)
    with world.database.reading() as session:
        assert crypto.verify_password(session.get_one(User, world.user("clara").id).password_hash, GOOD)
        assert session.scalar(select(LogEntry).where(LogEntry.action == "user.password_changed")) is not None


def test_a_password_is_changed_only_by_its_owner_who_knows_the_old_one(world):
    facts = {"fitting": world.user("clara").password_hash, "password_hash": "x", "client": ""}
    with pytest.raises(NotAllowed):
        act(world, users.change_password, "otto", "clara", **facts)
    with pytest.raises(InvalidInput):
        act(world, users.change_password, "clara", "clara", **{**facts, "fitting": None})


def test_all_other_own_logins_end(world):
    signed_in(world, "clara", "one")
    signed_in(world, "clara", "two")
    signed_in(world, "cem", "three")
    assert act(world, users.end_other_logins, "clara", "clara", token="one") == 1
    assert (logins_of(world, "clara"), logins_of(world, "cem")) == (1, 1)


def test_the_language_is_one_we_speak(world):
    act(world, users.choose_language, "clara", "clara", locale="en")
    with pytest.raises(InvalidInput):
        act(world, users.choose_language, "clara", "clara", locale="xx")
    with pytest.raises(NotAllowed):
        act(world, users.choose_language, "otto", "clara", locale="en")
