"""Barrier: that somebody cannot use a page, told without a login; the words and the way to answer are sealed."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Sealed
from hub.models.base import Base, Identified, references

LONGEST_WORDS = 2000
LONGEST_ADDRESS = 200


class Barrier(Identified, Base):
    """What does not work for somebody, and how to answer them if they wish; of nobody in particular."""

    __tablename__ = "barriers"
    __table_args__ = (Index(None, "told_at"),)

    words: Mapped[str] = mapped_column(Sealed)
    answer_to: Mapped[str] = mapped_column(Sealed)  # a telephone number, an address; may be empty
    told_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = references("users")
