"""The demo network has the volume that was promised, keeps every rule of the house, and says that it is made up."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from calendars.holidays import closed_days
from hub import clock
from hub.geography import find_municipality, municipalities
from hub.models.booking import OWN, Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.location import Location
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Access, Aim, Form, Freshness, Offer, OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import Programme
from hub.models.slot import Slot
from hub.models.user import Role, User
from hub.queries.invariants import list_broken
from hub.seeds import cast
from hub.seeds.people import DISTRICTS
from tests.world import AT

TODAY = clock.local_date(AT)


@pytest.fixture
def session(demo_session):
    """Give a reading transaction over the demo network."""
    return demo_session


def rows(session, table, *options):
    return list(session.scalars(select(table).options(*options).order_by(table.id)))


def months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def test_about_thirty_organisations_of_every_kind_in_two_networks(session):
    organisations = rows(session, Organisation)
    assert 28 <= len(organisations) <= 36
    assert {one.kind for one in organisations} == set(OrganisationKind)
    members = Counter(one.parent_id for one in organisations if one.parent_id)
    assert max(members.values()) >= 3  # an umbrella with clubs
    assert {one.name for one in rows(session, Programme)} == {"Resilienz-Netzwerk", "Haus der Möglichkeiten"}
    assert all(find_municipality(one.municipality_code) for one in organisations)
    houses = [place for place in rows(session, Location, selectinload(Location.rooms)) if place.house]
    assert [len(house.rooms) for house in houses] == [6]


def test_sixty_offers_of_every_form_access_and_aim(session):
    offers = rows(session, Offer)
    assert 58 <= len(offers) <= 66
    states = Counter(one.state for one in offers)
    assert states.pop(OfferState.PUBLISHED) >= 60
    assert states == {OfferState.PAUSED: 1, OfferState.REVIEW: 1}
    for wanted, found in ((Form, "form"), (Access, "access"), (Aim, "aim")):
        assert {getattr(one, found) for one in offers} == set(wanted)


def test_three_offers_show_what_becomes_of_silence_and_one_has_a_question_in_the_outbox(session):
    stale = Counter(one.freshness for one in rows(session, Offer))
    assert [stale[one] for one in (Freshness.ASKED, Freshness.FADING, Freshness.HIDDEN)] == [1, 1, 1]
    (asked,) = [one.id for one in rows(session, Offer) if one.freshness is Freshness.ASKED]
    queued = [one for one in rows(session, Notice) if one.state is NoticeState.QUEUED and one.offer_id]
    assert [(one.template, one.offer_id) for one in queued] == [("partner_confirm", asked)]


def test_every_offer_has_dates_in_the_coming_twelve_weeks_and_none_on_a_holiday(session):
    slots = rows(session, Slot)
    closed = closed_days()
    assert [slot for slot in slots if closed(clock.local_date(slot.starts_at))] == []
    coming = [slot for slot in slots if AT <= slot.starts_at < AT + timedelta(weeks=12)]
    weeks = Counter((slot.offer_id, (slot.starts_at - AT).days // 7) for slot in coming)
    weekly = {seed for seed in {slot.offer_id for slot in slots} if sum(1 for key in weeks if key[0] == seed) >= 10}
    assert {slot.offer_id for slot in coming} == {offer.id for offer in rows(session, Offer)}
    assert len(weekly) >= 55
    repentance = date(2026, 11, 18)  # a holiday in Saxony alone, on a Wednesday in these weeks
    assert closed(repentance)
    others = {slot.local_weekday for slot in coming}
    assert repentance.weekday() in others


def test_wall_times_stay_over_the_clock_change(session):
    change = date(2026, 10, 25)
    for slots in by_offer(rows(session, Slot)).values():
        before = {slot.local_minute for slot in slots if clock.local_date(slot.starts_at) < change}
        after = {slot.local_minute for slot in slots if clock.local_date(slot.starts_at) > change}
        assert before == after or not before or not after  # a course may lie on one side


def by_offer(slots):
    found: dict[int, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.offer_id, []).append(slot)
    return found


def test_a_hundred_and_twenty_participants_at_home_in_their_jobcenters_district(session):
    people = rows(session, Participant)
    assert len(people) == 120
    assert max(Counter(person.coach_id for person in people).values()) <= 15
    keys = {one.id: one.name for one in rows(session, Organisation)}
    names = {key: name for key, _kind, name, *_ in cast.ORGANISATIONS}
    for key, district in DISTRICTS.items():
        homes = {person.municipality_code for person in people if keys[person.jobcenter_id] == names[key]}
        assert homes
        assert {find_municipality(code).district for code in homes} == {district}
    assert len({one.code for one in municipalities()} & {person.municipality_code for person in people}) >= 50


def test_participations_are_between_two_and_twenty_two_months_old_but_for_those_that_end(session):
    found = rows(session, Participation)
    ended = [one for one in found if one.state is ParticipationState.ENDED]
    ending = [one for one in found if one not in ended and one.ends_on <= TODAY + timedelta(days=30)]
    assert (len(found), len(ended), len(ending)) == (120, 1, 2)
    assert all(one.ends_on < TODAY for one in ended)
    assert all(one.ends_on >= TODAY for one in ending)
    ages = [months_between(one.starts_on, TODAY) for one in found if one not in ended + ending]
    assert min(ages) >= 2
    assert max(ages) <= 22
    assert all(months_between(one.starts_on, one.ends_on + timedelta(days=1)) <= 24 for one in found)
    assert all(one.ends_on <= programme.ends_on for one in found for programme in rows(session, Programme))


def test_three_hundred_bookings_past_and_coming(session):
    bookings = rows(session, Booking)
    assert len(bookings) >= 300
    states = Counter(booking.state for booking in bookings)
    settled = {BookingState.ATTENDED, BookingState.NOT_THERE, BookingState.NOT_TAKEN_PLACE}
    assert min(states[state] for state in {BookingState.CONFIRMED, BookingState.CANCELLED, *settled}) >= 5
    assert {booking.access for booking in bookings} == {*map(str, Access), OWN}
    coming = [one for one in bookings if one.starts_at > AT and one.state is BookingState.CONFIRMED]
    assert len(coming) >= 60


def test_enquiries_and_consents_tell_every_kind_of_story(session):
    states = {one.state for one in rows(session, Enquiry)}
    told = set(EnquiryState) - {EnquiryState.EXPIRED, EnquiryState.FAILED}  # time and the coach do these
    assert states >= told
    consents = {one.state for one in rows(session, Consent)}
    assert consents >= {ConsentState.REQUESTED, ConsentState.GIVEN, ConsentState.REFUSED, ConsentState.WITHDRAWN}


def test_every_rule_of_the_house_holds(session):
    assert list_broken(session, at=AT) == []


def test_the_speaking_roles_are_those_of_the_tests(session):
    staff = {user.name for user in rows(session, User)}
    assert {seed.name for seed in cast.STAFF} <= staff
    people = {person.full_name for person in rows(session, Participant)}
    assert {f"{given} {family}" for _key, _address, given, family, *_ in cast.PERSONS} <= people


def test_everything_says_that_it_is_made_up(told_demo, session):
    users = rows(session, User, selectinload(User.memberships))
    assert all(user.demo and user.email.endswith(".invalid") for user in users)
    organisations = rows(session, Organisation)
    assert all(one.email.endswith(".invalid") for one in organisations if one.email)
    assert all("(Demo)" in one.name for one in organisations if one.kind is OrganisationKind.JOBCENTER)
    numbers = [contact["value"] for person in rows(session, Participant) for contact in person.contacts]
    assert all(" 555" in number for number in [*numbers, *(one.phone for one in organisations)])
    text = told_demo[1].text("http://127.0.0.1:8000")
    assert "all people and organisations are invented" in text
    assert {seat.role for user in users for seat in user.memberships} == set(Role)


@pytest.mark.postgres
def test_the_same_day_gives_the_same_network_on_both_databases(both_demos):
    found = []
    for database in both_demos:
        with database.reading() as session:
            found.append(told(session))
    assert found[0] == found[1]


def told(session):
    """Return who has which date in which state, without what is drawn by lot."""
    query = (
        select(Participant, Offer.title, Booking.starts_at, Booking.state, Booking.party)
        .join(Participant, Booking.participant_id == Participant.id)
        .outerjoin(Slot, Booking.slot_id == Slot.id)
        .outerjoin(Offer, Slot.offer_id == Offer.id)
    )
    found = [(row[0].full_name, row[1] or "", *row[2:]) for row in session.execute(query)]
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Slot, Consent, Enquiry)]
    return sorted(found, key=str), counts
