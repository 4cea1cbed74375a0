"""Questions before a referral: a coach asks, a partner answers with one tap, the clock reminds and ends.

Nobody is disclosed and nobody waits: no consent, no ladder, and no way to put a person or a word of one's own in.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.offer import Offer
from hub.models.prior_question import MOST_OPEN, PriorAnswer, PriorQuestion, PriorQuestionState
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import deadlines, prior_questions
from hub.queries.locks import lock_name
from hub.queries.states import move

S = PriorQuestionState


def ask_beforehand(
    session: Session, *, actor: Actor, offer: Offer, topics: Collection[str], at: datetime
) -> PriorQuestion:
    """Ask the partner of an offer what is ticked in the closed list; the offer's organisation must be loaded.

    Raises InvalidInput (422) for no, too many or unknown topics, RuleBroken (409) for an offer that takes nobody, for
    the same question twice, and for more open ones than a partner should have from one coach.
    """
    require(actor, Permission.ASK_BEFOREHAND)
    chosen = prior_questions.require_topics(topics)
    prior_questions.require_askable(offer)
    _require_room(session, actor, offer, chosen)
    question = PriorQuestion(
        offer_id=offer.id,
        organisation_id=offer.organisation_id,
        asked_by_id=actor.user_id,
        jobcenter_id=min(actor.organisations(Role.COACH)),
        topics=chosen,
        hear_by_at=prior_questions.hear_by_of(session, offer.organisation_id, at=at),
        created_at=at,
    )
    session.add(question)
    session.flush()
    log.record(session, actor=actor, action="prior_question.asked", thing=question, at=at)
    notices.announce(session, "prior_question.asked", Facts(prior_question=question), at=at)
    return question


def _require_room(session: Session, actor: Actor, offer: Offer, chosen: list[str]) -> None:
    user_id = actor.user_id or 0
    lock_name(session, f"prior questions {user_id} {offer.organisation_id}")
    waiting = prior_questions.list_open_of(session, user_id, offer.organisation_id)
    if any(one.offer_id == offer.id and one.topics == chosen for one in waiting):
        raise RuleBroken(N_("Das haben Sie hier schon gefragt. Die Antwort steht noch aus."))
    if len(waiting) >= MOST_OPEN:
        sentence = N_(
            "Dieser Partner hat schon {n} offene Vorab-Fragen von Ihnen. Rufen Sie lieber kurz an.", n=MOST_OPEN
        )
        raise RuleBroken(sentence)


def answer_prior_question(
    session: Session, *, actor: Actor, question: PriorQuestion, answer: str, at: datetime
) -> None:
    """Answer with one of the four codes, also late; the first answer counts.

    Raises InvalidInput (422) for another code, StepNotPossible (409) when it is answered, taken back, or its offer
    takes nobody any more.
    """
    require(actor, Permission.ANSWER_PRIOR_QUESTION, question)
    if answer not in set(PriorAnswer):
        raise InvalidInput(fields={"answer": N_("Bitte wählen Sie eine Antwort.")})
    row = prior_questions.lock_prior_question(session, question.id)
    if prior_questions.is_moot(row):
        raise StepNotPossible(N_("Diese Frage hat sich erledigt. Das Angebot nimmt gerade niemanden auf."))
    behalf = actor.purpose_for(row.organisation_id)
    move(
        session,
        row,
        S.ANSWERED,
        at=at,
        answer=answer,
        answered_at=at,
        answered_by_id=actor.user_id,
        answered_by_link=actor.kind is ActorKind.LINK,
        on_behalf=bool(behalf),
    )
    purpose = " ".join(filter(None, [answer, behalf]))
    log.record(session, actor=actor, action="prior_question.answered", thing=row, purpose=purpose, at=at)


def withdraw_prior_question(session: Session, *, actor: Actor, question: PriorQuestion, at: datetime) -> None:
    """Take a question back that nobody has answered; a mail not yet sent is not sent any more."""
    require(actor, Permission.SETTLE_PRIOR_QUESTION, question)
    row = prior_questions.lock_prior_question(session, question.id)
    _withdraw(session, actor, row, "coach", at)


def put_away_answer(session: Session, *, actor: Actor, question: PriorQuestion, at: datetime) -> None:
    """Take an answer the coach has read off the start page; on the list it stays."""
    require(actor, Permission.SETTLE_PRIOR_QUESTION, question)
    row = prior_questions.lock_prior_question(session, question.id)
    if row.state is not S.ANSWERED:
        raise StepNotPossible
    row.read_at = row.read_at or at


def remind_partner(session: Session, *, actor: Actor, question_id: int, at: datetime) -> bool:
    """Remind a partner once, one working day before the date; False when there is no need any more."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = prior_questions.lock_prior_question(session, question_id)
    due = row.state is S.ASKED and deadlines.is_reminder_due(row.hear_by_at, at)
    if not due or prior_questions.is_moot(row) or prior_questions.was_reminded(session, row):
        return False
    log.record(session, actor=actor, action="prior_question.reminded", thing=row, at=at)
    notices.announce(session, "prior_question.reminder", Facts(prior_question=row), at=at)
    return True


def expire_prior_question(session: Session, *, actor: Actor, question_id: int, at: datetime) -> bool:
    """Note that nobody answered; the coach reads it on the list, and nobody is phoned, since nobody waits."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = prior_questions.lock_prior_question(session, question_id)
    if row.state is not S.ASKED or row.hear_by_at > at:
        return False
    move(session, row, S.EXPIRED, at=at)
    log.record(session, actor=actor, action="prior_question.expired", thing=row, at=at)
    return True


def withdraw_moot(session: Session, *, actor: Actor, question_id: int, at: datetime) -> bool:
    """Take back a question whose offer pauses or has ended, or whose partner has left; False when it may stay."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = prior_questions.lock_prior_question(session, question_id)
    if row.id not in prior_questions.list_moot(session, at=at):
        return False
    _withdraw(session, actor, row, "offer", at)
    return True


def _withdraw(session: Session, actor: Actor, row: PriorQuestion, by: str, at: datetime) -> None:
    move(session, row, S.WITHDRAWN, at=at, ended_at=at, ended_by=by)
    log.record(session, actor=actor, action="prior_question.withdrawn", thing=row, purpose=by, at=at)
