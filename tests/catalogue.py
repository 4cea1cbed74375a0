"""Offers and many dates for tests of searches, written in bulk, and what a block of code asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from hub.db import Database
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.slot import Pool, Slot
from hub.queries.offer_words import keep_words_of_offer

HOUR = timedelta(hours=1)


def make_offer(session: Session, world: Any, title: str, **more: Any) -> Offer:
    """Add one published public offer of the club in the gym."""
    values: dict[str, Any] = {
        "organisation_id": world.cast.club.id,
        "location_id": world.cast.gym.id,
        "state": OfferState.PUBLISHED,
        "aim": Aim.MOVE,
        "form": Form.GROUP,
        "access": Access.ANONYMOUS,
        "created_at": world.at,
        "changed_at": world.at,
    }
    offer = Offer(title=title, **{**values, **more})
    session.add(offer)
    session.flush()
    keep_words_of_offer(session, offer)
    return offer


def make_slot(session: Session, offer: Offer, starts_at: datetime, *, places: int = 5, **more: Any) -> Slot:
    """Add one date with one open pool."""
    taken, kept = more.pop("taken", 0), more.pop("kept", [])
    slot = Slot(
        offer_id=offer.id,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        places=places,
        created_at=offer.created_at,
        changed_at=offer.created_at,
        pools=[Pool(places=places, taken=taken), *kept],
        **more,
    )
    session.add(slot)
    session.flush()
    return slot


def make_many_slots(session: Session, offers: list[Offer], first: datetime, count: int, *, every: timedelta) -> None:
    """Add `count` dates with a pool each, dealt to the offers in turn, one after each span of time."""
    starts = [first + number * every for number in range(count)]
    rows = [
        {
            "public_id": f"s{number:09}",
            "offer_id": offers[number % len(offers)].id,
            "starts_at": at,
            "ends_at": at + HOUR,
            "places": 5,
            "created_at": first,
            "changed_at": first,
            **Slot.local_columns(at),
        }
        for number, at in enumerate(starts)
    ]
    ids = session.scalars(insert(Slot).returning(Slot.id), rows).all()
    session.execute(insert(Pool), [{"slot_id": slot_id, "places": 5, "kept": False} for slot_id in ids])


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Collect every statement with its parameters that the block sends, transaction control left out."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT")):
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
