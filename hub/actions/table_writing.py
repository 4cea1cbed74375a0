"""Writing what a checked table says, through the verbs of offers and dates; all of it in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, offers, slots
from hub.models.organisation import Organisation
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require_each
from hub.queries import feeds, room_ticks
from hub.queries.next_free import keep_next_free
from hub.queries.offer_entries import entries_of
from hub.queries.table_offers import OfferWork
from hub.queries.table_slots import DateWork, find_room


def write_offers(
    session: Session, *, actor: Actor, organisation: Organisation, work: Sequence[tuple[int, OfferWork]], at: datetime
) -> dict[int, str]:
    """Write new offers as drafts and change those there are; return the public id of each by row number.

    Raises what the verbs of offers raise; then nothing of the table may stay.
    """
    require_each(actor, Permission.EDIT_OFFER, [one.offer for _, one in work if one.offer is not None])
    things = {}
    for number, one in work:
        offer = one.offer
        if offer is None:
            offer = offers.create_offer(session, actor=actor, organisation=organisation, entries=one.entries, at=at)
        elif one.entries != entries_of(offer):
            offers.update_offer(session, actor=actor, offer=offer, entries=one.entries, version=offer.version, at=at)
        offer.external_id = one.external_id or offer.external_id
        things[number] = offer.public_id
    return things


def write_dates(
    session: Session, *, actor: Actor, organisation: Organisation, work: Sequence[tuple[int, DateWork]], at: datetime
) -> dict[int, str]:
    """Change the dates there are, in order of their keys, then make the new ones; return public ids by row number.

    A changed date goes through the same verbs as on its page. Raises what they raise; then nothing may stay.
    """
    require_each(actor, Permission.EDIT_OFFER, {one.offer.id: one.offer for _, one in work}.values())
    known = [one for _, one in work if one.slot is not None]
    for one in sorted(known, key=lambda one: one.known.id):
        _change(session, actor, one, at)
    made = {number: one.slot_of(at) for number, one in work if one.slot is None}
    _add(session, actor, organisation, list(made.values()), at)
    return {number: (one.slot or made[number]).public_id for number, one in work}


def _change(session: Session, actor: Actor, one: DateWork, at: datetime) -> None:
    slot = one.known
    if one.moves:
        room = find_room(session, one.room_id) if one.room_id is not None else None
        slots.move_slot(
            session,
            actor=actor,
            slot=slot,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            room=room,
            despite_busy=True,  # each row was held against the room's calendar
            at=at,
        )
    if one.places is not None and one.places != slot.places:
        slots.change_places(session, actor=actor, slot=slot, number=one.places, at=at)
    if one.numbers:
        slot.external_id = one.external_id


def _add(session: Session, actor: Actor, organisation: Organisation, made: list[Slot], at: datetime) -> None:
    if not made:
        return
    session.add_all(made)
    session.flush()
    room_ticks.take_room(session, made, despite_busy=True, at=at)
    keep_next_free(session, offer_ids=[slot.offer_id for slot in made], at=at)
    purpose = actor.purpose_for(organisation.id)
    log.record(session, actor=actor, action="slot.made", thing=organisation, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[organisation.id])
