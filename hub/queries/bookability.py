"""What must hold before a place is taken, each rule with its reason; and the taking itself."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import clock
from hub.errors import NotFound, PersonElsewhere, RuleBroken, StepNotPossible
from hub.i18n import N_, Message
from hub.models.booking import Booking, BookingState
from hub.models.offer import Access, Form, Freshness, Offer, OfferState
from hub.models.participant import Participant, Participation
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor, ActorKind
from hub.queries import bookings, busy_dates, participants, places
from hub.queries.disclosures import say_moment
from hub.queries.exclusions import TAKES_NOBODY, require_not_excluded

LARGEST_PARTY = 6
BY_COACH = N_("Hier fragt Ihr Coach für Sie. Sagen Sie: „Das möchte ich.“")


def phone_of(offer: Offer) -> str:
    """Return the number under which somebody answers for the offer (its organisation must be loaded)."""
    return offer.phone or offer.organisation.phone


def obstacle_of_slot(slot: Slot, at: datetime, *, whole_course: bool = False) -> Message | None:
    """Return why nobody can book this date at that instant, or None; the slot's offer must be loaded.

    A session of a course is never booked by itself, only with the `whole_course`.
    """
    if slot.course_id is not None and not whole_course:
        return N_("Dieser Termin gehört zu einem Kurs. Bitte buchen Sie den ganzen Kurs.")
    return _obstacle_of_date(slot, slot.offer, at)


def _obstacle_of_date(slot: Slot, offer: Offer, at: datetime) -> Message | None:
    if slot.state is SlotState.UNSETTLED:
        return N_("Bei diesem Termin ist noch etwas zu klären.")
    if slot.state is not SlotState.PLANNED:
        return N_("Dieser Termin fällt aus.")
    if slot.starts_at <= at:
        return N_("Dieser Termin hat schon begonnen.")
    if closed := obstacle_of_offer(offer):
        return closed
    if slot.starts_at - timedelta(minutes=offer.notice_minutes) < at:
        return N_("So kurz vorher geht es nur am Telefon: {phone}.", phone=phone_of(offer))
    if slot.starts_at > at + timedelta(days=offer.window_days):
        return N_("Dieser Termin öffnet erst {days} Tage vorher.", days=offer.window_days)
    return None


def obstacle_of_offer(offer: Offer) -> Message | None:
    """Return why an offer takes nobody at present, by booking or by enquiry, or None; its organisation is loaded."""
    if offer.state is not OfferState.PUBLISHED:
        return TAKES_NOBODY
    if offer.freshness is Freshness.HIDDEN:
        return N_("Ob es noch stattfindet, wissen wir nicht. Bitte rufen Sie erst an: {phone}.", phone=phone_of(offer))
    return None


def obstacle_of_person(offer: Offer, participant: Participant, on_year: int) -> Message | None:
    """Return why the offer is not meant for this person, or None.

    Only a birth year is known, so a person is refused only when no birthday in that year could fit.
    """
    if offer.form is Form.ROOM:
        return N_("Das ist ein Raum für Gespräche. Sie nehmen ihn unter „Räume“.")
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


def require_own_hand(actor: Actor, offer: Offer) -> None:
    """Raise RuleBroken (409) where a person alone would give a name: who does is asked first, the coach prepares it."""
    if actor.kind is ActorKind.PERSON and offer.carries_identity:
        raise RuleBroken(BY_COACH)


def require_seen(slot: Slot, seen_at: datetime | None) -> None:
    """Raise RuleBroken (409) with the new time when a date no longer begins when the form said; None said nothing."""
    if seen_at is not None and seen_at != slot.starts_at:
        when = say_moment(slot.starts_at)
        raise RuleBroken(N_("Der Termin ist inzwischen verlegt: {when}. Passt das auch? Dann noch einmal.", when=when))


def require_suited(session: Session, slot: Slot, participant: Participant) -> Participation:
    """Return the participation that covers the day of the date; raises RuleBroken (409) with the reason otherwise."""
    on = clock.local_date(slot.starts_at)
    if obstacle := obstacle_of_person(slot.offer, participant, on.year):
        raise RuleBroken(obstacle)
    require_not_excluded(session, participant.id, slot.offer.organisation_id)
    participation = participants.running_participation(session, participant.id, on=on)
    if participation is None:
        raise RuleBroken(N_("An diesem Tag läuft die Teilnahme nicht."))
    if not bookings.offer_is_for(session, slot.offer, participation.programme_id):
        raise NotFound  # an offer of another network does not exist for this person
    return participation


def require_time(session: Session, person: Participant, slot: Slot, besides: int | None = None) -> None:
    """Raise PersonElsewhere (409) when the person has this place already, or another date at its time.

    `besides` is a booking that does not count: the one to be moved, or the hold that becomes one. Safe only after
    lock_participant.
    """
    against = [one for one in busy_dates.list_against(session, person.id, slot) if one.id != besides]
    there = next((one for one in against if one.slot_id == slot.id), None)
    if there is not None and there.state is BookingState.REQUESTED:
        raise PersonElsewhere(N_("Für diesen Platz läuft schon eine Anfrage. Der Partner hat noch nicht geantwortet."))
    if there is not None:
        raise PersonElsewhere(N_("Dieser Platz ist für diesen Menschen schon gebucht."))
    if against:
        raise PersonElsewhere


def largest_party(offer: Offer) -> int:
    """Return for how many people one place can be asked: for one where it is no group and nobody may come along."""
    return LARGEST_PARTY if offer.companion_welcome or offer.form is Form.GROUP else 1


def require_party(offer: Offer, party: int) -> None:
    """Raise RuleBroken (409) when so many people cannot come on one booking."""
    if party > 1 and largest_party(offer) == 1:
        raise RuleBroken(N_("Hier kommt jeder Mensch allein. Bitte buchen Sie einen Platz."))
    if not 1 <= party <= LARGEST_PARTY:
        raise RuleBroken(N_("So viele Plätze gehen nicht auf einmal."))


def take_for(
    session: Session, slot: Slot, participant: Participant, participation: Participation, party: int
) -> int | None:
    """Take places of a date for a person and return the pool they came from; SlotFull (409) when there are too few.

    Where one simply goes nobody takes a place: None.
    """
    require_party(slot.offer, party)
    if slot.offer.access is Access.OPEN:
        return None
    taker = places.taker_for(session, participant, [participation.programme_id])
    return places.take_places(session, slot_id=slot.id, n=party, taker=taker)


def require_cancellable(booking: Booking, by: str, at: datetime) -> None:
    """Raise RuleBroken (409) when a date is over, or for the person after the offer's deadline, with a telephone."""
    if booking.ends_at <= at:
        raise StepNotPossible(N_("Dieser Termin ist schon vorbei."))
    if by != "person":
        return
    if booking.slot is None:
        raise RuleBroken(N_("Bitte rufen Sie kurz an. Dann finden wir einen anderen Termin."))
    if at > booking.starts_at - timedelta(minutes=booking.slot.offer.cancel_minutes):
        phone = phone_of(booking.slot.offer)
        raise RuleBroken(N_("Dafür ist es schon spät. Bitte rufen Sie kurz an: {phone}.", phone=phone))
