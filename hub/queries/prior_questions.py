"""Questions about questions before a referral: a coach's own, what colleagues know, a partner's, and what is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.enquiry import hear_by
from hub.models.notice import Notice
from hub.models.offer import Form, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.prior_question import (
    ANSWERABLE,
    KNOWN_FOR,
    MOST_TOPICS,
    TOPICS,
    PriorQuestion,
    PriorQuestionState,
    in_order,
)
from hub.policy.actor import Actor
from hub.policy.prior_question_scopes import (
    answered_prior_questions_for,
    own_prior_questions_for,
    phoned_prior_questions_for,
    received_prior_questions_for,
)
from hub.queries.bookability import obstacle_of_offer
from hub.queries.closures import list_own_closed_days
from hub.queries.deadlines import FURTHEST, is_reminder_due

S = PriorQuestionState
REMINDER = "partner_prior_reminder"
MOST_LISTED = 50
MOST_KNOWN = 3


@dataclass(frozen=True)
class Known:
    """What a partner answered to a colleague; who asked is not among it."""

    topics: list[str]
    answer: str
    answered_at: datetime


def get_own(session: Session, actor: Actor, public_id: str) -> PriorQuestion:
    """Return a question the coach asked, with offer and organisation; else NotFound."""
    return _one(session, own_prior_questions_for(actor).where(PriorQuestion.public_id == public_id))


def get_received(session: Session, actor: Actor, reference: str) -> PriorQuestion:
    """Return a question to an organisation the actor acts for, by its reference; else NotFound."""
    return _one(session, received_prior_questions_for(actor).where(PriorQuestion.reference == reference.upper()))


def get_phoned(session: Session, actor: Actor, reference: str) -> PriorQuestion:
    """Return a question that an organisation on the phone list can answer now; else NotFound."""
    query = phoned_prior_questions_for(actor).where(PriorQuestion.reference == reference.upper(), is_answerable())
    return _one(session, _with_offer(query))


def _one(session: Session, query: Select[Any]) -> PriorQuestion:
    query = query.options(joinedload(PriorQuestion.offer), joinedload(PriorQuestion.organisation))
    found: PriorQuestion | None = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _with_offer(query: Select[Any]) -> Select[Any]:
    query = query.join(Offer, PriorQuestion.offer_id == Offer.id)
    return query.join(Organisation, PriorQuestion.organisation_id == Organisation.id)


def is_answerable() -> ColumnElement[bool]:
    """Whether an answer would help somebody: it is open or only late, and its offer takes people at all."""
    return and_(PriorQuestion.state.in_(ANSWERABLE), takes_people())


def takes_people() -> ColumnElement[bool]:
    """Whether the offer stands in the catalogue and its organisation is still there; both must be joined."""
    return and_(Offer.state == OfferState.PUBLISHED, Organisation.ended_at.is_(None))


def list_own(session: Session, actor: Actor, *, at: datetime) -> Sequence[PriorQuestion]:
    """Return what the coach asked and has not put away, and what was answered of late; the newest first."""
    recent = PriorQuestion.created_at > at - KNOWN_FOR
    query = own_prior_questions_for(actor).where(recent).order_by(PriorQuestion.created_at.desc(), PriorQuestion.id)
    query = query.options(joinedload(PriorQuestion.offer), joinedload(PriorQuestion.organisation))
    return session.scalars(query.limit(MOST_LISTED)).all()


def list_to_read(session: Session, actor: Actor) -> Sequence[PriorQuestion]:
    """Return what the coach's start page shows: answers not put away, oldest first, then what is still open."""
    fresh = and_(PriorQuestion.state == S.ANSWERED, PriorQuestion.read_at.is_(None))
    query = own_prior_questions_for(actor).where(or_(fresh, PriorQuestion.state == S.ASKED))
    query = query.options(joinedload(PriorQuestion.offer), joinedload(PriorQuestion.organisation))
    return session.scalars(query.order_by(PriorQuestion.answered_at, PriorQuestion.id)).all()


def list_known(session: Session, actor: Actor, offer_id: int, *, at: datetime) -> list[Known]:
    """Return the latest answers about an offer to coaches of the own Jobcenter, without who asked. One statement."""
    query = answered_prior_questions_for(actor).where(
        PriorQuestion.offer_id == offer_id, PriorQuestion.answered_at > at - KNOWN_FOR
    )
    told = query.with_only_columns(PriorQuestion.topics, PriorQuestion.answer, PriorQuestion.answered_at)
    latest = told.order_by(PriorQuestion.answered_at.desc(), PriorQuestion.id.desc()).limit(MOST_KNOWN)
    rows = session.execute(latest)
    return [Known(topics, answer, when) for topics, answer, when in rows if when is not None]


def list_received(session: Session, actor: Actor) -> Sequence[PriorQuestion]:
    """Return the open questions to organisations a partner acts for, the most urgent first."""
    return _open(session, received_prior_questions_for(actor))


