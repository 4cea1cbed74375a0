"""The forms of changing a running series: which of its dates, then the form for dates as it stands now."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectChoice

from calendars.recurrence import Rule
from hub import clock
from hub.actions.series_changes import Removed
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.location import Location
from hub.models.offer import Offer
from hub.models.series import Series
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries.series import Plan, plan_of
from hub.queries.series_pairing import anchored, beginning, rest_of
from hub.web.fields import OneOf, Radios
from hub.web.filters import day_clock
from hub.web.own_offer_form import place_value
from hub.web.series_form import SeriesForm

ONE, FOLLOWING, ALL, END = "one", "following", "all", "end"


class ScopeForm(FlaskForm):
    """Which dates of a series change, and for all but "all" the date from which."""

    scope = Radios(
        N_("Was möchten Sie ändern?"),
        default=ALL,
        choices=[
            SelectChoice(ALL, N_("Alle kommenden Termine")),
            SelectChoice(FOLLOWING, N_("Einen Termin und alle danach")),
            SelectChoice(ONE, N_("Nur einen Termin")),
            SelectChoice(END, N_("Ab einem Termin findet nichts mehr statt")),
        ],
    )
    slot = OneOf(N_("Welcher Termin?"), validate_choice=False)

    def prepare(self, slots: list[Slot]) -> None:
        """Fill in the coming dates."""
        self.slot.choices = [SelectChoice(slot.public_id, day_clock(slot.starts_at)) for slot in slots]

    def chosen(self, slots: list[Slot]) -> Slot | None:
        """Return the chosen date; raises InvalidInput (422) when one is needed and none is known by that name."""
        found = next((slot for slot in slots if slot.public_id == self.slot.data), None)
        if found is None and self.scope.data != ALL:
            raise InvalidInput(fields={"slot": N_("Bitte wählen Sie einen Termin.")})
        return found


class DecisionForm(FlaskForm):
    """What stands below a difference: what becomes of dates with people in them, and which difference was shown."""

    removed = Radios(
        N_("Was wird aus den Terminen, die wegfallen und gebucht sind?"),
        validate_choice=False,
        choices=[
            SelectChoice(Removed.KEEP.value, N_("Sie finden trotzdem statt, als einzelne Termine.")),
            SelectChoice(Removed.UNSETTLE.value, N_("Noch klären. Alle behalten ihren Platz, neu bucht niemand.")),
            SelectChoice(Removed.CALL_OFF.value, N_("Absagen. Die Plätze sind weg, die Coaches suchen Ersatz.")),
        ],
    )
    expected = HiddenField()

    @property
    def decision(self) -> Removed | None:
        """What was chosen; None for nothing, as nothing is chosen beforehand."""
        return Removed(self.removed.data) if self.removed.data in {one.value for one in Removed} else None


class ChangeForm(SeriesForm):
    """The form for dates, filled with the rest of a running series."""

    running = True
    scope = HiddenField(default=ALL)
    since = HiddenField()

    @property
    def rare(self) -> Any:
        """Whoever changes a series wants to see its end, its place and its places."""
        return True

    def show(self, series: Series, since: date) -> None:
        """Show the series as it stands from a day on."""
        plan = plan_of(series)
        rest = rest_of(plan.rule, since) or plan.rule
        self.fill(replace(plan, rule=rest), self._present(series), today=since)
        self.since.data = since.isoformat()

    def prepare_change(
        self, actor: Actor, offer: Offer, locations: list[Location], series: Series, at: datetime
    ) -> None:
        """Fill in what may be chosen, the present place included."""
        self.prepare(actor, offer, locations, at, empty=False)
        present = self._present(series)
        if series.location is not None and present not in {value for value, *_ in self.place.choices}:
            self.place.choices.append((present, series.location.name))

    def change(self, series: Series, offer: Offer, locations: list[Location], at: datetime) -> tuple[Plan, date]:
        """Return the plan and the day from which it holds; raises InvalidInput (422) with the fields that are wrong."""
        today = clock.local_date(at)
        since = chosen_day(self.since.data, today)
        kept = tuple(date.fromisoformat(day) for day in series.kept_days)
        plan = replace(self.plan(offer, locations, at, kept), join_until=None)
        if self.place.data == self._present(series):
            plan = replace(plan, location_id=series.location_id, room_id=series.room_id)
        rest = rest_of(series.rule, since)
        asked = self.starts_on.data
        if self.scope.data == FOLLOWING:
            since = beginning(plan.rule, series.rule, since, today=today)
        if asked is None or (rest is not None and asked == rest.starts_on):
            asked = anchored(plan.rule, series.rule, since)
        if plan.rule.dates:
            return plan, since
        return replace(plan, rule=self._starting(plan, max(asked, since))), since

    def _starting(self, plan: Plan, on: date) -> Rule:
        if plan.rule.until_on is not None and plan.rule.until_on < on:
            raise InvalidInput(fields={"until_on": N_("Bitte einen letzten Tag, der nicht vor dem ersten liegt.")})
        return replace(plan.rule, starts_on=on)

    @staticmethod
    def _present(series: Series) -> str:
        return place_value(series.location, series.room)


def chosen_day(text: str | None, today: date) -> date:
    """Return the day an address names, today for one that is none or over."""
    try:
        return max(date.fromisoformat(text or ""), today)
    except ValueError:
        return today
