"""Login: a signed-in browser, the cookie only refers to it. Attempt: what exact limits count."""

from datetime import datetime, timedelta

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, references

LONGEST = timedelta(hours=12)
IDLE_STAFF = timedelta(minutes=30)
IDLE_PERSON = timedelta(minutes=20)
IDLE_SHARED = timedelta(minutes=5)


class Login(Identified, Base):
    """One signed-in browser; ended by logout, by idling, or from the list of own sessions."""

    __tablename__ = "logins"

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = references("users")
    card_id: Mapped[int | None] = references("cards")
    shared: Mapped[bool] = mapped_column(default=False)  # somebody else's device: idles out sooner
    client: Mapped[str] = mapped_column(String(40), default="")  # family of the browser, no version
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def alive(self, at: datetime) -> bool:
        """Whether the browser is still signed in at that instant (R-ACC-13, R-ACC-14)."""
        idle = IDLE_STAFF if self.user_id else IDLE_SHARED if self.shared else IDLE_PERSON
        return self.ended_at is None and at < self.seen_at + idle and at < self.created_at + LONGEST


class Attempt(Base):
    """One failed try at a secret; counted exactly, the thing tried stored as a keyed digest."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "kind", "key_digest", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    key_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
