"""What a coach or a deputy reads of enquiries and needs now: the matrix, asked once for a whole list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.booking import Booking
from hub.models.consent import PERMITTING, Consent
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry, EnquiryState
from hub.policy.actor import Actor
from hub.policy.fields import Field, Phase, Reader
from hub.policy.visibility import Fields, visible
from hub.queries.consents import WAITING
from hub.queries.covering import covering
from hub.queries.disclosures import phase_now
from hub.queries.legal_grounds import list_holding
from hub.queries.participants import reader_of

OVER = frozenset({Phase.DECLINED, Phase.RECALLED, Phase.CONSENT_ENDED})  # the need is open again


def phases_of(session: Session, enquiries: Sequence[Enquiry], *, at: datetime) -> dict[int, Phase]:
    """Return the row of the matrix for each enquiry as those who look after its person see it. One statement."""
    if not enquiries:
        return {}
    query = (
        select(Enquiry.id, Consent.state, Consent.field_groups, Consent.live(at))
        .join(Consent, covering(Enquiry))
        .where(Consent.state.in_((*WAITING, *PERMITTING)))
    )
    asked, live = set(), set()
    groups = {one.id: set(one.field_groups) for one in enquiries}
    for enquiry_id, state, told, is_live in session.execute(query.where(Enquiry.id.in_(groups))):
        if state in WAITING:
            asked.add(enquiry_id)
        elif is_live and groups[enquiry_id] <= set(told):
            live.add(enquiry_id)
    live |= list_holding(session, enquiries, at=at)
    return {one.id: _phase(one, live=one.id in live, asked=one.id in asked, at=at) for one in enquiries}


def _phase(enquiry: Enquiry, *, live: bool, asked: bool, at: datetime) -> Phase:
    if enquiry.state is not EnquiryState.DRAFT:
        return phase_now(enquiry, live=live, at=at)
    if live:
        return Phase.CONSENT_GIVEN
    return Phase.CONSENT_REQUESTED if asked else Phase.DRAFT


def fields_of(session: Session, enquiries: Sequence[Enquiry], reader: Reader, *, at: datetime) -> dict[int, Fields]:
    """Return which fields this reader sees of each enquiry; one nobody may see any more is left out."""
    phases = phases_of(session, enquiries, at=at)
    return {key: fields for key, phase in phases.items() if (fields := visible(reader, phase))}


def aims_of(enquiries: Iterable[Enquiry], phases: Mapping[int, Phase], reader: Reader) -> dict[int, bool]:
    """Return by referral whether this reader sees its aim: as in its running enquiries; a need without any is open."""
    running: dict[int, set[Phase]] = {}
    for one in enquiries:
        running.setdefault(one.referral_id, set()).update({phases[one.id]} - OVER)
    return {
        key: any(Field.AIM in visible(reader, phase) for phase in found or {Phase.DRAFT})
        for key, found in running.items()
    }


def reads_words(actor: Actor, reader: Reader, sheet: ConsentSheet | None) -> bool:
    """Tell whether a reader sees what a consent says: the coach, and a deputy only on a sheet they asked themselves.

    To other deputies the matrix tells that there is a question or a yes, not its words (C1, not C2, no A1).
    """
    return reader is not Reader.DEPUTY or (sheet is not None and sheet.requested_by_id == actor.user_id)


def reads_date(session: Session, actor: Actor, booking: Booking, *, at: datetime) -> bool:
    """Tell whether the matrix gives the date of a booking (B1) to a deputy; who else comes to it through a scope does.

    The booking's enquiry and person must be loaded. One statement, for deputies and dates with an enquiry only.
    """
    enquiry, person = booking.enquiry, booking.participant
    if enquiry is None or person is None or reader_of(actor, person) is not Reader.DEPUTY:
        return True
    return Field.DATE in fields_of(session, [enquiry], Reader.DEPUTY, at=at).get(enquiry.id, frozenset())
