"""What a table of offers would do: each row read, matched with the own offers, and checked by the rules of the form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub import clock
from hub.errors import InvalidInput
from hub.folding import fold
from hub.i18n import N_, Message
from hub.models.offer import Access, Aim, Form, Offer, OfferState, Stage
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.policy.scopes import own_offers_for
from hub.queries import own_offers
from hub.queries.neutral_titles import neutral_title
from hub.queries.offer_entries import Entries, as_loan, check_entries, entries_of
from hub.queries.table_cells import (
    read_answer,
    read_choice,
    read_languages,
    read_line,
    read_number,
    read_text,
)
from hub.queries.table_places import Places
from hub.queries.table_rows import Becomes, Planned, by_field
from hub.tables.reading import Row, Table

READERS: Mapping[str, Callable[[str], Any]] = {
    "title": partial(read_line, most=80),
    "short_title": partial(read_line, most=30),
    "summary": partial(read_text, most=600),
    "bring": partial(read_line, most=200),
    "cost": partial(read_line, most=80),
    "phone": partial(read_line, most=40),
    "aim": lambda cell: read_choice("aim", cell, Aim),
    "form": lambda cell: read_choice("form", cell, Form),
    "access": lambda cell: read_choice("access", cell, Access),
    "stage": lambda cell: read_choice("stage", cell, Stage),
    "languages": read_languages,
    "companion_welcome": read_answer,
    "women_only": read_answer,
    "places": partial(read_number, least=0, most=500),
    "youngest": partial(read_number, least=0, most=120),
    "oldest": partial(read_number, least=0, most=120),
}


@dataclass(frozen=True)
class OfferWork:
    """An offer to write anew, or to change."""

    entries: Entries
    external_id: str | None
    offer: Offer | None = None


def list_offers_of(session: Session, actor: Actor, organisation_id: int) -> list[Offer]:
    """Return all offers of one organisation the actor acts for, with what verbs about them touch."""
    query = own_offers_for(actor).where(Offer.organisation_id == organisation_id)
    query = query.options(joinedload(Offer.organisation), joinedload(Offer.location), joinedload(Offer.room))
    return list(session.scalars(query.order_by(Offer.id)))


class Known:
    """The offers of an organisation by what a table calls them: the own number, else the title."""

    def __init__(self, offers: list[Offer]) -> None:
        self.by_number = {offer.external_id: offer for offer in offers if offer.external_id}
        self.by_title: dict[str, list[Offer]] = {}
        for offer in offers:
            if offer.state is not OfferState.ENDED:
                self.by_title.setdefault(fold(offer.title), []).append(offer)

    def find(self, title: str) -> Offer | None:
        """Return the offer of this title; raises InvalidInput when there are several."""
        found = self.by_title.get(fold(title), [])
        if len(found) > 1:
            raise InvalidInput(N_("Mehrere Angebote heißen so. Bitte tragen Sie die Nummer ein."))
        return found[0] if found else None


class OfferPlanner:
    """Goes through a table of offers, row by row."""

    def __init__(self, session: Session, actor: Actor, organisation: Organisation, at: datetime) -> None:
        self.session, self.actor, self.organisation, self.at = session, actor, organisation, at
        self.known = Known(list_offers_of(session, actor, organisation.id))
        self.places = Places(session, actor)
        self.seen: dict[tuple[str, str], int] = {}
        self.planned = Planned()

    def plan(self, table: Table, columns: Mapping[str, str]) -> Planned:
        """Return what becomes of every row."""
        for row in table.rows:
            try:
                self._row(row, by_field(table, columns, row))
            except InvalidInput as error:
                self.planned.refuse(row, error.fields or {"": error.message})
        return self.planned

    def _row(self, row: Row, cells: dict[str, str]) -> None:
        values, reasons = _read(cells)
        number = _read_number_of(cells, reasons)
        self._read_place(cells, values, reasons)
        offer = None if reasons else self._match(row, values, number, reasons)
        if not reasons and offer is None:
            _require_whole(values, reasons)
        if reasons:
            raise InvalidInput(fields=reasons)
        entries = _entries(values, offer)
        if offer is not None and entries == entries_of(offer) and number in (None, offer.external_id):
            return self.planned.add(row, Becomes.UNCHANGED, thing=offer.public_id)
        self._check(entries, offer)
        becomes = Becomes.CHANGED if offer is not None else Becomes.NEW
        thing = offer.public_id if offer is not None else ""
        return self.planned.add(row, becomes, OfferWork(entries, number, offer), thing=thing)

    def _match(
        self, row: Row, values: Mapping[str, Any], number: str | None, reasons: dict[str, Message]
    ) -> Offer | None:
        """Return the offer a row is about; the number decides where there is one, else the title."""
        key = ("number", number) if number else ("title", fold(values.get("title", "")))
        if key in self.seen:
            name = "external_id" if number else "title"
            reasons[name] = N_("Das steht schon in Zeile {n}.", n=self.seen[key])
            return None
        self.seen[key] = row.number
        if number in self.known.by_number:
            return self.known.by_number[number]
        try:
            offer = self.known.find(values.get("title", ""))
        except InvalidInput as error:
            if not number:
                reasons["title"] = error.message
            return None
        return self._unnumbered(row, offer) if number else offer

    def _unnumbered(self, row: Row, offer: Offer | None) -> Offer | None:
        """Return an offer that was written by hand and gets its number now, once."""
        if offer is None or offer.external_id or ("written", offer.public_id) in self.seen:
            return None
        self.seen["written", offer.public_id] = row.number
        return offer

    def _read_place(self, cells: Mapping[str, str], values: dict[str, Any], reasons: dict[str, Message]) -> None:
        if "place" not in cells:
            if "room" in cells:
                reasons["place"] = N_("In welchem Haus ist dieser Raum?")
            return
        try:
            location = self.places.find(cells["place"])
            values["location_id"] = location.id
            values["room_id"] = self.places.find_room(location, cells["room"]).id if "room" in cells else None
        except InvalidInput as error:
            reasons |= error.fields

    def _check(self, entries: Entries, offer: Offer | None) -> None:
        """Ask the rules of the form, and those of a change."""
        today = clock.local_date(self.at)
        check_entries(self.session, self.actor, entries, self.organisation, before=offer, today=today)
        if offer is None:
            return
        if offer.state is OfferState.ENDED:
            raise InvalidInput(N_("Dieses Angebot ist beendet und lässt sich nicht mehr ändern."))
        if entries.access != offer.access and own_offers.count_booked(self.session, offer, at=self.at):
            message = N_("Es sind schon Plätze gebucht. Wie man hineinkommt, lässt sich jetzt nicht mehr ändern.")
            raise InvalidInput(fields={"access": message})


def _read(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Message]]:
    values, reasons = dict[str, Any](), dict[str, Message]()
    for name, reader in READERS.items():
        if name in cells:
            try:
                values[name] = reader(cells[name])
            except InvalidInput as error:
                reasons[name] = error.message
    return values, reasons


def _read_number_of(cells: Mapping[str, str], reasons: dict[str, Message]) -> str | None:
    try:
        return read_line(cells["external_id"], 64) if "external_id" in cells else None
    except InvalidInput as error:
        reasons["external_id"] = error.message
        return None


def _require_whole(values: Mapping[str, Any], reasons: dict[str, Message]) -> None:
    """Say what a new offer lacks."""
    if not values.get("title"):
        reasons["title"] = N_("Bitte geben Sie dem Angebot einen Namen.")
    if "aim" not in values:
        reasons["aim"] = N_("Wobei hilft es? Bitte tragen Sie ein Ziel ein.")


def _entries(values: Mapping[str, Any], offer: Offer | None) -> Entries:
    """Return what the offer says then: what no cell says stays, or is as in the empty form."""
    if offer is not None:
        entries = replace(entries_of(offer), **values)
    else:
        form = values.get("form", Form.GROUP)
        usual: dict[str, Any] = {
            "form": form,
            "access": Access.ANONYMOUS,
            "places": 8,
            "short_title": neutral_title(form),
        }
        entries = Entries(**usual | dict(values))
    return as_loan(entries) if entries.form is Form.ROOM else entries


def find_organisation(session: Session, organisation_id: int) -> Organisation:
    """Return the organisation of an import, which was found through a scope."""
    return session.scalars(select(Organisation).where(Organisation.id == organisation_id)).one()
