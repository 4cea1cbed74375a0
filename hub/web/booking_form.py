"""The form of a booking and what its page asks first, for a single date and for a whole course."""

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import HiddenField

from hub.actions import log
from hub.crypto import new_token
from hub.errors import RuleBroken, SentBefore
from hub.i18n import N_
from hub.models.consent import Scope
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries import bookings, consents
from hub.queries.bookability import LARGEST_PARTY
from hub.web.context import at, current_actor, transaction
from hub.web.fields import Between, WholeNumber


class BookingForm(FlaskForm):
    """Whom it is for, how many come, what was shown, and the key that makes a double click one."""

    person = HiddenField()
    key = HiddenField()
    seen = HiddenField()
    party = WholeNumber(
        N_("Wie viele Personen kommen?"),
        [Between(1, LARGEST_PARTY)],
        description=N_("Wer mitkommt, zählt mit. Jede Person bekommt einen Platz."),
        default=1,
    )

    @property
    def wanted(self) -> int:
        """How many places it asks for; where the page has no such field, one."""
        return 1 if self.party.data is None else int(self.party.data)

    def refuse(self, error: RuleBroken) -> None:
        """Show the reason; what was sent before comes back as a form of its own."""
        self.form_errors.append(error.message)
        if isinstance(error, SentBefore):
            self.key.data = new_token(160)


def answers_of(session: Session, slot: Slot, person: Participant) -> tuple[bool, bool]:
    """Return whether the person has consented until this date is over, and whether the partner has said yes."""
    offer = slot.offer
    consented = not offer.carries_identity or _has_consented(session, slot, person)
    if offer.access is not Access.REQUEST:
        return consented, True
    return consented, bookings.find_identified_enquiry(session, person.id, offer.id) is not None


def _has_consented(session: Session, slot: Slot, person: Participant) -> bool:
    found = consents.find_live(
        session,
        participant_id=person.id,
        scope=Scope.TRANSMIT,
        organisation_id=slot.offer.organisation_id,
        offer_id=slot.offer_id,
        at=at(),
    )
    return found is not None and found.valid_until >= slot.ends_at


def log_reading(person: Participant, purpose: str) -> None:
    """Log that the actor read who somebody is; a read that must be logged is not shown otherwise."""
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1", "B1"], purpose=purpose, at=at())
