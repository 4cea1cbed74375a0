"""Offer: what a partner does, how one gets in, and what it needs to know."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from hub.db import Sealed
from hub.folding import fold
from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.location import Location, Room
from hub.models.organisation import Organisation
from hub.models.user import User


class Aim(StrEnum):
    """The small fixed vocabulary of aims (M2)."""

    MOVE = "move"
    BODY = "body"
    MIND = "mind"
    DAILY_LIFE = "daily_life"
    WORK = "work"
    PEOPLE = "people"
    DIGITAL = "digital"


class Form(StrEnum):
    """How it takes place."""

    SINGLE = "single"
    GROUP = "group"
    COURSE = "course"
    OPEN_HOUR = "open_hour"
    HOME_VISIT = "home_visit"
    ONLINE = "online"


class Stage(StrEnum):
    """Prevention before rehabilitation before pension (M6)."""

    PREVENTION = "prevention"
    REHABILITATION = "rehabilitation"


class Access(StrEnum):
    """How one gets in; `named` and `request` carry identity and need consent."""

    OPEN = "open"
    ANONYMOUS = "anonymous"
    NAMED = "named"
    REQUEST = "request"


CARRIES_IDENTITY = (Access.NAMED, Access.REQUEST)


class OfferState(StrEnum):
    """Where an offer stands."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    PAUSED = "paused"
    ENDED = "ended"


OFFER_MOVES: dict[OfferState, tuple[OfferState, ...]] = {
    OfferState.DRAFT: (OfferState.REVIEW, OfferState.PUBLISHED, OfferState.ENDED),
    OfferState.REVIEW: (OfferState.DRAFT, OfferState.PUBLISHED, OfferState.ENDED),
    OfferState.PUBLISHED: (OfferState.PAUSED, OfferState.ENDED),
    OfferState.PAUSED: (OfferState.PUBLISHED, OfferState.ENDED),
    OfferState.ENDED: (),
}


class Offer(Identified, Versioned, Base):
    """What a partner does. Durations in minutes, the booking window in days."""

    __tablename__ = "offers"
    __table_args__ = (Index(None, "state", "aim"),)
    moves = OFFER_MOVES

    organisation_id: Mapped[int] = references("organisations")
    location_id: Mapped[int | None] = references("locations")
    room_id: Mapped[int | None] = references("rooms")
    state: Mapped[OfferState] = mapped_column(state_type(OfferState), default=OfferState.DRAFT)
    title: Mapped[str] = mapped_column(String(80))
    short_title: Mapped[str] = mapped_column(String(30), default="")  # neutral, for calendars at level full
    summary: Mapped[str] = mapped_column(Text, default="")
    folded_title: Mapped[str] = mapped_column(Text, default="")  # as searches compare words
    folded_summary: Mapped[str] = mapped_column(Text, default="")
    aim: Mapped[Aim] = mapped_column(state_type(Aim))
    form: Mapped[Form] = mapped_column(state_type(Form))
    stage: Mapped[Stage] = mapped_column(state_type(Stage), default=Stage.PREVENTION)
    access: Mapped[Access] = mapped_column(state_type(Access))
    public: Mapped[bool] = mapped_column(default=True)  # else only for named programmes
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["de"])
    bring: Mapped[str] = mapped_column(String(200), default="")
    cost: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    companion_welcome: Mapped[bool] = mapped_column(default=False)
    women_only: Mapped[bool] = mapped_column(default=False)
    youngest: Mapped[int | None]
    oldest: Mapped[int | None]
    places: Mapped[int] = mapped_column(default=1)
    notice_minutes: Mapped[int] = mapped_column(default=0)  # shortest time before a date to book it
    window_days: Mapped[int] = mapped_column(default=90)
    cancel_minutes: Mapped[int] = mapped_column(default=24 * 60)  # later than that: by phone
    field_groups: Mapped[list[str]] = mapped_column(default=list)  # what the partner needs of I1 I2 G1 A1 H1
    field_reason: Mapped[str] = mapped_column(String(200), default="")
    join_link: Mapped[str | None] = mapped_column(Sealed)  # of an online date; only behind PIN or login
    paused_until: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = references("users")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    organisation: Mapped[Organisation] = related()
    location: Mapped[Location | None] = related()
    room: Mapped[Room | None] = related()
    confirmed_by: Mapped[User | None] = related()

    @validates("title", "summary")
    def _keep_folded(self, name: str, value: str) -> str:
        setattr(self, f"folded_{name}", fold(value))
        return value

    @property
    def carries_identity(self) -> bool:
        """Whether a place in it tells the partner who comes."""
        return self.access in CARRIES_IDENTITY

    @property
    def calendar_title(self) -> str:
        """The neutral short title, else the title."""
        return self.short_title or self.title


class OfferProgramme(Base):
    """A non-public offer is for these programmes."""

    __tablename__ = "offer_programmes"

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), primary_key=True, index=True)
