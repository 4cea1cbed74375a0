"""Whom an offer is meant for, as a search asks it; the reason in words is `bookability.obstacle_of_person`."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.queries.exclusions import excluded_by


@dataclass(frozen=True)
class Eligibility:
    """What is known of a person that offers may ask: the ages they may have this year, and how they are addressed."""

    ages: tuple[int, int] | None = None  # only a birth year is known: the birthday may be still to come
    addressed_as: str = ""
    person_id: int | None = None  # who excluded organisations: their offers are left out

    @classmethod
    def of(cls, person: Participant, *, year: int) -> "Eligibility":
        """Read it off a person in a calendar year."""
        born = person.birth_year
        ages = (year - born - 1, year - born) if born else None
        return cls(ages, person.name.get("form_of_address", ""), person.id)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an offer must fulfil so that nobody is shown what would refuse them for certain."""
        wanted: list[ColumnElement[bool]] = []
        if self.addressed_as == "Herr":
            wanted.append(Offer.women_only.is_(False))
        if self.ages is not None:
            youngest, oldest = self.ages
            wanted.append(or_(Offer.youngest.is_(None), Offer.youngest <= oldest))
            wanted.append(or_(Offer.oldest.is_(None), Offer.oldest >= youngest))
        if self.person_id is not None:
            wanted.append(Offer.organisation_id.not_in(excluded_by(self.person_id)))
        return wanted
