"""Signing in, exact limits, and what ends a login."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub import crypto
from hub.actions import limits, logins, users
from hub.errors import NotFound, TooManyAttempts
from hub.models.card import Card
from hub.models.log import LogEntry
from hub.models.login import Attempt, Login
from hub.policy.actor import ActorKind
from hub.queries import logins as questions
from hub.seeds.cast import PASSWORD
from tests.places import counted

CLARA = "clara@demo.invalid"
HOME = "192.0.2.1"


def sign_in(world, email=CLARA, password=PASSWORD, address=HOME, at=None, demo=True):
    """Sign in as the login page does: three transactions."""
    at = at or world.at
    tries = world.do(logins.take_tries, email=email, address=address, at=at)
    with world.database.reading() as session:
        fitting = logins.recognise(session, email=email, password=password, demo=demo)
    facts = {"email": email, "address": address, "fitting": fitting, "tries": tries, "client": "Firefox", "at": at}
    return world.do(logins.sign_in, **facts)


def who(world, token, at=None):
    """Return the actor a cookie stands for at an instant, as the pages do."""
    with world.database.reading() as session:
        found = questions.find_login(session, token)
        if found is None or not found[0].alive(at or world.at):
            return None
        return questions.find_actor_of(session, found[0], request_id="")


def logged(world, action):
    with world.database.reading() as session:
        return list(session.scalars(select(LogEntry).where(LogEntry.action == action)))


def attempts(world):
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Attempt))


def give_card(world, pin="4711", blocked=False):
    with world.database.transaction() as session:
        card = Card(
            participant_id=world.cast.tarik.id,
            code="7F2M-9QXA",
            code_digest=questions.card_digest("7F2M-9QXA"),
            pin_hash=crypto.hash_password(pin),
            issued_at=world.at,
            blocked_at=world.at if blocked else None,
        )
        session.add(card)
    return card


def enter(world, code, pin, at=None, shared=False):
    at = at or world.at
    tries = world.do(logins.take_card_tries, code=code, address=HOME, at=at)
    with world.database.reading() as session:
        fitting = logins.recognise_card(session, code=code, pin=pin)
    facts = {"code": code, "fitting": fitting, "tries": tries, "shared": shared, "client": "", "at": at}
    return world.do(logins.sign_in_card, **facts)


def test_the_right_password_opens_a_login_and_only_its_digest_is_stored(world):
    token, login = sign_in(world)
    assert len(token) >= 52
    assert login.token_digest == crypto.token_digest(token)
    assert who(world, token) == world.actor("clara")
    assert [entry.actor_ref for entry in logged(world, "login.made")] == [world.cast.clara.public_id]


def test_the_address_is_read_in_any_case_and_with_spaces(world):
    assert sign_in(world, email="  Clara@Demo.invalid ") is not None


@pytest.mark.parametrize("email", [CLARA, "nobody@demo.invalid"])
def test_a_wrong_password_and_an_unknown_account_are_refused_and_logged_alike(world, email):
    assert sign_in(world, email=email, password="wrong") is None
    (entry,) = logged(world, "login.failed")
    assert (entry.result, entry.actor_ref) == ("refused", "anonymous")
    assert attempts(world) == 3


def test_known_and_unknown_accounts_run_the_same_statements(world):
    with counted(world) as known:
        sign_in(world, password="wrong")
    with counted(world) as unknown:
        sign_in(world, email="nobody@demo.invalid", password="wrong")
    assert [one.split(" WHERE")[0] for one in unknown] == [one.split(" WHERE")[0] for one in known] != []


def test_a_disabled_account_and_one_without_password_are_refused(world):
    world.do(users.disable_user, actor=world.actor("otto"), user=world.user("clara"), at=world.at)
    assert sign_in(world, email="cem@demo.invalid") is not None
    with world.database.transaction() as session:
        session.merge(world.user("clara")).disabled_at = world.at
        session.merge(world.user("cem")).password_hash = None
    assert sign_in(world) is None
    assert sign_in(world, email="cem@demo.invalid") is None
    assert sign_in(world, email="cem@demo.invalid", password="") is None


def test_accounts_of_the_demo_stay_out_where_they_are_not_allowed(world):
    assert sign_in(world, demo=False) is None


def test_a_password_changed_between_check_and_sign_in_does_not_open(world):
    tries = world.do(logins.take_tries, email=CLARA, address=HOME, at=world.at)
    facts = {"email": CLARA, "address": HOME, "tries": tries, "client": "", "at": world.at}
    assert world.do(logins.sign_in, fitting="an older hash", **facts) is None


def test_the_sixth_try_from_one_place_is_refused_even_with_the_right_password(world):
    for _ in range(5):
        sign_in(world, password="wrong")
    with pytest.raises(TooManyAttempts) as refused:
        sign_in(world)
    assert refused.value.minutes == 15
    assert sign_in(world, at=world.at + timedelta(minutes=15)) is not None


def test_tries_refused_by_the_limit_do_not_keep_it_shut(world):
    for _ in range(5):
        sign_in(world, password="wrong")
    for minutes in range(1, 15):
        with pytest.raises(TooManyAttempts):
            sign_in(world, at=world.at + timedelta(minutes=minutes))
    assert sign_in(world, at=world.at + timedelta(minutes=15)) is not None


def test_one_place_cannot_lock_an_account_for_others(world):
    for _ in range(5):
        sign_in(world, password="wrong", address="203.0.113.66")
    for _ in range(30):
        with pytest.raises(TooManyAttempts):
            sign_in(world, password="wrong", address="203.0.113.66")
    assert sign_in(world) is not None


def test_many_places_meet_the_limit_of_the_account(world):
    for number in range(20):
        sign_in(world, password="wrong", address=f"203.0.113.{number}")
    with pytest.raises(TooManyAttempts):
        sign_in(world, address="203.0.113.99")


def test_one_place_meets_a_generous_limit_over_all_accounts(world):
    for number in range(limits.LIMITS["login.client"].tries):
        world.do(logins.take_tries, email=f"n{number}@demo.invalid", address=HOME, at=world.at)
    with pytest.raises(TooManyAttempts):
        sign_in(world)
    assert sign_in(world, address="192.0.2.2") is not None


def test_a_success_forgets_the_failures_from_here(world):
    for _ in range(4):
        sign_in(world, password="wrong")
    assert sign_in(world) is not None
    for _ in range(4):
        sign_in(world, password="wrong")
    assert sign_in(world) is not None


def test_tries_at_the_same_moment_cannot_slip_past_the_limit(world):
    def one_try(_number):
        try:
            return world.database.run(lambda session: limits.take_try(session, "pin", "card", world.at)) is not None
        except TooManyAttempts:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one_try, range(24))) == limits.LIMITS["pin"].tries


def test_nothing_that_was_tried_stands_in_the_database(world):
    sign_in(world, email="secret@demo.invalid", password="wrong")
    with world.database.reading() as session:
        for attempt in session.scalars(select(Attempt)):
            assert "secret" not in attempt.key_digest
            assert HOME not in attempt.key_digest


def test_old_tries_are_forgotten(world):
    sign_in(world, password="wrong")
    world.do(limits.forget_old, at=world.at + timedelta(minutes=10))
    assert attempts(world) == 3
    world.do(limits.forget_old, at=world.at + timedelta(hours=2))
    assert attempts(world) == 0


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (30, False)])
def test_a_login_idles_out(world, minutes, alive):
    token, _ = sign_in(world)
    assert (who(world, token, world.at + timedelta(minutes=minutes)) is not None) is alive


def test_a_login_ends_after_twelve_hours_whatever_happens(world):
    token, login = sign_in(world)
    late = world.at + timedelta(hours=11, minutes=59)
    world.do(questions.note_seen, login_id=login.id, at=late)
    assert who(world, token, late) is not None
    assert who(world, token, world.at + timedelta(hours=12)) is None


def test_signing_out_ends_the_login_once(world):
    token, _ = sign_in(world)
    for _ in range(2):
        world.do(logins.sign_out, actor=world.actor("clara"), token=token, at=world.at)
    assert who(world, token) is None
    assert len(logged(world, "login.ended")) == 1


def test_own_logins_are_listed_and_ended_and_nobody_elses(world):
    token, login = sign_in(world)
    sign_in(world, email="cem@demo.invalid")
    with world.database.reading() as session:
        listed = questions.list_own_logins(session, world.actor("clara"), at=world.at)
    assert [one.public_id for one in listed] == [login.public_id]
    with pytest.raises(NotFound):
        world.do(logins.end_own_login, actor=world.actor("cem"), public_id=login.public_id, at=world.at)
    world.do(logins.end_own_login, actor=world.actor("clara"), public_id=login.public_id, at=world.at)
    assert who(world, token) is None


def test_a_card_opens_with_its_pin_however_the_code_is_typed(world):
    card = give_card(world)
    token, login = enter(world, "7f2m 9qxa", "4711", shared=True)
    actor = who(world, token)
    assert (actor.kind, actor.participant_id, actor.card_id) == (ActorKind.PERSON, world.cast.tarik.id, card.id)
    assert actor.seats == ()
    assert actor.programme_ids == frozenset()
    assert login.shared
    assert who(world, token, world.at + timedelta(minutes=5)) is None


def test_a_wrong_pin_an_unknown_code_and_a_blocked_card_are_refused(world):
    give_card(world, blocked=True)
    assert enter(world, "7F2M-9QXA", "4711") is None
    assert enter(world, "XXXX", "4711") is None
    with world.database.transaction() as session:
        session.scalars(select(Card)).one().blocked_at = None
    assert enter(world, "7F2M-9QXA", "0000") is None
    assert enter(world, "7F2M-9QXA", "4711") is not None


def test_blocking_a_card_ends_what_it_opened(world):
    give_card(world)
    token, _ = enter(world, "7F2M-9QXA", "4711")
    with world.database.transaction() as session:
        session.scalars(select(Card)).one().blocked_at = world.at
    assert who(world, token) is None


def test_five_wrong_pins_shut_the_card_for_a_quarter_of_an_hour(world):
    give_card(world)
    for _ in range(5):
        enter(world, "7F2M-9QXA", "0000")
    with pytest.raises(TooManyAttempts):
        enter(world, "7F2M-9QXA", "4711")
    assert enter(world, "7F2M-9QXA", "4711", at=world.at + timedelta(minutes=15)) is not None


def test_no_token_stands_in_the_database(world):
    token, _ = sign_in(world)
    with world.database.reading() as session:
        assert session.scalar(select(Login).where(Login.token_digest == token)) is None
