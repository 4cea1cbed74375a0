"""Whom an offer is meant for, as a search asks it; the reason in words is `bookability.obstacle_of_person`."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from hub.models.offer import Offer
from hub.models.participant import Participant


@dataclass(frozen=True)
class Eligibility:
    """What is known of a person that offers may ask: the ages they may have this year, and how they are addressed."""

    ages: tuple[int, int] | None = None  # only a birth year is known: the birthday may be still to come
    addressed_as: str = ""

    @classmethod
    def of(cls, person: Participant, *, year: int) -> "Eligibility":
        """Read it off a person in a calendar year."""
        born = person.birth_year
        return cls((year - born - 1, year - born) if born else None, person.name.get("form_of_address", ""))

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an offer must fulfil so that nobody is shown what would refuse them for certain."""
        wanted: list[ColumnElement[bool]] = []
        if self.addressed_as == "Herr":
            wanted.append(Offer.women_only.is_(False))
        if self.ages is not None:
            youngest, oldest = self.ages
            wanted.append(or_(Offer.youngest.is_(None), Offer.youngest <= oldest))
            wanted.append(or_(Offer.oldest.is_(None), Offer.oldest >= youngest))
        return wanted
