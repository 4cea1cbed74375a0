"""Other dates to take instead: what a page of a full date offers, and one of them as a link or button."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.geography import find_municipality
from hub.models.booking import Booking
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries import bookings, slots
from hub.queries.bookability import obstacle_of_slot
from hub.queries.eligibility import Eligibility
from hub.queries.places import Taker, fits
from hub.web.booking_words import free_words
from hub.web.context import at, current_actor

MOVES_SHOWN, LOOKED_AT = 8, 30


def alternatives(session: Session, slot: Slot, person: Participant, taker: Taker, party: int) -> list[dict[str, Any]]:
    """Return up to three dates with enough places for a person, near their home, as links to their booking."""
    page = "bookings.new_booking"
    return [
        choice(one, url_for(page, public_id=one.public_id, person=person.public_id), taker, slot)
        for one in _others(session, current_actor(), slot, person, taker, party)
    ]


def own_alternatives(
    session: Session, actor: Actor, slot: Slot, person: Participant, taker: Taker
) -> list[dict[str, Any]]:
    """Return the same for the person's own page; what needs a name leads to the offer, where one can wish for it."""
    return [
        choice(one, own_way_to(one) or url_for("own_places.show_offer", public_id=one.offer.public_id), taker, slot)
        for one in _others(session, actor, slot, person, taker, 1)
    ]


def own_way_to(slot: Slot) -> str | None:
    """Return the page on which one takes this place oneself; None where a name goes along, or a whole course."""
    if slot.offer.carries_identity or slot.course_id is not None:
        return None
    return url_for("own_places.new_booking", public_id=slot.public_id)


def _others(session: Session, actor: Actor, slot: Slot, person: Participant, taker: Taker, party: int) -> list[Slot]:
    home = find_municipality(person.municipality_code)
    near = (home.latitude, home.longitude) if home else None
    meant = Eligibility.of(person, year=clock.local_date(at()).year)
    return bookings.list_alternatives(
        session, actor, slot, taker=taker, near=near, at=at(), party=party, eligibility=meant
    )


def places_to_move_to(session: Session, booking: Booking, taker: Taker) -> list[dict[str, Any]]:
    """Return the other dates of its offer that have room for a place to be moved, the next first."""
    here = booking.slot
    if here is None:
        return []
    coming = slots.list_next_slots(session, here.offer, at=at(), limit=LOOKED_AT)
    found = []
    for other in coming:
        bookings.with_offer(other, here.offer)
        room = other.offer.access is Access.OPEN or fits(other, taker, booking.party)
        if other.id != here.id and room and obstacle_of_slot(other, at()) is None:
            found.append(choice(other, "", taker, here))
    return found[:MOVES_SHOWN]


def choice(other: Slot, href: str, taker: Taker, instead_of: Slot) -> dict[str, Any]:
    """Return a date as a link or button: day, time, free places, and the offer's title where it is another one."""
    title = None if other.offer_id == instead_of.offer_id else other.offer.title
    return {"href": href, "slot": other, "title": title, "free": free_words(other, taker)}
