"""What a table of dates would do: each row read, matched with the dates there are, and checked without writing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendars.wall_time import WallProblem, resolve
from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.models.offer import Access, Form, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.slot import SlotState
from hub.policy.actor import Actor
from hub.queries.table_cells import read_clock, read_day, read_line, read_number
from hub.queries.table_offers import Known, list_offers_of
from hub.queries.table_places import Places
from hub.queries.table_rows import Becomes, Planned, by_field
from hub.queries.table_slots import Dates, DateWork, Rooms
from hub.tables.reading import Row, Table

LATEST = timedelta(days=731)  # R-SEC-09: dates are kept up to two years ahead
LONGEST_MINUTES = 24 * 60
MOST_PLACES = 500
NEEDED: Mapping[str, Message] = {
    "offer": N_("Zu welchem Angebot gehört der Termin?"),
    "day": N_("Bitte tragen Sie den Tag ein."),
}
BY_HAND: Mapping[SlotState, Message] = {
    SlotState.CALLED_OFF: N_("Dieser Termin ist abgesagt. Findet er doch statt, sagen Sie es auf seiner Seite."),
    SlotState.UNSETTLED: N_("Bei diesem Termin ist noch etwas zu klären. Das geht nur auf seiner Seite."),
}


class DatePlanner:
    """Goes through a table of dates, row by row."""

    def __init__(self, session: Session, actor: Actor, organisation: Organisation, at: datetime) -> None:
        self.session, self.at = session, at
        offers = list_offers_of(session, actor, organisation.id)
        self.known = Known(offers)
        self.places = Places(session, actor)
        self.dates = Dates(session, offers)
        self.rooms = Rooms(session, at)
        self.seen: dict[tuple[int, str], int] = {}
        self.planned = Planned()

    def plan(self, table: Table, columns: Mapping[str, str]) -> Planned:
        """Return what becomes of every row; the rooms are asked once all wanted times are known."""
        wanted: list[tuple[Row, DateWork]] = []
        for row in table.rows:
            try:
                wanted.append((row, self._read(row, by_field(table, columns, row))))
            except InvalidInput as error:
                self.planned.refuse(row, error.fields or {"": error.message})
        self.dates.load([work for _, work in wanted])
        matched = [(row, self.dates.matched(work)) for row, work in wanted]
        self.rooms.load([work for _, work in matched])
        for row, work in matched:
            try:
                self._settle(row, work)
            except InvalidInput as error:
                self.planned.refuse(row, error.fields or {"": error.message})
        self.planned.outcomes.sort(key=lambda one: one.row.number)
        return self.planned

    def _read(self, row: Row, cells: Mapping[str, str]) -> DateWork:
        missing = {name: why for name, why in NEEDED.items() if name not in cells}
        if missing:
            raise InvalidInput(fields=missing)
        offer = self._offer(cells["offer"])
        starts_at, ends_at = _times(cells)
        number = _number(cells)
        key = (offer.id, number or starts_at.isoformat())
        if key in self.seen:
            name = "external_id" if number else "day"
            raise InvalidInput(fields={name: N_("Das steht schon in Zeile {n}.", n=self.seen[key])})
        self.seen[key] = row.number
        places = _places(offer, cells)
        location_id, room_id = self._place(offer, cells)
        return DateWork(offer, starts_at, ends_at, location_id, room_id, places, number)

    def _offer(self, cell: str) -> Offer:
        """Return the offer by its number or its title."""
        try:
            offer = self.known.by_number.get(cell) or self.known.find(cell)
        except InvalidInput as error:
            raise InvalidInput(fields={"offer": error.message}) from error
        if offer is None:
            raise InvalidInput(fields={"offer": N_("Dieses Angebot gibt es bei Ihnen nicht.")})
        return offer

    def _place(self, offer: Offer, cells: Mapping[str, str]) -> tuple[int | None, int | None]:
        """Return place and room that the row names; None where it says nothing."""
        location = self.places.find(cells["place"]) if "place" in cells else None
        if "room" not in cells:
            return location.id if location else None, None
        house = location or self.places.by_id.get(offer.location_id or 0)
        room = self.places.find_room(house, cells["room"])
        return room.location_id, room.id

    def _settle(self, row: Row, work: DateWork) -> None:
        if work.slot is None:
            work = work.placed()
            self._require_new(work)
            self.rooms.take(work)
            return self.planned.add(row, Becomes.NEW, work)
        if not work.differs:
            return self.planned.add(row, Becomes.UNCHANGED, thing=work.slot.public_id)
        reason = self._by_hand(work)
        if reason is not None:
            return self.planned.leave(row, reason, thing=work.slot.public_id)
        self._require_change(work)
        if work.moves:
            self.rooms.take(work)
        return self.planned.add(row, Becomes.CHANGED, work, thing=work.slot.public_id)

    def _require_new(self, work: DateWork) -> None:
        if work.offer.state is OfferState.ENDED:
            raise InvalidInput(fields={"offer": N_("Dieses Angebot ist beendet. Neue Termine gehen hier nicht mehr.")})
        self._require_ahead(work)

    def _require_ahead(self, work: DateWork) -> None:
        if work.starts_at <= self.at:
            raise InvalidInput(fields={"day": N_("Diese Zeit ist schon vorbei.")})
        if work.starts_at > self.at + LATEST:
            raise InvalidInput(fields={"day": N_("Bitte einen Tag in den nächsten zwei Jahren.")})

    def _by_hand(self, work: DateWork) -> Message | None:
        """Return why a person must decide: nobody's date moves because a cell did."""
        slot = work.known
        if slot.state is not SlotState.PLANNED:
            return BY_HAND[slot.state]
        if slot.course_id is not None:
            return N_("Dieser Termin gehört zu einem Kurs. Ändern Sie ihn auf seiner Seite.")
        people = self.dates.people(slot)
        if work.moves and people:
            return N_("Hier sind schon Menschen gebucht ({n}). Verlegen Sie den Termin auf seiner Seite.", n=people)
        if work.elsewhere:
            return N_("Ein Termin ohne Raum zieht nur auf seiner Seite um.")
        return None

    def _require_change(self, work: DateWork) -> None:
        slot = work.known
        if slot.starts_at <= self.at:
            raise InvalidInput(fields={"day": N_("Dieser Termin hat schon begonnen.")})
        if work.moves:
            self._require_ahead(work)
        if work.places is not None and work.places < slot.places - slot.free:
            message = N_("So viele Plätze sind schon vergeben oder gehalten. Weniger geht nicht.")
            raise InvalidInput(fields={"places": message})


