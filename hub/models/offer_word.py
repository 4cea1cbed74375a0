"""OfferWord and OfferTrigram: what a search compares an offer by, the same on both databases."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base


class OfferWord(Base):
    """One folded word of an offer's title, summary, organisation or place."""

    __tablename__ = "offer_words"
    __table_args__ = (Index(None, "word", "offer_id"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    weight: Mapped[int] = mapped_column(default=1)  # a word of the title counts more than one of the summary


class OfferTrigram(Base):
    """Three letters of a folded word, so that a slip of the finger still finds it."""

    __tablename__ = "offer_trigrams"
    __table_args__ = (Index(None, "trigram", "offer_id"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    trigram: Mapped[str] = mapped_column(String(3), primary_key=True)
