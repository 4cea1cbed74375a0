"""CalendarMail: what a member of staff was last told by mail about one date, so that only changes are told again."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, references, state_type


class CalendarMethod(StrEnum):
    """What the reader's calendar was asked to do; the words of RFC 5546."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class CalendarMail(Base):
    """One date in one reader's own calendar, as the last mail about it said; times are what that mail said."""

    __tablename__ = "calendar_mails"
    __table_args__ = (UniqueConstraint("user_id", "booking_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = references("users")
    booking_id: Mapped[int] = references("bookings")
    notice_id: Mapped[int] = references("notices")  # the mail that said it
    method: Mapped[CalendarMethod] = mapped_column(state_type(CalendarMethod))
    sequence: Mapped[int]  # grows with every mail, also where the date itself did not change
    said: Mapped[str] = mapped_column(String(64))  # digest of what the entry showed
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
