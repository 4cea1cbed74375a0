"""Dates a partner sees, and who comes: names only while all four conditions hold."""

from datetime import timedelta

import pytest

from hub.actions.answers import NOTICE_VERSION
from hub.errors import NotFound
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Acknowledgement, Enquiry, EnquiryState
from hub.models.offer import Access, OfferState
from hub.queries.attendees import list_attendees
from hub.queries.slots import get_own_slot, get_slot, list_next_slots, list_week
from tests.places import book, counted, give_consent, make_offer, make_people, make_slot

NAMED = ("I0", "G1", "B1", "I1")


def named_slot(world, *people, owner="club"):
    offer = make_offer(world, access=Access.NAMED, owner=owner, field_groups=list(NAMED))
    slot = make_slot(world, offer, places=60)
    for person in people:
        give_consent(world, person, offer, groups=NAMED)
        book(world, slot, person)
    return slot


def acknowledge(world, key, version=NOTICE_VERSION):
    with world.database.transaction() as session:
        for enquiry in session.query(Enquiry):
            user_id = world.user(key).id
            session.add(Acknowledgement(enquiry_id=enquiry.id, user_id=user_id, notice_version=version, at=world.at))


def attendees(world, slot, who):
    with world.database.reading() as session:
        own = get_own_slot(session, world.actor(who), slot.public_id)
        return list_attendees(session, world.actor(who), own, notice_version=NOTICE_VERSION, at=world.at)


def names(world, slot, who):
    return [one.person.name["given"] for one in attendees(world, slot, who) if one.person]


def test_a_name_opens_only_for_the_one_who_confirmed_the_purpose_notice(world):
    slot = named_slot(world, world.cast.tarik)
    assert names(world, slot, "sven") == []
    assert [one.may_open for one in attendees(world, slot, "sven")] == [True]
    acknowledge(world, "sven", version="older words")
    acknowledge(world, "kerstin")
    assert names(world, slot, "sven") == []
    acknowledge(world, "sven")
    assert names(world, slot, "sven") == ["Tarik"]


def test_a_yes_that_was_taken_back_and_given_again_wants_the_notice_anew(world):
    slot = named_slot(world, world.cast.tarik)
    acknowledge(world, "sven")
    with world.database.transaction() as session:
        for enquiry in session.query(Enquiry):
            enquiry.answered_at = world.at + timedelta(minutes=5)
    assert names(world, slot, "sven") == []
    assert [one.may_open for one in attendees(world, slot, "sven")] == [True]
    world.at += timedelta(minutes=6)
    acknowledge(world, "sven")
    assert names(world, slot, "sven") == ["Tarik"]


def test_the_umbrella_reads_the_place_code_and_never_a_name(world):
    slot = named_slot(world, world.cast.tarik)
    acknowledge(world, "kerstin")
    found = attendees(world, slot, "kerstin")
    assert [(one.person, one.may_open) for one in found] == [(None, False)]
    assert found[0].booking.code


def test_a_name_is_gone_with_the_consent(world):
    slot = named_slot(world, world.cast.tarik)
    acknowledge(world, "sven")
    with world.database.transaction() as session:
        for consent in session.query(Consent):
            consent.state, consent.ended_at = ConsentState.WITHDRAWN, world.at
    assert names(world, slot, "sven") == []
    assert [one.may_open for one in attendees(world, slot, "sven")] == [False]


def test_a_name_is_gone_with_the_enquiry(world):
    slot = named_slot(world, world.cast.tarik)
    acknowledge(world, "sven")
    with world.database.transaction() as session:
        for enquiry in session.query(Enquiry):
            enquiry.state = EnquiryState.COMPLETED
    assert names(world, slot, "sven") == []


def test_places_without_names_show_their_code_only(world):
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    found = attendees(world, slot, "sven")
    assert [(one.booking.code, one.enquiry, one.person) for one in found] == [(booking.code, None, None)]


def test_who_comes_takes_two_statements_however_many_come(world):
    counts = []
    for people in (1, 30):
        slot = named_slot(world, *make_people(world, people))
        acknowledge(world, "sven")
        actor = world.actor("sven")
        with world.database.reading() as session:
            own = get_own_slot(session, actor, slot.public_id)
            with counted(world) as seen:
                found = list_attendees(session, actor, own, notice_version=NOTICE_VERSION, at=world.at)
            assert sum(one.person is not None for one in found) == people
        counts.append(len(seen))
    assert counts == [2, 2]


@pytest.mark.parametrize(("who", "sees"), [("sven", True), ("kerstin", True), ("petra", False), ("clara", False)])
def test_an_own_date_is_for_those_who_act_for_the_club(world, who, sees):
    slot = make_slot(world, make_offer(world))
    with world.database.reading() as session:
        if sees:
            assert get_own_slot(session, world.actor(who), slot.public_id).id == slot.id
        else:
            with pytest.raises(NotFound):
                get_own_slot(session, world.actor(who), slot.public_id)


def test_a_published_date_is_for_coaches_and_a_draft_is_not(world):
    published = make_slot(world, make_offer(world))
    draft = make_slot(world, make_offer(world, state=OfferState.DRAFT))
    with world.database.reading() as session:
        found = get_slot(session, world.actor("clara"), published.public_id)
        assert (found.offer.organisation.name, found.free) == ("SV Elbaue Coswig", 3)
        with pytest.raises(NotFound):
            get_slot(session, world.actor("clara"), draft.public_id)


def test_next_dates_come_in_order_and_only_those_that_take_place(world):
    offer = make_offer(world)
    late = make_slot(world, offer, starts_at=world.at + timedelta(days=9))
    soon = make_slot(world, offer, starts_at=world.at + timedelta(days=2))
    make_slot(world, offer, starts_at=world.at - timedelta(days=2))
    make_slot(world, offer, starts_at=world.at + timedelta(days=3), state="called_off")
    with world.database.reading() as session:
        assert [one.id for one in list_next_slots(session, offer, at=world.at, limit=5)] == [soon.id, late.id]
        assert [one.id for one in list_next_slots(session, offer, at=world.at, limit=1)] == [soon.id]


def test_a_week_begins_and_ends_at_local_midnight(world):
    offer, monday = make_offer(world), world.at.date()
    midnight = world.at.replace(hour=22, minute=0) - timedelta(days=1)  # 0:00 in Meißen
    inside = [
        make_slot(world, offer, starts_at=midnight),
        make_slot(world, offer, starts_at=midnight + timedelta(hours=167)),
    ]
    for starts_at in (midnight - timedelta(hours=1), midnight + timedelta(days=7)):
        make_slot(world, offer, starts_at=starts_at)
    with world.database.reading() as session:
        assert [one.id for one in list_week(session, world.actor("sven"), monday)] == [one.id for one in inside]
        assert list_week(session, world.actor("petra"), monday) == []
