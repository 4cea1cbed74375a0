"""Consent sheet: what one person is asked on one sheet, for one signature; each line of it is a Consent of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.crypto import new_public_id
from hub.db import Sealed
from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.consent import ConsentForm
from hub.models.participant import Participant

LONGEST_HEALTH = 300  # characters of a health text (E3)
WAITS = (0, 24, 72)  # hours of cooling-off one can choose (R-LAW-11)


class Interpreter(StrEnum):
    """Who translated while the sheet was read; the role only, never a name (R-CON-02)."""

    PROFESSIONAL = "professional"
    TELEPHONE = "telephone"
    RELATIVE = "relative"
    STAFF = "staff"


class Helper(StrEnum):
    """Who sat beside the person; the role only."""

    RELATIVE = "relative"
    FRIEND = "friend"
    COUNSELLOR = "counsellor"
    GUARDIAN = "guardian"


class FormReason(StrEnum):
    """Why it was signed in another form than a signature."""

    MARK = "mark"  # a mark before a witness, for who cannot write
    STAMP = "stamp"  # a stamp of the signature


def new_reference() -> str:
    """Return the number printed on a sheet, short enough to be typed again from paper."""
    return new_public_id()[:8].upper()


def read_reference(typed: str) -> str:
    """Return a printed number as it is kept; spaces and case do not count."""
    return "".join(typed.split()).upper()


class ConsentSheet(Identified, Versioned, Base):
    """One sheet with one signature; its lines are the consents with its `sheet_id`."""

    __tablename__ = "consent_sheets"

    participant_id: Mapped[int] = references("participants")
    reference: Mapped[str] = mapped_column(String(16), unique=True, default=new_reference)
    locale: Mapped[str] = mapped_column(String(12))
    interpreter: Mapped[str] = mapped_column(String(24), default="")
    helper: Mapped[str] = mapped_column(String(24), default="")
    wait_hours: Mapped[int] = mapped_column(default=0)
    waived: Mapped[bool] = mapped_column(default=False)  # by the person's own tick
    requested_by_id: Mapped[int | None] = references("users")
    requested_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    form: Mapped[ConsentForm | None] = mapped_column(state_type(ConsentForm))
    form_reason: Mapped[str] = mapped_column(String(24), default="")
    evidence: Mapped[dict[str, Any] | None] = mapped_column(Sealed)  # signed on, file reference, scan, drawn strokes
    withdrawal_code: Mapped[str | None] = mapped_column(Sealed)  # on the slip: takes back all of the sheet
    withdrawal_digest: Mapped[str | None] = mapped_column(String(64), unique=True)

    participant: Mapped[Participant] = related()
