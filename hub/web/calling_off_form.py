"""The form that calls off a day, a week or any span: from when to when, of what, and what becomes of the dates."""

from datetime import date, timedelta
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectChoice, StringField

from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.slot import Slot
from hub.queries.calling_off import Span
from hub.web.fields import Day, Needed, NotLonger, OneLine, OneOf, Radios, WholeNumber

LONGEST = timedelta(days=92)
EVERYTHING, OFFER, PLACE = "all", "offer", "place"
LONGEST_MOVE = 366
TARGET = frozenset({"new_day", "days", "direction"})


class CallingOffForm(FlaskForm):
    """First the span, then, beside its preview, the choice; `seen` is what the preview showed."""

    first_on = Day(N_("Erster Tag"), [Needed(N_("Bitte wählen Sie den ersten Tag."))])
    last_on = Day(N_("Letzter Tag"))
    what = OneOf(N_("Was fällt aus?"))
    how = Radios(
        N_("Was soll mit diesen Terminen geschehen?"),
        default="call_off",
        choices=[
            SelectChoice("call_off", N_("Absagen. Die Plätze sind weg, die Coaches suchen Ersatz.")),
            SelectChoice("unsettle", N_("Noch klären. Alle behalten ihren Platz, neu bucht niemand.")),
            SelectChoice("move", N_("Verlegen. Alle behalten ihren Platz, die Uhrzeit bleibt.")),
        ],
    )
    new_day = Day(N_("Neuer Tag"))
    days = WholeNumber(N_("Um wie viele Tage?"))
    direction = OneOf(
        N_("Wohin?"),
        default="later",
        choices=[SelectChoice("later", N_("später")), SelectChoice("earlier", N_("früher"))],
    )
    closed = BooleanField(N_("Diese Tage gleich als Schließtage eintragen"))
    name = StringField(N_("Name der Schließtage"), [NotLonger(80), OneLine()])
    seen = HiddenField()

    def prepare(self, organisations: list[Organisation], offers: list[Offer], locations: list[Location]) -> None:
        """Fill in what may be called off: everything of an organisation, one offer, one place."""
        several = len(organisations) > 1
        self._organisations = {f"{EVERYTHING}:{one.public_id}": one for one in organisations}
        self._offers = {f"{OFFER}:{one.public_id}": one for one in offers}
        self._locations = {f"{PLACE}:{one.public_id}": one for one in locations}
        self.what.choices = [
            *(
                SelectChoice(value, str(N_("Alles bei {name}", name=one.name)))
                for value, one in self._organisations.items()
            ),
            *(
                SelectChoice(value, f"{one.title} ({one.organisation.name})" if several else one.title)
                for value, one in self._offers.items()
            ),
            *(
                SelectChoice(value, str(N_("Alles am Ort {name}", name=one.name)))
                for value, one in self._locations.items()
            ),
        ]

    def _days(self) -> tuple[date, date]:
        first = cast("date", self.first_on.data)  # validated: there is a first day
        return first, self.last_on.data or first

    @property
    def organisation(self) -> Organisation | None:
        """The organisation of which everything is meant; None for one offer or one place."""
        return self._organisations.get(self.what.data)

    def span(self, today: date) -> Span:
        """Return the span that was chosen; raises InvalidInput (422). Without a last day it is one day."""
        first, last = self._days()
        wrong: dict[str, Message] = {}
        if last < first:
            wrong["last_on"] = N_("Bitte einen letzten Tag, der nicht vor dem ersten liegt.")
        elif last < today:
            wrong["last_on"] = N_("Diese Tage sind schon vorbei.")
        elif last - first > LONGEST:
            wrong["last_on"] = N_("Bitte höchstens drei Monate auf einmal.")
        if wrong:
            raise InvalidInput(fields=wrong)
        organisation, offer = self.organisation, self._offers.get(self.what.data)
        location = self._locations.get(self.what.data)
        return Span(
            first_on=first,
            last_on=last,
            organisation_id=organisation.id if organisation else None,
            offer_id=offer.id if offer else None,
            location_id=location.id if location else None,
        )

    def chosen(self, slots: list[Slot], ticked: list[str]) -> list[Slot]:
        """Return the dates that were ticked; raises InvalidInput (422) when nothing at all would happen."""
        found = [slot for slot in slots if slot.public_id in ticked]
        if not found and not self.closing:
            raise InvalidInput(N_("Bitte wählen Sie mindestens einen Termin."))
        if self.closing and not (self.name.data or "").strip():
            raise InvalidInput(fields={"name": N_("Bitte ein kurzer Name, zum Beispiel „Betriebsferien“.")})
        return found

    @property
    def single_day(self) -> bool:
        """Whether the span is one day, so that a new date says enough."""
        first, last = self._days()
        return first == last

    def shift(self) -> int:
        """Return by how many days the dates move, earlier below zero; raises InvalidInput (422)."""
        if self.single_day:
            if self.new_day.data is None:
                raise InvalidInput(fields={"new_day": N_("Bitte wählen Sie den neuen Tag.")})
            days: int = (self.new_day.data - self._days()[0]).days
            if days == 0 or abs(days) > LONGEST_MOVE:
                raise InvalidInput(
                    fields={"new_day": N_("Bitte einen anderen Tag als bisher, höchstens ein Jahr entfernt.")}
                )
            return days
        if self.days.data is None or not 1 <= self.days.data <= LONGEST_MOVE:
            raise InvalidInput(fields={"days": N_("Bitte eine Zahl von 1 bis {most}.", most=LONGEST_MOVE)})
        return int(self.days.data) * (-1 if self.direction.data == "earlier" else 1)

    @property
    def closing(self) -> bool:
        """Whether the days become closed days too; only a whole organisation closes."""
        return bool(self.closed.data) and self.organisation is not None

    def address(self) -> dict[str, Any]:
        """Return what the address of the preview carries."""
        first, last = self._days()
        return {"first_on": first.isoformat(), "last_on": last.isoformat(), "what": self.what.data}
