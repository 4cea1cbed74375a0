"""Demand: that somebody looked for something and found nothing; the need and the district, and nothing else."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, references

DISTRICT_DIGITS = 5  # so much of a municipality's official key names its district


class Demand(Base):
    """How often a need met nothing in a district on one day; of nobody in particular."""

    __tablename__ = "demands"
    __table_args__ = (UniqueConstraint("on", "aim", "district"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    aim: Mapped[str] = mapped_column(String(24), default="")  # an Aim; empty: no need was named
    district: Mapped[str] = mapped_column(String(5), default="")  # official key; empty: no place was named
    times: Mapped[int] = mapped_column(default=0)


class DemandRequest(Base):
    """That an organisation was asked whether it can offer what is missing in its district."""

    __tablename__ = "demand_requests"
    __table_args__ = (Index(None, "district", "aim", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = references("organisations")
    aim: Mapped[str] = mapped_column(String(24))
    district: Mapped[str] = mapped_column(String(5))
    asked_at: Mapped[datetime]
