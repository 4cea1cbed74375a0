"""Notice and Link: something to be told over a channel (the outbox), and the single-purpose address a mail carries."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.booking import Booking
from hub.models.enquiry import Enquiry
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion
from hub.models.slot import Slot


class Channel(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    CALL = "call"
    PRINT = "print"
    MESSAGE = "message"  # short, to a telephone


class NoticeState(StrEnum):
    """The life of an outbox row."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    DEAD = "dead"


N = NoticeState
NOTICE_MOVES: dict[NoticeState, tuple[NoticeState, ...]] = {
    N.QUEUED: (N.SENDING, N.SENT, N.DROPPED),  # straight to sent: a call that was made
    N.SENDING: (N.SENT, N.QUEUED, N.DROPPED, N.DEAD),
    N.SENT: (),
    N.DROPPED: (),
    N.DEAD: (N.QUEUED,),
}


class Notice(Identified, Versioned, Base):
    """Template and references only, never a rendered text or an address."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index(None, "channel", "state", "sent_at"),  # calls and letters are few among all mails
        Index("uq_notices_key", "key", unique=True),
    )
    moves = NOTICE_MOVES

    template: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(state_type(Channel))
    user_id: Mapped[int | None] = references("users")
    organisation_id: Mapped[int | None] = references("organisations")
    participant_id: Mapped[int | None] = references("participants")
    enquiry_id: Mapped[int | None] = references("enquiries")
    booking_id: Mapped[int | None] = references("bookings")
    slot_id: Mapped[int | None] = references("slots")
    offer_id: Mapped[int | None] = references("offers")
    invitation_id: Mapped[int | None] = references("invitations")
    prior_question_id: Mapped[int | None] = references("prior_questions")
    sheet_id: Mapped[int | None] = references("consent_sheets")
    key: Mapped[str | None] = mapped_column(String(80))  # what a person is told once only, among many workers
    purpose: Mapped[str] = mapped_column(String(12), default="")  # what the person allowed it for (MessagePurpose)
    sent_with_id: Mapped[int | None] = references("notices")  # whose mail tells this as well
    state: Mapped[NoticeState] = mapped_column(state_type(NoticeState), default=NoticeState.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(80), default="")  # class of the last error, no content

    participant: Mapped[Participant | None] = related()
    booking: Mapped[Booking | None] = related()
    enquiry: Mapped[Enquiry | None] = related()


class LinkPurpose(StrEnum):
    """The one thing a link is for."""

    ANSWER_ENQUIRY = "answer_enquiry"
    KEEP_OFFER = "keep_offer"  # say that an offer is still right, or what is not
    ANSWER_PRIOR_QUESTION = "answer_prior_question"
    MARK_ATTENDANCE = "mark_attendance"


# Booleans add up on one database only.
ABOUT_ONE_THING = " + ".join(
    f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in ("enquiry_id", "offer_id", "prior_question_id", "slot_id")
)


class Link(Identified, Base):
    """Random, hashed, expiring, about one thing, for one organisation; following it changes nothing (R-ACC-11)."""

    __tablename__ = "links"
    __table_args__ = (CheckConstraint(f"{ABOUT_ONE_THING} = 1", name="about_one_thing"),)

    purpose: Mapped[LinkPurpose] = mapped_column(state_type(LinkPurpose))
    enquiry_id: Mapped[int | None] = references("enquiries")
    offer_id: Mapped[int | None] = references("offers")
    prior_question_id: Mapped[int | None] = references("prior_questions")
    slot_id: Mapped[int | None] = references("slots")
    organisation_id: Mapped[int] = references("organisations")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    enquiry: Mapped[Enquiry | None] = related()
    offer: Mapped[Offer | None] = related()
    prior_question: Mapped[PriorQuestion | None] = related()
    slot: Mapped[Slot | None] = related()
    organisation: Mapped[Organisation] = related()
