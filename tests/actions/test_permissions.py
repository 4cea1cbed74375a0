"""What a person allows once for everything: ways to be reached (E6), to be counted (E7); theirs alone to change."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from hub.actions import permissions, withdrawals
from hub.actions.notices import TABLE, Facts, Telling, the_person
from hub.errors import InvalidInput, NotAllowed
from hub.models.consent import Consent, ConsentEvent, ConsentState, MessageChannel, MessagePurpose, Scope
from hub.models.notice import Channel, Notice
from hub.models.participant import Participant
from hub.queries.consents import get_consent
from hub.queries.participants import get_participant
from hub.queries.permissions import WAYS, channels_of, find_channel, list_choices, list_own
from hub.queries.person_news import CHANGE
from hub.queries.person_notices import WAY_CLOSED, why_not
from hub.worker.letters import prepare_letter
from tests.loop import now, person_actor, rows, withdraw

S = ConsentState


@pytest.fixture(autouse=True)
def at_home(world):
    """Tarik has a telephone and a letter box, and no e-mail."""
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).home_address = {"street": "Neugasse 5", "town": "Meißen"}


def allow(world, verb, *, by=None, **more):
    actor, clara = by or person_actor(world.cast.tarik), world.actor("clara")

    def unit(session):
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        return verb(session, actor=actor, participant=person, locale="de", at=world.at, **more)

    return world.database.run(unit)


def messages(world, channels=None, **more):
    return allow(world, permissions.allow_messages, channels=channels or {"changes": "phone"}, **more)


def channel(world, purpose):
    with world.database.reading() as session:
        return find_channel(session, participant_id=world.cast.tarik.id, purpose=purpose, at=world.at)


def test_each_purpose_has_a_way_of_its_own_or_none(world):
    consent = messages(world, {"changes": "phone", "questions": "letter"})
    assert [channel(world, purpose) for purpose in MessagePurpose] == [Channel.CALL, None, Channel.PRINT]
    assert (consent.scope, consent.state, consent.detail) == (Scope.MESSAGES, S.GIVEN, "")
    assert "anrufen" in consent.notice_text
    assert consent.withdrawal_code


def test_a_change_is_a_new_record_that_ends_the_one_before(world):
    first = messages(world)
    second = messages(world, {"reminders": "letter"})
    assert (now(world, first).state, now(world, second).state) == (S.WITHDRAWN, S.GIVEN)
    assert second.previous_id == first.id
    assert now(world, first).notice_text == first.notice_text, "the old words stay readable"
    assert [channel(world, purpose) for purpose in MessagePurpose] == [None, Channel.PRINT, None]
    assert len(rows(world, ConsentEvent)) == 5


@pytest.mark.parametrize("wrong", [{"changes": "email"}, {"changes": "pigeon"}, {"news": "phone"}])
def test_only_ways_the_person_has_and_purposes_there_are(world, wrong):
    with pytest.raises(InvalidInput):
        messages(world, wrong)
    with pytest.raises(InvalidInput):
        allow(world, permissions.allow_messages, channels={})
    assert rows(world, Consent) == []


def test_nobody_allows_it_for_the_person(world, subtests):
    for key in ["clara", "cem", "petra", "sven", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            for verb, more in (
                (permissions.allow_messages, {"channels": {"changes": "phone"}}),
                (permissions.allow_evaluation, {}),
            ):
                with pytest.raises(NotAllowed):
                    allow(world, verb, by=world.actor(key), **more)
            with pytest.raises(NotAllowed):
                messages(world, by=person_actor(world.cast.heinz))


def test_taken_back_every_way_is_closed_at_once_and_the_other_stays(world):
    consent = messages(world, {"changes": "phone", "reminders": "letter"})
    counted, tarik = allow(world, permissions.allow_evaluation), world.cast.tarik.id
    withdraw(world, world.cast.tarik, consent)
    assert [channel(world, purpose) for purpose in MessagePurpose] == [None] * 3
    with world.database.reading() as session:
        assert list_choices(session, [tarik], at=world.at) == {}
        assert set(list_own(session, world.cast.tarik.id, at=world.at)) == {Scope.EVALUATION}
    withdraw(world, world.cast.tarik, counted)
    assert now(world, counted).state is S.WITHDRAWN


def test_after_its_last_day_no_way_is_open(world):
    consent = messages(world)
    with world.database.reading() as session:
        found = {"participant_id": world.cast.tarik.id, "at": consent.valid_until}
        assert find_channel(session, purpose="changes", **found) is None
        just_before = found | {"at": consent.valid_until - timedelta(seconds=1)}
        assert find_channel(session, purpose="changes", **just_before) is Channel.CALL


def test_whoever_looks_after_the_person_takes_it_back_for_them(world):
    consent, clara = messages(world), world.actor("clara")

    def unit(session):
        found = get_consent(session, clara, consent.public_id, at=world.at)
        withdrawals.withdraw_consent(session, actor=clara, consent=found, at=world.at)

    world.database.run(unit)
    assert now(world, consent).state is S.WITHDRAWN


def test_the_guard_asks_for_purpose_and_way(world):
    """Every purpose × way: what was chosen for one purpose opens nothing for another, nor another way."""
    chosen = {"changes": "phone", "questions": "letter"}
    messages(world, chosen)
    allowed = {(purpose, WAYS[way]) for purpose, way in chosen.items()}
    known = {"participant_id": world.cast.tarik.id, "next_at": world.at, "created_at": world.at, "template": CHANGE}
    with world.database.transaction() as session:
        notices = [Notice(purpose=purpose, channel=way, **known) for purpose, way in product(MessagePurpose, Channel)]
        session.add_all(notices)
        session.flush()
        for one in notices:
            open_way = why_not(session, one, at=world.at) not in WAY_CLOSED
            assert open_way == ((one.purpose, one.channel) in allowed), (one.purpose, one.channel)


def test_when_to_be_reminded_is_part_of_the_words(world):
    consent = messages(world, {"reminders": "phone", "when": "morning"})
    assert consent.content == {"reminders": "phone", "when": "morning"}
    assert "anrufen, am selben Morgen" in consent.notice_text
    consent = messages(world, {"changes": "phone", "when": "morning"})
    assert consent.content == {"changes": "phone"}, "without a reminder there is no when"
    consent = messages(world, {"reminders": "letter"})
    assert consent.content == {"reminders": "letter", "when": "day_before"}
    assert "Brief, einige Tage davor" in consent.notice_text
    with pytest.raises(InvalidInput):
        messages(world, {"reminders": "phone", "when": "at_night"})


def test_a_number_the_coach_may_not_use_is_no_way(world):
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        person.contacts = [{"kind": "email", "value": "t@post.example", "allowed_for": ["partner"]}]
        assert channels_of(person, messages=True) == [MessageChannel.LETTER]


def test_a_notice_to_a_person_leaves_only_under_their_own_yes(world, app):
    with world.database.transaction() as session:
        known = {"participant_id": world.cast.tarik.id, "next_at": world.at, "created_at": world.at}
        mail = Notice(template="person_change", channel=Channel.EMAIL, purpose="changes", **known)
        session.add(mail)
        session.flush()
        assert prepare_letter(session, mail, app.extensions["config"], at=world.at) == "no_consent"


def test_no_event_writes_to_a_person_without_a_purpose(world):
    """Every recipient there is: only three events reach a person, and none without saying what for."""
    person = world.cast.tarik
    facts = Facts(participant=person, people=[person], organisation_id=world.cast.club.id, staff_ids=frozenset({1}))
    written = [one for recipients in TABLE.values() for find, _ in recipients for one in find(facts)]
    assert written
    assert not any("participant_id" in one for one in written)
    facts = replace(facts, telling=Telling("changes", Channel.EMAIL, "moved:1:1"))
    told = {event for event, recipients in TABLE.items() for find, _ in recipients if find is the_person}
    assert told == {"person.date_changed", "person.date_ahead", "person.asked"}
    assert [one["purpose"] for one in the_person(facts)] == ["changes"]
