"""PriorQuestion: a coach asks a partner about one offer before there is anybody; codes only, nothing of a person."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, index_of_due, references, related, state_type
from hub.models.enquiry import new_reference
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.wording import TALKS, TIMES


class PriorQuestionState(StrEnum):
    """Where a question stands; nobody waits, so silence only ends it, and a late answer is still welcome."""

    ASKED = "asked"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


S = PriorQuestionState
PRIOR_QUESTION_MOVES: dict[PriorQuestionState, tuple[PriorQuestionState, ...]] = {
    S.ASKED: (S.ANSWERED, S.EXPIRED, S.WITHDRAWN),
    S.EXPIRED: (S.ANSWERED, S.WITHDRAWN),
    S.ANSWERED: (),
    S.WITHDRAWN: (),
}
ANSWERABLE = tuple(state for state, moves in PRIOR_QUESTION_MOVES.items() if S.ANSWERED in moves)


class PriorAnswer(StrEnum):
    """What a partner may say; one tap, no words."""

    YES = "yes"
    YES_PARTLY = "yes_partly"
    NO = "no"
    CALL_ME = "call_me"


class Topic(StrEnum):
    """What can be asked of any offer; languages, times of day and weekdays stand beside it in TOPICS."""

    STEP_FREE = "step_free"
    LIFT = "lift"
    QUIET = "quiet"
    BEGINNERS = "beginners"
    WOMEN_ONLY = "women_only"
    COMPANION = "companion"
    CHILD_ALONG = "child_along"
    INTERPRETER = "interpreter"
    CAN_START_SOON = "can_start_soon"


LANGUAGE, TIME, DAY = "language:", "time:", "day:"
TOPICS: tuple[str, ...] = (
    *(topic.value for topic in Topic),
    *(LANGUAGE + code for code in TALKS),
    *(TIME + part for part in TIMES),
    *(f"{DAY}{weekday}" for weekday in range(7)),
)
MOST_TOPICS = 5  # who asks for everything at once describes somebody
MOST_OPEN = 5  # of one coach with one partner: volunteers answer them
KNOWN_FOR = timedelta(days=90)  # so long colleagues read an answer; after that the offer may be another


def in_order(topics: set[str]) -> list[str]:
    """Return topics as they are stored and read: each once, in the order of the list, whatever was ticked first."""
    return [topic for topic in TOPICS if topic in topics]


class PriorQuestion(Identified, Versioned, Base):
    """One question about one offer; there is no column for a person, a referral or a word of one's own."""

    __tablename__ = "prior_questions"
    __table_args__ = (
        Index(None, "offer_id", "jobcenter_id", "state"),
        Index(None, "organisation_id", "state"),
        index_of_due("hear_by_at"),
    )
    moves = PRIOR_QUESTION_MOVES

    reference: Mapped[str] = mapped_column(String(16), unique=True, default=new_reference)
    offer_id: Mapped[int] = references("offers")
    organisation_id: Mapped[int] = references("organisations")
    asked_by_id: Mapped[int] = references("users")
    jobcenter_id: Mapped[int] = references("organisations")  # whose coaches may read the answer
    topics: Mapped[list[str]]
    state: Mapped[PriorQuestionState] = mapped_column(state_type(PriorQuestionState), default=PriorQuestionState.ASKED)
    answer: Mapped[str] = mapped_column(String(24), default="")  # a PriorAnswer
    answered_by_id: Mapped[int | None] = references("users")
    answered_by_link: Mapped[bool] = mapped_column(default=False)
    on_behalf: Mapped[bool] = mapped_column(default=False)  # an umbrella or the network desk wrote it down
    ended_by: Mapped[str] = mapped_column(String(16), default="")  # coach, offer
    hear_by_at: Mapped[datetime]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # when the coach put the answer away

    offer: Mapped[Offer] = related()
    organisation: Mapped[Organisation] = related(foreign_keys="PriorQuestion.organisation_id")