def list_phoned(session: Session, actor: Actor) -> Sequence[PriorQuestion]:
    """Return the open questions to organisations on the phone list, the most urgent first."""
    return _open(session, phoned_prior_questions_for(actor))


def _open(session: Session, query: Select[Any]) -> Sequence[PriorQuestion]:
    query = _with_offer(query).where(PriorQuestion.state == S.ASKED, takes_people())
    query = query.options(contains_eager(PriorQuestion.offer), contains_eager(PriorQuestion.organisation))
    return session.scalars(query.order_by(PriorQuestion.hear_by_at, PriorQuestion.id)).all()


def require_topics(topics: Collection[str]) -> list[str]:
    """Return topics as they are stored; raises InvalidInput (422) for none, too many, and what is not in the list."""
    chosen = set(topics)
    if not chosen or not chosen <= set(TOPICS):
        raise InvalidInput(fields={"topics": N_("Bitte kreuzen Sie an, was Sie wissen möchten.")})
    if len(chosen) > MOST_TOPICS:
        raise InvalidInput(fields={"topics": N_("Bitte höchstens {n} Fragen auf einmal.", n=MOST_TOPICS)})
    return in_order(chosen)


def require_askable(offer: Offer) -> None:
    """Raise RuleBroken (409) for an offer that takes nobody at present; its organisation is loaded."""
    reason = obstacle_of_offer(offer)
    if reason is not None or offer.form is Form.ROOM:
        raise RuleBroken(reason or N_("Räume können Sie selbst nehmen, dafür braucht es keine Frage."))


def list_open_of(session: Session, user_id: int, organisation_id: int) -> Sequence[PriorQuestion]:
    """Return what one coach has open with one partner; the caller holds the lock on asking."""
    query = select(PriorQuestion).where(
        PriorQuestion.asked_by_id == user_id,
        PriorQuestion.organisation_id == organisation_id,
        PriorQuestion.state == S.ASKED,
    )
    return session.scalars(query).all()


def hear_by_of(session: Session, organisation_id: int, *, at: datetime) -> datetime:
    """Return by when the partner should answer: as for an enquiry that is not urgent, on days it is open."""
    return hear_by("normal", at, closed=list_own_closed_days(session, organisation_id, at=at))


def lock_prior_question(session: Session, key: int) -> PriorQuestion:
    """Return a question with offer and organisation, locked and fresh."""
    query = select(PriorQuestion).where(PriorQuestion.id == key)
    query = query.options(
        joinedload(PriorQuestion.offer, innerjoin=True), joinedload(PriorQuestion.organisation, innerjoin=True)
    )
    locked = query.with_for_update(of=PriorQuestion).execution_options(populate_existing=True)
    return session.scalars(locked).one()


def is_moot(question: PriorQuestion) -> bool:
    """Tell of a loaded question whether its offer takes nobody any more; as `takes_people`, of loaded rows."""
    return question.offer.state is not OfferState.PUBLISHED or question.organisation.ended_at is not None


def list_to_remind(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of questions whose partner is due to be reminded and has not been."""
    query = select(PriorQuestion.id, PriorQuestion.hear_by_at).where(
        PriorQuestion.state == S.ASKED,
        PriorQuestion.hear_by_at > at,
        PriorQuestion.hear_by_at <= at + FURTHEST,
        ~_reminded().exists(),
    )
    return [key for key, by in session.execute(query.order_by(PriorQuestion.id)) if is_reminder_due(by, at)]


def was_reminded(session: Session, question: PriorQuestion) -> bool:
    """Tell whether a reminder has gone into the outbox; safe after the lock."""
    return session.scalar(_reminded().where(PriorQuestion.id == question.id).limit(1)) is not None


def _reminded() -> Select[Any]:
    return select(Notice.id).where(Notice.prior_question_id == PriorQuestion.id, Notice.template == REMINDER)


def list_silent(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of questions nobody answered by their date."""
    query = select(PriorQuestion.id).where(PriorQuestion.state == S.ASKED, PriorQuestion.hear_by_at <= at)
    return session.scalars(query.order_by(PriorQuestion.id)).all()


def list_moot(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of questions whose offer pauses or has ended, or whose partner has left."""
    recent = PriorQuestion.created_at > at - KNOWN_FOR
    query = _with_offer(select(PriorQuestion.id)).where(PriorQuestion.state.in_(ANSWERABLE), recent, ~takes_people())
    return session.scalars(query.order_by(PriorQuestion.id)).all()


def find_of_notice(session: Session, notice: Notice) -> PriorQuestion | None:
    """Return the question a notice refers to with offer and organisation, or None."""
    if notice.prior_question_id is None:
        return None
    query = select(PriorQuestion).where(PriorQuestion.id == notice.prior_question_id)
    return session.scalar(query.options(joinedload(PriorQuestion.offer), joinedload(PriorQuestion.organisation)))
