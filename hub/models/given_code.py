"""GivenCode: a place code somebody in an offer had once; the primary key keeps it from being given again."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base


class GivenCode(Base):
    """Says nothing of whom: the booking knows that, and when it is deleted the code stays given."""

    __tablename__ = "given_codes"

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
