"""Participant, Participation and Cover: who takes part, from when to when, and who looks after them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Sealed
from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.organisation import Organisation
from hub.models.programme import Programme
from hub.models.user import User


class AccessNeed(StrEnum):
    """A1: access needs as function codes, never a diagnosis."""

    STEP_FREE = "step_free"
    INTERPRETER = "interpreter"
    QUIET = "quiet"
    COMPANION = "companion"


class Participant(Identified, Versioned, Base):
    """A person of exactly one Jobcenter for ever; all that identifies them is sealed."""

    __tablename__ = "participants"
    __table_args__ = (Index(None, "jobcenter_id", "name_digest"),)

    jobcenter_id: Mapped[int] = references("organisations")
    coach_id: Mapped[int | None] = references("users")
    name: Mapped[dict[str, str]] = mapped_column(Sealed)  # form_of_address, given, family
    name_digest: Mapped[str] = mapped_column(String(64))  # keyed, of the normalised name; for duplicates only
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(Sealed)  # kind, value, allowed_for
    home_address: Mapped[dict[str, str] | None] = mapped_column(Sealed)
    notes: Mapped[str | None] = mapped_column(Sealed)
    access_needs: Mapped[list[str]] = mapped_column(Sealed)
    clinical_needs: Mapped[list[str] | None] = mapped_column(Sealed)  # of them: known from a doctor (§ 76 SGB X)
    log_key: Mapped[str | None] = mapped_column(Sealed)  # destroyed when the evidence period ends
    municipality_code: Mapped[str] = mapped_column(String(8))
    birth_year: Mapped[int | None]
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["de"])
    locale: Mapped[str] = mapped_column(String(12), default="de")
    call_word: Mapped[str] = mapped_column(String(24))
    neutral_word: Mapped[str] = mapped_column(String(40), default="Termin")
    created_at: Mapped[datetime]
    coach_changed_at: Mapped[datetime | None]  # when the present coach took over from another one

    jobcenter: Mapped[Organisation] = related()
    coach: Mapped[User | None] = related()
    participations: Mapped[list["Participation"]] = related(back_populates="participant", order_by="Participation.id")

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.name['given']} {self.name['family']}"

    def takes_part(self, on: date) -> bool:
        """Tell whether an admitted participation runs on that day; as `running_participation`, of loaded rows."""
        admitted = [one for one in self.participations if one.state is ParticipationState.ADMITTED]
        return any(one.starts_on <= on <= one.ends_on for one in admitted)


class ParticipationState(StrEnum):
    """Where an admission stands."""

    PROPOSED = "proposed"
    ADMITTED = "admitted"
    DECLINED = "declined"
    ENDED = "ended"


PARTICIPATION_MOVES: dict[ParticipationState, tuple[ParticipationState, ...]] = {
    ParticipationState.PROPOSED: (ParticipationState.ADMITTED, ParticipationState.DECLINED),
    ParticipationState.ADMITTED: (ParticipationState.ENDED,),
    ParticipationState.DECLINED: (),
    ParticipationState.ENDED: (),
}


class Participation(Identified, Versioned, Base):
    """One person's time in one programme; proposed and decided by two different people."""

    __tablename__ = "participations"
    moves = PARTICIPATION_MOVES

    participant_id: Mapped[int] = references("participants")
    programme_id: Mapped[int] = references("programmes")
    state: Mapped[ParticipationState] = mapped_column(state_type(ParticipationState))
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # the last day
    criteria: Mapped[list[str]] = mapped_column(Sealed)  # never shown outside coach and case manager
    case_manager_id: Mapped[int | None] = references("users")
    proposed_by_id: Mapped[int] = references("users")
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = references("users")
    decided_at: Mapped[datetime | None]

    participant: Mapped[Participant] = related(back_populates="participations")
    programme: Mapped[Programme] = related()
    case_manager: Mapped[User | None] = related(foreign_keys="Participation.case_manager_id")


class EarlyEndState(StrEnum):
    """Where the wish stands to end a participation before its last day."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"


EARLY_END_MOVES: dict[EarlyEndState, tuple[EarlyEndState, ...]] = {
    EarlyEndState.PROPOSED: (EarlyEndState.AGREED, EarlyEndState.DECLINED),
    EarlyEndState.AGREED: (),
    EarlyEndState.DECLINED: (),
}


class EarlyEnd(Identified, Versioned, Base):
    """A proposal to end a participation early; proposed and decided by two different people (R-ACC-06)."""

    __tablename__ = "early_ends"
    __table_args__ = (
        Index(
            "uq_early_ends_proposed",
            "participation_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )
    moves = EARLY_END_MOVES

    participation_id: Mapped[int] = references("participations")
    state: Mapped[EarlyEndState] = mapped_column(state_type(EarlyEndState), default=EarlyEndState.PROPOSED)
    last_on: Mapped[date]  # the new last day
    reason: Mapped[str] = mapped_column(String(24))
    proposed_by_id: Mapped[int] = references("users")
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = references("users")
    decided_at: Mapped[datetime | None]

    participation: Mapped[Participation] = related()

    @property
    def case_manager_id(self) -> int | None:
        """Who decides: whoever decided on the participation itself."""
        return self.participation.case_manager_id


class Cover(Identified, Base):
    """A deputy looks after a coach's people for a time; ordered by somebody, ends by itself."""

    __tablename__ = "covers"

    coach_id: Mapped[int] = references("users")
    deputy_id: Mapped[int] = references("users")
    ordered_by_id: Mapped[int] = references("users")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    coach: Mapped[User] = related(foreign_keys="Cover.coach_id")
    deputy: Mapped[User] = related(foreign_keys="Cover.deputy_id")
