"""CalendarSource, SourceDate and BusyTime: a partner's or coach's own calendar, and what was read in it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Sealed
from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.location import Room
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.slot import Slot
from hub.models.user import User


class SourcePurpose(StrEnum):
    """What the dates of a foreign calendar are to us."""

    DATES = "dates"  # chosen ones become dates of an offer
    BUSY = "busy"  # they take the time of a room or a coach, without their titles


class Light(StrEnum):
    """How far what was read can be relied on."""

    GREEN = "green"
    YELLOW = "yellow"  # older than it should be, or the last attempt failed
    RED = "red"  # never read, too old or not whole: what is not busy is unknown, never free


# How old a copy may be: of an address, which is fetched every hour, and of a file, which a person brings again.
FRESH, STALE = timedelta(hours=3), timedelta(days=1)
FILE_FRESH, FILE_STALE = timedelta(days=7), timedelta(days=14)


class CalendarSource(Identified, Versioned, Base):
    """One foreign calendar; without an address it was a file. What cannot be read is unknown, never free."""

    __tablename__ = "calendar_sources"
    __table_args__ = (Index(None, "next_at"),)

    organisation_id: Mapped[int | None] = references("organisations")
    user_id: Mapped[int | None] = references("users")  # whose own calendar it is
    purpose: Mapped[SourcePurpose] = mapped_column(state_type(SourcePurpose))
    name: Mapped[str] = mapped_column(String(80))
    url: Mapped[str | None] = mapped_column(Sealed)
    offer_id: Mapped[int | None] = references("offers")
    room_id: Mapped[int | None] = references("rooms")
    titles: Mapped[list[str]] = mapped_column(default=list)  # as compared; dates with one of these are the offer's
    categories: Mapped[list[str]] = mapped_column(default=list)
    content_digest: Mapped[str] = mapped_column(String(64), default="")  # of the last good copy
    etag: Mapped[str] = mapped_column(String(200), default="")
    # A file that waits to be read, and what was read of dates until some are chosen; both go after that.
    content: Mapped[str | None] = mapped_column(Sealed, deferred=True, deferred_raiseload=True)  # base64
    preview: Mapped[list[list[Any]] | None] = mapped_column(Sealed, deferred=True, deferred_raiseload=True)
    problems: Mapped[dict[str, Any]] = mapped_column(default=dict)  # code → how often
    incomplete: Mapped[bool] = mapped_column(default=False)  # the last copy held more than was read
    trouble: Mapped[str] = mapped_column(String(40), default="")  # why the last attempt failed
    tried_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]  # of the last good copy
    next_at: Mapped[datetime | None]  # when to fetch again; None: never (a file)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def is_file(self) -> bool:
        """Whether a person brings it; nothing is fetched then."""
        return self.url is None

    @property
    def chosen(self) -> bool:
        """Whether somebody has said which of its dates are the offer's."""
        return bool(self.titles or self.categories)

    def light(self, at: datetime) -> Light:
        """How far the last good copy can be relied on at this instant."""
        fresh, stale = (FILE_FRESH, FILE_STALE) if self.is_file else (FRESH, STALE)
        if self.fetched_at is None or self.incomplete or at - self.fetched_at > stale:
            return Light.RED
        return Light.YELLOW if self.trouble or at - self.fetched_at > fresh else Light.GREEN

    organisation: Mapped[Organisation | None] = related()
    user: Mapped[User | None] = related()
    offer: Mapped[Offer | None] = related()
    room: Mapped[Room | None] = related()


class SourceDateState(StrEnum):
    """What became of one date of a foreign calendar."""

    NEW = "new"
    TAKEN = "taken"
    CHANGED = "changed"  # it stands elsewhere now than the slot made of it
    GONE = "gone"  # the source no longer has it
    IGNORED = "ignored"


class SourceDate(Base):
    """One date read as an offer's, by a digest of its identity; the title is kept only with what was taken over."""

    __tablename__ = "source_dates"
    __table_args__ = (UniqueConstraint("source_id", "key_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = references("calendar_sources")
    key_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[SourceDateState] = mapped_column(state_type(SourceDateState), default=SourceDateState.NEW)
    title: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    slot_id: Mapped[int | None] = references("slots")

    slot: Mapped[Slot | None] = related()


class BusyTime(Base):
    """A span in which a room or a coach is not to be had; nothing more is kept of it."""

    __tablename__ = "busy_times"
    __table_args__ = (Index(None, "source_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = references("calendar_sources")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
