"""How places, their accessibility and the kinds of partners read on a page."""

from collections.abc import Mapping

from hub import geography
from hub.i18n import N_, Message
from hub.models.location import Location, PlaceFact, Room
from hub.models.organisation import OrganisationKind

KINDS: Mapping[OrganisationKind, Message] = {
    OrganisationKind.CLUB: N_("Verein"),
    OrganisationKind.MUNICIPALITY: N_("Stadt oder Gemeinde"),
    OrganisationKind.CLINIC: N_("Klinik"),
    OrganisationKind.CARE_CENTRE: N_("Versorgungszentrum"),
    OrganisationKind.FEDERATION: N_("Verband"),
    OrganisationKind.ASSOCIATION: N_("Vereinigung"),
    OrganisationKind.CARRIER: N_("Sozialer Träger"),
    OrganisationKind.EDUCATION: N_("Bildungsträger"),
    OrganisationKind.JOBCENTER: N_("Jobcenter"),
}
FACTS: Mapping[PlaceFact, Message] = {
    PlaceFact.STEP_FREE: N_("ohne Stufen"),
    PlaceFact.LIFT: N_("Aufzug"),
    PlaceFact.TOILET: N_("WC für Rollstuhl"),
    PlaceFact.PARKING: N_("Parkplatz vor dem Haus"),
    PlaceFact.STOP_NEARBY: N_("Haltestelle in der Nähe"),
    PlaceFact.QUIET_ROOM: N_("ruhiger Raum"),
    PlaceFact.SIGN_LANGUAGE: N_("Gebärdensprache"),
    PlaceFact.INDUCTION_LOOP: N_("Höranlage"),
}
STAIRS = N_("nicht stufenlos")


def town(code: str) -> str:
    """Return the name of a municipality, empty when its key is unknown."""
    found = geography.find_municipality(code)
    return found.name if found else ""


def address(location: Location) -> str:
    """Return street, postal code and municipality in one line."""
    city = " ".join(part for part in (location.postal_code, town(location.municipality_code)) if part)
    return ", ".join(part for part in (location.street, city) if part)


def access(location: Location, room: Room | None = None) -> str:
    """Return what a place offers, stairs or none first; a room up the stairs counts as stairs."""
    flat = location.step_free and (room is None or room.step_free)
    known = [fact for fact in PlaceFact if fact.value in location.facts and fact is not PlaceFact.STEP_FREE]
    return ", ".join(str(word) for word in (FACTS[PlaceFact.STEP_FREE] if flat else STAIRS, *(FACTS[f] for f in known)))


def room_facts(room: Room) -> str:
    """Return what a room offers in one line."""
    words = [N_("{n} Plätze", n=room.places), FACTS[PlaceFact.STEP_FREE] if room.step_free else STAIRS]
    words += [N_("wird verliehen")] if room.lendable else []
    return ", ".join([*map(str, words), *filter(None, [room.equipment])])


def room(room: Room) -> str:
    """Return a room with what it offers in one line."""
    return f"{room.name}: {room_facts(room)}"
