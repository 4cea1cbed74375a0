"""Location and Room: a house is a location with rooms."""

from enum import StrEnum

from sqlalchemy import Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, references, related
from hub.models.organisation import Organisation


class PlaceFact(StrEnum):
    """Accessibility facts of a place that anybody can check on the spot."""

    STEP_FREE = "step_free"
    LIFT = "lift"
    TOILET = "toilet"
    PARKING = "parking"
    STOP_NEARBY = "stop_nearby"
    QUIET_ROOM = "quiet_room"
    SIGN_LANGUAGE = "sign_language"
    INDUCTION_LOOP = "induction_loop"


class Location(Identified, Base):
    """A place with an address; coordinates in degrees (WGS 84), offline from the municipality list."""

    __tablename__ = "locations"
    __table_args__ = (Index(None, "latitude", "longitude"),)

    organisation_id: Mapped[int] = references("organisations")
    name: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    municipality_code: Mapped[str] = mapped_column(String(8), index=True)
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    approximate: Mapped[bool] = mapped_column(default=True)  # coordinates are those of the municipality
    step_free: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[list[str]] = mapped_column(default=list)
    house: Mapped[bool] = mapped_column(default=False)  # used by many partners, with a programme of its own

    organisation: Mapped[Organisation] = related()
    rooms: Mapped[list["Room"]] = related(order_by="Room.name", back_populates="location")


class Room(Identified, Base):
    """A room of a location; `lendable` ones can be borrowed for home visits elsewhere."""

    __tablename__ = "rooms"

    location_id: Mapped[int] = references("locations")
    name: Mapped[str] = mapped_column(String(80))
    places: Mapped[int] = mapped_column(default=1)
    step_free: Mapped[bool] = mapped_column(default=False)
    lendable: Mapped[bool] = mapped_column(default=False)
    equipment: Mapped[str] = mapped_column(String(200), default="")
    buffer_minutes: Mapped[int] = mapped_column(default=0)  # the room stays free so long after each date

    location: Mapped[Location] = related(back_populates="rooms")
