"""Booking and Waiting: a taken place or a coach's own appointment, and a wish for a place."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_method, hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from hub import clock
from hub.db import Sealed
from hub.models.base import Base, Identified, Versioned, index_of_due, references, related, state_type
from hub.models.enquiry import Enquiry
from hub.models.location import Location
from hub.models.participant import Participant
from hub.models.slot import Slot


class BookingState(StrEnum):
    """The life of a booking."""

    HELD = "held"
    REQUESTED = "requested"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ATTENDED = "attended"
    NOT_TAKEN_PLACE = "not_taken_place"
    NOT_THERE = "not_there"


B = BookingState
LIVE = (B.HELD, B.REQUESTED, B.OFFERED, B.CONFIRMED)  # they hold a place
KEPT = (B.HELD, B.OFFERED)  # until the person answers
UNDECIDED = (*KEPT, B.REQUESTED)  # until somebody answers, the person or the partner: nobody's date yet
SHOWN = (B.CONFIRMED,)  # people see it as a date
STANDING = (B.REQUESTED, *SHOWN)  # somebody counts on it: their coach hears when the date moves or falls away
BLOCKING = (B.OFFERED, B.CONFIRMED)  # they exclude other dates of the same person
BOOKING_MOVES: dict[BookingState, tuple[BookingState, ...]] = {
    B.HELD: (B.REQUESTED, B.CONFIRMED, B.EXPIRED),  # never cancelled: nobody hears of a date that never was
    B.REQUESTED: (B.CONFIRMED, B.EXPIRED),  # the same: what nobody agreed to cannot be called off
    B.OFFERED: (B.CONFIRMED, B.CANCELLED, B.EXPIRED),
    B.CONFIRMED: (B.CANCELLED, B.ATTENDED, B.NOT_TAKEN_PLACE, B.NOT_THERE),
    B.CANCELLED: (B.CONFIRMED,),  # a session of a course that takes place after all
    B.EXPIRED: (),
    B.ATTENDED: (B.CONFIRMED, B.NOT_TAKEN_PLACE, B.NOT_THERE),  # back: a slip of the hand, taken back the same day
    B.NOT_TAKEN_PLACE: (B.CONFIRMED, B.ATTENDED, B.NOT_THERE),
    B.NOT_THERE: (B.CONFIRMED, B.ATTENDED, B.NOT_TAKEN_PLACE),
}
NEWS_LAST = timedelta(days=3)  # so long a coach reads what a person booked alone
DOOR_OPENS = timedelta(minutes=30)  # so long before a date its people say that they are here
BY_YES = "partner"  # made by: the yes to the enquiry that asked for it
OWN = "own"  # access of a coach's own appointment
ONE_PLACE = "partner_one"  # a partner called off this place, and the date takes place for everybody else
BY_OTHERS = ("partner", ONE_PLACE, "programme")  # who cancelled what somebody must tell the person
_LIVE_SQL = text("slot_id IS NOT NULL AND state IN ('held', 'requested', 'offered', 'confirmed')")


class Hand(StrEnum):
    """Who wrote down whether somebody was there."""

    PARTNER = "partner"  # its own staff, or through the mail's link
    UMBRELLA = "umbrella"  # on the telephone
    COACH = "coach"  # asked the person


class PlaceReason(StrEnum):
    """Why a partner calls off one place; coded, no free text."""

    NO_CAPACITY = "no_capacity"
    ILL_STAFF = "ill_staff"
    NOT_SUITABLE = "not_suitable"


class Booking(Identified, Versioned, Base):
    """A place in a slot, or a coach's own appointment (no slot); times are copies of the slot's, moved with it."""

    __tablename__ = "bookings"
    __table_args__ = (
        Index(
            "uq_bookings_live",
            "slot_id",
            "participant_id",
            unique=True,
            sqlite_where=_LIVE_SQL,
            postgresql_where=_LIVE_SQL,
        ),
        UniqueConstraint("slot_id", "code"),
        # A place held while the consent is asked for, or offered from the waiting list, carries no identity yet.
        CheckConstraint(
            "enquiry_id IS NOT NULL OR access IN ('open', 'anonymous', 'own') "
            "OR state IN ('held', 'offered', 'expired')",
            name="identity_by_enquiry",
        ),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        Index(None, "participant_id", "starts_at"),
        Index(None, "coach_id", "starts_at"),
        index_of_due("expires_at"),
    )
    moves = BOOKING_MOVES

    slot_id: Mapped[int | None] = references("slots")
    pool_id: Mapped[int | None] = references("pools")
    participant_id: Mapped[int | None] = references("participants")
    coach_id: Mapped[int | None] = references("users")  # whose own time it takes (appointments only)
    enquiry_id: Mapped[int | None] = references("enquiries")
    location_id: Mapped[int | None] = references("locations")
    access: Mapped[str] = mapped_column(String(12))
    state: Mapped[BookingState] = mapped_column(state_type(BookingState))
    code: Mapped[str | None] = mapped_column(String(40))  # place code, word and number
    party: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    travel_minutes: Mapped[int] = mapped_column(default=0)  # before and after, of a home visit
    title: Mapped[str | None] = mapped_column(Sealed)
    address: Mapped[dict[str, Any] | None] = mapped_column(Sealed)
    municipality_code: Mapped[str | None] = mapped_column(String(8))  # the town of an own appointment, for the journeys
    made_by: Mapped[str] = mapped_column(String(16))  # coach, participant, partner, system
    made_by_id: Mapped[int | None] = references("users")
    idempotency_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None]  # of a hold, a request or a waitlist offer
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cancelled_by: Mapped[str] = mapped_column(String(16), default="")  # person, coach, or one of BY_OTHERS
    cancelled_why: Mapped[str] = mapped_column(String(16), default="", server_default="")  # PlaceReason
    cancelled_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # the coach told the person: that it falls away, or that the partner's yes made it
    moved_from_at: Mapped[datetime | None]  # the start somebody knows, since others moved it; its own, if elsewhere
    marked_by: Mapped[str] = mapped_column(String(16), default="", server_default="")  # Hand
    marked_at: Mapped[datetime | None]  # with the state still confirmed: the coach asked, and nobody knows
    arrived_at: Mapped[datetime | None]  # the place code was said at the door; for its partner alone

    # How a change by others reached the person (queries/deliveries.py); read where a query says so.
    reached: Mapped[str | None] = query_expression()

    slot: Mapped[Slot | None] = related()
    participant: Mapped[Participant | None] = related()
    enquiry: Mapped[Enquiry | None] = related()
    location: Mapped[Location | None] = related()

    @property
    def is_block(self) -> bool:
        """Whether it is time a coach keeps for themselves: with nobody, and in no lent room."""
        return self.access == OWN and self.slot_id is None and self.participant_id is None

    def is_marked_today_by(self, hand: Hand, at: datetime) -> bool:
        """Whether this hand wrote a mark down on the local day of `at`, and may take it back."""
        if self.marked_by != hand or self.marked_at is None:
            return False
        return clock.local_date(self.marked_at) == clock.local_date(at)

    @property
    def is_here(self) -> bool:
        """Whether somebody came to this date; moved to another day nobody is there yet."""
        return self.arrived_at is not None and self.arrived_at >= self.starts_at - DOOR_OPENS

    @hybrid_property
    def holds_a_place(self) -> bool:
        """Whether it counts in its pool; valid in Python and in SQL."""
        return self.state in LIVE

    @holds_a_place.inplace.expression
    @classmethod
    def _holds_a_place_sql(cls) -> Any:
        return cls.state.in_(LIVE)

    @hybrid_method
    def is_news_from_person(self, at: datetime) -> bool:
        """Whether the person took this coming place lately with their own hands; valid in Python and in SQL."""
        lately = (self.made_by == "participant") & (self.created_at > at - NEWS_LAST)
        return lately & (self.state == B.CONFIRMED) & (self.starts_at > at)

    @hybrid_method
    def is_news_by_yes(self, at: datetime) -> bool:
        """Whether the partner's yes made it a date, and nobody has told the person; valid in Python and in SQL."""
        untold = self.told_at == None  # noqa: E711
        return untold & (self.made_by == BY_YES) & (self.state == B.CONFIRMED) & (self.starts_at > at)


