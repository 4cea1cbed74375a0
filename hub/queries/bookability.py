"""What must hold before a place is taken: rules about the date and about the person, each with its reason."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import clock
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.offer import Offer, OfferState
from hub.models.participant import Participant, Participation
from hub.models.slot import Slot, SlotState
from hub.queries import bookings, participants


def phone_of(offer: Offer) -> str:
    """Return the number under which somebody answers for the offer (its organisation must be loaded)."""
    return offer.phone or offer.organisation.phone


def obstacle_of_slot(slot: Slot, at: datetime) -> Message | None:
    """Return why nobody can book this date at that instant, or None; the slot's offer must be loaded."""
    offer = slot.offer
    if slot.state is not SlotState.PLANNED:
        return N_("Dieser Termin fällt aus.")
    if slot.starts_at <= at:
        return N_("Dieser Termin hat schon begonnen.")
    if offer.state is not OfferState.PUBLISHED:
        return N_("Dieses Angebot nimmt gerade niemanden auf.")
    if slot.starts_at - timedelta(minutes=offer.notice_minutes) < at:
        return N_("So kurz vorher geht es nur am Telefon: {phone}.", phone=phone_of(offer))
    if slot.starts_at > at + timedelta(days=offer.window_days):
        return N_("Dieser Termin öffnet erst {days} Tage vorher.", days=offer.window_days)
    return None


def obstacle_of_person(offer: Offer, participant: Participant, on_year: int) -> Message | None:
    """Return why the offer is not meant for this person, or None.

    Only a birth year is known, so a person is refused only when no birthday in that year could fit.
    """
    if offer.women_only and participant.name.get("form_of_address") == "Herr":
        return N_("Dieses Angebot ist nur für Frauen.")
    if participant.birth_year is None:
        return None
    oldest_possible = on_year - participant.birth_year
    if offer.youngest is not None and oldest_possible < offer.youngest:
        return N_("Dieses Angebot ist für Menschen ab {age} Jahren.", age=offer.youngest)
    if offer.oldest is not None and oldest_possible - 1 > offer.oldest:
        return N_("Dieses Angebot ist für Menschen bis {age} Jahre.", age=offer.oldest)
    return None


def require_bookable(slot: Slot, at: datetime) -> None:
    """Raise RuleBroken (409) with the reason when the date cannot be booked now."""
    if obstacle := obstacle_of_slot(slot, at):
        raise RuleBroken(obstacle)


def require_suited(session: Session, slot: Slot, participant: Participant) -> Participation:
    """Return the participation that covers the day of the date; raises RuleBroken (409) with the reason otherwise."""
    on = clock.local_date(slot.starts_at)
    if obstacle := obstacle_of_person(slot.offer, participant, on.year):
        raise RuleBroken(obstacle)
    participation = participants.running_participation(session, participant.id, on=on)
    if participation is None:
        raise RuleBroken(N_("An diesem Tag läuft die Teilnahme nicht."))
    if not bookings.offer_is_for(session, slot.offer, participation.programme_id):
        raise NotFound  # an offer of another network does not exist for this person
    return participation
