"""Other dates to take instead: what a page of a full date offers, and one of them as a link or button."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.geography import find_municipality
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries import bookings
from hub.queries.eligibility import Eligibility
from hub.queries.places import Taker
from hub.web.booking_words import free_words
from hub.web.context import at, current_actor


def alternatives(session: Session, slot: Slot, person: Participant, taker: Taker, party: int) -> list[dict[str, Any]]:
    """Return up to three dates with enough places for a person, near their home, as links to their booking."""
    home = find_municipality(person.municipality_code)
    near = (home.latitude, home.longitude) if home else None
    meant = Eligibility.of(person, year=clock.local_date(at()).year)
    others = bookings.list_alternatives(
        session, current_actor(), slot, taker=taker, near=near, at=at(), party=party, eligibility=meant
    )
    page = "bookings.new_booking"
    return [choice(one, url_for(page, public_id=one.public_id, person=person.public_id), taker, slot) for one in others]


def choice(other: Slot, href: str, taker: Taker, instead_of: Slot) -> dict[str, Any]:
    """Return a date as a link or button: day, time, free places, and the offer's title where it is another one."""
    title = None if other.offer_id == instead_of.offer_id else other.offer.title
    return {"href": href, "slot": other, "title": title, "free": free_words(other, taker)}
