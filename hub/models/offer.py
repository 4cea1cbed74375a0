"""Offer: what a partner does, how one gets in, and what it needs to know."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Sealed
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
    ROOM = "room"  # a room lent to coaches for a conversation; no person books it


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


class MarkKind(StrEnum):
    """Certified marks an offer may carry."""

    ZPP = "zpp"
    SPORT_PRO_GESUNDHEIT = "sport_pro_gesundheit"
    REZEPT_FUER_BEWEGUNG = "rezept_fuer_bewegung"


class Freshness(StrEnum):
    """How sure one can be that an offer still takes place as written."""

    FRESH = "fresh"
    ASKED = "asked"  # the partner was asked whether it is still right
    FADING = "fading"  # no answer: it comes last in searches
    HIDDEN = "hidden"  # no answer for long: searches leave it out, nobody books it


STALE = (Freshness.FADING, Freshness.HIDDEN)
FRESHNESS_MOVES: dict[Freshness, tuple[Freshness, ...]] = {
    Freshness.FRESH: (Freshness.ASKED,),
    Freshness.ASKED: (Freshness.FRESH, Freshness.FADING),
    Freshness.FADING: (Freshness.FRESH, Freshness.HIDDEN),
    Freshness.HIDDEN: (Freshness.FRESH,),
}


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
    OfferState.PAUSED: (OfferState.PUBLISHED, OfferState.PAUSED, OfferState.ENDED),  # paused again: until another day
    OfferState.ENDED: (),
}


class Offer(Identified, Versioned, Base):
    """What a partner does. Durations in minutes, the booking window in days."""

    __tablename__ = "offers"
    __table_args__ = (
        Index(None, "state", "aim"),
        Index(None, "state", "next_free_at"),
        UniqueConstraint("organisation_id", "external_id"),
    )
    moves = OFFER_MOVES

    organisation_id: Mapped[int] = references("organisations")
    location_id: Mapped[int | None] = references("locations")
    room_id: Mapped[int | None] = references("rooms")
    state: Mapped[OfferState] = mapped_column(state_type(OfferState), default=OfferState.DRAFT)
    title: Mapped[str] = mapped_column(String(80))
    short_title: Mapped[str] = mapped_column(String(30), default="")  # neutral, for calendars at level full
    summary: Mapped[str] = mapped_column(Text, default="")
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
    freshness: Mapped[Freshness] = mapped_column(state_type(Freshness), default=Freshness.FRESH)
    freshness_at: Mapped[datetime | None]  # since when it is so
    next_free_at: Mapped[datetime | None]  # first date anybody can book now; queries/next_free.py alone writes it
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # kind, number, expires_on (ISO date)
    review_note: Mapped[str] = mapped_column(String(300), default="")  # what the coordinator wrote when it came back
    copied_from_id: Mapped[int | None] = references("offers")
    external_id: Mapped[str | None] = mapped_column(String(64))  # the partner's own name for it, in its tables
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    organisation: Mapped[Organisation] = related()
    location: Mapped[Location | None] = related()
    room: Mapped[Room | None] = related()
    confirmed_by: Mapped[User | None] = related()

    @property
    def carries_identity(self) -> bool:
        """Whether a place in it tells the partner who comes."""
        return self.access in CARRIES_IDENTITY

    @property
    def is_online(self) -> bool:
        """Whether it has no place but an address to take part."""
        return self.form is Form.ONLINE

    @property
    def visits_home(self) -> bool:
        """Whether the partner comes to the person; its place is only where the partner sets out."""
        return self.form is Form.HOME_VISIT

    @property
    def is_come_to(self) -> bool:
        """Whether people come to its place."""
        return not (self.is_online or self.visits_home)

    @property
    def calendar_title(self) -> str:
        """The neutral short title, else the title."""
        return self.short_title or self.title


class OfferProgramme(Base):
    """A non-public offer is for these programmes."""

    __tablename__ = "offer_programmes"

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), primary_key=True, index=True)


class OfferVersion(Base):
    """What an offer said after one change, and who made it; only added."""

    __tablename__ = "offer_versions"
    __table_args__ = (UniqueConstraint("offer_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = references("offers")
    number: Mapped[int]  # 1 is the first draft
    at: Mapped[datetime]
    user_id: Mapped[int | None] = references("users")  # None: by a mail's link, or by the clock
    on_behalf: Mapped[bool] = mapped_column(default=False)  # an umbrella for its member
    entries: Mapped[dict[str, Any]] = mapped_column(JSON)  # all that was said, the join link left out
    changed: Mapped[list[str]] = mapped_column(default=list)  # names of the entries that differ from the version before

    user: Mapped[User | None] = related()
