"""Booking, moving and giving back a place: the rules with their reasons, and what follows in the same transaction."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub.actions import bookings as verbs
from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.errors import (
    ConsentMissing,
    NotAllowed,
    NotFound,
    PersonElsewhere,
    RuleBroken,
    SlotFull,
    SomebodyWasFaster,
    StepNotPossible,
)
from hub.models.booking import Booking, BookingState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access, OfferProgramme, OfferState
from hub.models.participant import Participant
from hub.models.slot import Pool, Slot, SlotState
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import Actor, ActorKind
from hub.queries.bookings import get_booking
from hub.queries.places import give_back_places
from hub.queries.slots import get_slot
from hub.queries.states import move
from tests.places import all_rows, book, give_consent, make_offer, make_people, make_slot
from tests.world import World

GROUPS = ("I0", "I1", "G1", "B1")


def person_actor(person: Participant) -> Actor:
    return Actor(ActorKind.PERSON, "card", participant_id=person.id)


def cancel(world: World, booking: Booking, *, by: str = "coach", actor: Actor | None = None, at: Any = None) -> None:
    who = actor or world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, who, booking.public_id, at=world.at)
        cancel_booking(session, actor=who, booking=row, by=by, at=at or world.at)


def reschedule(world: World, booking: Booking, slot: Slot) -> None:
    clara = world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, clara, booking.public_id, at=world.at)
        target = get_slot(session, clara, slot.public_id)
        reschedule_booking(session, actor=clara, booking=row, slot=target, at=world.at)


def book_row(world: World, slot: Slot, *, by: str) -> Booking:
    """Book with rows as they were read before, past the scopes."""
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        return verbs.book_slot(session, actor=world.actor(by), slot=slot, participant=person, at=world.at)


def actions_of(world: World) -> list[str]:
    return [entry.action for entry in all_rows(world, LogEntry)]


def free(world: World) -> int:
    return sum(pool.places - pool.taken for pool in all_rows(world, Pool))


def test_a_place_without_a_name_has_a_code_and_no_enquiry(world: World) -> None:
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    word, number = (booking.code or "").split(" ")
    assert word.isalpha()
    assert 10 <= int(number) <= 99
    assert (booking.state, booking.enquiry_id, booking.made_by) == (BookingState.CONFIRMED, None, "coach")
    assert all_rows(world, Pool)[0].taken == 1
    assert actions_of(world) == ["booking.made"]
    assert [notice.template for notice in all_rows(world, Notice)] == ["partner_news"]


def test_booking_raises_the_feeds_of_person_coach_and_organisation(world: World) -> None:
    owners: Iterable[dict[str, Any]] = (
        {"kind": FeedKind.PARTICIPANT, "participant_id": world.cast.tarik.id},
        {"kind": FeedKind.COACH, "user_id": world.user("clara").id},
        {"kind": FeedKind.ORGANISATION, "user_id": world.user("sven").id, "organisation_id": world.cast.club.id},
        {"kind": FeedKind.PARTICIPANT, "participant_id": world.cast.heinz.id},
    )
    with world.database.transaction() as session:
        for n, owner in enumerate(owners):
            session.add(Subscription(token_digest=f"{n:064}", name="Telefon", created_at=world.at, **owner))
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    assert [feed.revision for feed in all_rows(world, Subscription)] == [2, 2, 2, 1]


def test_a_full_slot_refuses_a_booking(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=1)
    book(world, slot, world.cast.tarik)
    with pytest.raises(SlotFull):
        book(world, slot, world.cast.heinz)


def test_two_places_are_taken_or_none(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=3)
    book(world, slot, world.cast.tarik, party=2)
    with pytest.raises(SlotFull):
        book(world, slot, world.cast.heinz, party=2)
    assert free(world) == 1


@pytest.mark.parametrize("party", [0, 7])
def test_a_party_has_one_to_six_people(world: World, party: int) -> None:
    slot = make_slot(world, make_offer(world), places=20)
    with pytest.raises(RuleBroken, match="So viele"):
        book(world, slot, world.cast.tarik, party=party)


@pytest.mark.parametrize(
    ("offer", "days", "reason"),
    [
        ({}, -1, "schon begonnen"),
        ({"state": OfferState.PAUSED}, 3, "nimmt gerade niemanden"),
        ({"notice_minutes": 4 * 24 * 60}, 3, "nur am Telefon"),
        ({"window_days": 2}, 3, "öffnet erst"),
        ({"women_only": True}, 3, "nur für Frauen"),
        ({"youngest": 50}, 3, "ab {age} Jahren"),
        ({"oldest": 30}, 3, "bis {age} Jahre"),
        ({}, 401, "läuft die Teilnahme nicht"),
    ],
)
def test_a_date_that_does_not_fit_is_refused_with_its_reason(
    world: World, offer: dict[str, Any], days: int, reason: str
) -> None:
    facts = {"window_days": 500, "owner": "club"} | offer
    state = facts.pop("state", OfferState.PUBLISHED)
    made = make_offer(world, **facts)
    slot = make_slot(world, made, starts_at=world.at + timedelta(days=days))
    unit = _booking_of(world, slot, made.id, state)
    with pytest.raises(RuleBroken) as caught:
        world.database.run(unit)
    assert reason in caught.value.message.text
    assert all_rows(world, Booking) == []


def _booking_of(world: World, slot: Slot, offer_id: int, state: OfferState) -> Any:
    """Book with an offer whose state changed after the page was rendered."""
    clara = world.actor("clara")

    def unit(session: Session) -> Booking:
        found = get_slot(session, clara, slot.public_id)
        found.offer.state = state
        person = session.get_one(Participant, world.cast.tarik.id)
        return verbs.book_slot(session, actor=clara, slot=found, participant=person, at=world.at)

    return unit


def test_at_the_very_end_of_the_notice_one_can_still_book(world: World) -> None:
    slot = make_slot(world, make_offer(world, notice_minutes=3 * 24 * 60), starts_at=world.at + timedelta(days=3))
    assert book(world, slot, world.cast.tarik).state is BookingState.CONFIRMED


def test_the_last_day_of_the_participation_is_still_fine(world: World) -> None:
    slot = make_slot(world, make_offer(world, window_days=500), starts_at=world.at + timedelta(days=400))
    assert book(world, slot, world.cast.tarik).state is BookingState.CONFIRMED


def test_a_called_off_date_is_refused_even_when_the_page_still_showed_it(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    clara = world.actor("clara")
    with world.database.transaction() as session:
        stale = get_slot(session, clara, slot.public_id)
    with world.database.transaction() as session:
        move(session, session.get_one(Slot, slot.id), SlotState.CALLED_OFF, at=world.at)
    with pytest.raises(RuleBroken, match="fällt aus"):
        book_row(world, stale, by="clara")


def test_dates_that_touch_do_not_overlap(world: World) -> None:
    offer, start = make_offer(world), world.at + timedelta(days=3)
    book(world, make_slot(world, offer, starts_at=start), world.cast.tarik)
    book(world, make_slot(world, offer, starts_at=start + timedelta(hours=1)), world.cast.tarik)
    with pytest.raises(PersonElsewhere):
        book(world, make_slot(world, offer, starts_at=start + timedelta(minutes=59)), world.cast.tarik)


def test_an_offer_of_another_network_does_not_exist_for_the_person(world: World) -> None:
    offer = make_offer(world, public=False, owner="jc_bautzen")
    slot = make_slot(world, offer)
    with pytest.raises(NotFound):
        book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        session.add(OfferProgramme(offer_id=offer.id, programme_id=world.cast.resilience.id))
    assert book(world, slot, world.cast.tarik).id


def test_places_kept_for_another_network_are_not_taken(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=0)
    with world.database.transaction() as session:
        session.add(Pool(slot_id=slot.id, kept=True, programme_id=world.cast.house.id, places=5))
    with pytest.raises(SlotFull):
        book(world, slot, world.cast.tarik)


def test_a_drop_in_date_without_a_number_of_places_takes_none(world: World) -> None:
    slot = make_slot(world, make_offer(world, access=Access.OPEN, places=0), places=0)
    assert [book(world, slot, person).pool_id for person in make_people(world, 3)] == [None] * 3


def test_the_same_form_for_somebody_else_is_refused(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    first = book(world, slot, world.cast.tarik, idempotency_key="k")
    assert book(world, slot, world.cast.tarik, idempotency_key="k").id == first.id
    with pytest.raises(RuleBroken, match="schon abgeschickt"):
        book(world, slot, world.cast.heinz, idempotency_key="k")


def test_nobody_but_the_coach_books_for_a_person(world: World, subtests: pytest.Subtests) -> None:
    slot = make_slot(world, make_offer(world))
    for key in ["frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred", "cem"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            book_row(world, slot, by=key)


def test_a_place_with_a_name_needs_the_consent(world: World) -> None:
    slot = make_slot(world, make_offer(world, access=Access.NAMED))
    with pytest.raises(ConsentMissing):
        book(world, slot, world.cast.tarik)
    assert all_rows(world, Enquiry) == []
    assert free(world) == 3


def test_a_place_with_a_name_makes_a_running_enquiry_and_a_second_date_asks_nothing_again(world: World) -> None:
    offer = make_offer(world, access=Access.NAMED)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    first = book(world, make_slot(world, offer), world.cast.tarik)
    second = book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=9)), world.cast.tarik)
    assert first.enquiry_id == second.enquiry_id
    assert [enquiry.state for enquiry in all_rows(world, Enquiry)] == [EnquiryState.RUNNING]
    cancel(world, first)
    assert all_rows(world, Enquiry)[0].state is EnquiryState.RUNNING
    cancel(world, second)
    assert all_rows(world, Enquiry)[0].state is EnquiryState.ACCEPTED


def test_a_date_after_the_end_of_the_consent_is_refused(world: World) -> None:
    offer = make_offer(world, access=Access.NAMED)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS, days=5)
    book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=5)), world.cast.tarik)
    with pytest.raises(RuleBroken, match="erneuern"):
        book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=6)), world.cast.tarik)


def test_where_the_partner_says_yes_first_there_is_no_place_before(world: World) -> None:
    offer = make_offer(world, access=Access.REQUEST)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    with pytest.raises(RuleBroken, match="Anfrage"):
        book(world, make_slot(world, offer), world.cast.tarik)


def test_a_place_given_back_is_free_and_the_code_is_never_given_again(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=1)
    first = book(world, slot, world.cast.tarik)
    cancel(world, first)
    assert free(world) == 1
    again = book(world, slot, world.cast.tarik)
    assert again.id != first.id
    assert again.code != first.code
    row = all_rows(world, Booking)[0]
    assert (row.state, row.cancelled_by, row.sequence) == (BookingState.CANCELLED, "coach", 1)


def test_until_the_deadline_the_person_cancels_and_later_hears_the_telephone_number(world: World) -> None:
    slot = make_slot(world, make_offer(world), starts_at=world.at + timedelta(days=2))
    booking, tarik = book(world, slot, world.cast.tarik), person_actor(world.cast.tarik)
    late = slot.starts_at - timedelta(hours=24) + timedelta(seconds=1)
    with pytest.raises(RuleBroken) as caught:
        cancel(world, booking, by="person", actor=tarik, at=late)
    assert "03523 555 0140" in caught.value.message.render("de")
    cancel(world, booking, by="person", actor=tarik, at=slot.starts_at - timedelta(hours=24))
    assert {notice.template for notice in all_rows(world, Notice)} == {"partner_news", "staff_news"}


def test_a_coach_cancels_after_the_deadline_but_not_when_it_is_over(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    with pytest.raises(StepNotPossible):
        cancel(world, booking, at=slot.ends_at)
    cancel(world, booking, at=slot.starts_at)


def test_nobody_cancels_what_belongs_to_somebody_else(world: World) -> None:
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    for stranger in (world.actor("cem"), world.actor("sven"), world.actor("fred"), person_actor(world.cast.heinz)):
        with pytest.raises(NotFound):
            cancel(world, booking, actor=stranger)
    with world.database.transaction() as session:
        row = get_booking(session, world.actor("clara"), booking.public_id, at=world.at)
        with pytest.raises(NotAllowed):
            cancel_booking(session, actor=world.actor("frank"), booking=row, by="coach", at=world.at)


def test_a_moved_place_is_the_same_booking(world: World) -> None:
    offer = make_offer(world)
    old, new = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=8))
    booking = book(world, old, world.cast.tarik)
    reschedule(world, booking, new)
    (after,) = all_rows(world, Booking)
    assert (after.public_id, after.code, after.slot_id) == (booking.public_id, booking.code, new.id)
    assert (after.starts_at, after.sequence) == (new.starts_at, 1)
    assert {pool.slot_id: pool.taken for pool in all_rows(world, Pool)} == {old.id: 0, new.id: 1}


def test_when_the_new_date_is_full_the_old_place_stays(world: World) -> None:
    offer = make_offer(world)
    old = make_slot(world, offer)
    new = make_slot(world, offer, starts_at=world.at + timedelta(days=8), places=1)
    book(world, new, world.cast.heinz)
    booking = book(world, old, world.cast.tarik)
    with pytest.raises(SlotFull):
        reschedule(world, booking, new)
    assert {pool.slot_id: pool.taken for pool in all_rows(world, Pool)} == {old.id: 1, new.id: 1}


def test_a_stale_move_is_noticed(world: World) -> None:
    offer, clara = make_offer(world), world.actor("clara")
    new = make_slot(world, offer, starts_at=world.at + timedelta(days=8))
    booking = book(world, make_slot(world, offer), world.cast.tarik)
    with world.database.reading() as session:
        stale = get_booking(session, clara, booking.public_id, at=world.at)
        new_slot = get_slot(session, clara, new.public_id)
    cancel(world, booking)
    verb = partial(reschedule_booking, actor=clara, booking=stale, slot=new_slot, at=world.at)
    with pytest.raises(SomebodyWasFaster):
        world.database.run(verb)
    assert free(world) == 6


def test_when_a_date_falls_away_its_bookings_do_and_the_places_come_back(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=5)
    for person in make_people(world, 3):
        book(world, slot, person)
    with world.database.transaction() as session:
        fallen = verbs.call_off_bookings(session, slot=slot, at=world.at)
    assert len(fallen) == 3
    assert {row.cancelled_by for row in all_rows(world, Booking)} == {"partner"}
    assert free(world) == 5


def test_bookings_move_with_their_date(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        row = session.get_one(Slot, slot.id)
        row.set_times(slot.starts_at + timedelta(hours=2), slot.ends_at + timedelta(hours=2))
        session.flush()
        (moved,) = verbs.move_bookings_with_slot(session, slot=row, at=world.at)
    (after,) = all_rows(world, Booking)
    assert moved.id == after.id
    assert (after.starts_at, after.sequence, after.version) == (slot.starts_at + timedelta(hours=2), 1, 2)


def test_when_an_enquiry_ends_its_coming_places_come_back_and_past_ones_stay(world: World) -> None:
    offer = make_offer(world, access=Access.NAMED)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    first = book(world, make_slot(world, offer), world.cast.tarik)
    book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=9)), world.cast.tarik)
    after_the_first = first.ends_at + timedelta(hours=1)
    with world.database.transaction() as session:
        enquiry = session.get_one(Enquiry, first.enquiry_id)
        n = verbs.cancel_bookings_of_enquiry(
            session, actor=world.actor("clara"), enquiry=enquiry, by="person", at=after_the_first
        )
    assert n == 1
    assert [row.state for row in all_rows(world, Booking)] == [BookingState.CONFIRMED, BookingState.CANCELLED]


def test_more_places_than_were_taken_are_never_given_back(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=2)
    with world.database.transaction() as session:
        give_back_places(session, pool_id=slot.pools[0].id, n=1)
    assert all_rows(world, Pool)[0].taken == 0
