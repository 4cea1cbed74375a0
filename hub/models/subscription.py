"""Subscription: one secret feed address for one device or purpose, with the bytes last rendered for it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, references, related, state_type
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.user import User


class FeedKind(StrEnum):
    """Whose dates a feed shows."""

    PARTICIPANT = "participant"
    COACH = "coach"
    ORGANISATION = "organisation"


class Level(StrEnum):
    """How much an entry tells (R-CAL-01, 02)."""

    DISCREET = "discreet"
    ADDRESS = "address"
    FULL = "full"


class Subscription(Identified, Base):
    """One secret address; only the digest of its token is stored. 304 needs revision = rendered_revision."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint(
            "(participant_id IS NOT NULL AND kind = 'participant') OR (user_id IS NOT NULL AND kind <> 'participant')",
            name="one_owner",
        ),
    )

    kind: Mapped[FeedKind] = mapped_column(state_type(FeedKind))
    participant_id: Mapped[int | None] = references("participants")
    user_id: Mapped[int | None] = references("users")
    organisation_id: Mapped[int | None] = references("organisations")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    level: Mapped[Level] = mapped_column(state_type(Level), default=Level.DISCREET)
    initials: Mapped[bool] = mapped_column(default=False)  # in a coach's feed, instead of call words
    locale: Mapped[str] = mapped_column(String(12), default="de")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(16), default="")  # rotated, revoked, consent, participation, role
    revision: Mapped[int] = mapped_column(default=1)
    rendered_revision: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str] = mapped_column(String(64), default="")
    last_modified_at: Mapped[datetime | None]
    fresh_until: Mapped[datetime | None]
    fetched_on: Mapped[date | None]
    fetched_client: Mapped[str] = mapped_column(String(24), default="")
    fetched_revision: Mapped[int] = mapped_column(default=0)
    fetched_modified_at: Mapped[datetime | None]  # since when the bytes fetched last are as they are
    # Behind all that each request reads: SQLite walks through them to whatever stands after them.
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    parts: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # which row each event of the body is from
    packed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # the body compressed, once asked for

    participant: Mapped[Participant | None] = related()
    user: Mapped[User | None] = related()
    organisation: Mapped[Organisation | None] = related()
