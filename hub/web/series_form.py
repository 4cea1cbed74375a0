"""The form of a series: weekdays with times, or single days; where, how many places, holidays, and when it ends."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, RadioField, SelectChoice, SelectField

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub import clock
from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.models.offer import Offer
from hub.models.series import HolidayRule
from hub.policy.actor import Actor
from hub.queries.series import HORIZON, Plan
from hub.web.fields import Between, Day, Needed, Ticks, WallTime, WholeNumber
from hub.web.own_offer_form import find_place, place_choices, place_value

WEEKDAYS = (
    SelectChoice(0, N_("Mo")),
    SelectChoice(1, N_("Di")),
    SelectChoice(2, N_("Mi")),
    SelectChoice(3, N_("Do")),
    SelectChoice(4, N_("Fr")),
    SelectChoice(5, N_("Sa")),
    SelectChoice(6, N_("So")),
)
SINGLE = 0
AN_HOUR = timedelta(hours=1)
MOST_SINGLE_DAYS = 6


class SeriesForm(FlaskForm):
    """Defaults are those of most weekly dates: one hour, open end, closed on holidays."""

    repeat = SelectField(
        N_("Wie oft?"),
        coerce=int,
        default=1,
        choices=[
            SelectChoice(1, N_("jede Woche")),
            SelectChoice(2, N_("alle 2 Wochen")),
            SelectChoice(3, N_("alle 3 Wochen")),
            SelectChoice(4, N_("alle 4 Wochen")),
            SelectChoice(SINGLE, N_("nur an einzelnen Tagen")),
        ],
    )
    weekdays = Ticks(N_("An welchen Tagen?"), coerce=int, choices=WEEKDAYS)
    start = WallTime(N_("Von"), [Needed(N_("Bitte sagen Sie, wann es beginnt."))])
    end = WallTime(N_("Bis"))
    more_weekdays = Ticks(N_("Andere Tage"), coerce=int, choices=WEEKDAYS)
    more_start = WallTime(N_("Dann von"))
    more_end = WallTime(N_("Dann bis"))
    days = FieldList(Day(N_("Tag")), N_("Einzelne Tage"), min_entries=MOST_SINGLE_DAYS, max_entries=MOST_SINGLE_DAYS)
    starts_on = Day(N_("Ab wann?"))
    ending = RadioField(
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
    holidays = RadioField(
        N_("Und an Feiertagen?"),
        default=HolidayRule.CLOSED.value,
        choices=[
            SelectChoice(HolidayRule.CLOSED.value, N_("Fällt aus")),
            SelectChoice(HolidayRule.OPEN.value, N_("Findet statt")),
            SelectChoice(HolidayRule.ASK.value, N_("Ich entscheide für jeden")),
        ],
    )
    place = SelectField(N_("Wo?"))
    places = WholeNumber(N_("Plätze je Termin"), [Between(0, 500)])

    def prepare(self, actor: Actor, offer: Offer, locations: list[Location], at: datetime, *, empty: bool) -> None:
        """Fill in what may be chosen, and in an empty form what the offer says already."""
        self.place.choices = place_choices(actor, locations)
        known = {value for value, _ in self.place.choices}
        present = place_value(offer.location, offer.room)
        if present not in known and offer.location is not None:
            self.place.choices.append((present, offer.location.name))
        if empty:
            self.place.data, self.places.data = present, offer.places
            self.starts_on.data = clock.local_date(at)

    def plan(self, offer: Offer, locations: list[Location], at: datetime, kept_days: tuple[date, ...] = ()) -> Plan:
        """Return what was chosen; raises InvalidInput (422) with the fields that do not go together."""
        location_id, room_id = self._place(offer, locations)
        return Plan(
            rule=self._rule(clock.local_date(at)),
            places=self.places.data if self.places.data is not None else offer.places,
            location_id=location_id,
            room_id=room_id,
            holidays=HolidayRule(self.holidays.data),
            kept_days=kept_days,
        )

    def _place(self, offer: Offer, locations: list[Location]) -> tuple[int | None, int | None]:
        if self.place.data == place_value(offer.location, offer.room):
            return offer.location_id, offer.room_id
        return find_place(locations, self.place.data)

    def _rule(self, today: date) -> Rule:
        if self.repeat.data == SINGLE:
            return self._single_days(today)
        wrong: dict[str, Message] = {}
        starts_on = self.starts_on.data or today
        if not today <= starts_on <= today + HORIZON:
            wrong["starts_on"] = N_("Bitte einen Tag ab heute, höchstens ein halbes Jahr voraus.")
        if not self.weekdays.data:
            wrong["weekdays"] = N_("Bitte wählen Sie mindestens einen Wochentag.")
        until_on = self.until_on.data if self.ending.data == "date" else None
        if self.ending.data == "date" and (until_on is None or until_on < starts_on):
            wrong["until_on"] = N_("Bitte einen letzten Tag, der nicht vor dem ersten liegt.")
        count = self.count.data if self.ending.data == "count" else None
        if self.ending.data == "count" and count is None:
            wrong["count"] = N_("Bitte sagen Sie, an wie vielen Tagen.")
        times = self._times(wrong)
        if wrong:
            raise InvalidInput(fields=wrong)
        interval = self.repeat.data
        return Rule(
            frequency=Frequency.WEEKLY,
            starts_on=starts_on,
            interval=interval,
            weekdays=times,
            until_on=until_on,
            count=count,
        )

    def _times(self, wrong: dict[str, Message]) -> tuple[WeekdayTime, ...]:
        start, end = _span(self.start.data, self.end.data, "end", wrong)
        times = [WeekdayTime(day, start, end) for day in self.weekdays.data or []]
        if self.more_weekdays.data and self.more_start.data is None:
            wrong["more_start"] = N_("Bitte sagen Sie, wann es an diesen Tagen beginnt.")
        elif self.more_weekdays.data:
            start, end = _span(self.more_start.data, self.more_end.data, "more_end", wrong)
            times += [WeekdayTime(day, start, end) for day in self.more_weekdays.data]
        return tuple(times)

    def _single_days(self, today: date) -> Rule:
        wrong: dict[str, Message] = {}
        start, end = _span(self.start.data, self.end.data, "end", wrong)
        days = sorted({day for day in self.days.data if day is not None})
        if not days:
            wrong["days"] = N_("Bitte geben Sie mindestens einen Tag an.")
        elif not today <= days[0] <= days[-1] <= today + HORIZON:
            wrong["days"] = N_("Bitte nur Tage ab heute, höchstens ein halbes Jahr voraus.")
        if wrong:
            raise InvalidInput(fields=wrong)
        dates = tuple(SingleDate(day, start, end) for day in days)
        return Rule(frequency=Frequency.DATES, starts_on=days[0], dates=dates)


def _span(start: Any, end: time | None, name: str, wrong: dict[str, Message]) -> tuple[time, time]:
    """From when to when; without an end it is one hour, and an end before the start is the next day."""
    later = end or (datetime.combine(date.min, start) + AN_HOUR).time()
    if later == start:
        wrong[name] = N_("Beginn und Ende sind gleich.")
    return start, later
