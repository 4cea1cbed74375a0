"""CheckRun: when it was last looked at whether everything holds that must always be true of the data."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified


class CheckRun(Identified, Base):
    """`broken` names what did not hold, each with the number of rows that break it; never which rows."""

    __tablename__ = "check_runs"

    ran_at: Mapped[datetime] = mapped_column(index=True)
    milliseconds: Mapped[int]
    broken: Mapped[dict[str, Any]]
