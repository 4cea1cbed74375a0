"""What pages say of the waiting list: on the page of a full date, and among what a coach has to do."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from hub.i18n import N_, Message
from hub.models.booking import Waiting, WaitingState
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.queries import waiting
from hub.web.booking_words import given_name
from hub.web.filters import day_clock


@dataclass(frozen=True)
class Queue:
    """How the waiting list of a full date stands for one person."""

    possible: bool  # whether there is one
    wish: Waiting | None = None
    before: int = 0  # how many came earlier


def queue_of(session: Session, slot: Slot, person: Participant) -> Queue:
    """Return how the list of a full date stands for a person. At most two statements."""
    if slot.course_id is not None or slot.places == 0:
        return Queue(possible=False)
    wish = waiting.find_wish(session, slot.id, person.id)
    return Queue(possible=True, wish=wish, before=waiting.count_before(session, wish) if wish else 0)


def sentence_of(wish: Waiting, person: Participant) -> Message:
    """Say what became of a wish that its coach must answer or has to know."""
    facts = {"title": wish.slot.offer.title, "when": day_clock(wish.slot.starts_at), "name": given_name(person)}
    if wish.state is WaitingState.OFFERED and wish.booking is not None and wish.booking.expires_at is not None:
        until = day_clock(wish.booking.expires_at)
        return N_("Frei geworden: „{title}“, {when}. Für {name} gehalten bis {until}.", until=until, **facts)
    if wish.slot.state is SlotState.CALLED_OFF:
        return N_("„{title}“, {when}, fällt aus. {name} stand auf der Warteliste.", **facts)
    if wish.booking is None:
        return N_("„{title}“, {when}, findet doch statt. {name} stand auf der Warteliste.", **facts)
    return N_("„{title}“, {when}: Der Platz für {name} ging weiter, weil keine Antwort kam.", **facts)


def links_of(wish: Waiting, person: Participant) -> list[tuple[str, str]]:
    """Return where a coach goes from there: to the booking, or to something else."""
    booking = url_for("bookings.new_booking", public_id=wish.slot.public_id, person=person.public_id)
    if wish.state is WaitingState.OFFERED:
        return [(str(N_("Platz nehmen")), booking)]
    again = [(str(N_("Termin ansehen")), booking)] if wish.slot.state is SlotState.PLANNED else []
    return [*again, (str(N_("Ersatz suchen")), url_for("finding.list_hits", person=person.public_id))]
