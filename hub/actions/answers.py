"""What a partner does with an enquiry: open, accept, decline, ask back, put on the waiting list, take back."""

from collections.abc import Container
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions import log, notices, round_steps
from hub.actions.confirmed_places import confirm_place, undo_confirmation
from hub.actions.notices import Facts
from hub.actions.requested_places import end_request
from hub.errors import InvalidInput, NotAllowed, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.enquiry import STEPS, Acknowledgement, Advice, DeclineReason, Enquiry, EnquiryState, Question
from hub.policy.actor import Actor, ActorKind
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.acknowledgements import has_confirmed, require_accepted
from hub.queries.consents import SETTLED, require_covered, require_named
from hub.queries.disclosures import has_opened
from hub.queries.enquiries import count_live_bookings, get_coach_ids, has_other_yes, hear_by_of, lock_enquiry
from hub.queries.states import move, require_version
from hub.queries.waiting import lock_person

S = EnquiryState
NOTICE_VERSION = "2026-11"  # of the purpose notice; a new wording is confirmed anew
HEALTH_OPENED = "enquiry.health_opened"
TAKE_BACK = timedelta(days=1)
LAST_POSITION = 99


def note_seen(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Note that the partner opened an enquiry for the first time, so that the coach knows; nothing if it moved on."""
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    row = lock_enquiry(session, enquiry.id)
    if row.state is S.SENT:
        move(session, row, S.SEEN, at=at)
        log.record(session, actor=actor, action="enquiry.seen", thing=row, about=[row.participant], at=at)


def accept_enquiry(
    session: Session, *, actor: Actor, enquiry: Enquiry, version: int | None = None, at: datetime
) -> None:
    """Say yes. Raises RuleBroken (409) when the consent has ended; identity waits for the purpose notice.

    The same when another enquiry about this person and offer has its yes already, or another of its round; the lock on
    the consent keeps two from being given at once.
    """
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    _lock(session, enquiry)  # a place may be kept or taken, and others of the round come free
    require_covered(session, enquiry, at=at)
    row = lock_enquiry(session, enquiry.id)
    round_steps.require_undecided(session, row)
    require_version(row, version)
    if has_other_yes(session, row):
        raise RuleBroken(SETTLED)
    _answer(session, actor, row, S.ACCEPTED, "", at)
    round_steps.note_yes(session, row, at=at)
    confirm_place(session, enquiry=row, at=at)
    _tell(session, actor, row, "enquiry.accepted", at)


def decline_enquiry(
    session: Session, *, actor: Actor, enquiry: Enquiry, reason: str, version: int | None = None, at: datetime
) -> None:
    """Say no with a coded reason."""
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    _require_code(reason, set(DeclineReason), "reason")
    _lock(session, enquiry)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    _answer(session, actor, row, S.DECLINED, reason, at, ended_at=at, ended_by="partner")
    end_request(session, enquiry=row, at=at)
    _tell(session, actor, row, "enquiry.declined", at)


def return_enquiry(
    session: Session, *, actor: Actor, enquiry: Enquiry, question: str, version: int | None = None, at: datetime
) -> None:
    """Ask back, or advise, from the closed lists; the coach answers, then it is the partner's turn again.

    Meanwhile no clock runs, so no place is kept; with the coach's answer one is asked for anew.
    """
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    _require_code(question, {*Question, *Advice}, "question")
    _lock(session, enquiry)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    _answer(session, actor, row, S.RETURNED, question, at, answer="", hear_by_at=None)
    end_request(session, enquiry=row, at=at)
    _tell(session, actor, row, "enquiry.returned", at)


def waitlist_enquiry(
    session: Session,
    *,
    actor: Actor,
    enquiry: Enquiry,
    position: int | None = None,
    version: int | None = None,
    at: datetime,
) -> None:
    """Put an enquiry on the partner's waiting list, at the place the partner names, with a new date to hear by."""
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    if position is not None and not 1 <= position <= LAST_POSITION:
        raise InvalidInput(fields={"position": N_("Bitte eine Zahl von 1 bis {last}.", last=LAST_POSITION)})
    _lock(session, enquiry)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    values = {"hear_by_at": hear_by_of(session, row, "normal", at=at), "position": position}
    _answer(session, actor, row, S.WAITLISTED, "", at, **values)
    end_request(session, enquiry=row, at=at)
    _tell(session, actor, row, "enquiry.waitlisted", at)


def take_back_acceptance(
    session: Session, *, actor: Actor, enquiry: Enquiry, version: int | None = None, at: datetime
) -> None:
    """Undo a wrong yes within a day; identity closes again, and a new yes wants the notice confirmed anew.

    The date this yes itself made falls away with it, one that somebody booked since stands in the way.
    """
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    _lock(session, enquiry)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    if row.by_terms or row.answered_at is None or at - row.answered_at > TAKE_BACK:
        raise RuleBroken(N_("Das geht nur innerhalb eines Tages. Bitte rufen Sie uns an."))
    undo_confirmation(session, enquiry=row, at=at)
    if count_live_bookings(session, row.id):
        raise RuleBroken(N_("Es gibt schon einen Termin. Bitte sagen Sie diesen zuerst ab."))
    _answer(session, actor, row, S.SENT, "", at, hear_by_at=hear_by_of(session, row, row.priority, at=at))
    round_steps.note_gone(session, row, at=at)
    _tell(session, actor, row, "enquiry.reopened", at)


def open_identity(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Confirm the purpose notice (R-LAW-05): from now on this member of staff sees who comes, while the consent lives.

    Writes down which field groups reached the organisation, once per enquiry, for the person to read.
    """
    require(actor, Permission.OPEN_IDENTITY, enquiry)
    require_named(session, enquiry, at=at)
    row = lock_enquiry(session, enquiry.id)
    fields = require_accepted(row, at=at)
    if actor.user_id is None:
        raise NotAllowed  # a notice is confirmed by somebody
    if has_confirmed(session, enquiry=row, user_id=actor.user_id, version=NOTICE_VERSION):
        return
    session.add(Acknowledgement(enquiry_id=row.id, user_id=actor.user_id, notice_version=NOTICE_VERSION, at=at))
    log.record(
        session,
        actor=actor,
        action="enquiry.identity_opened",
        thing=row,
        about=[row.participant],
        fields=fields,
        purpose=f"notice {NOTICE_VERSION}",
        at=at,
    )
    if not row.is_by_law and not has_opened(session, enquiry_id=row.id, purpose="enquiry.identity_opened"):
        log.disclose(
            session,
            participant_id=row.participant_id,
            organisation_id=row.organisation_id,
            enquiry_id=row.id,
            fields=fields,
            purpose="enquiry.identity_opened",
            at=at,
        )


def note_health_opened(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Write down that the organisation read the health text of an E3, once per enquiry, for the person to read."""
    require(actor, Permission.OPEN_IDENTITY, enquiry)
    row = lock_enquiry(session, enquiry.id)
    if has_opened(session, enquiry_id=row.id, purpose=HEALTH_OPENED):
        return
    fields = [Field.HEALTH]
    log.record(session, actor=actor, action=HEALTH_OPENED, thing=row, about=[row.participant], fields=fields, at=at)
    log.disclose(
        session,
        participant_id=row.participant_id,
        organisation_id=row.organisation_id,
        enquiry_id=row.id,
        fields=fields,
        purpose=HEALTH_OPENED,
        at=at,
    )


def _lock(session: Session, enquiry: Enquiry) -> None:
    """Lock the person and whoever waits, where a place may come free with the answer; before consent and enquiry."""
    if enquiry.is_nameless or enquiry.slot_id is not None:
        lock_person(session, enquiry.participant_id, also=[enquiry.slot_id])


def _require_code(code: str, known: Container[str], name: str) -> None:
    if code not in known:
        raise InvalidInput(fields={name: N_("Bitte wählen Sie eine Antwort aus der Liste.")})


def _answer(
    session: Session, actor: Actor, row: Enquiry, to: EnquiryState, reason: str, at: datetime, **values: object
) -> None:
    if to not in STEPS["partner"][row.state]:
        raise StepNotPossible
    by_link = actor.kind is ActorKind.LINK
    move(
        session,
        row,
        to,
        at=at,
        reason=reason,
        answered_at=at,
        answered_by_id=actor.user_id,
        answered_by_link=by_link,
        **values,
    )


def _tell(session: Session, actor: Actor, row: Enquiry, event: str, at: datetime) -> None:
    purpose = " ".join(filter(None, [row.reason, actor.purpose_for(row.organisation_id)]))
    log.record(session, actor=actor, action=event, thing=row, about=[row.participant], purpose=purpose, at=at)
    coaches = frozenset(get_coach_ids(session, row))
    notices.announce(session, event, Facts(enquiry=row, coach_ids=coaches, people=[row.participant]), at=at)
