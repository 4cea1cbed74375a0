"""Demand: that somebody looked for something and found nothing; the need and the district, and nothing else."""

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base


class Demand(Base):
    """How often a need met nothing in a district on one day; of nobody in particular."""

    __tablename__ = "demands"
    __table_args__ = (UniqueConstraint("on", "aim", "district"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    aim: Mapped[str] = mapped_column(String(24), default="")  # an Aim; empty: no need was named
    district: Mapped[str] = mapped_column(String(5), default="")  # official key; empty: no place was named
    times: Mapped[int] = mapped_column(default=0)