class WaitingState(StrEnum):
    """What became of a wish for a place."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


W = WaitingState
WAITING_MOVES: dict[WaitingState, tuple[WaitingState, ...]] = {
    W.WAITING: (W.OFFERED, W.TAKEN, W.LAPSED, W.WITHDRAWN),  # taken at once where a place was free after all
    W.OFFERED: (W.TAKEN, W.LAPSED, W.WITHDRAWN),
    W.TAKEN: (),
    W.LAPSED: (W.WITHDRAWN,),  # the coach has read it
    W.WITHDRAWN: (),
}


ACTIVE = (W.WAITING, W.OFFERED)  # one per person and date
_ACTIVE_SQL = text("state IN ('waiting', 'offered')")


class Waiting(Identified, Versioned, Base):
    """A wish for a place in one slot; first come, first offered."""

    __tablename__ = "waitings"
    __table_args__ = (
        Index(None, "slot_id", "state", "created_at"),
        Index(
            "uq_waitings_active",
            "slot_id",
            "participant_id",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
    )
    moves = WAITING_MOVES

    slot_id: Mapped[int] = references("slots")
    participant_id: Mapped[int] = references("participants")
    booking_id: Mapped[int | None] = references("bookings")
    state: Mapped[WaitingState] = mapped_column(state_type(WaitingState), default=WaitingState.WAITING)
    party: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]  # half the time of its offer was over, and the coach was told once more

    slot: Mapped[Slot] = related()
    participant: Mapped[Participant] = related()
    booking: Mapped[Booking | None] = related()  # the place offered to it
