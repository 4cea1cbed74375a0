"""The form for dates: weekly, monthly or single days, several times, an end, closed days, where, how many places."""

from datetime import date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, SelectChoice

from calendars.pieces import cut, join
from calendars.recurrence import Frequency, TimeGroup, describe
from hub import clock
from hub.i18n import N_
from hub.models.location import Location
from hub.models.offer import Access, Form, Offer
from hub.models.series import HolidayRule
from hub.models.slot import Crowding
from hub.policy.actor import Actor
from hub.queries.series import Plan
from hub.web.contingent_fields import ContingentFields
from hub.web.course_fields import CourseFields
from hub.web.fields import Between, Day, Needed, OneOf, Radios, Ticks, WallTime, WholeNumber
from hub.web.own_offer_form import find_place, place_choices, place_value
from hub.web.series_rule import GROUPS, MONTHLY, MOST_SINGLE_DAYS, SINGLE, rule_of

WEEKDAYS = (
    SelectChoice(0, N_("Mo")),
    SelectChoice(1, N_("Di")),
    SelectChoice(2, N_("Mi")),
    SelectChoice(3, N_("Do")),
    SelectChoice(4, N_("Fr")),
    SelectChoice(5, N_("Sa")),
    SelectChoice(6, N_("So")),
)
REPEATS = (
    SelectChoice(1, N_("jede Woche")),
    SelectChoice(2, N_("alle 2 Wochen")),
    SelectChoice(3, N_("alle 3 Wochen")),
    SelectChoice(4, N_("alle 4 Wochen")),
    SelectChoice(6, N_("alle 6 Wochen")),
    SelectChoice(8, N_("alle 8 Wochen")),
    SelectChoice(MONTHLY, N_("jeden Monat")),
    SelectChoice(2 * MONTHLY, N_("alle 2 Monate")),
    SelectChoice(3 * MONTHLY, N_("alle 3 Monate")),
    SelectChoice(SINGLE, N_("nur an einzelnen Tagen")),
)
NTHS = (
    SelectChoice(1, N_("der erste")),
    SelectChoice(2, N_("der zweite")),
    SelectChoice(3, N_("der dritte")),
    SelectChoice(4, N_("der vierte")),
    SelectChoice(-1, N_("der letzte")),
)
PIECES = (
    SelectChoice(0, N_("nicht teilen")),
    SelectChoice(30, N_("in halbe Stunden")),
    SelectChoice(60, N_("in ganze Stunden")),
    SelectChoice(90, N_("in anderthalb Stunden")),
)
CROWDINGS = (
    SelectChoice("", N_("weiß ich nicht")),
    SelectChoice(Crowding.QUIET.value, N_("eher leer")),
    SelectChoice(Crowding.MEDIUM.value, N_("mittel")),
    SelectChoice(Crowding.BUSY.value, N_("eher voll")),
)


