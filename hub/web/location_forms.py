"""The forms of places and rooms, and the way between their fields and what the verbs take."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from hub.actions.locations import Entries, RoomEntries
from hub.i18n import N_
from hub.models.location import Location, PlaceFact, Room
from hub.models.organisation import Organisation
from hub.web import place_words
from hub.web.fields import Between, Degrees, Needed, NotLonger, OneLine, OneOf, PostalCode, Ticks, WholeNumber
from hub.web.organisation_forms import municipality_choices

LONGEST_BUFFER = 120


class LocationForm(FlaskForm):
    """A place; its owner can be chosen only once."""

    organisation = OneOf(N_("Wem gehört der Ort?"))
    name = StringField(
        N_("Name des Ortes"), [Needed(N_("Bitte geben Sie dem Ort einen Namen.")), NotLonger(120), OneLine()]
    )
    street = StringField(N_("Straße und Hausnummer"), [Optional(), NotLonger(120)])
    postal_code = StringField(N_("Postleitzahl"), [Optional(), PostalCode()])
    municipality = OneOf(N_("Stadt oder Gemeinde"), [Needed(N_("Bitte wählen Sie die Gemeinde."))])
    step_free = BooleanField(N_("Man kommt ohne eine einzige Stufe hinein."))
    facts = Ticks(
        N_("Was gibt es dort noch?"),
        choices=[
            SelectChoice(fact.value, word)
            for fact, word in place_words.FACTS.items()
            if fact is not PlaceFact.STEP_FREE
        ],
    )
    house = BooleanField(N_("Viele Partner nutzen dieses Haus gemeinsam."))
    latitude = Degrees(N_("Breite"), [Optional()])
    longitude = Degrees(N_("Länge"), [Optional()])

    def offer_choices(self, organisations: list[Organisation]) -> None:
        """Fill in what may be chosen."""
        if "organisation" in self:
            self.organisation.choices = [SelectChoice(one.public_id, one.name) for one in organisations]
        self.municipality.choices = municipality_choices(N_("Bitte wählen"))

    def fill(self, location: Location) -> None:
        """Show a place as it stands; coordinates only when they are exact."""
        for name in ("name", "street", "postal_code", "step_free", "facts", "house"):
            self[name].data = getattr(location, name)
        self.municipality.data = location.municipality_code
        if not location.approximate:
            self.latitude.data, self.longitude.data = location.latitude, location.longitude

    def entries(self) -> Entries:
        """Return what was written, as the verbs take it."""
        return Entries(
            name=self.name.data.strip(),
            street=(self.street.data or "").strip(),
            postal_code=(self.postal_code.data or "").strip(),
            municipality_code=self.municipality.data,
            step_free=self.step_free.data,
            facts=[PlaceFact(fact) for fact in self.facts.data or []],
            house=self.house.data,
            latitude=self.latitude.data,
            longitude=self.longitude.data,
        )


class RoomForm(FlaskForm):
    """A room of a place."""

    name = StringField(
        N_("Name des Raums"), [Needed(N_("Bitte geben Sie dem Raum einen Namen.")), NotLonger(80), OneLine()]
    )
    places = WholeNumber(N_("Für wie viele Menschen?"), [Between(1, 1000)], default=10)
    step_free = BooleanField(N_("Man kommt ohne eine einzige Stufe hinein."))
    lendable = BooleanField(N_("Andere dürfen den Raum ausleihen."))
    equipment = StringField(N_("Was steht darin?"), [Optional(), NotLonger(200)])

    buffer_minutes = WholeNumber(N_("Minuten zwischen zwei Terminen"), [Between(0, LONGEST_BUFFER)], default=0)

    def fill(self, room: Room) -> None:
        """Show a room as it stands."""
        for name in ("name", "places", "step_free", "lendable", "equipment", "buffer_minutes"):
            self[name].data = getattr(room, name)

    def entries(self) -> RoomEntries:
        """Return what was written, as the verbs take it."""
        return RoomEntries(
            name=self.name.data.strip(),
            places=self.places.data or 1,
            step_free=self.step_free.data,
            lendable=self.lendable.data,
            equipment=(self.equipment.data or "").strip(),
            buffer_minutes=self.buffer_minutes.data or 0,
        )
