"""One invented district, with a network of its own, written in bulk: how large it is, and what its parts share."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions.log import subject_of
from hub.geography import Municipality, municipalities
from hub.models.log import LogEntry, LogSubject
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant, Participation
from hub.models.programme import Programme
from hub.models.user import User
from hub.queries.many_rows import add_named_rows, add_rows

INVENTED = "(erfunden)"
REFERENCE = 8  # letters and digits of a printed number


@dataclass(frozen=True)
class Size:
    """How much one district has; each offer takes place `weekly` times a week, for a year."""

    coaches: int
    caseload: int
    partners: int
    offers: int
    weekly: int
    bookings: int


# Two of these are 2,700 people, 180 coaches, 40 partners, 30,000 dates a year, 60,000 bookings.
WHOLE = Size(coaches=90, caseload=15, partners=20, offers=98, weekly=3, bookings=30_000)
LEAST = Size(coaches=2, caseload=5, partners=2, offers=8, weekly=1, bookings=60)


class Deed(NamedTuple):
    """What the log tells of one thing that happened."""

    at: datetime
    actor: User | None
    action: str
    thing: str
    ref: str
    person: Participant | None = None
    fields: tuple[str, ...] = ()
    purpose: str = ""


@dataclass
class District:
    """What is being written, and the dice that decide it: the same number and seed give the same district."""

    session: Session
    size: Size
    number: int
    at: datetime
    dice: random.Random
    password_hash: str
    rows: int = 0
    deeds: list[Deed] = field(default_factory=list)
    towns: list[Municipality] = field(default_factory=list)
    programme: Programme = field(init=False)
    jobcenter: Organisation = field(init=False)
    coaches: list[User] = field(default_factory=list)
    case_manager: User = field(init=False)
    people: list[Participant] = field(default_factory=list)
    stays: dict[int, Participation] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Choose where it lies: the districts take turns."""
        names = sorted({one.district for one in municipalities()})
        name = names[self.number % len(names)]
        self.towns = [one for one in municipalities() if one.district == name]

    def new_id(self, letters: int = 16) -> str:
        """Return a public id of the dice, written as random ones are."""
        return "".join(self.dice.choices(crypto.ALPHABET, k=letters))

    def new_reference(self) -> str:
        """Return a number as it is printed on sheets and letters."""
        return self.new_id(REFERENCE).upper()

    def add(self, things: Iterable[Any]) -> None:
        """Add things and give them their keys."""
        added = list(things)
        self.session.add_all(added)
        self.session.flush()
        self.rows += len(added)

    def add_rows(self, table: Any, rows: list[dict[str, Any]]) -> None:
        """Add rows nobody asks the keys of."""
        add_rows(self.session, table, rows)
        self.rows += len(rows)

    def add_named_rows(self, table: Any, rows: list[dict[str, Any]]) -> list[int]:
        """Add rows and return their keys in the same order."""
        self.rows += len(rows)
        return add_named_rows(self.session, table, rows) if rows else []

    def write_log(self) -> None:
        """Write down all that happened in the order of time, each with the person it is about."""
        deeds = sorted(self.deeds, key=lambda deed: deed.at)
        keys = self.add_named_rows(LogEntry, [_entry(deed) for deed in deeds])
        known = {person.id: subject_of(person) for person in self.people}
        about = [(key, known[deed.person.id]) for key, deed in zip(keys, deeds, strict=True) if deed.person]
        self.add_rows(LogSubject, [{"log_id": key, "subject": subject} for key, subject in about])


def _entry(deed: Deed) -> dict[str, Any]:
    return {
        "at": deed.at,
        "actor_ref": deed.actor.public_id if deed.actor else "system",
        "actor_kind": "staff" if deed.actor else "system",
        "action": deed.action,
        "object_type": deed.thing,
        "object_ref": deed.ref,
        "fields": sorted(deed.fields),
        "purpose": deed.purpose,
    }
