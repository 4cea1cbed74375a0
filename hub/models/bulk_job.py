"""BulkJob and BulkItem: one change of many dates or people, done unit by unit, each in a transaction of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import User


class BulkKind(StrEnum):
    """What is done to each."""

    CALL_OFF = "call_off"
    UNSETTLE = "unsettle"
    MOVE = "move"
    HAND_OVER = "hand_over"


class BulkState(StrEnum):
    """Where a job stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # somebody ended it early; what was done stays done


BULK_MOVES: dict[BulkState, tuple[BulkState, ...]] = {
    BulkState.RUNNING: (BulkState.DONE, BulkState.STOPPED),
    BulkState.DONE: (),
    BulkState.STOPPED: (),
}


class ItemState(StrEnum):
    """What became of one date or person."""

    OPEN = "open"
    DONE = "done"
    LEFT = "left"  # nothing happened to it; `why` says why


class Why(StrEnum):
    """Why nothing happened."""

    CHANGED = "changed"  # somebody booked, moved, called off, handed over since it was seen
    IN_THE_WAY = "in_the_way"  # a room, a time, the order of a course
    ROOM_BUSY = "room_busy"  # so says the calendar of the house
    NOT_ALLOWED = "not_allowed"  # whoever started it may not do it any more
    GONE = "gone"
    STOPPED = "stopped"
    FAULT = "fault"  # ours


class BulkJob(Identified, Versioned, Base):
    """One job; of one organisation or Jobcenter where all its dates or people are, else of whoever started it alone."""

    __tablename__ = "bulk_jobs"
    moves = BULK_MOVES

    kind: Mapped[BulkKind] = mapped_column(state_type(BulkKind))
    state: Mapped[BulkState] = mapped_column(state_type(BulkState), default=BulkState.RUNNING)
    user_id: Mapped[int] = references("users")
    organisation_id: Mapped[int | None] = references("organisations")
    jobcenter_id: Mapped[int | None] = references("organisations")
    coach_id: Mapped[int | None] = references("users")  # whose people are handed over; None: they have no coach
    seen: Mapped[str] = mapped_column(String(16), default="")  # digest of the preview: sent twice it is one job
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)  # span, days, despite_busy: what the preview asked
    total: Mapped[int] = mapped_column(default=0)  # dates or people
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    coach: Mapped[User | None] = related(foreign_keys="BulkJob.coach_id")


class BulkItem(Base):
    """One date or person of a job; those with one `unit` are done together. What was seen guards what is done."""

    __tablename__ = "bulk_items"
    __table_args__ = (Index("ix_bulk_items_by_unit", "job_id", "unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"))
    unit: Mapped[int]  # from 0, in the order of doing
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id", ondelete="SET NULL"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    coach_id: Mapped[int | None] = references("users")  # who gets the person
    seen_version: Mapped[int] = mapped_column(default=0)  # of the date
    seen_people: Mapped[int] = mapped_column(default=0)  # booked with it
    state: Mapped[ItemState] = mapped_column(state_type(ItemState), default=ItemState.OPEN)
    why: Mapped[Why | None] = mapped_column(state_type(Why))
    done_at: Mapped[datetime | None]
    told_ids: Mapped[list[int]] = mapped_column(default=list)  # users who hear of it when the job ends
    team_ids: Mapped[list[int]] = mapped_column(default=list)  # Jobcenters whose leads hear of it: no coach does

    slot: Mapped[Slot | None] = related()
    participant: Mapped[Participant | None] = related()
    coach: Mapped[User | None] = related(foreign_keys="BulkItem.coach_id")
