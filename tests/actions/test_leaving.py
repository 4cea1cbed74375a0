"""An organisation leaves (T9): nobody there gets in from the next request on, every tie ends, coaches hear first."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from hub.actions import answers, leaving
from hub.errors import NotAllowed, RuleBroken
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.duty import Duty, DutyReason
from hub.models.enquiry import EnquiryState
from hub.models.login import Login
from hub.models.notice import Link, Notice, NoticeState
from hub.models.offer import Access, OfferState
from hub.models.slot import SlotState
from hub.models.user import Membership, Role
from hub.queries.duties import list_owed
from hub.queries.invariants import list_broken
from hub.worker.deadlines import meet_deadlines
from tests.loop import (
    accepted_enquiry,
    ask,
    now,
    partner,
    person_actor,
    request_offer,
    rows,
    say,
    sent_enquiry,
    withdraw,
)
from tests.places import book, make_offer, make_slot

MINUTE = timedelta(minutes=1)


def end(world, key="clinic", *, by="nora"):
    return world.do(
        leaving.end_organisation, actor=world.actor(by), organisation=world.cast.organisations[key], at=world.at
    )


def settle(world):
    meet_deadlines(world.database, world.at + MINUTE)


def test_all_that_hung_on_it_ends(world):
    enquiry, consent = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    offer = SimpleNamespace(id=enquiry.offer_id, location_id=world.cast.locations["gym"].id)
    booking = book(world, make_slot(world, offer), world.cast.tarik, enquiry=now(world, enquiry))
    offer, slot = request_offer(world, title="Anderes")
    asked = ask(world, world.cast.tarik, offer, slot)
    end(world)
    assert now(world, consent).state is ConsentState.GIVEN, "people follow one by one"
    settle(world)
    assert now(world, consent).state is ConsentState.REVOKED
    assert now(world, asked).state is ConsentState.EXPIRED
    row = now(world, enquiry)
    assert (row.state, row.ended_by) == (EnquiryState.WITHDRAWN, "consent")
    place = now(world, booking)
    assert (place.state, place.cancelled_by) == (BookingState.CANCELLED, "programme")
    assert now(world, offer).state is OfferState.ENDED
    assert now(world, slot).state is SlotState.CALLED_OFF
    duty = rows(world, Duty)[0]
    assert duty.reason is DutyReason.REVOKED
    with world.database.reading() as session:
        assert [one.id for one in list_owed(session, world.actor("nora"))] == [duty.id], "the network asks at once"
        assert list_broken(session, at=world.at + MINUTE) == []


def test_the_coach_hears_first_and_the_partner_nothing(world):
    sent_enquiry(world)
    end(world)
    settle(world)
    told = [
        (one.template, one.user_id)
        for one in rows(world, Notice, Notice.created_at == world.at + MINUTE, Notice.state == NoticeState.QUEUED)
    ]
    assert told[0] == ("staff_news", world.user("clara").id)
    assert not [one for one in rows(world, Notice, Notice.created_at > world.at) if one.organisation_id]


def test_places_without_a_name_end_too_and_a_date_kept_for_oneself_stays(world):
    offer = make_offer(world, owner="clinic")
    anonymous = book(world, make_slot(world, offer), world.cast.heinz)
    named = make_offer(world, owner="clinic", access=Access.NAMED, field_groups=["I1"], title="Mit Namen")
    slot = make_slot(world, named)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, named, slot))
    kept = book(world, slot, world.cast.tarik)
    withdraw(world, world.cast.tarik, consent, keep_bookings=True)
    end(world)
    settle(world)
    settle(world)
    assert (now(world, anonymous).state, now(world, anonymous).cancelled_by) == (BookingState.CANCELLED, "programme")
    assert now(world, kept).state is BookingState.CONFIRMED
    assert now(world, slot).state is SlotState.PLANNED
    assert {one.state for one in rows(world, Booking)} == {BookingState.CANCELLED, BookingState.CONFIRMED}


def test_whoever_worked_there_is_out_and_links_are_dead(world):
    enquiry, _ = sent_enquiry(world)
    with world.database.transaction() as session:
        session.add(Login(token_digest="p" * 64, user_id=world.user("petra").id, created_at=world.at, seen_at=world.at))
        session.add(Login(token_digest="s" * 64, user_id=world.user("sven").id, created_at=world.at, seen_at=world.at))
        facts = {"enquiry_id": enquiry.id, "organisation_id": enquiry.organisation_id}
        dates = {"created_at": world.at, "expires_at": world.at + timedelta(days=7)}
        session.add(Link(purpose="answer_enquiry", token_digest="l" * 64, **facts, **dates))
    end(world)
    logins = {one.user_id: one.ended_at for one in rows(world, Login)}
    assert logins == {world.user("petra").id: world.at, world.user("sven").id: None}
    assert rows(world, Link)[0].expires_at == world.at
    seats = rows(world, Membership, Membership.organisation_id == world.cast.organisations["clinic"].id)
    assert {one.ended_at for one in seats} == {world.at}
    assert not world.actor("petra").partner_ids


def test_who_has_another_seat_stays_signed_in(world):
    petra = world.user("petra")
    with world.database.transaction() as session:
        club = world.cast.organisations["club"].id
        session.add(Membership(user_id=petra.id, organisation_id=club, role=Role.PARTNER, created_at=world.at))
        session.add(Login(token_digest="p" * 64, user_id=petra.id, created_at=world.at, seen_at=world.at))
    end(world)
    assert rows(world, Login)[0].ended_at is None
    assert world.actor("petra").partner_ids == {club}


def test_an_umbrella_acts_for_it_no_more(world):
    assert world.cast.organisations["club"].id in world.actor("kerstin").member_ids
    end(world, "club")
    assert world.cast.organisations["club"].id not in world.actor("kerstin").member_ids


def test_the_worker_goes_on_where_it_stopped_and_does_nothing_twice(world):
    _, first = sent_enquiry(world)
    _, second = sent_enquiry(world, person="heinz")
    end(world)
    tarik = world.cast.tarik
    with pytest.raises(NotAllowed):
        world.do(leaving.leave_person, actor=person_actor(tarik), participant_id=tarik.id, at=world.at)
    settle(world)
    before = len(rows(world, Notice))
    settle(world)
    assert {now(world, one).state for one in (first, second)} == {ConsentState.REVOKED}
    assert len(rows(world, Notice)) == before
    assert len(rows(world, Consent)) == 2


@pytest.mark.parametrize("key", ["jc_meissen", "office"])
def test_a_jobcenter_and_the_own_office_stay(world, key):
    with pytest.raises(RuleBroken):
        end(world, key)


def test_nobody_leaves_twice(world):
    end(world)
    with pytest.raises(RuleBroken):
        end(world)


def test_only_the_network_lets_somebody_leave(world, subtests):
    for key in ["clara", "frank", "lena", "petra", "sven", "kerstin", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            end(world, by=key)
