"""Slip: one printed sheet of a person's dates, numbered, so that one sees which paper is out of date."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, references, related, state_type
from hub.models.participant import Participant


class SlipSize(StrEnum):
    """How large the sheet is."""

    CARD = "card"  # for the wallet, with the code of the access card
    SLIP = "slip"  # A5, for the fridge
    LARGE = "large"  # A4 in large print


class Slip(Identified, Base):
    """One print; numbers count up per person and never come back."""

    __tablename__ = "slips"
    __table_args__ = (UniqueConstraint("participant_id", "number"),)

    participant_id: Mapped[int] = references("participants")
    number: Mapped[int]
    size: Mapped[SlipSize] = mapped_column(state_type(SlipSize))
    titles: Mapped[bool] = mapped_column(default=False)  # tells what each date is, not only when and where
    locale: Mapped[str] = mapped_column(String(12), default="de")
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int | None] = references("users")

    participant: Mapped[Participant] = related()
