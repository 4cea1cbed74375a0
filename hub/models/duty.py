"""Duty and Incident: what a partner owes once a consent has ended, and a consent that was never a good one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.enquiry import Enquiry
from hub.models.organisation import Organisation


class DutyState(StrEnum):
    """Whether the partner has said what became of the data; an overdue one can still be answered."""

    OPEN = "open"
    OVERDUE = "overdue"
    DELETED = "deleted"
    KEPT_BY_LAW = "kept_by_law"


class DutyReason(StrEnum):
    """Which end of a consent it follows from."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"


class Ground(StrEnum):
    """Why a partner keeps something all the same; a closed list, no free text."""

    TREATMENT_RECORD = "treatment_record"  # § 630f BGB
    INVOICE = "invoice"  # § 147 AO
    ACCIDENT = "accident"  # a claim that is still open


OWED = (DutyState.OPEN, DutyState.OVERDUE)
DUTY_MOVES: dict[DutyState, tuple[DutyState, ...]] = {
    DutyState.OPEN: (DutyState.OVERDUE, DutyState.DELETED, DutyState.KEPT_BY_LAW),
    DutyState.OVERDUE: (DutyState.DELETED, DutyState.KEPT_BY_LAW),
    DutyState.DELETED: (),
    DutyState.KEPT_BY_LAW: (),
}


class Duty(Identified, Versioned, Base):
    """One partner says within seven days that it deleted what it learned about one enquiry, or why it may not."""

    __tablename__ = "duties"
    __table_args__ = (Index(None, "state", "due_at"),)
    moves = DUTY_MOVES

    enquiry_id: Mapped[int] = references("enquiries")
    organisation_id: Mapped[int] = references("organisations")
    reason: Mapped[DutyReason] = mapped_column(state_type(DutyReason))
    fields: Mapped[list[str]] = mapped_column(default=list)  # names of field groups
    state: Mapped[DutyState] = mapped_column(state_type(DutyState), default=DutyState.OPEN)
    ground: Mapped[Ground | None] = mapped_column(state_type(Ground))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_by_id: Mapped[int | None] = references("users")
    answered_at: Mapped[datetime | None]

    enquiry: Mapped[Enquiry] = related()
    organisation: Mapped[Organisation] = related()


class IncidentKind(StrEnum):
    """What made a consent invalid."""

    WRONG_TEXT = "wrong_text"
    PRESSURE = "pressure"
    NO_CAPACITY = "no_capacity"
    NOT_HER_OWN = "not_her_own"


class Incident(Identified, Base):
    """A case to be looked at by the data protection officer (Art. 33 GDPR): a code and references, no text."""

    __tablename__ = "incidents"

    kind: Mapped[str] = mapped_column(String(24))
    consent_id: Mapped[int | None] = references("consents")
    opened_by_id: Mapped[int | None] = references("users")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
