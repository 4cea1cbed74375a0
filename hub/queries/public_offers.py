"""Which offers have a page that anybody reads, for the list that search engines get; and which only pause."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session, load_only

from hub.models.offer import Form, Freshness, Offer, OfferState
from hub.policy.actor import ANONYMOUS, Actor
from hub.policy.catalogue_scopes import paused_offers_for
from hub.policy.scopes import offers_for

MOST_LISTED = 40_000  # addresses; one list holds 50,000
FOUND = (Offer.form != Form.ROOM, Offer.freshness != Freshness.HIDDEN)  # rooms are lent to coaches alone


def list_public_offers(session: Session) -> Sequence[tuple[str, datetime]]:
    """Return public id and last change of all offers whose page anybody reads, the last changed first."""
    shown = offers_for(ANONYMOUS).where(*FOUND)
    query = shown.with_only_columns(Offer.public_id, Offer.changed_at).order_by(Offer.changed_at.desc(), Offer.id)
    return [(row.public_id, row.changed_at) for row in session.execute(query.limit(MOST_LISTED))]


def is_found_by_all(offer: Offer) -> bool:
    """Tell the same of one loaded offer that is not a room."""
    return offer.state is OfferState.PUBLISHED and offer.public and offer.freshness is not Freshness.HIDDEN


def offering_organisations(actor: Actor) -> Select[Any]:
    """Return the keys of the organisations that have an offer in the actor's catalogue."""
    return offers_for(actor).where(Offer.form != Form.ROOM).with_only_columns(Offer.organisation_id)


def find_paused_offer(session: Session, actor: Actor, public_id: str) -> Offer | None:
    """Return an offer that the actor would see if it did not pause, with its day of return only; else None."""
    query = paused_offers_for(actor).where(Offer.public_id == public_id, Offer.form != Form.ROOM)
    found: Offer | None = session.scalar(query.options(load_only(Offer.paused_until, raiseload=True)))
    return found
