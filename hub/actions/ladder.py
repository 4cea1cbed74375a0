"""The last step of the ladder: nobody could be reached for a partner, and now it is the coach who must act."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.models.enquiry import EnquiryState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import ladder
from hub.queries.enquiries import get_coach_ids, lock_enquiry


def hand_to_coach(session: Session, *, actor: Actor, enquiry_id: int, at: datetime) -> bool:
    """Tell the coach, once, that a partner is silent and no desk reached it either; False when there is no need."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = lock_enquiry(session, enquiry_id)
    turn = ladder.find_turn(session, row, at=at) if row.state is EnquiryState.EXPIRED else None
    if turn is None or turn.owner is not ladder.Owner.COACH or ladder.was_coach_told(session, row):
        return False
    log.record(session, actor=actor, action="enquiry.handed_to_coach", thing=row, about=[row.participant], at=at)
    facts = Facts(enquiry=row, coach_ids=frozenset(get_coach_ids(session, row)), people=[row.participant])
    notices.announce(session, "enquiry.expired", facts, at=at)
    return True
