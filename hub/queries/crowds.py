"""What is booked of a date, counted beside all that the house itself counts: for measuring it."""

from sqlalchemy import text
from sqlalchemy.orm import Session

BOOKED = text(
    "SELECT count(*) FROM bookings JOIN slots ON slots.id = bookings.slot_id"
    " WHERE slots.public_id = :slot AND bookings.state = 'confirmed'"
)
TAKEN = text("SELECT sum(taken) FROM pools JOIN slots ON slots.id = pools.slot_id WHERE slots.public_id = :slot")


def count_booked(session: Session, slot: str) -> tuple[int, int]:
    """Return how many bookings a date has and how many of its places count as taken."""
    booked, taken = (session.scalar(query, {"slot": slot}) or 0 for query in (BOOKED, TAKEN))
    return int(booked), int(taken)
