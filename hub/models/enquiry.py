"""Enquiry: what one partner receives of a referral; whatever carries a person's identity is one."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from calendars.holidays import closed_days
from calendars.working_time import add_working_days
from hub.crypto import new_public_id
from hub.db import Sealed
from hub.models.base import Base, Identified, Versioned, index_of_due, references, related, state_type
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.referral import Referral
from hub.models.round import Round
from hub.models.slot import Slot
from hub.models.transmission import Transmission


class EnquiryState(StrEnum):
    """Where an enquiry stands (referrals.md)."""

    DRAFT = "draft"
    SENT = "sent"
    SEEN = "seen"
    RETURNED = "returned"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    RUNNING = "running"
    DECLINED = "declined"
    EXPIRED = "expired"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


S = EnquiryState
ASKING = (S.SENT, S.SEEN, S.RETURNED, S.WAITLISTED)  # the partner has it, identity is closed
IDENTIFIED = (S.ACCEPTED, S.RUNNING)  # identity may open, through the purpose notice
OPEN_STATES = (S.DRAFT, *ASKING, *IDENTIFIED, S.EXPIRED)
ENQUIRY_MOVES: dict[EnquiryState, tuple[EnquiryState, ...]] = {
    S.DRAFT: (S.SENT, S.WITHDRAWN),
    S.SENT: (S.SEEN, S.ACCEPTED, S.DECLINED, S.RETURNED, S.WAITLISTED, S.EXPIRED, S.WITHDRAWN),
    S.SEEN: (S.ACCEPTED, S.DECLINED, S.RETURNED, S.WAITLISTED, S.EXPIRED, S.WITHDRAWN),
    S.RETURNED: (S.SENT, S.WITHDRAWN),
    S.WAITLISTED: (S.ACCEPTED, S.DECLINED, S.EXPIRED, S.WITHDRAWN),
    S.EXPIRED: (S.ACCEPTED, S.DECLINED, S.WITHDRAWN),
    S.ACCEPTED: (S.SENT, S.RUNNING, S.COMPLETED, S.FAILED, S.WITHDRAWN),
    S.RUNNING: (S.ACCEPTED, S.COMPLETED, S.FAILED, S.WITHDRAWN),
    S.DECLINED: (),
    S.COMPLETED: (),
    S.FAILED: (),
    S.WITHDRAWN: (),
}


_COACH = (S.SENT, S.COMPLETED, S.FAILED, S.WITHDRAWN)
_PARTNER = (S.ACCEPTED, S.DECLINED, S.RETURNED, S.WAITLISTED, S.COMPLETED, S.FAILED)
_NOT_THEIRS = ((S.ACCEPTED, S.SENT), (S.RUNNING, S.ACCEPTED))  # the partner's second thought; the system's own step
STEPS: dict[str, dict[EnquiryState, tuple[EnquiryState, ...]]] = {
    "coach": {
        state: tuple(to for to in moves if to in _COACH and (state, to) not in _NOT_THEIRS)
        for state, moves in ENQUIRY_MOVES.items()
    },
    "partner": {
        state: tuple(to for to in moves if to in _PARTNER and (state, to) not in _NOT_THEIRS)
        + ((S.SENT,) if state is S.ACCEPTED else ())
        for state, moves in ENQUIRY_MOVES.items()
    },
}


class DeclineReason(StrEnum):
    """Why a partner says no; coded, no free text."""

    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    NOT_OFFERED = "not_offered"
    ALREADY_WITH_US = "already_with_us"
    CANNOT_REACH = "cannot_reach"
    OTHER = "other"


class Question(StrEnum):
    """What a partner may ask back; a closed list."""

    LANGUAGE = "language"
    TIMES = "times"
    STEP_FREE = "step_free"
    COMPANION = "companion"
    CALL_ME = "call_me"
    OTHER_OFFER = "other_offer"


class Advice(StrEnum):
    """What a partner may advise instead of asking; a closed list as well, and nothing about anybody's health."""

    OTHER_PARTNER = "other_partner"
    BEGIN_LATER = "begin_later"
    SEE_DOCTOR_FIRST = "see_doctor_first"
    COME_ALONG_FIRST = "come_along_first"


class Answer(StrEnum):
    """What a coach answers to a question; coded, so that nothing slips in."""

    YES = "yes"
    NO = "no"
    CALLED = "called"
    NOT_KNOWN = "not_known"


class Closing(StrEnum):
    """How an accepted enquiry ended, on the person's own word."""

    COMPLETED = "completed"
    PARTLY = "partly"
    PERSON_DECLINED = "person_declined"
    COULD_NOT_REACH = "could_not_reach"
    REFERRED_ON = "referred_on"


FAILED_CLOSINGS = (Closing.PERSON_DECLINED, Closing.COULD_NOT_REACH)


