"""Exclusion: with whom a person wants nothing to do; why is asked by nobody and written nowhere (R-LAW-17)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, index_of_ends, references, related
from hub.models.organisation import Organisation
from hub.models.user import User


class Exclusion(Identified, Base):
    """An organisation, or one member of its staff, that shall learn nothing of a person; it goes with the person."""

    __tablename__ = "exclusions"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (user_id IS NULL)", name="organisation_or_user"),
        Index(None, "created_at"),
        index_of_ends("ended_at"),
    )

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = references("organisations")
    user_id: Mapped[int | None] = references("users")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = related()
    user: Mapped[User | None] = related()