def _number(cells: Mapping[str, str]) -> str | None:
    try:
        return read_line(cells["external_id"], 64) if "external_id" in cells else None
    except InvalidInput as error:
        raise InvalidInput(fields={"external_id": error.message}) from error


def _places(offer: Offer, cells: Mapping[str, str]) -> int | None:
    if offer.form is Form.ROOM or "places" not in cells:
        return None
    try:
        return read_number(cells["places"], 0 if offer.access is Access.OPEN else 1, MOST_PLACES)
    except InvalidInput as error:
        raise InvalidInput(fields={"places": error.message}) from error


def _times(cells: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Return start and end in UTC; raises InvalidInput naming the field."""
    name = "day"
    try:
        day, behind = read_day(cells["day"])
        name = "start"
        start = datetime.combine(day, read_clock(cells.get("start") or behind))
        name = "end" if "end" in cells or "minutes" not in cells else "minutes"
        if name == "end":
            end = datetime.combine(day, read_clock(cells.get("end", "")))
        else:
            end = start + timedelta(minutes=read_number(cells["minutes"], 1, LONGEST_MINUTES))
    except InvalidInput as error:
        raise InvalidInput(fields={name: error.message}) from error
    if end <= start:
        raise InvalidInput(fields={"end": N_("Das Ende liegt vor dem Beginn.")})
    first, last = resolve(start), resolve(end)
    if WallProblem.GAP in (first.problem, last.problem):
        message = N_("In dieser Nacht springt die Uhr von 2 auf 3 Uhr. Diese Zeit gibt es da nicht.")
        raise InvalidInput(fields={"start": message})
    return first.at, last.at
