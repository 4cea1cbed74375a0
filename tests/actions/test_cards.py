"""The card: one in force, blocked at once, and a PIN that only its person sets."""

import pytest
from sqlalchemy.orm import Session

from hub import crypto
from hub.actions.cards import block_card, issue_card, set_pin
from hub.errors import InvalidInput, NotAllowed, NotFound, StepNotPossible
from hub.models.card import Card
from hub.models.log import LogEntry
from hub.models.participant import Participant
from hub.policy.actor import Actor, ActorKind
from hub.queries.cards import STARTING, find_open_card, grouped, start_number, start_number_works
from hub.queries.participants import get_participant
from tests.places import all_rows
from tests.world import World


def issue(world: World, *, by: str = "clara") -> Card:
    actor = world.actor(by)

    def unit(session: Session) -> Card:
        return issue_card(session, actor=actor, participant=_tarik(session, world), at=world.at)

    return world.database.run(unit)


def _tarik(session: Session, world: World) -> Participant:
    return session.get_one(Participant, world.cast.tarik.id)


def pin(world: World, card: Card, digits: str, *, actor: Actor | None = None, witness: Actor | None = None) -> None:
    who = actor or Actor(ActorKind.PERSON, card.public_id, participant_id=card.participant_id)

    def unit(session: Session) -> None:
        row = find_open_card(session, card.code)
        assert row is not None
        set_pin(session, actor=who, card=row, pin=digits, at=world.at, witness=witness)

    world.database.run(unit)


def test_a_code_is_readable_random_and_stored_sealed(world: World) -> None:
    card = issue(world)
    assert len(card.code) == 12
    assert set(card.code) <= set(crypto.ALPHABET)
    with world.database.reading() as session:
        typed = grouped(card.code).replace("-", " ")
        found = find_open_card(session, typed)
        raw = session.connection().exec_driver_sql("SELECT code, code_digest FROM cards").one()
    assert found is not None
    assert found.id == card.id
    assert card.code not in str(raw)


def test_a_new_card_makes_the_old_one_worthless(world: World) -> None:
    old, new = issue(world), issue(world)
    with world.database.reading() as session:
        assert find_open_card(session, old.code) is None
        assert find_open_card(session, new.code) is not None


def test_a_blocked_card_opens_nothing(world: World) -> None:
    card, clara = issue(world), world.actor("clara")
    with world.database.transaction() as session:
        block_card(session, actor=clara, participant=_tarik(session, world), at=world.at)
        assert find_open_card(session, card.code) is None
        with pytest.raises(StepNotPossible):
            block_card(session, actor=clara, participant=_tarik(session, world), at=world.at)


def test_only_who_looks_after_the_person_issues_a_card(world: World, subtests: pytest.Subtests) -> None:
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            issue(world, by=key)


def test_only_the_person_sets_the_pin(world: World) -> None:
    card, clara = issue(world), world.actor("clara")
    with pytest.raises(NotAllowed):
        pin(world, card, "4711", actor=clara)
    pin(world, card, "4711", witness=clara)
    row = all_rows(world, Card)[0]
    assert crypto.verify_password(row.pin_hash, "4711")
    assert [(e.action, e.actor_ref) for e in all_rows(world, LogEntry)][1:] == [
        ("card.handed_over", clara.ref),
        ("card.pin_set", card.public_id),
    ]


@pytest.mark.parametrize("digits", ["", "123", "123456789", "abcd", "1234", "9876", "1111", "４７１１"])
def test_a_pin_has_four_to_eight_digits_and_is_no_first_guess(world: World, digits: str) -> None:
    card = issue(world)
    with pytest.raises(InvalidInput):
        pin(world, card, digits)


def test_the_start_number_works_one_day_and_only_for_the_first_pin(world: World) -> None:
    card = issue(world)
    assert start_number(card).isdigit()
    assert len(start_number(card)) == 6
    assert start_number_works(card, world.at + STARTING - STARTING / 100)
    assert not start_number_works(card, world.at + STARTING)
    pin(world, card, "4711")
    assert not start_number_works(all_rows(world, Card)[0], world.at)


def test_a_card_is_found_through_the_scope_only(world: World) -> None:
    issue(world)
    with world.database.reading() as session, pytest.raises(NotFound):
        get_participant(session, world.actor("cem"), world.cast.tarik.public_id, at=world.at)
