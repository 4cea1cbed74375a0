"""Own offers and dates as tables: the same columns that come in, so that what goes out comes back unchanged."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, contains_eager, joinedload

from hub import clock
from hub.models.offer import Offer, OfferState
from hub.models.slot import Slot, SlotState
from hub.models.table_import import TableKind
from hub.policy.actor import Actor
from hub.policy.scopes import own_offers_for, own_slots_for
from hub.queries.table_words import field_names, own_word

MOST_LINES = 10_000
Lines = list[list[str]]


def export_table(session: Session, actor: Actor, kind: TableKind, *, at: datetime) -> Lines:
    """Return own running offers, or own coming dates, under their headings; nothing about persons. One statement."""
    fields = [name for name in field_names(kind) if name != "minutes"]
    head = [own_word(kind.value, name) for name in fields]
    things, cells = (_offers(session, actor), OFFER) if kind is TableKind.OFFERS else (_slots(session, actor, at), DATE)
    return [head, *([cells[name](thing) for name in fields] for thing in things)]


def _offers(session: Session, actor: Actor) -> list[Any]:
    query = own_offers_for(actor).where(Offer.state != OfferState.ENDED)
    query = query.options(joinedload(Offer.location), joinedload(Offer.room))
    return list(session.scalars(query.order_by(Offer.title, Offer.id).limit(MOST_LINES)))


def _slots(session: Session, actor: Actor, at: datetime) -> list[Any]:
    query = own_slots_for(actor).where(Slot.starts_at > at, Slot.state == SlotState.PLANNED)
    query = query.options(contains_eager(Slot.offer), joinedload(Slot.location), joinedload(Slot.room))
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id).limit(MOST_LINES)))


def _yes(said: bool) -> str:
    return own_word("answer", "yes" if said else "no")


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _name(thing: Any) -> str:
    return thing.name if thing is not None else ""


OFFER: Mapping[str, Callable[[Offer], str]] = {
    "external_id": lambda offer: offer.external_id or "",
    "title": lambda offer: offer.title,
    "aim": lambda offer: own_word("aim", offer.aim),
    "form": lambda offer: own_word("form", offer.form),
    "access": lambda offer: own_word("access", offer.access),
    "place": lambda offer: _name(offer.location),
    "room": lambda offer: _name(offer.room),
    "places": lambda offer: str(offer.places),
    "summary": lambda offer: offer.summary,
    "short_title": lambda offer: offer.short_title,
    "stage": lambda offer: own_word("stage", offer.stage),
    "languages": lambda offer: ", ".join(own_word("language", code) for code in offer.languages),
    "bring": lambda offer: offer.bring,
    "cost": lambda offer: offer.cost,
    "phone": lambda offer: offer.phone,
    "companion_welcome": lambda offer: _yes(offer.companion_welcome),
    "women_only": lambda offer: _yes(offer.women_only),
    "youngest": lambda offer: _number(offer.youngest),
    "oldest": lambda offer: _number(offer.oldest),
}
DATE: Mapping[str, Callable[[Slot], str]] = {
    "external_id": lambda slot: slot.external_id or "",
    "offer": lambda slot: slot.offer.external_id or slot.offer.title,
    "day": lambda slot: f"{clock.local(slot.starts_at):%d.%m.%Y}",
    "start": lambda slot: f"{clock.local(slot.starts_at):%H:%M}",
    "end": lambda slot: f"{clock.local(slot.ends_at):%H:%M}",
    "place": lambda slot: _name(slot.location),
    "room": lambda slot: _name(slot.room),
    "places": lambda slot: str(slot.places),
}