class SeriesForm(CourseFields, ContingentFields, FlaskForm):
    """Defaults are those of most weekly dates: one hour, open end, closed on holidays, open in the school holidays."""

    running = False  # whether it changes a series that runs: its course stays as it is
    lends = False  # whether the dates are of a room to borrow: then they may be cut into pieces
    pieces = OneOf(N_("In Stücke teilen?"), coerce=int, default=0, choices=list(PIECES))
    repeat = OneOf(N_("Wie oft?"), coerce=int, default=1, choices=list(REPEATS))
    nth = Ticks(N_("Der wievielte im Monat?"), coerce=int, choices=NTHS)
    weekdays = Ticks(N_("An welchen Tagen?"), coerce=int, choices=WEEKDAYS)
    start = WallTime(N_("Von"), [Needed(N_("Bitte sagen Sie, wann es beginnt."))])
    end = WallTime(N_("Bis"))
    more_weekdays = Ticks(N_("Andere Tage"), coerce=int, choices=WEEKDAYS)
    more_start = WallTime(N_("Dann von"))
    more_end = WallTime(N_("Dann bis"))
    third_weekdays = Ticks(N_("Noch andere Tage"), coerce=int, choices=WEEKDAYS)
    third_start = WallTime(N_("Dort von"))
    third_end = WallTime(N_("Dort bis"))
    days = FieldList(Day(N_("Tag")), N_("Einzelne Tage"), min_entries=MOST_SINGLE_DAYS, max_entries=MOST_SINGLE_DAYS)
    starts_on = Day(N_("Ab wann?"))
    ending = Radios(
        N_("Bis wann?"),
        default="open",
        choices=[
            SelectChoice("open", N_("Bis auf Weiteres")),
            SelectChoice("date", N_("Bis zu einem Tag")),
            SelectChoice("count", N_("So viele Tage:")),
        ],
    )
    until_on = Day(N_("Letzter Tag"))
    count = WholeNumber(N_("Anzahl der Tage"), [Between(1, 200)])
    holidays = Radios(
        N_("Und an Feiertagen?"),
        default=HolidayRule.CLOSED.value,
        choices=[
            SelectChoice(HolidayRule.CLOSED.value, N_("Fällt aus")),
            SelectChoice(HolidayRule.OPEN.value, N_("Findet statt")),
            SelectChoice(HolidayRule.ASK.value, N_("Ich entscheide für jeden")),
        ],
    )
    school = Radios(
        N_("Und in den Schulferien?"),
        default="open",
        choices=[SelectChoice("open", N_("Findet statt")), SelectChoice("closed", N_("Fällt aus"))],
    )
    crowding = Radios(N_("Wie voll ist es meistens?"), default="", choices=list(CROWDINGS))
    place = OneOf(N_("Wo?"))
    places = WholeNumber(N_("Plätze je Termin"), [Between(0, 500)])

    def prepare(self, actor: Actor, offer: Offer, locations: list[Location], at: datetime, *, empty: bool) -> None:
        """Fill in what may be chosen, and in an empty form what the offer says already."""
        self.lends = offer.form is Form.ROOM
        self.place.choices = place_choices(actor, locations)
        known = {value for value, _ in self.place.choices}
        present = place_value(offer.location, offer.room)
        if present not in known and offer.location is not None:
            self.place.choices.append((present, offer.location.name))
        self.prepare_contingents(offer)
        if empty:
            self.place.data, self.places.data = present, offer.places
            self.starts_on.data = clock.local_date(at)
            self.prepare_course(offer)

    def fill(self, plan: Plan, place: str, *, today: date) -> None:
        """Show a plan that exists: the same days and times, from today on when it has begun long ago."""
        rule, self.pieces.data = join(plan.rule) if self.lends else (plan.rule, 0)
        monthly = rule.frequency is Frequency.MONTHLY_BY_WEEKDAY
        self.repeat.data = {Frequency.DATES: SINGLE, Frequency.WEEKLY: rule.interval}.get(
            rule.frequency, MONTHLY * rule.interval
        )
        for names, group in zip(GROUPS, describe(rule).groups, strict=False):
            self._fill_group(names, group)
        self.nth.data = sorted({item.nth for item in rule.weekdays}) if monthly else []
        coming = [item.on for item in rule.dates if item.on >= today]
        for field, on in zip(self.days, coming, strict=False):
            field.data = on
        self.starts_on.data = max(rule.starts_on, today)
        if rule.until_on is not None and rule.until_on >= self.starts_on.data:
            self.ending.data, self.until_on.data = "date", rule.until_on
        elif rule.count is not None:
            self.ending.data, self.count.data = "count", rule.count
        self.holidays.data, self.school.data = plan.holidays.value, "closed" if plan.school_closed else "open"
        self.crowding.data, self.places.data = plan.crowding, plan.places
        self.fill_contingents(plan)
        if place in {value for value, *_ in self.place.choices}:
            self.place.data = place

    def _fill_group(self, names: tuple[str, str, str], group: TimeGroup) -> None:
        days, start, end = names
        self[days].data = sorted({day for day, _ in group.weekdays})
        self[start].data, self[end].data = group.start, group.end

    def plan(self, offer: Offer, locations: list[Location], at: datetime, kept_days: tuple[date, ...] = ()) -> Plan:
        """Return what was chosen; raises InvalidInput (422) with the fields that do not go together."""
        location_id, room_id = self._place(offer, locations)
        return Plan(
            rule=cut(rule_of(self, clock.local_date(at)), self.pieces.data if self.lends else 0),
            places=self.places.data if self.places.data is not None else offer.places,
            location_id=location_id,
            room_id=room_id,
            holidays=HolidayRule(self.holidays.data),
            kept_days=kept_days,
            school_closed=self.school.data == "closed",
            crowding=(self.crowding.data or "") if offer.access is Access.OPEN else "",
            contingents=self.chosen_contingents() if not self.lends else (),
            **self.chosen_course(),
        )

    def _place(self, offer: Offer, locations: list[Location]) -> tuple[int | None, int | None]:
        if self.place.data == place_value(offer.location, offer.room):
            return offer.location_id, offer.room_id
        return find_place(locations, self.place.data)

    @property
    def rare(self) -> Any:
        """Whether anything differs from what most series have, so that the folded part must be open."""
        usual = (self.ending.data, self.holidays.data, self.school.data) == ("open", HolidayRule.CLOSED.value, "open")
        return bool(self.errors) or not usual or bool(self.crowding.data or self.course.data)
