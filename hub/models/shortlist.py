"""Shortlist: the few offers a coach picked for a person, who says which of them it shall be."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.offer import Offer

MOST = 5  # more than that is no shortlist, and a sheet in large type ends there


class ShortlistState(StrEnum):
    """How far one offer on it is."""

    PICKED = "picked"  # by the coach; the person sees nothing yet
    SHOWN = "shown"  # handed to the person
    WANTED = "wanted"  # "that is what I want"; the coach acts next


SHORTLIST_MOVES: dict[ShortlistState, tuple[ShortlistState, ...]] = {
    ShortlistState.PICKED: (ShortlistState.SHOWN, ShortlistState.WANTED),  # found by the person alone too
    ShortlistState.SHOWN: (ShortlistState.WANTED,),
    ShortlistState.WANTED: (ShortlistState.SHOWN,),  # the person thought again
}


class ShortlistItem(Identified, Versioned, Base):
    """One offer on a person's shortlist; it goes with the person."""

    __tablename__ = "shortlist_items"
    __table_args__ = (UniqueConstraint("participant_id", "offer_id"),)
    moves = SHORTLIST_MOVES

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[int] = references("offers")
    state: Mapped[ShortlistState] = mapped_column(state_type(ShortlistState), default=ShortlistState.PICKED)
    picked_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    wanted_at: Mapped[datetime | None]

    offer: Mapped[Offer] = related()
