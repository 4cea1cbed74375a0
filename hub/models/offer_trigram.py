"""OfferTrigram: the words a search finds an offer by, cut into threes, the same on both databases."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base


class OfferTrigram(Base):
    """Three letters of one folded word of an offer, its organisation or its place (hub/folding.py: `trigrams`)."""

    __tablename__ = "offer_trigrams"
    __table_args__ = (Index(None, "trigram", "word", "offer_id"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    trigram: Mapped[str] = mapped_column(String(3), primary_key=True)
