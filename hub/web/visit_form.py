"""The forms for an own appointment: day, hour, how long, where, and the journey."""

from datetime import date, datetime, time, timedelta
from typing import cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, Optional

from calendars.wall_time import Resolved, WallProblem, resolve
from hub import clock
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.participant import Participant
from hub.web.booking_words import town
from hub.web.fields import Between, Day, Needed, OneOf, WallTime, WholeNumber
from hub.web.free_text import MEANT, Unsuspicious

HOME, ELSEWHERE = "home", "elsewhere"
KEY_LENGTH = 64
GAP = N_("In dieser Nacht springt die Uhr von 2 auf 3 Uhr. Diese Zeit gibt es da nicht.")
TWICE = N_("Diese Stunde gibt es in dieser Nacht zweimal. Gemeint ist die erste.")


class TimesForm(FlaskForm):
    """When, how long, and the journey; `key` makes a double click one, `seen` says what was shown."""

    on = Day(N_("Tag"), [Needed(N_("An welchem Tag?"))])
    starts = WallTime(N_("Uhrzeit"), [Needed(N_("Um wie viel Uhr?"))])
    minutes = WholeNumber(N_("Dauer in Minuten"), [Needed(N_("Wie lange?")), Between(5, 480)])
    travel_minutes = WholeNumber(N_("Fahrt in Minuten, einfach"), [Between(0, 240)])
    despite = BooleanField(N_("Trotzdem eintragen, auch wenn mein Kalender da belegt ist"))
    key = HiddenField()
    seen = HiddenField()

    def choose(self, at: datetime | None) -> None:
        """Take over a proposed instant as if it had been typed."""
        if at is not None:
            here = clock.local(at)
            self.on.data, self.starts.data = here.date(), here.time().replace(tzinfo=None)

    @property
    def sent_key(self) -> str | None:
        """The key as it is kept, None without one."""
        return (self.key.data or "")[:KEY_LENGTH] or None

    @property
    def way(self) -> int:
        """The journey in minutes, one way."""
        return self.travel_minutes.data or 0

    def span(self) -> tuple[datetime, datetime]:
        """Return the instants of a valid form; InvalidInput for an hour that does not exist."""
        starts_at, problem = self._resolved()
        if problem is WallProblem.GAP:
            raise InvalidInput(fields={"starts": GAP})
        return starts_at, starts_at + timedelta(minutes=self.minutes.data or 0)

    def is_doubled(self) -> bool:
        """Whether the clock shows the chosen hour twice, in the night of the change in autumn."""
        return self._resolved().problem is WallProblem.DOUBLED

    def _resolved(self) -> Resolved:
        on, starts = cast("tuple[date, time]", (self.on.data, self.starts.data))  # both are needed
        return resolve(datetime.combine(on, starts))


class AppointmentForm(TimesForm):
    """The same for a new visit, and where it is."""

    where = OneOf(N_("Wo?"))
    place = StringField(N_("Anderer Ort"), [Optional(), Length(max=120), Unsuspicious()])
    meant = BooleanField(MEANT)

    def offer(self, person: Participant) -> None:
        """Set the places to choose from."""
        home = (person.home_address or {}).get("street", "")
        where = ", ".join(part for part in (home, town(person.municipality_code)) if part)
        self.where.choices = [(HOME, str(N_("zu Hause: {where}", where=where))), (ELSEWHERE, str(N_("anderswo")))]

    @property
    def at_home(self) -> bool:
        """Whether the visit is at the person's home."""
        return self.where.data != ELSEWHERE

    def address(self, person: Participant) -> dict[str, str]:
        """Return the address as an appointment keeps it."""
        if not self.at_home:
            return {"street": (self.place.data or "").strip()}
        return {"street": (person.home_address or {}).get("street", ""), "town": town(person.municipality_code)}
