"""User, Membership and Role: staff accounts and what each may be in which organisation."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, references, related, state_type
from hub.models.organisation import Organisation


class Role(StrEnum):
    """What a member of staff does in one organisation."""

    PARTNER = "partner"
    COACH = "coach"
    CASE_MANAGER = "case_manager"
    TEAM_LEAD = "team_lead"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class User(Identified, Base):
    """A staff account; participants never have one."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(12), default="de")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # raised as the lock of a coach's own time

    memberships: Mapped[list["Membership"]] = related(back_populates="user", order_by="Membership.id")


class Membership(Identified, Base):
    """One role of one user in one organisation, while it lasts."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = references("users")
    organisation_id: Mapped[int] = references("organisations")
    role: Mapped[Role] = mapped_column(state_type(Role))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = related(back_populates="memberships")
    organisation: Mapped[Organisation] = related()
