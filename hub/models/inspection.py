"""Inspection: an auditor opens the evidence about one person by a number, for a reason and an hour (R-CON-13)."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.participant import Participant
from hub.models.user import User

WAITS = timedelta(days=7)  # so long somebody else may agree; afterwards it is asked anew


class InspectionReason(StrEnum):
    """Why the evidence is read; a closed list."""

    OWN_REQUEST = "own_request"
    COMPLAINT = "complaint"
    INCIDENT = "incident"
    AUTHORITY = "authority"
    SAMPLE = "sample"


class InspectionState(StrEnum):
    """Where an inspection stands; of a person who left long ago it needs a second auditor."""

    PROPOSED = "proposed"
    OPENED = "opened"
    DECLINED = "declined"


INSPECTION_MOVES: dict[InspectionState, tuple[InspectionState, ...]] = {
    InspectionState.PROPOSED: (InspectionState.OPENED, InspectionState.DECLINED),
    InspectionState.OPENED: (),
    InspectionState.DECLINED: (),
}


class Inspection(Identified, Versioned, Base):
    """One look at one person's evidence: who, whose, why, who agreed, from when to when."""

    __tablename__ = "inspections"
    moves = INSPECTION_MOVES

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    proposed_by_id: Mapped[int] = references("users")  # who reads, and never who agrees
    organisation_id: Mapped[int] = references("organisations")  # from which house it is read
    reason: Mapped[InspectionReason] = mapped_column(state_type(InspectionReason))
    state: Mapped[InspectionState] = mapped_column(state_type(InspectionState), default=InspectionState.PROPOSED)
    restricted: Mapped[bool]  # the participation was over for long: two persons
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = references("users")
    decided_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]

    participant: Mapped[Participant] = related()
    proposed_by: Mapped[User] = related(foreign_keys="Inspection.proposed_by_id")
