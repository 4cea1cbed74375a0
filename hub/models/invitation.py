"""Invitation: a way into a staff account, sent by a coordinator or operator."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, index_of_ends, references, related, state_type
from hub.models.organisation import Organisation
from hub.models.user import Role


class Invitation(Identified, Base):
    """One person is asked to join one organisation in one role; its token is derived, never stored."""

    __tablename__ = "invitations"
    __table_args__ = (index_of_ends("withdrawn_at"),)

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int] = references("organisations")
    role: Mapped[Role] = mapped_column(state_type(Role))
    invited_by_id: Mapped[int | None] = references("users")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = related()

    def open(self, at: datetime) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and at < self.expires_at
