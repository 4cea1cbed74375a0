"""Actor: who asks, with all that policy needs to know about them; always a parameter, never ambient."""

from dataclasses import dataclass, field
from enum import StrEnum

from hub.models.user import Role


class ActorKind(StrEnum):
    """Where an actor comes from."""

    STAFF = "staff"
    PERSON = "person"
    LINK = "link"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Seat:
    """One role in one organisation."""

    organisation_id: int
    role: Role


@dataclass(frozen=True)
class Actor:
    """Who asks; `member_ids` are the members of own umbrellas, `programme_ids` the own networks.

    `desk_ids` are the organisations a coordinator phones: those of the network that no umbrella phones.
    `backup_ids` are the others, which the network's desk phones only where their umbrella reached nobody either.
    """

    kind: ActorKind
    ref: str  # public id for the log
    user_id: int | None = None
    name: str = ""
    seats: tuple[Seat, ...] = ()
    member_ids: frozenset[int] = frozenset()  # members of own umbrellas
    programme_ids: frozenset[int] = frozenset()
    desk_ids: frozenset[int] = frozenset()  # phoned by the network desk
    backup_ids: frozenset[int] = frozenset()  # phoned by it only after their umbrella
    participant_id: int | None = None
    card_id: int | None = None
    enquiry_id: int | None = None  # of a link
    offer_id: int | None = None  # of a link
    prior_question_id: int | None = None  # of a link
    slot_id: int | None = None  # of a link
    organisation_id: int | None = None  # of a link
    request_id: str = field(default="", compare=False)

    def organisations(self, role: Role) -> frozenset[int]:
        """Return the organisations in which the actor has this role."""
        return frozenset(seat.organisation_id for seat in self.seats if seat.role is role)

    def has(self, role: Role) -> bool:
        """Tell whether the actor has this role anywhere."""
        return any(seat.role is role for seat in self.seats)

    @property
    def partner_ids(self) -> frozenset[int]:
        """Organisations a partner acts for: the own ones and members of an umbrella."""
        if self.kind is ActorKind.LINK:
            return frozenset({self.organisation_id}) if self.enquiry_id and self.organisation_id else frozenset()
        return self.organisations(Role.PARTNER) | self.member_ids

    @property
    def phoned_ids(self) -> frozenset[int]:
        """Organisations on the actor's phone list: members of an own umbrella, and those of the network desk."""
        return self.member_ids | self.desk_ids

    def purpose_for(self, organisation_id: int) -> str:
        """What the log says when an umbrella or the network desk acts for an organisation that is not its own."""
        others = self.phoned_ids | self.backup_ids
        on_behalf = organisation_id in others and organisation_id not in self.organisations(Role.PARTNER)
        return "on_behalf" if on_behalf else ""

    def acts_from_outside(self, organisation_id: int) -> bool:
        """Tell whether somebody else acts for an organisation: an umbrella, the network desk, or who holds a link."""
        return self.kind is ActorKind.LINK or bool(self.purpose_for(organisation_id))


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "anonymous")
SYSTEM = Actor(ActorKind.SYSTEM, "system")
