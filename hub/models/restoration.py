"""Restoration: an older backup was put back, so calendars must take what they are sent now for newer than they have."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base

COUNTED_FROM = datetime(2026, 1, 1, tzinfo=UTC)


class Restoration(Base):
    """One time that a backup was put back; the latest one counts."""

    __tablename__ = "restorations"

    id: Mapped[int] = mapped_column(primary_key=True)
    restored_at: Mapped[datetime]

    @property
    def raises_by(self) -> int:
        """What is added to the SEQUENCE of every entry from then on: minutes, which no date is changed more often than.

        It comes from the clock and not from what is stored, since the same backup may be put back twice.
        """
        return (self.restored_at - COUNTED_FROM) // timedelta(minutes=1)
