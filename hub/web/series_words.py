"""A rule of dates in plain words: "Jeden Mittwoch, 10 bis 11 Uhr, ab 16. September."."""

from datetime import date, time, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from babel.lists import format_list

from calendars.pieces import join
from calendars.recurrence import Frequency, Rule, RuleParts, TimeGroup, describe, expand
from calendars.wall_time import WallProblem, resolve
from hub import i18n
from hub.i18n import N_, Message
from hub.queries.busy_times import Known
from hub.queries.closures import ClosedBy
from hub.queries.series import Plan, PlannedDate
from hub.web.busy_rooms import BUSY
from hub.web.filters import NBSP
from hub.web.week import short_date, weekday

_A_YEAR = timedelta(days=400)
ORDINALS = {
    -1: N_("letzten {day}"),
    1: N_("ersten {day}"),
    2: N_("zweiten {day}"),
    3: N_("dritten {day}"),
    4: N_("vierten {day}"),
}


def sentences(rule: Rule) -> list[Message]:
    """Say when a series meets, one sentence for each time of day, and one for its end."""
    window, minutes = join(rule)
    parts = describe(window)
    first = _first_day(rule)
    pieces = [N_("In Stücken von {n} Minuten.", n=minutes)] if minutes else []
    return [*(_group(parts, group, first) for group in parts.groups), *pieces, *_end(parts)]


def plan_sentences(plan: Plan) -> list[Message]:
    """Say when a series meets and, where it is so, that it leaves out the school holidays."""
    found = sentences(plan.rule)
    return [*found, N_("In den Schulferien fällt es aus.")] if plan.school_closed else found


def wall(value: time) -> str:
    """A wall time in a sentence: "10" or "10:30" in German, "10:00" in English."""
    if i18n.current() == "de":
        return f"{value.hour}" if value.minute == 0 else f"{value.hour}:{value.minute:02}"
    return f"{value:%H:%M}"


def span(start: time, end: time) -> Message:
    """From when to when: "10 bis 11 Uhr"."""
    return N_("{start} bis {end}\u00a0Uhr", start=wall(start), end=wall(end))


def date_knot(planned: PlannedDate) -> dict[str, Any]:
    """Return one date of a preview as the thread wants it, with what its check box needs."""
    one = planned.occurrence
    return {
        "when": weekday(one.on),
        "note": short_date(one.on),
        "at": one.starts_at.isoformat(),
        "on": one.on,
        "asked": planned.asked,
        "kept": planned.asked and planned.takes_place,
        "mark": _mark(planned),
        "headline": span(one.wall_start.time(), one.wall_end.time()),
        "off": not planned.takes_place and not planned.asked,
        "state": _closed(planned),
        "text": _remark(planned),
    }


def _mark(planned: PlannedDate) -> str:
    if not planned.takes_place:
        return "off"
    return "due" if planned.room_known is Known.BUSY and not planned.room_taken else "free"


def _closed(planned: PlannedDate) -> Message | None:
    """Why the day is closed, each kind by its name."""
    if planned.closed_by is None:
        return None
    words = {
        ClosedBy.CLOSURE: N_("Geschlossen: {name}", name=planned.closed_for),
        ClosedBy.HOLIDAY: N_("Feiertag: {name}", name=planned.closed_for),
        ClosedBy.SCHOOL: N_("Schulferien: {name}", name=planned.closed_for),
    }
    return words[planned.closed_by]


def _remark(planned: PlannedDate) -> Message | None:
    """What is odd about a date, the gravest first."""
    one = planned.occurrence
    if planned.takes_place and planned.room_taken:
        return N_("Der Raum ist da schon vergeben.")
    if planned.takes_place and planned.room_known in BUSY:
        return BUSY[planned.room_known]
    if one.problem is WallProblem.DOUBLED:
        start_is_doubled = resolve(one.wall_start).problem is WallProblem.DOUBLED
        time_meant = wall((one.wall_start if start_is_doubled else one.wall_end).time())
        return N_(
            "In dieser Nacht zeigt die Uhr {time} Uhr zweimal. Gemeint ist das erste Mal, noch in der Sommerzeit.",
            time=time_meant,
        )
    if planned.takes_place and planned.school_holiday:
        return N_("In den Schulferien: {name}", name=planned.school_holiday)
    return None


def written_day(on: date) -> str:
    """A day without its weekday: "16. September 2026"."""
    return format_date(on, "long", locale=i18n.CLDR[i18n.current()]).replace(" ", NBSP)


def _first_day(rule: Rule) -> date:
    found = expand(rule, first=rule.starts_on, last=rule.starts_on + _A_YEAR)
    return found[0].on if found else rule.starts_on


def _group(parts: RuleParts, group: TimeGroup, first: date) -> Message:
    times = span(group.start, group.end)
    if parts.frequency is Frequency.DATES:
        days = _joined([written_day(on) for on in group.dates])
        return N_("Am {days}, {times}.", days=days, times=times)
    facts = {"days": _joined([_weekday(day, nth) for day, nth in group.weekdays]), "times": times}
    facts["start"] = written_day(first)
    if parts.frequency is Frequency.MONTHLY_BY_WEEKDAY:
        if parts.interval > 1:
            return N_("Alle {n} Monate am {days}, {times}, ab {start}.", n=parts.interval, **facts)
        return N_("Jeden Monat am {days}, {times}, ab {start}.", **facts)
    if parts.interval > 1:
        return N_("Alle {n} Wochen am {days}, {times}, ab {start}.", n=parts.interval, **facts)
    return N_("Jeden {days}, {times}, ab {start}.", **facts)


def _end(parts: RuleParts) -> list[Message]:
    if parts.until_on is not None:
        return [N_("Der letzte Tag ist der {day}.", day=written_day(parts.until_on))]
    if parts.count is not None:
        return [N_("Nach {n} Tagen ist Schluss.", n=parts.count)]
    return [] if parts.frequency is Frequency.DATES else [N_("Bis auf Weiteres.")]


def _weekday(day: int, nth: int) -> str:
    name = get_day_names("wide", "format", i18n.CLDR[i18n.current()])[day]
    if nth == 0:
        return str(name)
    if nth in ORDINALS:
        return str(Message(ORDINALS[nth].text, {"day": name}))
    counted = N_("{n}. {day}", n=nth, day=name) if nth > 0 else N_("{n}.-letzten {day}", n=-nth, day=name)
    return str(counted)


def _joined(words: list[str]) -> str:
    return format_list(words, locale=i18n.CLDR[i18n.current()])
