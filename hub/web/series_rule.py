"""From the entries of the form for dates to a rule in wall time, with a reason for every entry that does not fit."""

from datetime import date, datetime, time, timedelta
from typing import Any

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.queries.series import HORIZON

SINGLE = 0  # of the field for how often: only on single days
MONTHLY = -1  # every month; -2 is every second one
MOST_SINGLE_DAYS = 6
AN_HOUR = timedelta(hours=1)
# Fields of each group of days that share a time: days, start, end.
GROUPS = (
    ("weekdays", "start", "end"),
    ("more_weekdays", "more_start", "more_end"),
    ("third_weekdays", "third_start", "third_end"),
)


def rule_of(form: Any, today: date) -> Rule:
    """Return the rule of a validated form; raises InvalidInput (422) with the fields that do not go together."""
    if form.repeat.data == SINGLE:
        return _single_days(form, today)
    wrong: dict[str, Message] = {}
    starts_on = form.starts_on.data or today
    if not today <= starts_on <= today + HORIZON:
        wrong["starts_on"] = N_("Bitte einen Tag ab heute, höchstens ein halbes Jahr voraus.")
    until_on, count = _end(form, starts_on, wrong)
    monthly = form.repeat.data < 0
    if monthly and not form.nth.data:
        wrong["nth"] = N_("Bitte wählen Sie, der wievielte im Monat.")
    times = _times(form, form.nth.data or [0] if monthly else [0], wrong)
    if wrong:
        raise InvalidInput(fields=wrong)
    return Rule(
        frequency=Frequency.MONTHLY_BY_WEEKDAY if monthly else Frequency.WEEKLY,
        starts_on=starts_on,
        interval=abs(form.repeat.data),
        weekdays=times,
        until_on=until_on,
        count=count,
    )


def _end(form: Any, starts_on: date, wrong: dict[str, Message]) -> tuple[date | None, int | None]:
    until_on = form.until_on.data if form.ending.data == "date" else None
    if form.ending.data == "date" and (until_on is None or until_on < starts_on):
        wrong["until_on"] = N_("Bitte einen letzten Tag, der nicht vor dem ersten liegt.")
    count = form.count.data if form.ending.data == "count" else None
    if form.ending.data == "count" and count is None:
        wrong["count"] = N_("Bitte sagen Sie, an wie vielen Tagen.")
    return until_on, count


def _times(form: Any, nths: list[int], wrong: dict[str, Message]) -> tuple[WeekdayTime, ...]:
    if not form.weekdays.data:
        wrong["weekdays"] = N_("Bitte wählen Sie mindestens einen Wochentag.")
    found: list[WeekdayTime] = []
    for days, start, end in GROUPS:
        if not form[days].data:
            continue
        if form[start].data is None:
            wrong[start] = N_("Bitte sagen Sie, wann es an diesen Tagen beginnt.")
            continue
        from_to = _span(form[start].data, form[end].data, end, wrong)
        found += [WeekdayTime(day, *from_to, nth) for day in form[days].data for nth in nths]
    return tuple(found)


def _single_days(form: Any, today: date) -> Rule:
    wrong: dict[str, Message] = {}
    start, end = _span(form.start.data, form.end.data, "end", wrong)
    days = sorted({day for day in form.days.data if day is not None})
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
