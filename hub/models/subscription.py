"""Subscription: one secret feed address for one device or purpose, with the bytes last rendered for it."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String, case, func, literal
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import UTCDateTime
from hub.models.base import Base, Identified, index_of_ends, references, related, state_type
from hub.models.location import Location, Room
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.programme import Programme
from hub.models.user import User


class FeedKind(StrEnum):
    """Whose dates a feed shows."""

    PARTICIPANT = "participant"
    COACH = "coach"
    ORGANISATION = "organisation"
    OFFER = "offer"
    ROOM = "room"
    HOUSE = "house"  # the last three are public: nobody's own, and without a secret
    PROGRAMME = "programme"
    PUBLIC_OFFER = "public_offer"


NEVER_YET, ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PUBLIC_KINDS = (FeedKind.HOUSE, FeedKind.PROGRAMME, FeedKind.PUBLIC_OFFER)
_ONE_OWNER = (
    "CASE WHEN kind = 'participant' THEN participant_id IS NOT NULL"
    " WHEN kind IN ('house', 'programme', 'public_offer') THEN user_id IS NULL AND participant_id IS NULL"
    " ELSE user_id IS NOT NULL END"
)
_ONE_THING = (
    "CASE WHEN kind IN ('offer', 'public_offer') THEN offer_id IS NOT NULL WHEN kind = 'room' THEN room_id IS NOT NULL"
    " WHEN kind = 'house' THEN location_id IS NOT NULL WHEN kind = 'programme' THEN programme_id IS NOT NULL"
    " ELSE true END"
)


class Level(StrEnum):
    """How much an entry tells (R-CAL-01, 02)."""

    DISCREET = "discreet"
    ADDRESS = "address"
    FULL = "full"


class Subscription(Identified, Base):
    """One secret address; only the digest of its token is stored. 304 needs revision = rendered_revision."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint(_ONE_OWNER, name="one_owner"),
        CheckConstraint(_ONE_THING, name="one_thing"),
        index_of_ends("ended_at"),
    )

    kind: Mapped[FeedKind] = mapped_column(state_type(FeedKind))
    participant_id: Mapped[int | None] = references("participants")
    user_id: Mapped[int | None] = references("users")
    organisation_id: Mapped[int | None] = references("organisations")
    offer_id: Mapped[int | None] = references("offers")
    room_id: Mapped[int | None] = references("rooms")
    location_id: Mapped[int | None] = references("locations")
    programme_id: Mapped[int | None] = references("programmes")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    level: Mapped[Level] = mapped_column(state_type(Level), default=Level.DISCREET)
    initials: Mapped[bool] = mapped_column(default=False)  # in a coach's feed, instead of call words
    locale: Mapped[str] = mapped_column(String(12), default="de")
    alarms: Mapped[list[int]] = mapped_column(default=list)  # minutes before each date; none unless asked for
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(16), default="")  # rotated, revoked, blocked, unused, consent, …
    revision: Mapped[int] = mapped_column(default=1)
    rendered_revision: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str] = mapped_column(String(64), default="")
    last_modified_at: Mapped[datetime | None]
    fresh_until: Mapped[datetime | None]
    fetched_on: Mapped[date | None]
    fetched_client: Mapped[str] = mapped_column(String(24), default="")
    fetched_revision: Mapped[int] = mapped_column(default=0)
    fetched_modified_at: Mapped[datetime | None]  # all that was changed up to then is in the bytes fetched last
    asked_at: Mapped[datetime | None]  # when it was asked whether this address is still needed
    kept_on: Mapped[date | None]  # the day it was last said that it is
    # Behind all that each request reads: SQLite walks through them to whatever stands after them.
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    parts: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # which row each event of the body is from
    packed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # the body compressed, once asked for

    participant: Mapped[Participant | None] = related()
    user: Mapped[User | None] = related()
    organisation: Mapped[Organisation | None] = related()
    offer: Mapped[Offer | None] = related()
    room: Mapped[Room | None] = related()
    location: Mapped[Location | None] = related()
    programme: Mapped[Programme | None] = related()

    @property
    def language(self) -> str:
        """What its entries are written in: a person's own language as it is now, else the one it was made in."""
        return self.participant.locale if self.participant is not None else self.locale

    @hybrid_property
    def brought_until(self) -> datetime:
        """Up to when programs have fetched what was changed; valid in Python and in SQL.

        Revisions are exact, but rise with what this feed does not show: then it counts how old the bytes fetched are.
        """
        return ALWAYS if self.fetched_revision >= self.revision else self.fetched_modified_at or NEVER_YET

    @brought_until.inplace.expression
    @classmethod
    def _brought_until_sql(cls) -> Any:
        known = func.coalesce(cls.fetched_modified_at, literal(NEVER_YET, UTCDateTime))
        return case((cls.fetched_revision >= cls.revision, literal(ALWAYS, UTCDateTime)), else_=known)
