"""RoomTick: five minutes of a room, taken by one date; the primary key is what keeps a room from being taken twice."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base

SECONDS = 300


class RoomTick(Base):
    """`tick` counts stretches of five minutes since 1970 (UTC)."""

    __tablename__ = "room_ticks"

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    tick: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), index=True)


def ticks_between(starts_at: datetime, ends_at: datetime, buffer_minutes: int = 0) -> range:
    """The ticks a span touches, rounded outward; with the minutes a room needs after it before the next date."""
    ends_at += timedelta(minutes=buffer_minutes)
    return range(int(starts_at.timestamp()) // SECONDS, -(-int(ends_at.timestamp()) // SECONDS))
