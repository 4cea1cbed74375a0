"""Round: several partners asked at once without a name, under one consent of the person that lists them (E2a)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.participant import Participant
from hub.models.referral import Referral

FEWEST, MOST = 2, 12  # partners on one list; more than that nobody reads through
HELD_FOR = 2  # working days a partner's yes is kept while the person is asked for theirs


class RoundKind(StrEnum):
    """How one of several is found."""

    FIRST_YES = "first_yes"  # whoever says yes first
    CHOICE = "choice"  # answers come in, the person picks
    OPEN_CALL = "open_call"  # all that suit the need; else like the first yes


class RoundState(StrEnum):
    """Where the asking around stands."""

    DRAFT = "draft"  # the person has not said yes yet, or it was not sent
    OPEN = "open"  # partners are asked
    HELD = "held"  # one yes is kept until the person says yes to this one
    SETTLED = "settled"  # the person said yes to this one
    ENDED = "ended"


R = RoundState
ROUND_MOVES: dict[RoundState, tuple[RoundState, ...]] = {
    R.DRAFT: (R.OPEN, R.ENDED),
    R.OPEN: (R.HELD, R.ENDED),
    R.HELD: (R.OPEN, R.SETTLED, R.ENDED),
    R.SETTLED: (),
    R.ENDED: (),
}
RUNNING = (R.DRAFT, R.OPEN, R.HELD)
ASKED = (R.OPEN, R.HELD)  # partners have it


class Round(Identified, Versioned, Base):
    """One asking around for one need; its enquiries carry its `round_id`, each a number of its own."""

    __tablename__ = "rounds"
    moves = ROUND_MOVES

    participant_id: Mapped[int] = references("participants")
    referral_id: Mapped[int] = references("referrals")
    consent_id: Mapped[int] = references("consents")  # the E2a it is asked under
    kind: Mapped[RoundKind] = mapped_column(state_type(RoundKind))
    state: Mapped[RoundState] = mapped_column(state_type(RoundState), default=RoundState.DRAFT)
    # Enquiries know their round, and the round which of them is kept: one of both keys is made afterwards.
    held_enquiry_id: Mapped[int | None] = mapped_column(ForeignKey("enquiries.id", use_alter=True), index=True)
    hold_until_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = references("users")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    participant: Mapped[Participant] = related()
    referral: Mapped[Referral] = related()
