"""Organisation: a member of the network, of one kind, perhaps under an umbrella."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from hub.folding import fold
from hub.models.base import Base, Identified, references, related, state_type


class OrganisationKind(StrEnum):
    """What sort of member it is."""

    JOBCENTER = "jobcenter"
    CLINIC = "clinic"
    CARE_CENTRE = "care_centre"
    MUNICIPALITY = "municipality"
    CLUB = "club"
    FEDERATION = "federation"
    ASSOCIATION = "association"
    CARRIER = "carrier"
    EDUCATION = "education"


class News(StrEnum):
    """How often an organisation wants to hear by mail that something is new."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


CLINIC_TYPES = (OrganisationKind.CLINIC, OrganisationKind.CARE_CENTRE)


class Organisation(Identified, Base):
    """A member of the network; `parent` is its umbrella."""

    __tablename__ = "organisations"

    kind: Mapped[OrganisationKind] = mapped_column(state_type(OrganisationKind))
    name: Mapped[str] = mapped_column(String(120))
    folded_name: Mapped[str] = mapped_column(Text, default="")  # as searches compare words
    parent_id: Mapped[int | None] = references("organisations")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    street: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    municipality_code: Mapped[str] = mapped_column(String(8), default="", index=True)
    supervisory_authority: Mapped[str] = mapped_column(String(200), default="")
    news: Mapped[News] = mapped_column(state_type(News), default=News.DAILY, server_default=News.DAILY.value)
    ended_at: Mapped[datetime | None]

    parent: Mapped["Organisation | None"] = related(remote_side="Organisation.id")

    @validates("name")
    def _keep_folded(self, _name: str, value: str) -> str:
        self.folded_name = fold(value)
        return value

    @property
    def clinic_type(self) -> bool:
        """Whether it is bound by medical secrecy (§ 203 StGB)."""
        return self.kind in CLINIC_TYPES
