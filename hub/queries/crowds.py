"""What is booked of a date, counted beside all that the house itself counts: for measuring it."""

from sqlalchemy import text
from sqlalchemy.orm import Session

BOOKED = "SELECT count(*) FROM bookings JOIN slots ON slots.id = bookings.slot_id WHERE bookings.state = 'confirmed'"
TAKEN = "SELECT sum(taken) FROM pools JOIN slots ON slots.id = pools.slot_id WHERE slots.places > 0"
OF_SLOT = " AND slots.public_id = :slot"


def count_booked(session: Session, slot: str) -> tuple[int, int]:
    """Return how many bookings a date has and how many of its places count as taken."""
    booked, taken = (session.scalar(text(query + OF_SLOT), {"slot": slot}) or 0 for query in (BOOKED, TAKEN))
    return int(booked), int(taken)
