"""Programme: one network of Jobcenters and partners with its dates and limits."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, related
from hub.models.organisation import Organisation


class Programme(Identified, Base):
    """One network; the controller named in a consent is always the Jobcenter, never this."""

    __tablename__ = "programmes"

    name: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    caseload_limit: Mapped[int] = mapped_column(default=15)
    longest_months: Mapped[int] = mapped_column(default=24)
    confirm_days: Mapped[int] = mapped_column(
        default=90
    )  # after so many days an offer is asked whether it is still right
    reviewing: Mapped[bool] = mapped_column(default=False)  # offers are reviewed before they are published

    organisations: Mapped[list[Organisation]] = related(secondary="programme_organisations", order_by=Organisation.name)


class ProgrammeOrganisation(Base):
    """An organisation takes part in a programme; it may take part in several."""

    __tablename__ = "programme_organisations"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
