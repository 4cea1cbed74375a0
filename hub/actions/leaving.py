"""An organisation leaves the network (T9): its ways in close at once, then people one by one, then its dates.

The first step fails closed: whoever worked there sees nothing from the next request on. The rest is the worker's, one
transaction for each person, so that it goes on where it stopped.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import endings, log, notices, round_steps, withdrawals
from hub.actions.consent_writing import let_lapse
from hub.actions.notices import Facts
from hub.actions.slot_steps import end_slot
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.consent import PERMITTING, Consent
from hub.models.offer import OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, leaving, offer_versions, series
from hub.queries import waiting as queues
from hub.queries.bookings import coaches_of
from hub.queries.consents import WAITING
from hub.queries.enquiries import get_person
from hub.queries.next_free import keep_next_free
from hub.queries.states import move


@dataclass(frozen=True)
class Member:
    """An organisation as the policy is asked about it."""

    programme_ids: frozenset[int]


def end_organisation(session: Session, *, actor: Actor, organisation: Organisation, at: datetime) -> None:
    """Let an organisation leave: roles, logins, links, feeds, calendars and offers end now.

    Raises RuleBroken (409) for a Jobcenter and for the actor's own office, StepNotPossible's words when it has left.
    """
    programmes = leaving.list_programme_ids(session, organisation.id)
    require(actor, Permission.END_ORGANISATION, Member(programmes))
    row = leaving.lock_organisation(session, organisation.id)
    _require_able(actor, row)
    row.ended_at, row.parent_id = at, None  # nobody acts for it any more, and the network asks about what it owes
    users = leaving.end_seats(session, row.id, at=at)
    leaving.end_ways_in(session, row.id, at=at)
    for offer in leaving.lock_offers(session, row.id):
        series.end_all(session, offer, at=at)
        offer_versions.begin_versions(session, offer)
        move(session, offer, OfferState.ENDED, at=at)
        offer_versions.add_version(session, actor=actor, offer=offer, at=at)
        log.record(session, actor=actor, action="offer.ended", thing=offer, at=at)
    log.record(session, actor=actor, action="organisation.ended", thing=row, at=at)
    session.flush()
    feeds.raise_revisions(session, users=users, organisations=[row.id])


def _require_able(actor: Actor, row: Organisation) -> None:
    if row.ended_at is not None:
        raise RuleBroken(N_("Dieser Partner gehört schon nicht mehr zum Netzwerk."))
    own = any(seat.organisation_id == row.id for seat in actor.seats)
    if own or row.kind is OrganisationKind.JOBCENTER:
        raise RuleBroken(N_("Das geht nur bei Partnern, nicht beim Jobcenter oder der eigenen Stelle."))


def leave_person(session: Session, *, actor: Actor, participant_id: int, at: datetime) -> bool:
    """End what ties one person to organisations that have left; the coach hears first. False when nothing is left."""
    require(actor, Permission.RUN_MAINTENANCE)
    queues.lock_person(session, participant_id)
    consents = leaving.list_consents(session, participant_id)
    places = leaving.list_places(session, participant_id, at=at)
    nameless = leaving.list_asked_without_name(session, participant_id)
    if not (consents or places or nameless):
        return False
    person = get_person(session, participant_id)
    notices.announce(session, "organisation.left", Facts(participant=person), at=at)
    for organisation_id in nameless:
        round_steps.drop_organisation(session, person, organisation_id, tell=False, at=at)
    for consent in consents:
        _end(session, actor, consent, person, at)
    rest = leaving.list_places(session, participant_id, at=at)  # places that needed no name
    endings.end_bookings(session, actor=actor, participant=person, coming=rest, by="programme", at=at)
    session.flush()
    organisations = {one.slot.offer.organisation_id for one in places if one.slot is not None}
    feeds.raise_revisions(session, participants=[person.id], users=[person.coach_id], seats=sorted(organisations))
    return True


def _end(session: Session, actor: Actor, consent: Consent, person: Participant, at: datetime) -> None:
    if consent.state in PERMITTING:
        withdrawals.end_consent(session, actor=actor, consent=consent, ending=withdrawals.REVOCATION, at=at)
    elif consent.state in WAITING:
        let_lapse(session, actor=actor, consent=consent, person=person, by="consent", at=at)


def leave_date(session: Session, *, actor: Actor, slot_id: int, at: datetime) -> bool:
    """Call off a coming date of an organisation that has left, once no person has a place in it; coaches are told."""
    require(actor, Permission.RUN_MAINTENANCE)
    slot = leaving.lock_date(session, slot_id)
    if slot.id not in leaving.list_dates(session, at=at):
        return False
    concerned = end_slot(session, slot=slot, at=at)
    keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    log.record(session, actor=actor, action="slot.called_off", thing=slot, purpose="organisation", at=at)
    coaches = coaches_of(concerned)
    notices.announce(session, "slot.called_off", Facts(slot=slot, coach_ids=coaches), at=at)
    session.flush()
    feeds.raise_revisions(session, users=sorted(coaches), organisations=[slot.offer.organisation_id])
    return True
