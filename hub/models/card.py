"""Card: the printed slip whose code and PIN open a person's own page, without account or mail."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Sealed
from hub.models.base import Base, Identified, index_of_ends, references, related
from hub.models.participant import Participant


class Card(Identified, Base):
    """One printed code of one person; the code is sealed so that a reprint carries the same, the PIN only a hash."""

    __tablename__ = "cards"
    __table_args__ = (index_of_ends("blocked_at"),)

    participant_id: Mapped[int] = references("participants")
    code: Mapped[str] = mapped_column(Sealed)
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    issued_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]

    participant: Mapped[Participant] = related()
