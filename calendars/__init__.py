"""Calendar files, recurrence and working time for small programs: UTC in, bytes and dates out."""

from calendars.entry import CalendarEntry, CalendarHead
from calendars.holidays import closed_days, public_holidays
from calendars.inviting import Method, write_invitation
from calendars.read_result import Limits, Problem, ProblemCode, ReadDate, ReadResult
from calendars.reading import read_calendar
from calendars.recurrence import Occurrence, RuleParts, TimeGroup, TooManyOccurrences, describe, expand
from calendars.rule import Frequency, Rule, SingleDate, WeekdayTime, from_rrule_text
from calendars.uid import make_uid
from calendars.wall_time import Resolved, WallProblem, resolve
from calendars.working_time import add_working_days, add_working_hours, is_working_day
from calendars.writing import empty_calendar, write_calendar, write_event

__all__ = [
    "CalendarEntry",
    "CalendarHead",
    "Frequency",
    "Limits",
    "Method",
    "Occurrence",
    "Problem",
    "ProblemCode",
    "ReadDate",
    "ReadResult",
    "Resolved",
    "Rule",
    "RuleParts",
    "SingleDate",
    "TimeGroup",
    "TooManyOccurrences",
    "WallProblem",
    "WeekdayTime",
    "add_working_days",
    "add_working_hours",
    "closed_days",
    "describe",
    "empty_calendar",
    "expand",
    "from_rrule_text",
    "is_working_day",
    "make_uid",
    "public_holidays",
    "read_calendar",
    "resolve",
    "write_calendar",
    "write_event",
    "write_invitation",
]
