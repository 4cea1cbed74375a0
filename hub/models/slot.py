"""Slot, Pool and Course: one bookable date, the places of it, and several dates booked as one."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, validates

from hub import clock
from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.location import Location, Room
from hub.models.offer import Offer


class SlotState(StrEnum):
    """Whether a date takes place."""

    PLANNED = "planned"
    UNSETTLED = "unsettled"  # it cannot be as planned, people are booked, and what becomes of it is not decided yet
    CALLED_OFF = "called_off"


SLOT_MOVES: dict[SlotState, tuple[SlotState, ...]] = {
    SlotState.PLANNED: (SlotState.UNSETTLED, SlotState.CALLED_OFF),
    SlotState.UNSETTLED: (SlotState.PLANNED, SlotState.CALLED_OFF),
    SlotState.CALLED_OFF: (SlotState.PLANNED,),
}


class Crowding(StrEnum):
    """How full a drop-in date usually is."""

    QUIET = "quiet"
    MEDIUM = "medium"
    BUSY = "busy"


class Slot(Identified, Versioned, Base):
    """One date of an offer, in UTC; `sequence` and `changed_at` grow with time, place, state or title."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("series_id", "occurrence_on", "occurrence_index"),
        UniqueConstraint("offer_id", "external_id"),
        # Searches filter by day and time of day; with these columns they never leave the index.
        Index("ix_slots_of_offer", "offer_id", "starts_at", "id", "state", "local_weekday", "local_minute"),
        Index("ix_slots_by_time", "starts_at", "state", "local_weekday", "local_minute"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
    )
    moves = SLOT_MOVES

    offer_id: Mapped[int] = references("offers")
    series_id: Mapped[int | None] = references("series")
    course_id: Mapped[int | None] = references("courses")
    location_id: Mapped[int | None] = references("locations")
    room_id: Mapped[int | None] = references("rooms")
    external_id: Mapped[str | None] = mapped_column(String(64))  # the partner's own name for it, in its tables
    occurrence_on: Mapped[date | None]  # the day the rule gave, before any move
    occurrence_index: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    local_weekday: Mapped[int]  # of the start in wall time, 0 = Monday; set with starts_at
    local_minute: Mapped[int]  # minutes after local midnight
    state: Mapped[SlotState] = mapped_column(state_type(SlotState), default=SlotState.PLANNED)
    places: Mapped[int]
    crowding: Mapped[str] = mapped_column(String(12), default="")  # of a drop-in date: Crowding
    session: Mapped[int | None]  # of a course: 1 for its first date
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    on_hold: Mapped[int | None] = query_expression()  # places of `taken` held for somebody; read where a query says so

    offer: Mapped[Offer] = related()
    location: Mapped[Location | None] = related()
    room: Mapped[Room | None] = related()
    pools: Mapped[list["Pool"]] = related(back_populates="slot", order_by="Pool.id")

    @staticmethod
    def local_columns(starts_at: datetime) -> dict[str, int]:
        """Return the columns kept in wall time for a start; statements that set starts_at without the ORM add them."""
        here = clock.local(starts_at)
        return {"local_weekday": here.weekday(), "local_minute": here.hour * 60 + here.minute}

    def set_times(self, starts_at: datetime, ends_at: datetime) -> None:
        """Set both ends of the date, and with them the columns in wall time."""
        self.starts_at, self.ends_at = starts_at, ends_at

    @validates("starts_at")
    def _keep_local(self, _name: str, starts_at: datetime) -> datetime:
        for column, value in self.local_columns(starts_at).items():
            setattr(self, column, value)
        return starts_at

    @property
    def organisation_id(self) -> int:
        """Whose date it is; its offer must be loaded."""
        return self.offer.organisation_id

    @property
    def free(self) -> int:
        """Places left in the open pool."""
        return sum(pool.places - pool.taken for pool in self.pools if pool.state is PoolState.OPEN and not pool.kept)

    @property
    def taken(self) -> int:
        """Places taken in all pools."""
        return sum(pool.taken for pool in self.pools)

    def is_elsewhere_with(self, location_id: int | None) -> bool:
        """Whether its people would have to come to another place with this one of its own; its offer must be loaded."""
        now, then = (one or self.offer.location_id for one in (self.location_id, location_id))
        return now != then and self.offer.is_come_to

    @property
    def lacks_room(self) -> bool:
        """Whether it should have a room as its offer has one, but got none because that was not free."""
        return self.series_id is not None and self.room_id is None and self.offer.room_id is not None


class PoolState(StrEnum):
    """Whether places can be taken from a pool."""

    OPEN = "open"
    RELEASED = "released"


_KEPT_SQL = text("kept AND state = 'open'")


class Pool(Base):
    """Places of a slot: one open pool, and pools kept for somebody until `release_at`."""

    __tablename__ = "pools"
    __table_args__ = (
        CheckConstraint("0 <= taken AND taken <= places", name="taken_within_places"),
        Index(
            "uq_pools_open", "slot_id", unique=True, sqlite_where=text("NOT kept"), postgresql_where=text("NOT kept")
        ),
        # The release clock looks here every minute.
        Index("ix_pools_due", "release_at", sqlite_where=_KEPT_SQL, postgresql_where=_KEPT_SQL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = references("slots")
    kept: Mapped[bool] = mapped_column(default=False)
    programme_id: Mapped[int | None] = references("programmes")
    organisation_id: Mapped[int | None] = references("organisations")
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[PoolState] = mapped_column(state_type(PoolState), default=PoolState.OPEN)
    release_at: Mapped[datetime | None]

    slot: Mapped[Slot] = related(back_populates="pools")


class Course(Identified, Base):
    """Several dates of one offer, booked as one; may be joined until session `join_until`."""

    __tablename__ = "courses"

    offer_id: Mapped[int] = references("offers")
    name: Mapped[str] = mapped_column(String(80), default="")
    join_until: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    offer: Mapped[Offer] = related()
