"""Places and rooms by the names that stand in a table."""

from sqlalchemy.orm import Session

from hub.errors import InvalidInput
from hub.folding import fold
from hub.i18n import N_
from hub.models.location import Location, Room
from hub.policy.actor import Actor
from hub.queries import own_offers


class Places:
    """All places an actor may meet at, read once for a whole table."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.actor = actor
        self.by_id: dict[int, Location] = {}
        self.by_name: dict[str, list[Location]] = {}
        for location in own_offers.list_usable_locations(session, actor):
            self.by_id[location.id] = location
            self.by_name.setdefault(fold(location.name), []).append(location)

    def find(self, name: str) -> Location:
        """Return the place of this name, an own one before others; raises InvalidInput."""
        found = self.by_name.get(fold(name), [])
        own = [one for one in found if one.organisation_id in self.actor.partner_ids] or found
        if len(own) > 1:
            raise InvalidInput(fields={"place": N_("Mehrere Orte heißen so.")})
        if not own:
            raise InvalidInput(fields={"place": N_("Diesen Ort gibt es hier nicht. Legen Sie ihn unter „Orte“ an.")})
        return own[0]

    def find_room(self, location: Location | None, name: str) -> Room:
        """Return the room of this name in a place, if it may be taken; raises InvalidInput."""
        rooms = [room for room in location.rooms if fold(room.name) == fold(name)] if location else []
        if location is None or not rooms:
            raise InvalidInput(fields={"room": N_("Diesen Raum gibt es dort nicht.")})
        if not own_offers.may_use_room(self.actor, location, rooms[0]):
            raise InvalidInput(fields={"room": N_("Diesen Raum können Sie nicht belegen.")})
        return rooms[0]
