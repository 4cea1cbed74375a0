"""Referral: the coach's search for one need of one person; only the coach closes it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.offer import Aim, Stage
from hub.models.participant import Participant
from hub.models.user import User


class ReferralState(StrEnum):
    """Where the search stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    RETRACTED = "retracted"


REFERRAL_MOVES: dict[ReferralState, tuple[ReferralState, ...]] = {
    ReferralState.DRAFT: (ReferralState.OPEN, ReferralState.RETRACTED),
    ReferralState.OPEN: (ReferralState.PAUSED, ReferralState.CLOSED, ReferralState.RETRACTED),
    ReferralState.PAUSED: (ReferralState.OPEN, ReferralState.RETRACTED),
    ReferralState.CLOSED: (ReferralState.RETRACTED,),
    ReferralState.RETRACTED: (),
}


class Outcome(StrEnum):
    """What became of the need, asked of the person. Closed is not helped."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    CHANGED_MIND = "changed_mind"


class Referral(Identified, Versioned, Base):
    """One need of one person. No diagnosis field exists anywhere."""

    __tablename__ = "referrals"
    moves = REFERRAL_MOVES

    participant_id: Mapped[int] = references("participants")
    coach_id: Mapped[int] = references("users")
    state: Mapped[ReferralState] = mapped_column(state_type(ReferralState), default=ReferralState.DRAFT)
    aim: Mapped[Aim] = mapped_column(state_type(Aim))
    stage: Mapped[Stage] = mapped_column(state_type(Stage), default=Stage.PREVENTION)
    tags: Mapped[list[str]] = mapped_column(default=list)
    matters: Mapped[list[str]] = mapped_column(default=list)  # near, step_free, language, women_only, companion, times
    outcome: Mapped[Outcome | None] = mapped_column(state_type(Outcome))
    routing: Mapped[str] = mapped_column(String(24), default="one")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    participant: Mapped[Participant] = related()
    coach: Mapped[User] = related()
