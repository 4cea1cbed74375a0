"""Place codes ("Birke 27"): a neutral word and a two-digit number, unique within a slot."""

import secrets
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.booking import Booking

LOWEST, HIGHEST = 10, 99  # two digits are said and heard without doubt


@cache
def place_words() -> tuple[str, ...]:
    """Return the words, chosen to be short, neutral and unlike each other on the telephone."""
    return tuple((files("hub.data") / "place_words.txt").read_text(encoding="utf-8").split())


def list_codes(session: Session, slot_id: int) -> set[str]:
    """Return all codes ever given in a slot; a cancelled one is not given again, so that no code means two people."""
    return {code for code in session.scalars(select(Booking.code).where(Booking.slot_id == slot_id)) if code}


def find_common_code(session: Session, slot_ids: Collection[int]) -> str:
    """Return one code that nobody bears in any of these slots: a course has the same word every week.

    The caller holds the locks of all of them.
    """
    rows = session.scalars(select(Booking.code).where(Booking.slot_id.in_(sorted(slot_ids))))
    return _fresh({code for code in rows if code})


def find_free_code(session: Session, slot_id: int, *, wish: str | None = None) -> str:
    """Return a code nobody bears in this slot: the wish where it is free, else a random one.

    The caller holds the lock of the slot (queries/bookings.py: lock_slots), so that no other takes it.
    """
    given = list_codes(session, slot_id)
    if wish and wish not in given:
        return wish
    return _fresh(given)


def _fresh(given: set[str]) -> str:
    words = {code.split()[0] for code in given}
    fresh = [word for word in place_words() if word not in words] or list(place_words())
    while True:
        code = f"{secrets.choice(fresh)} {LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)}"
        if code not in given:
            return code
