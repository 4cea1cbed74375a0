"""What a partner reports when somebody was there: a coded outcome and a few words, over the way back alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.answers import NOTICE_VERSION
from hub.actions.notices import Facts
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.enquiry import FAILED_OUTCOMES, LONGEST_FEEDBACK, STEPS, Enquiry, EnquiryState, Outcome
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.acknowledgements import has_confirmed
from hub.queries.enquiries import count_coming_bookings, get_coach_ids, lock_enquiry
from hub.queries.feedback import lock_way_back
from hub.queries.states import move, require_version

REPORTED = "enquiry.reported"


def give_feedback(
    session: Session,
    *,
    actor: Actor,
    enquiry: Enquiry,
    outcome: str,
    words: str = "",
    version: int | None = None,
    at: datetime,
) -> None:
    """End an accepted enquiry with what the partner reports (F1); for the person and their own coach to read.

    Raises RuleBroken (409) while the way back is locked, before the purpose notice, and while dates are still to come.
    """
    require(actor, Permission.GIVE_FEEDBACK, enquiry)
    words = words.strip()
    if outcome not in set(Outcome):
        raise InvalidInput(fields={"outcome": N_("Bitte wählen Sie, wie es ausging.")})
    if len(words) > LONGEST_FEEDBACK:
        raise InvalidInput(fields={"words": N_("Bitte höchstens {most} Zeichen.", most=LONGEST_FEEDBACK)})
    way = lock_way_back(session, enquiry, at=at)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    to = EnquiryState.FAILED if outcome in FAILED_OUTCOMES else EnquiryState.COMPLETED
    if to not in STEPS["partner"][row.state]:
        raise StepNotPossible
    if not has_confirmed(session, enquiry=row, user_id=actor.user_id, version=NOTICE_VERSION):
        raise RuleBroken(N_("Bitte bestätigen Sie zuerst den Hinweis, mit dem sich der Name öffnet."))
    if words and not way.with_words:
        raise RuleBroken(N_("Hier ist nur der Ausgang erlaubt, kein Text."))
    if count_coming_bookings(session, row.id, at=at):
        raise RuleBroken(N_("Es stehen noch Termine aus. Bitte melden Sie danach zurück."))
    kept = {"outcome": str(outcome), "words": words}
    move(session, row, to, at=at, feedback=kept, reason="", ended_at=at, ended_by="partner")
    _tell(session, actor, row, at)


def _tell(session: Session, actor: Actor, row: Enquiry, at: datetime) -> None:
    """Log the step without a word of it, write down for the person that the Jobcenter learned it, tell the coach."""
    person, fields = row.participant, [Field.FEEDBACK]
    log.record(session, actor=actor, action=REPORTED, thing=row, about=[person], fields=fields, at=at)
    log.disclose(
        session,
        participant_id=person.id,
        organisation_id=person.jobcenter_id,
        enquiry_id=row.id,
        fields=fields,
        purpose=REPORTED,
        at=at,
    )
    coaches = frozenset(get_coach_ids(session, row))
    notices.announce(session, "enquiry.reported", Facts(enquiry=row, coach_ids=coaches, people=[person]), at=at)