class Outcome(StrEnum):
    """How it went, as the partner reports it over the way back (F1)."""

    STARTED = "started"
    COMPLETED = "completed"
    PARTLY = "partly"
    PERSON_DECLINED = "person_declined"
    COULD_NOT_REACH = "could_not_reach"
    REFERRED_ON = "referred_on"


FAILED_OUTCOMES = (Outcome.PERSON_DECLINED, Outcome.COULD_NOT_REACH)
LONGEST_FEEDBACK = 300  # characters beside the coded outcome


NAME = "I1"  # the field group of the name; every consent to one partner holds it
HEAR_BY = {"normal": 5, "soon": 2}  # working days


def hear_by(priority: str, at: datetime, *, closed: Collection[date] = ()) -> datetime:
    """Return by when one hears: five working days in Saxony, two where it is urgent; `closed` are the partner's own."""
    return add_working_days(at, HEAR_BY[priority], closed=closed_days(closed))


def remind_at(hear_by_at: datetime, *, closed: Collection[date] = ()) -> datetime:
    """Return when a partner is reminded: on its own last working day before one should hear; `closed` as above."""
    return add_working_days(hear_by_at, -1, closed=closed_days(closed))


def new_reference() -> str:
    """Return a random reference (I0), short enough to be read aloud."""
    return new_public_id()[:8].upper()


class Enquiry(Identified, Versioned, Base):
    """What one partner was asked; `reference` (I0) is random and the only name it has before acceptance."""

    __tablename__ = "enquiries"
    __table_args__ = (
        Index(None, "organisation_id", "state"),
        index_of_due("hear_by_at"),
        index_of_due("ended_at"),
    )
    moves = ENQUIRY_MOVES

    reference: Mapped[str] = mapped_column(String(16), unique=True, default=new_reference)
    referral_id: Mapped[int] = references("referrals")
    participant_id: Mapped[int] = references("participants")
    organisation_id: Mapped[int] = references("organisations")
    offer_id: Mapped[int] = references("offers")
    slot_id: Mapped[int | None] = references("slots")  # the date wished for
    full_at: Mapped[datetime | None]  # the start of the date wished for that was full when it was sent
    round_id: Mapped[int | None] = references("rounds")  # asked together with others, without a name
    consent_id: Mapped[int | None] = references("consents")  # the E2 it was sent under; in a round the E2a until then
    transmission_id: Mapped[int | None] = references("transmissions")  # sent on a legal ground instead of a consent
    state: Mapped[EnquiryState] = mapped_column(state_type(EnquiryState), default=EnquiryState.DRAFT)
    priority: Mapped[str] = mapped_column(String(12), default="normal")  # normal, soon
    field_groups: Mapped[list[str]] = mapped_column(default=list)
    rough: Mapped[dict[str, Any]] = mapped_column(default=dict)  # R1: only what was ticked
    access_needs: Mapped[list[str]] = mapped_column(Sealed, default=list)  # A1, ticked singly
    contact: Mapped[dict[str, Any] | None] = mapped_column(Sealed)  # I2, the one way chosen; None: via the coach
    by_terms: Mapped[bool] = mapped_column(default=False)  # accepted by the offer's terms (named booking)
    reason: Mapped[str] = mapped_column(String(24), default="")  # decline, return or outcome code
    answer: Mapped[str] = mapped_column(String(24), default="")  # the coach's coded answer to a question
    position: Mapped[int | None]  # on the partner's own waiting list, as the partner says it
    feedback: Mapped[dict[str, Any] | None] = mapped_column(Sealed)  # F1: outcome and words, as the partner reported
    answered_by_id: Mapped[int | None] = references("users")
    answered_by_link: Mapped[bool] = mapped_column(default=False)
    ended_by: Mapped[str] = mapped_column(String(16), default="")  # coach, participant, consent, partner, clock, round
    hear_by_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    referral: Mapped[Referral] = related()
    participant: Mapped[Participant] = related()
    organisation: Mapped[Organisation] = related()
    offer: Mapped[Offer] = related()
    slot: Mapped[Slot | None] = related()
    transmission: Mapped[Transmission | None] = related()
    round: Mapped[Round | None] = related(foreign_keys=[round_id])

    @property
    def is_by_law(self) -> bool:
        """Whether it went out on a legal ground: then no consent makes or breaks it."""
        return self.transmission_id is not None

    @property
    def is_nameless(self) -> bool:
        """Whether it was asked in a round and the person has not said yes to this one partner since."""
        return self.round_id is not None and NAME not in self.field_groups


class Acknowledgement(Base):
    """A member of a partner's staff confirmed the purpose-limit notice before identity opened (R-LAW-05)."""

    __tablename__ = "acknowledgements"

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = references("enquiries")
    user_id: Mapped[int] = references("users")
    notice_version: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
