"""Emergency: a named deputy opens one person of an absent coach for an hour, and somebody looks at it afterwards."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.participant import Participant
from hub.models.user import User

LASTS = timedelta(minutes=60)
REVIEW_DAYS = 5  # working days


class EmergencyReason(StrEnum):
    """Why it cannot wait for an ordered cover; a closed list."""

    APPOINTMENT_TODAY = "appointment_today"
    PERSON_CALLS = "person_calls"
    PERSON_IN_DANGER = "person_in_danger"
    PARTNER_CALLS = "partner_calls"


class Emergency(Identified, Versioned, Base):
    """One opening: who, whom, why, from when to when, and who looked at it afterwards."""

    __tablename__ = "emergencies"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = references("users")
    reason: Mapped[EmergencyReason] = mapped_column(state_type(EmergencyReason))
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    review_by_at: Mapped[datetime]
    reviewed_by_id: Mapped[int | None] = references("users")
    reviewed_at: Mapped[datetime | None]

    participant: Mapped[Participant] = related()
    user: Mapped[User] = related(foreign_keys="Emergency.user_id")

    @property
    def jobcenter_id(self) -> int:
        """Whose team it concerns."""
        return self.participant.jobcenter_id
