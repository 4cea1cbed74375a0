"""User, Membership and Role: staff accounts and what each may be in which organisation."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from sqlalchemy import String, false
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, index_of_ends, references, related, state_type
from hub.models.organisation import Organisation

SPECIAL_USE_DOMAIN_NAMES.remove("invalid")  # the demo's addresses end so, and no mail for them ever leaves the house


class Role(StrEnum):
    """What a member of staff does in one organisation."""

    PARTNER = "partner"
    COACH = "coach"
    CASE_MANAGER = "case_manager"
    TEAM_LEAD = "team_lead"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    OPERATOR = "operator"


# Nobody decides about admission and assigns the coaches of the same Jobcenter.
APART: tuple[frozenset[Role], ...] = (frozenset({Role.TEAM_LEAD, Role.CASE_MANAGER}),)


def normal_email(text: str) -> str:
    """Return an address as accounts keep it, in lower case; raises ValueError for what is none."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return found.normalized.lower()


class User(Identified, Base):
    """A staff account; participants never have one."""

    __tablename__ = "users"
    __table_args__ = (index_of_ends("disabled_at"),)

    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(12), default="de")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # raised as the lock of a coach's own time
    buffer_minutes: Mapped[int] = mapped_column(default=0, server_default="0")  # a coach's pause after each talk
    day_starts: Mapped[str] = mapped_column(String(5), default="08:00", server_default="08:00")  # wall time
    day_ends: Mapped[str] = mapped_column(String(5), default="17:00", server_default="17:00")
    journeys: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # two towns → minutes
    calendar_mails: Mapped[bool] = mapped_column(default=False, server_default=false())  # each date by mail

    memberships: Mapped[list["Membership"]] = related(back_populates="user", order_by="Membership.id")

    def roles_in(self, organisation_id: int) -> frozenset[Role]:
        """Return the running roles in one organisation."""
        running = (m for m in self.memberships if m.ended_at is None and m.organisation_id == organisation_id)
        return frozenset(membership.role for membership in running)

    def clashes(self, organisation_id: int, role: Role) -> bool:
        """Tell whether this role must be somebody else's, given the roles held in the organisation."""
        held = self.roles_in(organisation_id) - {role}
        return any(role in pair and held & pair for pair in APART)


class Membership(Identified, Base):
    """One role of one user in one organisation, while it lasts."""

    __tablename__ = "memberships"
    __table_args__ = (index_of_ends("ended_at"),)

    user_id: Mapped[int] = references("users")
    organisation_id: Mapped[int] = references("organisations")
    role: Mapped[Role] = mapped_column(state_type(Role))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = related(back_populates="memberships")
    organisation: Mapped[Organisation] = related()
