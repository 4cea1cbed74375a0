"""Preference: what suits a person in any search; neutral choices from closed lists, deleted with the person."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base

EVERYWHERE = 200  # kilometres: wherever it is
RADII = (5, 15, 30, EVERYWHERE)
DEFAULT_RADIUS = 15


class Preference(Base):
    """What suits one person; step-free access and company stand with the person's access needs (A1).

    No word about health and no free text has a place here.
    """

    __tablename__ = "preferences"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), unique=True)
    municipality_code: Mapped[str] = mapped_column(String(8), default="")  # where ways begin; empty: at home
    radius_km: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(default=list)  # 0 = Monday; empty: any
    parts: Mapped[list[str]] = mapped_column(default=list)  # times of day; empty: any
    languages: Mapped[list[str]] = mapped_column(default=list)  # at most one; empty: any
    women_only: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
