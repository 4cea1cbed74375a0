"""Transmission: what goes to a body without the person's consent, because a law says so; the list is closed and short.

A ground allows nothing by itself: a network's auditor must have admitted it for one named body (AdmittedGround), and
only bodies of the kinds below can be named at all. Clubs, clinics, town offices and associations are no social
insurance or benefit bodies (§§ 12, 35 SGB I), so no row, form or request can ever make them a recipient.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme


class LegalGround(StrEnum):
    """Which law allows it; to be confirmed by the data protection officer of each network."""

    SOCIAL_TASK = "sgbx_69_1_1"  # § 69 Abs. 1 Nr. 1 SGB X, second case: a task under the code of a body of § 35 SGB I


# A Jobcenter is such a body too, but persons of one Jobcenter stay strangers to every other.
KINDS: Mapping[LegalGround, tuple[OrganisationKind, ...]] = {LegalGround.SOCIAL_TASK: (OrganisationKind.CARRIER,)}


class LegalTask(StrEnum):
    """For which task of the recipient it is needed; a closed list, so that the reason is written down and no more."""

    JURISDICTION = "jurisdiction"  # § 14 SGB IX
    APPLICATION = "application"  # § 16 SGB I
    PARTICIPATION_PLAN = "participation_plan"  # § 19 SGB IX
    CASE_CONFERENCE = "case_conference"  # § 20 SGB IX


def fits(ground: LegalGround, organisation: Organisation) -> bool:
    """Tell whether a body is of a kind to which this ground allows anything at all."""
    return organisation.ended_at is None and organisation.kind in KINDS[ground]


def fitting() -> ColumnElement[bool]:
    """The same as a condition over admitted grounds joined with their organisations."""
    kinds = (and_(AdmittedGround.ground == ground, Organisation.kind.in_(found)) for ground, found in KINDS.items())
    return and_(Organisation.ended_at.is_(None), or_(*kinds))


class AdmittedGround(Identified, Base):
    """An auditor confirmed that a ground holds for one body in one network; without such a row there is none."""

    __tablename__ = "admitted_grounds"
    __table_args__ = (
        Index(
            "uq_admitted_grounds_running",
            "programme_id",
            "organisation_id",
            "ground",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    programme_id: Mapped[int] = references("programmes")
    organisation_id: Mapped[int] = references("organisations")
    ground: Mapped[LegalGround] = mapped_column(state_type(LegalGround))
    admitted_by_id: Mapped[int] = references("users")
    admitted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    programme: Mapped[Programme] = related()
    organisation: Mapped[Organisation] = related()


class Transmission(Identified, Versioned, Base):
    """Why one enquiry went out without a consent: which ground, for which task, chosen by whom; and the objection."""

    __tablename__ = "transmissions"

    admitted_id: Mapped[int] = references("admitted_grounds")
    task: Mapped[LegalTask] = mapped_column(state_type(LegalTask))
    chosen_by_id: Mapped[int] = references("users")
    chosen_at: Mapped[datetime]
    objected_at: Mapped[datetime | None]  # the person said no to it (Art. 21 GDPR); the coach looks at it
    kept_at: Mapped[datetime | None]  # the coach looked at it and it stays

    admitted: Mapped[AdmittedGround] = related()
